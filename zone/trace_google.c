/*
 * Google's clusters: task_events of 2011 and instance_events of 2019, rows of events. The
 * columns of 2011 are those of its schema.csv; 2019's are those of
 * clusterdata_trace_format_v3.proto (github.com/google/cluster-data at 0180978; of 2011:
 * ClusterData2011_2.md at 0a0f821), as a CSV exported from BigQuery or the JSON lines of the
 * buckets (base/csv.h).
 *
 * A zone lives from a SCHEDULE to the EVICT, FAIL, FINISH, KILL or LOST that follows: what was
 * asked for and never placed took no room. An UPDATE of a running task moves its memory
 * target, up to what it began with. Times are microseconds; 0 is before the trace, 2^63-1
 * after it. Sizes are parts of the largest machine. A request for no memory, or none, gets
 * 1024 MiB.
 *
 * 2019: an alloc instance is a reservation that tasks run in: it is a zone, they are not.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/units.h"
#include "zone/trace_rows.h"

enum { TIME, TYPE, JOB, TASK, CPU, MEMORY, MACHINE, PRIORITY, APART, EXTRA, MISSING, ALLOC, KIND };

enum action { NOTHING, PLACED, ENDED, EVICTED, UPDATED };

static const struct code {
	const char *name; /* as 2019's proto spells it */
	enum action action;
} codes_2011[] = {{"SUBMIT", NOTHING}, {"SCHEDULE", PLACED},	    {"EVICT", EVICTED},
		  {"FAIL", ENDED},     {"FINISH", ENDED},	    {"KILL", ENDED},
		  {"LOST", ENDED},     {"UPDATE_PENDING", NOTHING}, {"UPDATE_RUNNING", UPDATED},
		  {NULL, NOTHING}},
  codes_2019[] = {{"SUBMIT", NOTHING},
		  {"QUEUE", NOTHING},
		  {"ENABLE", NOTHING},
		  {"SCHEDULE", PLACED},
		  {"EVICT", EVICTED},
		  {"FAIL", ENDED},
		  {"FINISH", ENDED},
		  {"KILL", ENDED},
		  {"LOST", ENDED},
		  {"UPDATE_PENDING", NOTHING},
		  {"UPDATE_RUNNING", UPDATED},
		  {NULL, NOTHING}};

struct task {
	uint64_t job, id; /* id: its event's */
	int64_t index, milli, min_bytes, max_bytes;
};

struct google {
	struct trace_stream rows;
	const struct code *code;
	unsigned nr_codes;
	struct map alive; /* hash of job and index, to its place in task[] */
	struct task *task;
	size_t nr, cap;
	uint32_t *free_place;
	size_t nr_free, cap_free;
	int64_t milli, bytes; /* what the row asks for */
};

static uint64_t hash_of(uint64_t job, int64_t index)
{
	return map_mix(map_mix(0, job), (uint64_t)index);
}

static uint32_t find(const struct google *g, uint64_t job, int64_t index)
{
	uint64_t key = hash_of(job, index);
	size_t at;

	for (uint32_t v = map_first(&g->alive, key, &at); v != MAP_NONE;
	     v = map_next(&g->alive, key, &at))
		if (g->task[v].job == job && g->task[v].index == index)
			return v;
	return MAP_NONE;
}

static int read_type(const struct google *g, enum action *out, struct error *err)
{
	const struct trace_stream *t = &g->rows;
	int64_t type = 0;
	int rc;

	for (unsigned i = 0; g->code[i].name; i++)
		if (trace_field_is(t, TYPE, g->code[i].name)) {
			*out = g->code[i].action;
			return 0;
		}
	rc = csv_int(&t->csv, (unsigned)t->column[TYPE], 0, g->nr_codes - 1, &type, err);
	*out = rc ? NOTHING : g->code[type].action;
	return rc;
}

