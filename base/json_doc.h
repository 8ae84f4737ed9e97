/*
 * Reading JSON that people write: jansson parses, this adds where.
 *
 * jansson keeps no positions, so a reader that finds an unknown field or a bad
 * value could not say where it stands. struct json_at is a cursor that knows
 * its way from the root; json_at_error() finds that way again in the text, on
 * the error path only, and reports file:line:column.
 *
 * Readers are strict: duplicate keys and unknown fields are errors.
 */
#ifndef BASE_JSON_DOC_H
#define BASE_JSON_DOC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/compiler.h"
#include "base/error.h"

struct json_doc {
	char *path; /* as given, for messages */
	char *text; /* whole file, NUL-terminated */
	size_t size;
	json_t *root;
};

/* Reads and parses at most 64 MiB; "-" is standard input. On failure `out` is
 * released and err says file:line:column. */
int json_doc_load(struct json_doc *out, const char *path, struct error *err) MUST_USE;
/* The same from memory; `text` is copied, `path` is only for messages. */
int json_doc_parse(struct json_doc *out, const char *path, const char *text, size_t size,
		   struct error *err) MUST_USE;
void json_doc_release(struct json_doc *doc); /* zeroed or NULL is fine */

/* A value and the way to it. Lives on the reader's stack; `up` must outlive it. */
struct json_at {
	const struct json_doc *doc;
	const struct json_at *up; /* NULL at the root */
	const char *key; /* in an object, else NULL */
	size_t index; /* in an array */
	json_t *value; /* NULL: a member that is absent */
};

struct json_at json_at_root(const struct json_doc *doc);
/* Member `key` of an object; .value is NULL when absent. */
struct json_at json_at_member(const struct json_at *obj, const char *key);
struct json_at json_at_item(const struct json_at *array, size_t index);

/* "file:line:column: " + sentence at the value's place (at its parent's, when
 * absent). Returns ERR_INPUT. */
int json_at_error(const struct json_at *at, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Every key of `obj` must be in the NULL-terminated list, else an error at that
 * key naming the nearest known one ("did you mean ..."). `what`: "zone", "fleet", ... */
int json_at_known(const struct json_at *obj, const char *what, const char *const *keys,
		  struct error *err) MUST_USE;

/*
 * Typed members of an object. An absent member leaves *out as it was, unless
 * `required`. A member of another type or outside [min, max] is an error at its
 * place that says what was expected.
 */
int json_get_object(const struct json_at *obj, const char *key, bool required, struct json_at *out,
		    struct error *err) MUST_USE;
int json_get_array(const struct json_at *obj, const char *key, bool required, struct json_at *out,
		   struct error *err) MUST_USE;
/* A list of strings, copied into the arena: *nr of them and a NULL; none when absent. */
int json_get_strings(const struct json_at *obj, const char *key, bool required, struct arena *arena,
		     const char ***out, size_t *nr, struct error *err) MUST_USE;
int json_get_int(const struct json_at *obj, const char *key, bool required, int64_t min,
		 int64_t max, int64_t *out, struct error *err) MUST_USE;
int json_get_real(const struct json_at *obj, const char *key, bool required, double min, double max,
		  double *out, struct error *err) MUST_USE;
int json_get_bool(const struct json_at *obj, const char *key, bool required, bool *out,
		  struct error *err) MUST_USE;
/* Borrowed from the document. */
int json_get_string(const struct json_at *obj, const char *key, bool required, const char **out,
		    struct error *err) MUST_USE;
/* A size ("6GiB") or a whole number of bytes; > 0 unless `zero_ok`. */
int json_get_bytes(const struct json_at *obj, const char *key, bool required, bool zero_ok,
		   int64_t *out, struct error *err) MUST_USE;
/* A duration ("7d") or a number of seconds; >= 0. */
int json_get_duration(const struct json_at *obj, const char *key, bool required, int64_t *out_ns,
		      struct error *err) MUST_USE;
/* One of the NULL-terminated names; *out is its index. */
int json_get_choice(const struct json_at *obj, const char *key, bool required,
		    const char *const *names, int *out, struct error *err) MUST_USE;

/* The name in the NULL-terminated list nearest to `text` by edit distance, when
 * it is near enough to be a typing mistake, else NULL. */
const char *nearest_name(const char *text, const char *const *names);

#endif
