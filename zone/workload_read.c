#include <math.h>
#include <string.h>

#include "base/units.h"
#include "zone/workload_impl.h"
#include "zone/zone_check.h"

/* A positive real number in thousandths, rounded to the nearest. */
static int read_milli(const struct doc_value *at, const char *key, double min, double max,
		      uint32_t *out, struct error *err)
{
	double v = *out / 1000.0;
	int rc = doc_get_real(at, key, false, min, max, &v, err);

	if (!rc)
		*out = (uint32_t)floor(v * 1000 + 0.5);
	return rc;
}

static int read_text(const struct doc_value *at, const char *key, bool required, struct arena *a,
		     const char **out, struct error *err)
{
	const struct doc_value *member = doc_member(at, key);
	const char *text = NULL;
	char *kept;
	int rc = doc_get_text(at, key, required, &text, err);

	if (rc || !text)
		return rc;
	if (!*text)
		return doc_error(member, err, "\"%s\" must not be empty", key);
	kept = arena_strdup(a, text);
	text_tame(kept);
	*out = kept;
	return 0;
}

static int read_group(const struct doc_value *at, struct arena *a, struct fleet_group *out,
		      struct error *err)
{
	static const char *const keys[] = {"topology", "count", NULL};
	int64_t count = 1;
	int rc = doc_known(at, "a group of hosts", keys, err);

	if (!rc)
		rc = read_text(at, "topology", true, a, &out->topology, err);
	if (!rc)
		rc = doc_get_int(at, "count", false, 1, 1000000, &count, err);
	out->count = (uint32_t)count;
	return rc;
}

static int read_groups(struct workload *w, const struct doc_value *fleet, struct error *err)
{
	const struct doc_value *list;
	struct fleet_group *group;
	uint64_t hosts = 0;
	int rc = doc_get_list(fleet, "hosts", false, &list, err);

	if (!rc && doc_member(fleet, "clusters"))
		return list ? doc_error(list, err, "give \"hosts\" or \"clusters\", not both")
			    : clusters_from_doc(w, fleet, read_group, err);
	if (rc || !list)
		return rc;
	if (!list->nr)
		return doc_error(list, err, "\"hosts\" is empty; a fleet needs a host");
	w->fleet.nr_groups = (uint32_t)list->nr;
	w->fleet.group = group = arena_alloc(&w->arena, w->fleet.nr_groups * sizeof(*group));
	for (uint32_t i = 0; i < w->fleet.nr_groups && !rc; i++) {
		const struct doc_value *at = &list->item[i];

		rc = read_group(at, &w->arena, &group[i], err);
		hosts += group[i].count;
	}
	if (!rc && hosts > 1000000)
		return doc_error(list, err, "a fleet has at most 1000000 hosts, not %llu",
				 (unsigned long long)hosts);
	return rc;
}

/* Relative paths start where the workload's file is. */
static const char *beside(struct arena *a, const char *workload_path, const char *path)
{
	const char *slash = strrchr(workload_path, '/');

	if (*path == '/' || !slash)
		return path;
	return arena_printf(a, "%.*s/%s", (int)(slash - workload_path), workload_path, path);
}

/* A table beside the workload, or a list in it. */
static int read_initial(struct workload *w, const struct doc_value *fleet, struct error *err)
{
	const struct doc_value *at = doc_member(fleet, "initial");
	struct fleet_initial *initial;

	if (!at)
		return 0;
	w->fleet.initial = initial = arena_alloc(&w->arena, sizeof(*initial));
	if (at->kind == DOC_LIST)
		return initial_from_doc(initial, at, &w->arena, err);
	if (!doc_text(at) || !*doc_text(at))
		return doc_error(at, err, "\"initial\" is the name of a table, or a list of hosts");
	return initial_load(initial, beside(&w->arena, w->path, doc_text(at)), &w->arena, err);
}

static int read_racks(struct workload *w, const struct doc_value *fleet, struct error *err)
{
	struct fleet_racks *racks;
	const char *path = NULL;
	int rc = read_text(fleet, "racks", false, &w->arena, &path, err);

	if (rc || !path)
		return rc;
	w->fleet.racks = racks = arena_alloc(&w->arena, sizeof(*racks));
	return racks_load(racks, beside(&w->arena, w->path, path), &w->arena, err);
}

