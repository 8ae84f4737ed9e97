/*
 * measured.csv on the page: zone by zone the mean of repeats and half the width of its 95 %
 * interval beside what the model said. Zones that lack one of both are left out.
 */
#include <stdlib.h>

#include "report/model.h"
#include "schema/schema.h"

static const struct quantity {
	const char *title, *half; /* `half`: column of measured.csv */
	enum summary_figure found, predicted;
} quantities[] = {
	{"Bandwidth of zones (triad)", "triad_half_95_bytes_per_s", SUMMARY_triad_bytes_per_s,
	 SUMMARY_predicted_triad_bytes_per_s},
	{"Latency of zones (pointer chase)", "chase_half_95_ps", SUMMARY_chase_ps,
	 SUMMARY_predicted_chase_ps},
};
#define NR_QUANTITIES (sizeof(quantities) / sizeof(quantities[0]))

static void write_field(struct model_out *m, const struct csv *csv, const char *name)
{
	int column = csv_column(csv, name);
	char *text = column < 0 ? NULL : xstrndup(csv->field[column].text, csv->field[column].n);

	model_text(m, NULL, text ? text : "");
	free(text);
}

/* A line as a pair, where it is one. */
static int write_pair(struct model_out *m, const struct csv *csv, const struct quantity *q,
		      struct error *err)
{
	int64_t found, predicted, half;
	int rc = model_field(csv, csv_column(csv, summary_column(q->found)->name), &found, err);

	if (!rc)
		rc = model_field(csv, csv_column(csv, q->half), &half, err);
	if (!rc)
		rc = model_field(csv, csv_column(csv, summary_column(q->predicted)->name),
				 &predicted, err);
	if (rc || !is_known(found) || !is_known(predicted) || !predicted)
		return rc;
	model_open(m, NULL, '[');
	write_field(m, csv, "name");
	write_field(m, csv, "policy");
	write_field(m, csv, "memory_policy");
	write_field(m, csv, "nodes");
	model_int(m, NULL, predicted);
	model_int(m, NULL, found);
	model_figure(m, NULL, half);
	model_close(m, ']');
	return 0;
}

static int write_pairs(struct model_out *m, const char *path, const struct quantity *q,
		       struct error *err)
{
	struct csv csv;
	bool more = true;
	int rc = csv_open(&csv, path, err);

	if (rc)
		return rc;
	model_open(m, NULL, '{');
	model_text(m, "title", q->title);
	model_text(m, "unit", unit_name(summary_column(q->found)->unit));
	model_open(m, "pairs", '[');
	while (!rc && more) {
		rc = csv_next(&csv, &more, err);
		if (!rc && more)
			rc = write_pair(m, &csv, q, err);
	}
	model_close(m, ']');
	model_close(m, '}');
	csv_close(&csv);
	return rc;
}

int model_measured(struct model_out *m, const char *path, struct error *err)
{
	int rc = 0;

	model_open(m, "measured", '[');
	for (size_t i = 0; !rc && i < NR_QUANTITIES; i++)
		rc = write_pairs(m, path, &quantities[i], err);
	model_close(m, ']');
	return rc;
}
