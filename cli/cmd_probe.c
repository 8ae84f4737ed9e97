/*
 * homenode probe: what this machine's memory does, as tables and as a host file that plans
 * and prices can rest on.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/terminal.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/probe_out.h"
#include "cli/stop.h"
#include "host/figures.h"
#include "host/host.h"
#include "probe/stream.h"

/* What tools that measure memory agree on: threads at work for 0.3 s before a window of a
 * second (half a one would do for a latency), seven samples. */
#define REPEATS 7
#define WARM_NS (300 * NS_PER_MS)
#define WINDOW_NS NS_PER_S
#define STEADY 0.01
/* A sample of a twentieth of a second has hundreds of looks at the clock. */
#define QUICK_REPEATS 3
#define QUICK_WARM_NS (10 * NS_PER_MS)
#define QUICK_WINDOW_NS (50 * NS_PER_MS)
#define QUICK_TIME_NS (25 * NS_PER_S)

static const struct option options[] = {
	{"output", 'o', "FILE", "write the XML there and the figures to standard output", false},
	{"save", 0, "FILE", "write the figures as FIGURES.json too", OPTION_RARE},
	{"curves", 0, "DIR", "draw the curves into DIR as SVG and PNG", OPTION_RARE},
	{"figures", 'f', "FIGURE,...",
	 "some of latency, read, write, mix, link, hot, port, loaded, lines, stream, by commas "
	 "(default: all)",
	 false},
	{"quick", 0, NULL, "samples of 0.05 s instead of 1 s, done in half a minute", false},
	{"time", 0, "TIME", "begin no sample after so long (with --quick: 25 s)", false},
	{"bytes", 0, "SIZE", "memory that is measured on each node (default: 4x its caches)",
	 OPTION_RARE},
	{"repeats", 0, "N", "samples of each figure (default 7, with --quick 3)", OPTION_RARE},
	{"smt", 0, NULL, "let all threads of a core work, not one", OPTION_RARE},
	{"kernels", 0, "avx512|avx2|sse2|neon|plain", "vector instructions (default: the widest)",
	 OPTION_RARE},
	{"format", 0, "text|json|csv", "how figures are printed; without --output instead of XML",
	 false},
	{0},
};

struct job {
	struct host *host;
	struct survey_node *node;
	struct cpuset *l3;
	struct survey_request request;
	struct survey survey;
	char date[32];
};

static void show_progress(void *context, const struct survey_cell *c, uint32_t done, uint32_t total)
{
	(void)context;
	fprintf(stderr, "\r%" PRIu32 " of %" PRIu32 " %-8s", done, total,
		cell_figure_name(c->figure));
	fflush(stderr);
}

static int parse_figures(unsigned *out, const char *list, struct error *err)
{
	*out = list ? 0 : (1U << CELL_FIGURES) - 1;
	while (list && *list) {
		size_t n = strcspn(list, ",");
		enum cell_figure figure;

		if (!cell_figure_parse(&figure, list, n))
			return error_set(err, ERR_USAGE,
					 "--figures: \"%.*s\" is none of latency, read, write, "
					 "mix, link, hot, port, loaded, lines, stream",
					 (int)n, list);
		*out |= 1U << figure;
		list += n + (list[n] == ',');
	}
	return *out ? 0 : error_set(err, ERR_USAGE, "--figures names no figure");
}

static int parse(struct job *job, const struct args *args, struct error *err)
{
	bool quick = args_flag(args, "quick");
	int64_t bytes = 0, repeats = quick ? QUICK_REPEATS : REPEATS;
	struct survey_request *r = &job->request;
	int rc = args_bytes(args, "bytes", &bytes, err);

	if (!rc && args_given(args, "bytes") && bytes < MIB)
		rc = error_set(err, ERR_USAGE, "--bytes is at least 1MiB");
	if (!rc)
		rc = args_int(args, "repeats", 1, SURVEY_REPEATS_MAX, &repeats, err);
	*r = (struct survey_request){
		.bytes = (size_t)bytes,
		.repeats = (uint32_t)repeats,
		.warm_ns = quick ? QUICK_WARM_NS : WARM_NS,
		.window_ns = quick ? QUICK_WINDOW_NS : WINDOW_NS,
		.time_ns = quick ? QUICK_TIME_NS : 0,
		.machine = {.smt = args_flag(args, "smt")},
		.kernels = args_string(args, "kernels", NULL),
		.stop = stop_flag(),
	};
	if (!rc)
		rc = args_duration(args, "time", &r->time_ns, err);
	if (!rc && args_given(args, "time") && r->time_ns <= 0)
		rc = error_set(err, ERR_USAGE,
			       "--time is longer than 0; without it nothing is cut off");
	if (!rc)
		rc = parse_figures(&r->figures, args_string(args, "figures", NULL), err);
	if (!args_flag(args, "quiet") && isatty(STDERR_FILENO))
		r->progress = show_progress;
	return rc;
}