static int read_fleet(struct workload *w, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"hosts",	     "clusters",    "choice",
					   "cpu_overcommit", "dom0_memory", "dom0_vcpus",
					   "initial",	     "racks",	    NULL};
	struct fleet_spec *f = &w->fleet;
	const char *choice = NULL;
	int64_t vcpus = 0;
	int rc = doc_known(at, "the fleet", keys, err);

	if (!rc)
		rc = read_groups(w, at, err);
	if (!rc)
		rc = doc_get_text(at, "choice", false, &choice, err);
	if (!rc && choice)
		f->choice = arena_strdup(&w->arena, choice);
	if (!rc)
		rc = read_milli(at, "cpu_overcommit", 0, 1000, &f->cpu_overcommit_milli, err);
	if (!rc)
		rc = doc_get_bytes(at, "dom0_memory", false, true, &f->dom0_memory_bytes, err);
	if (!rc)
		rc = doc_get_int(at, "dom0_vcpus", false, 0, 4096, &vcpus, err);
	f->dom0_vcpus = (uint32_t)vcpus;
	if (!rc)
		rc = read_initial(w, at, err);
	if (!rc)
		rc = read_racks(w, at, err);
	return rc ? rc : clusters_share(w, at, err);
}

/* A list of texts, none twice; *out is NULL-terminated. */
static int read_names(const struct doc_value *at, const char *key, struct arena *a,
		      const char *const **out, struct error *err)
{
	const struct doc_value *list;
	const char **name;
	size_t nr;
	int rc = doc_get_list(at, key, false, &list, err);

	if (rc || !list)
		return rc;
	nr = list->nr;
	if (!nr || nr > 1000)
		return doc_error(list, err, "\"%s\" must hold 1 to 1000 names", key);
	name = arena_alloc(a, (nr + 1) * sizeof(*name));
	for (size_t i = 0; i < nr; i++) {
		const struct doc_value *item = &list->item[i];
		const char *text = doc_text(item);

		if (!text || !*text)
			return doc_error(item, err, "\"%s\" must hold names in quotes", key);
		for (size_t j = 0; j < i; j++)
			if (strcmp(name[j], text) == 0)
				return doc_error(item, err, "\"%.80s\" is listed twice", text);
		name[i] = arena_strdup(a, text);
	}
	*out = name;
	return 0;
}

static int read_memory_policies(struct workload *w, const struct doc_value *at, struct error *err)
{
	const char *const *name = NULL;
	int rc = read_names(at, "memory_policies", &w->arena, &name, err);

	for (size_t i = 0; !rc && name && name[i]; i++) {
		const struct doc_value *list = doc_member(at, "memory_policies");
		const struct doc_value *item = &list->item[i];

		if (strcmp(name[i], "static") == 0)
			w->memory_policies |= 1u << ZONE_STATIC;
		else if (strcmp(name[i], "dynamic") == 0)
			w->memory_policies |= 1u << ZONE_DYNAMIC;
		else
			return doc_error(item, err,
					 "a memory policy is \"static\" or \"dynamic\", not "
					 "\"%.80s\"",
					 name[i]);
	}
	return rc;
}

static int read_seeds(struct workload *w, const struct doc_value *at, struct error *err)
{
	const struct doc_value *list;
	uint64_t *seed;
	int64_t number;
	size_t nr;
	int rc = doc_get_list(at, "seeds", false, &list, err);

	if (rc || !list)
		return rc;
	nr = list->nr;
	if (!nr || nr > 10000)
		return doc_error(list, err, "\"seeds\" must hold 1 to 10000 numbers");
	w->seed = seed = arena_alloc(&w->arena, nr * sizeof(*seed));
	w->nr_seeds = (uint32_t)nr;
	for (size_t i = 0; i < nr; i++) {
		const struct doc_value *item = &list->item[i];

		if (!doc_int(item, 0, INT64_MAX, &number))
			return doc_error(item, err, "a seed is a whole number, 0 or more");
		seed[i] = (uint64_t)number;
		for (size_t j = 0; j < i; j++)
			if (seed[j] == seed[i])
				return doc_error(item, err, "seed %llu is listed twice",
						 (unsigned long long)seed[i]);
	}
	return 0;
}

static int read_times(struct workload *w, const struct doc_value *at, struct error *err)
{
	static const char *const key[] = {"duration", "timeline_step"};
	int64_t *out[] = {&w->duration_ns, &w->timeline_step_ns};

	for (int i = 0; i < 2; i++) {
		const struct doc_value *member = doc_member(at, key[i]);
		int rc = doc_get_duration(at, key[i], false, out[i], err);

		if (rc)
			return rc;
		if (member && *out[i] == 0)
			return doc_error(member, err, "\"%s\" must be more than 0", key[i]);
	}
	return 0;
}

