/* Two runs row by row, as `homenode diff` prints them. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include <stdio.h>

#include "report/compare.h"

void diff_print_text(const struct comparison *c, struct sheet *a, struct sheet *b, FILE *out);
/* One line a difference: what is it (changed, only_a, only_b), key, column, figures. */
void diff_print_csv(const struct comparison *c, const struct sheet *a, const struct sheet *b,
		    FILE *out);
void diff_print_json(const struct comparison *c, struct sheet *a, struct sheet *b,
		     FILE *out); /* diff_json.c */

static inline bool same(const struct comparison *c)
{
	return !c->nr && !c->nr_only_a && !c->nr_only_b && !c->nr_column_a && !c->nr_column_b;
}

#endif
