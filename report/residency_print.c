#include <inttypes.h>
#include <string.h>

#include "base/table.h"
#include "report/residency.h"

/* "2:76800 3:16", nodes with pages only; "-" for none. */
static const char *nodes_text(const struct residency_case *c, const int64_t *pages, char *buf,
			      size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "-");
	for (uint32_t i = 0; i < c->nr_nodes && used < size; i++) {
		int n = 0;

		if (!pages[i])
			continue;
		if (c->node[i] < 0)
			n = snprintf(buf + used, size - used, "%s?:%" PRId64, used ? " " : "",
				     pages[i]);
		else
			n = snprintf(buf + used, size - used, "%s%" PRId64 ":%" PRId64,
				     used ? " " : "", c->node[i], pages[i]);
		used += n > 0 ? (size_t)n : 0;
	}
	return buf;
}

/* "2:600..700", where something is open; else "exact". */
static const char *bound_text(const struct residency_case *c, char *buf, size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "exact");
	for (uint32_t i = 0; i < c->nr_nodes && used < size; i++) {
		int n;

		if (c->least[i] == c->most[i])
			continue;
		n = snprintf(buf + used, size - used, "%s%" PRId64 ":%" PRId64 "..%" PRId64,
			     used ? " " : "", c->node[i], c->least[i], c->most[i]);
		used += n > 0 ? (size_t)n : 0;
	}
	return buf;
}

static bool of_zone(const struct residency_case *c)
{
	return strcmp(c->zone, "(free)") != 0;
}

static void print_cases(const struct residency_diff *d, FILE *out)
{
	static const char *const head[] = {
		"scenario", "after step", "zone",    "predicted (node:pages)",
		"bound",    "observed",	  "special", "outside"};
	struct table *t = table_new();
	char buf[1024];

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		table_cell(t, "%s", head[i]);
	table_end_row(t);
	for (size_t i = 0; i < d->nr; i++) {
		const struct residency_case *c = &d->at[i];

		if (!of_zone(c) || !c->news)
			continue;
		table_cell(t, "%s", c->scenario);
		table_cell(t, "%" PRId64 " %s", c->step, c->action);
		table_cell(t, "%s", c->zone);
		table_cell(t, "%s", nodes_text(c, c->predicted, buf, sizeof(buf)));
		table_cell(t, "%s", bound_text(c, buf, sizeof(buf)));
		table_cell(t, "%s", nodes_text(c, c->observed, buf, sizeof(buf)));
		table_cell(t, "%" PRId64, c->special);
		table_cell(t, "%" PRId64, c->outside);
		table_end_row(t);
	}
	table_print(t, out, 0);
	table_free(t);
}

void residency_print_text(const struct residency_diff *d, FILE *out)
{
	print_cases(d, out);
	fprintf(out,
		"\n%" PRId64 " pages observed, %" PRId64 " of them special; %" PRId64
		" outside the bound\nof %" PRId64 " pages that balloons gave back, the nodes of "
		"%" PRId64 " were determined\nand those of %" PRId64 " bounded\nfree memory of a "
		"node is off by %" PRId64 " pages at most\n",
		d->pages, d->special, d->outside, d->determined + d->open, d->determined, d->open,
		d->free_off);
}

void residency_print_csv(const struct residency_diff *d, FILE *out)
{
	fprintf(out, "scenario,step,action,zone,node,predicted_pages,least_pages,most_pages,"
		     "observed_pages,difference_pages\n");
	for (size_t i = 0; i < d->nr; i++) {
		const struct residency_case *c = &d->at[i];

		for (uint32_t n = 0; n < c->nr_nodes; n++) {
			fprintf(out, "%s,%" PRId64 ",\"%s\",%s,", c->scenario, c->step, c->action,
				c->zone);
			if (c->node[n] >= 0)
				fprintf(out, "%" PRId64, c->node[n]);
			fprintf(out,
				",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
				c->predicted[n], c->least[n], c->most[n], c->observed[n],
				c->observed[n] - c->predicted[n]);
		}
	}
}
