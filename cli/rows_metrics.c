/* Rows as OpenMetrics text: a family a column of figures, the keys as labels. */
#include <stdlib.h>

#include "cli/rows.h"
#include "schema/metrics.h"

/* `cell` is the first of its row. */
static void put_labels(const struct rows *r, const struct cell *cell, FILE *out)
{
	const char *comma = "{";

	for (size_t c = 0; c < r->nr_columns; c++) {
		if (r->column[c].role != ROLE_KEY)
			continue;
		fputs(comma, out);
		metric_put_label(r->column[c].name, cell[c].text, out);
		comma = ",";
	}
	fputs(*comma == '{' ? "" : "}", out);
}

void rows_print_metrics(const struct rows *r, const char *prefix, FILE *out)
{
	for (size_t c = 0; c < r->nr_columns; c++) {
		char *name = metric_name(prefix, &r->column[c]);
		bool begun = r->column[c].role != ROLE_FIGURE;

		for (size_t i = 0; r->column[c].role == ROLE_FIGURE && i < r->nr;
		     i += r->nr_columns) {
			if (!is_known(r->cell[i + c].figure))
				continue;
			if (!begun)
				metric_put_family(name, &r->column[c], out);
			begun = true;
			fputs(name, out);
			put_labels(r, &r->cell[i], out);
			metric_put_figure(&r->column[c], r->cell[i + c].figure, out);
		}
		free(name);
	}
}
