#include "bench/row.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/table.h"
#include "base/units.h"

const struct row_column row_columns[] = {
#define X(name, what) {#name, what, offsetof(struct row, name)},
	ROW_FIGURES(X)
#undef X
};
const size_t nr_row_columns = sizeof(row_columns) / sizeof(row_columns[0]);

int row_compare(const struct row *a, const struct row *b)
{
	int c = strcmp(a->topology, b->topology);

	if (!c)
		c = strcmp(a->workload, b->workload);
	if (!c)
		c = strcmp(a->policy, b->policy);
	if (!c)
		c = strcmp(a->memory_policy, b->memory_policy);
	return c ? c : (a->seed > b->seed) - (a->seed < b->seed);
}

void csv_print_field(const char *text, FILE *out)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

void row_print_csv_header(FILE *out)
{
	fputs("topology,workload,policy,memory_policy,seed", out);
	for (size_t i = 0; i < nr_row_columns; i++)
		fprintf(out, ",%s", row_columns[i].name);
	fputc('\n', out);
}

void row_print_csv(const struct row *r, FILE *out)
{
	csv_print_field(r->topology, out);
	fputc(',', out);
	csv_print_field(r->workload, out);
	fprintf(out, ",%s,%s,%" PRIu64, r->policy, r->memory_policy, r->seed);
	for (size_t i = 0; i < nr_row_columns; i++)
		fprintf(out, ",%" PRId64, row_figure(r, i));
	fputc('\n', out);
}

static void percent_cell(struct table *t, int64_t value_ppm)
{
	table_cell(t, "%" PRId64 ".%02" PRId64 " %%", value_ppm / 10000, value_ppm / 100 % 100);
}

static void text_row(struct table *t, const struct row *r, bool workload, bool topology, bool queue)
{
	char size[32];

	if (topology)
		table_cell(t, "%s", r->topology);
	if (workload)
		table_cell(t, "%s", r->workload);
	table_cell(t, "%s", r->policy);
	table_cell(t, "%s", r->memory_policy);
	table_cell(t, "%" PRIu64, r->seed);
	table_cell(t, "%" PRId64, r->zones_placed);
	table_cell(t, "%" PRId64, r->zones_refused);
	if (queue)
		table_cell(t, "%" PRId64, r->queue_wait_s);
	table_cell(t, "%" PRId64, r->peak_live_zones);
	table_cell(t, "%" PRId64, r->zones_multi_node);
	table_cell(t, "%" PRId64, r->zones_spilled);
	table_cell(t, "%s", bytes_text(r->spilled_bytes, size, sizeof(size)));
	percent_cell(t, r->local_page_ppm);
	table_cell(t, "%" PRId64 ".%02" PRId64, r->mean_distance_centi / 100,
		   r->mean_distance_centi % 100);
	percent_cell(t, r->stranded_vcpu_ppm);
	percent_cell(t, r->stranded_memory_ppm);
	table_end_row(t);
}

void row_print_text(const struct row *row, size_t nr, FILE *out)
{
	struct table *t = table_new();
	bool workload = false, topology = false, queue = false;

	for (size_t i = 0; i < nr; i++) {
		workload |= strcmp(row[i].workload, row[0].workload) != 0;
		topology |= strcmp(row[i].topology, row[0].topology) != 0;
		queue |= row[i].zones_queued > 0;
	}
	if (topology)
		table_cell(t, "topology");
	if (workload)
		table_cell(t, "workload");
	table_cell(t, "policy");
	table_cell(t, "memory");
	table_cell(t, "seed");
	table_cell(t, "placed");
	table_cell(t, "refused");
	if (queue)
		table_cell(t, "waited s");
	table_cell(t, "peak");
	table_cell(t, "multi-node");
	table_cell(t, "spilled");
	table_cell(t, "spilled mem");
	table_cell(t, "local");
	table_cell(t, "distance");
	table_cell(t, "stranded vCPU");
	table_cell(t, "stranded mem");
	table_end_row(t);
	for (size_t i = 0; i < nr; i++)
		text_row(t, &row[i], workload, topology, queue);
	table_print(t, out, 0);
	table_free(t);
}
