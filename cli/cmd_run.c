/*
 * homenode run: a workload under one or more policies, row by row, into a
 * result directory.
 */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "backend-xen/xen.h"
#include "backend/backend_impl.h"
#include "base/alloc.h"
#include "base/nearest.h"
#include "base/units.h"
#include "bench/results.h"
#include "bench/run.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "cost/params.h"
#include "host/host.h"
#include "sim/allocator.h"
#include "sim/sim.h"
#include "zone/trace_files.h"

static volatile sig_atomic_t stop_asked;

static void on_signal(int number)
{
	(void)number;
	stop_asked = 1;
}

static const struct option options[] = {
	{"policy", 'p', "NAME,...", "policies to compare, instead of the workload's own", true},
	{"memory", 'm', "POLICY,...", "static, dynamic, as-asked: a row for each", true},
	{"allocator", 'a', "NAME,...", "xen, most-free, slit, home-strict: a row for each", true},
	{"seed", 's', "N,...", "seeds, a row for each", true},
	{"host", 0, "HOST[:COUNT]", "hosts of the fleet, instead of the workload's own", true},
	{"hosts", 'n', "N", "how many hosts, when all are of one kind", false},
	{"choice", 0, "RULE", "first-fit, best-fit, worst-fit or random", false},
	{"refused", 0, "RULE", "what to do without room: count, queue or stop", false},
	{"cpu-overcommit", 0, "RATIO", "vCPUs a CPU may hold, host-wide; 0 = no limit", false},
	{"dom0-memory", 0, "SIZE", "memory that dom0 keeps on every host", OPTION_RARE},
	{"dom0-vcpus", 0, "N", "vCPUs that dom0 keeps on every host", OPTION_RARE},
	{"trace", 't', "FORMAT", "WORKLOAD is a trace in this format", false},
	{"skip-bad", 0, NULL, "count bad trace rows and go on", OPTION_RARE},
	{"horizon", 0, "TIME", "how far the policy oracle sees (default: 5min)", OPTION_RARE},
	{"branch", 0, "N", "of the next N zones it tries every place", OPTION_RARE},
	{"no-cost", 0, NULL, "do not price zones: no bandwidth, slowdown, swing", false},
	{"probe", 0, NULL, "measure zones, beside what is predicted", false},
	{"repeats", 0, "N", "each row N times in turn, with consecutive seeds", false},
	{"zones", 'z', NULL, "write zones.csv too, one row a zone", false},
	{"check", 0, NULL, "verify every invariant at every event (slow)", false},
	{"backend", 'b', "BACKEND[:OPTIONS]", "the machine that does it (default: sim)", false},
	{"recover", 0, "destroy|adopt", "zones on xen that a killed run left", OPTION_RARE},
	{"record", 0, "FILE", "record what passes to the backend", OPTION_RARE},
	{"replay", 0, "FILE", "replay such a record instead of a machine", OPTION_RARE},
	{"output", 'o', "DIR", "result directory (default: results/runs/WORKLOAD)", false},
	{0},
};

struct cmd {
	const struct args *args;
	struct workload workload;
	struct arena arena;
	/* fleet */
	struct host **loaded; /* one a group */
	const struct host **host; /* one a host */
	uint32_t nr_hosts;
	char *topology; /* label */
	/* rows */
	const struct policy **policy;
	size_t nr_policies;
	enum run_memory memory[3];
	size_t nr_memory;
	const char **allocator;
	size_t nr_allocators;
	uint64_t *seed;
	size_t nr_seeds;
	bool in_turn; /* seeds are repeats: all rows with one before the next */
	const struct backend_ops *backend;
	const char *options; /* of the backend, as given */
	struct results results;
	struct progress progress;
	uint64_t events, bad_rows;
	bool cost; /* rows have prices */
	enum host_grade latency_grade, bandwidth_grade;
	bool quiet;
};

