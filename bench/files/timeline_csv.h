/*
 * Rows of timeline.csv: what the hosts of a row hold, in steps of time. The columns are
 * schema/'s; those of the row's key are put in front by who gathers the rows (spool.h).
 */
#ifndef BENCH_FILES_TIMELINE_CSV_H
#define BENCH_FILES_TIMELINE_CSV_H

#include <stdio.h>

#include "bench/loop/observer.h"

struct timeline_writer {
	FILE *out; /* borrowed */
	int32_t *scratch; /* for quantiles over live zones */
	size_t cap_scratch;
};

extern const struct observer_ops timeline_observer;

void timeline_writer_release(struct timeline_writer *w);
void timeline_print_header(FILE *out);

#endif
