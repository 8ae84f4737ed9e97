/*
 * Tables of known traces that hold no zones: machines, use over time. They are told from
 * what can be run, and machines are summed up for whoever writes the fleet of a workload.
 * Columns as in the formats' own files; Azure's readings: AzurePublicDatasetV1.md at e5321ed;
 * Google's machine_events: clusterdata_trace_format_v3.proto at 0180978.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/rng.h"
#include "zone/trace_rows.h"

#define SIZES_MAX 4
#define SHAPES_MAX 64
#define SHAPE_TEXT 128

enum { KEY, SIZES };

/* A table of machines: the key column, then those of sizes. */
static const struct machines {
	struct trace_layout layout;
	const char *what;
} machines[] = {
	{
		.what = "Google 2011, machine_events; parts of the largest machine",
		.layout = {.column = {{.name = "machine ID"}, {.name = "CPUs"}, {.name = "Memory"}},
			   .bare = (const char *const[]){"time", "machine ID", "event type",
							 "platform ID", "CPUs", "Memory", NULL},
			   .shape = "nnntDD"},
	},
	{
		.what = "Google 2019, machine_events; parts of the largest machine",
		.layout = {.column = {{.name = "machine_id"},
				      {.name = "capacity.cpus"},
				      {.name = "capacity.memory"}}},
	},
	{
		.what = "Alibaba 2017, server_event; memory and disk are parts",
		.layout = {.column = {{.name = "machine id"}, {.name = "cpus"}, {.name = "memory"}},
			   .bare = (const char *const[]){"timestamp", "machine id", "event type",
							 "event detail", "cpus", "memory", "disk",
							 NULL},
			   .shape = "nnt.DDD"},
	},
	{
		.what = "Alibaba 2018, machine_meta; memory in hundredths of the largest",
		.layout = {.column = {{.name = "machine_id"},
				      {.name = "cpu_num"},
				      {.name = "mem_size"}},
			   .bare = (const char *const[]){"machine_id", "time_stamp",
							 "failure_domain_1", "failure_domain_2",
							 "cpu_num", "mem_size", "status", NULL},
			   .shape = "tnn.ndt"},
	},
	{
		.what = "Alibaba GPU 2020, pai_machine_spec",
		.layout = {.column = {{.name = "machine"},
				      {.name = "cap_cpu"},
				      {.name = "cap_mem"},
				      {.name = "cap_gpu"},
				      {.name = "gpu_type"}},
			   .bare = (const char *const[]){"machine", "gpu_type", "cap_cpu",
							 "cap_mem", "cap_gpu", NULL},
			   .shape = "ttddd"},
	},
	{
		.what = "Alibaba GPU 2023, openb nodes",
		.layout = {.column = {{.name = "sn"},
				      {.name = "cpu_milli"},
				      {.name = "memory_mib"},
				      {.name = "gpu"},
				      {.name = "model"}}},
	},
};

#define NR_MACHINES (sizeof(machines) / sizeof(machines[0]))

/* Other tables: what to give instead. */
static const struct {
	const char *shape, *sentence;
} others[] = {
	{"ntddd", "holds Azure's readings of CPU use (vm_cpu_readings), no sizes: vmtable.csv has "
		  "the VMs"},
	{"nnnnNDDDDDDDDDDDDDDD", "holds what tasks of Google's trace used (task_usage), not what "
				 "they asked for: task_events has that"},
	{"tntntnnDD", "holds batch tasks of Alibaba 2018 (batch_task), which are not read: "
		      "container_meta has its services"},
	{"nnnnntDD", "holds batch tasks of Alibaba 2017 (batch_task), which are not read: "
		     "container_event has its services"},
};

/* Machines alike. */
struct shape {
	char text[SHAPE_TEXT];
	size_t nr;
};

struct fleet {
	struct shape shape[SHAPES_MAX];
	size_t nr_shapes, nr;
	struct map known; /* hash of a machine's name */
};

static uint64_t hash_field(const struct csv_field *f)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < f->n; i++)
		hash = map_mix(hash, (unsigned char)f->text[i]);
	return hash;
}

