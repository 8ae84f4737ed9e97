#include "zone/clusters.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/order.h"
#include "zone/stream.h"
#include "zone/workload.h"

static int compare_names(const char *a, const char *name, size_t n)
{
	int c = strncmp(a, name, n);

	return c ? c : a[n] != '\0';
}

uint32_t fleet_find_cluster(const struct fleet_spec *f, const char *name, size_t n)
{
	uint32_t low = 0, high = f->nr_clusters;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2, i = f->cluster_by_name[middle];
		int c = compare_names(f->cluster[i].name, name, n);

		if (!c)
			return i;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return CLUSTER_NONE;
}

const char *fleet_cluster_names(const struct fleet_spec *f, char *buf, size_t size)
{
	size_t used = 0;

	*buf = '\0';
	for (uint32_t i = 0; i < f->nr_clusters; i++) {
		const char *name = f->cluster[i].name;
		uint32_t left = f->nr_clusters - i;

		if (left > 1 && used + strlen(name) + 24 > size) {
			snprintf(buf + used, size - used, "%s%u %s", i ? " and " : "", left,
				 i ? "more" : "clusters");
			break;
		}
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 !i	    ? ""
					 : left > 1 ? ", "
						    : " and ",
					 name);
		used = used < size ? used : size - 1;
	}
	return buf;
}

const char *fleet_cluster_note(const struct fleet_spec *f)
{
	return f->cluster ? "name a cluster, and their trace is one cluster's: not used"
			  : "name a cluster, and the fleet has none: their zones go anywhere";
}

/* --- reading -------------------------------------------------------------------------- */

/* Names in their order; ERR_INPUT where one is there twice. */
static int index_names(struct workload *w, const struct doc_value *list, struct error *err)
{
	const struct fleet_cluster *c = w->fleet.cluster;
	uint32_t *order = arena_alloc(&w->arena, list->nr * sizeof(*order));

	for (uint32_t i = 0; i < list->nr; i++) {
		uint32_t low = 0, high = i;

		while (low < high) {
			uint32_t middle = low + (high - low) / 2;
			int d = strcmp(c[order[middle]].name, c[i].name);

			if (!d)
				return doc_error(doc_member(&list->item[i], "name"), err,
						 "there are two clusters \"%.80s\"", c[i].name);
			if (d < 0)
				low = middle + 1;
			else
				high = middle;
		}
		memmove(&order[low + 1], &order[low], (i - low) * sizeof(*order));
		order[low] = i;
	}
	w->fleet.cluster_by_name = order;
	return 0;
}

struct group_list {
	struct fleet_group *group;
	size_t nr, cap;
	uint64_t hosts;
};

static int read_cluster(const struct doc_value *at, struct arena *a,
			int (*read_group)(const struct doc_value *at, struct arena *a,
					  struct fleet_group *out, struct error *err),
			struct group_list *groups, struct fleet_cluster *out, struct error *err)
{
	static const char *const keys[] = {"name", "hosts", "trace", NULL};
	const struct doc_value *list;
	const char *name = NULL;
	uint64_t before = groups->hosts;
	int rc = doc_known(at, "a cluster", keys, err);

	if (!rc)
		rc = doc_get_text(at, "name", true, &name, err);
	if (!rc)
		rc = doc_get_list(at, "hosts", true, &list, err);
	if (rc)
		return rc;
	if (!*name)
		return doc_error(doc_member(at, "name"), err, "\"name\" must not be empty");
	if (!list->nr)
		return doc_error(list, err, "\"hosts\" is empty; a cluster needs a host");
	for (uint32_t i = 0; i < list->nr && !rc; i++) {
		struct fleet_group *g;

		groups->group = grow(groups->group, &groups->cap, groups->nr, sizeof(*g));
		g = &groups->group[groups->nr++];
		rc = read_group(&list->item[i], a, g, err);
		groups->hosts += g->count;
	}
	if (!rc && groups->hosts > 1000000)
		rc = doc_error(list, err, "a fleet has at most 1000000 hosts, not %llu",
			       (unsigned long long)groups->hosts);
	*out = (struct fleet_cluster){.name = arena_strdup(a, name),
				      .first_host = (uint32_t)before,
				      .nr_hosts = (uint32_t)(groups->hosts - before)};
	return rc;
}

int clusters_from_doc(struct workload *w, const struct doc_value *fleet,
		      int (*read_group)(const struct doc_value *at, struct arena *a,
					struct fleet_group *out, struct error *err),
		      struct error *err)
{
	struct group_list groups = {.nr = 0};
	struct fleet_cluster *cluster;
	const struct doc_value *list;
	struct fleet_group *kept;
	int rc = doc_get_list(fleet, "clusters", true, &list, err);

