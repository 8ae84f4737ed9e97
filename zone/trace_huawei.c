/*
 * Huawei-East-1: creations and deletions of VMs in a Huawei Cloud region over 31
 * days (github.com/huaweicloud/VM-placement-dataset, CC BY-NC 4.0), in both forms
 * that are in use:
 *	vmid,cpu,memory,time,type	events; type 0 creates, 1 deletes
 *	vmid,cpu,mem,at,lt		one row a VM with its lifetime (ChanTinPing/SPANE)
 * Times are relative seconds as decimal text. The data set says "GB"; its sizes
 * are those of flavours (1U2G), so a GB is read as a GiB.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/units.h"
#include "zone/trace_rows.h"

enum { VMID, CPU, MEMORY, TIME, LIFETIME_OR_TYPE };

static int read_size(struct trace_stream *t, struct error *err)
{
	int64_t vcpus = 0, bytes = 0;
	int rc = csv_int(&t->csv, (unsigned)t->column[CPU], 1, ZONE_VCPUS_MAX, &vcpus, err);

	if (!rc)
		rc = csv_decimal(&t->csv, (unsigned)t->column[MEMORY], GIB, ZONE_MEMORY_MAX_BYTES,
				 &bytes, err);
	if (!rc)
		rc = trace_set_zone(t, CPU, vcpus * 1000, MEMORY, bytes, err);
	return rc ? rc : trace_set_name(t, "vm", VMID, err);
}

static int lifetime_row(struct trace_stream *t, struct error *err)
{
	struct zone_event *e = &t->base.event;
	int rc = trace_read_time(t, TIME, err);

	if (!rc)
		rc = csv_seconds(&t->csv, (unsigned)t->column[LIFETIME_OR_TYPE], &e->lifetime_ns,
				 err);
	if (!rc)
		rc = read_size(t, err);
	e->id = t->nr_zones;
	return rc;
}

struct event_trace {
	struct trace_stream rows;
	struct map alive; /* a VM's id, to nothing */
};

static int event_row(struct trace_stream *t, struct error *err)
{
	struct map *alive = &((struct event_trace *)t)->alive;
	struct zone_event *e = &t->base.event;
	int64_t id = 0, type = 0;
	int rc = trace_read_time(t, TIME, err);

	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[VMID], 0, INT64_MAX, &id, err);
	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[LIFETIME_OR_TYPE], 0, 1, &type, err);
	if (rc)
		return rc;
	e->id = (uint64_t)id;
	if (type == 1) {
		/* of a VM from before the trace's start, perhaps: whoever runs it counts */
		map_remove(alive, e->id, 0);
		e->kind = ZONE_EVENT_STOP;
		e->zone = NULL;
		return 0;
	}
	rc = read_size(t, err);
	if (rc)
		return rc;
	if (map_find(alive, e->id) != MAP_NONE)
		return csv_error(&t->csv, (unsigned)t->column[VMID], err,
				 "VM %lld is created twice without a deletion between",
				 (long long)id);
	map_add(alive, e->id, 0);
	e->kind = ZONE_EVENT_START;
	e->lifetime_ns = NS_NEVER;
	return 0;
}

static void event_release(struct trace_stream *t)
{
	map_release(&((struct event_trace *)t)->alive);
}

static const struct trace_layout lifetime_form = {
	.column =
		{
			[VMID] = {"vmid", false, NULL, "names the zone"},
			[CPU] = {"cpu", false, "vCPUs", "its size"},
			[MEMORY] = {"mem", false, "GiB", "its memory"},
			[TIME] = {"at", false, "s", "when it starts"},
			[LIFETIME_OR_TYPE] = {"lt", false, "s", "how long it lives"},
		},
	.place = {[ZONE_FIELD_NAME] = VMID + 1,
		  [ZONE_FIELD_VCPUS] = CPU + 1,
		  [ZONE_FIELD_MEMORY] = MEMORY + 1},
	.named_rows = true,
	.sorted = true,
	.time = TIME + 1,
	.row = lifetime_row,
};

static const struct trace_layout event_form = {
	.column =
		{
			[VMID] = {"vmid", false, NULL, "names the zone"},
			[CPU] = {"cpu", false, "vCPUs", "its size"},
			[MEMORY] = {"memory", false, "GiB", "its memory"},
			[TIME] = {"time", false, "s", "when"},
			[LIFETIME_OR_TYPE] = {"type", false, NULL, "0 it starts, 1 it stops"},
		},
	.place = {[ZONE_FIELD_NAME] = VMID + 1,
		  [ZONE_FIELD_VCPUS] = CPU + 1,
		  [ZONE_FIELD_MEMORY] = MEMORY + 1},
	.time = TIME + 1,
	.row = event_row,
	.release = event_release,
};

static int huawei_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
		       bool skip_bad, struct error *err)
{
	if (csv_column(csv, "type") >= 0)
		return trace_stream_open(out, sizeof(struct event_trace), csv, &event_form, w,
					 skip_bad, err);
	return trace_stream_open(out, sizeof(struct trace_stream), csv, &lifetime_form, w, skip_bad,
				 err);
}

const struct trace_format trace_huawei = {
	.name = "huawei-east-1",
	.summary = "Huawei-East-1: 125,430 VMs of a region, 31 days",
	.source = "https://github.com/huaweicloud/VM-placement-dataset",
	.licence = "CC BY-NC 4.0",
	.where = "https://github.com/huaweicloud/VM-placement-dataset (events), "
		 "https://github.com/ChanTinPing/SPANE (lifetimes)",
	.layout = {&lifetime_form, &event_form},
	.open = huawei_open,
	.never_resizes = true,
};
