#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/units.h"
#include "firmware/acpi.h"
#include "firmware/acpi_layout.h"
#include "firmware/acpi_others.h"

#define FILE_MAX ((size_t)MIB)
#define COUNT_MAX 65536 /* initiators, targets, localities: more is nonsense */

struct reader {
	struct acpi_table *out;
	const char *name;
	const uint8_t *data;
	size_t size, at;
	struct error *err;
	size_t cap_cpus, cap_ranges, cap_memories; /* room in the arrays below */
	struct guest_cpu *cpu;
	struct guest_range *range;
	struct guest_memory *memory;
};

static uint32_t get32(const struct reader *r, size_t at)
{
	return (uint32_t)bytes_get(r->data + at, 4);
}

#define FAIL(r, ...) error_at((r)->err, ERR_INPUT, (r)->name, 0, 0, __VA_ARGS__)

/* The known structure at r->at must have exactly this size. */
static int want_bytes(const struct reader *r, uint32_t length, uint32_t want)
{
	if (length == want)
		return 0;
	return FAIL(r, "the structure at offset %zu has %u bytes, its type has %u", r->at, length,
		    want);
}

static void add_cpu(struct reader *r, struct guest_cpu c)
{
	uint32_t *nr = &r->out->map.nr_cpus;

	r->cpu = grow(r->cpu, &r->cap_cpus, *nr, sizeof(*r->cpu));
	r->cpu[(*nr)++] = c;
}

static void see_domain(struct reader *r, uint32_t domain)
{
	if (domain >= r->out->map.nr_domains)
		r->out->map.nr_domains = domain + 1;
}

static int read_range(struct reader *r)
{
	uint32_t *nr = &r->out->map.nr_ranges;
	struct guest_range range = {
		.domain = get32(r, r->at + 2),
		.base = bytes_get(r->data + r->at + 8, 8),
		.bytes = bytes_get(r->data + r->at + 16, 8),
	};

	if (!(get32(r, r->at + 28) & SRAT_ENABLED))
		return 0;
	if (!range.bytes || range.base + range.bytes - 1 < range.base)
		return FAIL(r, "the memory range at offset %zu is empty or wraps around", r->at);
	if (range.domain == UINT32_MAX)
		return FAIL(r, "the structure at offset %zu names no possible domain", r->at);
	r->range = grow(r->range, &r->cap_ranges, *nr, sizeof(*r->range));
	r->range[(*nr)++] = range;
	see_domain(r, range.domain);
	return 0;
}

static int read_srat_cpu(struct reader *r, bool x2apic)
{
	const uint8_t *p = r->data + r->at;
	struct guest_cpu c = {0};
	uint32_t flags;

	if (x2apic) {
		c.domain = get32(r, r->at + 4);
		c.apic_id = get32(r, r->at + 8);
		flags = get32(r, r->at + 12);
	} else {
		c.domain = (uint32_t)(p[2] | bytes_get(p + 9, 3) << 8);
		c.apic_id = p[3];
		flags = get32(r, r->at + 4);
	}
	if (!(flags & SRAT_ENABLED))
		return 0;
	if (c.domain == UINT32_MAX)
		return FAIL(r, "the structure at offset %zu names no possible domain", r->at);
	add_cpu(r, c);
	see_domain(r, c.domain);
	return 0;
}

static int read_srat_part(struct reader *r, uint32_t type, uint32_t length)
{
	int rc;

	switch (type) {
	case SRAT_APIC:
		rc = want_bytes(r, length, SRAT_APIC_BYTES);
		return rc ? rc : read_srat_cpu(r, false);
	case SRAT_X2APIC:
		rc = want_bytes(r, length, SRAT_X2APIC_BYTES);
		return rc ? rc : read_srat_cpu(r, true);
	case SRAT_MEMORY:
		rc = want_bytes(r, length, SRAT_MEMORY_BYTES);
		return rc ? rc : read_range(r);
	}
	acpi_other_add(r->out, type, r->data + r->at, length);
	return 0;
}