/* "a,b" "c" -> a b c; NULL-terminated, in the arena. */
static char **split_list(struct cmd *c, const char *option, size_t *nr)
{
	const char *const *given = args_strings(c->args, option);
	size_t words = 0;
	char **list;

	for (size_t i = 0; given[i]; i++)
		for (const char *p = given[i]; *p; p++)
			words += *p == ',';
	for (size_t i = 0; given[i]; i++)
		words++;
	list = arena_alloc(&c->arena, (words + 1) * sizeof(*list));
	*nr = 0;
	for (size_t i = 0; given[i]; i++) {
		char *copy = arena_strdup(&c->arena, given[i]), *rest = copy, *word;

		while ((word = strtok_r(rest, ",", &rest)))
			list[(*nr)++] = word;
	}
	return list;
}

static int unknown_name(struct error *err, const char *what, const char *name,
			const char *const *names)
{
	const char *near = nearest_name(name, names);
	char known[256] = "";
	size_t len = 0;

	if (near)
		return error_set(err, ERR_USAGE, "there is no %s \"%s\"; did you mean \"%s\"?",
				 what, name, near);
	for (size_t i = 0; names[i] && len < sizeof(known); i++)
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "",
					names[i]);
	return error_set(err, ERR_USAGE, "there is no %s \"%s\"; known: %s", what, name, known);
}

static int add_policy(struct cmd *c, const char *name, struct error *err)
{
	const struct policy *p = policy_find(name);
	const char *names[256];
	size_t n = 0;

	if (!p) {
		for (; policies[n] && n < 255; n++)
			names[n] = policies[n]->name;
		names[n] = NULL;
		return unknown_name(err, "policy", name, names);
	}
	for (size_t i = 0; i < c->nr_policies; i++)
		if (c->policy[i] == p)
			return error_set(err, ERR_USAGE, "the policy %s is given twice", name);
	c->policy[c->nr_policies++] = p;
	return 0;
}

static int choose_policies(struct cmd *c, struct error *err)
{
	size_t nr;
	char **list = split_list(c, "policy", &nr);
	int rc = 0;

	if (!nr)
		for (; c->workload.policy[nr]; nr++)
			;
	else
		c->workload.policy = (const char *const *)list;
	c->policy = arena_alloc(&c->arena, (nr + 1) * sizeof(*c->policy));
	for (size_t i = 0; !rc && i < nr; i++)
		rc = add_policy(c, c->workload.policy[i], err);
	return rc;
}

static int choose_memory(struct cmd *c, struct error *err)
{
	static const char *const names[] = {"as-asked", "static", "dynamic", NULL};
	size_t nr;
	char **list = split_list(c, "memory", &nr);
	bool want[3] = {false};

	for (size_t i = 0; i < nr; i++) {
		int m = 0;

		while (names[m] && strcmp(names[m], list[i]) != 0)
			m++;
		if (!names[m])
			return unknown_name(err, "memory policy", list[i], names);
		want[m] = true;
	}
	if (!nr) {
		want[RUN_MEMORY_STATIC] = c->workload.memory_policies & (1u << ZONE_STATIC);
		want[RUN_MEMORY_DYNAMIC] = c->workload.memory_policies & (1u << ZONE_DYNAMIC);
		want[RUN_MEMORY_AS_ASKED] = !c->workload.memory_policies;
	}
	for (int m = 0; m < 3; m++)
		if (want[m])
			c->memory[c->nr_memory++] = (enum run_memory)m;
	return 0;
}

