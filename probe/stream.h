/*
 * Bandwidth by the four loops of STREAM (McCalpin, "Memory Bandwidth and
 * Machine Balance in Current High Performance Computers", 1995; rules:
 * www.cs.virginia.edu/stream/ref.html), our own code:
 *
 *	copy	c[i] = a[i]		16 bytes an element
 *	scale	b[i] = s * c[i]		16
 *	add	c[i] = a[i] + b[i]	24
 *	triad	a[i] = b[i] + s * c[i]	24
 *
 * Bytes are what the program asks for: the line that an ordinary store reads
 * before it writes is not counted. Stores are ordinary ones. Every array should
 * be at least four times the last-level caches used. The first of repeats + 1
 * rounds is not counted; the best of the others is STREAM's figure. Rates are
 * bytes per second (STREAM's MB are 10^6).
 */
#ifndef PROBE_STREAM_H
#define PROBE_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "probe/crew.h"

enum stream_kernel { STREAM_COPY, STREAM_SCALE, STREAM_ADD, STREAM_TRIAD, STREAM_KERNELS };

#define STREAM_REPEATS_MAX 1000
#define STREAM_CACHE_FACTOR 4 /* STREAM's rule: array bytes per byte of cache */
#define STREAM_SCALAR 3.0
#define STREAM_ALIGN_BYTES 64 /* of every array */

/* One thread's share: three arrays of `nr` doubles each, on cache lines, lent by the caller. */
struct stream_part {
	double *a, *b, *c;
	size_t nr;
};

struct stream_rate {
	int64_t best_bytes_per_s, median_bytes_per_s, worst_bytes_per_s;
};

struct stream_result {
	uint32_t threads, repeats; /* that worked; that counted */
	int64_t array_bytes; /* one array, all threads together */
	struct stream_rate rate[STREAM_KERNELS];
};

/*
 * Thread i of the crew works on part[i]; a part without elements is one that idles.
 * A round takes from when the first thread begins to when the last one ends. The
 * results in the arrays are checked as STREAM does (ERR_CHECK: the machine, or we,
 * computed wrongly). 1 <= repeats <= STREAM_REPEATS_MAX; one part has elements.
 */
int stream_run(struct crew *crew, const struct stream_part *part, uint32_t repeats,
	       struct stream_result *out, struct error *err) MUST_USE;

const char *stream_kernel_name(enum stream_kernel k); /* "copy", ... */
int64_t stream_element_bytes(enum stream_kernel k); /* 16 or 24 */

/* Cut `bytes` at `base` into the arrays of `nr` threads, equal shares that begin
 * on cache lines. Returns bytes of one array, all threads together; 0: too small. */
int64_t stream_divide(void *base, size_t bytes, struct stream_part *part, uint32_t nr);

/* stream_loops.c: built with the same optimisation in every build. */
void stream_loop(enum stream_kernel k, const struct stream_part *p);
/* A sum, so that reading cannot be left out. */
double stream_read(const double *a, size_t nr);

#endif
