/* Structures of ACPI tables that a guest_map has no place for: counted, by name. */
#ifndef FIRMWARE_ACPI_OTHERS_H
#define FIRMWARE_ACPI_OTHERS_H

#include "firmware/acpi.h"

/* One more, of `length` bytes. */
void acpi_other_add(struct acpi_table *t, uint32_t type, const uint8_t *data, uint32_t length);
/* "GICC affinity"; "unknown" where the specification names no such type. */
const char *acpi_other_name(enum acpi_kind kind, uint32_t type);

#endif
