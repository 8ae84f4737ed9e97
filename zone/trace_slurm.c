/*
 * Slurm's accounting: `sacct --parsable2 --format=...`, columns between bars, a header that
 * whoever ran it chose. SchedMD/slurm@284c3b9: src/sacct/sacct.c names the columns,
 * src/sacct/print.c fills them, src/common/slurm_protocol_api.c (convert_num_unit2) has the
 * units, src/common/parse_time.c the times, src/common/slurmdb_defs.c the ids.
 *
 * - Required: JobID, Start, End; one of AllocTRES, AllocCPUS, NCPUS, ReqTRES, ReqCPUS; one of
 *   AllocTRES, ReqMem, ReqTRES. What was allocated goes before what was asked for.
 * - Rows of steps ("12.batch", "12.0") are parts of a job and not read. Tasks of an array
 *   ("12_3") and parts of a heterogeneous job ("12+1") are jobs.
 * - Times are local times of wherever sacct ran (TZ=UTC sacct ... has no hour twice), or
 *   seconds (SLURM_TIME_FORMAT=%s); they are counted from the earliest start. A job whose
 *   Start is Unknown or None never ran: it is passed over, and counted. One whose End is so
 *   still runs, and lives to the end.
 * - A zone lives on one host: a job of NNodes n is n zones, each of its n-th part (rounded
 *   up), on n different hosts, as Slurm does it. Without NNodes the TRES tell, or NodeList.
 * - ReqMem is the job's, but before Slurm 21.08 (2acdf51e9e) that of a node (4000Mn) or of a
 *   CPU (2Gc). No unit means MB, which are MiB there. 0 asks for all memory of a node, which
 *   nothing here tells: such a row is bad unless AllocTRES says what came of it.
 * - Clusters of one accounting (sacct --allclusters) have hosts of their own, partitions
 *   share theirs: Cluster names the fleet's clusters, Partition does not.
 * - gres/gpu=n asks for any n GPUs, spread over its nodes.
 * - The rows are in the order of ids, so the file is read whole: 64 bytes a job and its name.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "zone/timestamp.h"
#include "zone/trace_rows.h"

enum {
	JOB,
	START,
	END,
	ALLOC_CPUS,
	NCPUS,
	REQ_CPUS,
	REQ_MEM,
	NNODES,
	NODE_LIST,
	ALLOC_TRES,
	REQ_TRES,
	CLUSTER,
};

#define JOB_NODES_MAX 100000

struct job {
	int64_t at_ns, lifetime_ns, bytes; /* of each part */
	size_t row;
	const char *name;
	uint32_t vcpus, nr_gpus; /* of each part */
	uint32_t nr_parts, cluster;
};

struct slurm_stream {
	struct trace_stream rows; /* drained at open */
	struct arena names;
	struct job *job;
	size_t nr, cap;
	struct job now; /* the row just read */
	size_t next; /* job to hand out, and which part of it */
	uint32_t part;
	struct zone_group group;
	char gpus[16];
	const char *device[1];
};

static const struct csv_field *field_of(const struct trace_stream *t, unsigned column)
{
	return &t->csv.field[t->column[column]];
}

static bool is_text(const struct csv_field *f, const char *text)
{
	return f->n == strlen(text) && memcmp(f->text, text, f->n) == 0;
}

/* --- amounts ---------------------------------------------------------------------------- */

/* "4", "2.50G", "16000M": in units of `unit` where it has no letter; rounded up. The rest
 * ("c", "n", "") is at *rest. */
static bool read_amount(const char *text, const char *end, int64_t unit, int64_t *out,
			const char **rest)
{
	static const char letters[] = "KMGTP";
	int64_t whole = 0, part = 0, one = 1;
	const char *p = text, *letter;
	int128 all;

	for (; p < end && isdigit((unsigned char)*p) && whole < INT64_MAX / 1000000; p++)
		whole = whole * 10 + (*p - '0');
	if (p == text)
		return false;
	if (p < end && *p == '.')
		for (p++; p < end && isdigit((unsigned char)*p) && one < 1000000; p++, one *= 10)
			part = part * 10 + (*p - '0');
	letter = p < end ? memchr(letters, *p, sizeof(letters) - 1) : NULL;
	if (letter) {
		unit = (int64_t)1024 << 10 * (letter - letters);
		p++;
	}
	all = ((int128)whole * one + part) * unit;
	*rest = p;
	*out = (int64_t)((all + one - 1) / one);
	return all / one < INT64_MAX / 2;
}

