#include "cli/sweep_file.h"
#include "cli/fleet_flags.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/matrix_flags.h"
#include "cli/stop.h"
#include "cli/sweep_fleets.h"
#include "placement/policy.h"
#include "sim/allocator.h"

/* More is a slip of the pen. */
#define ROWS_MAX 1000000
#define SEEDS_MAX 1000000

static const char *const keys[] = {"name",     "workloads", "topologies", "hosts", "choices",
				   "policies", "memory",    "allocators", "seeds", "cost",
				   "skip_bad", "sort",	    NULL};

static const struct doc_value *root(const struct sweep_file *f)
{
	return &f->doc.root[0];
}

/* --- workloads -------------------------------------------------------------------------- */

/* A name from workloads/, or a path, relative to the file. */
static int find_one(const struct sweep_file *f, const char *name, char **path, struct error *err)
{
	char *relative = sweep_file_path(f, name);
	int rc = 0;

	if (relative)
		*path = relative;
	else
		rc = find_workload(name, path, err);
	return rc;
}

/* "week", or {"trace": "x.csv", "format": "azure"}. */
static int load_workload(struct sweep_file *f, const struct doc_value *v, struct error *err)
{
	static const char *const fields[] = {"trace", "format", NULL};
	const char *name = doc_text(v), *format = NULL;
	char *path = NULL;
	int rc = 0;

	if (v->kind == DOC_MAP) {
		rc = doc_known(v, "workload", fields, err);
		if (!rc)
			rc = doc_get_text(v, "trace", true, &name, err);
		if (!rc)
			rc = doc_get_text(v, "format", false, &format, err);
	} else if (!name) {
		return doc_error(v, err, "a workload is a name, or {\"trace\", \"format\"}");
	}
	if (!rc && (strcmp(name, "-") == 0 || strcmp(name, "/dev/stdin") == 0))
		rc = doc_error(v, err,
			       "standard input is read once, and every row reads its trace");
	if (!rc && (rc = find_one(f, name, &path, err)))
		rc = doc_error(v, err, "%s", err ? err->text : "");
	if (!rc)
		rc = workload_load(&f->workload[f->nr_workloads], path, format, err);
	if (!rc)
		workload_stop_on(&f->workload[f->nr_workloads++], stop_flag());
	free(path);
	return rc;
}

static int check_workload(const struct sweep_file *f, const struct doc_value *v, size_t i,
			  struct error *err)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(f->workload[k].name, f->workload[i].name) == 0)
			return doc_error(v, err,
					 "there are two workloads called \"%s\"; give one "
					 "of them another \"name\"",
					 f->workload[i].name);
	if (workload_is_piped(&f->workload[i]))
		return doc_error(v, err, "a trace from standard input is read once; give a file");
	return 0;
}

static int load_workloads(struct sweep_file *f, struct error *err)
{
	const struct doc_value *list;
	int rc = doc_get_list(root(f), "workloads", true, &list, err);

	if (rc)
		return rc;
	if (!list->nr)
		return doc_error(list, err, "\"workloads\" is empty: there is nothing to run");
	f->workload = xcalloc(list->nr, sizeof(*f->workload));
	f->matrix.workload = arena_alloc(&f->arena, list->nr * sizeof(*f->matrix.workload));
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		rc = load_workload(f, &list->item[i], err);
		if (!rc)
			rc = check_workload(f, &list->item[i], i, err);
		f->matrix.workload[i] = &f->workload[i];
	}
	f->matrix.nr_workloads = list->nr;
	return rc;
}

/* --- what the workloads say ------------------------------------------------------------- */

static bool same_texts(const char *const *a, const char *const *b)
{
	while (*a && *b && strcmp(*a, *b) == 0) {
		a++;
		b++;
	}
	return !*a && !*b;
}

int sweep_file_differ(const struct sweep_file *f, const char *key, size_t i, struct error *err)
{
	return doc_error(root(f), err,
			 "the workloads \"%s\" and \"%s\" name different %s: say which in \"%s\"",
			 f->workload[0].name, f->workload[i].name, key, key);
}

