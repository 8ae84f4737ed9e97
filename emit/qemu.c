/*
 * A shell script that starts QEMU (qemu-system-x86_64(1) of 7.2: -numa, -object
 * memory-backend-ram; qapi/qom.json, MemoryBackendProperties; hw/core/numa.c for what
 * is refused). policy=bind takes a page from the nearest of host-nodes, see libvirt.c.
 *
 * QEMU has no option that binds a vCPU's thread. Its threads carry their vCPU's number
 * in their names (debug-threads=on; "CPU 3/KVM" in qemu_thread_create() calls of
 * accel/kvm/kvm-accel-ops.c, "CPU 3/TCG" in accel/tcg), so the script binds them by
 * taskset(1) from beside.
 */
#include <stdlib.h>

#include "emit/kvm.h"
#include "emit/words.h"
#include "firmware/guest_map.h"

static int64_t memory_mib(const struct plan *p)
{
	return emit_mib(p->zone->memory_bytes);
}

static void qemu_limits(const struct emit_input *in, struct emit_notes *n)
{
	const struct plan *p = in->plan;

	kvm_limits(p, n);
	if (p->zone->vcpus_max > p->zone->vcpus)
		emit_note(n,
			  "the vCPUs that are offline at boot are not bound when they are added");
	if (!kvm_pins(p))
		emit_note_boots_with_all(p, n);
}

/* vCPUs ascend from vnode to vnode, first the online ones, then the others. */
static void print_cpus_of_vcpu(const struct plan *p, FILE *out)
{
	const char *word = "if";

	fputs("cpus_of_vcpu()\n{\n", out);
	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t v = 0; v < p->nr_vnodes; v++) {
			uint32_t first =
				pass ? plan_first_offline_vcpu(p, v) : plan_first_vcpu(p, v);
			uint32_t nr = pass ? plan_offline_vcpus(p, v) : p->vnode[v].vcpus;
			char *list = emit_cpu_list(p, v);

			if (nr)
				fprintf(out, "\t%s [ \"$1\" -lt %u ]; then\n\t\techo %s\n", word,
					first + nr, list);
			free(list);
			word = nr ? "elif" : word;
		}
	}
	fputs("\tfi\n}\n\n", out);
}

static void print_binding(const struct plan *p, FILE *out)
{
	fputs("# QEMU does not bind its vCPUs: this does, once their threads are there.\n", out);
	print_cpus_of_vcpu(p, out);
	fprintf(out,
		"bind_vcpus()\n{\n"
		"\tbound=0\n"
		"\tfor task in /proc/\"$1\"/task/*; do\n"
		"\t\tread -r name <\"$task/comm\" || continue\n"
		"\t\tvcpu=${name#CPU }\n"
		"\t\t[ \"$vcpu\" = \"$name\" ] && continue\n"
		"\t\ttaskset -p -c \"$(cpus_of_vcpu \"${vcpu%%%%/*}\")\" \"${task##*/}\" "
		">/dev/null &&\n"
		"\t\t\tbound=$((bound + 1))\n"
		"\tdone 2>/dev/null\n"
		"\t[ \"$bound\" -ge %u ]\n}\n\n"
		"(\n"
		"\tfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do\n"
		"\t\tbind_vcpus $$ && exit\n"
		"\t\tsleep 0.5\n"
		"\tdone\n"
		"\techo \"vCPUs are not bound after $i tries\" >&2\n"
		") &\n\n",
		p->zone->vcpus);
}

/* host-nodes= takes one number or range an option. */
static void print_backend(const struct plan *p, uint32_t id, int64_t mib, nodeset nodes, FILE *out)
{
	fprintf(out, " \\\n\t-object memory-backend-ram,id=ram%u,size=%lldM", id, (long long)mib);
	for (unsigned i = 0; i < p->host->nr_nodes; i++) {
		if (nodeset_has(nodes, i))
			fprintf(out, ",host-nodes=%u", p->host->node[i].os_index);
	}
	fprintf(out, ",policy=%s", emit_interleaves(p) ? "interleave" : "bind");
}

