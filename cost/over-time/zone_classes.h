/*
 * Zones that cost the same beside the same neighbours: as many vCPUs of the same flow
 * classes. Read from plans; each content once, with what its flows get when alone.
 */
#ifndef COST_OVER_TIME_ZONE_CLASSES_H
#define COST_OVER_TIME_ZONE_CLASSES_H

#include "cost/flows/zone_flows.h"
#include "cost/over-time/components.h"

struct zone_class_flow {
	uint32_t class;
	int64_t vcpus_micro;
	struct flow_outcome alone; /* the zone by itself with every page at home */
	bool as_before; /* as many vCPUs as the flow before, and alone they get the same */
};

struct zone_class {
	uint64_t hash;
	struct footprint footprint;
	struct zone_class_flow *flow; /* kept for the place's next class */
	size_t cap_flows;
	uint32_t nr_flows;
	uint32_t holders; /* UINT32_MAX: the place is free */
	/* Where the zone is at home on one node that shares nothing with others: the same
	 * class on the lowest node that is the same, held by this one. Else NOWHERE. */
	uint32_t home;
	uint32_t node; /* of its first flow */
};

/* Zones of vCPUs on one node with all their memory there: found without their flows. */
struct class_at_home {
	uint32_t node, profile, vcpus, class; /* vcpus 0: none */
};
#define CLASSES_AT_HOME 1024

/* Others: all of a plan that its class is read from, word by word. */
#define LAYOUT_WORDS 62
struct class_of_layout {
	uint32_t nr, class; /* nr 0: none */
	uint64_t word[LAYOUT_WORDS];
};
#define CLASSES_OF_LAYOUTS 128

/* Of hosts that are the same, with all that is derived from them. */
struct zone_classes {
	struct cost_params params;
	struct flow_classes flows;
	struct components components;
	struct kept_rates *rates; /* kept_rates.h */
	struct zone_class *class;
	size_t nr, cap, nr_idle; /* idle: without holders */
	uint32_t free; /* a list through `nr_flows` */
	uint64_t sweeps; /* classes may have been forgotten so often */
	struct map index; /* by hash of the content */
	struct class_at_home at_home[CLASSES_AT_HOME]; /* the last one of each hash */
	struct class_of_layout of_layout[CLASSES_OF_LAYOUTS]; /* likewise */
	bool forgetful; /* layouts are read anew each time: for those who compare */
	/* Scratch: one zone's flows. */
	struct residency residency;
	struct flow raw[NODES_MAX];
	double raw_share[NODES_MAX * NODES_MAX];
	struct zone_class_flow wanted[NODES_MAX];
};

struct zone_classes *zone_classes_new(const struct host *host) MUST_USE;
void zone_classes_free(struct zone_classes *c);

/* The class of a zone with this profile (flow_classes_profile()), new or known; of the
 * plan only nodes and vnodes are looked at. It may be forgotten at the next call unless
 * somebody holds it. */
uint32_t zone_class_of(struct zone_classes *c, const struct cost_zone *zone, uint32_t profile);
void zone_class_hold(struct zone_classes *c, uint32_t class);
void zone_class_drop(struct zone_classes *c, uint32_t class);

#endif
