/*
 * What libxl made of a guest's tables, from any bytes: a piece of memory with its RSDP and
 * acpi_info somewhere. Checksums on the way are made right first, so that what lies behind
 * them is reached; what is refused must say why and change nothing, what is taken must stay
 * within its memory.
 *	build/clang/tests/fuzz/fuzz_guest_acpi -max_len=4096 -max_total_time=60 CORPUS
 */
#include <stdlib.h>
#include <string.h>

#include "backend-xen/guest_acpi.h"
#include "base/alloc.h"
#include "firmware/acpi_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE 0xfc000000u
#define RSDP_BYTES 36

static void correct(uint8_t *from, size_t length, size_t checksum_at)
{
	uint8_t sum = 0;

	from[checksum_at] = 0;
	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + from[i]);
	from[checksum_at] = (uint8_t)-sum;
}

/* acpi_info points to a local APIC somewhere in the memory. */
static void make_info(uint8_t *memory, size_t size, size_t info)
{
	size_t apic = memory[7] * 16u % (size - 8);
	uint32_t address = (uint32_t)(BASE + apic);

	if (info + 20 > size)
		return;
	memory[apic] = 0;
	memory[apic + 1] = 8;
	memcpy(memory + info + 16, &address, 4);
}

/* An RSDP that points somewhere into the memory, and a table there. */
static void make_plausible(uint8_t *memory, size_t size, size_t rsdp, size_t xsdt)
{
	uint32_t length = ACPI_HEADER_BYTES + 8 * (memory[xsdt + ACPI_HEADER_BYTES] % 8);
	uint64_t address = BASE + xsdt;

	if (xsdt + length > size)
		length = (uint32_t)(size - xsdt);
	memcpy(memory + xsdt, "XSDT", 4);
	memcpy(memory + xsdt + ACPI_LENGTH_AT, &length, 4);
	for (uint32_t o = ACPI_HEADER_BYTES; o + 8 <= length; o += 8) {
		uint64_t entry = BASE + memory[xsdt + o] * 16u;

		memcpy(memory + xsdt + o, &entry, 8);
	}
	correct(memory + xsdt, length, ACPI_CHECKSUM_AT);
	memcpy(memory + rsdp, "RSD PTR ", 8);
	memcpy(memory + rsdp + 24, &address, 8);
	correct(memory + rsdp, RSDP_BYTES, 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct guest_memory_piece piece = {.base = BASE};
	struct guest_acpi acpi = {.piece = &piece, .nr_pieces = 1};
	struct guest_map map = {0};
	struct bytes out = {0};
	struct error err = {0};
	uint8_t *memory, *before;
	size_t rsdp, xsdt, info;
	int rc;

	if (size < 8 + 2 * RSDP_BYTES + ACPI_HEADER_BYTES)
		return 0;
	rsdp = (data[0] | (size_t)data[1] << 8) % (size - RSDP_BYTES);
	xsdt = (data[2] | (size_t)data[3] << 8) % (size - ACPI_HEADER_BYTES);
	info = (data[4] | (size_t)data[5] << 8) % size;
	/* of exactly this size, so that the sanitizer sees what is behind it */
	memory = xmalloc(size);
	before = xmalloc(size);
	memcpy(memory, data, size);
	if (data[6] & 1)
		make_info(memory, size, info);
	if (data[6] & 2)
		make_plausible(memory, size, rsdp, xsdt);
	memcpy(before, memory, size);
	piece.data = memory;
	piece.bytes = size;
	acpi.rsdp_at = BASE + rsdp;
	acpi.info_at = BASE + info;
	rc = guest_acpi_make(&acpi, &map, BASE + 0x10000, &out, &err);
	BUG_ON(rc && (rc != err.code || !err.text[0] || memcmp(before, memory, size) != 0));
	bytes_release(&out);
	free(before);
	free(memory);
	return 0;
}
