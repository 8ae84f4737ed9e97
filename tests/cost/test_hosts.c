/*
 * Every host there is, and some that nobody would build: the figures derived from
 * it are numbers that a machine can have, and so is what zones get on it.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/units.h"
#include "cost/at-a-moment/snapshot.h"
#include "cost/before-placing/predict.h"
#include "placement/policy.h"

static const char *const profiles[] = {"stream", "chase", "web", "database", "idle"};

static void positive(double x, const char *host, const char *what)
{
	cr_assert(x > 0 && !isinf(x), "%s: %s is %g", host, what, x);
}

static void check_figures(const struct host *h, const struct cost_params *p)
{
	uint32_t n = p->nr_nodes;

	for (uint32_t i = 0; i < n; i++) {
		positive(p->latency_ns[i * n + i], h->name, "a local latency");
		if (!h->node[i].memory_bytes)
			continue;
		positive(p->read[p->controller[i]], h->name, "a read rate");
		positive(p->write[p->controller[i]], h->name, "a write rate");
	}
	for (uint32_t i = 0; i < n * n; i++) {
		positive(p->latency_ns[i], h->name, "a latency");
		cr_assert_gt(p->path[i], 0, "%s: a path", h->name);
	}
	for (uint32_t i = 0; i < p->nr_sockets * p->nr_sockets; i++)
		cr_assert_gt(p->link[i], 0, "%s: a link", h->name);
	for (uint32_t i = 0; i < p->nr_ports; i++) {
		positive(p->port_read[i], h->name, "a port, in");
		positive(p->port_write[i], h->name, "a port, out");
	}
}

/* One whom nothing slows down is as fast as alone; nobody is much faster, unless
 * pages elsewhere relieve his own controller. */
static void check_result(const struct host *h, const struct cost_result *r)
{
	int64_t sum = 0;

	cr_assert_gt(r->bandwidth_bytes_per_s, 0, "%s", h->name);
	cr_assert_lt(r->bandwidth_bytes_per_s, (int64_t)100e12, "%s", h->name);
	cr_assert_geq(r->latency_ps, 1000, "%s: %lld ps", h->name, (long long)r->latency_ps);
	cr_assert_geq(r->alone_latency_ps, 1000, "%s", h->name);
	cr_assert_gt(r->slowdown_ppm, 500000, "%s: %lld", h->name, (long long)r->slowdown_ppm);
	cr_assert(r->remote_ppm >= 0 && r->remote_ppm <= 1000000, "%s", h->name);
	for (int c = 0; c < COST_CAUSES; c++) {
		cr_assert_geq(r->cause_ppm[c], 0, "%s", h->name);
		sum += r->cause_ppm[c];
	}
	cr_assert(sum == 0 || sum == 1000000, "%s: causes are %lld", h->name, (long long)sum);
	cr_assert_neq(cost_latency_grade(&r->basis), GRADE_NONE, "%s", h->name);
	cr_assert_neq(cost_bandwidth_grade(&r->basis), GRADE_NONE, "%s", h->name);
}

#define ZONES 12

/* As many zones as find a place, of all kinds, under one policy. */
static void live_there(const struct host *h, const struct cost_params *p, const char *policy)
{
	struct cost_zone cost[ZONES] = {{0}};
	struct cost_result found[ZONES];
	struct plan *plan = calloc(ZONES, sizeof(*plan));
	struct zone zone[ZONES];
	struct cost_work work = {0};
	struct host_state state;
	struct rng rng;
	uint32_t nr = 0;

	rng_seed(&rng, 1, h->name);
	host_state_init(&state, h);
	for (uint32_t i = 0; i < ZONES; i++) {
		struct zone *z = &zone[nr];
		struct policy_input in = {.host = h, .state = &state, .zone = z, .rng = &rng};
		uint32_t most = h->nr_cpus < 64 ? h->nr_cpus : 64;

		zone_init(z);
		z->vcpus = z->vcpus_max = 1 + (uint32_t)rng_below(&rng, most);
		z->memory_bytes = h->memory_bytes / 20 / PAGE_BYTES * PAGE_BYTES + PAGE_BYTES;
		z->memory_initial_bytes = z->memory_min_bytes = z->memory_bytes;
		z->profile = zone_profile_find(profiles[rng_below(&rng, 5)]);
		if (policy_place(policy_find(policy), &in, &plan[nr], NULL))
			continue;
		host_state_take(&state, &plan[nr]);
		cost[nr].plan = &plan[nr];
		nr++;
	}
	if (nr)
		cost_evaluate(p, cost, nr, &work, found);
	for (uint32_t i = 0; i < nr; i++)
		check_result(h, &found[i]);
	cost_work_release(&work);
	host_state_release(&state);
	free(plan);
}

