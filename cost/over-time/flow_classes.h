/*
 * Flows that differ in their number of vCPUs only: of one profile, on one node, with
 * their pages in the same proportion. They are of one class, as customers are in a
 * queueing network, and a host solves them as one flow.
 */
#ifndef COST_OVER_TIME_FLOW_CLASSES_H
#define COST_OVER_TIME_FLOW_CLASSES_H

#include "base/map.h"
#include "cost/flows/flow.h"
#include "cost/over-time/footprint.h"
#include "cost/params/params.h"

#define NOWHERE UINT32_MAX /* no class, no node */
#define PAGES_WHOLE 1024 /* a flow's pages, in parts */
#define VCPU_MICRO 1000000

struct flow_class {
	uint64_t serial; /* never given twice: names the content where it may be forgotten */
	uint64_t hash; /* of the content */
	struct footprint footprint;
	uint32_t node, profile;
	uint32_t uses; /* by zone classes and as canonical; UINT32_MAX: the place is free */
	/* Where all pages are on the node and nothing of it is shared with other nodes:
	 * the same on the lowest node with the same figures. Else NOWHERE. */
	uint32_t canonical;
	uint32_t allocation; /* scratch of the host that is being valued */
};

/* Of hosts with one set of parameters; each content once. */
struct flow_classes {
	const struct cost_params *params;
	struct flow_class *class;
	uint16_t *pages; /* [class][node] of PAGES_WHOLE */
	double *share; /* the same, of 1 */
	size_t nr, cap;
	uint32_t free; /* a list through `canonical` */
	struct map index; /* by hash of the content */
	uint32_t *canonical_node; /* [node]; NOWHERE: shares with others */
	uint64_t serials; /* given so far */
	struct zone_profile *profile;
	size_t nr_profiles, cap_profiles;
};

void flow_classes_init(struct flow_classes *c, const struct cost_params *params);
void flow_classes_release(struct flow_classes *c);

/* The profile with this content, new or known. */
uint32_t flow_classes_profile(struct flow_classes *c, const struct zone_profile *profile);
/* The class of the flow, new or known: where its pages are is rounded to parts. */
uint32_t flow_class_of(struct flow_classes *c, const struct flow *flow, uint32_t profile);
/* The class if all its pages were on its node. */
uint32_t flow_class_at_home(struct flow_classes *c, uint32_t class);
/* By content, never by place: an order that all runs have in common; 0: the same. */
int flow_class_compare(const struct flow_classes *c, uint32_t a, uint32_t b);
/* Its vCPUs as a flow, whose share[] stays until there is a new class. */
struct flow flow_class_flow(const struct flow_classes *c, uint32_t class, int64_t vcpus_micro);
/* Forgets classes without uses. */
void flow_classes_sweep(struct flow_classes *c);

static inline const uint16_t *flow_class_pages(const struct flow_classes *c, uint32_t class)
{
	return c->pages + (size_t) class * c->params->nr_nodes;
}

#endif
