#include <inttypes.h>

#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "firmware/acpi.h"
#include "firmware/acpi_layout.h"
#include "firmware/acpi_others.h"

static const char *matrix_name(uint8_t kind)
{
	static const char *const name[] = {"access latency",   "read latency",	 "write latency",
					   "access bandwidth", "read bandwidth", "write bandwidth"};

	return name[kind];
}

static bool is_latency(uint8_t kind)
{
	return kind < 3;
}

static void print_cpus(const struct acpi_table *t, FILE *out)
{
	const struct guest_map *m = &t->map;
	struct table *table;

	if (!m->nr_cpus)
		return;
	table = table_new();
	if (t->kind == ACPI_MADT)
		table_cell(table, "vcpu");
	table_cell(table, "x2apic id");
	table_cell(table, t->kind == ACPI_MADT ? "at boot" : "domain");
	table_end_row(table);
	for (uint32_t i = 0; i < m->nr_cpus; i++) {
		const struct guest_cpu *c = &m->cpu[i];

		if (t->kind == ACPI_MADT)
			table_cell(table, "%u", c->uid);
		table_cell(table, "%u", c->apic_id);
		if (t->kind == ACPI_MADT)
			table_cell(table, c->online ? "online" : "offline");
		else
			table_cell(table, "%u", c->domain);
		table_end_row(table);
	}
	fputc('\n', out);
	(void)table_print_within(table, out, 0, TABLE_ALL, terminal_columns(out));
	table_free(table);
}

static void print_ranges(const struct guest_map *m, FILE *out)
{
	struct table *table = table_new();
	char size[32];

	table_cell(table, "from");
	table_cell(table, "to");
	table_cell(table, "size");
	table_cell(table, "domain");
	table_end_row(table);
	for (uint32_t i = 0; i < m->nr_ranges; i++) {
		const struct guest_range *r = &m->range[i];

		table_cell(table, "0x%" PRIx64, r->base);
		table_cell(table, "0x%" PRIx64, r->base + r->bytes - 1);
		table_cell(table, "%s",
			   r->bytes > INT64_MAX
				   ? "-"
				   : bytes_text((int64_t)r->bytes, size, sizeof(size)));
		table_cell(table, "%u", r->domain);
		table_end_row(table);
	}
	fputc('\n', out);
	(void)table_print_within(table, out, 0, TABLE_ALL, terminal_columns(out));
	table_free(table);
}

static void print_distances(const struct guest_map *m, FILE *out)
{
	fputs("\ndistances, row = from\n", out);
	for (uint32_t i = 0; i < m->nr_domains; i++) {
		for (uint32_t j = 0; j < m->nr_domains; j++)
			fprintf(out, "%s%3u", j ? " " : "", m->distance[i * m->nr_domains + j]);
		fputc('\n', out);
	}
}

static void entry_cell(struct table *table, const struct guest_matrix *gm, size_t i)
{
	uint64_t value = gm->entry[i] * gm->unit;

	if (gm->entry[i] == HMAT_UNREACHABLE)
		table_cell(table, "unreachable");
	else if (!gm->entry[i])
		table_cell(table, "-");
	else if (is_latency(gm->kind) && value % 1000)
		table_cell(table, "%" PRIu64 ".%03" PRIu64, value / 1000, value % 1000);
	else
		table_cell(table, "%" PRIu64, is_latency(gm->kind) ? value / 1000 : value);
}

static void print_matrix(const struct guest_matrix *gm, FILE *out)
{
	struct table *table = table_new();

	fprintf(out, "\n%s, %s, row = domain of the CPUs, column = domain of the memory\n",
		matrix_name(gm->kind), is_latency(gm->kind) ? "ns" : "MB/s");
	table_cell(table, "from");
	for (uint32_t j = 0; j < gm->nr_targets; j++)
		table_cell(table, "%u", gm->target[j]);
	table_end_row(table);
	for (uint32_t i = 0; i < gm->nr_initiators; i++) {
		table_cell(table, "%u", gm->initiator[i]);
		for (uint32_t j = 0; j < gm->nr_targets; j++)
			entry_cell(table, gm, (size_t)i * gm->nr_targets + j);
		table_end_row(table);
	}
	(void)table_print_within(table, out, 0, TABLE_ALL, terminal_columns(out));
	table_free(table);
}

static void print_memories(const struct guest_map *m, FILE *out)
{
	if (m->nr_memories)
		fputc('\n', out);
	for (uint32_t i = 0; i < m->nr_memories; i++) {
		if (m->memory[i].has_initiator)
			fprintf(out, "memory of domain %u is next to the CPUs of domain %u\n",
				m->memory[i].domain, m->memory[i].initiator);
		else
			fprintf(out, "memory of domain %u is next to no CPU\n",
				m->memory[i].domain);
	}
}

/* What else is in it, by name. */
static void print_others(const struct acpi_table *t, FILE *out)
{
	for (uint32_t i = 0; i < t->nr_others; i++) {
		const struct acpi_other *o = &t->other[i];

		fprintf(out, "%salso %" PRIu32 " %s (type %" PRIu32 ")", i ? "" : "\n", o->nr,
			acpi_other_name(t->kind, o->type), o->type);
		if (o->has_domain)
			fprintf(out, " of domain %" PRIu32, o->domain);
		fputc('\n', out);
	}
}