static int choose_allocators(struct cmd *c, struct error *err)
{
	size_t nr, known = 0;
	char **list = split_list(c, "allocator", &nr);
	const char *const *name = nr ? (const char *const *)list : c->workload.allocator;
	const char *names[16];

	for (; allocators[known] && known < 15; known++)
		names[known] = allocators[known]->name;
	names[known] = NULL;
	/* the hypervisor's own is the only one there */
	if (c->backend == &xen_backend) {
		static const char *const own[] = {"xen", NULL};

		if (nr && (nr > 1 || strcmp(name[0], "xen") != 0))
			return error_set(
				err, ERR_USAGE,
				"--allocator: on a Xen host memory is handed out by \"xen\"");
		name = own;
	}
	while (name[c->nr_allocators])
		c->nr_allocators++;
	c->allocator = arena_alloc(&c->arena, c->nr_allocators * sizeof(*c->allocator));
	for (size_t i = 0; i < c->nr_allocators; i++) {
		if (!allocator_find(name[i]))
			return unknown_name(err, "allocator", name[i], names);
		c->allocator[i] = name[i];
		for (size_t j = 0; j < i; j++)
			if (strcmp(name[i], name[j]) == 0)
				return error_set(err, ERR_USAGE, "the allocator %s is given twice",
						 name[i]);
	}
	return 0;
}

static int choose_seeds(struct cmd *c, struct error *err)
{
	size_t nr;
	char **list = split_list(c, "seed", &nr);

	c->seed = c->workload.seed;
	c->nr_seeds = c->workload.nr_seeds;
	if (!nr)
		return 0;
	c->seed = arena_alloc(&c->arena, nr * sizeof(*c->seed));
	c->nr_seeds = nr;
	for (size_t i = 0; i < nr; i++) {
		char *end;

		c->seed[i] = strtoull(list[i], &end, 10);
		if (*end || end == list[i] || *list[i] == '-')
			return error_set(err, ERR_USAGE, "--seed takes whole numbers, not \"%s\"",
					 list[i]);
		for (size_t j = 0; j < i; j++)
			if (c->seed[j] == c->seed[i])
				return error_set(err, ERR_USAGE, "the seed %s is given twice",
						 list[i]);
	}
	return 0;
}

/* --repeats N: N seeds from the first one on. */
static int choose_repeats(struct cmd *c, struct error *err)
{
	int64_t repeats = 0;
	uint64_t first = c->seed[0];
	int rc = args_int(c->args, "repeats", 1, 10000, &repeats, err);

	if (rc || !repeats)
		return rc;
	if (c->nr_seeds > 1)
		return error_set(
			err, ERR_USAGE,
			"--repeats counts on from one seed, there are %zu; give one --seed",
			c->nr_seeds);
	c->in_turn = true;
	c->nr_seeds = (size_t)repeats;
	c->seed = arena_alloc(&c->arena, c->nr_seeds * sizeof(*c->seed));
	for (size_t i = 0; i < c->nr_seeds; i++)
		c->seed[i] = first + i;
	return 0;
}

/* --host NAME[:COUNT] ... and --hosts N replace or resize the workload's fleet. */
static int choose_groups(struct cmd *c, struct error *err)
{
	struct fleet_spec *f = &c->workload.fleet;
	const char *const *given = args_strings(c->args, "host");
	int64_t hosts = 0;
	uint32_t nr = 0;
	int rc = args_int(c->args, "hosts", 1, 1000000, &hosts, err);

	if (rc)
		return rc;
	while (given[nr])
		nr++;
	if (nr) {
		f->group = arena_alloc(&c->arena, nr * sizeof(*f->group));
		f->nr_groups = nr;
	}
	for (uint32_t i = 0; i < nr; i++) {
		char *name = arena_strdup(&c->arena, given[i]), *colon = strrchr(name, ':'), *end;
		unsigned long count = 1;

		if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
			*colon = '\0';
			count = strtoul(colon + 1, &end, 10);
			if (!count || count > 1000000)
				return error_set(err, ERR_USAGE,
						 "--host %s: a count is between 1 and 1000000",
						 given[i]);
		}
		f->group[i] = (struct fleet_group){.topology = name, .count = (uint32_t)count};
	}
	if (!nr && c->backend == &xen_backend) {
		f->group = arena_alloc(&c->arena, sizeof(*f->group));
		f->group[0] = (struct fleet_group){.topology = "xen", .count = 1};
		f->nr_groups = 1;
	}
	if (!hosts)
		return 0;
	if (f->nr_groups != 1)
		return error_set(err, ERR_USAGE,
				 "--hosts needs a fleet of one kind; give each --host its :COUNT");
	f->group[0].count = (uint32_t)hosts;
	return 0;
}

