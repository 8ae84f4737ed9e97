#include <stdlib.h>
#include <string.h>

#include "choice/choice.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "cli/data_files.h"
#include "cli/list_columns.h"
#include "cli/list_formats.h"
#include "cli/names.h"
#include "cli/rows.h"
#include "host/figures_formats.h"
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

static int list_choices(struct rows *r, bool quiet, struct error *err)
{
	(void)quiet, (void)err;
	for (size_t i = 0; choices[i]; i++) {
		rows_text(r, choices[i]->name);
		rows_text(r, choices[i]->summary);
		rows_text(r, choices[i]->source);
	}
	return 0;
}

/* Which tables a zone can be given there, and why not. */
static void add_told(struct rows *r, const struct backend_ops *ops)
{
	struct error why = {0};
	char tells[64] = "-";

	if (ops->tells && !ops->absent)
		ops->tells(tells, sizeof(tells), &why);
	rows_text(r, ops->absent || !*tells ? "none" : tells);
	rows_text(r, ops->absent ? ops->absent : why.text);
}

static const char *steps_of(const struct backend_ops *ops, struct arena *words)
{
	const char *can = "";

	for (unsigned bit = STEP_START; bit <= STEP_LAST; bit <<= 1)
		if (ops->can & bit)
			can = arena_printf(words, "%s%s%s", can, *can ? " " : "",
					   step_name((enum step_kind)bit));
	return can;
}

static int list_backends(struct rows *r, bool quiet, struct error *err)
{
	(void)quiet, (void)err;
	for (size_t i = 0; backends[i]; i++) {
		struct arena words = {0};

		rows_text(r, backends[i]->name);
		rows_text(r, backends[i]->summary);
		rows_text(r, steps_of(backends[i], &words));
		add_told(r, backends[i]);
		rows_text(r, backends[i]->default_host);
		rows_text(r, backends[i]->allocator);
		arena_release(&words);
	}
	return 0;
}

