#include "bench/files/zones_csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/order.h"
#include "base/units.h"
#include "bench/accounts/pricing.h"
#include "bench/clusters/tape.h"
#include "bench/loop/balloons.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"
#include "schema/schema.h"

void zones_print_header(FILE *out)
{
	schema_print_header(&schema_zones, out);
}

void zones_writer_release(struct zones_writer *w)
{
	for (size_t i = 0; i < w->cap; i++)
		free(w->record[i]);
	free(w->record);
}

/* What is known of a zone when it is placed, kept until it ends: its name, and behind its
 * end fields of its row. The caller frees. */
static char *new_record(const struct run_view *view, const struct live_zone *z,
			const struct plan *p)
{
	char *nodes = plan_nodes_text(p), *record;

	record = xasprintf("%s%c%" PRIu32 ",%s,%" PRIu32 ",%" PRId64 ",%" PRId64 ",%" PRId64,
			   p->zone->name, '\0', run_host_number(view->in, z->host), nodes,
			   p->zone->vcpus, zone_boot_bytes(p->zone), p->spilled_bytes, z->start_ns);
	free(nodes);
	return record;
}

/* What became of its memory: over its life where it was dynamic, at launch (and so
 * for ever) where not. */
static void print_life(const struct live_set *live, uint32_t slot, const struct dynamic_zone *d,
		       int64_t end_ns, FILE *out)
{
	int64_t life_ns = end_ns - live_at(live, slot)->start_ns;
	int128 resident_ns, local_ns;
	struct plan_locality now;

	live_locality(live, slot, &now);
	if (!d) {
		resident_ns = (int128)now.resident_bytes * life_ns;
		local_ns = (int128)now.local_bytes * life_ns;
	} else {
		resident_ns = d->resident_ns;
		local_ns = d->local_ns;
	}
	fprintf(out, ",%" PRId64, end_ns);
	figure_print_next(resident_ns ? ppm_wide(local_ns, resident_ns) : FIGURE_UNKNOWN, out);
	fprintf(out, ",%" PRId64 ",%" PRId64, now.mean_distance_centi,
		(int64_t)((resident_ns - local_ns) / PAGE_BYTES / NS_PER_S));
	if (!d) {
		fputs(",0,0,,,", out);
		return;
	}
	fprintf(out, ",%" PRIu64 ",%" PRIu64, d->steps, d->failures);
	for (int i = 0; i < DYNAMIC_LEVELS; i++)
		figure_print_next(d->below_ns[i] == NS_NEVER ? FIGURE_UNKNOWN
							     : d->below_ns[i] / NS_PER_S,
				  out);
}

/* "4:4194304 0:1048576", nodes as the operating system numbers them; nothing when
 * the machine does not know, or the zone is gone. */
static void print_pages(const struct cluster *c, uint32_t slot, FILE *out)
{
	const struct live_zone *z = live_at(&c->live, slot);
	const struct host *h = c->host[z->host];
	int64_t pages[NODES_MAX] = {0};
	struct measure m;
	const char *gap = "";

	fputc(',', out);
	if (!backend_measure(c->backend, z->host, slot, &m, NULL)) {
		for (uint32_t i = 0; i < m.nr_parts; i++)
			pages[m.part[i].node] += m.part[i].bytes / PAGE_BYTES;
	}
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		if (!pages[n])
			continue;
		fprintf(out, "%s%u:%" PRId64, gap, h->node[n].os_index, pages[n]);
		gap = " ";
	}
}

/* What its placement cost over its life. */
static void print_price(const struct run_view *view, const struct zone_news *n, FILE *out)
{
	const struct live_zone *z = live_at(&view->cluster->live, n->slot);
	struct lifetime_figures f;
	struct lifetime life;

	if (view->pricing) {
		pricing_look(view->pricing, n->slot, n->at_ns, &life);
		lifetime_figures(&life, &f);
	}
	/* no prices, or no time in which it could have cost something */
	if (!view->pricing || !f.slowdown_ppm) {
		fputs(",,,,,,,,,,,,,,,,\n", out);
		return;
	}
	fprintf(out, ",%" PRId64, lifetime_bandwidth(&life, n->at_ns - z->start_ns));
	figure_print_next(life.bytes > 0 ? f.latency_ps : FIGURE_UNKNOWN, out);
	fprintf(out, ",%" PRId64, f.slowdown_ppm);
	figure_print_next(life.bytes > 0 ? f.remote_ppm : FIGURE_UNKNOWN, out);
	for (int c = 0; c < COST_CAUSES; c++)
		fprintf(out, ",%" PRId64, f.cause_ppm[c]);
	fputs(",,,,,,\n", out);
}

