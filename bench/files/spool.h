/*
 * Rows of CSV that one row of an experiment writes while others do the same: into a file
 * without a name beside the results, until its turn comes. Rows are spooled without the
 * columns of the key, which are put in front when they are appended, so that rows that are
 * the same under two keys are written once.
 */
#ifndef BENCH_FILES_SPOOL_H
#define BENCH_FILES_SPOOL_H

#include <stdio.h>

#include "base/error.h"

struct row;

struct spool {
	FILE *file; /* write here */
	const char *directory; /* for messages; borrowed */
};

/* A file in `directory` that vanishes when it is closed, however the program ends. */
int spool_open(struct spool *s, const char *directory, struct error *err) MUST_USE;
void spool_close(struct spool *s); /* zeroed is fine */
/* All rows, each with the row's key in front. May be called again. */
int spool_append(struct spool *s, const struct row *key, FILE *out, struct error *err) MUST_USE;

#endif
