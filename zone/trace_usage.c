/*
 * Traces of memory use: Bitbrains / GWA-T-12 (Grid Workloads Archive; S. Shen et
 * al., "Statistical characterization of business-critical workloads hosted in
 * cloud datacenters", CCGrid 2015). Two forms:
 *
 * gwa-t-12: a file a VM as published, or a folder of them, semicolon separated: Timestamp [ms]
 *(which holds seconds), CPU cores, memory provisioned and used in KB, ... gwa-t-12-condensed: all
 *VMs in one table, rows of a VM together and in the order of time:
 *vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb; the last two empty where they are those of the row
 *above.
 *
 * A VM becomes a zone that starts at its first sample, lives one sampling step
 * beyond its last, and has the most vCPUs and memory that were provisioned for
 * it. It is dynamic and boots with what it used at its first sample and Edera's
 * 80 MB of headroom. Rows with 0 cores (a VM that is off) count; a VM that never
 * had any gets one vCPU, one that never had memory Edera's floor. A KB is 1024 bytes. Use above
 *what was provisioned (it occurs) counts as all of it.
 *
 * The file is read whole: 8 bytes a sample.
 */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "zone/trace_files.h"
#include "zone/trace_rows.h"

#define STEP_S 300

enum { TIME, USED, CORES, PROVISIONED, VM };

struct usage_vm {
	const char *name;
	const char *path; /* of its first sample */
	unsigned long line;
	int64_t first_s, vcpus, bytes;
	size_t first_sample;
	size_t row; /* breaks ties of time */
	struct zone_use use;
};

struct usage_stream {
	struct trace_stream rows; /* drained at open */
	struct arena names;
	struct usage_vm *vm;
	size_t nr, cap;
	struct use_sample *sample;
	size_t nr_samples, cap_samples;
	struct trace_files files; /* of a folder */
	bool file_begins; /* no good row of its file yet */
	/* the good row that was read last */
	char vm_name[ZONE_NAME_MAX + 1];
	int64_t cores, bytes;
};

/* A row. Nothing of a bad one is kept, so that rows below mean what they would without it. */
struct usage_sample {
	char vm_name[ZONE_NAME_MAX + 1];
	int64_t t_s, pages, cores, bytes;
};

static int read_row(struct usage_stream *u, struct usage_sample *s, struct error *err)
{
	struct trace_stream *t = &u->rows;
	const struct csv *c = &t->csv;
	int64_t used = 0, seconds = 0;
	int rc = csv_seconds(c, (unsigned)t->column[TIME], &seconds, err);

	if (!rc)
		rc = csv_decimal(c, (unsigned)t->column[USED], KIB, ZONE_MEMORY_MAX_BYTES, &used,
				 err);
	if (!rc && trace_given(t, CORES))
		rc = csv_int(c, (unsigned)t->column[CORES], 0, ZONE_VCPUS_MAX, &s->cores, err);
	if (!rc && trace_given(t, PROVISIONED))
		rc = csv_decimal(c, (unsigned)t->column[PROVISIONED], KIB, ZONE_MEMORY_MAX_BYTES,
				 &s->bytes, err);
	if (!rc && seconds > TIME_MAX_NS - STEP_S * NS_PER_S)
		rc = csv_error(c, (unsigned)t->column[TIME], err,
			       "the sample is after more than 146 years, where the clock ends");
	s->t_s = seconds / NS_PER_S;
	s->pages = used / PAGE_BYTES + 1;
	/* not an event: no zone to be checked */
	t->base.event.kind = ZONE_EVENT_RESIZE;
	return rc;
}

/* The row begins another VM than the last good one. */
static bool begins_vm(const struct usage_stream *u, struct usage_sample *s)
{
	const struct trace_stream *t = &u->rows;
	const struct csv_field *f;
	size_t n;

	if (t->column[VM] < 0)
		return u->file_begins;
	f = &t->csv.field[t->column[VM]];
	n = f->n < ZONE_NAME_MAX - 3 ? f->n : ZONE_NAME_MAX - 3;
	if (u->nr && strlen(u->vm_name) == n && memcmp(u->vm_name, f->text, n) == 0)
		return false;
	memcpy(s->vm_name, f->text, n);
	s->vm_name[n] = '\0';
	return true;
}

/* "12" of ".../12.csv" */
static const char *file_name(struct usage_stream *u)
{
	const char *slash = strrchr(u->rows.csv.path, '/');
	const char *name = slash ? slash + 1 : u->rows.csv.path;

	return arena_strndup(&u->names, name, strcspn(name, "."));
}

static void add_vm(struct usage_stream *u, const struct usage_sample *s)
{
	const char *name = u->rows.column[VM] < 0 ? file_name(u) : s->vm_name;

	u->vm = grow(u->vm, &u->cap, u->nr, sizeof(*u->vm));
	u->vm[u->nr] = (struct usage_vm){
		.name = arena_printf(&u->names, "vm-%s", name),
		.path = arena_strdup(&u->names, u->rows.csv.path),
		.line = u->rows.csv.line,
		.first_s = s->t_s,
		.first_sample = u->nr_samples,
		.row = u->nr,
		.vcpus = 1,
		.bytes = ZONE_MEMORY_FLOOR_BYTES,
	};
	u->nr++;
	u->file_begins = false;
	memcpy(u->vm_name, s->vm_name, sizeof(u->vm_name));
}

