/* Which nodes: the hints of each provider, and their merger. */
#ifndef PLACEMENT_KUBELET_HINTS_H
#define PLACEMENT_KUBELET_HINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "placement/kubelet/kubelet_rules.h"
#include "placement/policy.h"

#define KUBELET_MASKS (1u << KUBELET_NODES_MAX)

/* Sets of sets of nodes, a bit a mask; mask 0 is "any node". */
struct kubelet_masks {
	uint64_t word[KUBELET_MASKS / 64];
};

static inline bool kubelet_has(const struct kubelet_masks *s, nodeset mask)
{
	return (s->word[mask / 64] >> (mask % 64)) & 1;
}

static inline void kubelet_add(struct kubelet_masks *s, nodeset mask)
{
	s->word[mask / 64] |= (uint64_t)1 << (mask % 64);
}

/* One provider's hints. Only the words of the host's masks are written and read. */
struct kubelet_hints {
	struct kubelet_masks has, preferred;
	unsigned least; /* nodes of the narrowest hint; 0: there is none but "any" */
	bool prefers; /* some hint is preferred */
};

struct kubelet_hint {
	nodeset nodes; /* 0: nothing said, any node */
	bool preferred;
};

void kubelet_hints_clear(struct kubelet_hints *out, unsigned nr_nodes);
void kubelet_cpu_hints(const struct policy_input *in, const struct kubelet_rules *rules,
		       struct kubelet_hints *out);
void kubelet_memory_hints(const struct policy_input *in, struct kubelet_hints *out);
/* Of one of the zone's device requests. */
void kubelet_device_hints(const struct policy_input *in, uint32_t request,
			  struct kubelet_hints *out);

/* Intersections of one hint of each provider so far, and those that are preferred: the
 * same mask, or any, from each, all preferred. */
struct kubelet_merge {
	const struct host *host;
	const struct kubelet_rules *rules;
	struct kubelet_masks has, preferred;
	unsigned want; /* nodes of the provider whose narrowest hint is widest */
};

void kubelet_merge_begin(struct kubelet_merge *m, const struct host *h,
			 const struct kubelet_rules *rules);
/* single-numa-node drops hints from `hints` first. */
void kubelet_merge_add(struct kubelet_merge *m, struct kubelet_hints *hints);
/* The best merged hint; all nodes, not preferred, when nothing merges. */
struct kubelet_hint kubelet_merge_best(const struct kubelet_merge *m);

/* Free by the books of the memory manager. */
int64_t kubelet_free_bytes(const struct policy_input *in, unsigned node);

#endif
