#include "cli/plan_emit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "cli/command.h"
#include "cli/names.h"
#include "firmware/acpi.h"
#include "firmware/cpuid.h"

#define FORMATS_MAX 16

/* Beside those of emit/: the tables, which are several files a zone. */
static const struct {
	const char *name;
	enum guest_layout layout;
} tables[] = {{"acpi", GUEST_PVH}, {"acpi-q35", GUEST_Q35}};

#define NR_TABLES (sizeof(tables) / sizeof(tables[0]))

static int unknown_format(const char *name, struct error *err)
{
	const char *names[FORMATS_MAX + NR_TABLES + 1] = {NULL};
	size_t nr = 0;

	for (; nr < FORMATS_MAX && emit_formats[nr]; nr++)
		names[nr] = emit_formats[nr]->name;
	for (size_t i = 0; i < NR_TABLES; i++)
		names[nr++] = tables[i].name;
	return unknown_name(err, "--emit", "format", name, names);
}

static int find_format(struct emission *e, struct error *err)
{
	size_t i = 0;

	e->format = emit_find(e->name);
	if (e->format)
		return 0;
	while (i < NR_TABLES && strcmp(tables[i].name, e->name) != 0)
		i++;
	if (i == NR_TABLES)
		return unknown_format(e->name, err);
	e->layout = tables[i].layout;
	if (!e->directory)
		return error_set(err, ERR_USAGE,
				 "--emit %s writes several files a zone; add --output DIR",
				 e->name);
	return 0;
}

/* DIR is --output's, or the operand after ZONES. */
int emission_read(struct emission *e, const struct args *args, struct error *err)
{
	const char *operand = args_operand(args, 2);

	e->name = args_string(args, "emit", NULL);
	e->directory = args_string(args, "output", NULL);
	e->quiet = args_flag(args, "quiet");
	if (operand && e->directory)
		return error_set(err, ERR_USAGE, "two directories, \"%s\" and \"%s\": name one",
				 e->directory, operand);
	if (operand)
		e->directory = operand;
	if (e->name)
		return find_format(e, err);
	return e->directory ? error_set(err, ERR_USAGE, "%s goes with --emit",
					operand ? "a directory" : "--output")
			    : 0;
}

/* The zone's file, or its folder for tables, in the directory. */
static char *file_name(const struct emission *e, const struct zone *z)
{
	char *name = e->format ? e->format->zone_name(z) : plan_xl_name(z);
	char *file = xasprintf("%s%s", name, e->format ? e->format->suffix : "/");

	free(name);
	return file;
}

static int check_file(const struct emission *e, const struct zone *zone, size_t i,
		      struct error *err)
{
	char *mine = file_name(e, &zone[i]);
	int rc = 0;

	if (e->format && strlen(mine) > OUTPUT_NAME_MAX)
		rc = error_set(err, ERR_INPUT,
			       "zone \"%.40s...\" would be written to a file whose name has %zu "
			       "characters, and at most %d can be written; rename it",
			       zone[i].name, strlen(mine), OUTPUT_NAME_MAX);

	for (size_t j = 0; j < i && !rc; j++) {
		char *other = file_name(e, &zone[j]);

		if (strcmp(mine, other) == 0)
			rc = error_set(
				err, ERR_INPUT,
				"zones \"%s\" and \"%s\" would both be written to %s; rename "
				"one",
				zone[j].name, zone[i].name, mine);
		free(other);
	}
	if (!rc && e->format && e->format->host_file && strcmp(mine, e->format->host_file) == 0)
		rc = error_set(
			err, ERR_INPUT,
			"zone \"%s\" would be written to %s, which is the host's file; rename "
			"it",
			zone[i].name, mine);
	free(mine);
	return rc;
}

int emission_check(const struct emission *e, const struct zone *zone, size_t nr, struct error *err)
{
	int rc = 0;

	if (!e->name)
		return 0;
	if (!e->directory && nr != 1)
		return error_set(err, ERR_USAGE,
				 "--emit %s: %zu zones make as many files; add --output DIR",
				 e->name, nr);
	for (size_t i = 0; e->directory && i < nr && !rc; i++)
		rc = check_file(e, zone, i, err);
	return rc;
}

static void say(const struct emission *e, const char *what, const char *name,
		const struct emit_notes *n)
{
	for (uint32_t i = 0; i < n->nr && !e->quiet; i++)
		fprintf(stderr, "homenode: warning: %s %s: --emit %s: %s\n", what, name, e->name,
			n->line[i]);
}

/* Notes to standard error and the file to `out`. */
static void print_zone(const struct emission *e, const struct plan *p, FILE *out)
{
	struct emit_input in = {.plan = p, .policy = e->policy, .io = e->io};
	struct emit_notes notes = {0};

	e->format->limits(&in, &notes);
	say(e, "zone", p->zone->name, &notes);
	e->format->print(&in, &notes, out);
	emit_notes_release(&notes);
}

