/*
 * Reading YAML that people write: libyaml parses, this adds what a strict
 * reader needs: one document after the other, duplicate keys refused, depth and
 * size bounded, errors at file:line:column.
 *
 * Anchors and aliases are followed (an alias is the node it names). Merge keys
 * ("<<") are refused: they are not part of YAML 1.2.
 */
#ifndef ZONE_DOC_YAML_H
#define ZONE_DOC_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <yaml.h>

#include "base/compiler.h"
#include "base/error.h"

#define YAML_TEXT_MAX ((size_t)16 << 20)
#define YAML_DEPTH_MAX 64

/* A stream of documents over text that outlives it. */
struct yaml_docs {
	const char *path, *text;
	FILE *warn; /* NULL: warnings go nowhere */
	yaml_parser_t parser;
	yaml_document_t document;
	bool has_document;
};

int yaml_docs_open(struct yaml_docs *out, const char *path, const char *text, size_t size,
		   FILE *warn, struct error *err) MUST_USE;
/* Next document's root, NULL at the end of the stream. The nodes of the document
 * before are gone. Empty documents are passed over. */
int yaml_docs_next(struct yaml_docs *d, const yaml_node_t **out, struct error *err) MUST_USE;
void yaml_docs_close(struct yaml_docs *d);

/* "file:line:column: " + sentence at the node; returns ERR_INPUT. */
int yaml_error(const struct yaml_docs *d, const yaml_node_t *at, struct error *err, const char *fmt,
	       ...) PRINTF_LIKE(4, 5);
/* One line "file:line:column: warning: ...". */
void yaml_warn(const struct yaml_docs *d, const yaml_node_t *at, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* The node of an index found in an item or a pair. */
const yaml_node_t *yaml_node(const struct yaml_docs *d, int index);
/* Member `key` of a mapping; NULL when absent or null. */
const yaml_node_t *yaml_member(const struct yaml_docs *d, const yaml_node_t *map, const char *key);
/* Member that must be a mapping, a sequence or a scalar when it is there (*out
 * NULL when not). `where` names the parent in the sentence when it is required. */
int yaml_get(const struct yaml_docs *d, const yaml_node_t *map, const char *key,
	     yaml_node_type_t type, const char *where, bool required, const yaml_node_t **out,
	     struct error *err) MUST_USE;
/* Text of a scalar (no NUL inside: the reader refuses those). */
const char *yaml_text(const yaml_node_t *scalar);
/* Would YAML take this scalar for something other than a string? (4, true, 1.5) */
bool yaml_is_plain(const yaml_node_t *scalar);

#endif
