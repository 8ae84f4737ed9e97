/*
 * xl.cfg(5), for xl and libxl 4.17 (docs/upstream-xen.md). vCPUs are pinned by the list
 * form of cpus=, one entry a vCPU: the string form leaves libxl's own placement on. The
 * domain's memory follows: its node affinity is that of its vCPUs.
 *
 * What libxl can build decides the guest's type (tag RELEASE-4.17.7):
 *	PVH and vnuma		never (init_acpi_config(), libxl_x86_acpi.c)
 *	PVH and pci		never (libxl__arch_passthrough_mode_setdefault(),
 *				libxl_x86.c)
 *	PV and vnuma		never (libxl_create.c)
 *	memory < maxmem		neither with vnuma nor with pci: populate-on-demand
 *				(libxl_create.c)
 *
 * So a zone with devices, or one that is to be told of its nodes, is an HVM guest; one
 * that insists on PVH gets no vnuma. vnuma wants sizes in whole MiB that add up to
 * maxmem, every vCPU (offline ones too) in one vnode, the video memory in vnode 0
 * (libxl_vnuma.c), and every vnode's memory on exactly its node (meminit_hvm(),
 * xg_dom_x86.c): without room there nothing is built, so a plan that spills has none.
 */
#include <stdlib.h>

#include "base/units.h"
#include "emit/words.h"
#include "firmware/guest_map.h"

/* vnode 0 holds the video memory: 16 MiB at most unless asked for more. */
#define VIDEO_MIB 16
#define HVM_VCPUS_MAX 128 /* xen/include/public/hvm/hvm_info_table.h; PVH too */

struct xl_form {
	const char *type;
	bool vnuma;
	bool whole; /* boots with its maximum */
	const char *no_vnuma; /* why a guest that is to be told is not; or NULL */
};

static const char *why_no_vnuma(const struct plan *p)
{
	int64_t most = emit_mib(p->zone->memory_bytes);

	if (p->zone->virt == ZONE_PVH && !p->nr_devices)
		return "libxl 4.17 builds no PVH guest with vnuma";
	if (p->spilled_bytes)
		return "with vnuma xl takes each vnode's memory from exactly its node or fails, "
		       "and part of this zone's is on other nodes";
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		int64_t mib = emit_vnode_mib(p, v, most);

		if (mib > p->host->node[p->vnode[v].node].memory_bytes / MIB)
			return "with vnuma xl boots the zone with its maximum, and a node is "
			       "smaller than its share of that";
		if (mib <= (v ? 0 : VIDEO_MIB))
			return "the share of a vnode is too small for vnuma";
	}
	return NULL;
}

static struct xl_form xl_form(const struct plan *p)
{
	struct xl_form f = {.type = p->zone->virt == ZONE_PV ? "pv" : "pvh"};

	if (p->zone->virt == ZONE_PV)
		return f;
	f.no_vnuma = emit_tells(p) ? why_no_vnuma(p) : NULL;
	f.vnuma = emit_tells(p) && !f.no_vnuma;
	f.whole = f.vnuma || p->nr_devices;
	if (f.whole)
		f.type = "hvm";
	return f;
}

/* Without vnuma a node is named with no request (populate_physmap(), xen/common/memory.c). */
static void memory_limits(const struct plan *p, struct emit_notes *n)
{
	if (p->memory_rule == PLAN_MEMORY_STRICT)
		emit_note(n,
			  "the plan's memory is strict, xl's is not: it goes to other nodes when "
			  "those of the zone are full");
	if (p->nr_vnodes > 1 && p->memory_rule != PLAN_MEMORY_STRIPED)
		emit_note(n, "its memory goes round its nodes, extent by extent; the nodes' shares "
			     "are not kept exactly");
	emit_note_spilled(p,
			  "here no node is named for it: what finds no room on the nodes of its "
			  "vCPUs goes to other nodes by their number, as much as it is then",
			  n);
}

