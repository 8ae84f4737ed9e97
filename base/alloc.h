/*
 * Memory that is there or the program ends: out of memory is reported here, in
 * one sentence, with exit status 3, and no caller checks.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"

/* The sentence, and the end. */
void NORETURN xmemory_out(size_t size);

void *xmalloc(size_t size) MUST_USE;
void *xcalloc(size_t nr, size_t size) MUST_USE;
void *xrealloc(void *old, size_t size) MUST_USE;
void *xreallocarray(void *old, size_t nr, size_t size) MUST_USE;
/* Aligned to `align`, a power of two >= sizeof(void *); free() frees it. */
void *xaligned(size_t align, size_t size) MUST_USE;
char *xstrdup(const char *s) MUST_USE;
char *xstrndup(const char *s, size_t n) MUST_USE;
/* Formatted; the caller frees. */
char *xasprintf(const char *fmt, ...) MUST_USE PRINTF_LIKE(1, 2);

/* A stream into memory: *text and *size are what was written since the beginning, or since
 * rewind(), once it is flushed or closed; NUL-terminated, the caller frees the text. */
FILE *xmemstream(char **text, size_t *size) MUST_USE;
void xmemstream_flush(FILE *f);
void xmemstream_close(FILE *f);

/*
 * Room for one more item in a growing array: doubles `*cap` (in items of
 * `size` bytes) when `nr` has reached it and returns the array.
 *	list = grow(list, &cap, nr, sizeof(*list));
 */
void *grow(void *array, size_t *cap, size_t nr, size_t size) MUST_USE;

/*
 * An arena: many small pieces that live and die together (parsed input).
 * Zero-initialise; arena_release() frees every piece and leaves it zeroed.
 * Pieces are aligned for any type and zeroed.
 */
struct arena_block;
struct arena {
	struct arena_block *block;
	size_t used, size; /* of the newest block */
};

void *arena_alloc(struct arena *a, size_t size) MUST_USE;
char *arena_strdup(struct arena *a, const char *s) MUST_USE;
char *arena_strndup(struct arena *a, const char *s, size_t n) MUST_USE;
char *arena_printf(struct arena *a, const char *fmt, ...) MUST_USE PRINTF_LIKE(2, 3);
void arena_release(struct arena *a);

#endif
