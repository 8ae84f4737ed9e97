#include "live/away.h"

/* What the guest was told lies on the node; LIVE_UNKNOWN. */
static int64_t told_bytes(const struct live_zone *z, unsigned node)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < z->nr_vnodes; i++) {
		if (z->vnode[i].told_node != (int)node)
			continue;
		if (z->vnode[i].memory_bytes == LIVE_UNKNOWN)
			return LIVE_UNKNOWN;
		sum += z->vnode[i].memory_bytes;
	}
	return sum;
}

static bool is_told(const struct live_zone *z)
{
	for (uint32_t i = 0; i < z->nr_vnodes; i++)
		if (z->vnode[i].told_node < 0)
			return false;
	return true;
}

/* A guest with one node has no wrong one, and one that was told of one alone believes in none. */
static int64_t wrong_bytes(const struct live_sample *s, const struct live_zone *z, nodeset home)
{
	int64_t wrong = 0;
	unsigned node;

	if (nodeset_count(home) == 1)
		return 0;
	if (!is_told(z))
		return LIVE_UNKNOWN;
	nodeset_for_each (node, home) {
		int64_t told = told_bytes(z, node);

		if (told == LIVE_UNKNOWN || node >= s->host->nr_nodes)
			return LIVE_UNKNOWN;
		if (z->node_bytes[node] > told)
			wrong += z->node_bytes[node] - told;
	}
	return wrong;
}

void live_away_of(const struct live_sample *s, const struct live_zone *z, struct live_away *out)
{
	*out = (struct live_away){live_zone_home(s, z), LIVE_UNKNOWN, LIVE_UNKNOWN, LIVE_UNKNOWN};
	if (live_zone_bytes(s, z) == LIVE_UNKNOWN)
		return;
	out->known_bytes = live_zone_bytes(s, z) - z->unknown_bytes;
	if (!out->home)
		return;
	out->off_bytes = 0;
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		if (!nodeset_has(out->home, n))
			out->off_bytes += z->node_bytes[n];
	out->wrong_bytes = wrong_bytes(s, z, out->home);
}

int64_t live_away_bytes(const struct live_away *a)
{
	if (a->off_bytes == LIVE_UNKNOWN)
		return LIVE_UNKNOWN;
	return a->off_bytes + (a->wrong_bytes == LIVE_UNKNOWN ? 0 : a->wrong_bytes);
}
