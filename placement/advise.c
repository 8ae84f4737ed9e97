/* What would have made a refused zone fit: asked of the policy, not guessed. */
#include "base/units.h"
#include "placement/explain.h"
#include "placement/policy.h"

/* Would this zone be placed? The plan is scratch; random draws are not used up. */
static bool fits(const struct policy *policy, const struct policy_input *in, const struct zone *z,
		 struct plan *scratch)
{
	struct policy_input ask = *in;
	struct rng rng;

	ask.zone = z;
	ask.why = NULL;
	if (in->rng) {
		rng = *in->rng;
		ask.rng = &rng;
	}
	return policy_place(policy, &ask, scratch, NULL) == 0;
}

static bool advise_spread(const struct policy *policy, const struct policy_input *in,
			  struct plan *scratch, struct explain *why)
{
	static const enum zone_spread spread[] = {ZONE_COMPACT, ZONE_SCATTER};

	for (unsigned i = 0; i < 2; i++) {
		struct zone z = *in->zone;

		if (z.spread == spread[i])
			continue;
		z.spread = spread[i];
		if (!fits(policy, in, &z, scratch))
			continue;
		explain_add(why, "would fit with placement %s", zone_spread_name(spread[i]));
		return true;
	}
	return false;
}

static bool advise_count(const struct policy *policy, const struct policy_input *in,
			 struct plan *scratch, struct explain *why)
{
	struct zone z = *in->zone;
	bool any = false;

	for (z.numa_nodes = 1; z.numa_nodes <= in->host->nr_nodes; z.numa_nodes++) {
		if (z.numa_nodes == in->zone->numa_nodes || !fits(policy, in, &z, scratch))
			continue;
		explain_add(why, "would fit with numa_nodes %u", z.numa_nodes);
		any = true;
		break;
	}
	z.numa_nodes = 0;
	if (in->zone->numa_nodes == 0 || !fits(policy, in, &z, scratch))
		return any;
	if (scratch->spilled_bytes) {
		char spilled[32];

		explain_add(why, "would fit without numa_nodes, with %s spilled to other nodes",
			    bytes_text(scratch->spilled_bytes, spilled, sizeof(spilled)));
	} else {
		explain_add(why, "would fit without numa_nodes");
	}
	return true;
}

static struct zone with_memory(const struct zone *z, int64_t bytes)
{
	struct zone less = *z;

	less.memory_initial_bytes = bytes;
	if (z->memory_policy == ZONE_STATIC)
		less.memory_bytes = bytes;
	if (less.memory_min_bytes > bytes)
		less.memory_min_bytes = bytes;
	return less;
}

static struct zone with_maximum(const struct zone *z, int64_t bytes)
{
	struct zone less = *z;

	less.memory_bytes = bytes;
	if (less.memory_initial_bytes > bytes)
		less.memory_initial_bytes = bytes;
	if (less.memory_min_bytes > bytes)
		less.memory_min_bytes = bytes;
	return less;
}

/* The most below `over` MiB; 0: none. In MiB: what a person would write down. */
static int64_t most_mib(const struct policy *policy, const struct policy_input *in,
			struct zone (*with)(const struct zone *z, int64_t bytes), int64_t over,
			struct plan *scratch)
{
	int64_t fit = 0;

	while (over - fit > 1) {
		int64_t middle = fit + (over - fit) / 2;
		struct zone z = with(in->zone, middle * MIB);

		if (fits(policy, in, &z, scratch))
			fit = middle;
		else
			over = middle;
	}
	return fit;
}

static bool advise_memory(const struct policy *policy, const struct policy_input *in,
			  struct plan *scratch, struct explain *why)
{
	int64_t boot = (zone_boot_bytes(in->zone) + MIB - 1) / MIB;
	int64_t fit = most_mib(policy, in, with_memory, boot, scratch);
	char text[32];

	if (fit)
		explain_add(why, "would fit with at most %s of memory%s",
			    bytes_exact(fit * MIB, text, sizeof(text)),
			    in->zone->memory_policy == ZONE_STATIC ? "" : " at boot");
	if (fit || in->zone->memory_policy == ZONE_STATIC)
		return fit > 0;
	fit = most_mib(policy, in, with_maximum, (in->zone->memory_bytes + MIB - 1) / MIB, scratch);
	if (!fit)
		return false;
	explain_add(why, "would fit with a maximum of at most %s",
		    bytes_exact(fit * MIB, text, sizeof(text)));
	return true;
}

static bool advise_vcpus(const struct policy *policy, const struct policy_input *in,
			 struct plan *scratch, struct explain *why)
{
	struct zone z = *in->zone;
	uint32_t fit = 0, over = z.vcpus;

	while (over - fit > 1) {
		z.vcpus = fit + (over - fit) / 2;
		if (fits(policy, in, &z, scratch))
			fit = z.vcpus;
		else
			over = z.vcpus;
	}
	if (!fit)
		return false;
	explain_add(why, "would fit with at most %u vCPU%s", fit, fit == 1 ? "" : "s");
	return true;
}

static bool advise_devices(const struct policy *policy, const struct policy_input *in,
			   struct plan *scratch, struct explain *why)
{
	struct zone z = *in->zone;

	if (!z.nr_devices)
		return false;
	z.nr_devices = 0;
	if (!fits(policy, in, &z, scratch))
		return false;
	if (in->zone->nr_devices == 1)
		explain_add(why, "would fit without device %s", in->zone->device[0]);
	else
		explain_add(why, "would fit without its %u devices", in->zone->nr_devices);
	return true;
}

void policy_advise(const struct policy *policy, const struct policy_input *in, struct explain *why)
{
	struct plan scratch;
	bool any = advise_spread(policy, in, &scratch, why);

	any = advise_count(policy, in, &scratch, why) || any;
	any = advise_memory(policy, in, &scratch, why) || any;
	any = advise_vcpus(policy, in, &scratch, why) || any;
	any = advise_devices(policy, in, &scratch, why) || any;
	if (!any)
		explain_add(why, "no single change of placement, numa_nodes, memory, vCPUs or "
				 "devices would make it fit");
}