static int add_sample(struct usage_stream *u, const struct usage_sample *s, struct error *err)
{
	const struct trace_stream *t = &u->rows;
	struct usage_vm *vm = &u->vm[u->nr - 1];
	int64_t at_s = s->t_s - vm->first_s;

	if (u->nr_samples > vm->first_sample) {
		int64_t last_s = u->sample[u->nr_samples - 1].at_s;

		if (at_s < last_s)
			return csv_error(
				&t->csv, (unsigned)t->column[TIME], err,
				"the sample is before the one above it; samples of a VM must "
				"be in the order of time");
		if (at_s > UINT32_MAX)
			return csv_error(&t->csv, (unsigned)t->column[TIME], err,
					 "the sample is more than 136 years after the VM's first");
		/* two rows of one time (around a change of cores or memory): the later counts */
		u->nr_samples -= at_s == last_s;
	}
	u->sample = grow(u->sample, &u->cap_samples, u->nr_samples, sizeof(*u->sample));
	u->sample[u->nr_samples++] = (struct use_sample){
		.at_s = (uint32_t)at_s,
		.pages = (uint32_t)(s->pages < UINT32_MAX ? s->pages : UINT32_MAX),
	};
	u->cores = s->cores;
	u->bytes = s->bytes;
	vm->vcpus = s->cores > vm->vcpus ? s->cores : vm->vcpus;
	vm->bytes = s->bytes > vm->bytes ? s->bytes : vm->bytes;
	return 0;
}

static int usage_row(struct trace_stream *t, struct error *err)
{
	struct usage_stream *u = (struct usage_stream *)t;
	struct usage_sample s = {.pages = 0};
	bool first = begins_vm(u, &s);
	int rc;

	if (!first) {
		s.cores = u->cores;
		s.bytes = u->bytes;
	}
	rc = read_row(u, &s, err);
	if (!rc && first)
		add_vm(u, &s);
	return rc ? rc : add_sample(u, &s, err);
}

static int compare_vms(const void *pa, const void *pb)
{
	const struct usage_vm *a = pa, *b = pb;

	if (a->first_s != b->first_s)
		return a->first_s < b->first_s ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

/* Another VM, in a file of its own with the same columns. */
static int read_next_file(struct usage_stream *u, const char *path, struct error *err)
{
	struct trace_stream *t = &u->rows;
	bool more;
	int rc;

	csv_close(&t->csv);
	rc = csv_open(&t->csv, path, err);
	t->csv.stop = t->stop;
	if (!rc)
		rc = trace_bind_columns(t, err);
	u->file_begins = true;
	while (!rc && !(rc = trace_row(t, &more, err)) && more)
		;
	return rc;
}

static int64_t lifetime_ns(const struct usage_vm *vm)
{
	const struct zone_use *use = &vm->use;

	return ((int64_t)use->sample[use->nr_samples - 1].at_s + STEP_S) * NS_PER_S;
}

/* VMs whose name another one has at the same time are bad rows. */
static int check_names(struct usage_stream *u, struct error *err)
{
	struct zone_stream_stats *stats = &u->rows.base.stats;
	struct name_set names = {0};
	struct error own = {.code = 0};
	size_t nr = 0;

	for (size_t i = 0; i < u->nr; i++) {
		const struct usage_vm *vm = &u->vm[i];
		int64_t start_ns = vm->first_s * NS_PER_S;

		if (name_set_add(&names, vm->name, start_ns, start_ns + lifetime_ns(vm),
				 start_ns)) {
			u->vm[nr++] = *vm;
			continue;
		}
		error_at(&own, ERR_INPUT, vm->path, vm->line, 0,
			 "zone \"%.80s\" is there already; a name stands for one zone at a time",
			 vm->name);
		if (!u->rows.skip_bad)
			break;
		if (!stats->bad_rows++)
			snprintf(stats->first_bad, sizeof(stats->first_bad), "%.*s",
				 (int)sizeof(stats->first_bad) - 1, own.text);
	}
	name_set_release(&names);
	if (own.code && !u->rows.skip_bad) {
		if (err)
			*err = own;
		return ERR_INPUT;
	}
	u->nr = nr;
	return 0;
}

static int read_vms(struct usage_stream *u, struct error *err)
{
	bool more;
	int rc;

	while (!(rc = trace_row(&u->rows, &more, err)) && more)
		;
	for (size_t i = 1; !rc && i < u->files.nr; i++)
		rc = read_next_file(u, u->files.path[i], err);
	if (!rc && !u->nr)
		rc = error_at(err, ERR_INPUT, u->rows.csv.path, 0, 0, "the trace has no rows");
	for (size_t i = 0; i < u->nr; i++) {
		size_t end = i + 1 < u->nr ? u->vm[i + 1].first_sample : u->nr_samples;

		u->vm[i].use = (struct zone_use){
			.pattern = USE_SERIES,
			.sample = &u->sample[u->vm[i].first_sample],
			.nr_samples = end - u->vm[i].first_sample,
		};
	}
	if (rc)
		return rc;
	qsort(u->vm, u->nr, sizeof(*u->vm), compare_vms);
	return check_names(u, err);
}

static int usage_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct usage_stream *u = (struct usage_stream *)s;
	struct zone *z = &u->rows.zone;
	const struct usage_vm *vm;
	const struct zone_use *use;
	int64_t boot;

	(void)err;
	*out = NULL;
	if (s->stats.done == u->nr)
		return 0;
	vm = &u->vm[s->stats.done];
	use = &vm->use;
	z->name = vm->name;
	z->vcpus = z->vcpus_max = (uint32_t)vm->vcpus;
	z->memory_bytes = vm->bytes / PAGE_BYTES * PAGE_BYTES;
	z->memory_min_bytes = zone_default_min(z->memory_bytes);
	boot = (int64_t)use->sample[0].pages * PAGE_BYTES + 80 * MIB;
	boot = boot < z->memory_min_bytes ? z->memory_min_bytes : boot;
	z->memory_initial_bytes = boot < z->memory_bytes ? boot : z->memory_bytes;
	s->event = (struct zone_event){
		.at_ns = (vm->first_s - u->vm[0].first_s) * NS_PER_S,
		.kind = ZONE_EVENT_START,
		.id = s->stats.done++,
		.lifetime_ns = lifetime_ns(vm),
		.zone = z,
		.use = use,
	};
	*out = &s->event;
	return 0;
}

