/*
 * How much the performance of one and the same zone differs from launch to launch
 * among changing neighbours: (p95 - p5) / p50 over its launches.
 *
 * Zones that ask for the same thing (vCPUs, memory, node count, spread, kind of
 * guest, memory policy, profile, number of devices) are launches of one zone. With
 * several such groups each launch is taken relative to its group's median and all
 * launches are judged together; groups of fewer than SWING_LAUNCHES are left out.
 */
#ifndef BENCH_ACCOUNTS_SWING_H
#define BENCH_ACCOUNTS_SWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "zone/zone.h"

#define SWING_LAUNCHES 5

/* Zero-initialise. */
struct swing {
	struct swing_group *group; /* what was asked for */
	size_t nr_groups, cap_groups;
	struct map by_hash; /* of what was asked for -> group */
	struct swing_launch {
		uint32_t group;
		uint32_t performance_ppm;
	} * launch;
	size_t nr, cap;
};
void swing_release(struct swing *s);

/* The number of the zone's group. */
uint32_t swing_group(struct swing *s, const struct zone *z);
void swing_add(struct swing *s, uint32_t group, int64_t performance_ppm);
/* Add another's launches: of the same zone those that ask for the same. */
void swing_join(struct swing *s, const struct swing *other);
/* FIGURE_UNKNOWN when no group has enough launches. Sorts the launches. */
int64_t swing_ppm(struct swing *s);

#endif
