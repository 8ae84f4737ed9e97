/*
 * homenode probe: latency and bandwidth between this machine's nodes, as a table and
 * as a host file that plans and prices can rest on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "host/host.h"
#include "probe/matrix.h"
#include "probe/stream.h"

#define REPEATS 5

static const struct option options[] = {
	{"output", 'o', "FILE", "write the XML there and the figures to standard output", false},
	{"bytes", 0, "SIZE", "memory that is measured on each node (default: 4x its caches)",
	 false},
	{"repeats", 0, "N", "rounds that count (default 5)", false},
	{"format", 0, "text|json|csv", "how figures are printed; without --output instead of XML",
	 false},
	{0},
};

struct job {
	struct host *host;
	struct matrix_node *node;
	struct matrix_cell *cell;
	struct matrix_request request;
	struct matrix_facts facts;
};

static void show_progress(void *context, uint32_t done, uint32_t total)
{
	(void)context;
	fprintf(stderr, "\rprobe %" PRIu32 " of %" PRIu32, done, total);
	if (done == total)
		fprintf(stderr, "\r%*s\r", 32, "");
	fflush(stderr);
}

static int parse(struct job *job, const struct args *args, struct error *err)
{
	int64_t bytes = 0, repeats = REPEATS;
	int rc = args_bytes(args, "bytes", &bytes, err);

	if (!rc && args_given(args, "bytes") && bytes < MIB)
		rc = error_set(err, ERR_USAGE, "--bytes is at least 1MiB");
	if (!rc)
		rc = args_int(args, "repeats", 1, STREAM_REPEATS_MAX, &repeats, err);
	if (rc)
		return rc;
	job->request =
		(struct matrix_request){.bytes = (size_t)bytes, .repeats = (uint32_t)repeats};
	if (!args_flag(args, "quiet") && isatty(STDERR_FILENO))
		job->request.progress = show_progress;
	return 0;
}

static int measure(struct job *job, struct error *err)
{
	const struct host *h = job->host;
	uint32_t nr = h->nr_nodes;

	job->node = xcalloc(nr, sizeof(*job->node));
	job->cell = xcalloc((size_t)nr * nr, sizeof(*job->cell));
	for (uint32_t n = 0; n < nr; n++)
		job->node[n] = (struct matrix_node){.os_index = h->node[n].os_index,
						    .cpus = h->node[n].cpus,
						    .memory = h->node[n].memory_bytes > 0};
	job->request.node = job->node;
	job->request.nr = nr;
	return matrix_measure(&job->request, job->cell, &job->facts, err);
}

/* The host's matrices are what was measured, and nothing else. */
static void calibrate(struct job *job)
{
	uint32_t nr = job->host->nr_nodes;
	uint32_t *latency =
		host_matrix_new(job->host, MATRIX_LATENCY, GRADE_MEASURED, "memattr ReadLatency");
	uint32_t *bandwidth = host_matrix_new(job->host, MATRIX_BANDWIDTH, GRADE_MEASURED,
					      "memattr ReadBandwidth");

	for (uint32_t i = 0; i < nr * nr; i++) {
		const struct matrix_cell *c = &job->cell[i];
		int64_t ns = (c->latency_ps + 500) / 1000, mib = c->read_bytes_per_s / MIB;

		if (!c->measured)
			continue;
		latency[i] = ns > 0 ? (uint32_t)ns : 1;
		bandwidth[i] = mib > 0 ? (uint32_t)mib : 1;
	}
}

static char *note_of(const struct job *job)
{
	const struct matrix_facts *f = &job->facts;
	char bytes[32], caches[32], date[32] = "";
	time_t now = time(NULL);
	struct tm utc;

	if (gmtime_r(&now, &utc))
		strftime(date, sizeof(date), " on %Y-%m-%d", &utc);
	return xasprintf("homenode probe%s: %" PRIu32 " round%s over %s a node, caches %s (%s), "
			 "%lld %% huge pages",
			 date, job->request.repeats, job->request.repeats == 1 ? "" : "s",
			 bytes_text((int64_t)f->bytes, bytes, sizeof(bytes)),
			 bytes_text(f->cache_bytes, caches, sizeof(caches)), f->cache_from,
			 (long long)(f->least_huge_ppm / 10000));
}

