#include "cli/matrix_flags.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend_impl.h"
#include "cli/fleet_flags.h"
#include "cli/names.h"
#include "cli/trace_flags.h"
#include "host/host.h"
#include "sim/allocator.h"
#include "zone/trace_files.h"

static int choose_policies(struct chosen *c, const struct args *args, struct error *err)
{
	struct matrix *m = &c->matrix;
	size_t given;
	const char **list = split_list(args, "policy", &c->arena, &given);

	m->policy = arena_alloc(&c->arena, POLICIES_MAX * sizeof(*m->policy));
	return find_named_policies(given ? "--policy" : "\"policies\"",
				   given ? list : c->workload.policy, m->policy, &m->nr_policies,
				   err);
}

static int choose_memory(struct chosen *c, const struct args *args, struct error *err)
{
	static const char *const names[] = {"as-asked", "static", "dynamic", NULL};
	const struct workload *w = &c->workload;
	size_t nr;
	const char **list = split_list(args, "memory", &c->arena, &nr);
	bool want[3] = {false};

	for (size_t i = 0; i < nr; i++) {
		int m, rc = find_name("--memory", "memory policy", list[i], names, &m, err);

		if (rc)
			return rc;
		want[m] = true;
	}
	if (!nr) {
		want[RUN_MEMORY_STATIC] = w->memory_policies & (1u << ZONE_STATIC);
		want[RUN_MEMORY_DYNAMIC] = w->memory_policies & (1u << ZONE_DYNAMIC);
		want[RUN_MEMORY_AS_ASKED] = !w->memory_policies;
	}
	c->matrix.memory = arena_alloc(&c->arena, 3 * sizeof(*c->matrix.memory));
	for (int m = 0; m < 3; m++)
		if (want[m])
			c->matrix.memory[c->matrix.nr_memories++] = (enum run_memory)m;
	return 0;
}

static int add_allocator(struct matrix *m, const char *name, struct error *err)
{
	const char *names[16];
	size_t known = 0;

	for (; allocators[known] && known < 15; known++)
		names[known] = allocators[known]->name;
	names[known] = NULL;
	if (!allocator_find(name))
		return unknown_name(err, "--allocator", "allocator", name, names);
	for (size_t i = 0; i < m->nr_allocators; i++)
		if (strcmp(name, m->allocator[i]) == 0)
			return error_set(err, ERR_USAGE,
					 "--allocator: the allocator %s is given twice", name);
	m->allocator[m->nr_allocators++] = name;
	return 0;
}

