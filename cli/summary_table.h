/* Rows of summary.csv in a terminal: a table of what a person compares first, and the verdict. */
#ifndef CLI_SUMMARY_TABLE_H
#define CLI_SUMMARY_TABLE_H

#include "bench/files/results.h"
#include "cli/view.h"

/* The columns there are, for view_read(). */
#define SUMMARY_VIEW_COLUMNS schema_summary.column + 1, schema_summary.nr - 1

struct column *summary_columns(const char *operand, size_t *nr) MUST_USE; /* as struct command's */
/* As --format says; FORMAT_TEXT is the caller's. */
void summary_print_rows(const struct row *row, size_t nr, enum output_format format, FILE *out);
/* Above it stands what is the same in all rows: workload, hosts, seed. `view` NULL: what fits.
 * `policy`: as below; NULL: the rows' own order. */
void summary_print_table(const struct row *row, size_t nr, const char *const *policy,
			 const struct view *view, FILE *out);

/* Below it: what each policy does against the first that was asked for (`policy`, NULL-terminated,
 * in that order; those that it does not name stay in the order of the rows). */
void summary_print_verdict(const struct results *r, const char *const *policy, FILE *out);

#endif
