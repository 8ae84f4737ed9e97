/*
 * Where zones' pages were predicted to be and where they were found: two files of
 * `homenode rehearse` (bench/rehearse.h has their columns) held against each other,
 * step by step and node by node.
 *
 * A machine gives a zone a few pages more than it asked for: console, store, start
 * info, tables. Up to PAGES_SPECIAL_MAX pages that a zone has more in all than
 * predicted are counted as special, on the nodes where it has too many; so is, below
 * zero, the one that a booting guest gives back (under its shared info page) where the
 * others are not in the figures. Whatever else differs is outside the bound. The bound is the
 * prediction itself, except where a balloon took pages from a zone: what its guest may have
 * chosen is between least_pages and most_pages then, where the prediction has them. Of
 * free memory the rows are compared too, but apart: it differs where a machine takes memory for
 * itself.
 */
#ifndef REPORT_RESIDENCY_H
#define REPORT_RESIDENCY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"

#define PAGES_SPECIAL_MAX 32
#define PAGES_GIVEN_BACK_MAX 1
#define RESIDENCY_NODES_MAX 64

struct residency_row {
	const char *scenario, *action, *zone;
	int64_t step, node, pages; /* node -1: unknown */
	int64_t least, most; /* the bound */
};

/* Zero-initialise. */
struct residency_file {
	const char *path;
	struct residency_row *row; /* ascending: scenario, step, zone, node; from step 0 on */
	size_t nr, cap;
	struct arena arena;
};

/* One zone after one step, or free memory (zone "(free)"). */
struct residency_case {
	const char *scenario, *action, *zone;
	int64_t step;
	uint32_t nr_nodes; /* in the order of their numbers */
	int64_t node[RESIDENCY_NODES_MAX], predicted[RESIDENCY_NODES_MAX],
		least[RESIDENCY_NODES_MAX], most[RESIDENCY_NODES_MAX],
		observed[RESIDENCY_NODES_MAX];
	int64_t special, outside; /* pages; of free memory all that differs is outside */
	/* Of what a balloon gave back: whose nodes were determined, and whose were not. */
	int64_t determined, open;
	bool changed; /* observed otherwise than after the last step */
	bool news; /* that, or more or less is outside than after the last step */
	bool missing; /* the zone is in one of the files only */
};

/* Zero-initialise. */
struct residency_diff {
	struct residency_case *at;
	size_t nr, cap;
	int64_t pages; /* of zones, observed, over all cases that changed */
	int64_t special; /* likewise, without those that zones gave back */
	int64_t determined, open, outside; /* over all cases that are news */
	int64_t free_off; /* most that is off on a node's free memory after any step */
};

/* Is the file one of these? False also when it cannot be read. */
bool residency_recognise(const char *path);
/* ERR_INPUT with file:line:column. On failure `out` is released. */
int residency_load(struct residency_file *out, const char *path, struct error *err) MUST_USE;
/* Or row by row, then the end: ERR_INPUT as above. */
void residency_add(struct residency_file *f, const struct residency_row *row);
int residency_finish(struct residency_file *f, struct error *err) MUST_USE;
void residency_release(struct residency_file *f);

/* Strings are borrowed from the files. */
void residency_compare(struct residency_diff *out, const struct residency_file *predicted,
		       const struct residency_file *observed);
void residency_diff_release(struct residency_diff *d);

/* What changed and what is outside, then the sums. */
void residency_print_text(const struct residency_diff *d, FILE *out);
/* Every case and node: scenario,step,action,zone,node,predicted_pages,... */
void residency_print_csv(const struct residency_diff *d, FILE *out);
void residency_print_json(const struct residency_diff *d, FILE *out); /* residency_json.c */

#endif
