/*
 * Alibaba's GPU clusters of 2020 and 2025 (github.com/alibaba/clusterdata); that of 2023 is
 * openb.
 *
 * 2020, pai_task_table.csv (cluster-trace-gpu-v2020/README.md at 02a1be1, columns in
 *	data/pai_task_table.header): no header in the file. A task is inst_num zones alike, from
 *	its start to its end. plan_cpu and plan_gpu are hundredths; plan_mem is GB, read as GiB
 *	(29.296875 is 30000 MiB). A part of a GPU takes it whole. A task without a start never
 *	ran; without an end it stays. What is not stated is 1 vCPU, 1024 MiB, no GPU.
 *
 *	pai_instance_table.csv (data/pai_instance_table.header) has when each instance ran, and
 *	no sizes: those are its task's, from pai_task_table as the trace's "types". An instance
 *	whose task is not there is a bad row.
 *
 * 2025, disaggregated_DLRM_trace.csv (cluster-trace-gpu-v2025/README.md at 62506b7): CPU nodes
 *	(CN) and GPU nodes (HN) of recommendation models. No creation_time: there before the
 *	trace, so at 0. No deletion_time: there after it. (The README says NaN, the file leaves
 *	the field empty; both are read.)
 *
 * Rows are in no order of time: they are sorted by it, out of memory where they are many. Of the
 * instances of 2020 the table of tasks is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/rng.h"
#include "base/units.h"
#include "zone/trace_rows.h"

enum { JOB, TASK, INSTANCES, START, END, CPU, MEMORY, GPUS, MODEL };

static bool stated(const struct trace_stream *t, unsigned column)
{
	return trace_given(t, column) && !trace_field_is(t, column, "NaN") &&
	       !trace_field_is(t, column, "nan");
}

/* Hundredths or wholes, as thousandths. */
static int read_milli(const struct trace_stream *t, unsigned column, int64_t unit, int64_t *out,
		      struct error *err)
{
	*out = 0;
	if (!stated(t, column))
		return 0;
	return csv_decimal(&t->csv, (unsigned)t->column[column], unit,
			   (int64_t)ZONE_VCPUS_MAX * 1000, out, err);
}

static int read_memory(const struct trace_stream *t, unsigned column, int64_t *out,
		       struct error *err)
{
	*out = 0;
	if (!stated(t, column))
		return 0;
	return csv_decimal(&t->csv, (unsigned)t->column[column], GIB, ZONE_MEMORY_MAX_BYTES, out,
			   err);
}

/* From `start`, or 0 where that is before the trace, to `end`, or for ever. */
static int read_life(struct trace_stream *t, unsigned start, unsigned end, struct error *err)
{
	struct zone_event *e = &t->base.event;
	int64_t start_ns = 0, end_ns = NS_NEVER;
	int rc = 0;

	if (stated(t, start))
		rc = csv_seconds(&t->csv, (unsigned)t->column[start], &start_ns, err);
	if (!rc)
		rc = trace_set_time(t, start, start_ns, err);
	e->id = t->nr_zones;
	if (!rc && stated(t, end))
		rc = csv_seconds(&t->csv, (unsigned)t->column[end], &end_ns, err);
	if (!rc && end_ns < e->at_ns)
		return csv_error(&t->csv, (unsigned)t->column[end], err,
				 "it ends before its start");
	if (end_ns == NS_NEVER)
		trace_note(t, "have no end: they stay");
	e->lifetime_ns = end_ns == NS_NEVER ? NS_NEVER : end_ns - e->at_ns;
	return rc;
}

/* "job-task" */
static int set_task_name(struct trace_stream *t, struct error *err)
{
	const struct csv_field *f = &t->csv.field[t->column[TASK]];
	size_t n;
	int rc = trace_set_name(t, "", JOB, err);

	if (rc)
		return rc;
	n = strlen(t->name);
	if (n + 1 + f->n > ZONE_NAME_MAX - 12)
		return csv_error(&t->csv, (unsigned)t->column[TASK], err, "the name is too long");
	t->name[n] = '-';
	memcpy(t->name + n + 1, f->text, f->n);
	t->name[n + 1 + f->n] = '\0';
	return 0;
}

/* What a task, or an instance of it, takes. */
struct size {
	int64_t milli, bytes, gpus;
	bool model;
};

