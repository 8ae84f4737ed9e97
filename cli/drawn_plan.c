#include "cli/drawn_plan.h"

#include <stdlib.h>

#include "base/units.h"

/* "32 vCPUs, 24 GiB on nodes 5 4, told vnuma, 2 GiB of it elsewhere; nic0" */
static const char *placed_line(const struct plan *p, struct arena *a)
{
	char memory[32], spilled[32], *nodes = plan_nodes_text(p);
	const char *text =
		arena_printf(a, "%u vCPU%s, %s on node%s %s, told %s", p->zone->vcpus,
			     p->zone->vcpus == 1 ? "" : "s",
			     bytes_text(plan_memory_bytes(p), memory, sizeof(memory)),
			     p->nr_vnodes == 1 ? "" : "s", nodes, plan_told_name(p->told));

	free(nodes);
	if (p->spilled_bytes)
		text = arena_printf(a, "%s; %s of it did not fit there", text,
				    bytes_text(p->spilled_bytes, spilled, sizeof(spilled)));
	if (!p->pinned && p->nr_vnodes > 1)
		text = arena_printf(a, "%s; its vCPUs float over all of these nodes", text);
	for (uint32_t d = 0; d < p->nr_devices; d++)
		text = arena_printf(a, "%s%s %s", text, d ? "," : "; device",
				    plan_device_name(p, d));
	return text;
}

/* As cli/drawn_host.c names them. */
static void add_devices(struct drawn_zone *z, const struct plan *p, struct arena *a)
{
	const char **name = arena_alloc(a, (p->nr_devices + 1) * sizeof(*name));

	for (uint32_t d = 0; d < p->nr_devices; d++) {
		const struct host_device *dev = &p->host->device[p->device[d]];

		name[d] = dev->nr_names ? dev->name[0] : dev->pci;
	}
	z->device = name;
	z->nr_devices = p->nr_devices;
}

/* What the zone has on each node, nodes ascending. */
static void add_parts(struct drawn_plan *out, struct drawn_part *part, unsigned zone,
		      const struct plan *p)
{
	for (unsigned n = 0; n < p->host->nr_nodes; n++) {
		struct drawn_part here = {.zone = zone, .node = n};

		for (uint32_t v = 0; v < p->nr_vnodes; v++)
			here.vcpus += p->vnode[v].node == n ? p->vnode[v].vcpus : 0;
		for (uint32_t m = 0; m < p->nr_memory; m++) {
			const struct plan_memory *pages = &p->memory[m];

			if (pages->node != n)
				continue;
			here.bytes += pages->bytes;
			here.spilled_bytes += p->vnode[pages->vnode].node == n ? 0 : pages->bytes;
		}
		if (here.vcpus || here.bytes)
			part[out->nr_parts++] = here;
	}
}

void drawn_plan_init(struct drawn_plan *out, const char *policy, const struct plan_result *result,
		     size_t nr, const int64_t *used_bytes, struct arena *a)
{
	struct drawn_zone *zone = arena_alloc(a, (nr + 1) * sizeof(*zone));
	size_t most = 0;
	struct drawn_part *part;

	for (size_t i = 0; i < nr; i++)
		most += result[i].plan ? result[i].plan->host->nr_nodes : 0;
	part = arena_alloc(a, (most + 1) * sizeof(*part));
	*out = (struct drawn_plan){.policy = policy, .nr_zones = nr, .used_bytes = used_bytes};
	for (size_t i = 0; i < nr; i++) {
		const struct plan_result *r = &result[i];

		zone[i] = (struct drawn_zone){.name = r->zone->name,
					      .reason = r->reason,
					      .nr_reasons = r->nr_reasons,
					      .refused = !r->plan};
		if (r->plan) {
			zone[i].line = placed_line(r->plan, a);
			add_devices(&zone[i], r->plan, a);
			add_parts(out, part, (unsigned)i, r->plan);
		} else {
			zone[i].line =
				arena_printf(a, "refused (%s): %s", error_name(r->error_code),
					     r->error_text ? r->error_text : "");
		}
	}
	out->zone = zone;
	out->part = part;
}
