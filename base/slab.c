/* madvise() and its advice are no part of POSIX. */
#define _DEFAULT_SOURCE
#include "base/slab.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/error.h"

/* Advice: nothing is lost where it is not taken. */
static void want_huge_pages(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
	if (madvise(p, bytes, MADV_HUGEPAGE))
		return;
#else
	(void)p;
	(void)bytes;
#endif
}

static unsigned char *piece_new(const struct slab *s)
{
	unsigned char *p = xaligned(SLAB_PIECE_BYTES, SLAB_PIECE_BYTES);

	if (s->large || s->nr)
		want_huge_pages(p, SLAB_PIECE_BYTES);
	return p;
}

void *slab_lines(size_t nr, size_t size)
{
	size_t bytes = nr * size, align = bytes < SLAB_PIECE_BYTES ? 64 : SLAB_PIECE_BYTES;
	void *p;

	BUG_ON(size && nr > SIZE_MAX / size);
	p = xaligned(align, bytes);
	if (align == SLAB_PIECE_BYTES)
		want_huge_pages(p, bytes / SLAB_PIECE_BYTES * SLAB_PIECE_BYTES);
	memset(p, 0, bytes);
	return p;
}

void slab_reserve(struct slab *s, size_t nr, size_t size)
{
	BUG_ON(SLAB_PIECE_BYTES % size != 0);
	while (s->nr * (SLAB_PIECE_BYTES / size) < nr) {
		s->piece = grow(s->piece, &s->cap, s->nr, sizeof(*s->piece));
		s->piece[s->nr] = piece_new(s);
		s->nr++;
	}
}

void slab_release(struct slab *s)
{
	for (size_t i = 0; i < s->nr; i++)
		free(s->piece[i]);
	free(s->piece);
	*s = (struct slab){0};
}