static int read_size(struct trace_stream *t, struct size *out, struct error *err)
{
	int rc = read_milli(t, CPU, 10, &out->milli, err);

	if (!rc)
		rc = read_memory(t, MEMORY, &out->bytes, err);
	if (!rc)
		rc = read_milli(t, GPUS, 10, &out->gpus, err);
	out->model = stated(t, MODEL);
	return rc;
}

/* Columns are those of the table that names the zone. */
static int set_size(struct trace_stream *t, const struct size *s, unsigned column,
		    struct error *err)
{
	int rc = trace_read_gpus(t, column, s->gpus, err);

	if (!rc)
		rc = trace_set_zone(t, column, s->milli, column,
				    s->bytes ? s->bytes : ZONE_MEMORY_DEFAULT_BYTES, err);
	if (rc)
		return rc;
	if (!s->bytes || !s->milli)
		trace_note(t, "state no CPUs or no memory and get 1 vCPU, 1024 MiB");
	if (s->gpus && s->model)
		trace_note(t, "name a model of GPU (gpu_type), which is not used");
	return 0;
}

static int task_row(struct trace_stream *t, struct error *err)
{
	int64_t instances = 1;
	struct size size;
	int rc;

	if (!stated(t, START)) {
		trace_note(t, "never began: left out");
		t->no_event = true;
		return 0;
	}
	rc = read_life(t, START, END, err);
	if (!rc && stated(t, INSTANCES))
		rc = csv_decimal(&t->csv, (unsigned)t->column[INSTANCES], 1, ZONE_LIST_MAX,
				 &instances, err);
	if (!rc)
		rc = read_size(t, &size, err);
	if (!rc)
		rc = set_size(t, &size, CPU, err);
	if (!rc)
		rc = set_task_name(t, err);
	if (rc)
		return rc;
	t->no_event = !instances;
	t->copies = (uint32_t)instances;
	return 0;
}

static const char *const task_names[] = {
	"job_name", "task_name", "inst_num", "status",	 "start_time", "end_time",
	"plan_cpu", "plan_mem",	 "plan_gpu", "gpu_type", NULL,
};

static const struct trace_layout task_layout = {
	.any_order = true,
	.time = START + 1,
	.column =
		{
			[JOB] = {"job_name", false, NULL, "names the zones, with"},
			[TASK] = {"task_name", false, NULL, "the task in the job"},
			[INSTANCES] = {"inst_num", false, NULL, "so many zones alike"},
			[START] = {"start_time", false, "s", "when they start; empty: never"},
			[END] = {"end_time", false, "s", "when they stop; empty: they stay"},
			[CPU] = {"plan_cpu", false, "vCPU/100", "rounded up to whole vCPUs"},
			[MEMORY] = {"plan_mem", false, "GiB", "their memory"},
			[GPUS] = {"plan_gpu", false, "GPU/100", "GPUs, taken whole"},
			[MODEL] = {"gpu_type", true, NULL, "not used"},
		},
	.place = {[ZONE_FIELD_NAME] = TASK + 1,
		  [ZONE_FIELD_VCPUS] = CPU + 1,
		  [ZONE_FIELD_MEMORY] = MEMORY + 1,
		  [ZONE_FIELD_DEVICES] = GPUS + 1},
	.bare = task_names,
	.shape = "ttDtDDDDDT",
	.row = task_row,
};

/* --- 2020, instances ------------------------------------------------------------------ */

enum { I_JOB, I_TASK, I_NAME, I_START, I_END, I_MACHINE };

struct task {
	const char *name; /* "job-task" */
	struct size size;
};

struct tasks {
	struct trace_stream rows; /* of the instances */
	struct arena words;
	struct task *task;
	size_t nr, cap;
	struct map by_name; /* hash of the name, to its place */
};

static const struct task *find_task(const struct tasks *all, const char *name)
{
	uint64_t key = hash_text(name);
	size_t at;

	for (uint32_t v = map_first(&all->by_name, key, &at); v != MAP_NONE;
	     v = map_next(&all->by_name, key, &at))
		if (strcmp(all->task[v].name, name) == 0)
			return &all->task[v];
	return NULL;
}

/* A row of pai_task_table, kept. */
static int keep_task(struct tasks *all, struct trace_stream *t, struct error *err)
{
	struct size size;
	int rc = read_size(t, &size, err);

	if (!rc)
		rc = set_task_name(t, err);
	if (rc || find_task(all, t->name))
		return rc;
	all->task = grow(all->task, &all->cap, all->nr, sizeof(*all->task));
	all->task[all->nr] = (struct task){arena_strdup(&all->words, t->name), size};
	map_add(&all->by_name, hash_text(t->name), (uint32_t)all->nr++);
	return 0;
}