/* Whoever sees it begin: how long that will be. */
static void say_how_long(const struct survey_request *r)
{
	int64_t ns = survey_expected_ns(r);
	char *time;

	if (!r->progress || ns < 60 * NS_PER_S || (r->time_ns && r->time_ns < ns))
		return;
	time = xasprintf("measuring takes about %lld minutes; --quick takes half of one, --time "
			 "ends sooner with what there is by then",
			 (long long)((ns / NS_PER_S + 30) / 60));
	terminal_print_sentence(time, stderr);
	free(time);
}

static int measure(struct job *job, struct error *err)
{
	const struct host *h = job->host;
	struct survey_machine *m = &job->request.machine;
	int rc;

	job->node = xcalloc(h->nr_nodes, sizeof(*job->node));
	job->l3 = xcalloc(h->nr_l3s + (size_t)1, sizeof(*job->l3));
	for (uint32_t n = 0; n < h->nr_nodes; n++)
		job->node[n] = (struct survey_node){.os_index = h->node[n].os_index,
						    .package = h->node[n].package,
						    .cpus = h->node[n].cpus,
						    .memory = h->node[n].memory_bytes > 0};
	for (uint32_t i = 0; i < h->nr_l3s; i++)
		job->l3[i] = h->l3[i].cpus;
	m->node = job->node;
	m->nr = h->nr_nodes;
	m->nr_packages = h->nr_packages;
	m->distance = h->matrix[MATRIX_DISTANCE].value;
	m->l3 = job->l3;
	m->nr_l3 = h->nr_l3s;
	say_how_long(&job->request);
	stop_on_signals();
	rc = survey_run(&job->survey, &job->request, err);
	if (job->request.progress)
		fprintf(stderr, "\r%*s\r", 40, "");
	return rc;
}

static char *note_of(const struct job *job)
{
	const struct survey *s = &job->survey;
	uint32_t repeats = job->request.repeats;
	char bytes[32], caches[32];

	return xasprintf("homenode probe on %s: %" PRIu32
			 " sample%s over %s a node, caches %s (%s), "
			 "%lld %% huge pages (%s), %s",
			 job->date, repeats, repeats == 1 ? "" : "s",
			 bytes_text((int64_t)s->bytes, bytes, sizeof(bytes)),
			 bytes_text(s->cache_bytes, caches, sizeof(caches)), s->cache_from,
			 (long long)(s->least_huge_ppm / 10000), s->pages, s->kernels);
}

static void warn(void *context, const char *sentence)
{
	(void)context;
	print_warning(sentence);
}

/* What others take of a memory's time shows first in its idle latency. */
static bool is_unsteady(const struct survey_cell *c)
{
	struct cell_value v;

	if (c->figure != CELL_LATENCY || c->nr < 3)
		return false;
	v = cell_value(c);
	return v.median > v.best * (1 + STEADY);
}

static void warn_of_cells(const struct survey *s)
{
	uint32_t again = 0, missing = 0, unsteady = 0;

	for (uint32_t i = 0; i < s->nr; i++) {
		again += s->cell[i].again;
		missing += !s->cell[i].nr && !s->cell[i].why;
		unsteady += is_unsteady(&s->cell[i]);
	}
	if (unsteady)
		fprintf(stderr,
			"homenode: warning: of %" PRIu32 " idle latenc%s the median is more than 1 "
			"%% above the best sample\n",
			unsteady, unsteady == 1 ? "y" : "ies");
	if (again)
		fprintf(stderr,
			"homenode: warning: %" PRIu32 " figure%s lay more than 5 %% from others "
			"alike and %s measured again\n",
			again, again == 1 ? "" : "s", again == 1 ? "was" : "were");
	if (missing)
		fprintf(stderr,
			"homenode: warning: for %" PRIu32 " of %" PRIu32
			" figures no time was left\n",
			missing, s->nr);
}

/* What a person should know of the figures. */
static void print_remarks(const struct job *job, const char *note)
{
	const struct survey *s = &job->survey;

	terminal_print_sentence(note, stderr);
	if ((int64_t)s->bytes < STREAM_CACHE_FACTOR * s->cache_bytes)
		warn(NULL,
		     "less memory than four times the caches: figures are partly the caches'");
	if (s->least_huge_ppm >= 0 && s->least_huge_ppm < 990000)
		warn(NULL, "not all memory is in huge pages: latency holds walks to small ones");
	if (s->least_on_node_ppm < 0)
		warn(NULL, "the kernel does not say where pages are: that they are on their node "
			   "was not checked");
	if (s->moved)
		warn(NULL, "threads were found on other CPUs than they were pinned to");
	conditions_judge(&s->before, &s->after, s->threads, warn, NULL);
	warn_of_cells(s);
	print_host_warnings(job->host, false);
}