/* What sizes that are parts of a machine are parts of. */
static int read_machine(struct workload *w, const struct doc_value *trace, struct error *err)
{
	static const char *const keys[] = {"vcpus", "memory", "type", NULL};
	const struct doc_value *at;
	int64_t vcpus = 0;
	int rc = doc_get_map(trace, "machine", false, &at, err);

	if (rc || !at)
		return rc;
	rc = doc_known(at, "the machine", keys, err);
	if (!rc)
		rc = doc_get_int(at, "vcpus", false, 1, ZONE_VCPUS_MAX, &vcpus, err);
	if (!rc)
		rc = doc_get_bytes(at, "memory", false, false, &w->machine_bytes, err);
	if (!rc)
		rc = read_text(at, "type", false, &w->arena, &w->machine_type, err);
	w->machine_vcpus = (uint32_t)vcpus;
	return rc;
}

/* Documents that go with the trace. */
static int read_with(struct workload *w, const struct doc_value *trace, struct error *err)
{
	const char *const *path = NULL;
	const char **kept;
	size_t nr = 0;
	int rc = read_names(trace, "with", &w->arena, &path, err);

	if (rc || !path)
		return rc;
	if (!w->trace_format->takes_more)
		return doc_error(doc_place(trace, "with"), err,
				 "a trace in format %s has no documents that go with it",
				 w->trace_format->name);
	while (path[nr])
		nr++;
	kept = arena_alloc(&w->arena, (nr + 1) * sizeof(*kept));
	for (size_t i = 0; i < nr; i++)
		kept[i] = beside(&w->arena, w->path, path[i]);
	w->trace_with = kept;
	return 0;
}

/* What is said of a trace is for formats that heed it. */
static int check_heeded(const struct workload *w, const struct doc_value *at, struct error *err)
{
	const struct trace_format *f = w->trace_format;
	const struct doc_value *machine = doc_member(at, "machine");

	if (machine && !f->in_machines)
		return doc_error(machine, err, "sizes in format %s are no parts of a machine",
				 f->name);
	if (w->machine_type && !f->has_machine_types)
		return doc_error(doc_member(machine, "type"), err,
				 "a trace in format %s has no types of machine", f->name);
	if (w->types_path && !f->has_types)
		return doc_error(doc_member(at, "types"), err,
				 "a trace in format %s has its sizes itself", f->name);
	if (w->fleet.nr_clusters && !f->cluster)
		return doc_error(doc_place(at, "file"), err,
				 "nothing in format %s names the cluster of hosts that a zone is "
				 "bound to: give each cluster a \"trace\" of its own, or the fleet "
				 "\"hosts\" in place of \"clusters\"",
				 f->name);
	if (w->lifetimes_path && !f->has_lifetimes)
		return doc_error(doc_member(at, "lifetimes"), err,
				 "a trace in format %s has its lifetimes itself", f->name);
	return 0;
}

static int read_trace(struct workload *w, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"file",    "with",  "format",    "vcpu_scale", "gpus",
					   "machine", "types", "lifetimes", NULL};
	static const char *const gpus_names[] = {"ignore", "devices", NULL};
	const struct doc_value *format_at = doc_member(at, "format");
	const char *format = NULL;
	int gpus = 1, rc = doc_known(at, "the trace", keys, err);

	if (!rc)
		rc = read_text(at, "file", true, &w->arena, &w->trace_path, err);
	if (!rc)
		rc = doc_get_text(at, "format", false, &format, err);
	if (!rc)
		rc = read_milli(at, "vcpu_scale", 0.001, 1000, &w->vcpu_scale_milli, err);
	if (!rc)
		rc = doc_get_choice(at, "gpus", false, gpus_names, &gpus, err);
	if (!rc)
		rc = read_machine(w, at, err);
	if (!rc)
		rc = read_text(at, "types", false, &w->arena, &w->types_path, err);
	if (!rc)
		rc = read_text(at, "lifetimes", false, &w->arena, &w->lifetimes_path, err);
	if (rc)
		return rc;
	w->trace_gpus = gpus == 1;
	w->trace_path = beside(&w->arena, w->path, w->trace_path);
	if (w->types_path)
		w->types_path = beside(&w->arena, w->path, w->types_path);
	if (w->lifetimes_path)
		w->lifetimes_path = beside(&w->arena, w->path, w->lifetimes_path);
	rc = workload_find_format(w, format, err);
	if (rc == ERR_USAGE && err) {
		struct error why = *err;

		return doc_error(format_at, err, "%s", why.text);
	}
	if (!rc)
		rc = check_heeded(w, at, err);
	if (!rc)
		rc = read_with(w, at, err);
	return rc == ERR_USAGE ? ERR_INPUT : rc;
}