static void ask(const struct host *h)
{
	struct cost_outlook *look = malloc(sizeof(*look));
	struct cost_answer a;
	unsigned n;

	cost_outlook_init(look, h, NULL);
	for (size_t k = 0; k < 5 && h->usable_nodes; k++) {
		cost_predict(look,
			     &(struct cost_ask){h->usable_nodes, h->nr_cpus,
						zone_profile_find(profiles[k])},
			     &a);
		cr_assert(a.bandwidth_bytes_per_s > 0 && a.latency_ps > 0 && a.work > 0, "%s",
			  h->name);
		nodeset_for_each (n, h->usable_nodes) {
			cost_predict(look,
				     &(struct cost_ask){nodeset_of(n), 1,
							zone_profile_find(profiles[k])},
				     &a);
			cr_assert(a.bandwidth_bytes_per_s > 0 && a.latency_ps > 0 && a.work > 0,
				  "%s", h->name);
			cr_assert_eq(a.slowdown_ppm, 1000000, "%s", h->name);
		}
	}
	free(look);
}

static void check_host(const struct host *h)
{
	struct cost_params p;

	cost_params_init(&p, h, NULL);
	check_figures(h, &p);
	live_there(h, &p, "edera-compact");
	live_there(h, &p, "edera-scatter");
	live_there(h, &p, "flat");
	cost_params_release(&p);
	ask(h);
}

static unsigned check_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned nr = 0;

	while (d && (e = readdir(d))) {
		char path[512];
		struct error err;
		struct host *h;

		if (!strstr(e->d_name, ".xml"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (host_load(&h, path, &err))
			continue; /* some are broken on purpose */
		check_host(h);
		host_free(h);
		nr++;
	}
	if (d)
		closedir(d);
	return nr;
}

Test(hosts, shipped)
{
	cr_assert_geq(check_folder("topologies"), 10);
}

Test(hosts, machines)
{
	unsigned nr = check_folder("../shared/data/topologies/machines");

	if (!nr)
		cr_skip_test("../shared/data/topologies is not there");
	cr_assert_geq(nr, 40);
}

Test(hosts, malformed)
{
	if (!check_folder("../shared/data/topologies/malformed"))
		cr_skip_test("../shared/data/topologies is not there");
}

/* A random cell: unknown, tiny, huge or ordinary. */
static uint32_t odd(struct rng *r, uint32_t ordinary)
{
	switch (rng_below(r, 8)) {
	case 0:
	case 1:
		return MATRIX_UNKNOWN;
	case 2:
		return 1;
	case 3:
		return 4000000;
	default:
		return ordinary + (uint32_t)rng_below(r, ordinary);
	}
}

static struct host *odd_host(struct rng *r)
{
	unsigned n = 1 + (unsigned)rng_below(r, 32), packages = 1 + (unsigned)rng_below(r, n);
	struct host *h = host_new("odd", n);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "odd");
	struct error err;

	h->nr_packages = packages;
	for (unsigned i = 0; i < n; i++) {
		unsigned cpus = rng_below(r, 4) ? 1 + (unsigned)rng_below(r, 24) : 0;

		h->node[i].package =
			rng_below(r, 8) ? (unsigned)rng_below(r, packages) : HOST_NO_PACKAGE;
		for (unsigned c = 0; c < cpus; c++)
			cpuset_add(&h->node[i].cpus, i * 24 + c);
		if (!cpus || rng_below(r, 5))
			h->node[i].memory_bytes = (int64_t)(1 + rng_below(r, 64)) * GIB;
		for (unsigned k = 0; k < n; k++)
			d[i * n + k] = i == k ? 10 : 11 + (uint32_t)rng_below(r, 244);
	}
	for (int kind = MATRIX_LATENCY; kind < MATRIX_KINDS; kind++) {
		uint32_t *m;

		if (rng_below(r, 2))
			continue;
		m = host_matrix_new(h, (enum host_matrix_kind)kind,
				    rng_below(r, 2) ? GRADE_MEASURED : GRADE_FIRMWARE, "odd");
		for (unsigned i = 0; i < n * n; i++)
			m[i] = odd(r, kind == MATRIX_LATENCY ? 90 : 30000);
	}
	if (host_finish(h, &err)) {
		host_free(h);
		return NULL;
	}
	return h;
}

/* One to 32 nodes, some without CPUs, memory or package, matrices of any distance in
 * either direction, figures missing and far from any machine. */
Test(hosts, odd)
{
	struct rng r;
	unsigned nr = 0;

	rng_seed(&r, 1, "odd hosts");
	for (int i = 0; i < 150; i++) {
		struct host *h = odd_host(&r);
		struct cost_params p;

		if (!h)
			continue;
		cost_params_init(&p, h, NULL);
		check_figures(h, &p);
		live_there(h, &p, "flat");
		cost_params_release(&p);
		host_free(h);
		nr++;
	}
	cr_assert_gt(nr, 100);
}