static void print_host(const struct emission *e, const struct host *h, FILE *out)
{
	struct emit_notes notes = {0};

	e->format->host_limits(h, e->policy, &notes);
	say(e, "host", h->name, &notes);
	e->format->print_host(h, e->policy, &notes, out);
	emit_notes_release(&notes);
}

static int write_zone(const struct emission *e, const struct plan *p, struct error *err)
{
	char *name = file_name(e, p->zone);
	char *path = xasprintf("%s/%s", e->directory, name);
	struct output o = {0};
	int rc = output_open(&o, path, err);

	if (!rc) {
		print_zone(e, p, o.file);
		rc = output_commit(&o, err);
	}
	output_abandon(&o);
	free(path);
	free(name);
	return rc;
}

static int write_host(const struct emission *e, const struct host *h, struct error *err)
{
	char *path = xasprintf("%s/%s", e->directory, e->format->host_file);
	struct output o = {0};
	int rc = output_open(&o, path, err);

	if (!rc) {
		print_host(e, h, o.file);
		rc = output_commit(&o, err);
	}
	output_abandon(&o);
	free(path);
	return rc;
}

static int write_bytes(const char *path, const struct bytes *b, struct error *err)
{
	struct output o = {0};
	int rc = output_open(&o, path, err);

	if (!rc) {
		fwrite(b->data, 1, b->nr, o.file); /* commit sees a failure */
		rc = output_commit(&o, err);
	}
	output_abandon(&o);
	return rc;
}

static int write_cpuid(const char *directory, const struct guest_map *m, const char *zone,
		       struct error *err)
{
	char *path = xasprintf("%s/cpuid.json", directory);
	struct output o = {0};
	int rc = output_open(&o, path, err);

	if (!rc) {
		cpuid_print_json(m, zone, o.file);
		rc = output_commit(&o, err);
	}
	output_abandon(&o);
	free(path);
	return rc;
}

static int write_tables(const char *directory, const struct guest_map *m, struct error *err)
{
	int rc = 0;

	for (int k = 0; k < ACPI_KINDS && !rc; k++) {
		char *path = xasprintf("%s/%s", directory, acpi_file_name((enum acpi_kind)k));
		struct bytes b = {0};

		if (k == ACPI_HMAT && !m->nr_matrices) {
			remove(path); /* an older run's would contradict the rest */
		} else {
			acpi_write((enum acpi_kind)k, m, &b);
			rc = write_bytes(path, &b, err);
		}
		bytes_release(&b);
		free(path);
	}
	return rc;
}

/* Into a folder of the zone's own. */
static int write_acpi(const struct emission *e, const struct plan *p, struct error *err)
{
	const char *untold = guest_untold(p->zone);
	char *name = plan_xl_name(p->zone);
	char *directory = xasprintf("%s/%s", e->directory, name);
	struct guest_map m;
	int rc = 0;

	if (!untold && !e->quiet && strcmp(name, p->zone->name) != 0)
		fprintf(stderr, "homenode: warning: zone %s: --emit %s: its folder is called %s\n",
			p->zone->name, e->name, name);
	if (untold) {
		fprintf(stderr, "homenode: zone %s gets no tables: %s\n", p->zone->name, untold);
	} else {
		guest_map_make(&m, p, e->layout);
		rc = make_directories(directory, err);
		if (!rc)
			rc = write_tables(directory, &m, err);
		if (!rc)
			rc = write_cpuid(directory, &m, p->zone->name, err);
		guest_map_release(&m);
	}
	free(directory);
	free(name);
	return rc;
}

static int write_all(const struct emission *e, const struct host *h,
		     const struct plan_result *result, size_t nr, struct error *err)
{
	int rc = make_directories(e->directory, err);

	for (size_t i = 0; i < nr && !rc; i++) {
		const struct plan *p = result[i].plan;

		if (p)
			rc = e->format ? write_zone(e, p, err) : write_acpi(e, p, err);
	}
	if (!rc && e->format && e->format->host_file)
		rc = write_host(e, h, err);
	return rc;
}

/* The file alone on standard output; what goes to people goes to standard error. */
static void print_alone(const struct emission *e, const struct host *h, const struct plan_result *r)
{
	if (r->plan) {
		print_zone(e, r->plan, stdout);
		if (e->format->host_file) {
			puts("---");
			print_host(e, h, stdout);
		}
		return;
	}
	fprintf(stderr, "homenode: zone %s is refused (%s): %s\n", r->zone->name,
		error_name(r->error_code), r->error_text);
	for (uint32_t i = 0; i < r->nr_reasons; i++)
		fprintf(stderr, "homenode: %s\n", r->reason[i]);
}

int emission_write(const struct emission *e, const struct host *h, const struct plan_result *result,
		   size_t nr, struct error *err)
{
	if (!e->name)
		return 0;
	if (e->directory)
		return write_all(e, h, result, nr, err);
	print_alone(e, h, &result[0]);
	return 0;
}
