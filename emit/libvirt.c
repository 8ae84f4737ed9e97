/*
 * A domain of libvirt's QEMU driver (https://libvirt.org/formatdomain.html: "NUMA Node
 * Tuning", "CPU Tuning", "CPU model and topology", guest NUMA topology; schema
 * src/conf/schemas/domaincommon.rng and cputypes.rng of libvirt 9.0).
 *
 * A vnode is a cell and a memnode; its nodeset is where the plan expects its memory. The
 * mode "strict" is Linux's MPOL_BIND: of these nodes the one nearest to the CPU that
 * touches a page gives it, so the vnode's own node comes first and what the plan spills
 * goes where the plan says. Sizes are whole MiB (virDomainDefPostParseMemory() and
 * QEMU round up to that).
 */
#include <stdlib.h>

#include "emit/kvm.h"
#include "emit/words.h"
#include "firmware/guest_map.h"

static void libvirt_limits(const struct emit_input *in, struct emit_notes *n)
{
	const struct plan *p = in->plan;

	kvm_limits(p, n);
	if (!kvm_pins(p) && zone_boot_bytes(p->zone) < p->zone->memory_bytes)
		emit_note(n,
			  "its memory is dynamic: libvirt boots it with all and balloons down to "
			  "currentMemory, and the plan reserves no room for more than that");
}

static void print_cputune(const struct plan *p, FILE *out)
{
	char *all = emit_all_cpus_list(p);

	fputs("  <cputune>\n", out);
	for (uint32_t i = 0; i < p->zone->vcpus_max; i++) {
		char *list = emit_cpu_list(p, emit_vnode_of(p, i));

		fprintf(out, "    <vcpupin vcpu='%u' cpuset='%s'/>\n", i, list);
		free(list);
	}
	fprintf(out, "    <emulatorpin cpuset='%s'/>\n  </cputune>\n", all);
	free(all);
}

static void print_numatune(const struct plan *p, FILE *out)
{
	const char *mode = emit_interleaves(p) ? "interleave" : "strict";
	char *all = host_nodes_text(p->host, emit_all_memory_nodes(p));

	fprintf(out, "  <numatune>\n    <memory mode='%s' nodeset='%s'/>\n", mode, all);
	free(all);
	for (uint32_t v = 0; kvm_has_nodes(p) && v < p->nr_vnodes; v++) {
		char *nodes = host_nodes_text(p->host, emit_memory_nodes(p, v));

		fprintf(out, "    <memnode cellid='%u' mode='%s' nodeset='%s'/>\n", v, mode, nodes);
		free(nodes);
	}
	fputs("  </numatune>\n", out);
}

static void print_cell(const struct plan *p, uint32_t v, FILE *out)
{
	int64_t mib = emit_vnode_mib(p, v, emit_mib(p->zone->memory_bytes));
	char *vcpus = emit_vcpu_list(p, v);

	fprintf(out, "      <cell id='%u'", v);
	if (*vcpus)
		fprintf(out, " cpus='%s'", vcpus);
	fprintf(out, " memory='%lld' unit='MiB'>\n        <distances>\n", (long long)mib);
	for (uint32_t to = 0; to < p->nr_vnodes; to++)
		fprintf(out, "          <sibling id='%u' value='%u'/>\n", to,
			guest_vnode_distance(p, v, to));
	fputs("        </distances>\n      </cell>\n", out);
	free(vcpus);
}

static void print_cpu(const struct plan *p, FILE *out)
{
	if (!kvm_has_nodes(p)) {
		fputs("  <cpu mode='host-passthrough'/>\n", out);
		return;
	}
	fputs("  <cpu mode='host-passthrough'>\n    <numa>\n", out);
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		print_cell(p, v, out);
	fputs("    </numa>\n  </cpu>\n", out);
}

static void print_hostdev(const char *pci, FILE *out)
{
	unsigned domain, bus, slot, function;

	if (sscanf(pci, "%x:%x:%x.%x", &domain, &bus, &slot, &function) != 4)
		return;
	fprintf(out,
		"    <hostdev mode='subsystem' type='pci' managed='yes'>\n"
		"      <source>\n"
		"        <address domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n"
		"      </source>\n"
		"    </hostdev>\n",
		domain, bus, slot, function);
}

static void print_devices(const struct plan *p, FILE *out)
{
	fputs("  <devices>\n", out);
	for (uint32_t i = 0; i < p->nr_devices; i++)
		print_hostdev(emit_pci(p, i), out);
	fputs("    <memballoon model='virtio'/>\n", out);
	if (p->zone->vcpus_max >= KVM_EIM_FROM)
		fputs("    <iommu model='intel'>\n"
		      "      <driver intremap='on' eim='on'/>\n"
		      "    </iommu>\n",
		      out);
	fputs("  </devices>\n", out);
}

/* A balloon that gives nothing back would only take memory from the guest. */
static void print_size(const struct plan *p, FILE *out)
{
	char *all = emit_all_cpus_list(p);
	int64_t current = kvm_pins(p) ? p->zone->memory_bytes : zone_boot_bytes(p->zone);

	fprintf(out,
		"  <memory unit='MiB'>%lld</memory>\n"
		"  <currentMemory unit='MiB'>%lld</currentMemory>\n"
		"  <vcpu placement='static' cpuset='%s' current='%u'>%u</vcpu>\n",
		(long long)emit_mib(p->zone->memory_bytes), (long long)emit_mib(current), all,
		p->zone->vcpus, p->zone->vcpus_max);
	free(all);
}

static void print_libvirt(const struct emit_input *in, const struct emit_notes *n, FILE *out)
{
	const struct plan *p = in->plan;
	char *name = plan_xl_name(p->zone);

	fputs("<!--\n", out);
	emit_head(in, name, n, "  ", out);
	emit_comment("Add disks and networks, or change the kernel to the guest's.", "  ", out);
	fputs("-->\n<domain type='kvm'>\n", out);
	fprintf(out, "  <name>%s</name>\n", name);
	print_size(p, out);
	print_cputune(p, out);
	print_numatune(p, out);
	fputs("  <os>\n    <type arch='x86_64' machine='q35'>hvm</type>\n"
	      "    <kernel>/boot/vmlinuz</kernel>\n  </os>\n"
	      "  <features>\n    <acpi/>\n    <apic/>\n",
	      out);
	if (p->zone->vcpus_max >= KVM_EIM_FROM)
		fputs("    <ioapic driver='qemu'/>\n", out);
	fputs("  </features>\n", out);
	print_cpu(p, out);
	print_devices(p, out);
	fputs("</domain>\n", out);
	free(name);
}

const struct emit_format emit_libvirt = {
	.name = "libvirt",
	.suffix = ".xml",
	.limits = libvirt_limits,
	.print = print_libvirt,
	.zone_name = plan_xl_name,
};
