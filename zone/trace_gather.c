#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "zone/trace_rows.h"

struct gathered {
	int64_t at_ns, lifetime_ns, bytes;
	uint32_t row; /* breaks ties of time */
	uint32_t copies;
	const char *name;
	uint32_t vcpus, nr_gpus;
};

struct gather {
	struct trace_stream rows; /* drained at open */
	struct arena names;
	struct gathered *zone;
	size_t nr, cap, at;
	uint32_t copy; /* of zone[at]: the next */
	char gpus[16]; /* "2xgpu", of the zone handed out */
	const char *device[1];
};

static int compare(const void *pa, const void *pb)
{
	const struct gathered *a = pa, *b = pb;

	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int read_all(struct gather *g, struct error *err)
{
	struct trace_stream *t = &g->rows;
	bool more;
	int rc;

	while (!(rc = trace_row(t, &more, err)) && more) {
		const struct zone_event *e = &t->base.event;

		/* rows of any order */
		t->last_ns = 0;
		if (e->kind == ZONE_EVENT_STOP) {
			g->zone[e->id].lifetime_ns = e->at_ns - g->zone[e->id].at_ns;
			continue;
		}
		if (g->nr == UINT32_MAX)
			return error_set(err, ERR_INPUT, "%s: more than 4294967295 rows",
					 t->csv.path);
		g->zone = grow(g->zone, &g->cap, g->nr, sizeof(*g->zone));
		g->zone[g->nr] = (struct gathered){
			.at_ns = e->at_ns,
			.lifetime_ns = e->lifetime_ns,
			.bytes = t->zone.memory_bytes,
			.row = (uint32_t)g->nr,
			.copies = t->copies,
			.name = arena_strdup(&g->names, t->zone.name),
			.vcpus = t->zone.vcpus,
			.nr_gpus = t->nr_gpus,
		};
		g->nr++;
		g->rows.base.stats.total += t->copies;
	}
	if (g->nr)
		qsort(g->zone, g->nr, sizeof(*g->zone), compare);
	return rc;
}

/* The zone of this row, or one of its copies: "name-2". */
static const char *name_of(struct gather *g, const struct gathered *z)
{
	char number[16];
	size_t n;

	if (z->copies == 1)
		return z->name;
	snprintf(number, sizeof(number), "-%u", (unsigned)g->copy);
	n = ZONE_NAME_MAX - strlen(number);
	snprintf(g->rows.name, sizeof(g->rows.name), "%.*s%s", (int)n, z->name, number);
	return g->rows.name;
}

static int gather_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct gather *g = (struct gather *)s;
	struct zone *z = &g->rows.zone;
	const struct gathered *from;

	(void)err;
	*out = NULL;
	if (g->at == g->nr)
		return 0;
	from = &g->zone[g->at];
	z->name = name_of(g, from);
	z->vcpus = z->vcpus_max = from->vcpus;
	z->memory_bytes = z->memory_initial_bytes = from->bytes;
	z->memory_min_bytes = zone_default_min(from->bytes);
	snprintf(g->gpus, sizeof(g->gpus), "%uxgpu", (unsigned)from->nr_gpus);
	z->nr_devices = from->nr_gpus > 0;
	z->device = g->device;
	s->event = (struct zone_event){.at_ns = from->at_ns,
				       .kind = ZONE_EVENT_START,
				       .id = s->stats.done++,
				       .lifetime_ns = from->lifetime_ns,
				       .zone = z};
	if (++g->copy >= from->copies) {
		g->copy = 0;
		g->at++;
	}
	*out = &s->event;
	return 0;
}

static void gather_close(struct zone_stream *s)
{
	struct gather *g = (struct gather *)s;

	trace_release(&g->rows);
	arena_release(&g->names);
	free(g->zone);
	free(g);
}

int trace_gather_open(struct zone_stream **out, struct csv *csv, const struct trace_layout *layout,
		      const struct workload *w, bool skip_bad, struct error *err)
{
	return trace_gather_open_with(out, csv, layout, w, NULL, skip_bad, err);
}

int trace_gather_open_with(struct zone_stream **out, struct csv *csv,
			   const struct trace_layout *layout, const struct workload *w, void *own,
			   bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {gather_next, gather_close};
	struct gather *g = xcalloc(1, sizeof(*g));
	int rc = trace_init(&g->rows, csv, layout, w, skip_bad, err);

	g->rows.base.ops = &ops;
	g->rows.format_own = own;
	g->device[0] = g->gpus;
	g->rows.base.stats.total = 0;
	if (!rc)
		rc = read_all(g, err);
	if (rc) {
		gather_close(&g->rows.base);
		return rc;
	}
	trace_release(&g->rows);
	zone_init(&g->rows.zone);
	g->rows.base.stats.done = 0;
	*out = &g->rows.base;
	return 0;
}
