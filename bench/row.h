/*
 * One row of summary.csv: what one policy made of one workload. Its figures are the list
 * of schema/summary.h, which says what each of them means.
 */
#ifndef BENCH_ROW_H
#define BENCH_ROW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/summary.h"

struct row {
	const char *topology, *workload, *policy, *memory_policy, *allocator;
	uint64_t seed;
	bool foresees; /* its policy knew what comes: others regret what they lack to it */
#define X(name, ...) int64_t name;
	SUMMARY_FIGURES(X)
#undef X
};

/* The key empty, what is counted at 0, the rest FIGURE_UNKNOWN until it is found out. */
void row_init(struct row *r);

int64_t row_figure(const struct row *r, enum summary_figure f);
void row_set_figure(struct row *r, enum summary_figure f, int64_t figure);

/* Fill the regret_ columns of rows that have the row of a policy that foresees, of the same
 * topology, workload, memory policy, allocator and seed. Negative: the policy did better; unknown
 * where either row does not know the figure. */
void row_fill_regret(struct row *row, size_t nr);

/* Order of rows in every file: topology, workload, policy, memory policy, allocator, seed. */
int row_compare(const struct row *a, const struct row *b);

/* The cells of the key: topology, workload, policy, memory_policy, allocator, seed. */
void row_print_key(const struct row *r, FILE *out);
void row_print_csv_header(FILE *out);
void row_print_csv(const struct row *r, FILE *out);
/* {"format":2,"rows":[{...}]}, null where a figure is not known */
void row_print_json(const struct row *row, size_t nr, FILE *out);
/* {"format":2,"topology":...} on a line of its own */
void row_print_jsonl(const struct row *r, FILE *out);
/* row_openmetrics.c: all rows, and which version of the program it was. */
void row_print_openmetrics(const struct row *row, size_t nr, const char *version, FILE *out);

#endif
