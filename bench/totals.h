/*
 * What the fleet holds right now, and the integral of it over time. Changes are
 * O(1): totals are moved by a zone's own figures when it starts, changes or
 * stops, and integrated when the clock moves.
 */
#ifndef BENCH_TOTALS_H
#define BENCH_TOTALS_H

#include <stdint.h>

#include "base/compiler.h"
#include "plan/plan.h"

struct totals {
	int64_t at_ns;
	int64_t vcpus, resident_bytes, local_bytes, own_bytes;
	int128 distance; /* sum of resident_bytes x mean_distance_centi */
	/* integrals over ns */
	int128 vcpu_ns, resident_ns, local_ns, own_ns, distance_ns;
};

static inline void totals_advance(struct totals *t, int64_t to_ns)
{
	int128 dt = to_ns - t->at_ns;

	if (dt <= 0)
		return;
	t->vcpu_ns += t->vcpus * dt;
	t->resident_ns += t->resident_bytes * dt;
	t->local_ns += t->local_bytes * dt;
	t->own_ns += t->own_bytes * dt;
	t->distance_ns += t->distance * dt;
	t->at_ns = to_ns;
}

/* Add (sign 1) or remove (sign -1) a zone's share. */
static inline void totals_move(struct totals *t, const struct plan_locality *l, int sign)
{
	t->resident_bytes += sign * l->resident_bytes;
	t->local_bytes += sign * l->local_bytes;
	t->own_bytes += sign * l->own_bytes;
	t->distance += (int128)(sign * l->resident_bytes) * l->mean_distance_centi;
}

#endif
