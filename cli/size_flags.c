#include "cli/size_flags.h"
#include "bench/size/try.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "cli/fleet_flags.h"
#include "cli/matrix_flags.h"
#include "cli/names.h"
#include "host/host.h"
#include "sim/sim.h"

#define MOST 10000
#define HOSTS_MAX 1000000
#define PRICE_MAX 1e6 /* EUR an hour */

/* "0.1%", exactly; `sign`: with + or - in front. */
static bool parse_share(const char *text, bool sign, int64_t *out)
{
	const char *digits = text + strspn(text, sign ? "+-" : "");
	char *end;
	double percent;

	if (digits - text != sign || !strchr("0123456789.", *digits))
		return false;
	percent = strtod(digits, &end);
	if (end == digits || strcmp(end, "%") != 0 || !(percent >= 0 && percent <= 1000))
		return false;
	*out = (int64_t)floor(percent * 10000 + 0.5) * (*text == '-' ? -1 : 1);
	return true;
}

static int read_share(const struct args *args, const char *option, int64_t *out, struct error *err)
{
	const char *given = args_string(args, option, NULL);

	if (given && (!parse_share(given, false, out) || *out > 1000000))
		return error_set(err, ERR_USAGE,
				 "--%s takes a share between 0%% and 100%%, such as 0.1%%, not "
				 "\"%s\"",
				 option, given);
	return 0;
}

/* --- shapes of host ------------------------------------------------------------------- */

static int load_host(struct size_asked *a, const char *name, const struct args *args,
		     const struct host **out, struct error *err)
{
	int rc;

	for (size_t i = 0; i < a->nr_hosts; i++) {
		*out = a->host[i];
		if (strcmp(a->host_name[i], name) == 0)
			return 0;
	}
	BUG_ON(a->nr_hosts == SIZE_SHAPES_MAX + SIZE_CASES_MAX);
	rc = find_host(name, &a->host[a->nr_hosts], err);
	if (rc)
		return rc;
	*out = a->host[a->nr_hosts];
	a->host_name[a->nr_hosts++] = name;
	print_host_warnings(*out, args_flag(args, "quiet"));
	return 0;
}

/* Its name is that of its host unless it has one of its own. */
static int add_shape(struct size_asked *a, const struct args *args, const char *name,
		     const char *topology, int64_t price_micro, int64_t most, struct error *err)
{
	struct size_shape *s = &a->shape[a->nr_shapes];
	int rc;

	if (a->nr_shapes == SIZE_SHAPES_MAX)
		return error_set(err, ERR_USAGE, "there are at most %d shapes of host",
				 SIZE_SHAPES_MAX);
	s->price_micro = price_micro;
	s->most = (uint32_t)most;
	rc = load_host(a, topology, args, &s->host, err);
	if (rc)
		return rc;
	s->name = name ? name : s->host->name;
	for (size_t i = 0; i < a->nr_shapes; i++)
		if (strcmp(a->shape[i].name, s->name) == 0)
			return error_set(err, ERR_USAGE, "the shape of host %s is given twice",
					 s->name);
	a->topology[a->nr_shapes++] = topology;
	return 0;
}

static int read_shape(struct size_asked *a, const struct args *args, const struct doc_value *v,
		      struct error *err)
{
	static const char *const keys[] = {"name", "topology", "price", "max", NULL};
	const char *name = NULL, *topology = NULL;
	double price = -1;
	int64_t most = HOSTS_MAX;
	int rc = doc_known(v, "shape", keys, err);

	if (!rc)
		rc = doc_get_text(v, "topology", true, &topology, err);
	if (!rc)
		rc = doc_get_text(v, "name", false, &name, err);
	if (!rc)
		rc = doc_get_real(v, "price", false, 0, PRICE_MAX, &price, err);
	if (!rc)
		rc = doc_get_int(v, "max", false, 1, HOSTS_MAX, &most, err);
	if (rc)
		return rc;
	return add_shape(a, args, name ? arena_strdup(&a->arena, name) : NULL,
			 arena_strdup(&a->arena, topology),
			 price < 0 ? FIGURE_UNKNOWN : (int64_t)floor(price * 1e6 + 0.5), most, err);
}

/* {"shapes": [{"name": ..., "topology": ..., "price": ..., "max": ...}, ...]} */
static int read_shapes(struct size_asked *a, const struct args *args, const char *path,
		       struct error *err)
{
	static const char *const keys[] = {"shapes", NULL};
	const struct doc_value *root, *list;
	struct doc doc = {.path = NULL};
	int rc = doc_load(&doc, path, DOC_ANY, err);

