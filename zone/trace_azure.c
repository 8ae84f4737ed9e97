/*
 * Azure's VM traces of 2017 (V1) and 2019 (V2): vmtable.csv, 11 columns and no header
 * (github.com/Azure/AzurePublicDataset, AzurePublicDatasetV1.md at e5321ed and
 * AzurePublicDatasetV2.md at 7a0f818; the columns in their order: microsoft/maro,
 * maro/cli/data_pipeline/vm_scheduling.py at 7d8d12f).
 *
 * - The ids are hashes; that of the VM is the zone's name.
 * - Times are multiples of 300 s. Created at 0: before the window, so alive at its start.
 *   Deleted at 2591700, the last step of 30 days: after the window, so alive at its end.
 * - V2 has buckets: 24 means up to 24. ">24" cores and ">64" GB are read as 32 and 128, as
 *   MARO does. A GB is read as a GiB: 1.75 of them are Azure's A1.
 * - The category ("Unkown" in V1, as published) says how a VM uses its CPUs and is not used;
 *   nor are subscriptions and deployments.
 *
 * The published files are in no order of time.
 */
#include <string.h>

#include "base/units.h"
#include "zone/trace_rows.h"

enum { VMID, CREATED, DELETED, CORES, MEMORY };

#define WINDOW_END_S 2591700
#define CORES_ABOVE_24 32
#define GIB_ABOVE_64 128

static int vm_life(struct trace_stream *t, struct error *err)
{
	struct zone_event *e = &t->base.event;
	unsigned deleted = (unsigned)t->column[DELETED];
	int64_t end_ns = 0;
	int rc = trace_read_time(t, CREATED, err);

	if (!rc)
		rc = csv_seconds(&t->csv, deleted, &end_ns, err);
	if (rc)
		return rc;
	if (end_ns < e->at_ns)
		return csv_error(&t->csv, deleted, err, "the VM is deleted before its creation");
	if (!e->at_ns)
		trace_note(t, "are created at 0, before the window: they come together");
	if (end_ns >= WINDOW_END_S * NS_PER_S)
		trace_note(t, "are deleted at the window's end or after it: they stay");
	e->lifetime_ns = end_ns >= WINDOW_END_S * NS_PER_S ? NS_NEVER : end_ns - e->at_ns;
	return 0;
}

static int vm_size(struct trace_stream *t, struct error *err)
{
	int64_t cores = CORES_ABOVE_24, bytes = GIB_ABOVE_64 * GIB;
	int rc = 0;

	if (trace_field_is(t, CORES, ">24"))
		trace_note(t, "have \">24\" cores, read as 32");
	else
		rc = csv_int(&t->csv, (unsigned)t->column[CORES], 1, ZONE_VCPUS_MAX, &cores, err);
	if (rc)
		return rc;
	if (trace_field_is(t, MEMORY, ">64"))
		trace_note(t, "have \">64\" GB, read as 128");
	else
		rc = csv_decimal(&t->csv, (unsigned)t->column[MEMORY], GIB, ZONE_MEMORY_MAX_BYTES,
				 &bytes, err);
	return rc ? rc : trace_set_zone(t, CORES, cores * 1000, MEMORY, bytes, err);
}

static int vm_row(struct trace_stream *t, struct error *err)
{
	int rc = vm_life(t, err);

	if (!rc)
		rc = vm_size(t, err);
	if (!rc)
		rc = trace_set_name(t, "", VMID, err);
	t->base.event.id = t->nr_zones;
	return rc;
}

static const char *const names[] = {
	"vmid",	  "subscriptionid", "deploymentid", "vmcreated",	 "vmdeleted",	   "maxcpu",
	"avgcpu", "p95maxcpu",	    "vmcategory",   "vmcorecountbucket", "vmmemorybucket", NULL,
};

#define COLUMNS(cores, memory)                                                                     \
	{                                                                                          \
		[VMID] = {"vmid", false, NULL, "names the zone"},                                  \
		[CREATED] = {"vmcreated", false, "s", "when it starts; 0: before the window"},     \
		[DELETED] = {"vmdeleted", false, "s", "when it stops; 2591700: after it"},         \
		[CORES] = {cores, false, "vCPUs", "its size; >24: 32"},                            \
		[MEMORY] = {memory, false, "GiB", "its memory; >64: 128"},                         \
	}
#define PLACES                                                                                     \
	{                                                                                          \
		[ZONE_FIELD_NAME] = VMID + 1, [ZONE_FIELD_VCPUS] = CORES + 1,                      \
		[ZONE_FIELD_MEMORY] = MEMORY + 1                                                   \
	}

static const struct trace_layout buckets = {
	.column = COLUMNS("vmcorecountbucket", "vmmemorybucket"),
	.place = PLACES,
	.bare = names,
	.shape = "tttnndddtbb",
	.named_rows = true,
	.sorted = true,
	.row = vm_row,
};

/* With a header line, as some tools write it. */
static const struct trace_layout counts = {
	.column = COLUMNS("vmcorecount", "vmmemory"),
	.place = PLACES,
	.named_rows = true,
	.sorted = true,
	.row = vm_row,
};

static int azure_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
		      bool skip_bad, struct error *err)
{
	return trace_stream_open(out, sizeof(struct trace_stream), csv,
				 trace_form(csv, &trace_azure), w, skip_bad, err);
}

const struct trace_format trace_azure = {
	.name = "azure-vmtable",
	.summary = "Azure 2017 (V1), 2019 (V2): 2.0 and 2.7 million VMs, 30 days",
	.source = "https://github.com/Azure/AzurePublicDataset/blob/master/AzurePublicDatasetV2.md",
	.licence = "CC BY 4.0",
	.where = "https://github.com/Azure/AzurePublicDataset (AzurePublicDatasetLinksV1.txt, V2)",
	.layout = {&buckets, &counts},
	.open = azure_open,
};
