/*
 * Which hosts a zone's group (zone/group.h) leaves it. The members that live are kept
 * here, by slot of the loop; a rule is turned into hosts that are not asked in a request,
 * so that no choice knows of groups and a zone without one pays nothing.
 */
#ifndef CHOICE_GROUPS_H
#define CHOICE_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "choice/fleet.h"
#include "zone/group.h"
#include "zone/initial.h"

struct group; /* the members of one that live */

/* Zero-initialise; groups_release() frees. */
struct groups {
	struct group *group;
	size_t nr, cap;
	struct map by_name; /* hash of name and rule -> group */
	uint32_t *free; /* groups of which nobody lives, to be used again */
	size_t nr_free, cap_free;
	uint32_t *of_slot; /* group + 1 of the zone in each slot; 0: none */
	size_t nr_slots, cap_slots;
	/* Hosts by rack: those of rack i are host[first[i]] to host[first[i + 1]]. */
	const struct fleet_racks *racks; /* NULL: each host is a rack of its own */
	uint32_t *first, *host;
	uint32_t nr_members;
};

/* Before the first zone, where hosts share racks. Those that `racks` does not name share
 * with nobody. */
void groups_set_racks(struct groups *g, const struct fleet_racks *racks, uint32_t nr_hosts);
void groups_release(struct groups *g);

/* After fleet_begin(): only hosts that `of` allows now will be asked. */
void groups_bar(const struct groups *g, const struct zone_group *of, struct fleet *f,
		struct choice_request *r);
/* How many hosts with room in sum the last groups_bar() kept from being asked. */
uint32_t groups_barred(const struct fleet *f, const struct choice_request *r);
/* Why, in a sentence; the caller frees. `barred` hosts have room. `host`: what the one is called
 * where a group with affinity lives. */
char *groups_reason(const struct zone_group *of, uint32_t barred, uint32_t host) MUST_USE;

/* A zone of the group runs in `slot`, or no longer does (any zone that leaves). */
void groups_join(struct groups *g, const struct zone_group *of, uint32_t slot, uint32_t host);
void groups_leave(struct groups *g, uint32_t slot);

#endif
