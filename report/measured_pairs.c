#include "report/measured_pairs.h"

#include "report/model.h"

const struct measured_quantity measured_quantities[NR_MEASURED_QUANTITIES] = {
	{"Bandwidth of zones (triad)", "measuredbandwidth", "triad_half_95_bytes_per_s",
	 SUMMARY_triad_bytes_per_s, SUMMARY_predicted_triad_bytes_per_s},
	{"Latency of zones (pointer chase)", "measuredlatency", "chase_half_95_ps",
	 SUMMARY_chase_ps, SUMMARY_predicted_chase_ps},
};

static int read_figure(const struct csv *csv, const char *column, int64_t *out, struct error *err)
{
	return model_field(csv, csv_column(csv, column), out, err);
}

int measured_pairs(const char *path, const struct measured_quantity *q,
		   void (*take)(void *context, const struct csv *csv,
				const struct measured_pair *p),
		   void *context, struct error *err)
{
	const char *found = summary_column(q->found)->name;
	const char *predicted = summary_column(q->predicted)->name;
	struct measured_pair p;
	struct csv csv;
	bool more = true;
	int rc = csv_open(&csv, path, err);

	if (rc)
		return rc;
	while (!(rc = csv_next(&csv, &more, err)) && more) {
		rc = read_figure(&csv, found, &p.found, err);
		if (!rc)
			rc = read_figure(&csv, q->half, &p.half, err);
		if (!rc)
			rc = read_figure(&csv, predicted, &p.predicted, err);
		if (rc)
			break;
		if (is_known(p.found) && is_known(p.predicted) && p.predicted)
			take(context, &csv, &p);
	}
	csv_close(&csv);
	return rc;
}
