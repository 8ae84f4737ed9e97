#include "bench/row.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"

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
