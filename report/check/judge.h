/* The two ways to compare figures, which tell the findings what they found, and what they share. */
#ifndef REPORT_CHECK_JUDGE_H
#define REPORT_CHECK_JUDGE_H

#include "report/check/findings.h"
#include "report/check/rules.h"
#include "report/compare.h"

/* simulated.c: row by row. */
void judge_simulated(struct findings *l, struct sheet *base, const struct comparison *between,
		     const struct rules *rules);
/* measured.c: repeats, which are rows that differ in the seed alone. ERR_INPUT: too few of them. */
int judge_measured(struct findings *l, struct sheet *base, const struct sheet *run,
		   const struct rules *rules, struct error *err) MUST_USE;

/* judge.c: the kind of a move that is not within its tolerance. */
enum finding_kind judge_move(const struct rule *rule, bool rises);
/* The kind of a figure that is known on one side alone. */
enum finding_kind judge_known(const struct rule *rule, bool was_known);

#endif
