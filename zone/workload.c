#include "zone/workload.h"

#include <stdlib.h>
#include <string.h>

#include "zone/arrivals.h"
#include "zone/stream.h"
#include "zone/trace_cache.h"
#include "zone/trace_files.h"
#include "zone/workload_impl.h"

const char *const refused_rule_names[] = {"count", "queue", "stop", NULL};

void workload_defaults(struct workload *w)
{
	static const struct fleet_group one_host = {"epyc-nps4-8n", 1};
	static const uint64_t first_seed = 1;
	static const char *const policies[] = {"edera-compact", NULL};
	static const char *const allocators[] = {"xen", NULL};

	*w = (struct workload){
		.name = "",
		.note = "",
		.duration_ns = NS_NEVER,
		.refused = REFUSED_COUNT,
		.fleet = {.group = &one_host,
			  .nr_groups = 1,
			  .choice = "first-fit",
			  .cpu_overcommit_milli = 1000},
		.policy = policies,
		.seed = &first_seed,
		.nr_seeds = 1,
		.balloon =
			{
				.shrink_below_ppm = 100000,
				.grow_above_ppm = 700000,
				.headroom_bytes = 80 * MIB,
				.check_first_ns = 100 * NS_PER_MS,
				.check_last_ns = 2 * NS_PER_S,
				.exchange_ppm = 1000000,
				.extent_bytes = PAGE_BYTES,
			},
		.allocator = allocators,
		.horizon_ns = 5 * 60 * NS_PER_S,
		.vcpu_scale_milli = 1000,
		.trace_gpus = true,
	};
}

/* "workloads/week.json" -> "week" */
static char *name_of_path(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return arena_strndup(a, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

/* A bare trace: by its name, or because it begins as a format does. What comes through
 * a pipe can be looked at once only. */
static bool looks_like_trace(const char *path)
{
	const struct trace_format *found;

	if (trace_is_folder(path) || trace_has_name(path))
		return true;
	return trace_is_file(path) && !trace_format_of(path, &found, NULL);
}

int workload_load(struct workload *out, const char *path, const char *format, struct error *err)
{
	struct doc doc;
	char *name;
	int rc;

	workload_defaults(out);
	out->path = arena_strdup(&out->arena, path);
	name = name_of_path(&out->arena, path);
	text_tame(name);
	out->name = name;
	if (format || looks_like_trace(path)) {
		out->source = SOURCE_TRACE;
		out->trace_path = out->path;
		rc = workload_find_format(out, format, err);
	} else {
		rc = doc_load(&doc, path, DOC_ANY, err);
		if (!rc)
			rc = workload_from_doc(out, &doc, err);
		doc_release(&doc);
	}
	if (rc)
		workload_release(out);
	return rc;
}

bool workload_is_piped(const struct workload *w)
{
	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++)
		if (workload_is_piped(w->fleet.cluster[i].own))
			return true;
	return w->source == SOURCE_TRACE && strcmp(w->trace_path, "-") == 0;
}

void workload_release(struct workload *w)
{
	clusters_release(w);
	trace_cache_free(w->cache);
	arena_release(&w->arena);
	*w = (struct workload){0};
}

bool workload_resizes(const struct workload *w)
{
	if (w->source == SOURCE_GENERATOR)
		return w->generator->nr_uses > 0;
	if (w->source == SOURCE_TRACE)
		return !w->trace_format->never_resizes;
	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++)
		if (workload_resizes(w->fleet.cluster[i].own))
			return true;
	for (size_t i = 0; i < w->nr_events; i++)
		if (w->event[i].kind == ZONE_EVENT_RESIZE || w->event[i].use)
			return true;
	return false;
}

/* The cache, where that is what is read. */
static const struct trace_cache *cache_read(const struct workload *w, bool skip_bad)
{
	return w->source == SOURCE_TRACE && w->cache_skipped_bad == skip_bad ? w->cache : NULL;
}

bool workload_names_zones(const struct workload *w, bool skip_bad)
{
	const struct trace_cache *cache = cache_read(w, skip_bad);

	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++)
		if (workload_names_zones(w->fleet.cluster[i].own, skip_bad))
			return true;
	if (w->source == SOURCE_TRACES)
		return false;
	if (w->source != SOURCE_EVENTS)
		return cache ? trace_cache_names_zones(cache) : w->source != SOURCE_GENERATOR;
	for (size_t i = 0; i < w->nr_events; i++)
		if (w->event[i].kind != ZONE_EVENT_START)
			return true;
	return false;
}

static int open_source(struct zone_stream **out, const struct workload *w, uint64_t seed,
		       bool skip_bad, struct error *err)
{
	*out = NULL;
	switch (w->source) {
	case SOURCE_GENERATOR:
		return generator_open(out, w->generator, seed, err);
	case SOURCE_EVENTS:
		return stream_of_events(out, w->event, w->nr_events, err);
	case SOURCE_TRACE:
		if (cache_read(w, skip_bad))
			return trace_cache_open(out, w->cache, err);
		return trace_open(out, w, skip_bad, err);
	case SOURCE_TRACES:
		return clusters_open(out, w, skip_bad, err);
	}
	BUG_ON(true);
	return ERR_INPUT;
}

bool workload_wants_machine(const struct workload *w)
{
	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++)
		if (workload_wants_machine(w->fleet.cluster[i].own))
			return true;
	return w->source == SOURCE_TRACE && w->trace_format->in_machines &&
	       (!w->machine_vcpus || !w->machine_bytes);
}

void workload_set_machine(struct workload *w, uint32_t vcpus, int64_t bytes)
{
	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++)
		if (workload_wants_machine(w->fleet.cluster[i].own))
			workload_set_machine(w->fleet.cluster[i].own, vcpus, bytes);
	w->machine_vcpus = w->machine_vcpus ? w->machine_vcpus : vcpus;
	w->machine_bytes = w->machine_bytes ? w->machine_bytes : bytes;
}

void workload_stop_on(struct workload *w, const atomic_bool *stop)
{
	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++)
		workload_stop_on(w->fleet.cluster[i].own, stop);
	w->stop = stop;
}

int workload_open(struct zone_stream **out, const struct workload *w, uint64_t seed, bool skip_bad,
		  struct error *err)
{
	int rc = open_source(out, w, seed, skip_bad, err);

	if (!rc && w->extra_arrivals_ppm)
		*out = arrivals_open(*out, w, seed);
	return rc;
}

int workload_open_cluster(struct zone_stream **out, const struct workload *w, uint32_t cluster,
			  uint64_t seed, bool skip_bad, struct error *err)
{
	int rc = workload_open(out, w, seed, skip_bad, err);

	if (!rc) {
		(*out)->one_cluster = true;
		(*out)->cluster = cluster;
	}
	return rc;
}
