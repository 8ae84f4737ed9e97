#include "bench/accounts/swing.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/stats.h"
#include "base/units.h"
#include "schema/schema.h"

/* Compared as bytes: no holes. */
struct swing_group {
	int64_t memory_bytes, boot_bytes, demand_bytes_per_s;
	uint32_t vcpus, vcpus_max, numa_nodes, nr_devices;
	uint32_t spread, virt, memory_policy;
	uint32_t read_ppm, stall_ppm, sharing_ppm, parallelism, has_profile;
};
_Static_assert(sizeof(struct swing_group) == 3 * 8 + 12 * 4, "holes are compared too");

void swing_release(struct swing *s)
{
	free(s->group);
	map_release(&s->by_hash);
	free(s->launch);
	*s = (struct swing){0};
}

static struct swing_group describe(const struct zone *z)
{
	const struct zone_profile *p = z->profile;
	struct swing_group g = {
		.memory_bytes = z->memory_bytes,
		.boot_bytes = zone_boot_bytes(z),
		.vcpus = z->vcpus,
		.vcpus_max = z->vcpus_max,
		.numa_nodes = z->numa_nodes,
		.nr_devices = z->nr_devices,
		.spread = z->spread,
		.virt = z->virt,
		.memory_policy = z->memory_policy,
	};

	if (p) {
		g.has_profile = 1;
		g.demand_bytes_per_s = p->demand_bytes_per_s;
		g.read_ppm = p->read_share_ppm;
		g.stall_ppm = p->stall_share_ppm;
		g.sharing_ppm = p->sharing_share_ppm;
		g.parallelism = p->parallelism;
	}
	return g;
}

static uint64_t hash(const struct swing_group *g)
{
	uint64_t word[sizeof(*g) / 8], h = 0;

	memcpy(word, g, sizeof(word));
	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		h = map_mix(h, word[i]);
	return h;
}

static uint32_t find_group(struct swing *s, const struct swing_group *wanted)
{
	struct swing_group g = *wanted;
	uint64_t h = hash(&g);
	size_t at;

	for (uint32_t i = map_first(&s->by_hash, h, &at); i != MAP_NONE;
	     i = map_next(&s->by_hash, h, &at)) {
		if (!memcmp(&s->group[i], &g, sizeof(g)))
			return i;
	}
	map_add(&s->by_hash, h, (uint32_t)s->nr_groups);
	s->group = grow(s->group, &s->cap_groups, s->nr_groups, sizeof(*s->group));
	s->group[s->nr_groups] = g;
	return (uint32_t)s->nr_groups++;
}

uint32_t swing_group(struct swing *s, const struct zone *z)
{
	struct swing_group g = describe(z);

	return find_group(s, &g);
}

void swing_join(struct swing *s, const struct swing *other)
{
	uint32_t *same = xcalloc(other->nr_groups + 1, sizeof(*same));

	for (size_t i = 0; i < other->nr_groups; i++)
		same[i] = find_group(s, &other->group[i]);
	for (size_t i = 0; i < other->nr; i++)
		swing_add(s, same[other->launch[i].group], other->launch[i].performance_ppm);
	free(same);
}

void swing_add(struct swing *s, uint32_t group, int64_t performance_ppm)
{
	s->launch = grow(s->launch, &s->cap, s->nr, sizeof(*s->launch));
	s->launch[s->nr++] = (struct swing_launch){group, (uint32_t)performance_ppm};
}

_Static_assert(sizeof(struct swing_launch) == sizeof(int64_t), "they share scratch");

static uint64_t sort_key(const struct swing_launch *l)
{
	return (uint64_t)l->group << 32 | l->performance_ppm;
}

/* By group, then by performance: from the last of the digits of 11 bits that differ to the
 * first, each time in the order of the time before. `to` is scratch. */
static void sort_launches(struct swing_launch *from, struct swing_launch *to, size_t nr)
{
	uint64_t differ = 0;

	for (size_t i = 1; i < nr; i++)
		differ |= sort_key(&from[i]) ^ sort_key(&from[0]);
	for (unsigned shift = 0; shift < 64 && differ >> shift; shift += 11) {
		size_t at[2049] = {0};

		for (size_t i = 0; i < nr; i++)
			at[(sort_key(&from[i]) >> shift & 2047) + 1]++;
		for (size_t k = 0; k < 2048; k++)
			at[k + 1] += at[k];
		for (size_t i = 0; i < nr; i++)
			to[at[sort_key(&from[i]) >> shift & 2047]++] = from[i];
		memcpy(from, to, nr * sizeof(*from));
	}
}

/* Relative to each group's median, the small groups dropped; how many are left. */
static size_t normalise(const struct swing_launch *l, size_t nr, int64_t *out)
{
	size_t kept = 0;

	for (size_t i = 0, end; i < nr; i = end) {
		uint32_t middle;

		for (end = i; end < nr && l[end].group == l[i].group; end++)
			;
		middle = l[i + percentile_index(end - i, 50)].performance_ppm;
		if (end - i < SWING_LAUNCHES || !middle)
			continue;
		for (size_t k = i; k < end; k++)
			out[kept++] = ppm(l[k].performance_ppm, middle);
	}
	return kept;
}

int64_t swing_ppm(struct swing *s)
{
	int64_t *relative = xcalloc(s->nr + 1, sizeof(*relative)), found = FIGURE_UNKNOWN;
	size_t nr = 0;

	if (s->nr) {
		sort_launches(s->launch, (struct swing_launch *)relative, s->nr);
		nr = normalise(s->launch, s->nr, relative);
	}
	if (nr)
		found = spread_of(relative, nr).ppm;
	free(relative);
	return found;
}