	if (!rc)
		rc = doc_only(&doc, "shapes", &root, err);
	if (!rc)
		rc = doc_known(root, "file of shapes", keys, err);
	if (!rc)
		rc = doc_get_list(root, "shapes", true, &list, err);
	if (!rc && !list->nr)
		rc = doc_error(list, err, "there is no shape");
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		if (list->item[i].kind != DOC_MAP)
			rc = doc_error(&list->item[i], err,
				       "a shape is an object with \"topology\"");
		else
			rc = read_shape(a, args, &list->item[i], err);
	}
	doc_release(&doc);
	return rc;
}

/* --price NAME=EUR, for shapes that are there. */
static int read_price(struct size_asked *a, const char *given, struct error *err)
{
	const char *eq = strrchr(given, '='), *names[SIZE_SHAPES_MAX + 1] = {NULL};
	char *name = arena_strndup(&a->arena, given, eq ? (size_t)(eq - given) : 0), *end;
	double price = eq ? strtod(eq + 1, &end) : -1;

	if (!eq || end == eq + 1 || *end || !(price >= 0 && price <= PRICE_MAX))
		return error_set(err, ERR_USAGE,
				 "--price takes HOST=EUR for an hour, such as %s=4.20, not \"%s\"",
				 a->shape[0].name, given);
	for (size_t i = 0; i < a->nr_shapes; i++) {
		names[i] = a->shape[i].name;
		if (strcmp(name, names[i]) != 0 && strcmp(name, a->topology[i]) != 0)
			continue;
		a->shape[i].price_micro = (int64_t)floor(price * 1e6 + 0.5);
		return 0;
	}
	return unknown_name(err, "--price", "shape of host", name, names);
}

static int choose_shapes(struct size_asked *a, const struct args *args, struct error *err)
{
	const struct fleet_spec *f = &a->workload.fleet;
	const char *path = args_string(args, "shapes", NULL);
	const char *const *price = args_strings(args, "price");
	const char *const *host = args_strings(args, "host");
	int rc = path ? read_shapes(a, args, path, err) : 0;

	for (; *host && !rc; host++)
		rc = add_shape(a, args, NULL, *host, FIGURE_UNKNOWN, HOSTS_MAX, err);
	if (!rc && !a->nr_shapes && f->nr_groups != 1)
		return error_set(err, ERR_USAGE,
				 "the fleet of %s has %" PRIu32
				 " kinds of host; choose with --host, which may be given "
				 "several times",
				 a->workload.path, f->nr_groups);
	if (!rc && !a->nr_shapes) {
		say_assumed_shape(&a->workload, args);
		rc = add_shape(a, args, NULL, f->group[0].topology, FIGURE_UNKNOWN, HOSTS_MAX, err);
	}
	for (; *price && !rc; price++)
		rc = read_price(a, *price, err);
	return rc;
}

/* --- cases ------------------------------------------------------------------------------ */

/* Rows of a case have a workload of their own: keys in a summary are there once. */
static int add_case(struct size_asked *a, const char *name, int64_t extra_ppm,
		    const struct size_shape *shape, struct error *err)
{
	struct workload *w = &a->more[a->study.nr_cases];

	if (a->study.nr_cases == SIZE_CASES_MAX)
		return error_set(err, ERR_USAGE, "there are at most %d cases", SIZE_CASES_MAX);
	*w = a->workload;
	w->extra_arrivals_ppm = extra_ppm;
	if (*name)
		w->name = arena_printf(&a->arena, "%s %s", a->workload.name, name);
	a->kase[a->study.nr_cases++] = (struct size_case){name, w, shape};
	return 0;
}

static int add_arrivals(struct size_asked *a, const char *given, struct error *err)
{
	int64_t extra = 0;

	if (!parse_share(given, true, &extra) || extra <= -1000000 || !extra)
		return error_set(err, ERR_USAGE,
				 "--arrivals takes how many more or fewer, such as +10%% or -5%%, "
				 "not \"%s\"",
				 given);
	return add_case(a, arena_printf(&a->arena, "arrivals %s", given), extra, a->shape, err);
}

/* "hosts=NEW", or with several shapes "hosts=OLD=NEW": which one, and NEW. An hwloc description
 * has signs of equality too. */
