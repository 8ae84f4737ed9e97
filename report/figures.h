/* Which figures of a summary the page compares policies by, and short names of its rows. */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "report/sheet.h"

/* In the order in which an operator asks. Each has a better and a worse. */
extern const size_t nr_page_figures;
const struct column *page_figure(size_t i);

/* The policy and what else tells the row apart, "edera-compact dynamic seed 2", by the fields of
 * the key with `between` behind each; `otherwise` when there is no such row. */
const char *sheet_name_of(const struct sheet *s, const char *key, char between,
			  const char *otherwise, struct arena *a);

#endif
