/*
 * openb: the pods of Alibaba's GPU cluster, cluster-trace-gpu-v2023
 * (github.com/alibaba/clusterdata), openb_pod_list_*.csv.
 *
 * The rows need not be in the order of time; they are sorted when the file is opened.
 *
 * - cpu_milli is rounded up to whole vCPUs.
 * - memory_mib 0 (one pod of the published list) states no memory; the pod gets
 *   what Edera gives a pod without a limit, ZONE_MEMORY_DEFAULT_BYTES.
 * - num_gpu = n asks for any n GPUs of a host; a share of a GPU (gpu_milli below
 *   1000) takes it whole, as a passed-through device cannot be shared.
 * - A pod starts at its creation_time: pods that the cluster never scheduled
 *   (no scheduled_time) asked for room as well. Without a deletion_time it
 *   lives to the end. Without a creation_time the row is bad.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "zone/trace_rows.h"

enum { NAME, CPU, MEMORY, GPUS, CREATED, DELETED };

struct openb_stream {
	struct trace_stream rows;
	char gpus[16]; /* "2xgpu", of the pod handed out */
	const char *device[1];
};

static int pod_lifetime(struct trace_stream *t, struct error *err)
{
	struct zone_event *e = &t->base.event;
	unsigned created = (unsigned)t->column[CREATED], deleted = (unsigned)t->column[DELETED];
	int64_t end_ns = NS_NEVER;
	int rc = csv_seconds(&t->csv, created, &e->at_ns, err);

	if (!rc && trace_given(t, DELETED))
		rc = csv_seconds(&t->csv, deleted, &end_ns, err);
	if (!rc && end_ns < e->at_ns)
		return csv_error(&t->csv, deleted, err, "the pod is deleted before its creation");
	e->lifetime_ns = end_ns == NS_NEVER ? NS_NEVER : end_ns - e->at_ns;
	return rc;
}

static void ask_for_gpus(struct openb_stream *o, uint32_t gpus)
{
	snprintf(o->gpus, sizeof(o->gpus), "%uxgpu", (unsigned)gpus);
	o->device[0] = o->gpus;
	o->rows.zone.nr_devices = gpus > 0;
	o->rows.zone.device = o->device;
}

static int openb_row(struct trace_stream *t, struct error *err)
{
	int64_t milli = 0, bytes = 0, gpus = 0;
	int rc = pod_lifetime(t, err);

	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[CPU], 0, (int64_t)ZONE_VCPUS_MAX * 1000,
			     &milli, err);
	if (!rc)
		rc = csv_decimal(&t->csv, (unsigned)t->column[MEMORY], MIB, ZONE_MEMORY_MAX_BYTES,
				 &bytes, err);
	if (!rc && t->gpus)
		rc = csv_int(&t->csv, (unsigned)t->column[GPUS], 0, ZONE_DEVICES_MAX, &gpus, err);
	if (!rc)
		rc = trace_set_zone(t, CPU, milli, MEMORY,
				    bytes ? bytes : ZONE_MEMORY_DEFAULT_BYTES, err);
	if (!rc)
		rc = trace_set_name(t, "", NAME, err);
	if (!rc)
		ask_for_gpus((struct openb_stream *)t, (uint32_t)gpus);
	t->base.event.id = t->nr_zones;
	return rc;
}

static const struct trace_layout layout = {
	.column =
		{
			[NAME] = {"name", false},
			[CPU] = {"cpu_milli", false},
			[MEMORY] = {"memory_mib", false},
			[GPUS] = {"num_gpu", false},
			[CREATED] = {"creation_time", false},
			[DELETED] = {"deletion_time", false},
		},
	.named_rows = true,
	.sorted = true,
	.time = CREATED + 1,
	.any_order = true,
	.place = {[ZONE_FIELD_NAME] = NAME + 1,
		  [ZONE_FIELD_VCPUS] = CPU + 1,
		  [ZONE_FIELD_MEMORY] = MEMORY + 1,
		  [ZONE_FIELD_DEVICES] = GPUS + 1},
	.row = openb_row,
};

static int openb_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
		      bool skip_bad, struct error *err)
{
	return trace_stream_open(out, sizeof(struct openb_stream), csv, &layout, w, skip_bad, err);
}

const struct trace_format trace_openb = {
	.name = "openb",
	.summary = "Alibaba openb pods: name,cpu_milli,memory_mib,num_gpu,...,creation_time,"
		   "deletion_time",
	.source = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023",
	.layout = {&layout},
	.open = openb_open,
};
