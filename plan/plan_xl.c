#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "plan/plan.h"

char *plan_xl_name(const struct zone *z)
{
	char *name = xstrdup(z->name);

	for (char *c = name; *c; c++) {
		bool plain = (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= 'a' && *c <= 'z') || *c == '-' || *c == '_' || *c == '.';

		if (!plain)
			*c = '_';
	}
	return name;
}

static int64_t whole_mib(int64_t bytes)
{
	return (bytes + MIB - 1) / MIB;
}

/* libxl takes vNUMA for PVH and for HVM, not for PV; one node is nothing to tell. */
static bool tells_vnuma(const struct plan *p)
{
	return p->told == PLAN_TOLD_VNUMA && p->nr_vnodes > 1;
}

/* In proportion to the vnodes' shares, whole MiB, summing to `total`: each
 * boundary is rounded, not each size. */
static int64_t vnode_mib(const struct plan *p, uint32_t vnode, int64_t total)
{
	int64_t all = plan_memory_bytes(p);
	int128 before = 0, after;

	for (uint32_t v = 0; v < vnode; v++)
		before += p->vnode[v].memory_bytes;
	after = before + p->vnode[vnode].memory_bytes;
	return (int64_t)(after * total / all) - (int64_t)(before * total / all);
}

static void print_range(uint32_t first, uint32_t nr, const char *before, FILE *out)
{
	if (nr == 1)
		fprintf(out, "%s%u", before, first);
	else if (nr)
		fprintf(out, "%s%u-%u", before, first, first + nr - 1);
}

static void print_vnuma(const struct plan *p, int64_t mib, FILE *out)
{
	fputs("vnuma = [\n", out);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		uint32_t online = p->vnode[v].vcpus;
		uint32_t offline = plan_offline_vcpus(p, v);

		fprintf(out, "\t[ \"pnode=%u\", \"size=%lld\", ",
			p->host->node[p->vnode[v].node].os_index, (long long)vnode_mib(p, v, mib));
		if (online || offline) {
			fputs("\"vcpus=", out);
			print_range(plan_first_vcpu(p, v), online, "", out);
			print_range(plan_first_offline_vcpu(p, v), offline, online ? "," : "", out);
			fputs("\", ", out);
		}
		fputs("\"vdistances=", out);
		for (uint32_t to = 0; to < p->nr_vnodes; to++)
			fprintf(out, "%s%u", to ? "," : "",
				host_distance(p->host, p->vnode[v].node, p->vnode[to].node));
		fputs("\" ],\n", out);
	}
	fputs("]\n", out);
}

static void print_cpus(const struct plan *p, FILE *out)
{
	uint32_t nr[2], per_line = 0;

	fprintf(out, "# One entry a vCPU: in this form libxl places nothing by itself.\n%s = [",
		p->soft ? "cpus_soft" : "cpus");
	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t v = 0; v < p->nr_vnodes; v++) {
			struct cpuset cpus;
			char *list;

			plan_cpus(p, v, &cpus);
			list = cpuset_list(&cpus);
			nr[0] = p->vnode[v].vcpus;
			nr[1] = plan_offline_vcpus(p, v);
			for (uint32_t i = 0; i < nr[pass]; i++)
				fprintf(out, "%s\"%s\",", per_line++ % 8 ? " " : "\n\t", list);
			free(list);
		}
	}
	fputs("\n]\n", out);
}

static void print_memory(const struct plan *p, const char *name, FILE *out)
{
	const struct zone *z = p->zone;
	int64_t most = whole_mib(z->memory_bytes);
	int64_t boot = whole_mib(zone_boot_bytes(z));

	if (tells_vnuma(p) && boot < most) {
		fprintf(out,
			"# The zone's memory is dynamic. xl refuses memory < maxmem together with\n"
			"# vnuma, so it boots with all of it; balloon down afterwards:\n"
			"#\txl mem-set %s %lld\n"
			"# The shares below are those of the plan, scaled to the maximum.\n",
			name, (long long)boot);
		boot = most;
	}
	fprintf(out, "memory = %lld\nmaxmem = %lld\n", (long long)boot, (long long)most);
	if (p->spilled_bytes && tells_vnuma(p)) {
		char spilled[32];

		fprintf(out,
			"# The plan spills %s to other nodes. With vnuma xl asks for every\n"
			"# vnode's memory on exactly its node and fails when there is too little,\n"
			"# so this zone will be refused until its nodes have room.\n",
			bytes_text(p->spilled_bytes, spilled, sizeof(spilled)));
	}
	if (tells_vnuma(p))
		print_vnuma(p, most, out);
}

static void print_devices(const struct plan *p, FILE *out)
{
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (!p->host->device[p->device[i]].pci[0])
			fprintf(out, "# no PCI address known for a device of this zone: add it to "
				     "pci\n");
	}
	fputs("pci = [", out);
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		const char *pci = p->host->device[p->device[i]].pci;

		if (pci[0])
			fprintf(out, " \"%s\",", pci);
	}
	fputs(" ]\n", out);
}

void plan_print_xl(const struct plan *p, FILE *out)
{
	const struct zone *z = p->zone;
	char *name = plan_xl_name(z);

	fprintf(out,
		"name = \"%s\"\n"
		"type = \"%s\"\n"
		"# Change to the guest's kernel (%s).\n"
		"kernel = \"/boot/vmlinuz\"\n"
		"vcpus = %u\nmaxvcpus = %u\n",
		name, z->virt == ZONE_PV ? "pv" : "pvh",
		z->virt == ZONE_PV ? "one built with XEN_PV" : "an ELF image with a PVH entry",
		z->vcpus, z->vcpus_max);
	print_cpus(p, out);
	print_memory(p, name, out);
	if (p->nr_devices)
		print_devices(p, out);
	free(name);
}
