#include <stdlib.h>
#include <string.h>

#include "base/sorter.h"
#include "base/units.h"
#include "zone/trace_rows.h"

/* Of zones at a time; more are sorted in a file. */
#define SORT_MEMORY ((size_t)32 << 20)

/* A zone; its name stands behind it where it is sorted. */
struct gathered {
	int64_t at_ns, lifetime_ns, bytes;
	uint32_t row; /* breaks ties of time */
	uint32_t vcpus; /* 0: there is none */
};

/* Of an id. */
struct held {
	struct gathered zone; /* which has not stopped yet */
	const char *name;
};

struct gather {
	struct trace_stream rows; /* drained at open */
	struct sorter *sorter;
	/* while it reads */
	struct arena names;
	struct held *held; /* by id */
	size_t nr, cap;
};

/* The id's zone is complete. */
static int let_go(struct gather *g, struct held *h, struct error *err)
{
	/* the row as the second part of the key: numbers are all that is compared */
	const struct sort_key key = {h->zone.at_ns, h->zone.row};
	int rc = 0;

	if (h->zone.vcpus)
		rc = sorter_add(g->sorter, key, &h->zone, sizeof(h->zone), h->name,
				strlen(h->name) + 1, err);
	h->zone.vcpus = 0;
	return rc;
}

static void hold(struct gather *g)
{
	const struct trace_stream *t = &g->rows;
	const struct zone_event *e = &t->base.event;
	struct held *h;

	for (; g->nr <= e->id; g->nr++) {
		g->held = grow(g->held, &g->cap, g->nr, sizeof(*g->held));
		g->held[g->nr] = (struct held){.name = NULL};
	}
	h = &g->held[e->id];
	h->name = h->name ? h->name : arena_strdup(&g->names, t->zone.name);
	h->zone = (struct gathered){.at_ns = e->at_ns,
				    .lifetime_ns = e->lifetime_ns,
				    .bytes = t->zone.memory_bytes,
				    .row = (uint32_t)(t->nr_zones - 1),
				    .vcpus = t->zone.vcpus};
}

static int read_all(struct gather *g, struct error *err)
{
	struct trace_stream *t = &g->rows;
	const struct zone_event *e = &t->base.event;
	bool more;
	int rc;

	while (!(rc = trace_row(t, &more, err)) && more) {
		/* rows of any order */
		t->last_ns = 0;
		if (e->kind == ZONE_EVENT_STOP) {
			g->held[e->id].zone.lifetime_ns = e->at_ns - g->held[e->id].zone.at_ns;
			rc = let_go(g, &g->held[e->id], err);
		} else if (t->nr_zones > UINT32_MAX) {
			rc = error_set(err, ERR_INPUT, "%s: more than 4294967295 zones",
				       t->csv.path);
		} else {
			hold(g);
		}
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < g->nr && !rc; i++)
		rc = let_go(g, &g->held[i], err);
	return rc ? rc : sorter_finish(g->sorter, err);
}

static int gather_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct gather *g = (struct gather *)s;
	struct zone *z = &g->rows.zone;
	struct gathered from;
	const char *piece;
	size_t n;
	int rc = sorter_next(g->sorter, &piece, &n, err);

	*out = NULL;
	if (rc || !piece)
		return rc;
	memcpy(&from, piece, sizeof(from));
	z->name = piece + sizeof(from);
	z->vcpus = z->vcpus_max = from.vcpus;
	z->memory_bytes = z->memory_initial_bytes = from.bytes;
	z->memory_min_bytes = zone_default_min(from.bytes);
	s->event = (struct zone_event){.at_ns = from.at_ns,
				       .kind = ZONE_EVENT_START,
				       .id = s->stats.done++,
				       .lifetime_ns = from.lifetime_ns,
				       .zone = z};
	*out = &s->event;
	return 0;
}

static void forget_rows(struct gather *g)
{
	trace_release(&g->rows);
	arena_release(&g->names);
	free(g->held);
	g->held = NULL;
}

static void gather_close(struct zone_stream *s)
{
	struct gather *g = (struct gather *)s;

	forget_rows(g);
	sorter_free(g->sorter);
	free(g);
}

int trace_gather_open(struct zone_stream **out, struct csv *csv, const struct trace_layout *layout,
		      const struct workload *w, void *own, bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {gather_next, gather_close};
	struct gather *g = xcalloc(1, sizeof(*g));
	int rc = trace_init(&g->rows, csv, layout, w, skip_bad, err);

	g->sorter = sorter_new(SORT_MEMORY);
	g->rows.base.ops = &ops;
	g->rows.format_own = own;
	if (!rc)
		rc = read_all(g, err);
	if (rc) {
		gather_close(&g->rows.base);
		return rc;
	}
	g->rows.base.stats.total = g->rows.nr_zones;
	g->rows.base.stats.done = 0;
	forget_rows(g);
	zone_init(&g->rows.zone);
	*out = &g->rows.base;
	return 0;
}