static int choose_rule(struct cmd *c, const char *option, const char *const *names, int *out,
		       struct error *err)
{
	const char *given = args_string(c->args, option, NULL);

	if (!given)
		return 0;
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], given) == 0) {
			*out = i;
			return 0;
		}
	}
	return unknown_name(err, option, given, names);
}

static int choose_overcommit(struct cmd *c, struct error *err)
{
	const char *given = args_string(c->args, "cpu-overcommit", NULL);
	char *end;
	double ratio;

	if (!given)
		return 0;
	ratio = strtod(given, &end);
	if (end == given || *end || !(ratio >= 0 && ratio <= 1000))
		return error_set(err, ERR_USAGE,
				 "--cpu-overcommit takes a ratio between 0 and 1000, not \"%s\"",
				 given);
	c->workload.fleet.cpu_overcommit_milli = (uint32_t)floor(ratio * 1000 + 0.5);
	return 0;
}

static int choose_fleet_rules(struct cmd *c, struct error *err)
{
	struct fleet_spec *f = &c->workload.fleet;
	int choice = (int)f->choice, refused = (int)c->workload.refused;
	int64_t dom0_vcpus = f->dom0_vcpus;
	int rc = choose_rule(c, "choice", host_choice_names, &choice, err);

	if (!rc)
		rc = choose_rule(c, "refused", refused_rule_names, &refused, err);
	if (!rc)
		rc = choose_overcommit(c, err);
	if (!rc)
		rc = args_bytes(c->args, "dom0-memory", &f->dom0_memory_bytes, err);
	if (!rc)
		rc = args_int(c->args, "dom0-vcpus", 0, CPUS_MAX, &dom0_vcpus, err);
	if (rc)
		return rc;
	f->choice = (enum host_choice)choice;
	c->workload.refused = (enum refused_rule)refused;
	f->dom0_vcpus = (uint32_t)dom0_vcpus;
	return choose_groups(c, err);
}

/* What the policy that foresees is to see; it needs a trace that can be run twice. */
static int choose_foresight(struct cmd *c, struct error *err)
{
	int64_t branch = c->workload.branch;
	int rc = args_duration(c->args, "horizon", &c->workload.horizon_ns, err);

	if (!rc)
		rc = args_int(c->args, "branch", 0, WORKLOAD_BRANCH_MAX, &branch, err);
	c->workload.branch = (uint32_t)branch;
	for (size_t i = 0; !rc && i < c->nr_policies; i++)
		if (c->policy[i]->foresees && c->backend != &sim_backend)
			rc = error_set(err, ERR_USAGE,
				       "%s runs the trace twice, to know what comes; that is for "
				       "the simulator",
				       c->policy[i]->name);
	return rc;
}

static int load_hosts(struct cmd *c, struct error *err)
{
	const struct fleet_spec *f = &c->workload.fleet;
	char *label = xstrdup("");
	uint32_t at = 0;
	int rc = 0;

	c->loaded = xcalloc(f->nr_groups, sizeof(struct host *));
	for (uint32_t g = 0; g < f->nr_groups; g++)
		c->nr_hosts += f->group[g].count;
	c->host = xcalloc(c->nr_hosts, sizeof(struct host *));
	for (uint32_t g = 0; !rc && g < f->nr_groups; g++) {
		char *more;

		rc = find_host(f->group[g].topology, &c->loaded[g], err);
		if (rc)
			break;
		print_host_warnings(c->loaded[g], c->quiet);
		more = xasprintf("%s%s%s", label, g ? "+" : "", c->loaded[g]->name);
		free(label);
		label = more;
		for (uint32_t i = 0; i < f->group[g].count; i++)
			c->host[at++] = c->loaded[g];
	}
	c->topology = label;
	return rc;
}