void acpi_print(const struct acpi_table *t, FILE *out)
{
	fprintf(out, "%s, revision %u, OEM \"%s\" \"%s\"\n", acpi_signature(t->kind), t->revision,
		t->oem_id, t->oem_table_id);
	print_cpus(t, out);
	if (t->map.nr_ranges)
		print_ranges(&t->map, out);
	if (t->map.distance)
		print_distances(&t->map, out);
	print_memories(&t->map, out);
	for (uint32_t i = 0; i < t->map.nr_matrices; i++)
		print_matrix(&t->map.matrix[i], out);
	print_others(t, out);
}

static void json_text(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

static void json_cpus(const struct acpi_table *t, FILE *out)
{
	const struct guest_map *m = &t->map;

	fputs(", \"cpus\": [", out);
	for (uint32_t i = 0; i < m->nr_cpus; i++) {
		const struct guest_cpu *c = &m->cpu[i];

		fprintf(out, "%s{\"x2apic_id\": %u, ", i ? ", " : "", c->apic_id);
		if (t->kind == ACPI_MADT)
			fprintf(out, "\"vcpu\": %u, \"online\": %s}", c->uid,
				c->online ? "true" : "false");
		else
			fprintf(out, "\"domain\": %u}", c->domain);
	}
	fputc(']', out);
}

static void json_ranges(const struct guest_map *m, FILE *out)
{
	fputs(", \"memory\": [", out);
	for (uint32_t i = 0; i < m->nr_ranges; i++)
		fprintf(out, "%s{\"base\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"domain\": %u}",
			i ? ", " : "", m->range[i].base, m->range[i].bytes, m->range[i].domain);
	fputc(']', out);
}

static void json_distances(const struct guest_map *m, FILE *out)
{
	fputs(", \"distances\": [", out);
	for (uint32_t i = 0; i < m->nr_domains; i++) {
		fputs(i ? ", [" : "[", out);
		for (uint32_t j = 0; j < m->nr_domains; j++)
			fprintf(out, "%s%u", j ? ", " : "", m->distance[i * m->nr_domains + j]);
		fputc(']', out);
	}
	fputc(']', out);
}

static void json_list(const char *name, const uint32_t *value, uint32_t nr, FILE *out)
{
	fprintf(out, ", \"%s\": [", name);
	for (uint32_t i = 0; i < nr; i++)
		fprintf(out, "%s%u", i ? ", " : "", value[i]);
	fputc(']', out);
}

static void json_entry(uint16_t entry, uint64_t unit, FILE *out)
{
	if (entry == 0 || entry == HMAT_UNREACHABLE)
		fputs("null", out);
	else
		fprintf(out, "%" PRIu64, entry * unit);
}

static void json_matrix(const struct guest_matrix *gm, FILE *out)
{
	fprintf(out, "{\"kind\": \"%s\", \"unit\": \"%s\"", matrix_name(gm->kind),
		is_latency(gm->kind) ? "ps" : "MB/s");
	json_list("initiators", gm->initiator, gm->nr_initiators, out);
	json_list("targets", gm->target, gm->nr_targets, out);
	fputs(", \"values\": [", out);
	for (uint32_t i = 0; i < gm->nr_initiators; i++) {
		fputs(i ? ", [" : "[", out);
		for (uint32_t j = 0; j < gm->nr_targets; j++) {
			fputs(j ? ", " : "", out);
			json_entry(gm->entry[(size_t)i * gm->nr_targets + j], gm->unit, out);
		}
		fputc(']', out);
	}
	fputs("]}", out);
}

static void json_others(const struct acpi_table *t, FILE *out)
{
	fputs(", \"other_structures\": [", out);
	for (uint32_t i = 0; i < t->nr_others; i++) {
		const struct acpi_other *o = &t->other[i];

		fprintf(out, "%s{\"type\": %" PRIu32 ", \"name\": \"%s\", \"count\": %" PRIu32,
			i ? ", " : "", o->type, acpi_other_name(t->kind, o->type), o->nr);
		if (o->has_domain)
			fprintf(out, ", \"domain\": %" PRIu32, o->domain);
		fputc('}', out);
	}
	fputc(']', out);
}

void acpi_print_json(const struct acpi_table *t, FILE *out)
{
	fprintf(out, "{\"table\": \"%s\", \"revision\": %u, \"oem_id\": ", acpi_signature(t->kind),
		t->revision);
	json_text(t->oem_id, out);
	fputs(", \"oem_table_id\": ", out);
	json_text(t->oem_table_id, out);
	if (t->kind == ACPI_SRAT || t->kind == ACPI_MADT)
		json_cpus(t, out);
	if (t->kind == ACPI_SRAT)
		json_ranges(&t->map, out);
	if (t->kind == ACPI_SLIT)
		json_distances(&t->map, out);
	if (t->kind == ACPI_HMAT) {
		fputs(", \"matrices\": [", out);
		for (uint32_t i = 0; i < t->map.nr_matrices; i++) {
			fputs(i ? ", " : "", out);
			json_matrix(&t->map.matrix[i], out);
		}
		fputc(']', out);
	}
	json_others(t, out);
	fputs("}\n", out);
}