static int parse_what_if(const struct size_asked *a, const char *given, size_t *which,
			 const char **new, struct error *err)
{
	if (strncmp(given, "hosts=", 6) != 0 || !given[6])
		return error_set(err, ERR_USAGE, "--what-if takes hosts=HOST, not \"%s\"", given);
	for (*which = 0; *which < a->nr_shapes; ++*which) {
		size_t n = strlen(a->shape[*which].name);

		*new = given + 6 + n + 1;
		if (strncmp(given + 6, a->shape[*which].name, n) == 0 && given[6 + n] == '=')
			return 0;
	}
	*which = 0;
	*new = given + 6;
	if (a->nr_shapes == 1)
		return 0;
	return error_set(err, ERR_USAGE,
			 "--what-if %s: there are %zu shapes of host; say which with "
			 "hosts=SHAPE=HOST, such as hosts=%s=%s",
			 given, a->nr_shapes, a->shape[0].name, *new);
}

/* The price stays: it is the same machine, set up otherwise. */
static int add_what_if(struct size_asked *a, const struct args *args, const char *given,
		       struct error *err)
{
	struct size_shape *s = arena_alloc(&a->arena, a->nr_shapes * sizeof(*s));
	const char *new;
	size_t which;
	int rc = parse_what_if(a, given, &which, &new, err);

	memcpy(s, a->shape, a->nr_shapes * sizeof(*s));
	if (!rc)
		rc = load_host(a, new, args, &s[which].host, err);
	if (rc)
		return rc;
	s[which].name = s[which].host->name;
	for (size_t i = 0; i < a->nr_shapes; i++)
		if (i != which && strcmp(s[i].name, s[which].name) == 0)
			return error_set(err, ERR_USAGE, "--what-if %s: %s is a shape already",
					 given, s[i].name);
	return add_case(a, given, 0, s, err);
}

static int choose_cases(struct size_asked *a, const struct args *args, struct error *err)
{
	const char *const *what = args_strings(args, "what-if");
	const char **arrivals;
	size_t nr;
	int rc = add_case(a, "", 0, a->shape, err);

	arrivals = split_list(args, "arrivals", &a->arena, &nr);
	for (size_t i = 0; i < nr && !rc; i++)
		rc = add_arrivals(a, arrivals[i], err);
	for (; *what && !rc; what++)
		rc = add_what_if(a, args, *what, err);
	return rc;
}

/* --- what else there is to vary -------------------------------------------------------- */

static int choose_policies(struct size_asked *a, const struct args *args, struct error *err)
{
	const char *const *own = a->workload.policy;

	a->study.policy = a->policy;
	return args_given(args, "policy")
		       ? find_policies(args, "policy", a->policy, &a->study.nr_policies, err)
		       : find_named_policies("\"policies\"", own, a->policy, &a->study.nr_policies,
					     err);
}

static int choose_memory(struct size_asked *a, const struct args *args, struct error *err)
{
	static const char *const names[] = {"as-asked", "static", "dynamic", NULL};
	uint32_t own = a->workload.memory_policies;
	bool want[3] = {!own, own & (1u << ZONE_STATIC), own & (1u << ZONE_DYNAMIC)};
	size_t nr;
	const char **list = split_list(args, "memory", &a->arena, &nr);

	if (nr)
		memset(want, 0, sizeof(want));
	for (size_t i = 0; i < nr; i++) {
		int m, rc = find_name("--memory", "memory policy", list[i], names, &m, err);

		if (rc)
			return rc;
		want[m] = true;
	}
	for (int m = 0; m < 3; m++)
		if (want[m])
			a->memory[a->study.nr_memories++] = (enum run_memory)m;
	a->study.memory = a->memory;
	return 0;
}

/* The workload's first, unless some are given. */
static int choose_seeds(struct size_asked *a, const struct args *args, struct error *err)
{
	size_t nr;
	const char **list = split_list(args, "seed", &a->arena, &nr);
	uint64_t *seed = arena_alloc(&a->arena, (nr + 1) * sizeof(*seed));

	seed[0] = a->workload.seed[0];
	for (size_t i = 0; i < nr; i++) {
		errno = 0;
		seed[i] = strtoull(list[i], NULL, 10);
		if (errno || !*list[i] || list[i][strspn(list[i], "0123456789")])
			return error_set(err, ERR_USAGE, "--seed takes whole numbers, not \"%s\"",
					 list[i]);
		for (size_t j = 0; j < i; j++)
			if (seed[j] == seed[i])
				return error_set(err, ERR_USAGE, "the seed %s is given twice",
						 list[i]);
	}
	a->study.seed = seed;
	a->study.nr_seeds = nr ? nr : 1;
	return 0;
}

