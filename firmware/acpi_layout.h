/* Offsets and sizes that the writer and the reader share; sections as in acpi.h. */
#ifndef FIRMWARE_ACPI_LAYOUT_H
#define FIRMWARE_ACPI_LAYOUT_H

#define ACPI_HEADER_BYTES 36
#define ACPI_LENGTH_AT 4
#define ACPI_REVISION_AT 8
#define ACPI_CHECKSUM_AT 9
#define ACPI_OEM_ID_AT 10
#define ACPI_OEM_TABLE_ID_AT 16

#define SRAT_HEADER_BYTES 48
#define SRAT_APIC 0
#define SRAT_APIC_BYTES 16
#define SRAT_MEMORY 1
#define SRAT_MEMORY_BYTES 40
#define SRAT_X2APIC 2
#define SRAT_X2APIC_BYTES 24
#define SRAT_GICC 3
#define SRAT_GIC_ITS 4
#define SRAT_INITIATOR 5
#define SRAT_PORT 6
#define SRAT_ENABLED 1

#define SLIT_HEADER_BYTES 44

#define MADT_HEADER_BYTES 44
#define MADT_APIC 0
#define MADT_APIC_BYTES 8
#define MADT_X2APIC 9
#define MADT_X2APIC_BYTES 16
#define MADT_ENABLED 1
#define MADT_ONLINE_CAPABLE 2

#define HMAT_HEADER_BYTES 40
#define HMAT_MEMORY 0
#define HMAT_MEMORY_BYTES 40
#define HMAT_INITIATOR_VALID 1
#define HMAT_LOCALITY 1
#define HMAT_LOCALITY_BYTES 32 /* before the lists */
#define HMAT_UNREACHABLE 0xffff

#define X2APIC_FROM 255 /* ids from here on need the x2APIC structures */

#endif
