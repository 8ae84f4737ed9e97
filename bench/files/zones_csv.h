/*
 * Rows of zones.csv: each zone of a row, when it ends or is refused: where it was, what its
 * memory and its placement came to, and why it was turned away. The columns are schema/'s;
 * those of the row's key are put in front by who gathers the rows (spool.h).
 */
#ifndef BENCH_FILES_ZONES_CSV_H
#define BENCH_FILES_ZONES_CSV_H

#include <stdio.h>

#include "bench/loop/observer.h"

struct zones_writer {
	FILE *out; /* borrowed */
	const char *directory; /* where parts keep what they saw; borrowed */
	/* By slot: its name, and behind its end fields of its row, as one allocation of two
	 * strings; NULL when nothing lives there. */
	char **record;
	size_t cap;
};

extern const struct observer_ops zones_observer;

void zones_writer_release(struct zones_writer *w);
void zones_print_header(FILE *out);

#endif