/* The strings of a list of the file, else those that all workloads agree on. */
static int texts_of(struct sweep_file *f, const char *key,
		    const char *const *(*of)(const struct workload *w), const char *const **out,
		    const struct doc_value **at, struct error *err)
{
	const char **given;
	size_t nr;
	int rc = doc_get_strings(root(f), key, false, &f->arena, &given, &nr, err);

	*at = doc_place(root(f), key);
	*out = given;
	if (rc || doc_member(root(f), key))
		return rc || nr ? rc : doc_error(*at, err, "\"%s\" is empty", key);
	*out = of(&f->workload[0]);
	for (size_t i = 1; i < f->nr_workloads; i++)
		if (!same_texts(*out, of(&f->workload[i])))
			return sweep_file_differ(f, key, i, err);
	return 0;
}

static const char *const *policies_of(const struct workload *w)
{
	return w->policy;
}

static const char *const *allocators_of(const struct workload *w)
{
	return w->allocator;
}

/* The sentence that is there, at the value's place. */
static int at_place(const struct doc_value *at, struct error *err)
{
	char text[ERROR_TEXT_MAX];

	snprintf(text, sizeof(text), "%s", err->text);
	return doc_error(at, err, "%s", text);
}

static int read_policies(struct sweep_file *f, struct error *err)
{
	struct matrix *m = &f->matrix;
	const struct doc_value *at;
	const char *const *name;
	int rc = texts_of(f, "policies", policies_of, &name, &at, err);

	if (rc)
		return rc;
	m->policy = arena_alloc(&f->arena, POLICIES_MAX * sizeof(*m->policy));
	if (find_named_policies("\"policies\"", name, m->policy, &m->nr_policies, err))
		return at_place(at, err);
	return 0;
}

static int unknown_allocator(struct sweep_file *f, const struct doc_value *at, const char *name,
			     struct error *err)
{
	const char *known = "";

	for (size_t i = 0; allocators[i]; i++)
		known = arena_printf(&f->arena, "%s%s%s", known, i ? ", " : "",
				     allocators[i]->name);
	return doc_error(at, err, "there is no allocator \"%s\"; there are %s", name, known);
}

static int read_allocators(struct sweep_file *f, struct error *err)
{
	struct matrix *m = &f->matrix;
	const struct doc_value *at;
	const char *const *name;
	size_t nr = 0;
	int rc = texts_of(f, "allocators", allocators_of, &name, &at, err);

	if (rc)
		return rc;
	while (name[nr])
		nr++;
	m->allocator = arena_alloc(&f->arena, nr * sizeof(*m->allocator));
	for (size_t i = 0; i < nr; i++) {
		if (!allocator_find(name[i]))
			return unknown_allocator(f, at, name[i], err);
		for (size_t k = 0; k < i; k++)
			if (strcmp(name[k], name[i]) == 0)
				return doc_error(at, err, "the allocator %s is given twice",
						 name[i]);
		m->allocator[m->nr_allocators++] = name[i];
	}
	return 0;
}

static unsigned memory_of(const struct workload *w)
{
	return (w->memory_policies & (1u << ZONE_STATIC) ? 1u << RUN_MEMORY_STATIC : 0) |
	       (w->memory_policies & (1u << ZONE_DYNAMIC) ? 1u << RUN_MEMORY_DYNAMIC : 0) |
	       (w->memory_policies ? 0 : 1u << RUN_MEMORY_AS_ASKED);
}

static int given_memory(struct sweep_file *f, unsigned *want, struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(root(f), "memory", false, &list, err);

	for (uint32_t i = 0; !rc && list && i < list->nr; i++) {
		int m = 0;

		while (m < 3 && !doc_is_text(&list->item[i], run_memory_name((enum run_memory)m)))
			m++;
		if (m == 3)
			return doc_error(
				&list->item[i], err,
				"\"memory\" lists \"static\", \"dynamic\" and \"as-asked\"");
		if (*want & (1u << m))
			return doc_error(&list->item[i], err, "it is given twice");
		*want |= 1u << m;
	}
	if (!rc && list && !list->nr)
		return doc_error(list, err, "\"memory\" is empty");
	return rc;
}