/* *outside: before or after the trace there is nothing to see. */
static int read_time(struct trace_stream *t, bool *outside, struct error *err)
{
	int64_t us = 0;
	int rc = csv_int(&t->csv, (unsigned)t->column[TIME], 0, INT64_MAX, &us, err);

	*outside = us == INT64_MAX;
	if (rc || *outside)
		return rc;
	if (us > TIME_MAX_NS / 1000)
		return csv_error(&t->csv, (unsigned)t->column[TIME], err, "the time is too large");
	return trace_set_time(t, TIME, us * 1000, err);
}

static int read_request(struct google *g, struct error *err)
{
	struct trace_stream *t = &g->rows;
	int rc = 0;

	g->milli = g->bytes = 0;
	if (trace_given(t, CPU))
		rc = trace_part_of_vcpus(t, CPU, &g->milli, err);
	if (!rc && trace_given(t, MEMORY))
		rc = trace_part_of_memory(t, MEMORY, &g->bytes, err);
	return rc;
}

static void note_unused(struct trace_stream *t)
{
	if (trace_given(t, MACHINE) && !trace_field_is(t, MACHINE, "0"))
		trace_note(t, "name the machine they were placed on, which is not used");
	if (trace_given(t, PRIORITY) && !trace_field_is(t, PRIORITY, "0"))
		trace_note(t, "have a priority, which is not used: nobody gives way");
	if (trace_given(t, APART) && !trace_field_is(t, APART, "0"))
		trace_note(t, "must be on another machine than the rest of their job: not used");
	if (trace_given(t, EXTRA) && !trace_field_is(t, EXTRA, "0") &&
	    !trace_field_is(t, EXTRA, "[]"))
		trace_note(t, t->format == &trace_google_2011
				      ? "ask for local disk, which is not used"
				      : "have constraints on machines, which are not used");
	if (trace_given(t, MISSING) && !trace_field_is(t, MISSING, "0"))
		trace_note(t, "were made up where the trace misses some, and are read as others");
}

static uint32_t new_place(struct google *g)
{
	if (g->nr_free)
		return g->free_place[--g->nr_free];
	g->task = grow(g->task, &g->cap, g->nr, sizeof(*g->task));
	return (uint32_t)g->nr++;
}

static int place_task(struct google *g, uint64_t job, int64_t index, struct error *err)
{
	struct trace_stream *t = &g->rows;
	uint32_t v;
	int rc;

	if (find(g, job, index) != MAP_NONE)
		return csv_error(&t->csv, (unsigned)t->column[TASK], err,
				 "the task is scheduled twice without an end between");
	if (!g->bytes)
		trace_note(t, "ask for no memory and get 1024 MiB");
	rc = trace_set_zone(t, CPU, g->milli, MEMORY,
			    g->bytes ? g->bytes : ZONE_MEMORY_DEFAULT_BYTES, err);
	if (rc)
		return rc;
	note_unused(t);
	snprintf(t->name, sizeof(t->name), "%llu-%lld", (unsigned long long)job, (long long)index);
	v = new_place(g);
	g->task[v] = (struct task){.job = job,
				   .index = index,
				   .id = t->nr_zones,
				   .milli = g->milli,
				   .min_bytes = t->zone.memory_min_bytes,
				   .max_bytes = t->zone.memory_bytes};
	map_add(&g->alive, hash_of(job, index), v);
	t->base.event.kind = ZONE_EVENT_START;
	t->base.event.lifetime_ns = NS_NEVER;
	t->base.event.id = t->nr_zones;
	return 0;
}

static void end_task(struct google *g, uint32_t v)
{
	map_remove(&g->alive, hash_of(g->task[v].job, g->task[v].index), v);
	g->free_place = grow(g->free_place, &g->cap_free, g->nr_free, sizeof(*g->free_place));
	g->free_place[g->nr_free++] = v;
	g->rows.base.event.kind = ZONE_EVENT_STOP;
	g->rows.base.event.id = g->task[v].id;
}

