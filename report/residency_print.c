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

static bool of_zone(const struct residency_case *c)
{
	return strcmp(c->zone, "(free)") != 0;
}

static void print_cases(const struct residency_diff *d, FILE *out)
{
	struct table *t = table_new();
	char buf[1024];

	table_cell(t, "scenario");
	table_cell(t, "after step");
	table_cell(t, "zone");
	table_cell(t, "predicted (node:pages)");
	table_cell(t, "observed");
	table_cell(t, "special");
	table_cell(t, "guest's choice");
	table_cell(t, "wrong");
	table_end_row(t);
	for (size_t i = 0; i < d->nr; i++) {
		const struct residency_case *c = &d->at[i];

		if (!of_zone(c) || !(c->changed || c->wrong))
			continue;
		table_cell(t, "%s", c->scenario);
		table_cell(t, "%" PRId64 " %s", c->step, c->action);
		table_cell(t, "%s", c->zone);
		table_cell(t, "%s", nodes_text(c, c->predicted, buf, sizeof(buf)));
		table_cell(t, "%s", nodes_text(c, c->observed, buf, sizeof(buf)));
		table_cell(t, "%" PRId64, c->special);
		table_cell(t, "%" PRId64, c->choice);
		table_cell(t, "%" PRId64, c->wrong);
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
		" on another node than predicted\n%" PRId64
		" more were the guest's choice, when its balloon gave pages back\nfree memory of a "
		"node is off by %" PRId64 " pages at most\n",
		d->pages, d->special, d->wrong, d->choice, d->free_wrong);
}

void residency_print_csv(const struct residency_diff *d, FILE *out)
{
	fprintf(out, "scenario,step,action,zone,node,predicted_pages,observed_pages,"
		     "difference_pages\n");
	for (size_t i = 0; i < d->nr; i++) {
		const struct residency_case *c = &d->at[i];

		for (uint32_t n = 0; n < c->nr_nodes; n++) {
			fprintf(out, "%s,%" PRId64 ",\"%s\",%s,", c->scenario, c->step, c->action,
				c->zone);
			if (c->node[n] >= 0)
				fprintf(out, "%" PRId64, c->node[n]);
			fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n", c->predicted[n],
				c->observed[n], c->observed[n] - c->predicted[n]);
		}
	}
}