static int read_madt_part(struct reader *r, uint32_t type, uint32_t length)
{
	const uint8_t *p = r->data + r->at;
	struct guest_cpu c = {0};
	uint32_t flags;
	int rc = 0;

	switch (type) {
	case MADT_APIC:
		rc = want_bytes(r, length, MADT_APIC_BYTES);
		if (rc)
			return rc;
		c.uid = p[2];
		c.apic_id = p[3];
		flags = get32(r, r->at + 4);
		break;
	case MADT_X2APIC:
		rc = want_bytes(r, length, MADT_X2APIC_BYTES);
		if (rc)
			return rc;
		c.apic_id = get32(r, r->at + 4);
		flags = get32(r, r->at + 8);
		c.uid = get32(r, r->at + 12);
		break;
	default:
		acpi_other_add(r->out, type, r->data + r->at, length);
		return 0;
	}
	c.online = flags & MADT_ENABLED;
	if (flags & (MADT_ENABLED | MADT_ONLINE_CAPABLE))
		add_cpu(r, c);
	return 0;
}

static void read_memory(struct reader *r)
{
	uint32_t *nr = &r->out->map.nr_memories;
	struct guest_memory m = {
		.has_initiator = r->data[r->at + 8] & HMAT_INITIATOR_VALID,
		.initiator = get32(r, r->at + 12),
		.domain = get32(r, r->at + 16),
	};

	r->memory = grow(r->memory, &r->cap_memories, *nr, sizeof(*r->memory));
	r->memory[(*nr)++] = m;
}

static void fill_matrix(struct reader *r, struct guest_matrix *gm)
{
	struct arena *a = &r->out->map.arena;
	size_t at = r->at + HMAT_LOCALITY_BYTES, nr = (size_t)gm->nr_initiators * gm->nr_targets;

	gm->initiator = arena_alloc(a, gm->nr_initiators * sizeof(*gm->initiator));
	gm->target = arena_alloc(a, gm->nr_targets * sizeof(*gm->target));
	gm->entry = arena_alloc(a, nr * sizeof(*gm->entry));
	for (uint32_t i = 0; i < gm->nr_initiators; i++, at += 4)
		gm->initiator[i] = get32(r, at);
	for (uint32_t i = 0; i < gm->nr_targets; i++, at += 4)
		gm->target[i] = get32(r, at);
	for (size_t i = 0; i < nr; i++, at += 2)
		gm->entry[i] = (uint16_t)bytes_get(r->data + at, 2);
}

static int read_matrix(struct reader *r, uint32_t length)
{
	struct guest_map *m = &r->out->map;
	struct guest_matrix gm = {0};
	uint64_t want;

	if (length < HMAT_LOCALITY_BYTES)
		return want_bytes(r, length, HMAT_LOCALITY_BYTES);
	gm.kind = r->data[r->at + 9];
	gm.nr_initiators = get32(r, r->at + 12);
	gm.nr_targets = get32(r, r->at + 16);
	gm.unit = bytes_get(r->data + r->at + 24, 8);
	if (gm.kind > GUEST_WRITE_BANDWIDTH)
		return FAIL(r, "the matrix at offset %zu has the unknown data type %u", r->at,
			    gm.kind);
	if (!gm.nr_initiators || !gm.nr_targets || gm.nr_initiators > COUNT_MAX ||
	    gm.nr_targets > COUNT_MAX || !gm.unit || gm.unit > UINT64_MAX / HMAT_UNREACHABLE)
		return FAIL(r, "the matrix at offset %zu has impossible counts or units", r->at);
	want = HMAT_LOCALITY_BYTES + 4 * ((uint64_t)gm.nr_initiators + gm.nr_targets) +
	       2 * (uint64_t)gm.nr_initiators * gm.nr_targets;
	if (length != want)
		return FAIL(r,
			    "the matrix at offset %zu has %u bytes, for %u x %u domains it "
			    "needs %" PRIu64,
			    r->at, length, gm.nr_initiators, gm.nr_targets, want);
	if (m->nr_matrices == GUEST_MATRICES_MAX)
		return FAIL(r, "there are more than %d matrices", GUEST_MATRICES_MAX);
	fill_matrix(r, &gm);
	m->matrix[m->nr_matrices++] = gm;
	return 0;
}