/* A running task asks for more or less. */
static void update_task(struct google *g, uint32_t v)
{
	struct trace_stream *t = &g->rows;
	struct task *task = &g->task[v];
	int64_t bytes = zone_whole_pages(g->bytes);

	if (g->milli != task->milli)
		trace_note(t, "change the CPUs of a running task, which keeps what it began with");
	task->milli = g->milli;
	if (bytes > task->max_bytes)
		trace_note(t, "give a running task more memory than it began with: it gets that");
	t->no_event = !bytes;
	t->base.event.kind = ZONE_EVENT_RESIZE;
	t->base.event.id = task->id;
	t->base.event.bytes = bytes > task->max_bytes	? task->max_bytes
			      : bytes < task->min_bytes ? task->min_bytes
							: bytes;
}

static int read_task(const struct trace_stream *t, int64_t *job, int64_t *index, struct error *err)
{
	int rc = csv_int(&t->csv, (unsigned)t->column[JOB], 0, INT64_MAX, job, err);

	return rc ? rc : csv_int(&t->csv, (unsigned)t->column[TASK], 0, UINT32_MAX, index, err);
}

/* 2019: it runs in a reservation. */
static bool in_alloc(const struct trace_stream *t)
{
	return trace_given(t, ALLOC) && !trace_field_is(t, ALLOC, "0");
}

static int event_row(struct trace_stream *t, struct error *err)
{
	struct google *g = (struct google *)t;
	enum action action = NOTHING;
	int64_t job = 0, index = 0;
	bool outside = false;
	uint32_t v;
	int rc = read_time(t, &outside, err);

	t->base.event.zone = NULL;
	if (!rc)
		rc = read_type(g, &action, err);
	if (!rc)
		rc = read_task(t, &job, &index, err);
	if (rc)
		return rc;
	t->no_event = true;
	if (outside)
		trace_note(t, "are after the trace's end (2^63-1): not used");
	else if (in_alloc(t) && action == PLACED)
		trace_note(t, "run in a reservation, which is a zone itself: not counted twice");
	if (outside || in_alloc(t) || action == NOTHING)
		return 0;
	rc = action == PLACED || action == UPDATED ? read_request(g, err) : 0;
	if (rc)
		return rc;
	if (action == PLACED) {
		t->no_event = false;
		return place_task(g, (uint64_t)job, index, err);
	}
	v = find(g, (uint64_t)job, index);
	if (v == MAP_NONE)
		return 0;
	t->no_event = false;
	if (action == UPDATED) {
		update_task(g, v);
		return 0;
	}
	if (action == EVICTED)
		trace_note(t, "are evictions by the cluster's own scheduler: the zone ends there");
	end_task(g, v);
	return 0;
}

static void google_release(struct trace_stream *t)
{
	struct google *g = (struct google *)t;

	map_release(&g->alive);
	free(g->task);
	free(g->free_place);
}

static const char *const names_2011[] = {
	"time",
	"missing info",
	"job ID",
	"task index",
	"machine ID",
	"event type",
	"user",
	"scheduling class",
	"priority",
	"CPU request",
	"memory request",
	"disk space request",
	"different machines restriction",
	NULL,
};

#define PLACES                                                                                     \
	{                                                                                          \
		[ZONE_FIELD_NAME] = TASK + 1, [ZONE_FIELD_VCPUS] = CPU + 1,                        \
		[ZONE_FIELD_MEMORY] = MEMORY + 1                                                   \
	}

static const struct trace_layout layout_2011 = {
	.column =
		{
			[TIME] = {"time", false, "us", "when; 0: before the trace"},
			[TYPE] = {"event type", false, NULL,
				  "1 it starts, 2 to 6 it stops, 8 resize"},
			[JOB] = {"job ID", false, NULL, "names the zone, with"},
			[TASK] = {"task index", false, NULL, "the task in the job"},
			[CPU] = {"CPU request", false, "machine", "part of the largest machine's"},
			[MEMORY] = {"memory request", false, "machine", "part of the largest's"},
			[MACHINE] = {"machine ID", true, NULL, "not used"},
			[PRIORITY] = {"priority", true, NULL, "not used"},
			[APART] = {"different machines restriction", true, NULL, "not used"},
			[EXTRA] = {"disk space request", true, "machine", "not used"},
			[MISSING] = {"missing info", true, NULL, "1 to 3: a made up row"},
		},
	.place = PLACES,
	.bare = names_2011,
	.shape = "nNnnNnTNNDDDN",
	.time = TIME + 1,
	.many_files = true,
	.row = event_row,
	.release = google_release,
};

