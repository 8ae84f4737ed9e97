#include "bench/files/timeline_csv.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/stats.h"
#include "base/units.h"
#include "bench/accounts/stranded.h"
#include "bench/accounts/totals.h"
#include "bench/clusters/tape.h"
#include "bench/loop/balloons.h"
#include "bench/loop/cluster.h"
#include "schema/schema.h"

void timeline_print_header(FILE *out)
{
	schema_print_header(&schema_timeline, out);
}

void timeline_writer_release(struct timeline_writer *w)
{
	free(w->share);
}

/* --- taking ----------------------------------------------------------------------------- */

static void make_room(struct timeline_writer *w, uint64_t nr)
{
	while (w->cap_shares < nr)
		w->share = grow(w->share, &w->cap_shares, w->cap_shares, sizeof(*w->share));
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

static void take_shares(struct timeline_writer *w, const struct live_set *live)
{
	size_t nr = 0;

	make_room(w, live->nr_live);
	for (uint32_t i = 0; i < live->nr_slots; i++) {
		struct plan_locality l;
		bool whole;

		if (live_at(live, i)->host == UINT32_MAX)
			continue;
		live_locality(live, i, &l);
		whole = l.resident_bytes && l.local_bytes == l.resident_bytes;
		if (!whole)
			w->share[nr++] = (int32_t)ppm(l.local_bytes, l.resident_bytes);
	}
	w->now.nr_shares = nr;
}

/* What zones and dom0 hold of each node. */
static void take_nodes(struct timeline_moment *m, const struct cluster *c)
{
	for (uint32_t i = 0; i < c->nr_hosts; i++) {
		const struct host_state *s = c->state[i];

		for (unsigned n = 0; n < s->host->nr_nodes; n++)
			m->taken_bytes[n] +=
				s->host->node[n].memory_bytes / PAGE_BYTES * PAGE_BYTES -
				s->free_bytes[n];
		m->nr_nodes = s->host->nr_nodes > m->nr_nodes ? s->host->nr_nodes : m->nr_nodes;
	}
}

static void take(struct timeline_writer *w, const struct run_view *view, int64_t at_ns)
{
	const struct cluster *c = view->cluster;
	const struct totals *t = view->totals;

	w->now = (struct timeline_moment){
		.at_ns = at_ns,
		.live = c->live.nr_live,
		.waiting = view->waiting->nr,
		.vcpus = (int64_t)t->vcpus.now,
		.resident_bytes = (int64_t)t->resident_bytes.now,
		.off_home_bytes = (int64_t)t->off_home_bytes.now,
		.off_node_bytes = (int64_t)t->off_node_bytes.now,
		.free_bytes = view->stranded->free_bytes_now,
		.distance = totals_distance(t),
		.placed = t->placed,
		.refused = t->refused,
		.steps = view->balloons->steps,
		.failures = view->balloons->failures,
	};
	take_shares(w, &c->live);
	take_nodes(&w->now, c);
}

/* --- printing ---------------------------------------------------------------------------- */

/* Local share of the zones alive, lowest first: the ones at 5, 50 and 95 %. Most are at the
 * top, wholly local, and need not be sorted. */
static void print_quantiles(struct timeline_writer *w)
{
	static const unsigned percent[] = {5, 50, 95};
	const struct timeline_moment *m = &w->now;

	if (m->nr_shares)
		qsort(w->share, m->nr_shares, sizeof(*w->share), by_value);
	for (size_t i = 0; i < 3; i++) {
		size_t at = m->live ? percentile_index(m->live, percent[i]) : 0;
		int64_t share = at < m->nr_shares ? w->share[at] : 1000000;

		figure_print_next(m->live ? share : FIGURE_UNKNOWN, w->out);
	}
}

static void print_nodes(const struct timeline_moment *m, FILE *out)
{
	for (uint32_t n = 0; n < m->nr_nodes; n++)
		fprintf(out, "%c%" PRId64, n ? ' ' : ',', m->taken_bytes[n]);
	fputc('\n', out);
}

/* Shares of nothing are not known. */
static void print_shares(const struct timeline_moment *m, FILE *out)
{
	int64_t resident = m->resident_bytes;

	if (!resident)
		fputs(",,,", out);
	else
		fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64,
			ppm(resident - m->off_home_bytes, resident),
			ppm(resident - m->off_node_bytes, resident),
			(int64_t)(m->distance / resident));
}

