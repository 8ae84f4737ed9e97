#include "live/vcpus.h"

void live_zone_set_vcpus(struct live_zone *z, const struct live_vcpu *vcpu, uint32_t nr)
{
	struct live_vnode seen[NODES_MAX];
	uint32_t nr_seen = 0;

	z->vcpus = nr;
	for (uint32_t i = 0; i < nr; i++) {
		uint32_t v = 0;

		while (v < nr_seen &&
		       (seen[v].runs_on != vcpu[i].runs_on || seen[v].prefers != vcpu[i].prefers))
			v++;
		if (v == NODES_MAX)
			v--;
		else if (v == nr_seen)
			seen[nr_seen++] = (struct live_vnode){.runs_on = vcpu[i].runs_on,
							      .prefers = vcpu[i].prefers,
							      .told_node = -1,
							      .memory_bytes = LIVE_UNKNOWN};
		seen[v].vcpus++;
	}
	live_zone_set_vnodes(z, nr_seen ? nr_seen : 1);
	for (uint32_t v = 0; v < nr_seen; v++)
		z->vnode[v] = seen[v];
}