static void print_placed(struct zones_writer *w, const struct run_view *view,
			 const struct zone_news *n)
{
	const char *record = w->record[n->slot];
	const char *rest = record + strlen(record) + 1;

	fprintf(w->out, "%" PRIu64 ",", n->ordinal);
	csv_print_field(record, w->out);
	fprintf(w->out, ",%s,,%s", n->outcome, rest);
	print_life(&view->cluster->live, n->slot, balloons_zone(view->balloons, n->slot), n->at_ns,
		   w->out);
	print_pages(view->cluster, n->slot, w->out);
	print_price(view, n, w->out);
}

/* The most that one host, and one node, has free at this time. */
struct room {
	int64_t host_bytes, node_bytes;
	uint32_t host_vcpus;
};

static struct room most_room(const struct cluster *c)
{
	struct room m = {0};

	for (uint32_t i = 0; i < c->nr_hosts; i++) {
		const struct host_state *s = c->state[i];
		uint32_t free_vcpus =
			s->vcpus_limit > s->total_vcpus ? s->vcpus_limit - s->total_vcpus : 0;

		if (s->total_free_bytes > m.host_bytes)
			m.host_bytes = s->total_free_bytes;
		if (free_vcpus > m.host_vcpus)
			m.host_vcpus = free_vcpus;
		for (unsigned n = 0; n < s->host->nr_nodes; n++)
			if (s->free_bytes[n] > m.node_bytes)
				m.node_bytes = s->free_bytes[n];
	}
	return m;
}

/* Nobody was asked: no host has both the memory and the vCPUs in sum. */
static void print_short(const struct zone *z, const struct room *m, FILE *out)
{
	char asked[32], most[32], *text;

	bytes_text(zone_boot_bytes(z), asked, sizeof(asked));
	if (m->host_bytes < zone_boot_bytes(z))
		text = xasprintf("no host has %s of memory free; the most is %s", asked,
				 bytes_text(m->host_bytes, most, sizeof(most)));
	else if (m->host_vcpus < z->vcpus)
		text = xasprintf("no host has %" PRIu32 " vCPUs free; the most is %" PRIu32,
				 z->vcpus, m->host_vcpus);
	else
		text = xasprintf("no host has both %s of memory and %" PRIu32 " vCPUs free", asked,
				 z->vcpus);
	csv_print_field(text, out);
	free(text);
}

static void print_refused(struct zones_writer *w, const struct run_view *view,
			  const struct zone_news *n)
{
	const struct refusal *why = n->refusal;
	struct room m = most_room(view->cluster);
	FILE *out = w->out;

	fprintf(out, "%" PRIu64 ",", n->ordinal);
	csv_print_field(n->zone->name, out);
	fprintf(out,
		",refused,%s,,,%" PRIu32 ",%" PRId64 ",0,%" PRId64 ",%" PRId64
		",,,,,,,,,,,,,,,,,,,,%" PRIu32 ",",
		error_name(why->code), n->zone->vcpus, zone_boot_bytes(n->zone), n->at_ns, n->at_ns,
		why->hosts_asked);
	if (why->hosts_asked)
		fprintf(out, "%" PRIu32, run_host_number(view->in, why->host));
	fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRIu32 ",", m.host_bytes, m.node_bytes,
		m.host_vcpus);
	if (why->hosts_asked || why->hosts_barred)
		csv_print_field(why->why.text, out);
	else
		print_short(n->zone, &m, out);
	fputc('\n', out);
}

