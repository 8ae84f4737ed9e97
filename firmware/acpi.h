/*
 * The ACPI tables that tell a guest of its nodes, as bytes: written from a
 * guest_map, read back into one. Section numbers are those of the ACPI
 * Specification, release 6.4 (January 2021).
 *
 *	SRAT	5.2.16	  which CPUs and which memory belong to which domain
 *		5.2.16.1  processor local APIC affinity, for ids below 255
 *		5.2.16.2  memory affinity
 *		5.2.16.3  processor local x2APIC affinity, for ids from 255 on
 *	SLIT	5.2.17	  distances between domains
 *	MADT	5.2.12	  every CPU ("APIC" is its signature)
 *		5.2.12.2  processor local APIC: ids below 255
 *		5.2.12.12 processor local x2APIC: ids from 255 on
 *	HMAT	5.2.27	  latency and bandwidth
 *		5.2.27.3  memory proximity domain attributes
 *		5.2.27.4  system locality latency and bandwidth information
 *	header	5.2.6	  length, checksum, OEM ids
 *
 * A vCPU that is offline at boot is in the MADT with "enabled" clear and "online
 * capable" set (5.2.12.2.1, since 6.3) and in the SRAT like every other: the
 * SRAT's own flag would take it out of its domain for good.
 *
 * One thing is bent: an APIC structure has a byte for the processor UID, and the
 * UID must be the vCPU's number, so a vCPU from 256 on with an id below 255 (a
 * late offline one of an early vnode) has an x2APIC structure.
 *
 * The MADT is that of a PVH guest: local APICs only, no I/O APIC, no 8259s.
 */
#ifndef FIRMWARE_ACPI_H
#define FIRMWARE_ACPI_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "firmware/bytes.h"
#include "firmware/guest_map.h"

enum acpi_kind { ACPI_SRAT, ACPI_SLIT, ACPI_MADT, ACPI_HMAT, ACPI_KINDS };

/* Appends to `out`. An HMAT of a map without matrices is a bug. */
void acpi_write(enum acpi_kind kind, const struct guest_map *m, struct bytes *out);

/* A table's content. What another writer may put into it beside what we write
 * (I/O APICs, caches, generic initiators) is checked for its length, named and counted. */
struct acpi_table {
	enum acpi_kind kind;
	uint8_t revision;
	char oem_id[7], oem_table_id[9]; /* what is not printable ASCII is '?' */
	struct acpi_other {
		uint32_t type, domain, nr;
		bool has_domain;
	} * other; /* by type and domain, in the order of the table */
	uint32_t nr_others;
	size_t cap_others;
	/*
	 * SRAT: cpu (apic_id, domain; what is not enabled is left out), range (the
	 * same), nr_domains (highest + 1). SLIT: nr_domains, distance. MADT: cpu (uid,
	 * apic_id, online; what is neither enabled nor online capable is left out).
	 * HMAT: memory, matrix.
	 */
	struct guest_map map;
};

/*
 * ERR_INPUT, one sentence, nothing in *out: too short, length or checksum wrong,
 * an unknown signature, a structure that runs over the end or has the wrong
 * size, CPUs given twice, ranges that overlap or wrap, distances that the
 * specification does not allow, matrices whose counts do not fit their length.
 * `name` is the file's, for the sentence.
 */
int acpi_read(struct acpi_table *out, const char *name, const uint8_t *data, size_t size,
	      struct error *err) MUST_USE;
/* At most 1 MiB. */
int acpi_load(struct acpi_table *out, const char *path, struct error *err) MUST_USE;
void acpi_table_release(struct acpi_table *t);

void acpi_print(const struct acpi_table *t, FILE *out);
void acpi_print_json(const struct acpi_table *t, FILE *out);

/* "SRAT", "SLIT", "APIC", "HMAT"; "srat.aml", ... */
const char *acpi_signature(enum acpi_kind kind);
const char *acpi_file_name(enum acpi_kind kind);

#endif
