/*
 * The loops that are timed. Built with -O3 and without sanitizers in every
 * build, and without the compiler's replacement of the copy loop by memcpy(),
 * whose stores may be of another kind (see CMakeLists.txt).
 *
 * The arrays are said to be aligned, as the compiler sees of STREAM's own. It loads other
 * ones by instructions of their own, all before the first sum; where arrays lie a multiple
 * of 4 KiB apart, as STREAM's do, a Zen 4 then loses some 6 % of the triad.
 */
#include "probe/stream.h"

#include "base/compiler.h"

static void copy(const double *restrict a, double *restrict c, size_t nr)
{
	a = aligned_to(STREAM_ALIGN_BYTES, a);
	c = aligned_to(STREAM_ALIGN_BYTES, c);
	for (size_t i = 0; i < nr; i++)
		c[i] = a[i];
}

static void scale(double *restrict b, const double *restrict c, size_t nr)
{
	b = aligned_to(STREAM_ALIGN_BYTES, b);
	c = aligned_to(STREAM_ALIGN_BYTES, c);
	for (size_t i = 0; i < nr; i++)
		b[i] = STREAM_SCALAR * c[i];
}

static void add(const double *restrict a, const double *restrict b, double *restrict c, size_t nr)
{
	a = aligned_to(STREAM_ALIGN_BYTES, a);
	b = aligned_to(STREAM_ALIGN_BYTES, b);
	c = aligned_to(STREAM_ALIGN_BYTES, c);
	for (size_t i = 0; i < nr; i++)
		c[i] = a[i] + b[i];
}

static void triad(double *restrict a, const double *restrict b, const double *restrict c, size_t nr)
{
	a = aligned_to(STREAM_ALIGN_BYTES, a);
	b = aligned_to(STREAM_ALIGN_BYTES, b);
	c = aligned_to(STREAM_ALIGN_BYTES, c);
	for (size_t i = 0; i < nr; i++)
		a[i] = b[i] + STREAM_SCALAR * c[i];
}

void stream_loop(enum stream_kernel k, const struct stream_part *p)
{
	switch (k) {
	case STREAM_COPY:
		copy(p->a, p->c, p->nr);
		break;
	case STREAM_SCALE:
		scale(p->b, p->c, p->nr);
		break;
	case STREAM_ADD:
		add(p->a, p->b, p->c, p->nr);
		break;
	case STREAM_TRIAD:
		triad(p->a, p->b, p->c, p->nr);
		break;
	case STREAM_KERNELS:
		break;
	}
}

double stream_read(const double *a, size_t nr)
{
	double s[8] = {0}, sum = 0;
	size_t i = 0;

	for (; i + 8 <= nr; i += 8)
		for (int j = 0; j < 8; j++)
			s[j] += a[i + (size_t)j];
	for (; i < nr; i++)
		sum += a[i];
	for (int j = 0; j < 8; j++)
		sum += s[j];
	return sum;
}
