/*
 * The best of all candidates. Inline, so that a rule's few instructions become the loop's:
 * a fleet of thousands is looked through for every zone.
 */
#ifndef CHOICE_SCAN_H
#define CHOICE_SCAN_H

#include "choice/fleet.h"

/* The candidate that no other is better than; of equals the lowest. */
static inline uint32_t scan_by(const struct fleet *f, const struct choice_request *r,
			       bool (*better)(const struct fleet *f, uint32_t a, uint32_t b))
{
	uint32_t best = HOST_NONE;

	for (uint32_t h = 0; h < f->nr_hosts; h++) {
		if (fleet_may_take(f, h, r) && (best == HOST_NONE || better(f, h, best)))
			best = h;
	}
	return best;
}

/* The candidate with the highest score; of equals the lowest. */
static inline uint32_t scan_highest(const struct fleet *f, const struct choice_request *r,
				    double (*score)(const struct fleet *f, uint32_t host,
						    const struct choice_request *r))
{
	uint32_t best = HOST_NONE;
	double most = 0;

	for (uint32_t h = 0; h < f->nr_hosts; h++) {
		double here;

		if (!fleet_may_take(f, h, r))
			continue;
		here = score(f, h, r);
		if (best == HOST_NONE || here > most) {
			best = h;
			most = here;
		}
	}
	return best;
}

/* Has host a more free memory than b; of equals more free vCPUs? */
static inline bool host_is_emptier(const struct fleet *f, uint32_t a, uint32_t b)
{
	int32_t x = fleet_pages(f, a), y = fleet_pages(f, b);

	if (x == FLEET_MOST && y == FLEET_MOST &&
	    f->state[a]->total_free_bytes != f->state[b]->total_free_bytes)
		return f->state[a]->total_free_bytes > f->state[b]->total_free_bytes;
	return x != y ? x > y : fleet_vcpus(f, a) > fleet_vcpus(f, b);
}

#endif