/* Where `name=` of a list "cpu=4,mem=16G,gres/gpu=2" begins; NULL: it is not there. */
static const char *find_tres(const struct trace_stream *t, unsigned column, const char *name)
{
	const struct csv_field *f = field_of(t, column);
	const char *p = f->text, *end = p + f->n;
	size_t n = strlen(name);

	while (p < end) {
		const char *comma = memchr(p, ',', (size_t)(end - p));

		comma = comma ? comma : end;
		if ((size_t)(comma - p) > n && memcmp(p, name, n) == 0 && p[n] == '=')
			return p + n + 1;
		p = comma + 1;
	}
	return NULL;
}

/* *found: the list is there and has it. */
static int read_tres(const struct trace_stream *t, unsigned column, const char *name, int64_t unit,
		     int64_t *out, bool *found, struct error *err)
{
	const char *p = trace_given(t, column) ? find_tres(t, column, name) : NULL, *rest;
	const struct csv_field *f;

	*found = p != NULL;
	if (!p)
		return 0;
	f = field_of(t, column);
	if (read_amount(p, f->text + f->n, unit, out, &rest) &&
	    (rest == f->text + f->n || *rest == ','))
		return 0;
	return csv_error(&t->csv, (unsigned)t->column[column], err, "%s= is no amount", name);
}

/* --- CPUs, nodes, memory, GPUs -------------------------------------------------------------- */

static int read_count(const struct trace_stream *t, unsigned column, int64_t *out,
		      struct error *err)
{
	return trace_given(t, column) && !*out
		       ? csv_int(&t->csv, (unsigned)t->column[column], 0, INT32_MAX, out, err)
		       : 0;
}

static int read_cpus(const struct trace_stream *t, int64_t *cpus, struct error *err)
{
	bool found = false;
	int rc = read_tres(t, ALLOC_TRES, "cpu", 1, cpus, &found, err);

	if (!rc)
		rc = read_count(t, ALLOC_CPUS, cpus, err);
	if (!rc)
		rc = read_count(t, NCPUS, cpus, err);
	if (!rc && !*cpus)
		rc = read_tres(t, REQ_TRES, "cpu", 1, cpus, &found, err);
	if (!rc)
		rc = read_count(t, REQ_CPUS, cpus, err);
	if (!rc && (*cpus < 1 || *cpus > INT32_MAX))
		rc = csv_error(&t->csv, (unsigned)t->column[JOB], err,
			       "the job has no number of CPUs");
	return rc;
}

/* Names in "n[01-04,7],gpu1", each bracket multiplying what stands around it. */
static int64_t count_hosts(const char *p, const char *end)
{
	int64_t all = 0, here = 1;

	for (; p < end && all < INT32_MAX && here < INT32_MAX; p++) {
		if (*p == ',') {
			all += here;
			here = 1;
		} else if (*p == '[') {
			int64_t inside = 0;

			while (p < end && *p != ']') {
				long first = strtol(++p, (char **)(uintptr_t)&p, 10), last = first;

				if (p < end && *p == '-')
					last = strtol(p + 1, (char **)(uintptr_t)&p, 10);
				inside += last >= first ? last - first + 1 : 1;
				while (p < end && *p != ',' && *p != ']')
					p++;
			}
			here *= inside;
		}
	}
	return all + here;
}

static int read_nodes(const struct trace_stream *t, int64_t *nodes, struct error *err)
{
	bool found = false;
	int rc = read_count(t, NNODES, nodes, err);

	if (!rc && !*nodes)
		rc = read_tres(t, ALLOC_TRES, "node", 1, nodes, &found, err);
	if (!rc && !*nodes && trace_given(t, NODE_LIST)) {
		const struct csv_field *f = field_of(t, NODE_LIST);

		*nodes = is_text(f, "None assigned") ? 0 : count_hosts(f->text, f->text + f->n);
	}
	if (!rc && !*nodes)
		rc = read_tres(t, REQ_TRES, "node", 1, nodes, &found, err);
	if (!rc && !*nodes)
		*nodes = 1;
	if (!rc && *nodes > JOB_NODES_MAX)
		rc = csv_error(&t->csv, (unsigned)t->column[JOB], err,
			       "the job runs on %" PRId64 " nodes; at most %d are read", *nodes,
			       JOB_NODES_MAX);
	return rc;
}