static void xl_limits(const struct emit_input *in, struct emit_notes *n)
{
	const struct plan *p = in->plan;
	struct xl_form f = xl_form(p);
	char *name = plan_xl_name(p->zone);

	emit_note_renamed(p, name, n);
	free(name);
	if (f.no_vnuma)
		emit_note(
			n,
			"%s, so there is none here: the guest sees one node instead of %u, and no "
			"distances; its vCPUs and its memory are placed all the same. homenode's "
			"own --backend xen tells it%s",
			f.no_vnuma, p->nr_vnodes,
			p->nr_devices ? ", but passes no devices through" : "");
	if (f.vnuma)
		emit_note(n,
			  "libxl 4.17 builds no PVH guest with vnuma, so this is an HVM guest; it "
			  "cannot be saved or migrated. homenode's own --backend xen gives a PVH "
			  "guest that is told its nodes");
	else if (f.whole)
		emit_note(n,
			  "libxl 4.17 passes no devices through to a PVH guest, so this is an HVM "
			  "guest");
	if (p->zone->virt != ZONE_PV && p->zone->vcpus_max > HVM_VCPUS_MAX)
		emit_note(n,
			  "Xen 4.17 builds no %s guest of more than %d vCPUs, so xl will refuse it",
			  f.whole ? "HVM" : "PVH", HVM_VCPUS_MAX);
	if (f.whole)
		emit_note_boots_with_all(p, n);
	if (!f.vnuma)
		memory_limits(p, n);
	emit_note_devices(p, n);
}

void emit_xl_vnuma(const struct plan *p, int64_t mib, FILE *out)
{
	fputs("vnuma = [\n", out);
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		char *vcpus = emit_vcpu_list(p, v);

		fprintf(out, "\t[ \"pnode=%u\", \"size=%lld\", ",
			p->host->node[p->vnode[v].node].os_index,
			(long long)emit_vnode_mib(p, v, mib));
		if (*vcpus)
			fprintf(out, "\"vcpus=%s\", ", vcpus);
		free(vcpus);
		fputs("\"vdistances=", out);
		for (uint32_t to = 0; to < p->nr_vnodes; to++)
			fprintf(out, "%s%u", to ? "," : "", guest_vnode_distance(p, v, to));
		fputs("\" ],\n", out);
	}
	fputs("]\n", out);
}

static void print_cpus(const struct plan *p, FILE *out)
{
	fprintf(out, "# One entry a vCPU: in this form libxl places nothing by itself.\n%s = [",
		p->soft ? "cpus_soft" : "cpus");
	for (uint32_t i = 0; i < p->zone->vcpus_max; i++) {
		char *list = emit_cpu_list(p, emit_vnode_of(p, i));

		fprintf(out, "%s\"%s\",", i % 8 ? " " : "\n\t", list);
		free(list);
	}
	fputs("\n]\n", out);
}

static void print_memory(const struct plan *p, const struct xl_form *f, const char *name, FILE *out)
{
	int64_t most = emit_mib(p->zone->memory_bytes);
	int64_t boot = emit_mib(zone_boot_bytes(p->zone));

	if (f->whole && boot < most) {
		fprintf(out, "# After the boot: xl mem-set %s %lld\n", name, (long long)boot);
		boot = most;
	}
	fprintf(out, "memory = %lld\nmaxmem = %lld\n", (long long)boot, (long long)most);
	if (f->vnuma)
		emit_xl_vnuma(p, most, out);
}

static void print_devices(const struct plan *p, FILE *out)
{
	fputs("pci = [", out);
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (*emit_pci(p, i))
			fprintf(out, " \"%s\",", emit_pci(p, i));
	}
	fputs(" ]\n", out);
}

static void print_xl(const struct emit_input *in, const struct emit_notes *n, FILE *out)
{
	const struct plan *p = in->plan;
	struct xl_form f = xl_form(p);
	char *name = plan_xl_name(p->zone);
	const char *kernel = p->zone->virt == ZONE_PV ? "one built with XEN_PV"
			     : f.whole ? "a bzImage, or disk= with a system of its own instead"
				       : "an ELF image with a PVH entry";

	emit_head(in, name, n, "# ", out);
	fprintf(out,
		"name = \"%s\"\n"
		"type = \"%s\"\n"
		"# Change to the guest's kernel (%s).\n"
		"kernel = \"/boot/vmlinuz\"\n"
		"vcpus = %u\nmaxvcpus = %u\n",
		name, f.type, kernel, p->zone->vcpus, p->zone->vcpus_max);
	print_cpus(p, out);
	print_memory(p, &f, name, out);
	if (p->nr_devices)
		print_devices(p, out);
	free(name);
}

const struct emit_format emit_xl = {
	.name = "xl",
	.suffix = ".cfg",
	.limits = xl_limits,
	.print = print_xl,
	.zone_name = plan_xl_name,
};
