#include "bench/clusters/log.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"
#include "zone/zone.h"

/* A node that is not as it was. */
struct node_change {
	unsigned node;
	int64_t pages;
	int64_t vcpus;
};

/* One change, read back. */
struct host_change {
	struct order_key key;
	uint64_t last_place; /* that is not 0 */
	int64_t live, vcpus, bytes; /* what the fleet's sums move by */
	uint32_t host;
	unsigned nr_nodes;
	struct node_change node[NODES_MAX];
};

/* What the fleet's sums move by is not what the nodes gave, and is said. */
#define CHANGE_APART 4

/* What nodes gave. */
struct sums {
	int64_t vcpus, bytes;
};

/* The most that one takes. */
#define CHANGE_BYTES ((7 + 3 * NODES_MAX) * TAPE_NUMBER_BYTES)

/* --- writing -------------------------------------------------------------------------- */

static void take_hosts(struct host_log *l, const struct host_state *const *state)
{
	size_t nr = 0;

	l->first = xcalloc((size_t)l->nr_hosts + 1, sizeof(*l->first));
	for (uint32_t i = 0; i < l->nr_hosts; i++) {
		l->first[i] = nr;
		nr += l->host[i]->nr_nodes;
	}
	l->first[l->nr_hosts] = nr;
	l->free_bytes = xcalloc(nr + 1, sizeof(*l->free_bytes));
	l->vcpus = xcalloc(nr + 1, sizeof(*l->vcpus));
	for (uint32_t i = 0; i < l->nr_hosts; i++) {
		unsigned nodes = l->host[i]->nr_nodes;

		memcpy(&l->free_bytes[l->first[i]], state[i]->free_bytes,
		       nodes * sizeof(*l->free_bytes));
		memcpy(&l->vcpus[l->first[i]], state[i]->vcpus, nodes * sizeof(*l->vcpus));
	}
}

static int on_begin(void *self, const struct run_view *view, struct error *err)
{
	struct host_log *l = self;
	int rc = tape_open(&l->tape, l->directory, err);

	if (rc)
		return rc;
	l->host = view->in->host;
	l->nr_hosts = view->in->nr_hosts;
	l->overcommit_milli = view->stranded->overcommit_milli;
	l->capacity_vcpus = view->stranded->capacity_vcpus;
	l->capacity_bytes = view->stranded->capacity_bytes;
	take_hosts(l, view->cluster->state);
	/* what it was like before goes first */
	tape_write_bytes(&l->tape, l->free_bytes, l->first[l->nr_hosts] * sizeof(*l->free_bytes));
	tape_write_bytes(&l->tape, l->vcpus, l->first[l->nr_hosts] * sizeof(*l->vcpus));
	return 0;
}

/* Nodes of the host that are not as they were, and what all of them gave; the place behind. */
static uint8_t *put_nodes(struct host_log *l, uint32_t host, const struct host_state *s,
			  struct sums *taken, uint8_t *p)
{
	int64_t *free_bytes = &l->free_bytes[l->first[host]];
	uint32_t *vcpus = &l->vcpus[l->first[host]];
	unsigned nr_nodes = l->host[host]->nr_nodes;

	*taken = (struct sums){0, 0};
	for (unsigned n = 0; n < nr_nodes; n++) {
		if (free_bytes[n] == s->free_bytes[n] && vcpus[n] == s->vcpus[n])
			continue;
		p = tape_put(p, n + 1);
		p = tape_put_signed(p, (s->free_bytes[n] - free_bytes[n]) / PAGE_BYTES);
		p = tape_put_signed(p, (int64_t)s->vcpus[n] - vcpus[n]);
		taken->bytes += free_bytes[n] - s->free_bytes[n];
		taken->vcpus += (int64_t)s->vcpus[n] - vcpus[n];
		free_bytes[n] = s->free_bytes[n];
		vcpus[n] = s->vcpus[n];
	}
	return tape_put(p, 0);
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct host_log *l = self;
	int64_t vcpus = 0, bytes, live = 0;
	struct sums taken;
	uint8_t *p;

