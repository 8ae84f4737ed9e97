#include "bench/row.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/csv.h"
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
	if (!c)
		c = strcmp(a->allocator, b->allocator);
	return c ? c : (a->seed > b->seed) - (a->seed < b->seed);
}

static bool same_trace(const struct row *a, const struct row *b)
{
	return a->seed == b->seed && strcmp(a->topology, b->topology) == 0 &&
	       strcmp(a->workload, b->workload) == 0 &&
	       strcmp(a->memory_policy, b->memory_policy) == 0 &&
	       strcmp(a->allocator, b->allocator) == 0;
}

static void regret(struct row *r, const struct row *oracle)
{
	if (oracle->slowdown_ppm > 0)
		r->regret_ppm =
			(r->slowdown_ppm - oracle->slowdown_ppm) * 1000000 / oracle->slowdown_ppm;
	r->regret_local_ppm = oracle->local_page_ppm - r->local_page_ppm;
	r->regret_placed_zones = oracle->zones_placed - r->zones_placed;
}

void row_fill_regret(struct row *row, size_t nr)
{
	for (size_t o = 0; o < nr; o++) {
		if (strcmp(row[o].policy, "oracle") != 0)
			continue;
		for (size_t i = 0; i < nr; i++)
			if (same_trace(&row[i], &row[o]))
				regret(&row[i], &row[o]);
	}
}

void row_print_csv_header(FILE *out)
{
	fputs("topology,workload,policy,memory_policy,allocator,seed", out);
	for (size_t i = 0; i < nr_row_columns; i++)
		fprintf(out, ",%s", row_columns[i].name);
	fputc('\n', out);
}

void row_print_csv(const struct row *r, FILE *out)
{
	csv_print_field(r->topology, out);
	fputc(',', out);
	csv_print_field(r->workload, out);
	fprintf(out, ",%s,%s,%s,%" PRIu64, r->policy, r->memory_policy, r->allocator, r->seed);
	for (size_t i = 0; i < nr_row_columns; i++)
		fprintf(out, ",%" PRId64, row_figure(r, i));
	fputc('\n', out);
}

static void percent_cell(struct table *t, int64_t value_ppm)
{
	int64_t size = value_ppm < 0 ? -value_ppm : value_ppm;

	table_cell(t, "%s%" PRId64 ".%02" PRId64 " %%", value_ppm <= -100 ? "-" : "", size / 10000,
		   size / 100 % 100);
}

/* Columns that would say the same in every row, or nothing, are left out. */
struct shown {
	bool topology, workload, memory, allocator, seed, queue, balloon, cost, regret;
};

static struct shown what_differs(const struct row *row, size_t nr)
{
	struct shown s = {.topology = false};

	for (size_t i = 0; i < nr; i++) {
		s.topology |= strcmp(row[i].topology, row[0].topology) != 0;
		s.workload |= strcmp(row[i].workload, row[0].workload) != 0;
		s.memory |= strcmp(row[i].memory_policy, row[0].memory_policy) != 0;
		s.allocator |= strcmp(row[i].allocator, row[0].allocator) != 0;
		s.seed |= row[i].seed != row[0].seed;
		s.queue |= row[i].zones_queued > 0;
		s.balloon |= row[i].balloon_steps > 0;
		s.cost |= row[i].slowdown_ppm > 0;
		s.regret |= row[i].regret_ppm != 0;
	}
	return s;
}

static void text_heading(struct table *t, const struct shown *s)
{
	const struct {
		bool shown;
		const char *name;
	} column[] = {
		{s->topology, "topology"},
		{s->workload, "workload"},
		{true, "policy"},
		{s->memory, "memory"},
		{s->allocator, "allocator"},
		{s->seed, "seed"},
		{true, "placed"},
		{true, "refused"},
		{s->queue, "waited s"},
		{true, "peak"},
		{true, "multi-node"},
		{true, "spilled"},
		{true, "spilled mem"},
		{true, "local"},
		{s->balloon, "wrong vnode"},
		{s->balloon, "off node"},
		{true, "distance"},
		{s->cost, "slowdown"},
		{s->regret, "regret"},
		{s->cost, "swing"},
		{s->balloon, "balloon steps"},
		{s->balloon, "short"},
		{!s->balloon, "stranded vCPU"},
		{!s->balloon, "stranded mem"},
	};

	for (size_t i = 0; i < sizeof(column) / sizeof(column[0]); i++)
		if (column[i].shown)
			table_cell(t, "%s", column[i].name);
	table_end_row(t);
}

static void key_cells(struct table *t, const struct row *r, const struct shown *s)
{
	if (s->topology)
		table_cell(t, "%s", r->topology);
	if (s->workload)
		table_cell(t, "%s", r->workload);
	table_cell(t, "%s", r->policy);
	if (s->memory)
		table_cell(t, "%s", r->memory_policy);
	if (s->allocator)
		table_cell(t, "%s", r->allocator);
	if (s->seed)
		table_cell(t, "%" PRIu64, r->seed);
}

static void text_row(struct table *t, const struct row *r, const struct shown *s)
{
	char size[32];

	key_cells(t, r, s);
	table_cell(t, "%" PRId64, r->zones_placed);
	table_cell(t, "%" PRId64, r->zones_refused);
	if (s->queue)
		table_cell(t, "%" PRId64, r->queue_wait_s);
	table_cell(t, "%" PRId64, r->peak_live_zones);
	table_cell(t, "%" PRId64, r->zones_multi_node);
	table_cell(t, "%" PRId64, r->zones_spilled);
	table_cell(t, "%s", bytes_text(r->spilled_bytes, size, sizeof(size)));
	percent_cell(t, r->local_page_ppm);
	if (s->balloon) {
		percent_cell(t, r->wrong_vnode_page_ppm);
		percent_cell(t, r->off_node_page_ppm);
	}
	table_cell(t, "%" PRId64 ".%02" PRId64, r->mean_distance_centi / 100,
		   r->mean_distance_centi % 100);
	if (s->cost) {
		table_cell(t, "%" PRId64 ".%03" PRId64, r->slowdown_ppm / 1000000,
			   r->slowdown_ppm / 1000 % 1000);
		if (s->regret)
			percent_cell(t, r->regret_ppm);
		percent_cell(t, r->swing_ppm);
	}
	if (s->balloon) {
		table_cell(t, "%" PRId64, r->balloon_steps);
		table_cell(t, "%" PRId64, r->balloon_failures);
	} else {
		percent_cell(t, r->stranded_vcpu_ppm);
		percent_cell(t, r->stranded_memory_ppm);
	}
	table_end_row(t);
}

void row_print_text(const struct row *row, size_t nr, FILE *out)
{
	struct shown shown = what_differs(row, nr);
	struct table *t = table_new();

	text_heading(t, &shown);
	for (size_t i = 0; i < nr; i++)
		text_row(t, &row[i], &shown);
	table_print(t, out, 0);
	table_free(t);
}
