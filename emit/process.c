/*
 * A zone as a process of Linux: numactl(8) 2.0.16 and a systemd drop-in
 * (systemd.resource-control(5) and systemd.exec(5) of 252). Both bind a process as a
 * whole, and MPOL_BIND takes a page from the nearest of the nodes, as in libvirt.c.
 *
 * systemd: AllowedCPUs= and AllowedMemoryNodes= are the cpuset of the unit's cgroup,
 * which nothing in the unit can leave (cgroup v2); NUMAPolicy= and NUMAMask= are the
 * policy that its processes start with.
 */
#include <stdlib.h>

#include "emit/words.h"

/* A process has no vnodes. */
static void note_vnodes(const struct plan *p, struct emit_notes *n)
{
	if (p->zone->vcpus_max > p->zone->vcpus || zone_boot_bytes(p->zone) < p->zone->memory_bytes)
		emit_note(n, "a process has no ceiling of vCPUs and no balloon: its place is that "
			     "of its boot");
	if (p->nr_vnodes < 2)
		return;
	emit_note(n,
		  "a process is bound as a whole to the %u nodes: which thread runs on which of "
		  "them%s is up to the kernel",
		  p->nr_vnodes,
		  emit_interleaves(p) ? "" : ", and each node's share of the memory,");
}

static void process_limits(const struct emit_input *in, struct emit_notes *n)
{
	const struct plan *p = in->plan;
	char *name = plan_xl_name(p->zone);

	emit_note_renamed(p, name, n);
	free(name);
	emit_note(n, "sizes are not set here: %u vCPUs and the memory are what the process takes",
		  p->zone->vcpus);
	note_vnodes(p, n);
	emit_note_spilled_linux(p, n);
	emit_note_soft(p, n);
	if (p->nr_devices)
		emit_note(n, "a process is given no devices: open them as usual");
}

static void print_numactl(const struct emit_input *in, const struct emit_notes *n, FILE *out)
{
	const struct plan *p = in->plan;
	char *cpus = emit_all_cpus_list(p), *name = plan_xl_name(p->zone);
	char *nodes = host_nodes_text(p->host, emit_all_memory_nodes(p));

	fputs("#!/bin/sh\n", out);
	emit_head(in, name, n, "# ", out);
	emit_comment("The command to run is this script's arguments.", "# ", out);
	fprintf(out, "exec numactl --physcpubind=%s --%s=%s -- \"$@\"\n", cpus,
		emit_interleaves(p) ? "interleave" : "membind", nodes);
	free(nodes);
	free(name);
	free(cpus);
}

static void print_systemd(const struct emit_input *in, const struct emit_notes *n, FILE *out)
{
	const struct plan *p = in->plan;
	char *cpus = emit_all_cpus_list(p), *name = plan_xl_name(p->zone);
	char *nodes = host_nodes_text(p->host, emit_all_memory_nodes(p));

	emit_head(in, name, n, "# ", out);
	fprintf(out,
		"# For /etc/systemd/system/%s.service.d/numa.conf\n"
		"[Service]\nAllowedCPUs=%s\nAllowedMemoryNodes=%s\nNUMAPolicy=%s\nNUMAMask=%s\n",
		name, cpus, nodes, emit_interleaves(p) ? "interleave" : "bind", nodes);
	free(nodes);
	free(name);
	free(cpus);
}

const struct emit_format emit_numactl = {
	.name = "numactl",
	.suffix = ".sh",
	.limits = process_limits,
	.print = print_numactl,
	.zone_name = plan_xl_name,
};

const struct emit_format emit_systemd = {
	.name = "systemd",
	.suffix = ".conf",
	.limits = process_limits,
	.print = print_systemd,
	.zone_name = plan_xl_name,
};