static void usage_close(struct zone_stream *s)
{
	struct usage_stream *u = (struct usage_stream *)s;

	trace_release(&u->rows);
	arena_release(&u->names);
	trace_files_release(&u->files);
	free(u->vm);
	free(u->sample);
	free(u);
}

static int usage_open(struct zone_stream **out, struct csv *csv, const struct trace_layout *layout,
		      const struct workload *w, bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {usage_next, usage_close};
	struct usage_stream *u = xcalloc(1, sizeof(*u));
	int rc = trace_init(&u->rows, csv, layout, w, skip_bad, err);

	u->rows.base.ops = &ops;
	u->file_begins = true;
	if (!rc && trace_is_folder(w->trace_path))
		rc = trace_files_list(&u->files, w->trace_path, err);
	if (!rc)
		rc = read_vms(u, err);
	if (rc) {
		usage_close(&u->rows.base);
		return rc;
	}
	trace_release(&u->rows);
	zone_init(&u->rows.zone);
	u->rows.base.stats.done = 0;
	u->rows.base.stats.total = u->nr;
	*out = &u->rows.base;
	return 0;
}

static const struct trace_layout raw_layout = {
	.column =
		{
			[TIME] = {"Timestamp [ms]", false, "s", "of the sample"},
			[USED] = {"Memory usage [KB]", false, "KiB", "used at that time"},
			[CORES] = {"CPU cores", false, "vCPUs", "the most are its size"},
			[PROVISIONED] = {"Memory capacity provisioned [KB]", false, "KiB",
					 "the most is its memory"},
			[VM] = {"vm", true, NULL, "names the zone; else the file does"},
		},
	.row = usage_row,
};

static const struct trace_layout condensed_layout = {
	.column =
		{
			[TIME] = {"t_s", false, "s", "of the sample"},
			[USED] = {"mem_used_kb", false, "KiB", "used at that time"},
			[CORES] = {"cores", false, "vCPUs", "the most are its size"},
			[PROVISIONED] = {"mem_prov_kb", false, "KiB", "the most is its memory"},
			[VM] = {"vm", false, NULL, "names the zone"},
		},
	.row = usage_row,
};

static int raw_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
		    bool skip_bad, struct error *err)
{
	return usage_open(out, csv, &raw_layout, w, skip_bad, err);
}

static int condensed_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
			  bool skip_bad, struct error *err)
{
	return usage_open(out, csv, &condensed_layout, w, skip_bad, err);
}

#define GWA "http://gwa.ewi.tudelft.nl/datasets/gwa-t-12-bitbrains"
#define GWA_LICENCE "public, cite the archive"

const struct trace_format trace_gwa_t_12 = {
	.name = "gwa-t-12",
	.summary = "Bitbrains: memory use, a file a VM or a folder of them",
	.keeps = "all samples, 8 bytes each, as most VMs live all along; a cache of them is mapped",
	.source = GWA,
	.licence = GWA_LICENCE,
	.where = GWA,
	.takes_folders = true,
	.layout = {&raw_layout},
	.open = raw_open,
};

const struct trace_format trace_gwa_t_12_condensed = {
	.name = "gwa-t-12-condensed",
	.summary = "Bitbrains: memory use, all VMs in one table",
	.keeps = "all samples, 8 bytes each, as most VMs live all along; a cache of them is mapped",
	.source = GWA,
	.licence = GWA_LICENCE,
	.where = GWA ", condensed",
	.layout = {&condensed_layout},
	.open = condensed_open,
};
