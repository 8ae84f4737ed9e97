#include <stdlib.h>

#include "base/alloc.h"
#include "base/jobs.h"
#include "base/stats.h"
#include "base/units.h"
#include "bench/compare/compare.h"
#include "schema/schema.h"

/* More neighbours than this are not drawn: zones small enough to need more do not
 * load a host's memory much. */
#define NEIGHBOURS_MAX 64

struct launch {
	const struct compare *c;
	struct host_state state;
	struct plan plan[NEIGHBOURS_MAX + 1];
	struct cost_zone zone[NEIGHBOURS_MAX + 1];
	struct cost_result found[NEIGHBOURS_MAX + 1];
	uint32_t nr;
};

static bool place(struct launch *l, const struct policy *policy, const struct zone *z,
		  struct rng *rng)
{
	struct policy_input in = {.host = l->c->host, .state = &l->state, .zone = z, .rng = rng};

	if (policy_place(policy, &in, &l->plan[l->nr], NULL))
		return false;
	host_state_take(&l->state, &l->plan[l->nr]);
	l->zone[l->nr] = (struct cost_zone){.plan = &l->plan[l->nr]};
	l->nr++;
	return true;
}

/* What is there when the zone comes. What to draw and how full is drawn first, so
 * that a policy that draws too does not change what the others meet. */
static void place_neighbours(struct launch *l, const struct policy *policy,
			     const struct zone_list *pool, struct rng *draw, struct rng *own)
{
	int64_t whole = l->state.total_free_bytes;
	int64_t left = (int64_t)((double)whole * (1 - 0.75 * rng_unit(draw)));

	for (int i = 0; i < NEIGHBOURS_MAX && l->state.total_free_bytes > left; i++) {
		const struct zone *z = &pool->zone[rng_below(draw, pool->nr)];

		if (l->state.total_free_bytes - zone_boot_bytes(z) < left)
			break;
		if (!place(l, policy, z, own))
			break;
	}
}

static void devices_off(struct zone *z)
{
	z->nr_devices = 0; /* one device cannot go to many neighbours */
}

static void default_pool(struct zone_list *pool, const struct host *h)
{
	static const char *const name[] = {"stream", "web", "database", "idle"};
	uint32_t cpus = h->nr_cpus / (h->nr_nodes ? h->nr_nodes : 1);
	int64_t bytes = h->memory_bytes / (h->nr_nodes ? h->nr_nodes : 1);

	for (uint32_t i = 0; i < 12; i++) {
		uint32_t part = 1u << (i / 4 + 1); /* half a node to an eighth */
		struct zone *z;

		pool->zone = grow(pool->zone, &pool->cap, pool->nr, sizeof(*pool->zone));
		z = &pool->zone[pool->nr++];
		zone_init(z);
		z->name = name[i % 4];
		z->profile = zone_profile_find(name[i % 4]);
		z->vcpus = z->vcpus_max = cpus > part ? cpus / part : 1;
		z->memory_policy = ZONE_STATIC;
		z->memory_bytes = bytes / part / PAGE_BYTES * PAGE_BYTES;
		if (z->memory_bytes < PAGE_BYTES)
			z->memory_bytes = PAGE_BYTES;
		z->memory_initial_bytes = z->memory_min_bytes = z->memory_bytes;
	}
}

static void copy_pool(struct zone_list *to, const struct zone_list *from)
{
	for (size_t i = 0; i < from->nr; i++) {
		to->zone = grow(to->zone, &to->cap, to->nr, sizeof(*to->zone));
		to->zone[to->nr] = from->zone[i];
		devices_off(&to->zone[to->nr++]);
	}
}

static void fill_row(struct launch_row *r, int64_t *performance)
{
	struct spread spread;

	r->p5_ppm = r->p50_ppm = r->p95_ppm = r->swing_ppm = FIGURE_UNKNOWN;
	if (!r->placed)
		return;
	spread = spread_of(performance, r->placed);
	r->p5_ppm = spread.p5;
	r->p50_ppm = spread.p50;
	r->p95_ppm = spread.p95;
	r->swing_ppm = spread.ppm;
}

/* What all launches of all rows share. */
struct launching {
	struct compare *c;
	const struct zone_list *pool;
	uint64_t seed;
};

static int launch_all(void *context, size_t row, const atomic_bool *cancel, struct error *err)
{
	const struct launching *what = context;
	struct launch_row *r = &what->c->launch[row];
	int64_t *performance = xcalloc(r->launches, sizeof(*performance));
	struct launch *l = xcalloc(1, sizeof(*l));
	struct cost_work work = {0};

	(void)cancel;
	(void)err;
	l->c = what->c;
	for (uint32_t k = 0; k < r->launches; k++) {
		char *key = xasprintf("launch %u", k);
		struct rng draw, own;

		rng_seed(&draw, what->seed, key);
		rng_seed(&own, what->seed + 1, key);
		free(key);
		l->nr = 0;
		host_state_init(&l->state, what->c->host);
		place_neighbours(l, r->policy, what->pool, &draw, &own);
		if (place(l, r->policy, r->zone, &own)) {
			cost_evaluate(what->c->params, l->zone, l->nr, &work, l->found);
			performance[r->placed++] = ppm(1000000, l->found[l->nr - 1].slowdown_ppm);
		}
		host_state_release(&l->state);
	}
	fill_row(r, performance);
	cost_work_release(&work);
	free(performance);
	free(l);
	return 0;
}

void compare_launches(struct compare *c, const struct zone_list *zones,
		      const struct zone_list *pool, uint32_t launches, uint64_t seed)
{
	struct zone_list drawn = {0};
	struct launching what = {.c = c, .pool = &drawn, .seed = seed};
	struct jobs jobs = {.threads = c->jobs, .work = launch_all, .context = &what};

	if (pool->nr)
		copy_pool(&drawn, pool);
	else
		default_pool(&drawn, c->host);
	c->launch = xcalloc(c->nr_policies * zones->nr + 1, sizeof(*c->launch));
	for (size_t z = 0; z < zones->nr; z++)
		for (size_t i = 0; i < c->nr_policies; i++)
			c->launch[c->nr_launches++] = (struct launch_row){.policy = c->policy[i],
									  .zone = &zones->zone[z],
									  .launches = launches};
	jobs.nr = c->nr_launches;
	BUG_ON(jobs_run(&jobs, NULL));
	zone_list_release(&drawn);
}
