/*
 * A plan in the words of the programs that would carry it out. A format is a table:
 * what it cannot say of a plan, in sentences, and the file itself, which has the same
 * sentences in its head. Nothing is left out in silence: what the guest will not see
 * and what the machine will do otherwise than planned is in those sentences.
 *
 * Distances are those that the guest is told by ACPI (guest_vnode_distance()); nodes
 * and CPUs are the host's os_indexes. The versions of the programs and the sources
 * of each rule are in the formats' files.
 */
#ifndef EMIT_EMIT_H
#define EMIT_EMIT_H

#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "plan/io_service.h"
#include "plan/plan.h"

#define EMIT_NOTES_MAX 16

/* Zero-initialise. Sentences without a full stop. */
struct emit_notes {
	uint32_t nr;
	char *line[EMIT_NOTES_MAX];
};
void emit_notes_release(struct emit_notes *n);

struct emit_input {
	const struct plan *plan;
	const char *policy; /* the name of who decided */
	const struct io_service *io; /* who serves its disks and networks; NULL: not known */
};

struct emit_format {
	const char *name; /* "xl" */
	const char *suffix; /* of a zone's file: ".cfg" */
	/* What the file cannot say, or says otherwise than the plan. */
	void (*limits)(const struct emit_input *in, struct emit_notes *n);
	/* `n` is what limits() said. */
	void (*print)(const struct emit_input *in, const struct emit_notes *n, FILE *out);
	/* The zone's name as the format allows it, and as its file is called; the
	 * caller frees. */
	char *(*zone_name)(const struct zone *z);
	/* A file for the host beside those of its zones; NULL: none. */
	const char *host_file;
	void (*host_limits)(const struct host *h, const char *policy, struct emit_notes *n);
	void (*print_host)(const struct host *h, const char *policy, const struct emit_notes *n,
			   FILE *out);
};

/* All of them, NULL-terminated. */
extern const struct emit_format *const emit_formats[];
/* "xl", "libvirt", "qemu", "numactl", "systemd", "k8s"; NULL if unknown. */
const struct emit_format *emit_find(const char *name);

#endif
