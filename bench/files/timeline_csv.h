/*
 * Rows of timeline.csv: what the hosts of a row hold, in steps of time. The columns are
 * schema/'s; those of the row's key are put in front by who gathers the rows (spool.h).
 */
#ifndef BENCH_FILES_TIMELINE_CSV_H
#define BENCH_FILES_TIMELINE_CSV_H

#include <stdio.h>

#include "bench/loop/observer.h"
#include "host/host.h"

/* What is held at one time. Figures of several fleets can be added. */
struct timeline_moment {
	int64_t at_ns;
	uint64_t live, waiting;
	int64_t vcpus, resident_bytes, off_home_bytes, off_node_bytes, free_bytes;
	int128 distance; /* bytes x hundredths of a SLIT unit */
	int64_t placed, refused;
	uint64_t steps, failures; /* of dynamic memory */
	uint32_t nr_nodes;
	uint64_t nr_shares;
	/* Taken on the first, second, ... node of all hosts together. */
	int64_t taken_bytes[NODES_MAX];
};

struct timeline_writer {
	FILE *out; /* borrowed */
	const char *directory; /* where parts keep what they saw; borrowed */
	struct timeline_moment now;
	/* Local shares of the zones that are not wholly local, lowest first. */
	int32_t *share;
	size_t cap_shares;
};

extern const struct observer_ops timeline_observer;

void timeline_writer_release(struct timeline_writer *w);
void timeline_print_header(FILE *out);

#endif
