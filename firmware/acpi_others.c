#include <stdlib.h>

#include "base/alloc.h"
#include "firmware/acpi_layout.h"
#include "firmware/acpi_others.h"

/* ACPI Specification 6.5: tables 5.21 (MADT), 5.58 and on (SRAT), 5.119 (HMAT). */
static const char *const madt_types[] = {
	[1] = "I/O APIC",
	[2] = "interrupt source override",
	[3] = "NMI source",
	[4] = "local APIC NMI",
	[5] = "local APIC address override",
	[6] = "I/O SAPIC",
	[7] = "local SAPIC",
	[8] = "platform interrupt source",
	[10] = "local x2APIC NMI",
	[11] = "GICC",
	[12] = "GICD",
	[13] = "GIC MSI frame",
	[14] = "GICR",
	[15] = "GIC ITS",
	[16] = "multiprocessor wakeup",
};
static const char *const srat_types[] = {
	[SRAT_GICC] = "GICC affinity",
	[SRAT_GIC_ITS] = "GIC ITS affinity",
	[SRAT_INITIATOR] = "generic initiator affinity",
	[SRAT_PORT] = "generic port affinity",
};
static const char *const hmat_types[] = {
	[1] = "latency or bandwidth of a memory side cache",
	[2] = "memory side cache",
};

#define NAME_OF(names, type) ((type) < sizeof(names) / sizeof((names)[0]) ? (names)[type] : NULL)

const char *acpi_other_name(enum acpi_kind kind, uint32_t type)
{
	const char *name = NULL;

	if (kind == ACPI_MADT)
		name = NAME_OF(madt_types, type);
	else if (kind == ACPI_SRAT)
		name = NAME_OF(srat_types, type);
	else if (kind == ACPI_HMAT)
		name = NAME_OF(hmat_types, type);
	return name ? name : "unknown";
}

/* Where a structure of an SRAT has its domain; 0: it has none. */
static size_t domain_at(enum acpi_kind kind, uint32_t type)
{
	if (kind != ACPI_SRAT)
		return 0;
	if (type == SRAT_GICC || type == SRAT_GIC_ITS)
		return 2;
	return type == SRAT_INITIATOR || type == SRAT_PORT ? 4 : 0;
}

void acpi_other_add(struct acpi_table *t, uint32_t type, const uint8_t *data, uint32_t length)
{
	size_t at = domain_at(t->kind, type);
	struct acpi_other o = {.type = type, .nr = 1};

	if (at && length >= at + 4) {
		o.has_domain = true;
		o.domain = (uint32_t)bytes_get(data + at, 4);
	}
	for (uint32_t i = 0; i < t->nr_others; i++) {
		struct acpi_other *known = &t->other[i];

		if (known->type == o.type && known->has_domain == o.has_domain &&
		    known->domain == o.domain) {
			known->nr++;
			return;
		}
	}
	t->other = grow(t->other, &t->cap_others, t->nr_others, sizeof(*t->other));
	t->other[t->nr_others++] = o;
}
