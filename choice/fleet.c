#include "choice/fleet.h"

#include <stdlib.h>

#include "base/slab.h"

/* Whole groups; what stands for no host is below what any request asks for. */
static struct fleet_sum *level_new(uint32_t nr)
{
	size_t entries = ((size_t)nr + FLEET_GROUP - 1) / FLEET_GROUP * FLEET_GROUP;
	struct fleet_sum *level = slab_lines(entries, sizeof(*level));

	for (size_t i = 0; i < entries; i++)
		level[i].free_bytes = -1;
	return level;
}

void fleet_init(struct fleet *f, const struct choice *choice, const struct host_state *const *state,
		uint32_t nr_hosts)
{
	uint32_t nr = nr_hosts;

	*f = (struct fleet){.choice = choice, .state = state, .nr_hosts = nr_hosts};
	f->level[0] = level_new(nr);
	while (nr > FLEET_GROUP) {
		nr = nr / FLEET_GROUP + (nr % FLEET_GROUP != 0);
		f->level[++f->top] = level_new(nr);
	}
	for (uint32_t i = 0; i < nr_hosts; i++)
		fleet_update(f, i);
}

void fleet_release(struct fleet *f)
{
	for (unsigned l = 0; l <= f->top; l++)
		free(f->level[l]);
	fragment_release(&f->asked);
	*f = (struct fleet){0};
}

static struct fleet_sum better(struct fleet_sum a, struct fleet_sum b)
{
	a.free_bytes = a.free_bytes > b.free_bytes ? a.free_bytes : b.free_bytes;
	a.free_vcpus = a.free_vcpus > b.free_vcpus ? a.free_vcpus : b.free_vcpus;
	return a;
}

/* The best of the group that begins here. */
static struct fleet_sum best_of(const struct fleet_sum *group)
{
	const struct fleet_sum *g = group;

	return better(better(better(g[0], g[1]), better(g[2], g[3])),
		      better(better(g[4], g[5]), better(g[6], g[7])));
}

static bool lost_lead(const struct fleet_sum *was, const struct fleet_sum *now,
		      const struct fleet_sum *above)
{
	return (now->free_bytes < was->free_bytes && was->free_bytes == above->free_bytes) ||
	       (now->free_vcpus < was->free_vcpus && was->free_vcpus == above->free_vcpus);
}

void fleet_update(struct fleet *f, uint32_t host)
{
	const struct host_state *s = f->state[host];
	struct fleet_sum now = {.free_bytes = s->total_free_bytes}, was;
	uint32_t i = host;

	now.free_vcpus = s->vcpus_limit > s->total_vcpus ? s->vcpus_limit - s->total_vcpus : 0;
	for (unsigned l = 0;; l++, i /= FLEET_GROUP) {
		struct fleet_sum *e = &f->level[l][i], *above;

		was = *e;
		e->free_bytes = now.free_bytes;
		e->free_vcpus = now.free_vcpus;
		if (l == f->top)
			return;
		above = &f->level[l + 1][i / FLEET_GROUP];
		/* the others are looked at only where one that was the best has less now */
		if (lost_lead(&was, &now, above))
			now = best_of(&f->level[l][i / FLEET_GROUP * FLEET_GROUP]);
		else
			now = better(*above, now);
		if (now.free_bytes == above->free_bytes && now.free_vcpus == above->free_vcpus)
			return;
	}
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
	for (uint32_t i = 0; i < f->nr_hosts; i++)
		f->level[0][i].tried = 0;
	f->request = 1;
}

void fleet_begin(struct fleet *f, struct choice_request *r)
{
	if (!++f->request)
		forget_tried(f);
	r->after = r->only = r->barred = 0;
	r->bytes = zone_boot_bytes(r->zone);
	r->vcpus = r->zone->vcpus;
	if (!f->choice->learns || r->ordinal <= f->last_ordinal)
		return;
	f->last_ordinal = r->ordinal;
	learn(f, r);
}

bool fleet_bar(struct fleet *f, uint32_t host, const struct choice_request *r)
{
	bool anew = fleet_may_take(f, host, r);

	f->level[0][host].tried = f->request;
	return anew;
}

uint32_t fleet_next(struct fleet *f, struct choice_request *r)
{
	uint32_t host = HOST_NONE;

	if (!r->only)
		host = f->choice->next(f, r);
	else if (fleet_may_take(f, r->only - 1, r))
		host = r->only - 1;
	/* those who ask in order do not look at who was tried, or barred */
	while (host != HOST_NONE && f->level[0][host].tried == f->request) {
		r->after = host + 1;
		host = f->choice->next(f, r);
	}
	if (host != HOST_NONE) {
		f->level[0][host].tried = f->request;
		r->after = host + 1;
	}
	return host;
}

/* The first from i on, of its group, that has room; else the first of the next group. */
static uint32_t first_with_room(const struct fleet_sum *level, uint32_t i,
				const struct choice_request *r)
{
	uint32_t end = i / FLEET_GROUP * FLEET_GROUP + FLEET_GROUP;

	while (i < end && !fleet_has_room(&level[i], r))
		i++;
	return i;
}

/*
 * The walk goes on with the next group on its right whenever the current one cannot hold
 * the zone, from as high as that group is the first of all; a group whose maxima suffice
 * may still hold no single host that does.
 */
uint32_t fleet_lowest(const struct fleet *f, const struct choice_request *r)
{
	uint32_t i = r->after;
	unsigned l = 0;

	if (i >= f->nr_hosts)
		return HOST_NONE;
	while (l < f->top && i % FLEET_GROUP == 0) {
		i /= FLEET_GROUP;
		l++;
	}
	for (;;) {
		uint32_t from = i;

		i = first_with_room(f->level[l], from, r);
		if (i / FLEET_GROUP == from / FLEET_GROUP) {
			if (l == 0)
				return i;
			i *= FLEET_GROUP;
			l--;
			continue;
		}
		while (i % FLEET_GROUP == 0) {
			if (l++ == f->top)
				return HOST_NONE;
			i /= FLEET_GROUP;
		}
	}
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
