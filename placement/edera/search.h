/* The search that edera.c and edera_count.c share: nodes chosen one after the other. */
#ifndef PLACEMENT_EDERA_SEARCH_H
#define PLACEMENT_EDERA_SEARCH_H

#include "placement/policy.h"

/* A zone being placed. Nodes move from `left` to order[] as they are chosen. */
struct edera_search {
	const struct policy_input *in;
	bool scatter;
	uint32_t count; /* asked for; 0: until the CPUs suffice */
	int64_t pages; /* the zone's, at boot */
	int64_t most_pages; /* and at its maximum */
	nodeset left; /* candidates not chosen yet */
	nodeset ample; /* explicit count: candidates with room for a larger share too */
	uint32_t vcpus, cpus; /* wanted; CPUs of the nodes chosen so far */
	uint32_t nr, homes; /* nodes chosen, and those of them with memory: the first ones */
	uint8_t order[NODES_MAX];
};

/* Of the boot memory, the i-th of `of` even shares. */
static inline int64_t edera_share(const struct edera_search *s, uint32_t of, uint32_t i)
{
	return (s->pages / of + (i < s->pages % of)) * PAGE_BYTES;
}

static inline unsigned edera_cpus(const struct edera_search *s, unsigned node)
{
	return s->in->host->node[node].nr_cpus;
}

static inline void edera_choose(struct edera_search *s, unsigned node)
{
	s->order[s->nr++] = (uint8_t)node;
	s->left &= ~nodeset_of(node);
	s->cpus += edera_cpus(s, node);
}

/* The next node of `nodes`, not empty, by the rule; explained. */
void edera_choose_from(struct edera_search *s, nodeset nodes);
/* An explicit count: exactly s->count nodes, or ERR_INFEASIBLE. */
int edera_choose_count(struct edera_search *s, struct error *err) MUST_USE;

#endif