/* The value of `key` among "key=value,key=value", the last of several; NULL: it is not there. */
static const char *written(const char *text, const char *key, struct arena *a)
{
	size_t n = strlen(key);
	const char *found = NULL;

	for (const char *p = text; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
		if (strncmp(p, key, n) == 0 && p[n] == '=')
			found = arena_strndup(a, p + n + 1, strcspn(p + n + 1, ","));
	return found;
}

/* A machine that hands out memory by itself has one allocator, its own; one that was told
 * behind its name has that: rows are named by what they were run with. */
static int choose_allocators(struct chosen *c, const struct args *args,
			     const struct backend_ops *backend, const char *options,
			     struct error *err)
{
	size_t given, nr = 0;
	const char **list = split_list(args, "allocator", &c->arena, &given);
	const char *const *name = given ? list : c->workload.allocator;
	const char *told[] = {NULL, NULL};
	int rc = 0;

	if (backend_option_find(backend, "allocator"))
		told[0] = written(options, "allocator", &c->arena);
	if (given && told[0])
		return error_set(err, ERR_USAGE,
				 "--allocator and \"allocator=%s\" behind --backend say it twice; "
				 "give one of them",
				 told[0]);
	if (given && !(backend->traits & (BACKEND_REPEATABLE | BACKEND_FIXED_HOST)))
		return error_set(
			err, ERR_USAGE,
			"--allocator: a record has the memory that its machine handed out");
	if (told[0])
		name = told;
	if (backend->allocator) {
		if (given && (given > 1 || strcmp(list[0], backend->allocator) != 0))
			return error_set(err, ERR_USAGE,
					 "--allocator: on a %s host memory is handed out by \"%s\"",
					 backend->name, backend->allocator);
		c->matrix.allocator = arena_alloc(&c->arena, sizeof(*c->matrix.allocator));
		c->matrix.allocator[c->matrix.nr_allocators++] = backend->allocator;
		return 0;
	}
	while (name[nr])
		nr++;
	c->matrix.allocator = arena_alloc(&c->arena, (nr + 1) * sizeof(*c->matrix.allocator));
	for (size_t i = 0; i < nr && !rc; i++)
		rc = add_allocator(&c->matrix, name[i], err);
	return rc;
}

static int add_seed(struct matrix *m, const char *text, struct error *err)
{
	uint64_t seed;

	errno = 0;
	seed = strtoull(text, NULL, 10);
	if (errno || !*text || text[strspn(text, "0123456789")])
		return error_set(err, ERR_USAGE, "--seed takes whole numbers, not \"%s\"", text);
	for (size_t i = 0; i < m->nr_seeds; i++)
		if (m->seed[i] == seed)
			return error_set(err, ERR_USAGE, "the seed %s is given twice", text);
	m->seed[m->nr_seeds++] = seed;
	return 0;
}

static int choose_seeds(struct chosen *c, const struct args *args, struct error *err)
{
	struct matrix *m = &c->matrix;
	size_t nr;
	const char **list = split_list(args, "seed", &c->arena, &nr);
	int rc = 0;

	m->seed = arena_alloc(&c->arena, (nr + c->workload.nr_seeds) * sizeof(*m->seed));
	for (size_t i = 0; i < nr && !rc; i++)
		rc = add_seed(m, list[i], err);
	for (size_t i = 0; i < c->workload.nr_seeds && !nr; i++)
		m->seed[m->nr_seeds++] = c->workload.seed[i];
	return rc;
}

/* --repeats N: N seeds from the first one on. */
static int choose_repeats(struct chosen *c, const struct args *args, struct error *err)
{
	struct matrix *m = &c->matrix;
	int64_t repeats = 0;
	uint64_t first = m->seed[0];
	int rc = args_int(args, "repeats", 1, 10000, &repeats, err);

	if (rc || !repeats)
		return rc;
	if (m->nr_seeds > 1)
		return error_set(
			err, ERR_USAGE,
			"--repeats counts on from one seed, there are %zu; give one --seed",
			m->nr_seeds);
	if (first > UINT64_MAX - (uint64_t)repeats)
		return error_set(err, ERR_USAGE, "--repeats counts beyond the largest seed");
	m->seeds_in_turn = true;
	m->nr_seeds = (size_t)repeats;
	m->seed = arena_alloc(&c->arena, m->nr_seeds * sizeof(*m->seed));
	for (size_t i = 0; i < m->nr_seeds; i++)
		m->seed[i] = first + i;
	return 0;
}

/* What the policy that foresees is to see; it needs a trace that can be run twice. */
static int choose_foresight(struct chosen *c, const struct args *args,
			    const struct backend_ops *backend, struct error *err)
{
	int64_t branch = c->workload.branch;
	int rc = args_duration(args, "horizon", &c->workload.horizon_ns, err);

	if (!rc)
		rc = args_int(args, "branch", 0, WORKLOAD_BRANCH_MAX, &branch, err);
	c->workload.branch = (uint32_t)branch;
	for (size_t i = 0; !rc && i < c->matrix.nr_policies; i++)
		if (c->matrix.policy[i]->foresees_by &&
		    (!(backend->traits & BACKEND_REPEATABLE) || args_given(args, "record")))
			rc = error_set(err, ERR_USAGE,
				       "%s runs the trace twice, to know what comes; that is for "
				       "the simulator, without a record",
				       c->matrix.policy[i]->name);
	return rc;
}

static int choose_workload(struct chosen *c, const struct args *args, struct error *err)
{
	int rc = load_workload(&c->workload, args, err);

	c->workloads[0] = &c->workload;
	c->matrix.workload = c->workloads;
	c->matrix.nr_workloads = 1;
	return rc;
}

/* An option that is given names something. */
static int check_lists(const struct args *args, struct arena *a, struct error *err)
{
	static const char *const options[] = {"policy", "memory", "allocator", "seed"};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t nr;

		(void)split_list(args, options[i], a, &nr);
		if (args_given(args, options[i]) && !nr)
			return error_set(err, ERR_USAGE, "--%s names nothing", options[i]);
	}
	return 0;
}

/* Standard input can be read once, a row reads its trace from the start. */
static int check_pipe(const struct chosen *c, struct error *err)
{
	const struct matrix *m = &c->matrix;
	bool twice = matrix_rows(m) > 1 || c->workload.fleet.nr_clusters > 1;

	for (size_t i = 0; i < m->nr_policies; i++)
		twice |= m->policy[i]->foresees_by != NULL;
	if (!twice || !workload_is_piped(&c->workload))
		return 0;
	return error_set(err, ERR_USAGE,
			 "a trace from standard input is read once: choose one row (--policy, "
			 "--memory, --allocator, --seed) of a fleet without clusters, or give a "
			 "file");
}

