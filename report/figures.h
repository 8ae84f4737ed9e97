/*
 * Figures of a summary in the words of the page: which of the schema's are shown, how
 * they read, what is known of them.
 */
#ifndef REPORT_FIGURES_H
#define REPORT_FIGURES_H

#include "report/sheet.h"

/* What policies are compared by, in the order in which an operator asks. Each has a better
 * and a worse. */
extern const size_t nr_page_figures;
const struct column *page_figure(size_t i);

/* The heading with its unit: "local memory, %". */
const char *figure_title(const struct column *c, char *buf, size_t size);
/* The value in that unit, thousands apart: "28,944", "85.64"; buf is returned. */
const char *figure_text(const struct column *c, int64_t value, char *buf, size_t size);
/* Are both the same text? What nobody can tell apart is not called better. */
bool figure_alike(const struct column *c, int64_t a, int64_t b);
/* Is the figure known somewhere, and is it the same in all rows that have it? */
bool figure_same(const struct sheet *s, const struct column *c, int64_t *out);
bool figure_absent(const struct sheet *s, const struct column *c);

/* Does a key column tell rows of this sheet apart? */
bool sheet_varies(const struct sheet *s, const char *column);
/* The policy and what else tells the row apart: "edera-compact dynamic seed 2". */
const char *sheet_short_name(const struct sheet *s, size_t row, struct arena *a);
/* The same by the fields of the key with `between` behind each; `otherwise` when there is
 * no such row. */
const char *sheet_name_of(const struct sheet *s, const char *key, char between,
			  const char *otherwise, struct arena *a);

#endif
