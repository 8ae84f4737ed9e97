/*
 * When zones were refused, from zones.csv, read as a stream, per row of the summary. Memory does
 * not grow with the file.
 */
#ifndef REPORT_REFUSALS_H
#define REPORT_REFUSALS_H

#include "base/alloc.h"
#include "base/error.h"
#include "report/sheet.h"

#define REFUSAL_BINS 128

struct refusal_row {
	const char *key; /* fields of the key, each followed by 0x01 */
	const char *name; /* "edera-compact static seed 1" */
	int64_t zones;
	int64_t bin_ns; /* the same in all rows after loading */
	int64_t bin[REFUSAL_BINS];
};

struct refusals {
	struct refusal_row **row; /* those with refusals, in the file's order */
	size_t nr, cap;
	struct arena arena;
};

/* Errors as csv_next(), and ERR_INPUT where columns are missing. */
int refusals_load(struct refusals *out, const char *path, struct error *err) MUST_USE;
void refusals_release(struct refusals *r); /* zeroed is fine */

#endif
