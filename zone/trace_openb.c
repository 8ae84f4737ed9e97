/*
 * openb: the pods of Alibaba's GPU cluster, cluster-trace-gpu-v2023
 * (github.com/alibaba/clusterdata), openb_pod_list_*.csv.
 *
 * The rows need not be in the order of time, so the file is read whole: 48 bytes
 * a pod and its name.
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

struct pod {
	int64_t at_ns, lifetime_ns, bytes;
	size_t row;
	const char *name;
	uint32_t vcpus, nr_gpus;
};

struct openb_stream {
	struct trace_stream rows; /* drained at open */
	struct arena names;
	struct pod *pod;
	size_t nr, cap;
	uint32_t nr_gpus; /* of the row just read */
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
	((struct openb_stream *)t)->nr_gpus = (uint32_t)gpus;
	return rc ? rc : trace_set_name(t, "", NAME, err);
}

static int compare_pods(const void *pa, const void *pb)
{
	const struct pod *a = pa, *b = pb;

	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int read_pods(struct openb_stream *o, struct error *err)
{
	struct trace_stream *t = &o->rows;
	bool more;
	int rc;

	while (!(rc = trace_row(t, &more, err)) && more) {
		o->pod = grow(o->pod, &o->cap, o->nr, sizeof(*o->pod));
		o->pod[o->nr] = (struct pod){
			.at_ns = t->base.event.at_ns,
			.lifetime_ns = t->base.event.lifetime_ns,
			.bytes = t->zone.memory_bytes,
			.row = o->nr,
			.name = arena_strdup(&o->names, t->name),
			.vcpus = t->zone.vcpus,
			.nr_gpus = o->nr_gpus,
		};
		o->nr++;
	}
	if (o->nr)
		qsort(o->pod, o->nr, sizeof(*o->pod), compare_pods);
	return rc;
}

static int openb_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct openb_stream *o = (struct openb_stream *)s;
	struct zone *z = &o->rows.zone;
	const struct pod *p;

	(void)err;
	*out = NULL;
	if (s->stats.done == o->nr)
		return 0;
	p = &o->pod[s->stats.done];
	z->name = p->name;
	z->vcpus = z->vcpus_max = p->vcpus;
	z->memory_bytes = z->memory_initial_bytes = p->bytes;
	z->memory_min_bytes = zone_default_min(p->bytes);
	snprintf(o->gpus, sizeof(o->gpus), "%uxgpu", (unsigned)p->nr_gpus);
	z->nr_devices = p->nr_gpus > 0;
	z->device = o->device;
	s->event.at_ns = p->at_ns;
	s->event.lifetime_ns = p->lifetime_ns;
	s->event.id = s->stats.done++;
	s->event.zone = z;
	*out = &s->event;
	return 0;
}

static void openb_close(struct zone_stream *s)
{
	struct openb_stream *o = (struct openb_stream *)s;

	trace_release(&o->rows);
	arena_release(&o->names);
	free(o->pod);
	free(o);
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
	.place = {[ZONE_FIELD_NAME] = NAME + 1,
		  [ZONE_FIELD_VCPUS] = CPU + 1,
		  [ZONE_FIELD_MEMORY] = MEMORY + 1,
		  [ZONE_FIELD_DEVICES] = GPUS + 1},
	.row = openb_row,
};

static int openb_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
		      bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {openb_next, openb_close};
	struct openb_stream *o = xcalloc(1, sizeof(*o));
	int rc = trace_init(&o->rows, csv, &layout, w, skip_bad, err);

	o->rows.base.ops = &ops;
	o->device[0] = o->gpus;
	if (!rc)
		rc = read_pods(o, err);
	if (rc) {
		openb_close(&o->rows.base);
		return rc;
	}
	trace_release(&o->rows);
	zone_init(&o->rows.zone);
	o->rows.base.stats.done = 0;
	o->rows.base.stats.total = o->nr;
	*out = &o->rows.base;
	return 0;
}

const struct trace_format trace_openb = {
	.name = "openb",
	.summary = "Alibaba openb pods: name,cpu_milli,memory_mib,num_gpu,...,creation_time,"
		   "deletion_time",
	.source = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023",
	.layout = {&layout},
	.open = openb_open,
	.never_resizes = true,
};
