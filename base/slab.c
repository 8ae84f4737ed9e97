/* madvise() and its advice are no part of POSIX. */
#define _DEFAULT_SOURCE
#include "base/slab.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/error.h"

static unsigned char *piece_new(const struct slab *s)
{
	unsigned char *p = xaligned(SLAB_PIECE_BYTES, SLAB_PIECE_BYTES);

#ifdef MADV_HUGEPAGE
	/* advice: nothing is lost where it is not taken */
	if (s->nr && madvise(p, SLAB_PIECE_BYTES, MADV_HUGEPAGE))
		return p;
#endif
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

size_t slab_bytes(const struct slab *s)
{
	return s->nr * SLAB_PIECE_BYTES;
}
