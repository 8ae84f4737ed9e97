/*
 * A host's recording (live/recording.h) as a scenario: the zones that its first sample has are
 * there already, and what happened to them and to others afterwards are its steps, read off the
 * later samples: launches, ends, and balloons that have reached their targets. So the
 * simulator predicts what the recording then holds against it (bench/rehearse.h).
 *
 * Steps between two samples happen in this order: ends, balloons that shrink, launches,
 * balloons that grow. Where nothing happened the step is "look". Samples in which a balloon is on
 * its way are passed over: its step comes when it has arrived, or has stopped.
 */
#ifndef BENCH_RECORDED_H
#define BENCH_RECORDED_H

#include "bench/scenario.h"
#include "live/recording.h"

struct recorded_row {
	size_t step; /* 0: the first sample */
	const char *zone; /* NULL: free memory */
	uint32_t node; /* index */
	int64_t bytes;
};

/* Zero-initialise. */
struct recorded {
	struct recording *file;
	const struct host *host; /* its own */
	struct scenario scenario; /* its first nr_there zones and steps are there already */
	uint32_t nr_there;
	int64_t *free_bytes; /* by node, with the zones that are there away */
	struct recorded_row *row; /* ascending steps */
	size_t nr_rows, cap_rows;
	char **note; /* what was left out, sentences */
	uint32_t nr_notes;
	size_t cap_notes;
	uint32_t nr_samples, nr_passed_over;
};

/* Its first `span_ns`. ERR_INPUT; ERR_CANNOT: it has no zones of a Xen host, whose allocator is
 * the one that is known. On failure `out` is released. */
int recorded_load(struct recorded *out, const char *path, int64_t span_ns,
		  struct error *err) MUST_USE;
void recorded_release(struct recorded *r);

#endif