static void tasks_release(struct trace_stream *rows)
{
	struct tasks *all = (struct tasks *)rows;

	arena_release(&all->words);
	map_release(&all->by_name);
	free(all->task);
}

static int read_tasks(struct tasks *all, const struct workload *w, struct error *err)
{
	struct trace_stream t = {.base = {.ops = NULL}};
	struct csv csv;
	bool more;
	int rc = csv_open_first(&csv, w->types_path, err);

	if (rc)
		return rc;
	rc = trace_take_columns(&csv, &trace_alibaba_gpu_2020, err);
	if (rc) {
		csv_close(&csv);
		return rc;
	}
	rc = trace_init(&t, &csv, &task_layout, w, false, err);
	if (rc)
		return rc;
	while (!(rc = csv_next(&t.csv, &more, err)) && more && !(rc = keep_task(all, &t, err)))
		;
	trace_release(&t);
	return rc;
}

static int instance_of_task_row(struct trace_stream *t, struct error *err)
{
	const struct task *task;
	int rc;

	if (!stated(t, I_START)) {
		trace_note(t, "never began: left out");
		t->no_event = true;
		return 0;
	}
	rc = read_life(t, I_START, I_END, err);
	if (!rc)
		rc = set_task_name(t, err);
	if (rc)
		return rc;
	task = find_task((const struct tasks *)t, t->name);
	if (!task)
		return csv_error(&t->csv, (unsigned)t->column[I_TASK], err,
				 "the instance's task is not in the table of tasks");
	rc = set_size(t, &task->size, I_TASK, err);
	if (!rc)
		rc = trace_set_name(t, "", I_NAME, err);
	if (!rc && trace_given(t, I_MACHINE))
		trace_note(t, "name the machine they were placed on, which is not used");
	return rc;
}

static const char *const instance_names[] = {
	"job_name", "task_name",  "inst_name", "worker_name", "inst_id",
	"status",   "start_time", "end_time",  "machine",     NULL,
};

static const struct trace_layout instances_layout = {
	.any_order = true,
	.time = I_START + 1,
	.column =
		{
			[I_JOB] = {"job_name", false, NULL, "its size, with"},
			[I_TASK] = {"task_name", false, NULL, "the task, in pai_task_table"},
			[I_NAME] = {"worker_name", false, NULL, "names the zone"},
			[I_START] = {"start_time", false, "s", "when it starts; empty: never"},
			[I_END] = {"end_time", false, "s", "when it stops; empty: it stays"},
			[I_MACHINE] = {"machine", true, NULL, "not used"},
		},
	.place = {[ZONE_FIELD_NAME] = I_NAME + 1,
		  [ZONE_FIELD_VCPUS] = I_TASK + 1,
		  [ZONE_FIELD_MEMORY] = I_TASK + 1,
		  [ZONE_FIELD_DEVICES] = I_TASK + 1},
	.bare = instance_names,
	.shape = "ttttttDDT",
	.row = instance_of_task_row,
	.release = tasks_release,
};

static int open_instances(struct zone_stream **out, struct csv *csv, const struct workload *w,
			  bool skip_bad, struct error *err)
{
	int rc;

	if (!w->types_path) {
		csv_close(csv);
		return error_set(err, ERR_INPUT,
				 "%s: sizes are in another table; name it: \"types\": "
				 "\"pai_task_table.csv\" in the workload's \"trace\"",
				 w->trace_path);
	}
	rc = trace_stream_open(out, sizeof(struct tasks), csv, &instances_layout, w, skip_bad, err);
	if (rc)
		return rc;
	rc = read_tasks((struct tasks *)*out, w, err);
	if (rc)
		zone_stream_close(*out);
	return rc;
}

static int open_2020(struct zone_stream **out, struct csv *csv, const struct workload *w,
		     bool skip_bad, struct error *err)
{
	int rc;

	if (trace_form(csv, &trace_alibaba_gpu_2020) == &instances_layout)
		return open_instances(out, csv, w, skip_bad, err);
	if (!w->types_path)
		return trace_stream_open(out, sizeof(struct trace_stream), csv, &task_layout, w,
					 skip_bad, err);
	rc = error_set(err, ERR_INPUT, "%s: pai_task_table has its sizes itself", w->trace_path);
	csv_close(csv);
	return rc;
}

/* --- 2025 ---------------------------------------------------------------------------- */

