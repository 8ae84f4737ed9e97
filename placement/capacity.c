#include "placement/capacity.h"

#include <stdlib.h>

#include "base/units.h"
#include "placement/fill.h"

static int descending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

int64_t capacity_distinct(int64_t *unit, uint32_t nr, uint32_t k)
{
	int64_t sum = 0, best = INT64_MAX;

	if (nr < k)
		return 0;
	qsort(unit, nr, sizeof(*unit), descending);
	for (uint32_t i = 0; i < nr; i++)
		sum += unit[i];
	for (uint32_t j = 0; j < k; j++) {
		int64_t most = sum / (k - j);

		best = most < best ? most : best;
		sum -= unit[j];
	}
	return best;
}

/* How many more zones the host's sums admit: free memory, and vCPUs under the limit. */
static int64_t by_sums(const struct policy_input *in)
{
	const struct host_state *s = in->state;
	int64_t by_memory = s->total_free_bytes / zone_boot_bytes(in->zone);
	int64_t by_vcpus = INT64_MAX;

	if (s->vcpus_limit != UINT32_MAX)
		by_vcpus = s->vcpus_limit > s->total_vcpus
				   ? (s->vcpus_limit - s->total_vcpus) / in->zone->vcpus
				   : 0;
	return by_memory < by_vcpus ? by_memory : by_vcpus;
}

/* Zones cut over k nodes. The vCPU limit is the host's, so nodes count memory only. */
static int64_t local_over(const struct policy_input *in, uint32_t k)
{
	int64_t pages = zone_boot_bytes(in->zone) / PAGE_BYTES;
	int64_t share = pages > k ? pages / k * PAGE_BYTES : PAGE_BYTES;
	int64_t unit[NODES_MAX];
	uint32_t nr = 0;
	unsigned n;

	nodeset_for_each (n, in->host->usable_nodes)
		unit[nr++] = in->state->free_bytes[n] / share;
	return capacity_distinct(unit, nr, k);
}

static int64_t local_bound(const struct policy_input *in)
{
	uint32_t nodes = nodeset_count(in->host->usable_nodes), asked = in->zone->numa_nodes;
	int64_t sums = by_sums(in), local = 0;

	for (uint32_t k = asked ? asked : fill_count(in); k <= nodes; k++) {
		int64_t most = local_over(in, k);

		local = most > local ? most : local;
		if (asked)
			break;
	}
	return local < sums ? local : sums;
}

int64_t capacity_one_node(const struct policy_input *in, uint32_t k)
{
	int64_t bytes = zone_boot_bytes(in->zone), sum = 0, most = by_sums(in);
	unsigned n;

	if (k != 1 || in->zone->nr_devices)
		return CAPACITY_UNKNOWN;
	nodeset_for_each (n, in->host->usable_nodes) {
		const struct host_node *node = &in->host->node[n];
		struct policy_node_book book = policy_book(in, n);
		int64_t cpus = (int64_t)node->nr_cpus - book.vcpus;
		int64_t by_memory = in->state->free_bytes[n] / bytes;
		int64_t by_cpus = cpus > 0 ? cpus / in->zone->vcpus : 0;

		if (node->memory_bytes - node->memory_bytes % PAGE_BYTES - book.bytes !=
		    in->state->free_bytes[n])
			return CAPACITY_UNKNOWN;
		sum += by_memory < by_cpus ? by_memory : by_cpus;
	}
	return sum < most ? sum : most;
}

/* The policy's own formula, or the sums where they decide alone (struct policy,
 * `sums_suffice`). */
static int64_t formula(const struct policy *policy, const struct policy_input *in)
{
	const struct zone *z = in->zone;
	uint32_t cpus = 0;
	unsigned n;

	if (policy->capacity)
		return policy->capacity(in);
	if (!policy->sums_suffice || z->numa_nodes || z->nr_devices)
		return CAPACITY_UNKNOWN;
	nodeset_for_each (n, in->host->usable_nodes)
		cpus += in->host->node[n].nr_cpus;
	return cpus >= z->vcpus ? by_sums(in) : CAPACITY_UNKNOWN;
}

void capacity_replay(const struct policy *policy, struct host_state *state,
		     struct policy_memory *memory, uint64_t first_id, const struct zone *zone,
		     int64_t most, struct rng *rng, struct capacity *out)
{
	const struct policy_input in = {
		.host = state->host, .state = state, .zone = zone, .rng = rng, .memory = memory};
	struct plan_locality l;
	struct plan plan;

	*out = (struct capacity){.formula = formula(policy, &in), .local_bound = local_bound(&in)};
	while (out->fit < most && policy_place(policy, &in, &plan, &out->refused) == 0) {
		host_state_take(state, &plan);
		policy_note_start(memory, first_id + (uint64_t)out->fit, &plan);
		out->fit++;
		plan_locality(&plan, plan.memory, plan.nr_memory, &l);
		out->local += l.local_bytes == l.resident_bytes;
		out->spilled_bytes += plan.spilled_bytes;
	}
}
