#include "placement/nova/nova.h"

#include "base/units.h"
#include "placement/capacity.h"
#include "placement/device.h"
#include "placement/explain.h"
#include "placement/fill.h"

#define CPU_RATIO 16

struct cell {
	uint8_t node;
	int64_t available_bytes; /* below 0: overcommitted */
	int64_t used_bytes;
	int64_t free_cpus; /* dedicated */
	int64_t cpu_usage;
	uint32_t devices;
	bool fits;
};

struct search {
	const struct policy_input *in;
	const struct nova_rules *rules;
	uint32_t k, vcpus; /* guest cells; vCPUs of each */
	int64_t bytes; /* of each */
	uint32_t nr;
	struct cell cell[NODES_MAX];
	uint32_t short_memory, short_cpus; /* cells that lack it */
};

static bool asked_for(const struct policy_input *in, int device)
{
	for (uint32_t i = 0; i < in->zone->nr_devices; i++) {
		enum zone_device_class class;
		uint32_t count;

		if (zone_device_any(in->zone->device[i], &class, &count)
			    ? plan_device_is(&in->host->device[device], class)
			    : host_find_device(in->host, in->zone->device[i]) == device)
			return true;
	}
	return false;
}

static uint32_t free_devices(const struct policy_input *in, unsigned node)
{
	uint32_t nr = 0;

	for (unsigned d = 0; d < in->host->nr_devices; d++) {
		const struct host_device *dev = &in->host->device[d];

		nr += !in->state->device_taken[d] && nodeset_has(dev->nodes, node) &&
		      (dev->class == DEVICE_NIC || asked_for(in, (int)d));
	}
	return nr;
}

static void find_cells(struct search *s)
{
	const struct host *h = s->in->host;
	unsigned node;

	nodeset_for_each (node, h->usable_nodes) {
		struct policy_node_book book = policy_book(s->in, node);
		struct cell *c = &s->cell[s->nr++];

		*c = (struct cell){
			.node = (uint8_t)node,
			.available_bytes = h->node[node].memory_bytes - book.bytes,
			.used_bytes = book.bytes,
			.free_cpus = (int64_t)h->node[node].nr_cpus - book.vcpus,
			.cpu_usage = book.vcpus,
			.devices = free_devices(s->in, node),
		};
	}
}

/* Negative: a before b. The strongest key first. */
static int order(const struct search *s, const struct cell *a, const struct cell *b)
{
	int sign = s->rules->pack ? -1 : 1;
	int64_t cpus_a = s->rules->shared ? -a->cpu_usage : a->free_cpus;
	int64_t cpus_b = s->rules->shared ? -b->cpu_usage : b->free_cpus;

	if (a->devices != b->devices)
		return (a->devices > b->devices) == (s->in->zone->nr_devices > 0) ? -1 : 1;
	if (cpus_a != cpus_b)
		return cpus_a > cpus_b ? -sign : sign;
	if (a->available_bytes != b->available_bytes)
		return a->available_bytes > b->available_bytes ? -sign : sign;
	return 0;
}

static void sort_cells(struct search *s)
{
	for (uint32_t i = 1; i < s->nr; i++) {
		struct cell c = s->cell[i];
		uint32_t at = i;

		for (; at && order(s, &c, &s->cell[at - 1]) < 0; at--)
			s->cell[at] = s->cell[at - 1];
		s->cell[at] = c;
	}
}

static void fit_cells(struct search *s)
{
	for (uint32_t i = 0; i < s->nr; i++) {
		struct cell *c = &s->cell[i];
		const struct host_node *n = &s->in->host->node[c->node];
		bool memory, cpus;

		if (s->rules->shared) {
			memory = s->bytes <= n->memory_bytes &&
				 s->bytes + c->used_bytes <= n->memory_bytes + n->memory_bytes / 2;
			cpus = s->vcpus <= n->nr_cpus &&
			       c->cpu_usage + s->vcpus <= (int64_t)n->nr_cpus * CPU_RATIO;
		} else {
			memory = s->bytes <= c->available_bytes;
			cpus = s->vcpus <= c->free_cpus;
		}
		c->fits = memory && cpus;
		s->short_memory += !memory;
		s->short_cpus += !cpus;
	}
}

/* Of a named device; 0: unknown, or a class. */
static nodeset device_nodes(const struct policy_input *in, uint32_t d)
{
	enum zone_device_class class;
	uint32_t count;

	return zone_device_any(in->zone->device[d], &class, &count) ? 0 : fill_device_nodes(in, d);
}

/* Free devices of the class on these nodes, or of unknown place. */
static uint32_t class_on(const struct search *s, enum zone_device_class class, nodeset nodes)
{
	uint32_t nr = 0;

	for (unsigned d = 0; d < s->in->host->nr_devices; d++) {
		nodeset owners = s->in->host->device[d].nodes;

		nr += device_free(s->in, class, d) && (!owners || owners & nodes);
	}
	return nr;
}

/* Can so many of the class be had with at most `left` more cells from `from` on? Those
 * that add most are taken first, which is exact while a device has one node. */
