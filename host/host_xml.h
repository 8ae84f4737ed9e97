/*
 * Reading the text of an hwloc XML file before hwloc sees it (private to host/).
 *
 * hwloc 2.9 takes many broken files without a word: a comment ends the file, a
 * junk size is 0, an unknown index drops the matrix, an object without
 * complete_cpuset is a crash; and which of its two XML parsers runs depends on
 * a plugin being installed. So the text is read here first, strictly and with
 * places to point at, and written again in the one form that hwloc's built-in
 * parser takes (no BOM, no comments, double quotes, single spaces).
 */
#ifndef HOST_HOST_XML_H
#define HOST_HOST_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/cpuset.h"
#include "base/error.h"

#define XML_ATTRS_MAX 48
#define XML_DEPTH_MAX 200 /* real machines stay below 30 */

enum xml_token { XML_OPEN, XML_CLOSE, XML_TEXT, XML_END };

struct xml_attr {
	const char *name, *value; /* decoded */
};

/* A pull parser for the part of XML 1.0 that hwloc's files use: UTF-8, the five
 * named entities and character references, CDATA, no internal DTD subset, no
 * comments or processing instructions inside the root element. */
struct xml {
	const char *path; /* for messages */
	const char *text, *at, *end;
	const char *token_at; /* where the current token starts */
	struct arena arena; /* names, values and texts live here */

	enum xml_token token;
	const char *name; /* XML_OPEN, XML_CLOSE */
	unsigned nr_attrs;
	struct xml_attr attr[XML_ATTRS_MAX];
	const char *content; /* XML_TEXT: decoded, never only white space */

	bool started; /* the root element has been read */
	bool closing; /* the element was <like-this/> */
	unsigned depth;
	const char *open[XML_DEPTH_MAX];
};

/* `text` must be NUL-terminated at text[size] and outlive `x`. Checks the prolog
 * and the encoding. */
int xml_open(struct xml *x, const char *path, const char *text, size_t size,
	     struct error *err) MUST_USE;
int xml_next(struct xml *x, struct error *err) MUST_USE;
void xml_close(struct xml *x);

/* Value of an attribute of the XML_OPEN token, or NULL. */
const char *xml_attr(const struct xml *x, const char *name);
/* "path:line:column: sentence" at the current token; returns ERR_INPUT. */
int xml_error(const struct xml *x, struct error *err, const char *fmt, ...) PRINTF_LIKE(3, 4);
int xml_error_at(const struct xml *x, const char *at, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* What the text holds; hwloc must end up with the same. */
struct xml_facts {
	unsigned version; /* 1 or 2 */
	unsigned nr_pus, nr_nodes, nr_pci;
	unsigned nr_node_matrices; /* distances2 over NUMANode objects */
};

/* The file, checked, in hwloc's own form: `*out` is NUL-terminated, the caller
 * frees. ERR_INPUT with file:line:column otherwise. */
int host_xml_clean(const char *path, const char *text, size_t size, char **out, size_t *out_size,
		   struct xml_facts *facts, struct error *err) MUST_USE;

/* hwloc's bitmap text ("0x00000001,,0xff000000"); `*infinite` for "0xf...f". False
 * when it is not one or holds a bit >= CPUS_MAX. */
bool hwloc_set_parse(const char *text, struct cpuset *out, bool *infinite) MUST_USE;
/* Digits only, no sign, <= max. */
bool plain_number(const char *text, uint64_t max, uint64_t *out) MUST_USE;

/* Length of the UTF-8 character at `s` (RFC 3629), or 0 when it is none. Reads no
 * further than the first byte that cannot belong to it, so a NUL stops it. */
unsigned utf8_length(const unsigned char *s);

#endif
