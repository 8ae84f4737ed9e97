/*
 * Alibaba's clusters of 2017 and 2018, tables without a header (github.com/alibaba/clusterdata):
 *
 * 2017, container_event.csv (cluster-trace-v2017/trace_201708.md at 50d3e08): ts, event,
 *	instance_id, machine_id, plan_cpu, plan_mem, plan_disk, cpuset. Times are seconds; 0, and
 *	the few that are negative, are before the trace. Memory is a part of a machine's. cpuset,
 *	CPUs with | between, is where the cluster pinned the container and is not used: where to
 *	put it is the question here. (Which of the 64 CPUs are a package cannot be told either:
 *	0 to 31 are said to be one, and 0 and 32 to be one core.)
 *
 * 2018, container_meta.csv (cluster-trace-v2018/schema.txt at 0e5a6a7, trace_2018.md at
 *	01251c2): container_id, machine_id, time_stamp, app_du, status, cpu_request, cpu_limit,
 *	mem_size. A container has several rows; it lives from its first to one that says
 *	"stopped". Time 0 is before the 8 days, and of a later row after them. CPUs are
 *	hundredths of one; memory hundredths of the largest machine's, -1 and 101 are invalid
 *	and read as none stated (1024 MiB). Rows are by container: the file is read before the
 *	first zone comes, and what is kept meanwhile is each container, never its rows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/rng.h"
#include "base/units.h"
#include "zone/trace_rows.h"

/* --- 2017 ---------------------------------------------------------------------------- */

enum { TIME, EVENT, INSTANCE, CPU, MEMORY, MACHINE, DISK, CPUSET };

struct events {
	struct trace_stream rows;
	struct map alive; /* an instance's id, to nothing */
};

static int create_row(struct trace_stream *t, struct error *err)
{
	int64_t vcpus = 0, bytes = 0;
	int rc = csv_int(&t->csv, (unsigned)t->column[CPU], 0, ZONE_VCPUS_MAX, &vcpus, err);

	if (!rc)
		rc = trace_part_of_memory(t, MEMORY, &bytes, err);
	if (!rc && !bytes)
		trace_note(t, "state no memory and get 1024 MiB");
	if (!rc)
		rc = trace_set_zone(t, CPU, vcpus * 1000, MEMORY,
				    bytes ? bytes : ZONE_MEMORY_DEFAULT_BYTES, err);
	if (!rc)
		rc = trace_set_name(t, "instance-", INSTANCE, err);
	if (rc)
		return rc;
	if (trace_given(t, MACHINE))
		trace_note(t, "name the machine they were placed on, which is not used");
	if (trace_given(t, CPUSET))
		trace_note(t, "name the CPUs they were pinned to, which are not used");
	if (trace_given(t, DISK))
		trace_note(t, "ask for disk, which is not used");
	return 0;
}

static int event_row(struct trace_stream *t, struct error *err)
{
	struct map *alive = &((struct events *)t)->alive;
	struct zone_event *e = &t->base.event;
	int64_t s = 0, id = 0;
	int rc = csv_int(&t->csv, (unsigned)t->column[TIME], -TIME_MAX_S, TIME_MAX_S, &s, err);

	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[INSTANCE], 0, INT64_MAX, &id, err);
	if (!rc)
		rc = trace_set_time(t, TIME, s * NS_PER_S, err);
	if (rc)
		return rc;
	if (s <= 0)
		trace_note(t, "are from before the trace: they come together");
	e->id = (uint64_t)id;
	e->zone = NULL;
	e->kind = ZONE_EVENT_STOP;
	if (trace_field_is(t, EVENT, "Remove") || trace_field_is(t, EVENT, "remove")) {
		map_remove(alive, e->id, 0);
		return 0;
	}
	if (!trace_field_is(t, EVENT, "Create") && !trace_field_is(t, EVENT, "create"))
		return csv_error(&t->csv, (unsigned)t->column[EVENT], err,
				 "the event must be Create or Remove");
	rc = create_row(t, err);
	if (rc)
		return rc;
	if (map_find(alive, e->id) != MAP_NONE)
		return csv_error(&t->csv, (unsigned)t->column[INSTANCE], err,
				 "the instance is created twice without a removal between");
	map_add(alive, e->id, 0);
	e->kind = ZONE_EVENT_START;
	e->lifetime_ns = NS_NEVER;
	return 0;
}

static void events_release(struct trace_stream *t)
{
	map_release(&((struct events *)t)->alive);
}

static const char *const event_names[] = {"ts",		"event",    "instance_id",
					  "machine_id", "plan_cpu", "plan_mem",
					  "plan_disk",	"cpuset",   NULL};

