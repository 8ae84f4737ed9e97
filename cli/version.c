#include "cli/version.h"

#include <stdbool.h>
#include <string.h>

#include "base/library.h"
#include "cli/command.h"
#include "cli/defaults.h"
#include "host/host.h"
#include "zone/workload.h"

#define LIBRARIES_MAX 16
#define SCREEN_COLUMNS 80

const char *program_version(void)
{
	return HOMENODE_VERSION;
}

const char *program_date(void)
{
	return source_date;
}

/* One of a list on lines of a screen, behind a word that says what they are. */
static void put_item(FILE *out, int *column, const char *name, const char *version)
{
	int n = (int)(strlen(name) + strlen(version)) + (*version ? 1 : 0);

	if (*column + n + 3 > SCREEN_COLUMNS) {
		fputs(",\n           ", out);
		*column = 11;
	} else {
		fputs(*column > 11 ? ", " : "  ", out);
	}
	*column += n + 2;
	fprintf(out, "%s%s%s", name, *version ? " " : "", version);
}

/* What a build may lack; the version is that of the package it was built with, "" of none. */
static const struct feature {
	const char *name, *version;
} features[] = {
	{"linux (libnuma)", HOMENODE_WITH_NUMA},   {"xen (libxl)", HOMENODE_WITH_XEN},
	{"mpi (homenode-mpi)", HOMENODE_WITH_MPI}, {"sqlite", HOMENODE_WITH_SQLITE},
	{"seccomp", HOMENODE_WITH_SECCOMP},
};

static void print_features(FILE *out, bool there)
{
	int column = 0;

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		const struct feature *f = &features[i];

		if ((*f->version != '\0') != there)
			continue;
		if (!column)
			column = fprintf(out, "%-9s", there ? "with" : "without");
		put_item(out, &column, f->name, f->version);
	}
	if (column)
		fputc('\n', out);
}

static void print_libraries(FILE *out)
{
	struct library all[LIBRARIES_MAX], *end = all;
	int column = fprintf(out, "%-9s", "libraries");

	end = libraries_of_hwloc(end);
	end = libraries_of_xml(end);
	end = libraries_of_json(end);
	end = libraries_of_yaml(end);
	end = libraries_of_sha256(end);
	end = libraries_of_input(end);
	end = libraries_of_database(end);
	for (const struct library *l = all; l < end; l++)
		put_item(out, &column, l->name, l->version);
	fputc('\n', out);
}

static void print_defaults(FILE *out)
{
	struct defaults d = {0};
	struct error err = {0};

	fprintf(out, "%-9s  ", "defaults");
	if (defaults_load(&d, &err))
		fprintf(out, "%s\n", err.text);
	else
		defaults_print_short(&d, out);
	defaults_release(&d);
}

void version_print(FILE *out)
{
	fprintf(out, "%s %s\n", program_name, program_version());
	if (*source_commit)
		fprintf(out, "%-9s  %s (%s)%s\n", "commit", source_commit, source_date,
			source_changed ? ", with changes" : "");
	else
		fprintf(out, "%-9s  not known: neither git nor the archive of the sources says\n",
			"commit");
	print_features(out, true);
	print_features(out, false);
	print_libraries(out);
	print_defaults(out);
}