static int choose_backend(struct cmd *c, struct error *err)
{
	bool replay = args_given(c->args, "replay");

	c->backend = backend_find(replay ? "replay" : args_string(c->args, "backend", "sim"),
				  &c->options, err);
	if (!c->backend)
		return ERR_USAGE;
	if (args_given(c->args, "recover") && c->backend != &xen_backend)
		return error_set(err, ERR_USAGE, "--recover is for --backend xen");
	return 0;
}

/* What the backend is told; the caller frees. */
static char *backend_options(const struct cmd *c, const char *allocator)
{
	const struct balloon_rule *b = &c->workload.balloon;

	if (args_given(c->args, "replay"))
		return xstrdup(args_string(c->args, "replay", NULL));
	if (args_given(c->args, "recover"))
		return xasprintf("recover=%s%s%s", args_string(c->args, "recover", NULL),
				 *c->options ? "," : "", c->options);
	if (c->backend != &sim_backend)
		return xstrdup(c->options);
	return xasprintf("allocator=%s,exchange=%u,extent=%lld%s%s", allocator, b->exchange_ppm,
			 (long long)b->extent_bytes, *c->options ? "," : "", c->options);
}

static void say(void *context, const char *sentence)
{
	progress_end(context);
	fprintf(stderr, "homenode: %s\n", sentence);
}

static int one_row(struct cmd *c, const struct policy *policy, enum run_memory memory,
		   const char *allocator, uint64_t seed, struct error *err)
{
	char *told = backend_options(c, allocator);
	struct run_input in = {
		.workload = &c->workload,
		.policy = policy,
		.memory = memory,
		.seed = seed,
		.backend = c->backend,
		.allocator = allocator,
		.backend_options = told,
		.record_path = args_string(c->args, "record", NULL),
		.host = c->host,
		.nr_hosts = c->nr_hosts,
		.topology = c->topology,
		.cost = !c->workload.no_cost && !args_flag(c->args, "no-cost"),
		.check = args_flag(c->args, "check"),
		.skip_bad = args_flag(c->args, "skip-bad"),
		.probes = args_flag(c->args, "probe") ? &c->results.probes : NULL,
		.timeline = c->results.timeline.file,
		.zones = c->results.zones.file,
		.progress = progress_show,
		.progress_context = &c->progress,
		.say = c->quiet || c->backend == &sim_backend ? NULL : say,
		.stop = &stop_asked,
	};
	struct run_result result;
	int rc;

	progress_begin(&c->progress, policy->name, run_memory_name(memory), seed);
	rc = run_row(&in, &result, err);
	progress_end(&c->progress);
	free(told);
	c->events += (uint64_t)result.row.events;
	c->bad_rows += result.bad_rows;
	if (rc)
		return rc;
	c->cost = in.cost;
	c->latency_grade = result.latency_grade;
	c->bandwidth_grade = result.bandwidth_grade;
	if (result.bad_rows && !c->quiet && c->results.nr == 0)
		fprintf(stderr, "homenode: warning: %llu bad rows skipped, the first: %s\n",
			(unsigned long long)result.bad_rows, result.first_bad);
	results_add(&c->results, &result.row);
	results_add_decision(&c->results, policy->name, result.decision_ns);
	return 0;
}

static int by_policy_name(const void *a, const void *b)
{
	return strcmp((*(const struct policy *const *)a)->name,
		      (*(const struct policy *const *)b)->name);
}

