/* The regression verdict: a run against a baseline, by rules. */
#ifndef REPORT_CHECK_CHECK_H
#define REPORT_CHECK_CHECK_H

#include "report/check/baseline.h"
#include "report/check/findings.h"
#include "report/check/rules.h"

struct check {
	struct findings findings;
	size_t nr_rows; /* compared */
	size_t nr_neither; /* figures that neither side knows: equal, and no finding */
	bool measured;
	struct sheet *baseline;
};

/*
 * Judge. Figures of a machine (any backend but sim and replay) are compared as
 * repeats: rows that differ in the seed alone, paired by seed. A column moved
 * when the 95 % confidence interval of the mean difference leaves out zero and
 * the tolerance; the rule `exact` is then taken for "either direction". Fewer
 * than three pairs cannot tell (ERR_INPUT).
 */
int check_run(struct check *out, struct baseline *base, struct run_dir *run,
	      const struct rules *rules, struct error *err) MUST_USE;
void check_end(struct check *c); /* zeroed is fine */
/* What a new baseline would give up: figures that are worse, figures, rows and columns that are not
 * there any more. */
size_t check_losses(const struct check *c);

#endif
