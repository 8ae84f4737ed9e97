/*
 * The host whose nodes differ most in what they have left, among those where a node has
 * room: what one node lacks is used up on the other. A node has left the lesser of its
 * shares of free CPUs and free memory. A zone for several nodes goes to the lowest host
 * with room, and so does every zone where no host's nodes differ.
 *
 * Source: ChanTinPing/SPANE dad74f5f189d, baseline_agent/balance_fit.py (INFOCOM 2025), for
 * hosts of two nodes; the rule is from SchedRL (mail-ecnu/VMAgent). With more nodes it is
 * the fullest and the emptiest that differ here. Which of the nodes takes the zone is the
 * policy's; theirs takes the emptier one.
 */
#include "choice/choices.h"
#include "choice/scan.h"

/* Floating point, as in the source: which of two hosts differs more is a matter of its
 * last digit where both differ by the same fraction. */
static double share_left(const struct host_state *s, unsigned node, double vcpus_a_cpu)
{
	const struct host_node *n = &s->host->node[node];
	double cpus = n->nr_cpus * vcpus_a_cpu;
	double cpu_share = (cpus - s->vcpus[node]) / cpus;
	double memory_share = (double)s->free_bytes[node] / (double)n->memory_bytes;
	double least = cpu_share < memory_share ? cpu_share : memory_share;

	return least > 0 ? least : 0;
}

static double score(const struct fleet *f, uint32_t host, const struct choice_request *r)
{
	const struct host_state *s = f->state[host];
	double per_cpu = (double)host_vcpu_capacity(s) / s->host->nr_cpus, least = 1, most = 0;
	bool fits = false;
	unsigned node;

	if (zone_nodes_on(r->zone, s->host) > 1)
		return 0;
	nodeset_for_each (node, s->host->usable_nodes) {
		double left = share_left(s, node, per_cpu);

		least = left < least ? left : least;
		most = left > most ? left : most;
		fits |= s->free_bytes[node] >= r->bytes &&
			s->vcpus[node] + r->vcpus <= s->host->node[node].nr_cpus * per_cpu;
	}
	return fits ? most - least : 0;
}

static uint32_t next(const struct fleet *f, const struct choice_request *r)
{
	return scan_highest(f, r, score);
}

const struct choice choice_balance_fit = {
	.name = "balance-fit",
	.summary = "the host whose nodes differ most in what they have left",
	.source = "ChanTinPing/SPANE dad74f5f189d: baseline_agent/balance_fit.py",
	.next = next,
};
