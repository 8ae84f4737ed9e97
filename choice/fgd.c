/*
 * Fragmentation gradient descent: the host on which the zone leaves least memory that those
 * who come cannot use, less what was so before (choice/fragment.h). A host's parts are its
 * nodes' memory, its pool the vCPUs; those who come are taken to be like those who came.
 * For a zone of one node the node is tried that serves this best, for several the lowest
 * with room: where it really goes is the policy's. A host where no nodes have its share
 * free comes last.
 *
 * Source: Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with
 * Fragmentation Gradient Descent" (USENIX ATC 2023);
 * hkust-adsl/kubernetes-scheduler-simulator 5b6b304d9ca2,
 * pkg/simulator/plugin/fgd_score.go. Theirs are GPUs and the typical pods of the workload,
 * known before; its scores are whole per cent of a sigmoid.
 */
#include <float.h>

#include "choice/choices.h"
#include "choice/scan.h"

/* Take the share from the first nodes with room, from `from` on. */
static bool take(int64_t *free, uint32_t nr, uint32_t from, int64_t share, uint32_t nodes)
{
	for (uint32_t i = from; nodes && i < nr; i++) {
		if (free[i] < share)
			continue;
		free[i] -= share;
		nodes--;
	}
	return !nodes;
}

static double score(const struct fleet *f, uint32_t host, const struct choice_request *r)
{
	const struct host_state *s = f->state[host];
	int64_t free[NODES_MAX], pool = host_free_vcpus(f->state[host]);
	uint32_t nodes = zone_nodes_on(r->zone, s->host), nr = 0;
	int64_t share = r->bytes / nodes;
	double before, best = -DBL_MAX;
	unsigned node;

	nodeset_for_each (node, s->host->usable_nodes) {
		free[nr++] = s->free_bytes[node];
	}
	before = fragment_of(&f->asked, free, nr, pool);
	for (uint32_t from = 0; from < (nodes == 1 ? nr : 1); from++) {
		int64_t after[NODES_MAX];
		double gain;

		for (uint32_t i = 0; i < nr; i++)
			after[i] = free[i];
		if ((nodes == 1 && free[from] < share) || !take(after, nr, from, share, nodes))
			continue;
		gain = before - fragment_of(&f->asked, after, nr, pool - r->vcpus);
		best = gain > best ? gain : best;
	}
	return best;
}

static uint32_t next(const struct fleet *f, const struct choice_request *r)
{
	return scan_highest(f, r, score);
}

const struct choice choice_fgd = {
	.name = "fgd",
	.summary = "the host on which the zone adds least memory that others cannot use",
	.source = "Weng et al., Beware of Fragmentation, 2023; "
		  "kubernetes-scheduler-simulator 5b6b304d9ca2: fgd_score.go",
	.next = next,
	.learns = true,
};
