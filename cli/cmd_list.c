#include <stdlib.h>
#include <string.h>

#include "backend-xen/xen.h"
#include "base/nearest.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "cli/data_files.h"
#include "cli/rows.h"
#include "host/host.h"
#include "placement/policy.h"
#include "zone/workload.h"

static int list_policies(struct rows *r, bool quiet, struct error *err)
{
	(void)quiet, (void)err;
	for (size_t i = 0; policies[i]; i++) {
		rows_text(r, policies[i]->name);
		rows_text(r, policies[i]->summary);
		rows_text(r, policies[i]->source);
	}
	return 0;
}

/* Which tables a zone can be given there, and why not. */
static void add_told(struct rows *r, const struct backend_ops *ops)
{
	struct error why = {0};
	char tells[64] = "-";

	if (ops == &xen_backend)
		xen_tells(tells, sizeof(tells), &why);
	rows_text(r, *tells ? tells : "none");
	rows_text(r, why.text);
}

static int list_backends(struct rows *r, bool quiet, struct error *err)
{
	(void)quiet, (void)err;
	for (size_t i = 0; backends[i]; i++) {
		struct arena words = {0};
		const char *can = "";

		for (unsigned bit = STEP_START; bit <= STEP_STOP; bit <<= 1) {
			if (backends[i]->can & bit)
				can = arena_printf(&words, "%s%s%s", can, *can ? " " : "",
						   step_name((enum step_kind)bit));
		}
		rows_text(r, backends[i]->name);
		rows_text(r, backends[i]->summary);
		rows_text(r, can);
		arena_release(&words);
		add_told(r, backends[i]);
	}
	return 0;
}

static int list_formats(struct rows *r, bool quiet, struct error *err)
{
	(void)quiet, (void)err;
	for (size_t i = 0; trace_formats[i]; i++) {
		rows_text(r, trace_formats[i]->name);
		rows_text(r, trace_formats[i]->summary);
		rows_text(r, trace_formats[i]->source);
	}
	return 0;
}

static void add_topology(struct rows *r, const char *name, const char *path, bool quiet)
{
	struct error bad = {0};
	struct host *h;

	/* a broken file must not hide the others */
	if (host_load(&h, path, &bad) != 0) {
		if (!quiet)
			fprintf(stderr, "homenode: warning: %s\n", bad.text);
		return;
	}
	rows_text(r, name);
	rows_number(r, h->nr_nodes);
	rows_number(r, h->nr_cpus);
	rows_number(r, h->memory_bytes);
	rows_text(r, h->source);
	host_free(h);
}

static void add_workload(struct rows *r, const char *name, const char *path, bool quiet)
{
	struct error bad = {0};
	struct workload w = {0};

	if (workload_load(&w, path, NULL, &bad) != 0) {
		if (!quiet)
			fprintf(stderr, "homenode: warning: %s\n", bad.text);
		return;
	}
	rows_text(r, name);
	rows_text(r, path);
	rows_text(r, w.note);
	workload_release(&w);
}

static int list_data(struct rows *r, const char *folder, const char *suffix, bool quiet,
		     void (*add)(struct rows *r, const char *name, const char *path, bool quiet),
		     struct error *err)
{
	struct data_files files;
	int rc = data_files_list(&files, folder, suffix, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < files.nr; i++) {
		char *path =
			xasprintf("%s/%s/%s%s", data_directory(), folder, files.name[i], suffix);

		add(r, files.name[i], path, quiet);
		free(path);
	}
	data_files_release(&files);
	return 0;
}

static int list_topologies(struct rows *r, bool quiet, struct error *err)
{
	return list_data(r, "topologies", ".xml", quiet, add_topology, err);
}

static int list_workloads(struct rows *r, bool quiet, struct error *err)
{
	return list_data(r, "workloads", ".json", quiet, add_workload, err);
}

static const struct column with_source[] = {
	{"name", COLUMN_TEXT},
	{"summary", COLUMN_TEXT},
	{"source", COLUMN_WIDE},
	{NULL, COLUMN_TEXT},
};

static const struct column backend_columns[] = {
	{"name", COLUMN_TEXT},	{"summary", COLUMN_TEXT}, {"can", COLUMN_TEXT},
	{"tells", COLUMN_TEXT}, {"why_not", COLUMN_WIDE}, {NULL, COLUMN_TEXT},
};

static const struct column topology_columns[] = {
	{"name", COLUMN_TEXT},		{"nodes", COLUMN_COUNT}, {"cpus", COLUMN_COUNT},
	{"memory_bytes", COLUMN_BYTES}, {"source", COLUMN_TEXT}, {NULL, COLUMN_TEXT},
};

static const struct column workload_columns[] = {
	{"name", COLUMN_TEXT},
	{"path", COLUMN_WIDE},
	{"note", COLUMN_TEXT},
	{NULL, COLUMN_TEXT},
};

static const struct list {
	const char *name;
	const struct column *column;
	int (*fill)(struct rows *r, bool quiet, struct error *err);
} lists[] = {
	{"policies", with_source, list_policies},
	{"backends", backend_columns, list_backends},
	{"topologies", topology_columns, list_topologies},
	{"workloads", workload_columns, list_workloads},
	{"formats", with_source, list_formats},
};

#define NR_LISTS (sizeof(lists) / sizeof(lists[0]))

static const struct list *list_find(const char *name, struct error *err)
{
	const char *names[NR_LISTS + 1] = {NULL}, *near;

	for (size_t i = 0; i < NR_LISTS; i++) {
		if (strcmp(lists[i].name, name) == 0)
			return &lists[i];
		names[i] = lists[i].name;
	}
	near = nearest_name(name, names);
	if (near)
		error_set(err, ERR_USAGE, "there is no list of \"%s\"; did you mean \"%s\"?", name,
			  near);
	else
		error_set(err, ERR_USAGE, "there is no list of \"%s\"; choose one of %s", name,
			  cmd_list.operands);
	return NULL;
}

static int run_list(const struct args *args, int *status, struct error *err)
{
	enum output_format format;
	const struct list *list;
	struct rows rows = {0};
	int rc;

	rc = args_format(args, true, &format, err);
	if (rc)
		return rc;
	list = list_find(args_operand(args, 0), err);
	if (!list)
		return ERR_USAGE;
	rows.name = list->name;
	rows.column = list->column;
	rc = list->fill(&rows, args_flag(args, "quiet"), err);
	if (rc == 0)
		rows_print(&rows, format, stdout);
	rows_release(&rows);
	*status = 0;
	return rc;
}

const struct command cmd_list = {
	.name = "list",
	.operands = "policies|backends|topologies|workloads|formats",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "the names that the other commands take",
	.about = "Topologies and workloads are the files of the data directory; formats are those "
		 "of fleet traces. JSON and CSV also say where each rule or format is defined. A "
		 "file that cannot be read is left out with a warning.",
	.example = "homenode list topologies --format json",
	.option = NULL,
	.run = run_list,
};
