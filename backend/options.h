/*
 * Options of a backend, "key=value,key=value" behind its name ("xen:kernel=PATH").
 * Each machine declares its own once, in a table of its struct backend_ops: the table
 * reads them, lists them and says what is wrong with one.
 */
#ifndef BACKEND_OPTIONS_H
#define BACKEND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct backend_ops;

struct backend_option {
	/* "": all of the text is the value, commas too; then it is the table's only one. */
	const char *key;
	const char *value; /* what it takes, as shown: "PATH", "BYTES"; "a|b" are its words */
	const char *meaning; /* one line, lower case, no full stop; says the default */
	/* What gives it where nobody wrote it, as a user knows it ("--allocator"); NULL: nothing.
	 */
	const char *from;
	bool rest; /* takes all that follows, commas too */
	/* Puts the value into what the machine reads its options into. `value` lives as long as
	 * the text that is read. ERR_USAGE. */
	int (*read)(void *out, const struct backend_option *o, const char *value,
		    struct error *err);
};

/*
 * Reads `text` in place (it is cut into its values); of a key that stands twice the last
 * one counts. ERR_USAGE names `backend`, what is wrong, and the key that was perhaps
 * meant. `option` ends with a zeroed entry; NULL: the backend has none.
 */
int backend_options_read(const char *backend, const struct backend_option *option, char *text,
			 void *out, struct error *err) MUST_USE;

/* For `read`: which of the words of o->value it is, and a whole number. ERR_USAGE. */
int backend_option_word(const struct backend_option *o, const char *value, unsigned *out,
			struct error *err) MUST_USE;
int backend_option_number(const struct backend_option *o, const char *value, int64_t min,
			  int64_t max, int64_t *out, struct error *err) MUST_USE;

/* NULL: this backend has no such option. */
const struct backend_option *backend_option_find(const struct backend_ops *ops, const char *key);

/* What a run has for every backend: value NULL is nothing, and one that has no such
 * option is not told. */
struct backend_offer {
	const char *key, *value;
};

/* The options for backend_open(): those of `offer` (NULL key ends it) that the backend
 * has, and after them, so that they count, what was written behind its name. The
 * caller frees. */
char *backend_options_text(const struct backend_ops *ops, const struct backend_offer *offer,
			   const char *given) MUST_USE;

#endif
