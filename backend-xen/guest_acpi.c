#include "backend-xen/guest_acpi.h"

#include <stdbool.h>
#include <string.h>

#include "backend-xen/guest_build.h"
#include "firmware/acpi.h"
#include "firmware/acpi_layout.h"

/* ACPI 6.4, 5.2.5.3. */
#define RSDP_BYTES 36
#define RSDP_FIRST_BYTES 20 /* what the checksum of revision 1 covers */
#define RSDP_CHECKSUM_AT 8
#define RSDP_XSDT_AT 24
#define RSDP_EXTENDED_CHECKSUM_AT 32

/* struct acpi_info of tools/libacpi/libacpi.h. */
#define INFO_CHECKSUM_ADDRESS_AT 12
#define INFO_LAPIC_ADDRESS_AT 16
#define INFO_BYTES 20

#define XSDT_ENTRIES_MAX 24
#define ALIGN_BYTES 64

static uint8_t *at(const struct guest_acpi *acpi, uint64_t address, uint64_t bytes)
{
	for (uint32_t i = 0; i < acpi->nr_pieces; i++) {
		const struct guest_memory_piece *p = &acpi->piece[i];

		if (address >= p->base && bytes <= p->bytes &&
		    address - p->base <= p->bytes - bytes)
			return p->data + (address - p->base);
	}
	return NULL;
}

static uint8_t sum(const uint8_t *data, size_t bytes)
{
	unsigned total = 0;

	for (size_t i = 0; i < bytes; i++)
		total += data[i];
	return (uint8_t)total;
}

static void put(uint8_t *data, uint64_t value, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		data[i] = (uint8_t)(value >> 8 * i);
}

/* A table with its length and a right checksum, or NULL. */
static const uint8_t *table_at(const struct guest_acpi *acpi, uint64_t address, uint32_t *length)
{
	const uint8_t *t = at(acpi, address, ACPI_HEADER_BYTES);

	if (!t)
		return NULL;
	*length = (uint32_t)bytes_get(t + ACPI_LENGTH_AT, 4);
	if (*length < ACPI_HEADER_BYTES || !at(acpi, address, *length) || sum(t, *length))
		return NULL;
	return t;
}

static bool is_ours(const uint8_t *signature)
{
	for (int k = 0; k < ACPI_KINDS; k++)
		if (memcmp(signature, acpi_signature((enum acpi_kind)k), 4) == 0)
			return true;
	return false;
}

static void pad(struct bytes *b)
{
	bytes_fill(b, 0, (ALIGN_BYTES - b->nr % ALIGN_BYTES) % ALIGN_BYTES);
}

/* Where the DSDT may write: a local APIC for each CPU that it counts to. */
static void write_scratch(struct bytes *b, const struct guest_map *m)
{
	size_t start = b->nr;

	for (uint32_t n = 0; n < GUEST_VCPUS_MAX; n++) {
		bytes_put(b, MADT_APIC, 1);
		bytes_put(b, MADT_APIC_BYTES, 1);
		bytes_put(b, n, 1);
		bytes_put(b, 2 * n, 1);
		bytes_put(b, 0, 4);
	}
	for (uint32_t i = 0; i < m->nr_cpus; i++)
		if (m->cpu[i].online && m->cpu[i].uid < GUEST_VCPUS_MAX)
			bytes_set(b, start + MADT_APIC_BYTES * m->cpu[i].uid + 4, MADT_ENABLED, 4);
	/* the checksum that the DSDT keeps up to date */
	bytes_fill(b, 0, 8);
}

/* libacpi's header and entries, except those that we replace, then ours. */
static void write_xsdt(struct bytes *b, const struct guest_acpi *acpi, const uint8_t *old,
		       uint32_t old_length, const uint64_t *ours, uint32_t nr_ours)
{
	uint32_t length;

	for (uint32_t i = 0; i < ACPI_HEADER_BYTES; i++)
		bytes_put(b, old[i], 1);
	for (uint32_t o = ACPI_HEADER_BYTES; o + 8 <= old_length; o += 8) {
		uint64_t address = bytes_get(old + o, 8);

		if (!is_ours(at(acpi, address, 4)))
			bytes_put(b, address, 8);
	}
	for (uint32_t i = 0; i < nr_ours; i++)
		bytes_put(b, ours[i], 8);
	length = (uint32_t)b->nr;
	put(b->data + ACPI_LENGTH_AT, length, 4);
	b->data[ACPI_CHECKSUM_AT] = 0;
	b->data[ACPI_CHECKSUM_AT] = (uint8_t)-sum(b->data, length);
}