static int read_hmat_part(struct reader *r, uint32_t type, uint32_t length)
{
	int rc;

	switch (type) {
	case HMAT_MEMORY:
		rc = want_bytes(r, length, HMAT_MEMORY_BYTES);
		if (!rc)
			read_memory(r);
		return rc;
	case HMAT_LOCALITY:
		/* a matrix of a cache in front of the memory is not one of the memory */
		if (length >= HMAT_LOCALITY_BYTES && (r->data[r->at + 8] & 0xf)) {
			acpi_other_add(r->out, type, r->data + r->at, length);
			return 0;
		}
		return read_matrix(r, length);
	}
	acpi_other_add(r->out, type, r->data + r->at, length);
	return 0;
}

static int read_parts(struct reader *r, size_t header,
		      int (*part)(struct reader *r, uint32_t type, uint32_t length))
{
	bool wide = r->out->kind == ACPI_HMAT; /* 16-bit types, 32-bit lengths */
	size_t least = wide ? 8 : 2;

	if (r->size < header)
		return FAIL(r, "%zu bytes are too short for this table, which has a header of %zu",
			    r->size, header);
	for (r->at = header; r->at < r->size;) {
		uint32_t type, length;
		int rc;

		if (r->size - r->at < least)
			return FAIL(r, "the structure at offset %zu runs over the end", r->at);
		type = (uint32_t)bytes_get(r->data + r->at, wide ? 2 : 1);
		length = wide ? get32(r, r->at + 4) : r->data[r->at + 1];
		if (length < least || length > r->size - r->at)
			return FAIL(r,
				    "the structure at offset %zu says it has %u bytes; it must "
				    "have at least %zu, and %zu are left",
				    r->at, length, least, r->size - r->at);
		rc = part(r, type, length);
		if (rc)
			return rc;
		r->at += length;
	}
	return 0;
}

static int read_slit(struct reader *r)
{
	struct guest_map *m = &r->out->map;
	uint64_t nr;

	if (r->size < SLIT_HEADER_BYTES)
		return FAIL(r, "%zu bytes are too short for a SLIT", r->size);
	nr = bytes_get(r->data + ACPI_HEADER_BYTES, 8);
	if (!nr || nr > COUNT_MAX || nr * nr != r->size - SLIT_HEADER_BYTES)
		return FAIL(r, "%" PRIu64 " localities do not fit a SLIT of %zu bytes", nr,
			    r->size);
	m->nr_domains = (uint32_t)nr;
	m->distance = arena_alloc(&m->arena, nr * nr);
	memcpy(m->distance, r->data + SLIT_HEADER_BYTES, nr * nr);
	for (uint64_t i = 0; i < nr * nr; i++) {
		bool self = i / nr == i % nr;

		if (self ? m->distance[i] != 10 : m->distance[i] < 10)
			return FAIL(r,
				    "the distance from %" PRIu64 " to %" PRIu64
				    " is %u; to itself it must be 10, else 10 or more",
				    i / nr, i % nr, m->distance[i]);
	}
	return 0;
}

static int by_apic_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int by_base(const void *a, const void *b)
{
	const struct guest_range *x = a, *y = b;

	return (x->base > y->base) - (x->base < y->base);
}

static int check_cpus(const struct reader *r)
{
	uint32_t nr = r->out->map.nr_cpus;
	uint32_t *id = xcalloc((size_t)nr + 1, sizeof(*id));
	int rc = 0;

	for (uint32_t i = 0; i < nr; i++)
		id[i] = r->cpu[i].apic_id;
	qsort(id, nr, sizeof(*id), by_apic_id);
	for (uint32_t i = 1; i < nr && !rc; i++) {
		if (id[i] == id[i - 1])
			rc = FAIL(r, "the CPU with APIC id %u is there twice", id[i]);
	}
	free(id);
	return rc;
}

static int check_ranges(const struct reader *r)
{
	uint32_t nr = r->out->map.nr_ranges;
	struct guest_range *sorted = xcalloc((size_t)nr + 1, sizeof(*sorted));
	int rc = 0;

	for (uint32_t i = 0; i < nr; i++)
		sorted[i] = r->range[i];
	qsort(sorted, nr, sizeof(*sorted), by_base);
	for (uint32_t i = 1; i < nr && !rc; i++) {
		if (sorted[i].base - sorted[i - 1].base < sorted[i - 1].bytes)
			rc = FAIL(r, "two memory ranges overlap at 0x%" PRIx64, sorted[i].base);
	}
	free(sorted);
	return rc;
}

