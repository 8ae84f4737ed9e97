/* Which memory. */
#ifndef PLACEMENT_KUBELET_MEMORY_H
#define PLACEMENT_KUBELET_MEMORY_H

#include "placement/kubelet/kubelet_hints.h"

/* The nodes of the pod's memory block. ERR_NO_ROOM with the memory manager's words. */
int kubelet_allocate_memory(const struct policy_input *in, struct kubelet_hint hint, nodeset *out,
			    struct error *err) MUST_USE;

#endif
