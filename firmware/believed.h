/*
 * What a guest believes of the distance to its memory, and what is.
 *
 * Rows are pairs of a believed and a real distance, with the share of accesses
 * that have it when every vCPU touches every page of the zone equally: a vCPU's
 * share times a page's. A vnode's page is believed to be on the vnode's node;
 * plan->memory says where it is. A guest that was told "flat" believes 10 of all.
 * Unpinned vCPUs float: their share of a node is that of its CPUs.
 *
 * The third belief is that of a program that reads CPUID alone in a guest whose
 * CPUID is flat although SRAT and SLIT are right: 10 of all.
 */
#ifndef FIRMWARE_BELIEVED_H
#define FIRMWARE_BELIEVED_H

#include <stdio.h>

#include "plan/plan.h"

/* A table and the sentence above it, indented as reasons are; nothing for a zone
 * on one node with all its memory there. */
void believed_print(const struct plan *p, FILE *out);

#endif