int choose_matrix(struct chosen *c, const struct args *args, const struct backend_ops *backend,
		  const char *options, struct error *err)
{
	int rc = check_lists(args, &c->arena, err);

	if (!rc)
		rc = choose_workload(c, args, err);

	if (!rc)
		rc = choose_fleet(c, args, backend, err);
	if (!rc)
		rc = choose_policies(c, args, err);
	if (!rc)
		rc = choose_foresight(c, args, backend, err);
	if (!rc)
		rc = choose_memory(c, args, err);
	if (!rc)
		rc = choose_allocators(c, args, backend, options, err);
	if (!rc)
		rc = choose_seeds(c, args, err);
	if (!rc)
		rc = choose_repeats(c, args, err);
	if (!rc && !(backend->traits & BACKEND_OWN_ALLOCATOR))
		say_assumed_fleet(&c->workload, args);
	if (!rc)
		rc = load_fleet(c, args_flag(args, "quiet"), err);
	if (!rc)
		rc = prepare_trace(&c->workload, args, err);
	c->matrix.fleet = &c->fleet;
	c->matrix.nr_fleets = 1;
	if (!rc)
		rc = check_pipe(c, err);
	if (!rc)
		matrix_sort(&c->matrix);
	return rc;
}

void chosen_release(struct chosen *c)
{
	for (uint32_t g = 0; c->loaded && g < c->workload.fleet.nr_groups; g++)
		host_free(c->loaded[g]);
	free(c->loaded);
	free(c->host);
	free(c->topology);
	workload_release(&c->workload);
	arena_release(&c->arena);
}

struct file_list {
	const char **path;
	size_t nr, cap;
};

/* Once; NULL and standard input are no files. */
static void add_file(struct file_list *l, const char *path)
{
	if (!path || strcmp(path, "-") == 0)
		return;
	for (size_t i = 0; i < l->nr; i++)
		if (strcmp(l->path[i], path) == 0)
			return;
	l->path = grow(l->path, &l->cap, l->nr, sizeof(*l->path));
	l->path[l->nr++] = path;
}

/* The trace: a file, or those of its folder. */
static void add_trace(struct file_list *l, const char *path, struct arena *a)
{
	struct trace_files files = {0};

	if (!trace_is_folder(path)) {
		add_file(l, path);
		return;
	}
	if (trace_files_list(&files, path, NULL))
		files.nr = 0;
	for (size_t i = 0; i < files.nr; i++)
		add_file(l, arena_strdup(a, files.path[i]));
	trace_files_release(&files);
}

/* A trace and what goes with it. */
static void add_traces(struct file_list *l, const struct workload *w, struct arena *a)
{
	if (w->trace_path)
		add_trace(l, w->trace_path, a);
	add_file(l, w->types_path);
	add_file(l, w->lifetimes_path);
	for (const char *const *with = w->trace_with; with && *with; with++)
		add_file(l, *with);
	for (uint32_t i = 0; w->source == SOURCE_TRACES && i < w->fleet.nr_clusters; i++)
		add_traces(l, w->fleet.cluster[i].own, a);
}

const char **workload_files(const struct workload *w, struct arena *a)
{
	struct file_list l = {0};
	const char **input;

	if (!trace_is_folder(w->path))
		add_file(&l, w->path);
	add_traces(&l, w, a);
	add_file(&l, w->fleet.initial ? w->fleet.initial->path : NULL);
	add_file(&l, w->fleet.racks ? w->fleet.racks->path : NULL);
	input = arena_alloc(a, (l.nr + 1) * sizeof(*input));
	if (l.nr)
		memcpy(input, l.path, l.nr * sizeof(*input));
	free(l.path);
	return input;
}

const char **chosen_files(struct chosen *c)
{
	const char **files = workload_files(&c->workload, &c->arena), **input;
	size_t n = 0;

	while (files[n])
		n++;
	input = arena_alloc(&c->arena, (c->workload.fleet.nr_groups + n + 1) * sizeof(*input));
	memcpy(input, files, n * sizeof(*input));
	for (uint32_t g = 0; g < c->workload.fleet.nr_groups; g++)
		if (c->loaded[g]->path)
			input[n++] = c->loaded[g]->path;
	return input;
}
