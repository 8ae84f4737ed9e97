/*
 * Errors of the model on published machines, by what it was told of them: made by
 * homenode-model-vs-measured --errors, read by cost/params/grades.c.
 */
#ifndef COST_PARAMS_ERROR_TABLE_H
#define COST_PARAMS_ERROR_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "cost/params/grades.h"

/* What errors are of: latencies relative to local and idle; local latencies themselves;
 * bandwidths. Each has its own figures. */
enum error_kind { ERROR_RATIO, ERROR_LOCAL, ERROR_BANDWIDTH, ERROR_KINDS };

struct error_row {
	uint8_t kind; /* enum error_kind */
	uint8_t grade[4]; /* enum host_grade of the kind's figures, in their order; 0: not used */
	uint16_t cases, machines; /* that show it; machines: of the figure with the fewest */
	/* Of the figure that is worst; most: 95 of 100 are within. */
	int32_t median_ppm, most_ppm, worst_ppm;
};

#define ERROR_FIGURES 4
/* The figures of a kind, ended by COST_FIGURES. */
extern const enum cost_figure error_figures[ERROR_KINDS][ERROR_FIGURES + 1];
extern const struct error_row error_table[];
extern const size_t error_table_rows;
const struct error_row *error_find(enum error_kind kind,
				   const struct cost_basis *b); /* NULL: none */

#endif