static int choose_how(struct size_asked *a, const struct args *args, struct error *err)
{
	struct size_how *how = &a->study.how;
	int64_t most = MOST, around = 2, mixes = 64;
	int rc = args_int(args, "most", 1, HOSTS_MAX, &most, err);

	how->goals = (struct size_goals){0, FIGURE_UNKNOWN};
	if (!rc)
		rc = args_int(args, "around", 0, SIZE_AROUND_MAX, &around, err);
	if (!rc)
		rc = args_int(args, "mixes", 0, HOSTS_MAX, &mixes, err);
	if (!rc)
		rc = read_share(args, "max-refused", &how->goals.refused_ppm, err);
	if (!rc)
		rc = read_share(args, "local", &how->goals.local_ppm, err);
	if (!rc)
		rc = args_jobs(args, &how->jobs, err);
	how->most = (uint32_t)most;
	how->around = (uint32_t)around;
	a->study.mixes = (uint32_t)mixes;
	how->cost = !a->workload.no_cost && !args_flag(args, "no-cost");
	how->skip_bad = args_flag(args, "skip-bad");
	how->backend = &sim_backend;
	how->allocator = a->workload.allocator[0];
	return rc;
}

static int choose_workload(struct size_asked *a, const struct args *args, struct error *err)
{
	int rc = load_workload(&a->workload, args, err);

	if (!rc && a->workload.fleet.nr_clusters)
		rc = error_set(
			err, ERR_USAGE,
			"%s: size looks for one number of hosts, and the fleet has clusters, "
			"each with a number of its own: give a workload of one cluster's "
			"zones, without \"clusters\"",
			a->workload.path);
	if (!rc)
		rc = choose_fleet_rules(&a->workload, args, err);
	if (!rc && workload_is_piped(&a->workload))
		rc = error_set(err, ERR_USAGE,
			       "size reads the trace again and again, standard input can be read "
			       "once: give a file");
	return rc;
}

/* Sizes that are parts of a machine stay what they are on other shapes of host. */
static int choose_reading(struct size_asked *a, const struct args *args, struct error *err)
{
	scale_to_hosts(&a->workload, a->host, (uint32_t)a->nr_hosts, args_flag(args, "quiet"));
	return prepare_trace(&a->workload, args, err);
}

/* Hosts that are in use are there, whatever is looked for. */
static int check_used(struct size_asked *a, const struct args *args, struct error *err)
{
	uint32_t used = size_used_hosts(&a->workload);

	(void)args;
	if (used > a->study.how.most)
		return error_set(err, ERR_USAGE,
				 "--most %u: \"initial\" of %s takes something of host %u, so that "
				 "there are %u hosts at least",
				 a->study.how.most, a->workload.path, used - 1, used);
	for (size_t i = 0; i < a->nr_shapes; i++)
		if (used > a->shape[i].most)
			return error_set(err, ERR_USAGE,
					 "%s: a \"max\" of %u: \"initial\" of %s takes something "
					 "of host %u, so that there are %u hosts at least",
					 a->shape[i].name, a->shape[i].most, a->workload.path,
					 used - 1, used);
	return 0;
}

int size_asked_read(struct size_asked *a, const struct args *args, struct error *err)
{
	int (*const step[])(struct size_asked *, const struct args *, struct error *) = {
		choose_workload, choose_policies, choose_memory, choose_seeds, choose_shapes,
		choose_reading,	 choose_cases,	  choose_how,	 check_used,
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]) && !rc; i++)
		rc = step[i](a, args, err);
	a->study.kase = a->kase;
	a->study.nr_shapes = a->nr_shapes;
	return rc;
}

void size_asked_release(struct size_asked *a)
{
	for (size_t i = 0; i < a->nr_hosts; i++)
		host_free(a->host[i]);
	workload_release(&a->workload);
	arena_release(&a->arena);
}

const char **size_asked_files(struct size_asked *a)
{
	const char **of_workload = workload_files(&a->workload, &a->arena), **input;
	size_t n = 0;

	while (of_workload[n])
		n++;
	input = arena_alloc(&a->arena, (n + a->nr_hosts + 1) * sizeof(*input));
	memcpy(input, of_workload, n * sizeof(*input));
	for (size_t i = 0; i < a->nr_hosts; i++)
		if (a->host[i]->path)
			input[n++] = a->host[i]->path;
	input[n] = NULL;
	return input;
}