enum { D_NAME, D_CPU, D_MEMORY, D_GPUS, D_CREATED, D_DELETED, D_MOST, D_RDMA, D_DISK };

static int instance_row(struct trace_stream *t, struct error *err)
{
	int64_t milli = 0, bytes = 0, gpus = 0;
	int rc = read_life(t, D_CREATED, D_DELETED, err);

	if (!rc)
		rc = read_milli(t, D_CPU, 1000, &milli, err);
	if (!rc)
		rc = read_memory(t, D_MEMORY, &bytes, err);
	if (!rc)
		rc = read_milli(t, D_GPUS, 1000, &gpus, err);
	if (!rc)
		rc = trace_read_gpus(t, D_GPUS, gpus, err);
	if (!rc)
		rc = trace_set_zone(t, D_CPU, milli, D_MEMORY, bytes, err);
	if (!rc)
		rc = trace_set_name(t, "", D_NAME, err);
	if (rc)
		return rc;
	if (!stated(t, D_CREATED))
		trace_note(t, "are from before the trace: they come together");
	if (stated(t, D_MOST) && !trace_field_is(t, D_MOST, "-1"))
		trace_note(t, "may share a node with only so many of their app: not used");
	if (stated(t, D_RDMA) && !trace_field_is(t, D_RDMA, "0"))
		trace_note(t, "ask for a share of RDMA bandwidth, which is not used");
	if (stated(t, D_DISK) && !trace_field_is(t, D_DISK, "0.0"))
		trace_note(t, "ask for disk, which is not used");
	return 0;
}

/* Without a time: there before the trace. */
static bool created_key(const struct csv_field *f, struct sort_key *out)
{
	if (f->n && !(f->n == 3 && (f->text[0] == 'N' || f->text[0] == 'n')))
		return csv_sort_key(f, out);
	*out = (struct sort_key){0, 0};
	return true;
}

static const struct trace_layout instance_layout = {
	.any_order = true,
	.sorted = true,
	.time = D_CREATED + 1,
	.time_key = created_key,
	.column =
		{
			[D_NAME] = {"instance_sn", false, NULL, "names the zone"},
			[D_CPU] = {"cpu_request", false, "vCPUs", "its size"},
			[D_MEMORY] = {"memory_request", false, "GiB", "its memory"},
			[D_GPUS] = {"gpu_request", false, NULL, "any so many GPUs of a host"},
			[D_CREATED] = {"creation_time", false, "s", "when it starts; empty: at 0"},
			[D_DELETED] = {"deletion_time", false, "s",
				       "when it stops; empty: it stays"},
			[D_MOST] = {"max_instance_per_node", true, NULL, "not used"},
			[D_RDMA] = {"rdma_request", true, "%", "not used"},
			[D_DISK] = {"disk_request", true, "GiB", "not used"},
		},
	.place = {[ZONE_FIELD_NAME] = D_NAME + 1,
		  [ZONE_FIELD_VCPUS] = D_CPU + 1,
		  [ZONE_FIELD_MEMORY] = D_MEMORY + 1,
		  [ZONE_FIELD_DEVICES] = D_GPUS + 1},
	.named_rows = true,
	.row = instance_row,
};

static int open_2025(struct zone_stream **out, struct csv *csv, const struct workload *w,
		     bool skip_bad, struct error *err)
{
	return trace_stream_open(out, sizeof(struct trace_stream), csv, &instance_layout, w,
				 skip_bad, err);
}

const struct trace_format trace_alibaba_gpu_2020 = {
	.name = "alibaba-gpu-2020",
	.summary = "Alibaba GPU 2020 (PAI): tasks or instances, two months",
	.keeps = "up to 64 MiB of rows; of instances also all tasks, for their sizes",
	.source = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020",
	.licence = "CC BY 4.0",
	.where = "https://aliopentrace.oss-cn-beijing.aliyuncs.com/v2020GPUTraces/"
		 "pai_task_table.tar.gz (and pai_instance_table)",
	.has_types = true,
	.layout = {&task_layout, &instances_layout},
	.open = open_2020,
};

const struct trace_format trace_alibaba_dlrm = {
	.name = "alibaba-dlrm-2025",
	.summary = "Alibaba GPU 2025 (DLRM): 23,871 instances, 31 days",
	.keeps = "the zones that live, and up to 64 MiB of rows",
	.source = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2025",
	.licence = "for research and study (no licence file)",
	.where = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2025",
	.layout = {&instance_layout},
	.open = open_2025,
};