static int list_options(struct rows *r, bool quiet, struct error *err)
{
	(void)quiet, (void)err;
	for (size_t i = 0; backends[i]; i++) {
		const struct backend_option *o = backends[i]->option;

		for (; o && o->key; o++) {
			rows_text(r, backends[i]->name);
			rows_text(r, o->key);
			rows_text(r, o->value);
			rows_text(r, o->meaning);
			rows_text(r, o->from);
		}
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
			print_warning(bad.text);
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
			print_warning(bad.text);
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

static int list_calibrations(struct rows *r, bool quiet, struct error *err)
{
	(void)quiet, (void)err;
	for (size_t i = 0; figure_formats[i]; i++) {
		rows_text(r, figure_formats[i]->name);
		rows_text(r, figure_formats[i]->summary);
		rows_text(r, figure_formats[i]->how);
		rows_text(r, figure_formats[i]->source);
	}
	return 0;
}

static const struct column calibration_columns[] = {
	{.name = "name"},
	{.name = "summary"},
	{.name = "how", .wide = true},
	{.name = "source", .wide = true},
};

static const struct column with_source[] = {
	{.name = "name"},
	{.name = "summary"},
	{.name = "source", .wide = true},
};

static const struct column backend_columns[] = {
	{.name = "name"},
	{.name = "summary"},
	{.name = "can", .wide = true},
	{.name = "tells"},
	{.name = "why_not", .wide = true},
	{.name = "host", .wide = true},
	{.name = "allocator", .wide = true},
};

static const struct column option_columns[] = {
	{.name = "backend"},
	{.name = "option"},
	{.name = "value"},
	{.name = "meaning"},
	{.name = "from", .wide = true},
};

static const struct column topology_columns[] = {
	{.name = "name"},
	{.name = "nodes", .unit = UNIT_COUNT},
	{.name = "cpus", .unit = UNIT_COUNT},
	{.name = "memory_bytes", .title = "memory", .unit = UNIT_BYTES},
	{.name = "source"},
};

static const struct column workload_columns[] = {
	{.name = "name"},
	{.name = "path", .wide = true},
	{.name = "note"},
};

#define COLUMNS(table) (table), sizeof(table) / sizeof((table)[0])

static const struct list {
	const char *name;
	const struct column *column;
	size_t nr_columns;
	int (*fill)(struct rows *r, bool quiet, struct error *err);
	/* beside or instead: a list that has parts; part NULL: all of it */
	int (*fill_part)(struct rows *r, const char *part, struct error *err);
	/* the columns of a part, where they are others */
	const struct column *part_column;
	size_t nr_part_columns;
} lists[] = {
	{"policies", COLUMNS(with_source), list_policies, NULL, NULL, 0},
	{"choices", COLUMNS(with_source), list_choices, NULL, NULL, 0},
	{"backends", COLUMNS(backend_columns), list_backends, NULL, NULL, 0},
	{"options", COLUMNS(option_columns), list_options, NULL, NULL, 0},
	{"topologies", COLUMNS(topology_columns), list_topologies, NULL, NULL, 0},
	{"workloads", COLUMNS(workload_columns), list_workloads, NULL, NULL, 0},
	{"formats", list_formats_columns, LIST_FORMATS_COLUMNS, NULL, list_formats,
	 list_format_columns, LIST_FORMAT_COLUMNS},
	{"calibrations", COLUMNS(calibration_columns), list_calibrations, NULL, NULL, 0},
	{"columns", list_columns_columns, LIST_COLUMNS_COLUMNS, NULL, list_columns, NULL, 0},
};

#define NR_LISTS (sizeof(lists) / sizeof(lists[0]))

static const struct list *list_find(const char *name, struct error *err)
{
	const char *names[NR_LISTS + 1] = {NULL};

	for (size_t i = 0; i < NR_LISTS; i++) {
		if (strcmp(lists[i].name, name) == 0)
			return &lists[i];
		names[i] = lists[i].name;
	}
	(void)unknown_name(err, NULL, "list", name, names);
	return NULL;
}

static int fill(struct rows *rows, const struct list *list, const struct args *args,
		struct error *err)
{
	const char *part = args_operand(args, 1);

	if (list->fill_part)
		return list->fill_part(rows, part, err);
	if (part)
		return error_set(err, ERR_USAGE,
				 "one operand too many, \"%s\": the list of %s has no parts", part,
				 list->name);
	return list->fill(rows, args_flag(args, "quiet"), err);
}

static int run_list(const struct args *args, int *status, struct error *err)
{
	enum output_format format;
	const struct list *list;
	struct rows rows = {0};
	struct view view = {0};
	int rc;

	rc = args_format(args, &format, err);
	if (rc)
		return rc;
	list = list_find(args_operand(args, 0), err);
	if (!list)
		return ERR_USAGE;
	rows.name = list->name;
	rows.column = list->column;
	rows.nr_columns = list->nr_columns;
	if (args_operand(args, 1) && list->part_column) {
		rows.column = list->part_column;
		rows.nr_columns = list->nr_part_columns;
	}
	rc = view_read(&view, args, format, rows.column, rows.nr_columns, err);
	if (!rc)
		rc = fill(&rows, list, args, err);
	if (!rc)
		rows_print(&rows, format, &view, stdout);
	rows_release(&rows);
	view_release(&view);
	*status = 0;
	return rc;
}

static struct column *columns(const char *operand, size_t *nr)
{
	struct error none = {0};
	const struct list *list = operand ? list_find(operand, &none) : NULL;

	return list ? view_columns(list->column, list->nr_columns, nr) : NULL;
}

static const struct option options[] = {
	VIEW_OPTIONS,
	OPTION_FORMAT("text|json|jsonl|csv", "text (default) or rows; jsonl: a row a line"),
	{0},
};

const struct command cmd_list = {
	.name = "list",
	.operands = "policies|choices|backends|options|topologies|workloads|formats|calibrations|"
		    "columns [PART]",
	.min_operands = 1,
	.max_operands = 2,
	.summary = "the names that the other commands take",
	.about = "Topologies and workloads are the files of the data directory; formats are those "
		 "of fleet traces (\"formats NAME\": columns, units, licence and where to get it), "
		 "options those of backends, calibrations what homenode calibrate reads, columns "
		 "those of results, \"columns FILE\" "
		 "those of one (summary, zones, size, ...). JSON and CSV also say where each rule "
		 "or format is defined. A file that cannot be read is left out with a warning.",
	.example = "homenode list topologies --format json",
	.option = options,
	.columns = columns,
	.run = run_list,
};
