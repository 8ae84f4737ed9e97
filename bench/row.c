#include "bench/row.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/table.h"

static const size_t offsets[] = {
#define X(name, ...) offsetof(struct row, name),
	SUMMARY_FIGURES(X)
#undef X
};

void row_init(struct row *r)
{
	*r = (struct row){.topology = "",
			  .workload = "",
			  .policy = "",
			  .memory_policy = "",
			  .allocator = "",
#define UNKNOWN FIGURE_UNKNOWN
#define X(name, unit, better, source, at_first, ...) .name = at_first,
			  SUMMARY_FIGURES(X)
#undef X
#undef UNKNOWN
	};
}

int64_t row_figure(const struct row *r, enum summary_figure f)
{
	return *(const int64_t *)(const void *)((const char *)r + offsets[f]);
}

void row_set_figure(struct row *r, enum summary_figure f, int64_t figure)
{
	*(int64_t *)(void *)((char *)r + offsets[f]) = figure;
}

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

/* By all of the key but the policy: rows that are equal ran the same trace. */
static int by_trace(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;
	struct row p = **x, q = **y;

	p.policy = q.policy = "";
	return row_compare(&p, &q);
}

static int64_t lacks(int64_t mine, int64_t oracles)
{
	return is_known(mine) && is_known(oracles) ? oracles - mine : FIGURE_UNKNOWN;
}

static void regret(struct row *r, const struct row *oracle)
{
	int64_t best = oracle->slowdown_ppm;

	if (is_known(best) && is_known(r->slowdown_ppm))
		r->regret_ppm = (r->slowdown_ppm - best) * 1000000 / best;
	r->regret_local_ppm = lacks(r->local_page_ppm, oracle->local_page_ppm);
	r->regret_placed_zones = lacks(r->zones_placed, oracle->zones_placed);
}

/* Sweeps have very many rows: each finds its oracle by bisection. */
void row_fill_regret(struct row *row, size_t nr)
{
	const struct row **oracle = xcalloc(nr + 1, sizeof(*oracle));
	size_t nr_oracles = 0;

	for (size_t i = 0; i < nr; i++)
		if (row[i].foresees)
			oracle[nr_oracles++] = &row[i];
	qsort(oracle, nr_oracles, sizeof(*oracle), by_trace);
	for (size_t i = 0; i < nr && nr_oracles; i++) {
		const struct row *mine = &row[i];
		const struct row **o =
			bsearch(&mine, oracle, nr_oracles, sizeof(*oracle), by_trace);

		if (o)
			regret(&row[i], *o);
	}
	free(oracle);
}

void row_print_csv_header(FILE *out)
{
	schema_print_header(&schema_summary, out);
}

void row_print_key(const struct row *r, FILE *out)
{
	csv_print_field(r->topology, out);
	fputc(',', out);
	csv_print_field(r->workload, out);
	fprintf(out, ",%s,%s,%s,%" PRIu64, r->policy, r->memory_policy, r->allocator, r->seed);
}

void row_print_csv(const struct row *r, FILE *out)
{
	fprintf(out, "%d,", SUMMARY_FORMAT);
	row_print_key(r, out);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		figure_print_next(row_figure(r, (enum summary_figure)f), out);
	fputc('\n', out);
}

/* --- the table in a terminal ------------------------------------------------------- */

/* Columns that would say the same in every row, or nothing, are left out. */
struct differs {
	bool topology, workload, memory, allocator, seed;
	bool queue, balloon, cost, regret;
};

static struct differs what_differs(const struct row *row, size_t nr)
{
	struct differs d = {.topology = false};

	for (size_t i = 0; i < nr; i++) {
		d.topology |= strcmp(row[i].topology, row[0].topology) != 0;
		d.workload |= strcmp(row[i].workload, row[0].workload) != 0;
		d.memory |= strcmp(row[i].memory_policy, row[0].memory_policy) != 0;
		d.allocator |= strcmp(row[i].allocator, row[0].allocator) != 0;
		d.seed |= row[i].seed != row[0].seed;
		d.queue |= row[i].zones_queued > 0;
		d.balloon |= row[i].balloon_steps > 0;
		d.cost |= is_known(row[i].slowdown_ppm);
		d.regret |= is_known(row[i].regret_ppm);
	}
	return d;
}

/* The figures to be shown, in their order; returns how many. */
static size_t choose(const struct differs *d, enum summary_figure shown[NR_SUMMARY_FIGURES])
{
	const struct {
		bool shown;
		enum summary_figure figure;
	} all[] = {
		{true, SUMMARY_zones_placed},
		{true, SUMMARY_zones_refused},
		{d->queue, SUMMARY_queue_wait_s},
		{true, SUMMARY_peak_live_zones},
		{true, SUMMARY_zones_multi_node},
		{true, SUMMARY_zones_spilled},
		{true, SUMMARY_spilled_bytes},
		{true, SUMMARY_local_page_ppm},
		{d->balloon, SUMMARY_wrong_vnode_page_ppm},
		{d->balloon, SUMMARY_off_node_page_ppm},
		{true, SUMMARY_mean_distance_centi},
		{d->cost, SUMMARY_slowdown_ppm},
		{d->regret, SUMMARY_regret_ppm},
		{d->cost, SUMMARY_swing_ppm},
		{d->balloon, SUMMARY_balloon_steps},
		{d->balloon, SUMMARY_balloon_failures},
		{!d->balloon, SUMMARY_stranded_vcpu_ppm},
		{!d->balloon, SUMMARY_stranded_memory_ppm},
	};
	size_t nr = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].shown)
			shown[nr++] = all[i].figure;
	return nr;
}

static void key_headings(struct table *t, const struct differs *d)
{
	const struct {
		bool shown;
		const char *column;
	} key[] = {
		{d->topology, "topology"},    {d->workload, "workload"},   {true, "policy"},
		{d->memory, "memory_policy"}, {d->allocator, "allocator"}, {d->seed, "seed"},
	};

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (key[i].shown)
			table_cell(t, "%s",
				   column_heading(schema_column(&schema_summary, key[i].column)));
}

static void key_cells(struct table *t, const struct row *r, const struct differs *d)
{
	if (d->topology)
		table_cell(t, "%s", r->topology);
	if (d->workload)
		table_cell(t, "%s", r->workload);
	table_cell(t, "%s", r->policy);
	if (d->memory)
		table_cell(t, "%s", r->memory_policy);
	if (d->allocator)
		table_cell(t, "%s", r->allocator);
	if (d->seed)
		table_cell(t, "%" PRIu64, r->seed);
}

void row_print_text(const struct row *row, size_t nr, FILE *out)
{
	enum summary_figure shown[NR_SUMMARY_FIGURES];
	struct differs differs = what_differs(row, nr);
	size_t nr_shown = choose(&differs, shown);
	struct table *t = table_new();
	char text[40];

	key_headings(t, &differs);
	for (size_t f = 0; f < nr_shown; f++)
		table_cell(t, "%s", column_heading(summary_column(shown[f])));
	table_end_row(t);
	for (size_t i = 0; i < nr; i++) {
		key_cells(t, &row[i], &differs);
		for (size_t f = 0; f < nr_shown; f++)
			table_cell(t, "%s",
				   unit_text_signed(summary_column(shown[f])->unit,
						    row_figure(&row[i], shown[f]), -1, text,
						    sizeof(text)));
		table_end_row(t);
	}
	table_print(t, out, 0);
	table_free(t);
}