static const struct trace_layout event_layout = {
	.time = TIME + 1,
	.column =
		{
			[TIME] = {"ts", false, "s", "when; 0: before the trace"},
			[EVENT] = {"event", false, NULL, "Create: it starts; Remove: it stops"},
			[INSTANCE] = {"instance_id", false, NULL, "names the zone"},
			[CPU] = {"plan_cpu", false, "vCPUs", "its size"},
			[MEMORY] = {"plan_mem", false, "machine", "part of a machine's memory"},
			[MACHINE] = {"machine_id", true, NULL, "not used"},
			[DISK] = {"plan_disk", true, "machine", "not used"},
			[CPUSET] = {"cpuset", true, NULL, "CPUs it was pinned to: not used"},
		},
	.place = {[ZONE_FIELD_NAME] = INSTANCE + 1,
		  [ZONE_FIELD_VCPUS] = CPU + 1,
		  [ZONE_FIELD_MEMORY] = MEMORY + 1},
	.bare = event_names,
	.shape = "ntnnndd.",
	.row = event_row,
	.release = events_release,
};

static int open_2017(struct zone_stream **out, struct csv *csv, const struct workload *w,
		     bool skip_bad, struct error *err)
{
	return trace_stream_open(out, sizeof(struct events), csv, &event_layout, w, skip_bad, err);
}

/* --- 2018 ---------------------------------------------------------------------------- */

enum { C_ID, C_TIME, C_STATUS, C_CPU, C_MEMORY, C_MACHINE, C_GROUP, C_LIMIT };

struct container {
	const char *id;
	int64_t first_s, last_s;
	int64_t milli, bytes;
	uint64_t machine; /* hash of its name */
	bool alive;
};

/* Beside the gathered zones, and released with them. */
struct containers {
	struct arena words;
	struct container *container;
	size_t nr, cap;
	struct map by_id; /* hash of the id, to its place */
};

static struct container *find_container(struct containers *c, const char *id)
{
	uint64_t key = hash_text(id);
	size_t at;

	for (uint32_t v = map_first(&c->by_id, key, &at); v != MAP_NONE;
	     v = map_next(&c->by_id, key, &at))
		if (strcmp(c->container[v].id, id) == 0)
			return &c->container[v];
	map_add(&c->by_id, key, (uint32_t)c->nr);
	c->container = grow(c->container, &c->cap, c->nr, sizeof(*c->container));
	c->container[c->nr] = (struct container){.id = arena_strdup(&c->words, id)};
	return &c->container[c->nr++];
}

/* -1 and 101 stand for values that were invalid. */
static bool is_invalid(const struct trace_stream *t)
{
	return trace_field_is(t, C_MEMORY, "-1") || trace_field_is(t, C_MEMORY, "-1.0") ||
	       trace_field_is(t, C_MEMORY, "101") || trace_field_is(t, C_MEMORY, "101.0");
}

static int read_size(struct trace_stream *t, int64_t *milli, int64_t *bytes, struct error *err)
{
	int64_t hundredths = 0;
	int rc = csv_decimal(&t->csv, (unsigned)t->column[C_CPU], 10,
			     (int64_t)ZONE_VCPUS_MAX * 1000, milli, err);

	*bytes = 0;
	if (!rc && trace_given(t, C_MEMORY) && !is_invalid(t))
		rc = trace_part_of_memory(t, C_MEMORY, &hundredths, err);
	*bytes = hundredths / 100;
	return rc;
}

/* A row of a container that is there: it stops, or is said to be there still. */
static void later_row(struct trace_stream *t, struct container *c, int64_t s)
{
	bool stopped = trace_field_is(t, C_STATUS, "stopped");

	t->no_event = !stopped || !s;
	if (stopped && !s)
		trace_note(t, "stop after the record: they stay");
	if (t->no_event)
		return;
	c->alive = false;
	t->base.event.kind = ZONE_EVENT_STOP;
}

static void note_changes(struct trace_stream *t, struct container *c, int64_t milli, int64_t bytes,
			 uint64_t machine)
{
	if (milli != c->milli || bytes != c->bytes)
		trace_note(t, "change the size of a running container, which keeps its first");
	if (machine != c->machine)
		trace_note(t, "move a running container to another machine, which is not used");
	c->milli = milli;
	c->bytes = bytes;
	c->machine = machine;
}

static uint64_t machine_of(const struct trace_stream *t)
{
	char name[ZONE_NAME_MAX];
	const struct csv_field *f;

	if (!trace_given(t, C_MACHINE))
		return 0;
	f = &t->csv.field[t->column[C_MACHINE]];
	snprintf(name, sizeof(name), "%.*s", (int)(f->n < sizeof(name) ? f->n : 0), f->text);
	return hash_text(name);
}

