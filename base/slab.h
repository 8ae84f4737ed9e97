/*
 * Many records of one size, by number: an array that never moves. It is made of pieces of
 * 2 MiB, so it grows without copying and is never more than a piece larger than what it
 * holds; where the system has them, each piece but the first is a huge page, because
 * records looked at in no order cost a walk of the page tables each otherwise. Who knows that
 * there will be many says so, and the first one is, too.
 */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLAB_PIECE_BYTES ((size_t)2 << 20)

/* Records of the zones of so many hosts are many. */
#define SLAB_LARGE_HOSTS 256

/* Zero-initialise. */
struct slab {
	unsigned char **piece;
	size_t nr, cap; /* pieces */
	bool large; /* set before the first record: the first piece is a huge page too */
};

/* Room for records 0 .. nr - 1 of `size` bytes, a power of two. What was not there before is
 * not initialised. */
void slab_reserve(struct slab *s, size_t nr, size_t size);
void slab_release(struct slab *s);

/* `nr` records of `size` bytes, zeroed, on cache lines and where there are many on huge pages;
 * free() frees them. */
void *slab_lines(size_t nr, size_t size);

/* `size` is a constant, so this is two shifts and a look into a table of a few lines. */
static inline void *slab_at(const struct slab *s, size_t i, size_t size)
{
	size_t a_piece = SLAB_PIECE_BYTES / size;

	return s->piece[i / a_piece] + i % a_piece * size;
}

#endif
