/*
 * Documents that people write, JSON and YAML, as one tree that knows where
 * every value stands, so that a reader can say file:line:column of what it does
 * not like. Everything that reads such files reads this tree.
 *
 * jansson tokenizes JSON and libyaml tokenizes YAML. libyaml alone would not do
 * for both: of 15 valid pieces of JSON it refuses six (a surrogate pair as
 * "\ud83d\ude00", which is how programs write what is beyond the first plane, a
 * key of over 1024 characters, a line break before the colon, a tab before the
 * first token, U+007F, U+FFFF), and of 20 pieces that are not JSON it lets 17
 * pass. jansson keeps no positions: doc_json.c finds them by walking the text
 * that jansson has accepted beside the tree that it has made.
 *
 * Both are strict: duplicate keys are errors, nesting and size are bounded.
 * Anchors and aliases of YAML are followed, merge keys ("<<") are refused: they
 * are not part of YAML 1.2. A plain YAML scalar is what YAML 1.1 and Kubernetes
 * take it for: 0x10 and 020 are 16, yes is true.
 */
#ifndef BASE_DOC_H
#define BASE_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/compiler.h"
#include "base/error.h"

enum doc_format {
	DOC_ANY, /* YAML by the name (.yaml, .yml) or when it does not begin with { or [ */
	DOC_JSON,
	DOC_YAML,
};

/* Everything in it lives as long as the document. */
struct doc {
	char *path; /* as given, for messages */
	enum doc_format format; /* never DOC_ANY */
	uint32_t first_line; /* of the file that the text begins at: 1 but in doc_parse_line() */
	/* One in JSON; the documents of a YAML stream that are not empty, perhaps none. */
	struct doc_value *root;
	size_t nr_roots;
	struct arena arena;
};

enum doc_kind { DOC_NULL, DOC_BOOL, DOC_INT, DOC_REAL, DOC_TEXT, DOC_LIST, DOC_MAP };

struct doc_value {
	const struct doc *doc;
	uint32_t line, column; /* from 1, in characters */
	enum doc_kind kind;
	uint32_t nr; /* of items or members */
	union {
		const struct doc_value *item; /* DOC_LIST */
		const struct doc_member *member; /* DOC_MAP */
		const char *text; /* others: decoded, or as it was written (42, 1e3, true) */
	};
	union {
		bool yes; /* DOC_BOOL */
		int64_t integer; /* DOC_INT */
		double real; /* DOC_REAL */
	};
};

/* In the order of the text. No text contains a NUL character. */
struct doc_member {
	const char *key;
	uint32_t line, column; /* of the key */
	struct doc_value value;
};

/* Reads and parses at most 64 MiB (16 MiB of YAML); "-" is standard input. On
 * failure `out` is released and err says file:line:column. */
int doc_load(struct doc *out, const char *path, enum doc_format format, struct error *err) MUST_USE;
/* The same from memory, of which nothing is kept; `path` is for messages and the format. */
int doc_parse(struct doc *out, const char *path, const char *text, size_t size,
	      enum doc_format format, struct error *err) MUST_USE;
/* The same of a piece of JSON that stands at that line of a file: a row of JSON lines. */
int doc_parse_line(struct doc *out, const char *path, uint32_t line, const char *text, size_t size,
		   struct error *err) MUST_USE;
void doc_release(struct doc *doc); /* zeroed or NULL is fine */

/* Member `key` of a map; NULL when absent, or when `map` is none (or NULL). */
const struct doc_value *doc_member(const struct doc_value *map, const char *key);
/* For messages: the key of the map's i-th member as if it were a value; the map
 * itself when a member is absent. */
struct doc_value doc_key(const struct doc_value *map, uint32_t i);
const struct doc_value *doc_place(const struct doc_value *map, const char *key);

/* The text of a DOC_TEXT, else NULL. */
const char *doc_text(const struct doc_value *v);
bool doc_is_text(const struct doc_value *v, const char *text);
/* Whether it is a whole number of [min, max]; then *out is that. */
bool doc_int(const struct doc_value *v, int64_t min, int64_t max, int64_t *out) MUST_USE;
/* Whether it is a number of [min, max], whole or not. */
bool doc_real(const struct doc_value *v, double min, double max, double *out) MUST_USE;

/* The only document there is; `what` is its name in the sentence when there are
 * none or several. */
int doc_only(const struct doc *doc, const char *what, const struct doc_value **out,
	     struct error *err) MUST_USE;

/* "file:line:column: " + sentence at the value's place. Returns ERR_INPUT. */
int doc_error(const struct doc_value *at, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* One line "file:line:column: warning: ..."; `warn` may be NULL. */
void doc_warn(const struct doc_value *at, FILE *warn, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Every key of `map` must be in the NULL-terminated list, else an error at that
 * key naming the nearest known one ("did you mean ..."). `what`: "zone", "fleet", ... */
int doc_known(const struct doc_value *map, const char *what, const char *const *keys,
	      struct error *err) MUST_USE;

/*
 * Typed members of a map. An absent member leaves *out as it was (NULL for maps
 * and lists), unless `required`. A member of another type or outside [min, max]
 * is an error at its place that says what was expected.
 */
int doc_get_map(const struct doc_value *map, const char *key, bool required,
		const struct doc_value **out, struct error *err) MUST_USE;
int doc_get_list(const struct doc_value *map, const char *key, bool required,
		 const struct doc_value **out, struct error *err) MUST_USE;
/* A list of strings, copied into the arena: *nr of them and a NULL; none when absent. */
int doc_get_strings(const struct doc_value *map, const char *key, bool required,
		    struct arena *arena, const char ***out, size_t *nr, struct error *err) MUST_USE;
int doc_get_int(const struct doc_value *map, const char *key, bool required, int64_t min,
		int64_t max, int64_t *out, struct error *err) MUST_USE;
int doc_get_real(const struct doc_value *map, const char *key, bool required, double min,
		 double max, double *out, struct error *err) MUST_USE;
int doc_get_bool(const struct doc_value *map, const char *key, bool required, bool *out,
		 struct error *err) MUST_USE;
/* Borrowed from the document. */
int doc_get_text(const struct doc_value *map, const char *key, bool required, const char **out,
		 struct error *err) MUST_USE;
/* A size ("6GiB") or a whole number of bytes; > 0 unless `zero_ok`. */
int doc_get_bytes(const struct doc_value *map, const char *key, bool required, bool zero_ok,
		  int64_t *out, struct error *err) MUST_USE;
/* A duration ("7d") or a number of seconds; >= 0. */
int doc_get_duration(const struct doc_value *map, const char *key, bool required, int64_t *out_ns,
		     struct error *err) MUST_USE;
/* One of the NULL-terminated names; *out is its index. */
int doc_get_choice(const struct doc_value *map, const char *key, bool required,
		   const char *const *names, int *out, struct error *err) MUST_USE;

/* The two tokenizers, for doc.c: they fill doc->root. The text is UTF-8. */
int doc_read_json(struct doc *doc, const char *text, size_t size, struct error *err) MUST_USE;
int doc_read_yaml(struct doc *doc, const char *text, size_t size, struct error *err) MUST_USE;

#endif
