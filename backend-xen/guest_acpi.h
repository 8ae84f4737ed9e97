/*
 * Our tables beside those that libacpi made for a PVH domain, in memory, before it
 * is loaded. Pure: works on pieces of guest memory that the caller holds.
 *
 * What libacpi gives a PVH domain (tools/libacpi/build.c, 4.17 to 4.20): at 0xfc000000 a page
 * with struct acpi_info, behind it DSDT, FACP, MADT, XSDT and, where libxl was told of
 * vNUMA, SRAT and SLIT, then the RSDP. Its DSDT has a method (_SB.PRSC, run at boot on
 * a PVH domain because nothing answers behind its GPE block) that sets bit 0 of every
 * eighth byte for 1 KiB from the MADT's first local APIC on, over whatever tables lie
 * there (docs/upstream-xen.md). acpi_info says where that local APIC is. 4.19.4 and 4.20.2
 * have that method no more; then nobody writes to the room that is made for it here.
 *
 * So everything of ours goes to fresh pages behind all that: an XSDT that refers to
 * libacpi's FACP and to our own MADT, SRAT, SLIT and HMAT, and a table of 128 local
 * APICs for the DSDT to write to, where acpi_info is pointed. Nothing that a guest
 * reads is written to any more.
 */
#ifndef BACKEND_XEN_GUEST_ACPI_H
#define BACKEND_XEN_GUEST_ACPI_H

#include <stdint.h>

#include "base/error.h"
#include "firmware/bytes.h"
#include "firmware/guest_map.h"

/* A piece of guest memory that will be loaded at `base`. */
struct guest_memory_piece {
	uint8_t *data;
	uint64_t base;
	uint64_t bytes;
};

struct guest_acpi {
	const struct guest_memory_piece *piece; /* libacpi's, written to */
	uint32_t nr_pieces;
	uint64_t rsdp_at; /* guest addresses */
	uint64_t info_at; /* of struct acpi_info */
};

/*
 * Appends to `out` (empty at call) what is to be loaded at `base`, a page address
 * behind all pieces, and patches RSDP and acpi_info. ERR_MACHINE, and nothing changed,
 * when the pieces are not what is described above.
 */
int guest_acpi_make(const struct guest_acpi *acpi, const struct guest_map *m, uint64_t base,
		    struct bytes *out, struct error *err) MUST_USE;

#endif
