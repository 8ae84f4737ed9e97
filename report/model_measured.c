/* measured.csv on the page: predictions beside measurements, zone by zone. */
#include <stdlib.h>

#include "report/measured_pairs.h"
#include "report/model.h"

static void write_field(struct model_out *m, const struct csv *csv, const char *name)
{
	int column = csv_column(csv, name);
	char *text = column < 0 ? NULL : xstrndup(csv->field[column].text, csv->field[column].n);

	model_text(m, NULL, text ? text : "");
	free(text);
}

static void write_pair(void *context, const struct csv *csv, const struct measured_pair *p)
{
	struct model_out *m = context;

	model_open(m, NULL, '[');
	write_field(m, csv, "name");
	write_field(m, csv, "policy");
	write_field(m, csv, "memory_policy");
	write_field(m, csv, "nodes");
	model_int(m, NULL, p->predicted);
	model_int(m, NULL, p->found);
	model_figure(m, NULL, p->half);
	model_close(m, ']');
}

int model_measured(struct model_out *m, const char *path, struct error *err)
{
	int rc = 0;

	model_open(m, "measured", '[');
	for (size_t i = 0; !rc && i < NR_MEASURED_QUANTITIES; i++) {
		const struct measured_quantity *q = &measured_quantities[i];

		model_open(m, NULL, '{');
		model_text(m, "title", q->title);
		model_text(m, "unit", unit_name(summary_column(q->found)->unit));
		model_open(m, "pairs", '[');
		rc = measured_pairs(path, q, write_pair, m, err);
		model_close(m, ']');
		model_close(m, '}');
	}
	model_close(m, ']');
	return rc;
}
