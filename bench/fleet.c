#include "bench/fleet.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

void fleet_init(struct fleet *f, uint32_t nr_hosts)
{
	*f = (struct fleet){.nr_hosts = nr_hosts, .leaves = 1};
	while (f->leaves < nr_hosts)
		f->leaves *= 2;
	f->free_bytes = xcalloc((size_t)f->leaves * 2, sizeof(*f->free_bytes));
	f->free_vcpus = xcalloc((size_t)f->leaves * 2, sizeof(*f->free_vcpus));
	f->tried = xcalloc(nr_hosts, sizeof(*f->tried));
	/* below what any request asks for: hosts that do not exist never fit */
	for (uint32_t i = 1; i < f->leaves * 2; i++)
		f->free_bytes[i] = -1;
}

void fleet_release(struct fleet *f)
{
	free(f->free_bytes);
	free(f->free_vcpus);
	free(f->tried);
	*f = (struct fleet){0};
}

void fleet_update(struct fleet *f, uint32_t host, const struct host_state *s)
{
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

void fleet_begin(struct fleet *f, struct fleet_request *r)
{
	f->request++;
	r->after = 0;
}

static bool may_fit(const struct fleet *f, uint32_t i, const struct fleet_request *r)
{
	return f->free_bytes[i] >= r->bytes && f->free_vcpus[i] >= r->vcpus;
}

/*
 * Lowest leaf >= r->after that fits. The walk climbs from the first leaf to the
 * next subtree on its right whenever the current one cannot hold it; a subtree
 * whose maxima fit may still hold no single host that does.
 */
static uint32_t first_fit(const struct fleet *f, const struct fleet_request *r)
{
	uint32_t i = f->leaves + r->after;

	if (r->after >= f->nr_hosts)
		return FLEET_NONE;
	/* start at the highest subtree that begins with this leaf */
	while (i > 1 && !(i & 1))
		i /= 2;
	for (;;) {
		if (may_fit(f, i, r)) {
			if (i >= f->leaves)
				return i - f->leaves;
			i *= 2;
			continue;
		}
		/* next subtree to the right, as high as it goes; none after the last */
		while (i & 1) {
			i /= 2;
			if (i == 0)
				return FLEET_NONE;
		}
		i++;
	}
}

static bool better(const struct fleet *f, uint32_t a, uint32_t b, bool least)
{
	uint32_t i = f->leaves + a, j = f->leaves + b;

	if (f->free_bytes[i] != f->free_bytes[j])
		return (f->free_bytes[i] < f->free_bytes[j]) == least;
	if (f->free_vcpus[i] != f->free_vcpus[j])
		return (f->free_vcpus[i] < f->free_vcpus[j]) == least;
	return false;
}

static uint32_t best_fit(const struct fleet *f, const struct fleet_request *r, bool least)
{
	uint32_t best = FLEET_NONE;

	for (uint32_t h = 0; h < f->nr_hosts; h++) {
		if (!may_fit(f, f->leaves + h, r) || f->tried[h] == f->request)
			continue;
		if (best == FLEET_NONE || better(f, h, best, least))
			best = h;
	}
	return best;
}

static uint32_t random_fit(const struct fleet *f, const struct fleet_request *r)
{
	uint32_t fits = 0, pick;

	/* rejection is uniform and cheap while many hosts fit */
	for (int i = 0; i < 16; i++) {
		uint32_t h = (uint32_t)rng_below(r->rng, f->nr_hosts);

		if (may_fit(f, f->leaves + h, r) && f->tried[h] != f->request)
			return h;
	}
	for (uint32_t h = 0; h < f->nr_hosts; h++)
		fits += may_fit(f, f->leaves + h, r) && f->tried[h] != f->request;
	if (!fits)
		return FLEET_NONE;
	pick = (uint32_t)rng_below(r->rng, fits);
	for (uint32_t h = 0;; h++) {
		if (!may_fit(f, f->leaves + h, r) || f->tried[h] == f->request)
			continue;
		if (pick-- == 0)
			return h;
	}
}

uint32_t fleet_next(struct fleet *f, struct fleet_request *r)
{
	uint32_t host;

	switch (r->choice) {
	case CHOICE_BEST_FIT:
		host = best_fit(f, r, true);
		break;
	case CHOICE_WORST_FIT:
		host = best_fit(f, r, false);
		break;
	case CHOICE_RANDOM:
		host = random_fit(f, r);
		break;
	case CHOICE_FIRST_FIT:
	default:
		host = first_fit(f, r);
		break;
	}
	if (host != FLEET_NONE) {
		f->tried[host] = f->request;
		r->after = host + 1;
	}
	return host;
}
