#include "cli/fleet_flags.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend_impl.h"
#include "cli/names.h"
#include "host/host.h"

#define HOSTS_MAX 1000000

/* "NAME" or "NAME:COUNT". */
static int read_group(struct chosen *c, const char *given, struct fleet_group *out,
		      struct error *err)
{
	char *name = arena_strdup(&c->arena, given), *colon = strrchr(name, ':'), *end;
	unsigned long count = 1;

	if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
		*colon = '\0';
		count = strtoul(colon + 1, &end, 10);
		if (!count || count > HOSTS_MAX)
			return error_set(err, ERR_USAGE, "--host %s: a count is between 1 and %d",
					 given, HOSTS_MAX);
	}
	*out = (struct fleet_group){.topology = name, .count = (uint32_t)count};
	return 0;
}

/* --host NAME[:COUNT] ... replaces the workload's fleet; a hypervisor, which hands out the
 * memory of its host itself, brings that host. */
static int choose_groups(struct chosen *c, const struct args *args,
			 const struct backend_ops *backend, struct error *err)
{
	struct fleet_spec *f = &c->workload.fleet;
	bool brings = backend->traits & BACKEND_OWN_ALLOCATOR;
	const char *own[] = {brings ? backend->default_host : NULL, NULL};
	const char *const *given = args_strings(args, "host");
	struct fleet_group *group;
	uint64_t hosts = 0;
	uint32_t nr = 0;
	int rc = 0;

	if (!*given)
		given = own;
	while (given[nr])
		nr++;
	if (!nr)
		return 0;
	if (c->workload.source == SOURCE_TRACES)
		return error_set(
			err, ERR_USAGE,
			"--host %s: each cluster of %s has a trace of its own, whose zones go "
			"to no other hosts",
			given[0], c->workload.path);
	f->group = group = arena_alloc(&c->arena, nr * sizeof(*group));
	f->nr_groups = nr;
	f->nr_clusters = 0;
	f->cluster = NULL;
	for (uint32_t i = 0; i < nr && !rc; i++) {
		rc = read_group(c, given[i], &group[i], err);
		hosts += group[i].count;
	}
	if (!rc && hosts > HOSTS_MAX)
		return error_set(err, ERR_USAGE, "--host: a fleet has at most %d hosts, not %llu",
				 HOSTS_MAX, (unsigned long long)hosts);
	return rc;
}

/* --hosts N resizes a fleet of one kind. */
static int choose_count(struct chosen *c, const struct args *args, struct error *err)
{
	struct fleet_spec *f = &c->workload.fleet;
	struct fleet_group *group;
	int64_t hosts = 0;
	int rc = args_int(args, "hosts", 1, HOSTS_MAX, &hosts, err);

	if (rc || !hosts)
		return rc;
	if (f->nr_clusters)
		return error_set(
			err, ERR_USAGE,
			"--hosts does not say which cluster of %s's fleet has so many; its "
			"\"clusters\" do, or --host names a fleet without any",
			c->workload.path);
	if (f->nr_groups != 1)
		return error_set(err, ERR_USAGE,
				 "--hosts needs a fleet of one kind; give each --host its :COUNT");
	group = arena_alloc(&c->arena, sizeof(*group));
	*group = f->group[0];
	group->count = (uint32_t)hosts;
	f->group = group;
	return 0;
}

static int choose_rule(const struct args *args, const char *option, const char *const *names,
		       int *out, struct error *err)
{
	const char *given = args_string(args, option, NULL);
	char shown[32];

	snprintf(shown, sizeof(shown), "--%s", option);
	return given ? find_name(shown, "rule", given, names, out, err) : 0;
}

static int choose_overcommit(struct fleet_spec *f, const struct args *args, struct error *err)
{
	const char *given = args_string(args, "cpu-overcommit", NULL);
	char *end;
	double ratio;

	if (!given)
		return 0;
	ratio = strtod(given, &end);
	if (end == given || *end || !(ratio >= 0 && ratio <= 1000))
		return error_set(err, ERR_USAGE,
				 "--cpu-overcommit takes a ratio between 0 and 1000, not \"%s\"",
				 given);
	f->cpu_overcommit_milli = (uint32_t)floor(ratio * 1000 + 0.5);
	return 0;
}

int choose_fleet_rules(struct workload *w, const struct args *args, struct error *err)
{
	struct fleet_spec *f = &w->fleet;
	int64_t dom0_vcpus = f->dom0_vcpus;
	int rc;

	f->choice = args_string(args, "choice", f->choice);
	rc = find_choice(args_given(args, "choice") ? "--choice" : w->path, f->choice, err);
	if (!rc)
		rc = choose_overcommit(f, args, err);
	if (!rc)
		rc = args_bytes(args, "dom0-memory", &f->dom0_memory_bytes, err);
	if (!rc)
		rc = args_int(args, "dom0-vcpus", 0, CPUS_MAX, &dom0_vcpus, err);
	f->dom0_vcpus = (uint32_t)dom0_vcpus;
	return rc;
}