/* What a person should know of the figures. */
static void print_remarks(const struct job *job, const char *note)
{
	const struct matrix_facts *f = &job->facts;

	fprintf(stderr, "%s; CPUs were taken away %lld times meanwhile\n", note,
		(long long)f->preempted);
	if ((int64_t)f->bytes < STREAM_CACHE_FACTOR * f->cache_bytes)
		fprintf(stderr,
			"homenode: warning: less memory than four times the caches: figures are "
			"partly the caches'\n");
}

static void print_figures(const struct job *job, enum output_format format)
{
	const struct host *h = job->host;
	struct rows r = {
		.name = "pairs", .column = schema_pairs.column, .nr_columns = schema_pairs.nr};

	for (uint32_t i = 0; i < h->nr_nodes * h->nr_nodes; i++) {
		const struct matrix_cell *c = &job->cell[i];
		uint32_t from = i / h->nr_nodes, to = i % h->nr_nodes;

		if (!c->measured)
			continue;
		rows_number(&r, h->node[from].os_index);
		rows_number(&r, h->node[to].os_index);
		rows_number(&r, host_distance(h, from, to));
		rows_number(&r, c->latency_ps);
		rows_number(&r, c->latency_best_ps);
		rows_number(&r, c->latency_worst_ps);
		rows_number(&r, c->read_bytes_per_s);
		rows_number(&r, c->read_worst_bytes_per_s);
	}
	rows_print(&r, format, NULL, stdout);
	rows_release(&r);
}

/* To `path`, whole or not at all; NULL: standard output. */
static int write_xml(const char *path, const char *text, struct error *err)
{
	struct output out = {0};
	int rc;

	if (!path) {
		fputs(text, stdout);
		return 0;
	}
	rc = output_open(&out, path, err);
	if (rc)
		return rc;
	fputs(text, out.file);
	rc = output_commit(&out, err);
	output_abandon(&out);
	return rc;
}

static int write_results(struct job *job, const struct args *args, enum output_format format,
			 struct error *err)
{
	const char *path = args_string(args, "output", NULL);
	bool figures = path || args_given(args, "format");
	char *note = note_of(job), *xml = NULL;
	int rc = 0;

	if (path || !figures) {
		calibrate(job);
		rc = host_calibrated_xml(&xml, job->host, note, err);
		if (!rc)
			rc = write_xml(path, xml, err);
	}
	if (!rc && figures)
		print_figures(job, format);
	if (!rc && !args_flag(args, "quiet"))
		print_remarks(job, note);
	free(xml);
	free(note);
	return rc;
}

static int run_probe(const struct args *args, int *status, struct error *err)
{
	enum output_format format = FORMAT_TEXT;
	struct job job = {.host = NULL};
	int rc = args_format(args, &format, err);

	if (!rc)
		rc = parse(&job, args, err);
	if (!rc)
		rc = host_load_this(&job.host, err);
	if (!rc)
		rc = measure(&job, err);
	if (!rc)
		rc = write_results(&job, args, format, err);
	if (rc == ERR_NO_ROOM) {
		char *why = xstrdup(err->text);

		rc = error_set(err, ERR_CANNOT, "%s; --bytes asks for less", why);
		free(why);
	}
	free(job.cell);
	free(job.node);
	host_free(job.host);
	if (!rc && (fflush(stdout) != 0 || ferror(stdout)))
		rc = error_set(err, ERR_MACHINE, "standard output cannot be written");
	*status = 0;
	return rc;
}

const struct command cmd_probe = {
	.name = "probe",
	.operands = "",
	.min_operands = 0,
	.max_operands = 0,
	.summary = "measure this machine, write it as a host file",
	.about = "Measures the latency of a load and the bandwidth of reads from every node with "
		 "CPUs to every node with memory, and writes this machine's topology as hwloc XML "
		 "with these figures, for use as HOST. Takes some seconds a pair of nodes and all "
		 "CPUs of one node at a time; changes nothing. Quiet machines give better figures.",
	.example = "homenode probe --output mine.xml && homenode compare mine.xml",
	.option = options,
	.run = run_probe,
};