static int by_memory_name(const void *a, const void *b)
{
	return strcmp(run_memory_name(*(const enum run_memory *)a),
		      run_memory_name(*(const enum run_memory *)b));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int rows_with_seeds(struct cmd *c, size_t first, size_t end, struct error *err)
{
	int rc = 0;

	for (size_t p = 0; p < c->nr_policies; p++)
		for (size_t m = 0; m < c->nr_memory; m++)
			for (size_t a = 0; a < c->nr_allocators; a++)
				for (size_t s = first; !rc && s < end; s++)
					rc = one_row(c, c->policy[p], c->memory[m], c->allocator[a],
						     c->seed[s], err);
	return rc;
}

/* Rows run in the order in which files list them, so that timeline.csv and
 * zones.csv are sorted like summary.csv; repeats take turns, so that a machine that
 * drifts does so for all. */
static int all_rows(struct cmd *c, struct error *err)
{
	int rc = 0;

	qsort(c->policy, c->nr_policies, sizeof(*c->policy), by_policy_name);
	qsort(c->memory, c->nr_memory, sizeof(*c->memory), by_memory_name);
	qsort(c->allocator, c->nr_allocators, sizeof(*c->allocator), by_text);
	qsort(c->seed, c->nr_seeds, sizeof(*c->seed), by_number);
	if (!c->in_turn)
		return rows_with_seeds(c, 0, c->nr_seeds, err);
	for (size_t s = 0; !rc && s < c->nr_seeds; s++)
		rc = rows_with_seeds(c, s, s + 1, err);
	return rc;
}

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Every file the result depends on. */
static const char **input_files(struct cmd *c)
{
	const struct fleet_spec *f = &c->workload.fleet;
	struct trace_files files = {0};
	const char **input;
	size_t n = 0;

	if (c->workload.trace_path && trace_is_folder(c->workload.trace_path) &&
	    trace_files_list(&files, c->workload.trace_path, NULL))
		files.nr = 0;
	input = arena_alloc(&c->arena, (f->nr_groups + files.nr + 3) * sizeof(*input));

	if (strcmp(c->workload.path, "-") != 0 && !trace_is_folder(c->workload.path))
		input[n++] = c->workload.path;
	if (c->workload.trace_path && !files.nr &&
	    strcmp(c->workload.trace_path, c->workload.path) != 0)
		input[n++] = c->workload.trace_path;
	for (size_t i = 0; i < files.nr; i++)
		input[n++] = arena_strdup(&c->arena, files.path[i]);
	trace_files_release(&files);
	for (uint32_t g = 0; g < f->nr_groups; g++)
		if (c->loaded[g]->path)
			input[n++] = c->loaded[g]->path;
	return input;
}

static int write_results(struct cmd *c, int64_t wall_ns, bool complete, struct error *err)
{
	struct results_about about = {
		.version = program_version(),
		.backend = c->backend->name,
		.input = input_files(c),
		.rows_asked = c->nr_policies * c->nr_memory * c->nr_allocators * c->nr_seeds,
		.events = c->events,
		.bad_rows = c->bad_rows,
		.wall_ns = wall_ns,
		.complete = complete,
		.cost = c->cost,
		.latency_grade = c->latency_grade,
		.bandwidth_grade = c->bandwidth_grade,
	};

	about.argv = args_words(c->args, &about.argc);
	return results_commit(&c->results, &about, err);
}

static int print_results(const struct cmd *c, struct error *err)
{
	enum output_format format;
	int rc = args_format(c->args, true, &format, err);

	if (rc)
		return rc;
	if (format == FORMAT_JSON) {
		row_print_json(c->results.row, c->results.nr, stdout);
	} else if (format == FORMAT_CSV) {
		row_print_csv_header(stdout);
		for (size_t i = 0; i < c->results.nr; i++)
			row_print_csv(&c->results.row[i], stdout);
	} else {
		row_print_text(c->results.row, c->results.nr, stdout);
		if (c->results.probes.nr) {
			fputc('\n', stdout);
			probe_print_text(&c->results.probes, stdout);
		}
	}
	return 0;
}

static int prepare(struct cmd *c, struct error *err)
{
	enum output_format format;
	char *path = NULL;
	int rc = args_format(c->args, true, &format, err);

	if (!rc)
		rc = find_workload(args_operand(c->args, 0), &path, err);
	if (!rc)
		rc = workload_load(&c->workload, path, args_string(c->args, "trace", NULL), err);
	free(path);
	if (!rc)
		rc = choose_backend(c, err);
	if (!rc)
		rc = choose_fleet_rules(c, err);
	if (!rc)
		rc = choose_policies(c, err);
	if (!rc)
		rc = choose_foresight(c, err);
	if (!rc)
		rc = choose_memory(c, err);
	if (!rc)
		rc = choose_allocators(c, err);
	if (!rc)
		rc = choose_seeds(c, err);
	if (!rc)
		rc = choose_repeats(c, err);
	if (!rc && c->nr_policies * c->nr_memory * c->nr_allocators * c->nr_seeds > 1 &&
	    (args_given(c->args, "record") || args_given(c->args, "replay")))
		rc = error_set(err, ERR_USAGE,
			       "a record holds one row: choose one --policy, --memory, --allocator "
			       "and --seed");
	return rc ? rc : load_hosts(c, err);
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	/* the second signal ends the program the ordinary way */
	action.sa_flags = (int)SA_RESETHAND;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void say_done(const struct cmd *c, const char *directory)
{
	if (c->cost)
		fprintf(stderr, "latency is %s (%s), bandwidth is %s (%s)\n",
			cost_grade_name(c->latency_grade), cost_latency_error(c->latency_grade),
			cost_grade_name(c->bandwidth_grade),
			cost_bandwidth_error(c->bandwidth_grade));
	fprintf(stderr, "results are in %s\n", directory);
}

static int run_all(struct cmd *c, struct error *err)
{
	const char *given = args_string(c->args, "output", NULL);
	char *directory = given ? xstrdup(given) : xasprintf("results/runs/%s", c->workload.name);
	int64_t start_ns = clock_ns();
	struct error late = {0};
	int rc = results_open(&c->results, directory, args_flag(c->args, "zones"), err), rc2 = 0;

	if (!rc) {
		catch_signals();
		rc = all_rows(c, err);
		row_fill_regret(c->results.row, c->results.nr);
	}
	if (!rc || rc == ERR_INTERRUPTED)
		rc2 = write_results(c, clock_ns() - start_ns, rc == 0, rc ? &late : err);
	if (!rc && !rc2)
		rc2 = print_results(c, err);
	if (!rc2 && rc == ERR_INTERRUPTED)
		(void)error_set(err, rc,
				"stopped by a signal; what was reached is in %s, marked partial",
				directory);
	else if (!rc && !rc2 && !c->quiet)
		say_done(c, directory);
	free(directory);
	return rc ? rc : rc2;
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct cmd *c = xcalloc(1, sizeof(*c));
	int rc;

	*status = 0;
	c->args = args;
	c->quiet = args_flag(args, "quiet");
	progress_init(&c->progress, c->quiet);
	rc = prepare(c, err);
	if (!rc)
		rc = run_all(c, err);
	results_release(&c->results);
	for (uint32_t g = 0; c->loaded && g < c->workload.fleet.nr_groups; g++)
		host_free(c->loaded[g]);
	free(c->loaded);
	free(c->host);
	free(c->topology);
	workload_release(&c->workload);
	arena_release(&c->arena);
	free(c);
	return rc;
}

const struct command cmd_run = {
	.name = "run",
	.operands = "WORKLOAD",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "run a workload under one or more policies",
	.about = "Replays the zones of WORKLOAD (a name from workloads/, a JSON file, or a trace "
		 "with --trace) on a fleet and writes summary.csv, timeline.csv and run.json, "
		 "one row for each policy, memory policy and seed.",
	.example = "homenode run week --policy edera-compact,flat --hosts 8",
	.option = options,
	.run = run,
};