static void keep_record(struct zones_writer *w, const struct run_view *view,
			const struct zone_news *n)
{
	while (n->slot >= w->cap) {
		size_t old = w->cap;

		w->record = grow(w->record, &w->cap, old, sizeof(*w->record));
		memset(&w->record[old], 0, (w->cap - old) * sizeof(*w->record));
	}
	w->record[n->slot] = new_record(view, live_at(&view->cluster->live, n->slot), n->plan);
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct zones_writer *w = self;

	(void)err;
	switch (n->kind) {
	case NEWS_STARTED:
		keep_record(w, view, n);
		break;
	case NEWS_REFUSED:
		print_refused(w, view, n);
		break;
	case NEWS_LEFT:
		free(w->record[n->slot]);
		w->record[n->slot] = NULL;
		break;
	default:
		print_placed(w, view, n);
		break;
	}
	return 0;
}

/* --- in parts ---------------------------------------------------------------------------- */

/* Lines with when and where in the stream they were written. */
struct part_writer {
	struct zones_writer zones; /* into `text` */
	struct tape tape;
	char *text;
	size_t size;
};

static int part_on_zone(void *self, const struct run_view *view, const struct zone_news *n,
			struct error *err)
{
	struct part_writer *p = self;
	int rc;

	rewind(p->zones.out);
	rc = on_zone(&p->zones, view, n, err);
	xmemstream_flush(p->zones.out);
	if (rc || !p->size)
		return rc;
	tape_write(&p->tape, (uint64_t)n->at_ns);
	tape_write(&p->tape, view->place);
	tape_write(&p->tape, p->size);
	tape_write_bytes(&p->tape, p->text, p->size);
	return 0;
}

static void part_release(void *self)
{
	struct part_writer *p = self;

	tape_close(&p->tape);
	if (p->zones.out)
		xmemstream_close(p->zones.out);
	zones_writer_release(&p->zones);
	free(p->text);
	free(p);
}

static const struct observer_ops part_observer = {
	.name = "zones.csv of a part",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_LEAVING) | NEWS(NEWS_LEFT) | NEWS(NEWS_ALIVE) |
		 NEWS(NEWS_REFUSED),
	.wants_reasons = true,
	.on_zone = part_on_zone,
	.release = part_release,
};

static int split(void *self, struct observer *part, struct error *err)
{
	const struct zones_writer *all = self;
	struct part_writer *p = xcalloc(1, sizeof(*p));
	int rc = tape_open(&p->tape, all->directory, err);

	p->zones.out = xmemstream(&p->text, &p->size);
	if (rc)
		part_release(p);
	else
		*part = (struct observer){&part_observer, p};
	return rc;
}

/* The key of a part's next line, into the order; its text is read when its turn is. */
static void look_ahead(const struct observer *part, uint32_t i, struct order *order)
{
	struct part_writer *p = part[i].self;
	struct order_key key = {.part = i};

	if (tape_ended(&p->tape))
		return;
	key.at_ns = (int64_t)tape_read(&p->tape);
	key.place = tape_read(&p->tape);
	order_push(order, &key);
}

static int copy_line(const struct zones_writer *all, struct part_writer *p, struct error *err)
{
	uint64_t size = tape_read(&p->tape);

	return !p->tape.short_of && tape_copy(&p->tape, size, all->out) ? 0
									: tape_lost(&p->tape, err);
}

static int join(void *self, const struct observer *part, size_t nr, struct error *err)
{
	const struct zones_writer *all = self;
	struct order order = {.nr = 0};
	int rc = 0;

	for (uint32_t i = 0; i < nr && !rc; i++) {
		rc = tape_rewind(&((struct part_writer *)part[i].self)->tape, err);
		if (!rc)
			look_ahead(part, i, &order);
	}
	while (!rc && order.nr) {
		struct order_key key = order_pop(&order);

		rc = copy_line(all, part[key.part].self, err);
		if (!rc)
			look_ahead(part, key.part, &order);
	}
	order_release(&order);
	return rc;
}

const struct observer_ops zones_observer = {
	.name = "zones.csv",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_LEAVING) | NEWS(NEWS_LEFT) | NEWS(NEWS_ALIVE) |
		 NEWS(NEWS_REFUSED),
	.wants_reasons = true,
	.on_zone = on_zone,
	.split = split,
	.join = join,
};
