/*
 * XML text as a tree of elements, each with its place in the file (private to
 * host/). expat parses; what it lets through and a machine's description never
 * has is refused here: a DTD of its own, an entity that is not one of XML's five,
 * another encoding than UTF-8, a processing instruction inside, a nesting of more
 * than XML_DEPTH_MAX.
 */
#ifndef HOST_XML_H
#define HOST_XML_H

#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"

#define XML_DEPTH_MAX 200 /* real machines stay below 30 */

struct xml_attr {
	const char *name, *value;
};

struct xml_place {
	unsigned long line, column; /* from 1; 0: nowhere */
};

struct xml_element {
	const char *name;
	struct xml_place place;
	unsigned nr_attrs;
	struct xml_attr *attr;
	const char *text; /* up to the first child element; NULL when only white space */
	struct xml_place text_place;
	struct xml_element *up, *child, *last_child, *next;
};

struct xml_doc {
	const char *path; /* for messages; the caller's */
	struct arena arena; /* all of the tree lives here */
	struct xml_element *root;
	size_t nr_elements;
	struct xml_place comment; /* the first one inside the root element */
};

/* `text` is only needed for the call; `path` must outlive the document. ERR_INPUT
 * with file:line:column; the document is then empty and needs no release. */
int xml_parse(struct xml_doc *doc, const char *path, const char *text, size_t size,
	      struct error *err) MUST_USE;
void xml_release(struct xml_doc *doc);

/* Value of an attribute, or NULL. */
const char *xml_attr(const struct xml_element *e, const char *name);
/* The next child with this name (after NULL: the first), or NULL. */
struct xml_element *xml_child(const struct xml_element *e, const char *name,
			      const struct xml_element *after);

/* "path:line:column: sentence"; returns ERR_INPUT. */
int xml_error_at(const struct xml_doc *doc, struct xml_place at, struct error *err, const char *fmt,
		 ...) PRINTF_LIKE(4, 5);
#define xml_error(doc, element, err, ...) xml_error_at(doc, (element)->place, err, __VA_ARGS__)

/* A new last child of `up` without attributes; names and values are copied. */
struct xml_element *xml_add(struct xml_doc *doc, struct xml_element *up, const char *name);
void xml_set(struct xml_doc *doc, struct xml_element *e, const char *name, const char *value);
void xml_remove(struct xml_element *e);

/* The tree as text again, two spaces a level, without prolog. */
void xml_write(const struct xml_element *e, FILE *out);
/* Text as it stands between double quotes. */
void xml_write_escaped(const char *text, FILE *out);

#endif
