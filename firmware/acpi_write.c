#include "firmware/acpi.h"
#include "firmware/acpi_layout.h"

static void begin(struct bytes *b, enum acpi_kind kind, uint8_t revision)
{
	bytes_text_field(b, acpi_signature(kind), 4);
	bytes_put(b, 0, 4); /* length and checksum: finish() */
	bytes_put(b, revision, 1);
	bytes_put(b, 0, 1);
	bytes_text_field(b, "HNODE", 6);
	bytes_text_field(b, "HOMENODE", 8);
	bytes_put(b, 1, 4);
	bytes_text_field(b, "HNOD", 4);
	bytes_put(b, 1, 4);
}

static void finish(struct bytes *b, size_t start)
{
	uint8_t sum = 0;

	bytes_set(b, start + ACPI_LENGTH_AT, b->nr - start, 4);
	for (size_t i = start; i < b->nr; i++)
		sum = (uint8_t)(sum + b->data[i]);
	bytes_set(b, start + ACPI_CHECKSUM_AT, (uint8_t)-sum, 1);
}

static void srat_cpu(struct bytes *b, const struct guest_cpu *c)
{
	if (c->apic_id < X2APIC_FROM) {
		bytes_put(b, SRAT_APIC, 1);
		bytes_put(b, SRAT_APIC_BYTES, 1);
		bytes_put(b, c->domain, 1);
		bytes_put(b, c->apic_id, 1);
		bytes_put(b, SRAT_ENABLED, 4);
		bytes_put(b, 0, 1); /* SAPIC EID */
		bytes_put(b, c->domain >> 8, 3);
		bytes_put(b, 0, 4); /* clock domain */
		return;
	}
	bytes_put(b, SRAT_X2APIC, 1);
	bytes_put(b, SRAT_X2APIC_BYTES, 1);
	bytes_put(b, 0, 2);
	bytes_put(b, c->domain, 4);
	bytes_put(b, c->apic_id, 4);
	bytes_put(b, SRAT_ENABLED, 4);
	bytes_put(b, 0, 8); /* clock domain, reserved */
}

static void write_srat(struct bytes *b, const struct guest_map *m)
{
	begin(b, ACPI_SRAT, 3);
	bytes_put(b, 1, 4); /* reserved, must be 1 */
	bytes_put(b, 0, 8);
	for (uint32_t i = 0; i < m->nr_cpus; i++)
		srat_cpu(b, &m->cpu[i]);
	for (uint32_t i = 0; i < m->nr_ranges; i++) {
		bytes_put(b, SRAT_MEMORY, 1);
		bytes_put(b, SRAT_MEMORY_BYTES, 1);
		bytes_put(b, m->range[i].domain, 4);
		bytes_put(b, 0, 2);
		bytes_put(b, m->range[i].base, 8);
		bytes_put(b, m->range[i].bytes, 8);
		bytes_put(b, 0, 4);
		bytes_put(b, SRAT_ENABLED, 4);
		bytes_put(b, 0, 8);
	}
}

static void write_slit(struct bytes *b, const struct guest_map *m)
{
	begin(b, ACPI_SLIT, 1);
	bytes_put(b, m->nr_domains, 8);
	for (uint32_t i = 0; i < m->nr_domains * m->nr_domains; i++)
		bytes_put(b, m->distance[i], 1);
}

static void madt_cpu(struct bytes *b, const struct guest_cpu *c)
{
	uint32_t flags = c->online ? MADT_ENABLED : MADT_ONLINE_CAPABLE;

	if (c->apic_id < X2APIC_FROM && c->uid <= UINT8_MAX) {
		bytes_put(b, MADT_APIC, 1);
		bytes_put(b, MADT_APIC_BYTES, 1);
		bytes_put(b, c->uid, 1);
		bytes_put(b, c->apic_id, 1);
		bytes_put(b, flags, 4);
		return;
	}
	bytes_put(b, MADT_X2APIC, 1);
	bytes_put(b, MADT_X2APIC_BYTES, 1);
	bytes_put(b, 0, 2);
	bytes_put(b, c->apic_id, 4);
	bytes_put(b, flags, 4);
	bytes_put(b, c->uid, 4);
}

static void write_madt(struct bytes *b, const struct guest_map *m)
{
	begin(b, ACPI_MADT, 5);
	bytes_put(b, 0xfee00000, 4); /* where every CPU sees its local APIC */
	bytes_put(b, 0, 4);
	for (uint32_t i = 0; i < m->nr_cpus; i++)
		madt_cpu(b, &m->cpu[i]);
}

static void hmat_matrix(struct bytes *b, const struct guest_matrix *gm)
{
	size_t start = b->nr;

	bytes_put(b, HMAT_LOCALITY, 2);
	bytes_put(b, 0, 2);
	bytes_put(b, 0, 4); /* length, below */
	bytes_put(b, 0, 1); /* memory, not a cache in front of it */
	bytes_put(b, gm->kind, 1);
	bytes_put(b, 0, 2); /* smallest transfer: not said */
	bytes_put(b, gm->nr_initiators, 4);
	bytes_put(b, gm->nr_targets, 4);
	bytes_put(b, 0, 4);
	bytes_put(b, gm->unit, 8);
	for (uint32_t i = 0; i < gm->nr_initiators; i++)
		bytes_put(b, gm->initiator[i], 4);
	for (uint32_t i = 0; i < gm->nr_targets; i++)
		bytes_put(b, gm->target[i], 4);
	for (uint32_t i = 0; i < gm->nr_initiators * gm->nr_targets; i++)
		bytes_put(b, gm->entry[i], 2);
	bytes_set(b, start + 4, b->nr - start, 4);
}

static void write_hmat(struct bytes *b, const struct guest_map *m)
{
	BUG_ON(!m->nr_matrices);
	begin(b, ACPI_HMAT, 2);
	bytes_put(b, 0, 4);
	for (uint32_t i = 0; i < m->nr_memories; i++) {
		const struct guest_memory *gm = &m->memory[i];

		bytes_put(b, HMAT_MEMORY, 2);
		bytes_put(b, 0, 2);
		bytes_put(b, HMAT_MEMORY_BYTES, 4);
		bytes_put(b, gm->has_initiator ? HMAT_INITIATOR_VALID : 0, 2);
		bytes_put(b, 0, 2);
		bytes_put(b, gm->initiator, 4);
		bytes_put(b, gm->domain, 4);
		bytes_fill(b, 0, 20);
	}
	for (uint32_t i = 0; i < m->nr_matrices; i++)
		hmat_matrix(b, &m->matrix[i]);
}

void acpi_write(enum acpi_kind kind, const struct guest_map *m, struct bytes *out)
{
	static void (*const write[ACPI_KINDS])(struct bytes *, const struct guest_map *) = {
		[ACPI_SRAT] = write_srat,
		[ACPI_SLIT] = write_slit,
		[ACPI_MADT] = write_madt,
		[ACPI_HMAT] = write_hmat,
	};
	size_t start = out->nr;

	write[kind](out, m);
	finish(out, start);
}

const char *acpi_signature(enum acpi_kind kind)
{
	static const char *const name[ACPI_KINDS] = {"SRAT", "SLIT", "APIC", "HMAT"};

	return name[kind];
}

const char *acpi_file_name(enum acpi_kind kind)
{
	static const char *const name[ACPI_KINDS] = {"srat.aml", "slit.aml", "madt.aml",
						     "hmat.aml"};

	return name[kind];
}
