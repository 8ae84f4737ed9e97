/*
 * openb: the pods of Alibaba's GPU cluster, cluster-trace-gpu-v2023, openb_pod_list_*.csv
 * (github.com/alibaba/clusterdata, cluster-trace-gpu-v2023/README.md, commit 7358bba).
 *
 * The rows need not be in the order of time; they are sorted when the file is opened.
 *
 * - cpu_milli is rounded up to whole vCPUs.
 * - memory_mib 0 (one pod of the published list) states no memory; the pod gets
 *   what Edera gives a pod without a limit, ZONE_MEMORY_DEFAULT_BYTES.
 * - num_gpu = n asks for any n GPUs of a host; a share of a GPU (gpu_milli, which is per
 *   GPU, below 1000) takes it whole, as a passed-through device cannot be shared.
 * - gpu_spec, models with | between alternatives, is not used.
 * - A pod starts at its creation_time: pods that the cluster never scheduled
 *   (no scheduled_time) asked for room as well. Without a deletion_time it
 *   lives to the end. Without a creation_time the row is bad.
 * - openb_pod_list_multigpu*.csv have no times at all: the pods arrive together, in the
 *   order of rows, and stay.
 */
#include "base/units.h"
#include "zone/trace_rows.h"

enum { NAME, CPU, MEMORY, GPUS, CREATED, DELETED, SHARE, SPEC, QOS };

static int pod_lifetime(struct trace_stream *t, struct error *err)
{
	struct zone_event *e = &t->base.event;
	int64_t end_ns = NS_NEVER;
	int rc = 0;

	e->at_ns = 0;
	if (t->column[CREATED] >= 0)
		rc = csv_seconds(&t->csv, (unsigned)t->column[CREATED], &e->at_ns, err);
	else
		trace_note(t, "have no times: they come together, in the order of rows, and stay");
	if (!rc && trace_given(t, DELETED))
		rc = csv_seconds(&t->csv, (unsigned)t->column[DELETED], &end_ns, err);
	if (!rc && end_ns < e->at_ns)
		return csv_error(&t->csv, (unsigned)t->column[DELETED], err,
				 "the pod is deleted before its creation");
	e->lifetime_ns = end_ns == NS_NEVER ? NS_NEVER : end_ns - e->at_ns;
	return rc;
}

static int pod_gpus(struct trace_stream *t, struct error *err)
{
	int64_t gpus = 0, milli = 1000;
	int rc = 0;

	if (t->gpus)
		rc = csv_int(&t->csv, (unsigned)t->column[GPUS], 0, ZONE_DEVICES_MAX, &gpus, err);
	if (!rc && gpus && trace_given(t, SHARE))
		rc = csv_int(&t->csv, (unsigned)t->column[SHARE], 0, 1000, &milli, err);
	if (rc)
		return rc;
	/* a share is of one GPU */
	milli = gpus > 1 || !milli ? 1000 : milli;
	if (gpus && trace_given(t, SPEC))
		trace_note(t, "name models of GPUs (gpu_spec), which are not used");
	if (trace_given(t, QOS) && !trace_field_is(t, QOS, "LS"))
		trace_note(t, "are of another qos than LS, which is not used: nobody gives way");
	return trace_read_gpus(t, GPUS, gpus * milli, err);
}

static int openb_row(struct trace_stream *t, struct error *err)
{
	int64_t milli = 0, bytes = 0;
	int rc = pod_lifetime(t, err);

	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[CPU], 0, (int64_t)ZONE_VCPUS_MAX * 1000,
			     &milli, err);
	if (!rc)
		rc = csv_decimal(&t->csv, (unsigned)t->column[MEMORY], MIB, ZONE_MEMORY_MAX_BYTES,
				 &bytes, err);
	if (!rc)
		rc = pod_gpus(t, err);
	if (!rc && !bytes)
		trace_note(t, "state no memory and get 1024 MiB");
	if (!rc)
		rc = trace_set_zone(t, CPU, milli, MEMORY,
				    bytes ? bytes : ZONE_MEMORY_DEFAULT_BYTES, err);
	if (!rc)
		rc = trace_set_name(t, "", NAME, err);
	t->base.event.id = t->nr_zones;
	return rc;
}

static const struct trace_layout layout = {
	.column =
		{
			[NAME] = {"name", false, NULL, "names the zone"},
			[CPU] = {"cpu_milli", false, "milli-vCPUs", "rounded up to whole vCPUs"},
			[MEMORY] = {"memory_mib", false, "MiB", "its memory; 0: 1024"},
			[GPUS] = {"num_gpu", false, NULL, "any so many GPUs of a host"},
			[CREATED] = {"creation_time", true, "s", "when it starts; no column: at 0"},
			[DELETED] = {"deletion_time", true, "s", "when it stops; empty: never"},
			[SHARE] = {"gpu_milli", true, "1/1000", "of a GPU, which is taken whole"},
			[SPEC] = {"gpu_spec", true, NULL, "models: not used"},
			[QOS] = {"qos", true, NULL, "not used"},
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
	return trace_stream_open(out, sizeof(struct trace_stream), csv, &layout, w, skip_bad, err);
}

const struct trace_format trace_openb = {
	.name = "openb",
	.summary = "Alibaba GPU 2023 (openb): 8,152 pods, 149 days",
	.keeps = "the zones that live, and up to 64 MiB of rows",
	.source = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023",
	.licence = "for research and study (no licence file)",
	.where = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023/csv",
	.layout = {&layout},
	.open = openb_open,
	.never_resizes = true,
};
