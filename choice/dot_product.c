/*
 * The host whose free CPUs and memory point least the way the zone does: the least sum of
 * free times asked, each as a share of what the host has. Tetris takes the largest product,
 * of the tasks for one machine; of the machines for one zone the largest is merely the
 * emptiest, so here the least counts, as in FGD's comparison of the two.
 *
 * Source: Grandl et al., "Multi-resource packing for cluster schedulers" (SIGCOMM 2014);
 * Panigrahy et al., "Heuristics for Vector Bin Packing" (2011);
 * hkust-adsl/kubernetes-scheduler-simulator 29a1e4c4c511,
 * pkg/simulator/plugin/dot_product_score.go.
 */
#include "choice/choices.h"
#include "choice/scan.h"

static double score(const struct fleet *f, uint32_t host, const struct choice_request *r)
{
	const struct host_state *s = f->state[host];
	double cpus = host_vcpu_capacity(s), bytes = (double)s->host->memory_bytes;
	double free_cpus = cpus > s->total_vcpus ? cpus - s->total_vcpus : 0;

	return -(free_cpus / cpus * (r->vcpus / cpus) +
		 (double)s->total_free_bytes / bytes * ((double)r->bytes / bytes));
}

static uint32_t next(const struct fleet *f, const struct choice_request *r)
{
	return scan_highest(f, r, score);
}

const struct choice choice_dot_product = {
	.name = "dot-product",
	.summary = "the least product of what is free and what is asked, CPUs and memory",
	.source = "Grandl et al., Multi-resource packing for cluster schedulers, 2014; "
		  "kubernetes-scheduler-simulator 29a1e4c4c511: dot_product_score.go",
	.next = next,
};