	if (rc)
		return rc;
	if (!list->nr || list->nr > CLUSTERS_MAX)
		return doc_error(list, err, "\"clusters\" must hold 1 to %d clusters",
				 CLUSTERS_MAX);
	w->fleet.cluster = cluster = arena_alloc(&w->arena, list->nr * sizeof(*cluster));
	for (uint32_t i = 0; i < list->nr && !rc; i++)
		rc = read_cluster(&list->item[i], &w->arena, read_group, &groups, &cluster[i], err);
	if (!rc)
		rc = index_names(w, list, err);
	if (!rc) {
		w->fleet.group = kept = arena_alloc(&w->arena, groups.nr * sizeof(*kept));
		memcpy(kept, groups.group, groups.nr * sizeof(*kept));
		w->fleet.nr_groups = (uint32_t)groups.nr;
		w->fleet.nr_clusters = list->nr;
	}
	free(groups.group);
	return rc;
}

int cluster_from_doc(const struct fleet_spec *f, const struct doc_value *at, uint32_t *out,
		     struct error *err)
{
	const char *name = NULL;
	char names[128];
	int rc = doc_get_text(at, "cluster", f->nr_clusters > 0, &name, err);

	*out = 0;
	if (rc || !name)
		return rc;
	if (!f->nr_clusters)
		return doc_error(
			doc_member(at, "cluster"), err,
			"the fleet has no \"clusters\", which would say what hosts it has");
	*out = fleet_find_cluster(f, name, strlen(name));
	if (*out != CLUSTER_NONE)
		return 0;
	return doc_error(doc_member(at, "cluster"), err,
			 "the fleet has no cluster \"%.80s\"; it has %s", name,
			 fleet_cluster_names(f, names, sizeof(names)));
}

/* --- a trace for each ------------------------------------------------------------------- */

int clusters_read_traces(struct workload *w, const struct doc_value *fleet, bool *out,
			 int (*read_trace)(struct workload *w, const struct doc_value *at,
					   struct error *err),
			 struct error *err)
{
	const struct doc_value *list = doc_member(fleet, "clusters");
	struct fleet_cluster *cluster;
	int rc = 0;

	*out = w->fleet.nr_clusters && doc_member(&list->item[0], "trace");
	for (uint32_t i = 0; i < w->fleet.nr_clusters; i++)
		if (!!doc_member(&list->item[i], "trace") != *out)
			return doc_error(&list->item[i], err,
					 "the clusters have a \"trace\" each, or the workload has "
					 "one for all");
	if (!*out)
		return 0;
	cluster = arena_alloc(&w->arena, w->fleet.nr_clusters * sizeof(*cluster));
	memcpy(cluster, w->fleet.cluster, w->fleet.nr_clusters * sizeof(*cluster));
	w->fleet.cluster = cluster;
	for (uint32_t i = 0; i < w->fleet.nr_clusters && !rc; i++) {
		struct workload *own = arena_alloc(&w->arena, sizeof(*own));

		workload_defaults(own);
		own->name = w->name;
		own->path = w->path;
		own->source = SOURCE_TRACE;
		own->fleet.cluster = &cluster[i];
		cluster[i].own = own;
		rc = read_trace(own, doc_member(&list->item[i], "trace"), err);
	}
	return rc;
}

void clusters_release(struct workload *w)
{
	for (uint32_t i = 0; i < w->fleet.nr_clusters; i++)
		if (w->fleet.cluster[i].own)
			workload_release(w->fleet.cluster[i].own);
}

struct clusters_stream {
	struct zone_stream base;
	uint32_t nr, last; /* last: whose event was handed out; nr: none was */
	struct order order; /* of the next of each */
	struct {
		struct zone_stream *stream;
		const struct zone_event *next;
	} of[];
};

/* What is said of rows, of all traces. */
static void add_stats(struct zone_stream *s, const struct zone_stream_stats *of)
{
	struct zone_stream_stats *all = &s->stats;

	if (of->bad_rows && !all->bad_rows)
		memcpy(all->first_bad, of->first_bad, sizeof(all->first_bad));
	if (of->warnings && !all->warnings)
		memcpy(all->first_warning, of->first_warning, sizeof(all->first_warning));
	all->bad_rows += of->bad_rows;
	all->warnings += of->warnings;
	all->done += of->done;
	all->total += of->total;
	for (int i = 0; i < ZONE_STREAM_NOTES_MAX && of->note[i].rows; i++) {
		int k = 0;

		while (k < ZONE_STREAM_NOTES_MAX && all->note[k].rows &&
		       strcmp(all->note[k].text, of->note[i].text) != 0)
			k++;
		if (k == ZONE_STREAM_NOTES_MAX)
			return;
		if (!all->note[k].rows)
			all->note[k] = of->note[i];
		else
			all->note[k].rows += of->note[i].rows;
	}
}

static void sum_stats(struct zone_stream *base)
{
	struct clusters_stream *s = (struct clusters_stream *)base;
	struct zone_stream_stats *all = &base->stats;
	uint64_t events = all->events;

	*all = (struct zone_stream_stats){.events = events};
	for (uint32_t i = 0; i < s->nr; i++)
		add_stats(base, zone_stream_stats(s->of[i].stream));
}

/* The next of a trace, among those of the others. */
static int look_ahead(struct clusters_stream *s, uint32_t i, struct error *err)
{
	int rc = zone_stream_next(s->of[i].stream, &s->of[i].next, err);

	if (!rc && s->of[i].next)
		order_push(&s->order,
			   &(struct order_key){.at_ns = s->of[i].next->at_ns, .part = i});
	return rc;
}

