/* What libvirt and QEMU share: hardware virtual machines under KVM. */
#ifndef EMIT_KVM_H
#define EMIT_KVM_H

#include <stdbool.h>

#include "emit/emit.h"

/* From here on the vCPUs' APIC ids need an IOMMU with extended interrupt mode. */
#define KVM_EIM_FROM 256

/* Is the guest told of the plan's vnodes? Not when one's share is less than a MiB. */
bool kvm_has_nodes(const struct plan *p);
/* What both say of a plan. */
void kvm_limits(const struct plan *p, struct emit_notes *n);

#endif