static int start_container(struct trace_stream *t, struct container *c, int64_t s, int64_t milli,
			   int64_t bytes, struct error *err)
{
	int rc = trace_set_zone(t, C_CPU, milli, C_MEMORY,
				bytes ? bytes : ZONE_MEMORY_DEFAULT_BYTES, err);

	t->base.event.kind = ZONE_EVENT_START;
	t->base.event.lifetime_ns = NS_NEVER;
	t->base.event.zone = &t->zone;
	if (!rc)
		rc = trace_check_zone(t, err);
	if (rc)
		return rc;
	*c = (struct container){.id = c->id,
				.first_s = s,
				.milli = milli,
				.bytes = bytes,
				.machine = machine_of(t),
				.alive = true};
	if (!bytes)
		trace_note(t, "state no valid memory and get 1024 MiB");
	if (!s)
		trace_note(t, "are from before the record: they come together");
	if (c->machine)
		trace_note(t, "name the machine they were placed on, which is not used");
	if (trace_given(t, C_GROUP))
		trace_note(t, "should be spread over failure domains (app_du), which is not used");
	return 0;
}

static int meta_row(struct trace_stream *t, struct error *err)
{
	struct containers *all = t->format_own;
	struct container *c;
	int64_t s = 0, milli = 0, bytes = 0;
	int rc = csv_int(&t->csv, (unsigned)t->column[C_TIME], 0, TIME_MAX_S, &s, err);

	if (!rc)
		rc = read_size(t, &milli, &bytes, err);
	if (!rc)
		rc = trace_set_name(t, "", C_ID, err);
	if (rc)
		return rc;
	t->base.event.at_ns = s * NS_PER_S;
	c = find_container(all, t->name);
	t->base.event.id = (uint64_t)(c - all->container);
	if (c->alive && s && s < c->last_s)
		return csv_error(&t->csv, (unsigned)t->column[C_TIME], err,
				 "the row is before the one above it of this container");
	c->last_s = s > c->last_s ? s : c->last_s;
	if (!c->alive && trace_field_is(t, C_STATUS, "stopped")) {
		t->no_event = true;
		return 0;
	}
	if (!c->alive)
		return start_container(t, c, s, milli, bytes, err);
	note_changes(t, c, milli, bytes, machine_of(t));
	later_row(t, c, s);
	return 0;
}

static const char *const meta_names[] = {
	"container_id", "machine_id", "time_stamp", "app_du", "status",
	"cpu_request",	"cpu_limit",  "mem_size",   NULL,
};

static const struct trace_layout meta_layout = {
	.any_order = true,
	.column =
		{
			[C_ID] = {"container_id", false, NULL, "names the zone"},
			[C_TIME] = {"time_stamp", false, "s", "when; 0: outside the 8 days"},
			[C_STATUS] = {"status", false, NULL, "stopped: it stops; else it is there"},
			[C_CPU] = {"cpu_request", false, "vCPU/100", "its size"},
			[C_MEMORY] = {"mem_size", false, "machine/100",
				      "of the largest; -1, 101: none"},
			[C_MACHINE] = {"machine_id", true, NULL, "not used"},
			[C_GROUP] = {"app_du", true, NULL, "its service: not used"},
			[C_LIMIT] = {"cpu_limit", true, "vCPU/100", "not used"},
		},
	.place = {[ZONE_FIELD_NAME] = C_ID + 1,
		  [ZONE_FIELD_VCPUS] = C_CPU + 1,
		  [ZONE_FIELD_MEMORY] = C_MEMORY + 1},
	.bare = meta_names,
	.shape = "ttnttnnd",
	.row = meta_row,
};

static int open_2018(struct zone_stream **out, struct csv *csv, const struct workload *w,
		     bool skip_bad, struct error *err)
{
	struct containers all = {.nr = 0};
	int rc = trace_gather_open(out, csv, &meta_layout, w, &all, skip_bad, err);

	arena_release(&all.words);
	map_release(&all.by_id);
	free(all.container);
	return rc;
}

#define LICENCE "for research and study (no licence file)"

const struct trace_format trace_alibaba_2017 = {
	.name = "alibaba-2017",
	.summary = "Alibaba 2017: container_event of 1,300 machines, a day",
	.source = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-v2017",
	.licence = LICENCE,
	.where = "https://github.com/alibaba/clusterdata/blob/master/cluster-trace-v2017",
	.in_machines = true,
	.layout = {&event_layout},
	.open = open_2017,
};

const struct trace_format trace_alibaba_2018 = {
	.name = "alibaba-2018",
	.summary = "Alibaba 2018: container_meta of 4,000 machines, 8 days",
	.keeps = "200 bytes a container while rows are read: each has several, anywhere",
	.source = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-v2018",
	.licence = LICENCE,
	.where = "http://clusterdata2018pubcn.oss-cn-beijing.aliyuncs.com/container_meta.tar.gz",
	.in_machines = true,
	.layout = {&meta_layout},
	.open = open_2018,
};
