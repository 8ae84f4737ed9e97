#include "emit/kvm.h"

#include <stdlib.h>

#include "base/units.h"
#include "emit/words.h"

#define Q35_VCPUS_MAX 288 /* pc_q35_machine_options() of hw/i386/pc_q35.c before 9.0 */

bool kvm_has_nodes(const struct plan *p)
{
	return emit_tells(p) && !emit_has_empty_vnode(p, emit_mib(p->zone->memory_bytes));
}

bool kvm_pins(const struct plan *p)
{
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (*emit_pci(p, i))
			return true;
	}
	return false;
}

static void pinned_limits(const struct plan *p, struct emit_notes *n)
{
	char boot[32], most[32];

	if (!kvm_pins(p) || zone_boot_bytes(p->zone) == p->zone->memory_bytes)
		return;
	emit_note(n,
		  "its memory is dynamic, but vfio pins all %s of it for the devices that are "
		  "passed through, and the balloon gives nothing back: it keeps all, not %s, and "
		  "the plan has no room reserved for that",
		  bytes_text(p->zone->memory_bytes, most, sizeof(most)),
		  bytes_text(zone_boot_bytes(p->zone), boot, sizeof(boot)));
}

static void memory_limits(const struct plan *p, struct emit_notes *n)
{
	bool nodes = kvm_has_nodes(p);

	if (emit_tells(p) && !nodes)
		emit_note(n, "the share of a vnode is less than a MiB, so the guest is told of one "
			     "node");
	emit_note_spilled_linux(p, n);
	if (p->spilled_bytes && nodes)
		emit_note(n, "the guest believes each node's memory in one place; what is spilled "
			     "is elsewhere");
	if (!nodes && p->nr_vnodes > 1 && !emit_interleaves(p))
		emit_note(n, "the guest has one node; each page comes from the node nearest to the "
			     "vCPU that touches it first, so the nodes' shares are not the plan's");
}

void kvm_limits(const struct plan *p, struct emit_notes *n)
{
	char *name = plan_xl_name(p->zone);

	emit_note_renamed(p, name, n);
	free(name);
	if (p->zone->virt != ZONE_AUTO)
		emit_note(n, "KVM has neither PV nor PVH guests of Xen's kind: this is a hardware "
			     "virtual machine");
	if (p->zone->vcpus_max > Q35_VCPUS_MAX)
		emit_note(n, "QEMU before 9.0 refuses more than %d vCPUs on q35", Q35_VCPUS_MAX);
	memory_limits(p, n);
	pinned_limits(p, n);
	if (kvm_has_nodes(p) && p->nr_devices)
		emit_note(n, "the guest is not told on which node its devices are");
	emit_note_soft(p, n);
	emit_note_devices(p, n);
}