static void print_range(uint32_t first, uint32_t nr, FILE *out)
{
	if (nr == 1)
		fprintf(out, ",cpus=%u", first);
	else if (nr)
		fprintf(out, ",cpus=%u-%u", first, first + nr - 1);
}

static void print_numa(const struct plan *p, FILE *out)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		print_backend(p, v, emit_vnode_mib(p, v, memory_mib(p)), emit_memory_nodes(p, v),
			      out);
		fprintf(out, " \\\n\t-numa node,nodeid=%u", v);
		print_range(plan_first_vcpu(p, v), p->vnode[v].vcpus, out);
		print_range(plan_first_offline_vcpu(p, v), plan_offline_vcpus(p, v), out);
		fprintf(out, ",memdev=ram%u", v);
	}
	for (uint32_t from = 0; from < p->nr_vnodes; from++) {
		for (uint32_t to = 0; to < p->nr_vnodes; to++) {
			if (from != to)
				fprintf(out, " \\\n\t-numa dist,src=%u,dst=%u,val=%u", from, to,
					guest_vnode_distance(p, from, to));
		}
	}
}

/* A vnode is a socket where that comes out even; otherwise every vCPU is one. */
static void print_smp(const struct plan *p, FILE *out)
{
	uint32_t all = p->zone->vcpus_max, sockets = kvm_has_nodes(p) ? p->nr_vnodes : 1;
	bool even = all == p->zone->vcpus;

	for (uint32_t v = 0; v < p->nr_vnodes && sockets > 1; v++)
		even = even && p->vnode[v].vcpus * sockets == all;
	if (sockets > 1 && !even)
		sockets = all;
	fprintf(out, " \\\n\t-smp %u,maxcpus=%u,sockets=%u,cores=%u,threads=1", p->zone->vcpus, all,
		sockets, all / sockets);
}

static void print_command(const struct plan *p, FILE *out)
{
	char *name = plan_xl_name(p->zone), *all = emit_all_cpus_list(p);
	bool eim = p->zone->vcpus_max >= KVM_EIM_FROM;

	fprintf(out,
		"exec taskset -c %s qemu-system-x86_64 -name %s,debug-threads=on \\\n"
		"\t-machine \"q35,accel=${ACCEL:-kvm}%s\"%s -cpu max -m %lldM",
		all, name, eim ? ",kernel-irqchip=split" : "",
		kvm_has_nodes(p) ? "" : " -machine memory-backend=ram0", (long long)memory_mib(p));
	free(all);
	free(name);
	print_smp(p, out);
	if (kvm_has_nodes(p))
		print_numa(p, out);
	else
		print_backend(p, 0, memory_mib(p), emit_all_memory_nodes(p), out);
	if (eim)
		fputs(" \\\n\t-device intel-iommu,intremap=on,eim=on", out);
	fputs(" \\\n\t-device virtio-balloon", out);
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (*emit_pci(p, i))
			fprintf(out, " \\\n\t-device vfio-pci,host=%s", emit_pci(p, i));
	}
	fputs(" \"$@\"\n", out);
}

static void print_qemu(const struct emit_input *in, const struct emit_notes *n, FILE *out)
{
	char *name = plan_xl_name(in->plan->zone);

	fputs("#!/bin/sh\n", out);
	emit_head(in, name, n, "# ", out);
	free(name);
	emit_comment("Disks, networks or a kernel are for the caller: they are added to QEMU's "
		     "options. ACCEL=tcg runs without KVM.",
		     "# ", out);
	print_binding(in->plan, out);
	print_command(in->plan, out);
}

const struct emit_format emit_qemu = {
	.name = "qemu",
	.suffix = ".sh",
	.limits = qemu_limits,
	.print = print_qemu,
	.zone_name = plan_xl_name,
};