/* Tables, then the scratch; addresses of the former into ours[]. */
static uint32_t write_tables(struct bytes *b, const struct guest_map *m, uint64_t base,
			     uint64_t ours[ACPI_KINDS], uint64_t *scratch)
{
	uint32_t nr = 0;

	for (int k = 0; k < ACPI_KINDS; k++) {
		if (k == ACPI_HMAT && !m->nr_matrices)
			continue;
		pad(b);
		ours[nr++] = base + b->nr;
		acpi_write((enum acpi_kind)k, m, b);
	}
	pad(b);
	*scratch = base + b->nr;
	write_scratch(b, m);
	return nr;
}

static void patch(const struct guest_acpi *acpi, uint64_t xsdt, uint64_t scratch)
{
	uint8_t *rsdp = at(acpi, acpi->rsdp_at, RSDP_BYTES);
	uint8_t *info = at(acpi, acpi->info_at, INFO_BYTES);

	put(rsdp + RSDP_XSDT_AT, xsdt, 8);
	rsdp[RSDP_CHECKSUM_AT] = 0;
	rsdp[RSDP_CHECKSUM_AT] = (uint8_t)-sum(rsdp, RSDP_FIRST_BYTES);
	rsdp[RSDP_EXTENDED_CHECKSUM_AT] = 0;
	rsdp[RSDP_EXTENDED_CHECKSUM_AT] = (uint8_t)-sum(rsdp, RSDP_BYTES);
	put(info + INFO_LAPIC_ADDRESS_AT, scratch, 4);
	put(info + INFO_CHECKSUM_ADDRESS_AT, scratch + MADT_APIC_BYTES * GUEST_VCPUS_MAX, 4);
}

static int find_xsdt(const struct guest_acpi *acpi, const uint8_t **out, uint32_t *length,
		     struct error *err)
{
	const uint8_t *rsdp = at(acpi, acpi->rsdp_at, RSDP_BYTES);
	const uint8_t *info = at(acpi, acpi->info_at, INFO_BYTES);
	const uint8_t *xsdt, *madt;

	if (!rsdp || memcmp(rsdp, "RSD PTR ", 8) != 0 || sum(rsdp, RSDP_BYTES))
		return error_set(err, ERR_MACHINE, "libxl made no RSDP where one belongs");
	xsdt = table_at(acpi, bytes_get(rsdp + RSDP_XSDT_AT, 8), length);
	if (!xsdt || memcmp(xsdt, "XSDT", 4) != 0 ||
	    *length > ACPI_HEADER_BYTES + 8 * XSDT_ENTRIES_MAX)
		return error_set(err, ERR_MACHINE, "libxl made no XSDT that could be replaced");
	for (uint32_t o = ACPI_HEADER_BYTES; o + 8 <= *length; o += 8)
		if (!at(acpi, bytes_get(xsdt + o, 8), 4))
			return error_set(err, ERR_MACHINE,
					 "libxl's XSDT refers to a table outside its memory");
	/* a layout of another version would have something else there */
	madt = info ? at(acpi, bytes_get(info + INFO_LAPIC_ADDRESS_AT, 4), MADT_APIC_BYTES) : NULL;
	if (!madt || madt[0] != MADT_APIC || madt[1] != MADT_APIC_BYTES)
		return error_set(err, ERR_MACHINE,
				 "libxl's acpi_info does not say where the MADT's CPUs are");
	*out = xsdt;
	return 0;
}

int guest_acpi_make(const struct guest_acpi *acpi, const struct guest_map *m, uint64_t base,
		    struct bytes *out, struct error *err)
{
	uint64_t ours[ACPI_KINDS], scratch;
	struct bytes xsdt = {0};
	const uint8_t *old = NULL;
	uint32_t length = 0, nr;
	int rc = find_xsdt(acpi, &old, &length, err);

	if (rc)
		return rc;
	/* room for the XSDT in front */
	bytes_fill(out, 0, ACPI_HEADER_BYTES + 8 * (XSDT_ENTRIES_MAX + ACPI_KINDS));
	nr = write_tables(out, m, base, ours, &scratch);
	write_xsdt(&xsdt, acpi, old, length, ours, nr);
	memcpy(out->data, xsdt.data, xsdt.nr);
	bytes_release(&xsdt);
	patch(acpi, base, scratch);
	return 0;
}