/* Move what was collected into the map's arena. */
static void keep(struct reader *r)
{
	struct guest_map *m = &r->out->map;

	m->cpu = arena_alloc(&m->arena, m->nr_cpus * sizeof(*m->cpu));
	m->range = arena_alloc(&m->arena, m->nr_ranges * sizeof(*m->range));
	m->memory = arena_alloc(&m->arena, m->nr_memories * sizeof(*m->memory));
	if (m->nr_cpus)
		memcpy(m->cpu, r->cpu, m->nr_cpus * sizeof(*m->cpu));
	if (m->nr_ranges)
		memcpy(m->range, r->range, m->nr_ranges * sizeof(*m->range));
	if (m->nr_memories)
		memcpy(m->memory, r->memory, m->nr_memories * sizeof(*m->memory));
}

static int read_header(struct reader *r)
{
	struct acpi_table *t = r->out;
	uint8_t sum = 0;
	unsigned kind = 0;

	if (r->size < ACPI_HEADER_BYTES)
		return FAIL(r, "%zu bytes are too short for an ACPI table, whose header has %d",
			    r->size, ACPI_HEADER_BYTES);
	while (kind < ACPI_KINDS && memcmp(r->data, acpi_signature((enum acpi_kind)kind), 4) != 0)
		kind++;
	if (kind == ACPI_KINDS)
		return FAIL(r, "the signature is none of SRAT, SLIT, APIC and HMAT");
	if (get32(r, ACPI_LENGTH_AT) != r->size)
		return FAIL(r, "the table says it has %u bytes, there are %zu",
			    get32(r, ACPI_LENGTH_AT), r->size);
	for (size_t i = 0; i < r->size; i++)
		sum = (uint8_t)(sum + r->data[i]);
	if (sum)
		return FAIL(r, "the checksum is wrong: the bytes add up to 0x%02x, not to 0", sum);
	t->kind = (enum acpi_kind)kind;
	t->revision = r->data[ACPI_REVISION_AT];
	memcpy(t->oem_id, r->data + ACPI_OEM_ID_AT, 6);
	memcpy(t->oem_table_id, r->data + ACPI_OEM_TABLE_ID_AT, 8);
	for (unsigned i = 0; i < 6; i++)
		t->oem_id[i] = t->oem_id[i] < ' ' || t->oem_id[i] > '~' ? '?' : t->oem_id[i];
	for (unsigned i = 0; i < 8; i++)
		t->oem_table_id[i] = t->oem_table_id[i] < ' ' || t->oem_table_id[i] > '~'
					     ? '?'
					     : t->oem_table_id[i];
	return 0;
}

static int read_content(struct reader *r)
{
	int rc = ERR_INPUT;

	switch (r->out->kind) {
	case ACPI_SRAT:
		rc = read_parts(r, SRAT_HEADER_BYTES, read_srat_part);
		break;
	case ACPI_SLIT:
		rc = read_slit(r);
		break;
	case ACPI_MADT:
		rc = read_parts(r, MADT_HEADER_BYTES, read_madt_part);
		break;
	case ACPI_HMAT:
		rc = read_parts(r, HMAT_HEADER_BYTES, read_hmat_part);
		break;
	case ACPI_KINDS:
		break;
	}
	if (!rc)
		rc = check_cpus(r);
	return rc ? rc : check_ranges(r);
}

int acpi_read(struct acpi_table *out, const char *name, const uint8_t *data, size_t size,
	      struct error *err)
{
	struct reader r = {.out = out, .name = name, .data = data, .size = size, .err = err};
	int rc;

	memset(out, 0, sizeof(*out));
	rc = read_header(&r);
	if (!rc)
		rc = read_content(&r);
	if (!rc)
		keep(&r);
	else
		acpi_table_release(out);
	free(r.cpu);
	free(r.range);
	free(r.memory);
	return rc;
}

int acpi_load(struct acpi_table *out, const char *path, struct error *err)
{
	char *text = NULL;
	size_t size;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = file_read(path, FILE_MAX, &text, &size, err);
	if (!rc)
		rc = acpi_read(out, path, (const uint8_t *)text, size, err);
	free(text);
	return rc;
}

void acpi_table_release(struct acpi_table *t)
{
	guest_map_release(&t->map);
	free(t->other);
	memset(t, 0, sizeof(*t));
}
