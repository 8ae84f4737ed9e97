/*
 * Sorting what may be longer than memory: pieces of bytes by a key, those of equal keys in
 * the order they were given in. What does not fit goes, sorted, into a file without a
 * name (base/scratch.h) and is merged from there.
 */
#ifndef BASE_SORTER_H
#define BASE_SORTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

/* whole + billionths / 10^9 */
struct sort_key {
	int64_t whole;
	uint32_t billionths;
};

struct sorter;

#define SORTER_PIECE_MAX ((size_t)128 * 1024) /* bytes of one */

/* Uses about `memory` bytes, and as a merge 256 KiB for each `memory` that was given. */
struct sorter *sorter_new(size_t memory) MUST_USE;
void sorter_free(struct sorter *s); /* NULL is fine */

/* In two parts, of which either may be empty. ERR_MACHINE when the file cannot be written. */
int sorter_add(struct sorter *s, struct sort_key key, const void *a, size_t na, const void *b,
	       size_t nb, struct error *err) MUST_USE;
/* All were given; the next calls are for taking them. */
int sorter_finish(struct sorter *s, struct error *err) MUST_USE;
/* The next piece, lent until the next call; NULL: there is none. */
int sorter_next(struct sorter *s, const char **bytes, size_t *n, struct error *err) MUST_USE;

#endif