static int read_requested_memory(const struct trace_stream *t, int64_t cpus, int64_t nodes,
				 int64_t *bytes, struct error *err)
{
	const struct csv_field *f = field_of(t, REQ_MEM);
	const char *end = f->text + f->n, *rest;
	int64_t times = 1;

	if (read_amount(f->text, end, MIB, bytes, &rest) && end - rest <= 1) {
		times = rest == end ? 1 : *rest == 'n' ? nodes : *rest == 'c' ? cpus : 0;
		if (times && !*bytes)
			return csv_error(
				&t->csv, (unsigned)t->column[REQ_MEM], err,
				"the job asks for all memory of its nodes, and nothing says "
				"how much that is; let sacct print AllocTRES too");
	} else {
		times = 0;
	}
	if (!times || *bytes > ZONE_MEMORY_MAX_BYTES * (int128)nodes / times)
		return csv_error(
			&t->csv, (unsigned)t->column[REQ_MEM], err,
			"\"ReqMem\" must be an amount such as 16G, 4000Mn (a node) or 2Gc (a "
			"CPU)");
	*bytes *= times;
	return 0;
}

static int read_memory(struct trace_stream *t, int64_t cpus, int64_t nodes, int64_t *bytes,
		       struct error *err)
{
	bool found = false;
	int rc = read_tres(t, ALLOC_TRES, "mem", MIB, bytes, &found, err);

	if (!rc && !*bytes && trace_given(t, REQ_MEM)) {
		found = true;
		rc = read_requested_memory(t, cpus, nodes, bytes, err);
	}
	if (!rc && !*bytes)
		rc = read_tres(t, REQ_TRES, "mem", MIB, bytes, &found, err);
	if (rc || *bytes)
		return rc;
	trace_note(t, "state no memory; 1024 MiB a node are assumed");
	*bytes = ZONE_MEMORY_DEFAULT_BYTES * nodes;
	return 0;
}

static int read_gpus(const struct trace_stream *t, int64_t nodes, uint32_t *out, struct error *err)
{
	int64_t gpus = 0;
	bool found = false;
	int rc = 0;

	if (t->gpus)
		rc = read_tres(t, ALLOC_TRES, "gres/gpu", 1, &gpus, &found, err);
	if (!rc && t->gpus && !found)
		rc = read_tres(t, REQ_TRES, "gres/gpu", 1, &gpus, &found, err);
	gpus = (gpus + nodes - 1) / nodes;
	if (!rc && gpus > ZONE_DEVICES_MAX)
		rc = csv_error(&t->csv, (unsigned)t->column[JOB], err,
			       "the job has %" PRId64 " GPUs a node; at most %d are read", gpus,
			       ZONE_DEVICES_MAX);
	*out = rc ? 0 : (uint32_t)gpus;
	return rc;
}

/* --- times ------------------------------------------------------------------------------- */

/* *known = false: Unknown or None. */
static int read_time(const struct trace_stream *t, unsigned column, int64_t *out_ns, bool *known,
		     struct error *err)
{
	const struct csv_field *f = field_of(t, column);

	*known = !is_text(f, "Unknown") && !is_text(f, "None") && f->n > 0;
	if (!*known || timestamp_parse(f->text, f->n, out_ns))
		return 0;
	if (!csv_seconds(&t->csv, (unsigned)t->column[column], out_ns, NULL))
		return 0;
	return csv_error(&t->csv, (unsigned)t->column[column], err,
			 "\"%s\" must be a time such as 2026-05-01T12:00:00, seconds, Unknown or "
			 "None",
			 t->layout->column[column].name);
}

/* False: the job never ran. */
static int read_life(struct trace_stream *t, bool *ran, struct error *err)
{
	struct zone_event *e = &t->base.event;
	int64_t end_ns = NS_NEVER;
	bool ended = false;
	int rc = read_time(t, START, &e->at_ns, ran, err);

	if (!rc && *ran)
		rc = read_time(t, END, &end_ns, &ended, err);
	if (!rc && ended && end_ns < e->at_ns)
		rc = csv_error(
			&t->csv, (unsigned)t->column[END], err,
			"the job ends before its start (a change of the clock? let sacct run "
			"with TZ=UTC)");
	e->lifetime_ns = ended ? end_ns - e->at_ns : NS_NEVER;
	return rc;
}