static int read_memory(struct sweep_file *f, struct error *err)
{
	struct matrix *x = &f->matrix;
	unsigned want = 0;
	int rc = given_memory(f, &want, err);

	if (rc)
		return rc;
	for (size_t i = 1; !want && i < f->nr_workloads; i++)
		if (memory_of(&f->workload[0]) != memory_of(&f->workload[i]))
			return sweep_file_differ(f, "memory", i, err);
	want = want ? want : memory_of(&f->workload[0]);
	x->memory = arena_alloc(&f->arena, 3 * sizeof(*x->memory));
	for (int m = 0; m < 3; m++)
		if (want & (1u << m))
			x->memory[x->nr_memories++] = (enum run_memory)m;
	return 0;
}

/* --- seeds ------------------------------------------------------------------------------ */

/* {"first": 1, "count": 100} */
static int count_seeds(struct sweep_file *f, const struct doc_value *v, struct error *err)
{
	static const char *const fields[] = {"first", "count", NULL};
	struct matrix *m = &f->matrix;
	int64_t first = 1, count = 0;
	int rc = doc_known(v, "seeds", fields, err);

	if (!rc)
		rc = doc_get_int(v, "first", false, 0, INT64_MAX - SEEDS_MAX, &first, err);
	if (!rc)
		rc = doc_get_int(v, "count", true, 1, SEEDS_MAX, &count, err);
	if (rc)
		return rc;
	m->seed = arena_alloc(&f->arena, (size_t)count * sizeof(*m->seed));
	while (m->nr_seeds < (size_t)count) {
		m->seed[m->nr_seeds] = (uint64_t)first + m->nr_seeds;
		m->nr_seeds++;
	}
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int list_seeds(struct sweep_file *f, const struct doc_value *v, struct error *err)
{
	struct matrix *m = &f->matrix;

	if (!v->nr)
		return doc_error(v, err, "\"seeds\" is empty");
	m->seed = arena_alloc(&f->arena, v->nr * sizeof(*m->seed));
	for (uint32_t i = 0; i < v->nr; i++) {
		int64_t seed;

		if (!doc_int(&v->item[i], 0, INT64_MAX, &seed))
			return doc_error(&v->item[i], err, "a seed is a whole number from 0 on");
		m->seed[m->nr_seeds++] = (uint64_t)seed;
	}
	qsort(m->seed, m->nr_seeds, sizeof(*m->seed), by_number);
	for (size_t i = 1; i < m->nr_seeds; i++)
		if (m->seed[i] == m->seed[i - 1])
			return doc_error(v, err, "the seed %llu is given twice",
					 (unsigned long long)m->seed[i]);
	return 0;
}

static int workload_seeds(struct sweep_file *f, struct error *err)
{
	const struct workload *w = &f->workload[0];
	struct matrix *m = &f->matrix;

	for (size_t i = 1; i < f->nr_workloads; i++)
		if (f->workload[i].nr_seeds != w->nr_seeds ||
		    memcmp(f->workload[i].seed, w->seed, w->nr_seeds * sizeof(*w->seed)) != 0)
			return sweep_file_differ(f, "seeds", i, err);
	m->seed = arena_alloc(&f->arena, w->nr_seeds * sizeof(*m->seed));
	memcpy(m->seed, w->seed, w->nr_seeds * sizeof(*m->seed));
	m->nr_seeds = w->nr_seeds;
	return 0;
}

static int read_seeds(struct sweep_file *f, struct error *err)
{
	const struct doc_value *v = doc_member(root(f), "seeds");

	if (!v)
		return workload_seeds(f, err);
	if (v->kind == DOC_MAP)
		return count_seeds(f, v, err);
	if (v->kind == DOC_LIST)
		return list_seeds(f, v, err);
	return doc_error(v, err, "\"seeds\" is a list of numbers, or {\"first\", \"count\"}");
}

/* --- the whole -------------------------------------------------------------------------- */

/* Whether zones are priced: all rows of a file are, or none. */
static int read_flags(struct sweep_file *f, struct error *err)
{
	int rc;

	f->cost = !f->workload[0].no_cost;
	for (size_t i = 1; !doc_member(root(f), "cost") && i < f->nr_workloads; i++)
		if (f->workload[i].no_cost == f->cost)
			return sweep_file_differ(f, "cost", i, err);
	rc = doc_get_bool(root(f), "cost", false, &f->cost, err);
	if (!rc)
		rc = doc_get_bool(root(f), "skip_bad", false, &f->skip_bad, err);
	return rc ? rc : doc_get_bool(root(f), "sort", false, &f->sort, err);
}

/* "dir/density.json" -> "density" */
static int read_name(struct sweep_file *f, const char *path, struct error *err)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *dot = strrchr(base, '.');

	f->folder = arena_strndup(&f->arena, path, (size_t)(base - path));
	f->name = arena_strndup(&f->arena, base,
				dot && dot > base ? (size_t)(dot - base) : strlen(base));
	return doc_get_text(root(f), "name", false, &f->name, err);
}