/* "cpu_milli 96000, memory_mib 393216, gpu 8" */
static void shape_text(char *out, const struct csv *c, const struct machines *m)
{
	size_t used = 0;

	*out = '\0';
	for (int i = SIZES; m->layout.column[i].name && used < SHAPE_TEXT; i++) {
		int column = csv_column(c, m->layout.column[i].name);
		const struct csv_field *f = &c->field[column];

		if (f->n)
			used += (size_t)snprintf(out + used, SHAPE_TEXT - used, "%s%s %.*s",
						 used ? ", " : "", m->layout.column[i].name,
						 (int)(f->n < 40 ? f->n : 40), f->text);
	}
}

/* A machine counts once, as it is at first. */
static void add_machine(struct fleet *fleet, const struct csv *c, const struct machines *m)
{
	uint64_t key = hash_field(&c->field[csv_column(c, m->layout.column[KEY].name)]);
	char text[SHAPE_TEXT];
	size_t i = 0;

	if (map_find(&fleet->known, key) != MAP_NONE)
		return;
	map_add(&fleet->known, key, 0);
	fleet->nr++;
	shape_text(text, c, m);
	while (i < fleet->nr_shapes && strcmp(fleet->shape[i].text, text) != 0)
		i++;
	if (i == SHAPES_MAX)
		return;
	if (i == fleet->nr_shapes)
		memcpy(fleet->shape[fleet->nr_shapes++].text, text, sizeof(text));
	fleet->shape[i].nr++;
}

static int compare_shapes(const void *pa, const void *pb)
{
	const struct shape *a = pa, *b = pb;

	if (a->nr != b->nr)
		return a->nr > b->nr ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* The three shapes that most machines have. */
static int say_fleet(struct fleet *fleet, const char *path, const struct machines *m,
		     struct error *err)
{
	char list[512] = "";
	size_t used = 0;

	qsort(fleet->shape, fleet->nr_shapes, sizeof(fleet->shape[0]), compare_shapes);
	for (size_t i = 0; i < fleet->nr_shapes && i < 3 && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%zu of %s",
					 i ? "; " : "", fleet->shape[i].nr, fleet->shape[i].text);
	return error_set(err, ERR_INPUT,
			 "%s: is a table of machines, no zones (%s): %zu of them, %s%s. The fleet "
			 "of a run is its \"hosts\"",
			 path, m->what, fleet->nr, list,
			 fleet->nr_shapes > 3 ? "; and others" : "");
}

static int sum_up(const char *path, const struct machines *m, bool bare, struct error *err)
{
	struct fleet *fleet = xcalloc(1, sizeof(*fleet));
	struct csv c;
	bool more;
	int rc = csv_open_first(&c, path, err);

	if (rc) {
		free(fleet);
		return rc;
	}
	if (bare)
		csv_take_names(&c, m->layout.bare);
	else
		rc = csv_take_header(&c, err);
	while (!rc && !(rc = csv_next(&c, &more, err)) && more)
		add_machine(fleet, &c, m);
	csv_close(&c);
	if (!rc)
		rc = say_fleet(fleet, path, m, err);
	map_release(&fleet->known);
	free(fleet);
	return rc;
}

int trace_says_no_zones(const char *path, const struct csv *first, struct error *err)
{
	struct trace_layout other = {.shape = NULL};
	unsigned have;

	for (size_t i = 0; i < NR_MACHINES; i++) {
		if (!first->nr_columns && trace_has_shape(first, &machines[i].layout))
			return sum_up(path, &machines[i], true, err);
		if (first->nr_columns && !trace_lacks(first, &machines[i].layout, &have))
			return sum_up(path, &machines[i], false, err);
	}
	for (size_t i = 0; !first->nr_columns && i < sizeof(others) / sizeof(others[0]); i++) {
		other.shape = others[i].shape;
		if (trace_has_shape(first, &other))
			return error_set(err, ERR_INPUT, "%s: %s", path, others[i].sentence);
	}
	return 0;
}