static bool class_coverable(const struct search *s, uint32_t device, nodeset chosen, uint32_t from,
			    uint32_t left)
{
	enum zone_device_class class;
	uint32_t count, nr;

	if (!zone_device_any(s->in->zone->device[device], &class, &count))
		return true;
	while ((nr = class_on(s, class, chosen)) < count && left--) {
		nodeset best = chosen;

		for (uint32_t i = from; i < s->nr; i++) {
			nodeset with = chosen | nodeset_of(s->cell[i].node);

			if (s->cell[i].fits && class_on(s, class, with) > nr) {
				nr = class_on(s, class, with);
				best = with;
			}
		}
		if (best == chosen)
			return false;
		chosen = best;
	}
	return nr >= count;
}

/* Can cells from `from` on, at most `left` of them, cover devices from `d` on? */
static bool coverable(const struct search *s, uint32_t d, nodeset chosen, uint32_t from,
		      uint32_t left)
{
	nodeset owners;

	if (d == s->in->zone->nr_devices) {
		for (uint32_t i = 0; i < d; i++) {
			if (!class_coverable(s, i, chosen, from, left))
				return false;
		}
		return true;
	}
	owners = device_nodes(s->in, d);
	if (!owners || owners & chosen)
		return coverable(s, d + 1, chosen, from, left);
	if (!left)
		return false;
	for (uint32_t i = from; i < s->nr; i++) {
		const struct cell *c = &s->cell[i];

		if (c->fits && nodeset_has(owners, c->node) &&
		    coverable(s, d + 1, chosen | nodeset_of(c->node), from, left - 1))
			return true;
	}
	return false;
}

/* The first k fitting cells after which the rest can still be had. */
static uint32_t choose(const struct search *s, uint8_t *node)
{
	uint32_t nr = 0, fitting = 0;
	nodeset chosen = 0;

	for (uint32_t i = 0; i < s->nr; i++)
		fitting += s->cell[i].fits;
	for (uint32_t i = 0; i < s->nr && nr < s->k; i++) {
		const struct cell *c = &s->cell[i];

		if (!c->fits)
			continue;
		if (fitting-- + nr < s->k)
			return nr;
		if (!coverable(s, 0, chosen | nodeset_of(c->node), i + 1, s->k - nr - 1))
			continue;
		chosen |= nodeset_of(c->node);
		node[nr++] = c->node;
	}
	return nr;
}

static int asymmetric(const struct search *s, struct error *err)
{
	return error_set(err, ERR_INFEASIBLE,
			 "ImageNUMATopologyAsymmetric: %u vCPUs and %lld MiB do not divide into %u "
			 "equal cells",
			 s->in->zone->vcpus, (long long)(zone_boot_bytes(s->in->zone) / MIB), s->k);
}

static int no_fit(const struct search *s, uint32_t fitting, struct error *err)
{
	char bytes[32];

	if (!err)
		return ERR_NO_ROOM;
	return error_set(
		err, ERR_NO_ROOM,
		"NUMATopologyFilter: the instance does not fit on this host: %u cell%s of %u %s "
		"vCPUs and %s asked, %u of %u cells of host %s have that (%u are short of memory, "
		"%u of CPUs)%s",
		s->k, s->k == 1 ? "" : "s", s->vcpus, s->rules->shared ? "shared" : "dedicated",
		bytes_text(s->bytes, bytes, sizeof(bytes)), fitting, s->nr, s->in->host->name,
		s->short_memory, s->short_cpus,
		fitting >= s->k ? "; no such set has the devices' nodes" : "");
}

static void explain_choice(const struct search *s, const struct plan *p)
{
	struct sentence t;

	sentence_set(&t, "cells tried in order:");
	for (uint32_t i = 0; i < s->nr; i++)
		sentence_add(&t, " %u%s", node_name(s->in->host, s->cell[i].node),
			     s->cell[i].fits ? "" : " (does not fit)");
	explain_add(s->in->why, "%s", t.text);
	explain_add(s->in->why,
		    "%s of %u cells, first fit in that order; distances are not looked at",
		    s->k == 1 ? "a guest" : "guest", p->nr_vnodes);
}

int nova_place(const struct policy_input *in, const struct nova_rules *rules, struct plan *out,
	       struct error *err)
{
	const struct zone *z = in->zone;
	int64_t bytes = zone_boot_bytes(z);
	struct search s = {.in = in, .rules = rules};
	uint8_t node[NODES_MAX];
	uint32_t fitting = 0;

	s.k = z->numa_nodes ? z->numa_nodes : fill_count(in);
	if (z->vcpus % s.k || (s.k > 1 && bytes % (s.k * MIB)))
		return asymmetric(&s, err);
	s.vcpus = z->vcpus / s.k;
	s.bytes = bytes / s.k;
	find_cells(&s);
	if (s.nr > s.k)
		sort_cells(&s);
	fit_cells(&s);
	for (uint32_t i = 0; i < s.nr; i++)
		fitting += s.cell[i].fits;
	if (s.k > s.nr || choose(&s, node) < s.k)
		return no_fit(&s, fitting, err);
	fill_order(in, node, s.k, out);
	out->told = z->virt == ZONE_PV ? PLAN_TOLD_FLAT : PLAN_TOLD_VNUMA;
	out->memory_rule = PLAN_MEMORY_STRICT;
	fill_vcpus(out);
	fill_memory_evenly(out);
	if (in->why)
		explain_choice(&s, out);
	return plan_fill_memory(out, in->state, err);
}

int64_t nova_capacity(const struct policy_input *in)
{
	return capacity_one_node(in, in->zone->numa_nodes ? in->zone->numa_nodes : fill_count(in));
}