	(void)err;
	/* as stranded.c counts */
	if (n->kind == NEWS_STARTED) {
		live = 1;
		vcpus = n->vcpus;
		bytes = zone_boot_bytes(n->zone);
	} else if (n->kind == NEWS_LEFT) {
		live = -1;
		vcpus = -(int64_t)n->vcpus;
		bytes = -n->before->resident_bytes;
	} else {
		bytes = n->now->resident_bytes - n->before->resident_bytes;
	}
	tape_make_room(&l->tape, CHANGE_BYTES);
	p = l->tape.buf + l->tape.at;
	p = tape_put(p, (uint64_t)(n->at_ns - l->last.at_ns));
	/* they grow, but for the 0 of what leaves */
	p = tape_put(p, view->place ? 1 + view->place - l->last.place : 0);
	l->last.place = view->place ? view->place : l->last.place;
	l->last.at_ns = n->at_ns;
	p = tape_put(p, n->host);
	p = put_nodes(l, n->host, view->cluster->state[n->host], &taken, p);
	if (taken.vcpus == vcpus && taken.bytes == bytes) {
		p = tape_put(p, (uint64_t)(live + 1));
	} else {
		p = tape_put(p, (uint64_t)(live + 1) | CHANGE_APART);
		p = tape_put_signed(p, vcpus);
		p = tape_put_signed(p, bytes);
	}
	l->tape.at = (size_t)(p - l->tape.buf);
	return 0;
}

const struct observer_ops host_log_observer = {
	.name = "changes of hosts",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_MOVED) | NEWS(NEWS_LEFT),
	.on_begin = on_begin,
	.on_zone = on_zone,
};

void host_log_release(struct host_log *l)
{
	tape_close(&l->tape);
	free(l->first);
	free(l->free_bytes);
	free(l->vcpus);
	free(l->now);
	*l = (struct host_log){.directory = l->directory};
}

/* --- reading -------------------------------------------------------------------------- */

/* From the beginning: the hosts are as they were before. */
static int begin_reading(struct host_log *l, uint32_t part, struct error *err)
{
	size_t nr = l->first[l->nr_hosts];
	int rc = tape_rewind(&l->tape, err);

	if (rc)
		return rc;
	if (!l->now)
		l->now = xcalloc(1, sizeof(*l->now));
	l->now->key = (struct order_key){.part = part};
	l->now->last_place = 0;
	l->nr_read = 0;
	if (!tape_read_bytes(&l->tape, l->free_bytes, nr * sizeof(*l->free_bytes)) ||
	    !tape_read_bytes(&l->tape, l->vcpus, nr * sizeof(*l->vcpus)))
		return tape_lost(&l->tape, err);
	return 0;
}

static bool read_nodes(struct host_log *l, struct host_change *c)
{
	unsigned nr_nodes = l->host[c->host]->nr_nodes;
	uint64_t node;

	c->vcpus = c->bytes = 0;
	for (c->nr_nodes = 0; (node = tape_read(&l->tape)); c->nr_nodes++) {
		struct node_change *to = &c->node[c->nr_nodes];

		if (node > nr_nodes || c->nr_nodes == nr_nodes)
			return false;
		to->node = (unsigned)node - 1;
		to->pages = tape_read_signed(&l->tape);
		to->vcpus = tape_read_signed(&l->tape);
		c->vcpus += to->vcpus;
		c->bytes -= to->pages * PAGE_BYTES;
	}
	return !l->tape.short_of;
}

/* The next change into l->now; *more = false: there is none. */
static int next_change(struct host_log *l, bool *more, struct error *err)
{
	struct host_change *c = l->now;
	struct tape *t = &l->tape;
	uint64_t host, place, kind;

	*more = !tape_ended(t);
	if (!*more)
		return 0;
	c->key.at_ns += (int64_t)tape_read(t);
	place = tape_read(t);
	c->last_place += place ? place - 1 : 0;
	c->key.place = place ? c->last_place : 0;
	host = tape_read(t);
	c->host = (uint32_t)host;
	l->nr_read++;
	if (host >= l->nr_hosts || !read_nodes(l, c))
		return tape_lost(t, err);
	kind = tape_read(t);
	c->live = (int64_t)(kind % CHANGE_APART) - 1;
	if (kind & CHANGE_APART) {
		c->vcpus = tape_read_signed(t);
		c->bytes = tape_read_signed(t);
	}
	return t->short_of ? tape_lost(t, err) : 0;
}

