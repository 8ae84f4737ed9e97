#include "bench/files/timeline_csv.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/stats.h"
#include "base/units.h"
#include "bench/accounts/stranded.h"
#include "bench/accounts/totals.h"
#include "bench/loop/balloons.h"
#include "bench/loop/cluster.h"
#include "schema/schema.h"

void timeline_print_header(FILE *out)
{
	schema_print_header(&schema_timeline, out);
}

void timeline_writer_release(struct timeline_writer *w)
{
	free(w->scratch);
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/* The local shares of the zones that are not wholly local, lowest first; returns how many. */
static size_t sort_shares(struct timeline_writer *w, const struct live_set *live)
{
	size_t nr = 0;

	while (w->cap_scratch < live->nr_live)
		w->scratch = grow(w->scratch, &w->cap_scratch, w->cap_scratch, sizeof(*w->scratch));
	for (uint32_t i = 0; i < live->nr_slots; i++) {
		struct plan_locality l;
		bool whole;

		if (live_at(live, i)->host == UINT32_MAX)
			continue;
		live_locality(live, i, &l);
		whole = l.resident_bytes && l.local_bytes == l.resident_bytes;
		if (!whole)
			w->scratch[nr++] = (int32_t)ppm(l.local_bytes, l.resident_bytes);
	}
	if (nr)
		qsort(w->scratch, nr, sizeof(*w->scratch), by_value);
	return nr;
}

/* Local share of the zones alive, lowest first: the ones at 5, 50 and 95 %. Most are at the
 * top, wholly local, and need not be sorted. */
static void print_quantiles(struct timeline_writer *w, const struct live_set *live)
{
	static const unsigned percent[] = {5, 50, 95};
	size_t nr = sort_shares(w, live);

	for (size_t i = 0; i < 3; i++) {
		size_t at = live->nr_live ? percentile_index(live->nr_live, percent[i]) : 0;
		int64_t share = at < nr ? w->scratch[at] : 1000000;

		figure_print_next(live->nr_live ? share : FIGURE_UNKNOWN, w->out);
	}
}

/* What zones and dom0 hold on the first, second, ... node of all hosts together. */
static void print_nodes(const struct cluster *c, FILE *out)
{
	int64_t taken[NODES_MAX] = {0};
	unsigned nr = 0;

	for (uint32_t i = 0; i < c->nr_hosts; i++) {
		const struct host_state *s = c->state[i];

		for (unsigned n = 0; n < s->host->nr_nodes; n++)
			taken[n] += s->host->node[n].memory_bytes / PAGE_BYTES * PAGE_BYTES -
				    s->free_bytes[n];
		nr = s->host->nr_nodes > nr ? s->host->nr_nodes : nr;
	}
	for (unsigned n = 0; n < nr; n++)
		fprintf(out, "%c%" PRId64, n ? ' ' : ',', taken[n]);
	fputc('\n', out);
}

/* Shares of nothing are not known. */
static void print_shares(const struct totals *t, FILE *out)
{
	int64_t resident = (int64_t)t->resident_bytes.now;

	if (!resident)
		fputs(",,,", out);
	else
		fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64,
			ppm(resident - (int64_t)t->off_home_bytes.now, resident),
			ppm(resident - (int64_t)t->off_node_bytes.now, resident),
			(int64_t)(totals_distance(t) / resident));
}

static void on_sample(void *self, const struct run_view *view, int64_t at_ns)
{
	struct timeline_writer *w = self;
	const struct cluster *c = view->cluster;
	const struct totals *t = view->totals;
	const struct balloons *b = view->balloons;

	fprintf(w->out, "%" PRId64 ",%" PRIu32 ",%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
		at_ns / NS_PER_S, c->live.nr_live, view->waiting->nr, (int64_t)t->vcpus.now,
		(int64_t)t->resident_bytes.now, view->stranded->free_bytes_now);
	print_shares(t, w->out);
	fprintf(w->out, ",%" PRId64 ",%" PRId64, t->placed, t->refused);
	print_quantiles(w, &c->live);
	fprintf(w->out, ",%" PRIu64 ",%" PRIu64, b->steps, b->failures);
	print_nodes(c, w->out);
}

const struct observer_ops timeline_observer = {
	.name = "timeline.csv",
	.on_sample = on_sample,
};