#define COLUMNS_2019(cpus, memory)                                                                 \
	{                                                                                          \
		[TIME] = {"time", false, "us", "when; 0: before the trace"},                       \
		[TYPE] = {"type", false, NULL, "3 it starts, 4 to 8 it stops, 10 resize"},         \
		[JOB] = {"collection_id", false, NULL, "names the zone, with"},                    \
		[TASK] = {"instance_index", false, NULL, "the instance in it"},                    \
		[CPU] = {cpus, false, "machine", "part of the largest machine's"},                 \
		[MEMORY] = {memory, false, "machine", "part of the largest machine's"},            \
		[MACHINE] = {"machine_id", true, NULL, "not used"},                                \
		[PRIORITY] = {"priority", true, NULL, "not used"},                                 \
		[APART] = {"max_per_machine", true, NULL, "not used"},                             \
		[EXTRA] = {"constraint", true, NULL, "not used"},                                  \
		[MISSING] = {"missing_type", true, NULL, "1 to 5: a made up row"},                 \
		[ALLOC] = {"alloc_collection_id", true, NULL, "not 0: it runs in that zone"},      \
		[KIND] = {"collection_type", true, NULL, "1: a reservation, a zone as others"},    \
	}

static const struct trace_layout dots_2019 = {
	.column = COLUMNS_2019("resource_request.cpus", "resource_request.memory"),
	.place = PLACES,
	.time = TIME + 1,
	.many_files = true,
	.row = event_row,
	.release = google_release,
};

static const struct trace_layout underscores_2019 = {
	.column = COLUMNS_2019("resource_request_cpus", "resource_request_memory"),
	.place = PLACES,
	.time = TIME + 1,
	.many_files = true,
	.row = event_row,
	.release = google_release,
};

static int open_events(struct zone_stream **out, struct csv *csv, const struct workload *w,
		       const struct trace_format *f, const struct code *code, unsigned nr_codes,
		       bool skip_bad, struct error *err)
{
	int rc = trace_stream_open(out, sizeof(struct google), csv, trace_form(csv, f), w, skip_bad,
				   err);

	if (rc)
		return rc;
	((struct google *)*out)->code = code;
	((struct google *)*out)->nr_codes = nr_codes;
	return 0;
}

#define CODES(table) (table), sizeof(table) / sizeof((table)[0]) - 1

static int open_2011(struct zone_stream **out, struct csv *csv, const struct workload *w,
		     bool skip_bad, struct error *err)
{
	return open_events(out, csv, w, &trace_google_2011, CODES(codes_2011), skip_bad, err);
}

static int open_2019(struct zone_stream **out, struct csv *csv, const struct workload *w,
		     bool skip_bad, struct error *err)
{
	return open_events(out, csv, w, &trace_google_2019, CODES(codes_2019), skip_bad, err);
}

const struct trace_format trace_google_2011 = {
	.name = "google-2011",
	.summary = "Google 2011: task_events of 12,500 machines, 29 days",
	.keeps = "the zones that live, some 100 bytes each",
	.source = "https://github.com/google/cluster-data/blob/master/ClusterData2011_2.md",
	.licence = "CC BY 4.0",
	.where = "gs://clusterdata-2011-2/task_events (500 files, a folder of them is one trace)",
	.takes_folders = true,
	.in_machines = true,
	.layout = {&layout_2011},
	.open = open_2011,
};

const struct trace_format trace_google_2019 = {
	.name = "google-2019",
	.summary = "Google 2019: instance_events of a cell, 31 days",
	.keeps = "the zones that live, some 100 bytes each",
	.source = "https://github.com/google/cluster-data/blob/master/"
		  "clusterdata_trace_format_v3.proto",
	.licence = "CC BY 4.0",
	.where = "BigQuery google.com:google-cluster-data, gs://clusterdata_2019_a (to _h)",
	.takes_folders = true,
	.in_machines = true,
	.layout = {&dots_2019, &underscores_2019},
	.open = open_2019,
};
