/* What the formats share: the plan in numbers that all of them take. */
#ifndef EMIT_WORDS_H
#define EMIT_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "emit/emit.h"

extern const struct emit_format emit_xl, emit_libvirt, emit_qemu, emit_numactl, emit_systemd,
	emit_k8s;

void emit_note(struct emit_notes *n, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The sentence about the maximum of a zone with dynamic memory under a format that
 * boots with all of it; nothing for others. */
void emit_note_boots_with_all(const struct plan *p, struct emit_notes *n);
/* The sentence about memory that the plan spills, in bytes a node, for a file that does not
 * say how much is where: `instead` is what happens. Nothing for plans that spill nothing. */
void emit_note_spilled(const struct plan *p, const char *instead, struct emit_notes *n);
/* For Linux, whichever program binds. */
void emit_note_spilled_linux(const struct plan *p, struct emit_notes *n);
/* Affinity that the plan only prefers, under a format that only knows hard ones. */
void emit_note_soft(const struct plan *p, struct emit_notes *n);

/* The sentence about a zone whose name the format does not take; `name` is what it is called
 * instead. Nothing when that is its name. */
void emit_note_renamed(const struct plan *p, const char *name, struct emit_notes *n);

/* Comment lines: who wrote this, of which zone under which name, then the notes. What is not
 * printable ASCII is '?'. For XML, `prefix` is blanks: no two dashes follow each other then. */
void emit_head(const struct emit_input *in, const char *name, const struct emit_notes *n,
	       const char *prefix, FILE *out);
void emit_comments(const struct emit_notes *n, const char *prefix, FILE *out);
/* One text of it, in lines of 96 columns. */
void emit_comment(const char *text, const char *prefix, FILE *out);

/* Is the guest to be told of two or more nodes? */
bool emit_tells(const struct plan *p);

/* Up to the next MiB: the step in which these programs take memory. */
int64_t emit_mib(int64_t bytes);
/* In proportion to the vnodes' shares, whole MiB, summing to `total`: each boundary
 * is rounded, not each size. Can be 0 for a tiny share. */
int64_t emit_vnode_mib(const struct plan *p, uint32_t vnode, int64_t total);
/* Is there a vnode to which that gives nothing? */
bool emit_has_empty_vnode(const struct plan *p, int64_t total);

/* Where a vnode's memory is expected: its own node, and those that it spills to. */
nodeset emit_memory_nodes(const struct plan *p, uint32_t vnode);
nodeset emit_all_memory_nodes(const struct plan *p);

/* Is the memory to go round its nodes page by page? Where the plan has no rule by vnode:
 * striped plans, and vCPUs that float over nodes with equal shares. */
bool emit_interleaves(const struct plan *p);

/* Lists as "0-3,8"; the caller frees. CPUs in os_indexes, vCPUs with the offline ones. Nodes:
 * host_nodes_text(). */
char *emit_cpu_list(const struct plan *p, uint32_t vnode) MUST_USE;
char *emit_all_cpus_list(const struct plan *p) MUST_USE;
char *emit_vcpu_list(const struct plan *p, uint32_t vnode) MUST_USE;
/* The vnode on which a vCPU lives, offline ones too. */
uint32_t emit_vnode_of(const struct plan *p, uint32_t vcpu);

/* xl.cfg's "vnuma = [...]" of a zone with so much in sum, and a line end. */
void emit_xl_vnuma(const struct plan *p, int64_t mib, FILE *out);

/* The PCI address of a device of the plan; "" when unknown. */
const char *emit_pci(const struct plan *p, uint32_t device);
void emit_note_devices(const struct plan *p, struct emit_notes *n);

#endif
