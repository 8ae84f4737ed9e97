/*
 * Rows of a summary as OpenMetrics text (schema/metrics.h): a family a figure, a sample a row that
 * knows it. Figures of a run that is over are gauges: no counter that goes on.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "bench/row.h"
#include "schema/metrics.h"

static void put_labels(const struct row *r, FILE *out)
{
	char seed[24];
	const char *const value[] = {r->topology,      r->workload,  r->policy,
				     r->memory_policy, r->allocator, seed};
	size_t nr = 0;

	snprintf(seed, sizeof(seed), "%" PRIu64, r->seed);
	fputc('{', out);
	for (size_t i = 0; i < schema_summary.nr; i++) {
		if (schema_summary.column[i].role != ROLE_KEY)
			continue;
		if (nr)
			fputc(',', out);
		BUG_ON(nr == sizeof(value) / sizeof(value[0]));
		metric_put_label(schema_summary.column[i].name, value[nr++], out);
	}
	fputc('}', out);
}

static void put_figure(const struct row *row, size_t nr, enum summary_figure f, FILE *out)
{
	const struct column *c = summary_column(f);
	char *name = metric_name("homenode", c);
	bool begun = false;

	for (size_t i = 0; i < nr; i++) {
		int64_t figure = row_figure(&row[i], f);

		if (!is_known(figure))
			continue;
		if (!begun)
			metric_put_family(name, c, out);
		begun = true;
		fputs(name, out);
		put_labels(&row[i], out);
		metric_put_figure(c, figure, out);
	}
	free(name);
}

void row_print_openmetrics(const struct row *row, size_t nr, const char *version, FILE *out)
{
	metric_put_version(version, "the program that ran the rows", out);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		put_figure(row, nr, (enum summary_figure)f, out);
	fputs("# EOF\n", out);
}
