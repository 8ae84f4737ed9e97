#include <string.h>

#include "plan/plan.h"

bool plan_device_is(const struct host_device *d, enum zone_device_class class)
{
	static const enum host_device_class of[ZONE_DEVICE_CLASSES] = {
		[ZONE_NIC] = DEVICE_NIC, [ZONE_GPU] = DEVICE_GPU, [ZONE_STORAGE] = DEVICE_STORAGE};

	return d->class == of[class];
}

bool plan_zone_names(const struct zone *z, const struct host *h, unsigned device)
{
	enum zone_device_class class;
	uint32_t count;

	for (uint32_t i = 0; i < z->nr_devices; i++) {
		if (!zone_device_any(z->device[i], &class, &count) &&
		    host_find_device(h, z->device[i]) == (int)device)
			return true;
	}
	return false;
}

static bool has_device(const struct plan *p, unsigned device)
{
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (p->device[i] == device)
			return true;
	}
	return false;
}

#define FAR ((uint64_t)1 << 32) /* beyond every distance; unknown places come after */

/* The less the nearer: the vnode that lives with it, then the first vnode's distance. */
static uint64_t remoteness(const struct plan *p, const struct host_device *d)
{
	uint64_t least = 2 * FAR;
	unsigned node;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		if (nodeset_has(d->nodes, p->vnode[v].node))
			return v;
	}
	nodeset_for_each (node, d->nodes) {
		uint64_t distance = host_distance(p->host, p->vnode[0].node, node);

		if (FAR + distance < least)
			least = FAR + distance;
	}
	return least;
}

static bool add_nearest(struct plan *p, const struct host_state *s, enum zone_device_class class)
{
	uint64_t least = UINT64_MAX;
	unsigned best = 0;

	for (unsigned d = 0; d < p->host->nr_devices; d++) {
		const struct host_device *dev = &p->host->device[d];
		uint64_t far;

		if (!plan_device_is(dev, class) || s->device_taken[d] || has_device(p, d) ||
		    plan_zone_names(p->zone, p->host, d))
			continue;
		far = remoteness(p, dev);
		if (far < least) {
			least = far;
			best = d;
		}
	}
	if (least == UINT64_MAX)
		return false;
	p->device[p->nr_devices++] = (uint16_t)best;
	return true;
}

bool plan_fill_devices(struct plan *p, const struct host_state *s)
{
	const struct zone *z = p->zone;

	p->nr_devices = 0;
	for (uint32_t i = 0; i < z->nr_devices; i++) {
		enum zone_device_class class;
		uint32_t count;
		int d;

		if (!zone_device_any(z->device[i], &class, &count)) {
			d = host_find_device(p->host, z->device[i]);
			if (d < 0 || s->device_taken[d])
				return false;
			p->device[p->nr_devices++] = (uint16_t)d;
			continue;
		}
		while (count--) {
			if (!add_nearest(p, s, class))
				return false;
		}
	}
	return true;
}

const char *plan_device_name(const struct plan *p, uint32_t i)
{
	const struct host_device *d = &p->host->device[p->device[i]];
	uint32_t at = 0;

	for (uint32_t e = 0; e < p->zone->nr_devices && at <= i; e++) {
		enum zone_device_class class;
		uint32_t count;

		if (zone_device_any(p->zone->device[e], &class, &count))
			at += count;
		else if (at++ == i)
			return p->zone->device[e];
	}
	return d->nr_names ? d->name[0] : d->pci;
}