static int read_source(struct workload *w, const struct doc_value *at, struct error *err)
{
	const struct doc_value *generator, *events, *trace;
	bool each;
	int rc = clusters_read_traces(w, doc_member(at, "fleet"), &each, read_trace, err);

	if (!rc)
		rc = doc_get_map(at, "generator", false, &generator, err);

	if (!rc)
		rc = doc_get_list(at, "events", false, &events, err);
	if (!rc)
		rc = doc_get_map(at, "trace", false, &trace, err);
	if (rc)
		return rc;
	if (each)
		w->source = SOURCE_TRACES;
	if (each && (generator || events || trace))
		return doc_error(at, err,
				 "the clusters have a \"trace\" each; there is no other source of "
				 "zones beside");
	if (each)
		return 0;
	if (!!generator + !!events + !!trace != 1)
		return doc_error(at, err,
				 "a workload has exactly one of \"generator\", \"events\" and "
				 "\"trace\"");
	if (generator) {
		w->source = SOURCE_GENERATOR;
		return workload_read_generator(w, generator, err);
	}
	if (events) {
		w->source = SOURCE_EVENTS;
		return workload_read_events(w, events, err);
	}
	w->source = SOURCE_TRACE;
	return read_trace(w, trace, err);
}

static int read_oracle(struct workload *w, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"horizon", "branch", NULL};
	int64_t branch = w->branch;
	int rc = doc_known(at, "the oracle", keys, err);

	if (!rc)
		rc = doc_get_duration(at, "horizon", false, &w->horizon_ns, err);
	if (!rc)
		rc = doc_get_int(at, "branch", false, 0, WORKLOAD_BRANCH_MAX, &branch, err);
	w->branch = (uint32_t)branch;
	return rc;
}

int workload_from_doc(struct workload *out, const struct doc *doc, struct error *err)
{
	static const char *const keys[] = {"name",
					   "note",
					   "duration",
					   "refused",
					   "fleet",
					   "policies",
					   "memory_policies",
					   "seeds",
					   "timeline_step",
					   "allocators",
					   "balloon",
					   "cost",
					   "generator",
					   "events",
					   "trace",
					   "oracle",
					   NULL};
	const struct doc_value *root, *fleet, *balloon, *oracle;
	bool cost = true;
	int refused = (int)out->refused, rc = doc_only(doc, "workload", &root, err);

	if (!rc)
		rc = doc_known(root, "a workload", keys, err);

	if (!rc)
		rc = read_text(root, "name", false, &out->arena, &out->name, err);
	if (!rc)
		rc = read_text(root, "note", false, &out->arena, &out->note, err);
	if (!rc)
		rc = read_times(out, root, err);
	if (!rc)
		rc = doc_get_choice(root, "refused", false, refused_rule_names, &refused, err);
	out->refused = (enum refused_rule)refused;
	if (!rc)
		rc = doc_get_bool(root, "cost", false, &cost, err);
	out->no_cost = !cost;
	if (!rc)
		rc = doc_get_map(root, "fleet", false, &fleet, err);
	if (!rc && fleet)
		rc = read_fleet(out, fleet, err);
	if (!rc)
		rc = read_names(root, "policies", &out->arena, &out->policy, err);
	if (!rc)
		rc = read_names(root, "allocators", &out->arena, &out->allocator, err);
	if (!rc)
		rc = doc_get_map(root, "balloon", false, &balloon, err);
	if (!rc && balloon)
		rc = workload_read_balloon(&out->balloon, balloon, err);
	if (!rc)
		rc = doc_get_map(root, "oracle", false, &oracle, err);
	if (!rc && oracle)
		rc = read_oracle(out, oracle, err);
	if (!rc)
		rc = read_memory_policies(out, root, err);
	if (!rc)
		rc = read_seeds(out, root, err);
	return rc ? rc : read_source(out, root, err);
}