/* A row of a fleet in clusters is run in parts, of which none is the whole. */
static int check_clusters(const struct chosen *c, const struct args *args,
			  const struct backend_ops *backend, struct error *err)
{
	static const char *const whole[] = {"record", "probe", "contention"};
	const struct workload *w = &c->workload;

	if (!w->fleet.nr_clusters)
		return 0;
	if (w->refused == REFUSED_STOP)
		return error_set(err, ERR_USAGE,
				 "%s: a fleet in clusters does not stop at the first refused zone: "
				 "what happens in one is not known in the others",
				 w->path);
	if (!(backend->traits & BACKEND_REPEATABLE))
		return error_set(err, ERR_USAGE, "%s: a fleet in clusters is for the simulator",
				 w->path);
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (args_given(args, whole[i]))
			return error_set(err, ERR_USAGE,
					 "--%s is of one machine; %s has a fleet in clusters, each "
					 "of which is run by itself",
					 whole[i], w->path);
	return 0;
}

int choose_fleet(struct chosen *c, const struct args *args, const struct backend_ops *backend,
		 struct error *err)
{
	struct fleet_spec *f = &c->workload.fleet;
	int refused = (int)c->workload.refused;
	int rc = choose_fleet_rules(&c->workload, args, err);

	if (!rc)
		rc = choose_rule(args, "refused", refused_rule_names, &refused, err);
	if (rc)
		return rc;
	c->workload.refused = (enum refused_rule)refused;
	rc = choose_groups(c, args, backend, err);
	if (!rc)
		rc = check_clusters(c, args, backend, err);
	if (!rc && f->initial && (backend->traits & BACKEND_FIXED_HOST))
		rc = error_set(err, ERR_CANNOT,
			       "%s: \"initial\": the %s backend is a machine, which says itself "
			       "what is taken",
			       c->workload.path, backend->name);
	return rc ? rc : choose_count(c, args, err);
}

int load_fleet(struct chosen *c, bool quiet, struct error *err)
{
	const struct fleet_spec *f = &c->workload.fleet;
	char *label = xstrdup("");
	uint32_t nr_hosts = 0, at = 0;
	int rc = 0;

	c->loaded = xcalloc(f->nr_groups, sizeof(struct host *));
	for (uint32_t g = 0; g < f->nr_groups; g++)
		nr_hosts += f->group[g].count;
	c->host = xcalloc(nr_hosts, sizeof(struct host *));
	for (uint32_t g = 0; !rc && g < f->nr_groups; g++) {
		char *more;

		rc = find_host(f->group[g].topology, &c->loaded[g], err);
		if (rc)
			break;
		print_host_warnings(c->loaded[g], quiet);
		more = xasprintf("%s%s%s", label, g ? "+" : "", c->loaded[g]->name);
		free(label);
		label = more;
		for (uint32_t i = 0; i < f->group[g].count; i++)
			c->host[at++] = c->loaded[g];
	}
	c->topology = label;
	if (!rc)
		scale_to_hosts(&c->workload, c->loaded, f->nr_groups, quiet);
	c->fleet = (struct matrix_fleet){.name = label, .host = c->host, .nr_hosts = nr_hosts};
	return rc;
}

void scale_to_hosts(struct workload *w, struct host *const *host, uint32_t nr, bool quiet)
{
	const struct host *largest = host[0];
	char size[32];

	if (!workload_wants_machine(w))
		return;
	for (uint32_t i = 1; i < nr; i++)
		if (host[i]->memory_bytes > largest->memory_bytes)
			largest = host[i];
	workload_set_machine(w, largest->nr_cpus, largest->memory_bytes);
	bytes_text(w->machine_bytes, size, sizeof(size));
	if (!quiet)
		fprintf(stderr,
			"homenode: warning: sizes in %s are parts of a machine that it does not "
			"name; taken for parts of %s, %u vCPUs and %s (\"machine\" in the "
			"workload's \"trace\" says otherwise)\n",
			w->trace_path ? w->trace_path : w->path, largest->name, w->machine_vcpus,
			size);
}

static bool fleet_is_assumed(const struct workload *w, const struct args *args)
{
	return w->source == SOURCE_TRACE && strcmp(w->path, w->trace_path) == 0 &&
	       !args_given(args, "host") && !args_flag(args, "quiet");
}

void say_assumed_fleet(const struct workload *w, const struct args *args)
{
	const struct fleet_group *g = &w->fleet.group[0];

	if (fleet_is_assumed(w, args))
		fprintf(stderr,
			"homenode: %s names no fleet: %u host%s of the kind %s %s assumed; "
			"--host says which\n",
			w->path, g->count, g->count == 1 ? "" : "s", g->topology,
			g->count == 1 ? "is" : "are");
}

void say_assumed_shape(const struct workload *w, const struct args *args)
{
	if (fleet_is_assumed(w, args))
		fprintf(stderr,
			"homenode: %s names no fleet: hosts of the kind %s are assumed; --host "
			"says which\n",
			w->path, w->fleet.group[0].topology);
}