/* --- rows ---------------------------------------------------------------------------------- */

static int read_job(struct trace_stream *t, struct error *err)
{
	struct job *job = &((struct slurm_stream *)t)->now;
	int64_t cpus = 0, nodes = 0, bytes = 0;
	int rc = read_cpus(t, &cpus, err);

	if (!rc)
		rc = read_nodes(t, &nodes, err);
	if (!rc)
		rc = read_memory(t, cpus, nodes, &bytes, err);
	if (!rc)
		rc = read_gpus(t, nodes, &job->nr_gpus, err);
	if (rc)
		return rc;
	if (nodes > 1)
		trace_note(t,
			   "run on several nodes: a zone each, of equal parts, on as many hosts");
	job->nr_parts = (uint32_t)nodes;
	cpus = (cpus + nodes - 1) / nodes;
	bytes = (bytes + nodes - 1) / nodes;
	if (bytes > ZONE_MEMORY_MAX_BYTES)
		return csv_error(&t->csv, (unsigned)t->column[JOB], err,
				 "the job has too much memory");
	return trace_set_zone(t, JOB, cpus * 1000, JOB, bytes, err);
}

static int slurm_row(struct trace_stream *t, struct error *err)
{
	const struct csv_field *id = field_of(t, JOB);
	bool ran = false;
	int rc;

	t->no_event = memchr(id->text, '.', id->n) != NULL;
	if (t->no_event)
		return 0;
	rc = read_life(t, &ran, err);
	if (!rc && !ran) {
		trace_note(t, "are of jobs that never started and are passed over");
		t->no_event = true;
	}
	if (rc || !ran)
		return rc;
	rc = read_job(t, err);
	return rc ? rc : trace_set_name(t, "job", JOB, err);
}