static void print_moment(struct timeline_writer *w)
{
	const struct timeline_moment *m = &w->now;

	fprintf(w->out, "%" PRId64 ",%" PRIu64 ",%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
		m->at_ns / NS_PER_S, m->live, m->waiting, m->vcpus, m->resident_bytes,
		m->free_bytes);
	print_shares(m, w->out);
	fprintf(w->out, ",%" PRId64 ",%" PRId64, m->placed, m->refused);
	print_quantiles(w);
	fprintf(w->out, ",%" PRIu64 ",%" PRIu64, m->steps, m->failures);
	print_nodes(m, w->out);
}

static void on_sample(void *self, const struct run_view *view, int64_t at_ns)
{
	struct timeline_writer *w = self;

	take(w, view, at_ns);
	print_moment(w);
}

/* --- in parts ---------------------------------------------------------------------------- */

/* Moments, each with its shares behind it. */
struct part_writer {
	struct timeline_writer timeline; /* takes, and prints nothing */
	struct tape tape;
};

static struct tape *tape_of(const struct observer *part)
{
	return &((struct part_writer *)part->self)->tape;
}

static void part_sample(void *self, const struct run_view *view, int64_t at_ns)
{
	struct part_writer *p = self;
	const struct timeline_writer *w = &p->timeline;

	take(&p->timeline, view, at_ns);
	tape_write_bytes(&p->tape, &w->now, sizeof(w->now));
	if (w->now.nr_shares)
		tape_write_bytes(&p->tape, w->share, w->now.nr_shares * sizeof(*w->share));
}

static void part_release(void *self)
{
	struct part_writer *p = self;

	tape_close(&p->tape);
	timeline_writer_release(&p->timeline);
	free(p);
}

static const struct observer_ops part_observer = {
	.name = "timeline.csv of a part",
	.on_sample = part_sample,
	.release = part_release,
};

static int split(void *self, struct observer *part, struct error *err)
{
	const struct timeline_writer *all = self;
	struct part_writer *p = xcalloc(1, sizeof(*p));
	int rc = tape_open(&p->tape, all->directory, err);

	if (rc)
		part_release(p);
	else
		*part = (struct observer){&part_observer, p};
	return rc;
}

/* Add the next moment of a part; false where there is none. */
static bool add_moment(struct timeline_writer *all, struct tape *part)
{
	struct timeline_moment m, *sum = &all->now;

	if (!tape_read_bytes(part, &m, sizeof(m)))
		return false;
	make_room(all, sum->nr_shares + m.nr_shares);
	if (m.nr_shares &&
	    !tape_read_bytes(part, all->share + sum->nr_shares, m.nr_shares * sizeof(*all->share)))
		return false;
	sum->at_ns = m.at_ns;
	sum->nr_shares += m.nr_shares;
	sum->live += m.live;
	sum->waiting += m.waiting;
	sum->vcpus += m.vcpus;
	sum->resident_bytes += m.resident_bytes;
	sum->off_home_bytes += m.off_home_bytes;
	sum->off_node_bytes += m.off_node_bytes;
	sum->free_bytes += m.free_bytes;
	sum->distance += m.distance;
	sum->placed += m.placed;
	sum->refused += m.refused;
	sum->steps += m.steps;
	sum->failures += m.failures;
	sum->nr_nodes = m.nr_nodes > sum->nr_nodes ? m.nr_nodes : sum->nr_nodes;
	for (uint32_t n = 0; n < m.nr_nodes; n++)
		sum->taken_bytes[n] += m.taken_bytes[n];
	return true;
}

/* Every part was looked at at the same times. */
static int join(void *self, const struct observer *part, size_t nr, struct error *err)
{
	struct timeline_writer *all = self;
	int rc = 0;

	for (size_t i = 0; i < nr && !rc; i++)
		rc = tape_rewind(tape_of(&part[i]), err);
	while (!rc && !tape_ended(tape_of(&part[0]))) {
		all->now = (struct timeline_moment){.at_ns = 0};
		for (size_t i = 0; i < nr && !rc; i++)
			if (!add_moment(all, tape_of(&part[i])))
				rc = tape_lost(tape_of(&part[i]), err);
		if (!rc)
			print_moment(all);
	}
	return rc;
}

const struct observer_ops timeline_observer = {
	.name = "timeline.csv",
	.on_sample = on_sample,
	.split = split,
	.join = join,
};
