/*
 * Compact or scatter? Eight cases of one zone on two nodes of a host.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/compare/compare.h"

/* The smaller of the host's usable nodes, in CPUs and in memory. */
static void smallest_node(const struct host *h, uint32_t *cpus, int64_t *bytes)
{
	unsigned n;

	*cpus = UINT32_MAX;
	*bytes = INT64_MAX;
	nodeset_for_each (n, h->usable_nodes) {
		if (h->node[n].nr_cpus < *cpus)
			*cpus = h->node[n].nr_cpus;
		if (h->node[n].memory_bytes < *bytes)
			*bytes = h->node[n].memory_bytes;
	}
}

static void fill_zone(struct zone *z, const char *name, uint32_t vcpus, int64_t bytes)
{
	zone_init(z);
	z->name = name;
	z->vcpus = z->vcpus_max = vcpus;
	z->memory_policy = ZONE_STATIC;
	z->virt = ZONE_PVH;
	z->memory_bytes = z->memory_initial_bytes = z->memory_min_bytes =
		bytes / PAGE_BYTES * PAGE_BYTES;
}

/* A stream on every node with half its CPUs, so that all channels are busy. */
static struct zone_list busy_host(struct compare *c, uint32_t cpus, int64_t bytes)
{
	const struct host *h = c->host;
	struct zone_list l = {.zone = arena_alloc(&c->arena, h->nr_nodes * sizeof(struct zone))};
	unsigned n;

	nodeset_for_each (n, h->usable_nodes) {
		struct zone *z = &l.zone[l.nr++];

		fill_zone(z, arena_printf(&c->arena, "neighbour-%u", h->node[n].os_index),
			  cpus > 1 ? cpus / 2 : 1, bytes / 4);
		z->numa_nodes = 1;
		z->profile = zone_profile_find("stream");
	}
	return l;
}

/* Half the CPUs of each node, so that neighbours and zone have cores of their own. */
static struct zone_list one_zone(struct compare *c, const char *kind, bool shared, uint32_t cpus,
				 int64_t bytes)
{
	struct zone_list l = {.zone = arena_alloc(&c->arena, sizeof(struct zone)), .nr = 1};
	struct zone_profile *profile = arena_alloc(&c->arena, sizeof(*profile));

	*profile = *zone_profile_find(kind);
	profile->sharing_share_ppm = shared ? 500000 : 0;
	fill_zone(l.zone, kind, 2 * (cpus > 1 ? cpus / 2 : 1), bytes);
	l.zone->profile = profile;
	l.zone->numa_nodes = 2;
	return l;
}

int compare_question(struct compare *c, struct error *err)
{
	static const char *const kind[] = {"stream", "chase"};
	const struct zone_list nobody = {0};
	struct zone_list neighbours;
	uint32_t cpus;
	int64_t bytes;
	int rc = 0;

	if (nodeset_count(c->host->usable_nodes) < 2)
		return error_set(err, ERR_CANNOT,
				 "host %s has no two nodes with CPUs and memory to choose from",
				 c->host->name);
	c->question = true;
	smallest_node(c->host, &cpus, &bytes);
	neighbours = busy_host(c, cpus, bytes);
	for (int i = 0; i < 8 && !rc; i++) {
		bool shared = i & 2, busy = i & 1;
		struct zone_list zone = one_zone(c, kind[i / 4], shared, cpus, bytes);
		char *label =
			arena_printf(&c->arena, "%s, %s, %s", kind[i / 4],
				     shared ? "shared" : "private", busy ? "neighbours" : "alone");

		rc = compare_zones(c, label, &zone, busy ? &neighbours : &nobody, err);
	}
	return rc;
}