static int clusters_next(struct zone_stream *base, const struct zone_event **out, struct error *err)
{
	struct clusters_stream *s = (struct clusters_stream *)base;
	bool begun = s->last < s->nr;
	/* the first of all, then one after another */
	uint32_t i = begun ? s->last : 0, end = begun ? s->last + 1 : s->nr;
	int rc = 0;

	*out = NULL;
	for (; i < end && !rc; i++)
		rc = look_ahead(s, i, err);
	if (rc || !s->order.nr)
		return rc;
	s->last = order_pop(&s->order).part;
	base->event = *s->of[s->last].next;
	base->event.cluster = s->last;
	*out = &base->event;
	return 0;
}

static void clusters_close(struct zone_stream *base)
{
	struct clusters_stream *s = (struct clusters_stream *)base;

	for (uint32_t i = 0; i < s->nr; i++)
		zone_stream_close(s->of[i].stream);
	order_release(&s->order);
	free(s);
}

int clusters_open(struct zone_stream **out, const struct workload *w, bool skip_bad,
		  struct error *err)
{
	static const struct zone_stream_ops ops = {clusters_next, clusters_close};
	uint32_t nr = w->fleet.nr_clusters;
	struct clusters_stream *s = xcalloc(1, sizeof(*s) + nr * sizeof(s->of[0]));
	int rc = 0;

	s->base.ops = &ops;
	s->base.update = sum_stats;
	s->nr = s->last = nr;
	for (uint32_t i = 0; i < nr && !rc; i++)
		rc = workload_open(&s->of[i].stream, w->fleet.cluster[i].own, 0, skip_bad, err);
	if (rc) {
		clusters_close(&s->base);
		return rc;
	}
	*out = &s->base;
	return 0;
}

/* --- what each has of the fleet's ------------------------------------------------------- */

static const struct fleet_initial *share_initial(const struct fleet_initial *all,
						 const struct fleet_cluster *c, struct arena *a)
{
	struct fleet_initial *own = arena_alloc(a, sizeof(*own));
	size_t first = 0;

	*own = (struct fleet_initial){
		.path = all->path, .free = all->free, .first_host = c->first_host};
	while (first < all->nr && all->node[first].host < c->first_host)
		first++;
	while (first + own->nr < all->nr &&
	       all->node[first + own->nr].host - c->first_host < c->nr_hosts)
		own->nr++;
	own->node = arena_alloc(a, (own->nr + 1) * sizeof(*own->node));
	for (size_t i = 0; i < own->nr; i++) {
		own->node[i] = all->node[first + i];
		own->node[i].host -= c->first_host;
	}
	return own;
}

/* Racks keep their numbers: one may have hosts of several clusters, whose zones never meet. */
static const struct fleet_racks *share_racks(const struct fleet_racks *all,
					     const struct fleet_cluster *c, struct arena *a)
{
	struct fleet_racks *own = arena_alloc(a, sizeof(*own));
	uint32_t named = all->nr_hosts > c->first_host ? all->nr_hosts - c->first_host : 0;

	*own = (struct fleet_racks){.path = all->path, .nr_racks = all->nr_racks};
	own->nr_hosts = named < c->nr_hosts ? named : c->nr_hosts;
	own->rack = arena_alloc(a, ((size_t)own->nr_hosts + 1) * sizeof(*own->rack));
	if (own->nr_hosts)
		memcpy(own->rack, all->rack + c->first_host, own->nr_hosts * sizeof(*own->rack));
	return own;
}

int clusters_share(struct workload *w, const struct doc_value *fleet, struct error *err)
{
	const struct fleet_spec *f = &w->fleet;
	const struct fleet_cluster *last;
	struct fleet_cluster *cluster;
	uint32_t nr_hosts;

	if (f->nr_clusters && w->refused == REFUSED_STOP)
		return doc_error(
			doc_place(fleet, "clusters"), err,
			"a fleet in clusters does not stop at the first refused zone: what "
			"happens in one is not known in the others");
	if (!f->nr_clusters || (!f->initial && !f->racks))
		return 0;
	last = &f->cluster[f->nr_clusters - 1];
	nr_hosts = last->first_host + last->nr_hosts;
	if (f->initial && f->initial->nr && f->initial->node[f->initial->nr - 1].host >= nr_hosts)
		return doc_error(doc_place(fleet, "initial"), err,
				 "it speaks of host %u, and the fleet has %u (counted from 0)",
				 (unsigned)f->initial->node[f->initial->nr - 1].host,
				 (unsigned)nr_hosts);
	cluster = arena_alloc(&w->arena, f->nr_clusters * sizeof(*cluster));
	memcpy(cluster, f->cluster, f->nr_clusters * sizeof(*cluster));
	w->fleet.cluster = cluster;
	for (uint32_t i = 0; i < f->nr_clusters; i++) {
		struct fleet_cluster *c = &cluster[i];

		c->initial = f->initial ? share_initial(f->initial, c, &w->arena) : NULL;
		c->racks = f->racks ? share_racks(f->racks, c, &w->arena) : NULL;
	}
	return 0;
}