/* The host takes what was found, and is written as the files that were asked for; both are
 * made whole before the first is. */
static int write_files(struct job *job, const struct args *args, bool xml_wanted, const char *note,
		       struct error *err)
{
	const char *path = args_string(args, "save", NULL);
	struct figures facts = {0};
	char *json = NULL, *xml = NULL;
	int rc = probe_figures(job->host, &job->survey, job->date, &facts, err);

	if (!rc && path)
		json = figures_text(&facts);
	if (!rc)
		rc = host_take_figures(job->host, &facts, err);
	if (!rc && xml_wanted)
		rc = host_calibrated_xml(&xml, job->host, note, err);
	if (!rc && json)
		rc = output_text(path, json, err);
	if (!rc && xml)
		rc = output_text(args_string(args, "output", NULL), xml, err);
	free(json);
	free(xml);
	figures_release(&facts);
	return rc;
}

static bool found_anything(const struct survey *s)
{
	for (uint32_t i = 0; i < s->nr; i++)
		if (s->cell[i].nr)
			return true;
	return false;
}

static int write_results(struct job *job, const struct args *args, enum output_format format,
			 struct error *err)
{
	const char *curves = args_string(args, "curves", NULL);
	const char *path = args_string(args, "output", NULL);
	bool figures = path || args_given(args, "format");
	char *note = note_of(job);
	int rc = write_files(job, args, path || !figures, note, err);

	if (!rc && curves)
		rc = make_directories(curves, err);
	if (!rc && curves)
		rc = probe_curves(job->host, &job->survey, curves, err);
	if (!rc && figures)
		probe_print(job->host, &job->survey, format, stdout);
	if (!rc && !args_flag(args, "quiet"))
		print_remarks(job, note);
	free(note);
	if (!rc && (fflush(stdout) != 0 || ferror(stdout)))
		rc = error_set(err, ERR_MACHINE, "standard output cannot be written");
	return rc;
}

static int finish(struct job *job, const struct args *args, enum output_format format,
		  struct error *err)
{
	const struct survey *s = &job->survey;
	int rc;

	if (!found_anything(s))
		return error_set(err, s->stopped ? ERR_INTERRUPTED : ERR_CANNOT,
				 "%s before anything was measured; nothing was written",
				 s->stopped ? "stopped" : "ended");
	rc = write_results(job, args, format, err);
	if (!rc && s->stopped)
		rc = error_set(err, ERR_INTERRUPTED,
			       "stopped after %" PRIu32 " of %" PRIu32
			       " samples; what was measured until then was written",
			       s->done, s->total);
	return rc;
}

static int run_probe(const struct args *args, int *status, struct error *err)
{
	enum output_format format = FORMAT_TEXT;
	struct job job = {.host = NULL};
	time_t now = time(NULL);
	struct tm utc;
	int rc = args_format(args, &format, err);

	if (gmtime_r(&now, &utc))
		strftime(job.date, sizeof(job.date), "%Y-%m-%d", &utc);
	if (!rc)
		rc = parse(&job, args, err);
	if (!rc)
		rc = host_load_this(&job.host, err);
	if (!rc)
		rc = measure(&job, err);
	if (!rc)
		rc = finish(&job, args, format, err);
	if (rc == ERR_NO_ROOM) {
		char *why = xstrdup(err->text);

		rc = error_set(err, ERR_CANNOT, "%s; --bytes asks for less", why);
		free(why);
	}
	survey_release(&job.survey);
	free(job.node);
	free(job.l3);
	host_free(job.host);
	*status = 0;
	return rc;
}

const struct command cmd_probe = {
	.name = "probe",
	.operands = "",
	.min_operands = 0,
	.max_operands = 0,
	.summary = "measure this machine, write it as a host file",
	.about = "Measures what the memory of this machine does, from every node with CPUs to "
		 "every node with memory: latency idle and under load, bandwidth of reads, writes "
		 "and mixes, of links between packages and of L3 ports, loads in flight, STREAM. "
		 "Writes this machine's topology as hwloc XML with these figures, for use as "
		 "HOST. All CPUs work at times; nothing is changed. Quiet machines give better "
		 "figures.",
	.example = "homenode probe --output mine.xml && homenode compare mine.xml",
	.option = options,
	.run = run_probe,
};
