/*
 * Kubernetes' default: the host that is emptiest once the zone is there, in whole per cent,
 * CPUs and memory alike.
 *
 * Source: kubernetes/kubernetes 05c351a9037b, pkg/scheduler/framework/plugins/
 * noderesources/least_allocated.go, weights 1. Kubernetes draws among equals.
 */
#include "choice/choices.h"
#include "choice/scan.h"

static int64_t percent_free(int64_t taken, int64_t capacity)
{
	return taken > capacity ? 0 : (capacity - taken) * 100 / capacity;
}

static double score(const struct fleet *f, uint32_t host, const struct choice_request *r)
{
	const struct host_state *s = f->state[host];
	int64_t bytes = s->host->memory_bytes;

	return (double)((percent_free((int64_t)s->total_vcpus + r->vcpus, host_vcpu_capacity(s)) +
			 percent_free(bytes - s->total_free_bytes + r->bytes, bytes)) /
			2);
}

static uint32_t next(const struct fleet *f, const struct choice_request *r)
{
	return scan_highest(f, r, score);
}

const struct choice choice_least_allocated = {
	.name = "least-allocated",
	.summary = "Kubernetes' default: the highest mean share of CPUs and memory free",
	.source = "kubernetes/kubernetes 05c351a9037b: noderesources/least_allocated.go",
	.next = next,
};
