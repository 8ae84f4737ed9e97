#include "choice/fleet.h"

#include <stdlib.h>
#include <string.h>

#include "base/slab.h"
#include "base/units.h"
#include "choice/index.h"

static uint32_t groups_of(uint32_t nr)
{
	return nr / FLEET_GROUP + (nr % FLEET_GROUP != 0);
}

/* Whole groups; what stands for no host is below what any request asks for. */
static struct fleet_sums *level_new(uint32_t nr)
{
	struct fleet_sums *level = slab_lines(groups_of(nr), sizeof(*level));

	for (uint32_t i = 0; i < groups_of(nr) * FLEET_GROUP; i++)
		level[i / FLEET_GROUP].pages[i % FLEET_GROUP] = -1;
	return level;
}

void fleet_init(struct fleet *f, const struct choice *choice, const struct host_state *const *state,
		uint32_t nr_hosts)
{
	uint32_t nr = nr_hosts;

	*f = (struct fleet){.choice = choice, .state = state, .nr_hosts = nr_hosts};
	f->index = cpu_has_avx2() ? &fleet_index_avx2 : &fleet_index;
	f->tried = slab_lines(nr_hosts, sizeof(*f->tried));
	f->level[0] = level_new(nr);
	while (nr > FLEET_GROUP) {
		nr = groups_of(nr);
		f->level[++f->top] = level_new(nr);
	}
	for (uint32_t i = 0; i < nr_hosts; i++)
		fleet_update(f, i);
}

void fleet_release(struct fleet *f)
{
	for (unsigned l = 0; l <= f->top; l++)
		free(f->level[l]);
	free(f->tried);
	fragment_release(&f->asked);
	*f = (struct fleet){0};
}

void fleet_update(struct fleet *f, uint32_t host)
{
	f->index->update(f, host);
}

/*
 * Sizes are told apart to three binary digits, rounded up, so that there are few however
 * odd the zones are. On hosts that differ, those of the first count.
 */
static int64_t round_size(int64_t bytes)
{
	int64_t unit = 1;

	while (bytes / unit >= 8)
		unit *= 2;
	return (bytes + unit - 1) / unit * unit;
}

static void learn(struct fleet *f, const struct choice_request *r)
{
	uint32_t nodes = zone_nodes_on(r->zone, f->state[0]->host);

	fragment_count(&f->asked, round_size(r->bytes / nodes), nodes, r->vcpus, 1);
	f->asked.total++;
}

/* After 2^32 requests numbers come again. */
static void forget_tried(struct fleet *f)
{
	memset(f->tried, 0, f->nr_hosts * sizeof(*f->tried));
	f->request = 1;
}

void fleet_begin(struct fleet *f, struct choice_request *r)
{
	if (!++f->request)
		forget_tried(f);
	r->after = r->only = r->barred = 0;
	r->bytes = zone_boot_bytes(r->zone);
	r->vcpus = r->zone->vcpus;
	r->counted_pages = fleet_counted((r->bytes + PAGE_BYTES - 1) / PAGE_BYTES);
	r->counted_vcpus = fleet_counted(r->vcpus);
	if (!f->choice->learns || r->ordinal <= f->last_ordinal)
		return;
	f->last_ordinal = r->ordinal;
	learn(f, r);
}

bool fleet_bar(struct fleet *f, uint32_t host, const struct choice_request *r)
{
	bool anew = fleet_may_take(f, host, r);

	f->tried[host] = f->request;
	return anew;
}

uint32_t fleet_next(struct fleet *f, struct choice_request *r)
{
	uint32_t host = HOST_NONE;

	if (!r->only)
		host = f->choice->next(f, r);
	else if (fleet_may_take(f, r->only - 1, r))
		host = r->only - 1;
	/* those who ask in order do not look at who was tried, or barred, or how much of
	 * more than can be counted there is */
	while (host != HOST_NONE && !fleet_may_take(f, host, r)) {
		r->after = host + 1;
		host = f->choice->next(f, r);
	}
	if (host != HOST_NONE) {
		f->tried[host] = f->request;
		r->after = host + 1;
	}
	return host;
}

uint32_t fleet_lowest(const struct fleet *f, const struct choice_request *r)
{
	return f->index->lowest(f, r);
}

uint32_t fleet_draw(const struct fleet *f, const struct choice_request *r)
{
	uint32_t fits = 0, pick;

	/* rejection is uniform and cheap while many hosts fit */
	for (int i = 0; i < 16; i++) {
		uint32_t h = (uint32_t)rng_below(r->rng, f->nr_hosts);

		if (fleet_may_take(f, h, r))
			return h;
	}
	for (uint32_t h = 0; h < f->nr_hosts; h++)
		fits += fleet_may_take(f, h, r);
	if (!fits)
		return HOST_NONE;
	pick = (uint32_t)rng_below(r->rng, fits);
	for (uint32_t h = 0;; h++) {
		if (!fleet_may_take(f, h, r))
			continue;
		if (pick-- == 0)
			return h;
	}
}

uint32_t host_vcpu_capacity(const struct host_state *s)
{
	return s->vcpus_limit == UINT32_MAX ? s->host->nr_cpus : s->vcpus_limit;
}

uint32_t zone_nodes_on(const struct zone *z, const struct host *h)
{
	uint32_t most = 1;

	for (uint32_t n = 0; n < h->nr_nodes; n++)
		most = h->node[n].nr_cpus > most ? h->node[n].nr_cpus : most;
	return z->numa_nodes ? z->numa_nodes : z->vcpus / most + (z->vcpus % most != 0);
}
