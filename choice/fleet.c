#include "choice/fleet.h"

#include <stdlib.h>

#include "base/alloc.h"

void fleet_init(struct fleet *f, const struct choice *choice, const struct host_state *const *state,
		uint32_t nr_hosts)
{
	*f = (struct fleet){.choice = choice, .state = state, .nr_hosts = nr_hosts, .leaves = 1};
	while (f->leaves < nr_hosts)
		f->leaves *= 2;
	f->free_bytes = xcalloc((size_t)f->leaves * 2, sizeof(*f->free_bytes));
	f->free_vcpus = xcalloc((size_t)f->leaves * 2, sizeof(*f->free_vcpus));
	f->tried = xcalloc(nr_hosts, sizeof(*f->tried));
	/* below what any request asks for: hosts that do not exist never fit */
	for (uint32_t i = 1; i < f->leaves * 2; i++)
		f->free_bytes[i] = -1;
	for (uint32_t i = 0; i < nr_hosts; i++)
		fleet_update(f, i);
}

void fleet_release(struct fleet *f)
{
	free(f->free_bytes);
	free(f->free_vcpus);
	free(f->tried);
	fragment_release(&f->asked);
	*f = (struct fleet){0};
}

void fleet_update(struct fleet *f, uint32_t host)
{
	const struct host_state *s = f->state[host];
	uint32_t i = f->leaves + host;

	f->free_bytes[i] = s->total_free_bytes;
	f->free_vcpus[i] = s->vcpus_limit > s->total_vcpus ? s->vcpus_limit - s->total_vcpus : 0;
	for (i /= 2; i; i /= 2) {
		uint32_t l = 2 * i, r = 2 * i + 1;
		int64_t bytes =
			f->free_bytes[l] > f->free_bytes[r] ? f->free_bytes[l] : f->free_bytes[r];
		uint32_t vcpus =
			f->free_vcpus[l] > f->free_vcpus[r] ? f->free_vcpus[l] : f->free_vcpus[r];

		if (f->free_bytes[i] == bytes && f->free_vcpus[i] == vcpus)
			break;
		f->free_bytes[i] = bytes;
		f->free_vcpus[i] = vcpus;
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

void fleet_begin(struct fleet *f, struct choice_request *r)
{
	f->request++;
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
	/* those who ask in order do not look at who was tried, or barred */
	while (host != HOST_NONE && f->tried[host] == f->request) {
		r->after = host + 1;
		host = f->choice->next(f, r);
	}
	if (host != HOST_NONE) {
		f->tried[host] = f->request;
		r->after = host + 1;
	}
	return host;
}

/*
 * The walk climbs from the first leaf to the next subtree on its right whenever the
 * current one cannot hold the zone; a subtree whose maxima suffice may still hold no
 * single host that does.
 */
uint32_t fleet_lowest(const struct fleet *f, const struct choice_request *r)
{
	uint32_t i = f->leaves + r->after;

	if (r->after >= f->nr_hosts)
		return HOST_NONE;
	/* start at the highest subtree that begins with this leaf */
	while (i > 1 && !(i & 1))
		i /= 2;
	for (;;) {
		if (fleet_has_room(f, i, r)) {
			if (i >= f->leaves)
				return i - f->leaves;
			i *= 2;
			continue;
		}
		/* next subtree to the right, as high as it goes; none after the last */
		while (i & 1) {
			i /= 2;
			if (i == 0)
				return HOST_NONE;
		}
		i++;
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
