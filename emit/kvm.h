/* What libvirt and QEMU share: hardware virtual machines under KVM. */
#ifndef EMIT_KVM_H
#define EMIT_KVM_H

#include <stdbool.h>

#include "emit/emit.h"

/* From here on the vCPUs' APIC ids need an IOMMU with extended interrupt mode. */
#define KVM_EIM_FROM 256

/* Is the guest told of the plan's vnodes? Not when one's share is less than a MiB. */
bool kvm_has_nodes(const struct plan *p);
/* Is all of its memory pinned? vfio does that for a device that is passed through, and QEMU
 * gives nothing back that the balloon takes then (vfio_ram_block_discard_disable() of
 * hw/vfio/common.c, virtio_balloon_inhibited() of hw/virtio/virtio-balloon.c in 7.2). */
bool kvm_pins(const struct plan *p);
/* What both say of a plan. */
void kvm_limits(const struct plan *p, struct emit_notes *n);

#endif