static void apply(struct host_log *l)
{
	const struct host_change *c = l->now;

	for (unsigned i = 0; i < c->nr_nodes; i++) {
		size_t at = l->first[c->host] + c->node[i].node;

		l->free_bytes[at] += c->node[i].pages * PAGE_BYTES;
		l->vcpus[at] = (uint32_t)(l->vcpus[at] + c->node[i].vcpus);
	}
}

/* --- the two moments -------------------------------------------------------------------- */

struct moment {
	struct order_key key;
	uint64_t nr_read; /* of that part */
};

static void sum_capacities(const struct host_log *log, size_t nr, struct stranded *s)
{
	*s = (struct stranded){.overcommit_milli = log[0].overcommit_milli};
	for (size_t i = 0; i < nr; i++) {
		s->nr_hosts += log[i].nr_hosts;
		s->capacity_vcpus += log[i].capacity_vcpus;
		s->capacity_bytes += log[i].capacity_bytes;
	}
	s->free_vcpus_now = s->capacity_vcpus;
	s->free_bytes_now = s->capacity_bytes;
}

static int find_moments(struct host_log *log, size_t nr, int64_t *peak_live, struct stranded *s,
			struct moment *fullest, struct error *err)
{
	struct order order = {.nr = 0};
	int64_t live = 0;
	bool more;
	int rc = 0;

	*peak_live = 0;
	for (size_t i = 0; i < nr && !rc; i++) {
		rc = begin_reading(&log[i], (uint32_t)i, err);
		if (!rc)
			rc = next_change(&log[i], &more, err);
		if (!rc && more)
			order_push(&order, &log[i].now->key);
	}
	while (!rc && order.nr) {
		struct order_key key = order_pop(&order);
		struct host_log *l = &log[key.part];
		int128 full;

		live += l->now->live;
		*peak_live = live > *peak_live ? live : *peak_live;
		s->free_vcpus_now -= l->now->vcpus;
		s->free_bytes_now -= l->now->bytes;
		full = stranded_fullness(s, s->free_vcpus_now, s->free_bytes_now);
		if (full > s->fullest) {
			s->fullest = full;
			*fullest = (struct moment){key, l->nr_read};
		}
		rc = next_change(l, &more, err);
		if (!rc && more)
			order_push(&order, &l->now->key);
	}
	order_release(&order);
	return rc;
}

/* The hosts of one part as they were then. */
static int go_to(struct host_log *l, uint32_t part, const struct moment *m, struct error *err)
{
	bool more;
	int rc = begin_reading(l, part, err);

	while (!rc) {
		rc = next_change(l, &more, err);
		if (rc || !more)
			return rc;
		if (part == m->key.part ? l->nr_read > m->nr_read
					: order_compare(&l->now->key, &m->key) > 0)
			return 0;
		apply(l);
	}
	return rc;
}

int host_logs_join(struct host_log *log, size_t nr, int64_t *peak_live, struct stranded *stranded,
		   struct error *err)
{
	struct moment fullest = {.nr_read = 0};
	int rc;

	sum_capacities(log, nr, stranded);
	rc = find_moments(log, nr, peak_live, stranded, &fullest, err);
	if (rc || !stranded->capacity_vcpus || !stranded->capacity_bytes)
		stranded->fullest = 0;
	for (size_t i = 0; i < nr && !rc && stranded->fullest; i++) {
		struct host_log *l = &log[i];

		rc = go_to(l, (uint32_t)i, &fullest, err);
		for (uint32_t h = 0; h < l->nr_hosts && !rc; h++)
			for (unsigned n = 0; n < l->host[h]->nr_nodes; n++)
				stranded_add_node(stranded, l->host[h], n,
						  l->vcpus[l->first[h] + n],
						  l->free_bytes[l->first[h] + n], &stranded->peak);
	}
	return rc;
}