static int compare_jobs(const void *pa, const void *pb)
{
	const struct job *a = pa, *b = pb;

	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static int read_jobs(struct slurm_stream *s, struct error *err)
{
	struct trace_stream *t = &s->rows;
	bool more;
	int rc;

	while (!(rc = trace_row(t, &more, err)) && more) {
		struct job *job;

		s->job = grow(s->job, &s->cap, s->nr, sizeof(*s->job));
		job = &s->job[s->nr];
		*job = s->now;
		job->at_ns = t->base.event.at_ns;
		job->lifetime_ns = t->base.event.lifetime_ns;
		job->bytes = t->zone.memory_bytes;
		job->vcpus = t->zone.vcpus;
		job->cluster = t->base.event.cluster;
		job->name = arena_strdup(&s->names, t->name);
		job->row = s->nr++;
	}
	if (s->nr)
		qsort(s->job, s->nr, sizeof(*s->job), compare_jobs);
	return rc;
}

/* --- handing out ---------------------------------------------------------------------------- */

static void fill_zone(struct slurm_stream *s, const struct job *job)
{
	struct trace_stream *t = &s->rows;
	struct zone *z = &t->zone;

	zone_init(z);
	z->name = job->name;
	z->vcpus = z->vcpus_max = job->vcpus;
	z->memory_bytes = z->memory_initial_bytes = job->bytes;
	z->memory_min_bytes = zone_default_min(job->bytes);
	snprintf(s->gpus, sizeof(s->gpus), "%uxgpu", (unsigned)job->nr_gpus);
	z->nr_devices = job->nr_gpus > 0;
	z->device = s->device;
	if (job->nr_parts == 1)
		return;
	s->group = (struct zone_group){.name = job->name, .rule = ZONE_ANTI_AFFINITY};
	snprintf(t->name, sizeof(t->name), "%.*s-%u", ZONE_NAME_MAX - 8, job->name,
		 (unsigned)s->part);
	z->name = t->name;
}

static int slurm_next(struct zone_stream *base, const struct zone_event **out, struct error *err)
{
	struct slurm_stream *s = (struct slurm_stream *)base;
	const struct job *job;

	(void)err;
	*out = NULL;
	if (s->next == s->nr)
		return 0;
	job = &s->job[s->next];
	fill_zone(s, job);
	base->event = (struct zone_event){
		.at_ns = job->at_ns - s->job[0].at_ns,
		.cluster = job->cluster,
		.lifetime_ns = job->lifetime_ns,
		.id = base->stats.events,
		.zone = &s->rows.zone,
		.group = job->nr_parts > 1 ? &s->group : NULL,
	};
	if (++s->part == job->nr_parts) {
		s->part = 0;
		base->stats.done = ++s->next;
	}
	*out = &base->event;
	return 0;
}

static void slurm_close(struct zone_stream *base)
{
	struct slurm_stream *s = (struct slurm_stream *)base;

	trace_release(&s->rows);
	arena_release(&s->names);
	free(s->job);
	free(s);
}

/* --- the format ----------------------------------------------------------------------------- */

static const struct trace_layout layout = {
	.column =
		{
			[JOB] = {"JobID", false, NULL, "names the zone; steps are not read"},
			[START] = {"Start", false, "time", "when it started"},
			[END] = {"End", false, "time", "when it ended; Unknown: it runs"},
			[ALLOC_CPUS] = {"AllocCPUS", true, "CPUs", "what it had"},
			[NCPUS] = {"NCPUS", true, "CPUs", "the same"},
			[REQ_CPUS] = {"ReqCPUS", true, "CPUs", "what it asked for"},
			[REQ_MEM] = {"ReqMem", true, NULL, "16G, 4000Mn (a node), 2Gc (a CPU)"},
			[NNODES] = {"NNodes", true, NULL, "on so many hosts"},
			[NODE_LIST] = {"NodeList", true, NULL, "counted where NNodes is not there"},
			[ALLOC_TRES] = {"AllocTRES", true, NULL, "cpu=, mem=, node=, gres/gpu="},
			[REQ_TRES] = {"ReqTRES", true, NULL, "the same, as asked for"},
			[CLUSTER] = {"Cluster", true, NULL, "whose hosts it may go to"},
		},
	.named_rows = true,
	.place = {[ZONE_FIELD_NAME] = JOB + 1},
	.cluster = CLUSTER + 1,
	.row = slurm_row,
};

static bool has_one_of(const struct trace_stream *t, const unsigned *column, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (t->column[column[i]] >= 0)
			return true;
	return false;
}

static int check_columns(const struct trace_stream *t, struct error *err)
{
	static const unsigned cpus[] = {ALLOC_TRES, ALLOC_CPUS, NCPUS, REQ_TRES, REQ_CPUS};
	static const unsigned memory[] = {ALLOC_TRES, REQ_MEM, REQ_TRES};

	if (!has_one_of(t, cpus, sizeof(cpus) / sizeof(cpus[0])))
		return error_at(err, ERR_INPUT, t->csv.path, 1, 0,
				"the header has no number of CPUs: AllocTRES, AllocCPUS, NCPUS, "
				"ReqTRES or ReqCPUS");
	if (!has_one_of(t, memory, sizeof(memory) / sizeof(memory[0])))
		return error_at(err, ERR_INPUT, t->csv.path, 1, 0,
				"the header has no memory: AllocTRES, ReqMem or ReqTRES");
	return 0;
}

static int slurm_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
		      bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {slurm_next, slurm_close};
	struct slurm_stream *s = xcalloc(1, sizeof(*s));
	int rc = trace_init(&s->rows, csv, &layout, w, skip_bad, err);

	s->rows.base.ops = &ops;
	s->device[0] = s->gpus;
	if (!rc)
		rc = check_columns(&s->rows, err);
	if (!rc)
		rc = read_jobs(s, err);
	if (rc) {
		slurm_close(&s->rows.base);
		return rc;
	}
	trace_release(&s->rows);
	s->rows.base.stats.done = 0;
	s->rows.base.stats.total = s->nr;
	*out = &s->rows.base;
	return 0;
}

const struct trace_format trace_slurm = {
	.name = "slurm-sacct",
	.summary = "Slurm's accounting: sacct --parsable2",
	.keeps = "all jobs, 64 bytes each and their names: rows are in the order of ids",
	.source = "https://github.com/SchedMD/slurm: doc/man/man1/sacct.1",
	.where = "sacct --allusers --parsable2 "
		 "--format=JobID,Submit,Start,End,State,NNodes,AllocCPUS,ReqMem,AllocTRES",
	.cluster = "Cluster",
	.layout = {&layout},
	.open = slurm_open,
};
