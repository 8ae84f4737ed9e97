#include "emit/kvm.h"

#include "emit/words.h"

#define Q35_VCPUS_MAX 288 /* pc_q35_machine_options() of hw/i386/pc_q35.c before 9.0 */

bool kvm_has_nodes(const struct plan *p)
{
	return emit_tells(p) && !emit_has_empty_vnode(p, emit_mib(p->zone->memory_bytes));
}

static void memory_limits(const struct plan *p, struct emit_notes *n)
{
	bool nodes = kvm_has_nodes(p);

	if (emit_tells(p) && !nodes)
		emit_note(n, "the share of a vnode is less than a MiB, so the guest is told of one "
			     "node");
	if (p->spilled_bytes && nodes)
		emit_note(n, "the guest believes each node's memory in one place; what the plan "
			     "spills is elsewhere, as in the plan");
	if (!nodes && p->nr_vnodes > 1 && !emit_interleaves(p))
		emit_note(n, "the guest has one node; each page comes from the node nearest to the "
			     "vCPU that touches it first, so the nodes' shares are not the plan's");
}

void kvm_limits(const struct plan *p, struct emit_notes *n)
{
	if (p->zone->virt != ZONE_AUTO)
		emit_note(n, "KVM has neither PV nor PVH guests of Xen's kind: this is a hardware "
			     "virtual machine");
	if (p->zone->vcpus_max > Q35_VCPUS_MAX)
		emit_note(n, "QEMU before 9.0 refuses more than %d vCPUs on q35", Q35_VCPUS_MAX);
	memory_limits(p, n);
	if (kvm_has_nodes(p) && p->nr_devices)
		emit_note(n, "the guest is not told on which node its devices are");
	emit_note_soft(p, n);
	emit_note_devices(p, n);
}
