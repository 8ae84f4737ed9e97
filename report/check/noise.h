/*
 * What a figure owes to luck. Two policies that are near each other run the same workload with
 * several seeds; of each seed their figures differ by so much. Part of that is the same with every
 * seed, and is what the policies are; how far the differences lie apart is luck, and a change of a
 * policy that moves a figure by less could as well have moved it the other way with another seed.
 *
 * Only figures that the cost model predicts have such a tolerance. What is counted follows from
 * placement alone, the same bytes everywhere: every move of it is a change of placement. What is
 * measured brings its own repeats (check.h). The model's error is not taken: baseline and run are
 * priced by one model, and are wrong alike.
 */
#ifndef REPORT_CHECK_NOISE_H
#define REPORT_CHECK_NOISE_H

#include <stdio.h>

#include "report/sheet.h"

struct noise {
	const char *policy[2]; /* borrowed */
	const struct sheet *sheet;
	size_t nr_seeds; /* the fewest that a pair of rows was repeated with */
	/* Of each predicted figure, the widest of all workloads; FIGURE_UNKNOWN: of others, and of
	 * those that no pair knows. Shares and factors in their unit, others in ppm. */
	int64_t tolerance[NR_SUMMARY_FIGURES];
};

/* ERR_INPUT: a policy is not in the summary, or fewer than three seeds are. */
int noise_measure(struct noise *out, const struct sheet *s, const char *policy, const char *other,
		  struct error *err) MUST_USE;
/* noise_json.c: as rules that `homenode check --rules` reads. */
void noise_print(const struct noise *n, FILE *out);
/* Whether the tolerance is in the figure's unit, not in ppm of the figure. */
bool noise_is_absolute(enum summary_figure f);

#endif
