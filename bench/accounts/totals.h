/*
 * What the row's hosts hold right now, the integral of it over time, and what was counted on
 * the way. Changes are O(1): totals are moved by a zone's own figures when it starts,
 * changes or stops, and integrated up to then.
 */
#ifndef BENCH_ACCOUNTS_TOTALS_H
#define BENCH_ACCOUNTS_TOTALS_H

#include <stdint.h>

#include "base/compiler.h"
#include "bench/loop/observer.h"

/* Zero-initialise. */
struct totals {
	int64_t at_ns; /* up to here the integrals go */
	int64_t vcpus, resident_bytes, local_bytes, own_bytes;
	int128 distance; /* sum of resident_bytes x mean_distance_centi */
	/* integrals over ns */
	int128 vcpu_ns, resident_ns, local_ns, own_ns, distance_ns;
	uint64_t events; /* starts, stops, refusals and changes of memory */
	int64_t placed, multi_node, spilled, spilled_bytes, peak_live;
	int64_t refused, refused_no_room, refused_infeasible, refused_no_device;
	int64_t first_refusal; /* ordinal; 0: none */
};

extern const struct observer_ops totals_observer;

#endif
