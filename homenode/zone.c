#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "homenode/objects.h"

struct hn_zone *hn_zone_new(const char *name)
{
	struct hn_zone *z = xcalloc(1, sizeof(*z));

	zone_init(&z->zone);
	z->zone.name = arena_strdup(&z->arena, name);
	z->zone.device = z->device;
	return z;
}

void hn_zone_free(struct hn_zone *z)
{
	if (z)
		arena_release(&z->arena);
	free(z);
}

int hn_zone_set_vcpus(struct hn_zone *z, uint32_t online, uint32_t most, struct hn_error *err)
{
	if (!online || online > most)
		return lib_fail(err, HN_USAGE, "zone %s cannot have %u vCPUs of %u at most",
				z->zone.name, online, most);
	z->zone.vcpus = online;
	z->zone.vcpus_max = most;
	return 0;
}

static int set_memory(struct hn_zone *z, enum zone_memory_policy policy, int64_t least,
		      int64_t at_boot, int64_t most, struct hn_error *err)
{
	if (least <= 0 || at_boot < least || most < at_boot || least % PAGE_BYTES ||
	    at_boot % PAGE_BYTES || most % PAGE_BYTES)
		return lib_fail(
			err, HN_USAGE,
			"zone %s: its least memory, that at boot and its most are whole pages of "
			"4096 bytes, and none is below the one before",
			z->zone.name);
	z->zone.memory_policy = policy;
	z->zone.memory_min_bytes = least;
	z->zone.memory_initial_bytes = at_boot;
	z->zone.memory_bytes = most;
	return 0;
}

int hn_zone_set_static_memory(struct hn_zone *z, int64_t bytes, struct hn_error *err)
{
	return set_memory(z, ZONE_STATIC, bytes, bytes, bytes, err);
}

int hn_zone_set_dynamic_memory(struct hn_zone *z, int64_t least, int64_t at_boot, int64_t most,
			       struct hn_error *err)
{
	return set_memory(z, ZONE_DYNAMIC, least, at_boot, most, err);
}

int hn_zone_set_nodes(struct hn_zone *z, unsigned nodes, struct hn_error *err)
{
	if (nodes > NODES_MAX)
		return lib_fail(err, HN_USAGE, "zone %s cannot have %u nodes: %u is the most",
				z->zone.name, nodes, NODES_MAX);
	z->zone.numa_nodes = nodes;
	return 0;
}

void hn_zone_set_pv(struct hn_zone *z, bool pv)
{
	z->zone.virt = pv ? ZONE_PV : ZONE_AUTO;
}

int hn_zone_add_device(struct hn_zone *z, const char *device, struct hn_error *err)
{
	if (z->zone.nr_devices == ZONE_DEVICES_MAX)
		return lib_fail(err, HN_USAGE, "zone %s has %u devices, the most there can be",
				z->zone.name, ZONE_DEVICES_MAX);
	z->device[z->zone.nr_devices++] = arena_strdup(&z->arena, device);
	return 0;
}

int hn_zone_set_profile(struct hn_zone *z, const char *profile, struct hn_error *err)
{
	const struct zone_profile *found = zone_profile_find(profile);

	if (!found)
		return lib_fail(err, HN_USAGE,
				"there is no profile \"%s\": they are stream, chase, web, database "
				"and idle",
				profile);
	z->zone.profile = found;
	return 0;
}
