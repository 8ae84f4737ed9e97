/*
 * Zones that belong together, and what that asks of their hosts. The rules are those that
 * clouds sell: affinity and anti-affinity (Nova's server groups), and fault domains, which
 * keep the parts of a group in different racks (partitions, at others). They hold among the
 * zones of a group that live at one time: what a zone that has gone did binds nobody.
 */
#ifndef ZONE_GROUP_H
#define ZONE_GROUP_H

#include <stdint.h>

#include "base/alloc.h"
#include "base/doc.h"
#include "base/error.h"

enum zone_group_rule {
	ZONE_AFFINITY, /* on the host of those that live */
	ZONE_ANTI_AFFINITY, /* on no host of those that live */
	ZONE_FAULT_DOMAIN, /* in no rack of those of another domain; without racks, on no host */
	ZONE_GROUP_RULES
};

/* A group is known by name and rule: equal names under two rules are two groups. */
struct zone_group {
	const char *name;
	enum zone_group_rule rule;
	uint32_t domain; /* ZONE_FAULT_DOMAIN: which part of the group the zone is of */
};

/* "affinity", "anti-affinity", "fault-domain"; NULL-terminated, in enum order. */
extern const char *const zone_group_rule_names[];

/* {"name": "web", "rule": "anti-affinity"}, or with "domain"; the name goes into `arena`. */
int zone_group_from_doc(const struct doc_value *at, struct arena *arena, struct zone_group *out,
			struct error *err) MUST_USE;

#endif
