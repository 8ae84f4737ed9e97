/*
 * xenstore as this room needs it: one value at a time, read with a bound, changed only from what it
 * was known to be. A table stands for it, so that what is built on it is tested on a map.
 *
 * Guests write below /local/domain/ID/data and control, whatever they like, at any time: what is
 * read there is a claim, of bounded size, and nothing else.
 */
#ifndef BACKEND_XEN_STORE_H
#define BACKEND_XEN_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

enum store_swap {
	STORE_SWAPPED,
	STORE_OTHER, /* it was something else, and still is */
	STORE_FAILED, /* errno */
};

struct store_ops {
	/* The value with a NUL behind it, the caller frees. NULL: errno, ENOENT where it is not
	 * there. */
	char *(*read)(void *self, const char *path, size_t *size);
	/* In one go from `before` (NULL: not there) to `now` (NULL: not there, nor what is below).
	 * What it makes only dom0 may read. */
	enum store_swap (*swap)(void *self, const char *path, const char *before, const char *now);
};

struct store {
	const struct store_ops *ops;
	void *self;
};

/* XENSTORE_PAYLOAD_MAX (xen/io/xs_wire.h): no value has more, and one that is written not so much:
 * its path and a NUL go with it. */
#define STORE_VALUE_MAX 4096

enum store_value {
	STORE_ABSENT,
	STORE_TEXT, /* one line, without control characters */
	STORE_ODD, /* anything else, or longer than asked for */
	STORE_UNREADABLE, /* errno */
};

/* At most `max` bytes into `out`, which has room for max + 1; of an odd value what may be shown of
 * it, else nothing. */
enum store_value store_text(const struct store *s, const char *path, size_t max,
			    char *out) MUST_USE;

#endif
