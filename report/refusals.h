/*
 * Where refused zones failed and why, from zones.csv, read as a stream: per row of
 * the summary the kinds of refusal (one code and one sentence, whatever its
 * figures), when, which hosts said no, and what was free then. Memory does not grow
 * with the file.
 */
#ifndef REPORT_REFUSALS_H
#define REPORT_REFUSALS_H

#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "report/sheet.h"

#define REFUSAL_BINS 128
#define REFUSAL_KINDS_MAX 12 /* of a row; further kinds are counted together */
#define REFUSAL_HOSTS_MAX 5

struct range {
	int64_t low, high;
};

struct refusal_kind {
	const char *error; /* "ERR_NO_ROOM"; "" for what is counted together */
	const char *shape; /* the sentence with # for each number */
	const char *example; /* the first one, as it was said */
	int64_t zones, first_ns, last_ns;
	struct range vcpus, memory_bytes; /* of the refused zones */
	struct range host_free_bytes, node_free_bytes; /* the most on one host, one node */
};

struct refusal_host {
	int64_t host, zones; /* asked first for so many */
};

struct refusal_row {
	const char *key; /* fields of the key, each followed by 0x01 */
	const char *name; /* "edera-compact static seed 1" */
	int64_t zones, unasked; /* unasked: no host had the sums */
	struct refusal_kind kind[REFUSAL_KINDS_MAX];
	size_t nr_kinds;
	struct refusal_host host[REFUSAL_HOSTS_MAX];
	size_t nr_hosts;
	int64_t bin_ns; /* the same in all rows after loading */
	int64_t bin[REFUSAL_BINS];
};

struct refusals {
	struct refusal_row **row; /* those with refusals, in the file's order */
	size_t nr, cap;
	bool reasons; /* the file says more than a code */
	struct arena arena;
};

/* Errors as csv_next(), and ERR_INPUT where columns are missing. */
int refusals_load(struct refusals *out, const char *path, struct error *err) MUST_USE;
void refusals_release(struct refusals *r); /* zeroed is fine */

#endif