static int check_rows(const struct sweep_file *f, struct error *err)
{
	const struct matrix *m = &f->matrix;
	double rows = (double)m->nr_fleets * (double)m->nr_workloads * (double)m->nr_policies *
		      (double)m->nr_memories * (double)m->nr_allocators * (double)m->nr_seeds;

	return rows <= ROWS_MAX ? 0
				: doc_error(root(f), err, "these are %.0f rows, more than %d", rows,
					    ROWS_MAX);
}

static void list_inputs(struct sweep_file *f)
{
	size_t nr = 0, cap = 0;
	const char **list = NULL;

	for (size_t i = 0; i < f->nr_workloads; i++)
		for (const char **w = workload_files(&f->workload[i], &f->arena); *w; w++) {
			list = grow(list, &cap, nr, sizeof(*list));
			list[nr++] = *w;
		}
	for (size_t i = 0; i < f->nr_hosts; i++) {
		list = grow(list, &cap, nr, sizeof(*list));
		list[nr] = sweep_host_path(f, i);
		nr += list[nr] != NULL;
	}
	f->input = arena_alloc(&f->arena, (nr + 1) * sizeof(*f->input));
	if (nr)
		memcpy(f->input, list, nr * sizeof(*list));
	free(list);
}

int sweep_file_load(struct sweep_file *f, const char *path, bool quiet, struct error *err)
{
	static int (*const part[])(struct sweep_file * f, struct error * err) = {
		load_workloads, read_policies, read_memory, read_allocators, read_seeds, read_flags,
	};
	const struct doc_value *only;
	int rc = doc_load(&f->doc, path, DOC_ANY, err);

	if (!rc)
		rc = doc_only(&f->doc, "sweep", &only, err);
	if (!rc && root(f)->kind != DOC_MAP)
		rc = doc_error(root(f), err, "a sweep is a map: {\"workloads\": [...], ...}");
	if (!rc)
		rc = doc_known(root(f), "sweep", keys, err);
	if (!rc)
		rc = read_name(f, path, err);
	for (size_t i = 0; !rc && i < sizeof(part) / sizeof(part[0]); i++)
		rc = part[i](f, err);
	if (!rc)
		rc = sweep_file_fleets(f, root(f), quiet, err);
	if (!rc)
		rc = check_rows(f, err);
	if (rc)
		return rc;
	matrix_sort(&f->matrix);
	list_inputs(f);
	return 0;
}

int sweep_file_prepare(struct sweep_file *f, const char *cache, bool quiet, struct error *err)
{
	const struct trace_reading how = {
		.cache = cache,
		.skip_bad = f->skip_bad,
		.sort = f->sort,
		.warn = quiet ? NULL : stderr,
	};
	int rc = 0;

	for (size_t i = 0; i < f->nr_workloads && !rc; i++) {
		struct workload *w = &f->workload[i];

		scale_to_hosts(w, f->host, (uint32_t)f->nr_hosts, quiet);
		/* generated zones beside traces need neither */
		if (w->source == SOURCE_TRACE || w->source == SOURCE_TRACES)
			rc = workload_prepare(w, &how, err);
	}
	return rc;
}

void sweep_file_release(struct sweep_file *f)
{
	sweep_file_release_fleets(f);
	for (size_t i = 0; i < f->nr_workloads; i++)
		workload_release(&f->workload[i]);
	free(f->workload);
	doc_release(&f->doc);
	arena_release(&f->arena);
	*f = (struct sweep_file){.name = NULL};
}
