/*
 * homenode report: one page for people. The hosts of the run are read again
 * from the files that run.json names; one that has changed or gone is left out.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/sha256.h"
#include "cli/command.h"
#include "cost/params/grades.h"
#include "cost/params/params.h"
#include "host/host.h"
#include "report/html_page.h"

static const struct option options[] = {
	{"output", 'o', "FILE", "the page (default: RUN/report.html)", false},
	{"measured", 'm', "RUN", "the same on a machine: prediction against measurement", false},
	{"pictures", 'p', "DIR", "write the pictures as SVG and PNG files too", false},
	{0},
};

struct hosts {
	struct host **loaded;
	struct page_host *host;
	size_t nr;
	struct arena arena;
};

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* Devices of these nodes; of none: those whose node is unknown. */
static const char *devices_at(struct hosts *h, const struct host *host, nodeset nodes)
{
	const char *text = "";

	for (unsigned d = 0; d < host->nr_devices; d++) {
		const struct host_device *dev = &host->device[d];

		if (nodes ? dev->nodes & nodes : !dev->nodes)
			text = arena_printf(&h->arena, "%s%s%s", text, *text ? ", " : "",
					    dev->nr_names ? dev->name[0] : dev->pci);
	}
	return text;
}

/* What the cost model knows of the host, and the error that means. */
static void add_grades(struct hosts *h, struct page_host *p, const struct host *host)
{
	static const char *const names[COST_FIGURES] = {
		[COST_LOCAL_LATENCY] = "local latency",
		[COST_REMOTE_LATENCY] = "remote latency",
		[COST_READ_BANDWIDTH] = "read bandwidth of a node",
		[COST_WRITE_BANDWIDTH] = "write bandwidth of a node",
		[COST_PORT_BANDWIDTH] = "bandwidth of an L3 port",
		[COST_LINK_BANDWIDTH] = "bandwidth between packages",
	};
	struct page_grade *grade = arena_alloc(&h->arena, COST_FIGURES * sizeof(*grade));
	struct cost_params params;

	cost_params_init(&params, host, NULL);
	for (int f = 0; f < COST_FIGURES; f++) {
		enum host_grade g = params.grade[f];

		if (g == GRADE_NONE)
			continue;
		grade[p->nr_grades++] = (struct page_grade){
			.what = names[f],
			.grade = cost_grade_name(g),
			.error = f <= COST_REMOTE_LATENCY ? cost_latency_error(g)
							  : cost_bandwidth_error(g),
		};
	}
	p->grade = grade;
	cost_params_release(&params);
}

static void add_nodes(struct hosts *h, struct page_host *p, const struct host *host)
{
	p->nr_nodes = host->nr_nodes;
	p->node = arena_alloc(&h->arena, (host->nr_nodes + 1) * sizeof(*p->node));
	for (unsigned n = 0; n < host->nr_nodes; n++) {
		char *cpus = cpuset_list(&host->node[n].cpus);

		p->node[n] = (struct page_node){
			.number = host->node[n].os_index,
			.package = host->node[n].package,
			.nr_cpus = host->node[n].nr_cpus,
			.memory_bytes = host->node[n].memory_bytes,
			.cpus = arena_strdup(&h->arena, cpus),
			.kind = host->node[n].kind,
			.devices = devices_at(h, host, nodeset_of(n)),
		};
		free(cpus);
	}
}

static void add_host(struct hosts *h, const struct host *host)
{
	static const struct {
		const char *name, *unit;
	} kinds[MATRIX_KINDS] = {{"distance", "SLIT units"},
				 {"latency", "ns"},
				 {"bandwidth", "MiB/s"},
				 {"write bandwidth", "MiB/s"}};
	struct page_host *p = &h->host[h->nr++];

	p->name = host->name;
	p->source = host->source;
	p->adrift = devices_at(h, host, 0);
	add_nodes(h, p, host);
	add_grades(h, p, host);
	for (int m = 0; m < MATRIX_KINDS; m++)
		if (host->matrix[m].grade != GRADE_NONE)
			p->matrix[p->nr_matrices++] = (struct page_matrix){
				.name = kinds[m].name,
				.unit = kinds[m].unit,
				.grade = host_grade_name(host->matrix[m].grade),
				.source = host->matrix[m].source,
				.value = host->matrix[m].value,
			};
}

static void load_hosts(struct hosts *h, const struct run_dir *run, bool quiet)
{
	h->loaded = xcalloc(run->nr_inputs + 1, sizeof(struct host *));
	h->host = xcalloc(run->nr_inputs + 1, sizeof(*h->host));
	for (size_t i = 0; i < run->nr_inputs; i++) {
		const struct run_input *in = &run->input[i];
		struct error bad = {0};
		char sha256[65];
		bool same;

		if (!ends_with(in->path, ".xml"))
			continue;
		same = access(in->path, R_OK) == 0 && file_sha256(in->path, sha256, &bad) == 0 &&
		       strcmp(sha256, in->sha256) == 0;
		if (same && host_load(&h->loaded[h->nr], in->path, &bad) == 0)
			add_host(h, h->loaded[h->nr]);
		else if (!quiet)
			fprintf(stderr,
				"homenode: warning: %s is gone or has changed since the run; the "
				"page does not show it\n",
				in->path);
	}
}

static void release_hosts(struct hosts *h)
{
	for (size_t i = 0; i < h->nr; i++)
		host_free(h->loaded[i]);
	free(h->loaded);
	free(h->host);
	arena_release(&h->arena);
}

static int write_page(const struct args *args, struct run_dir *run, const struct run_dir *measured,
		      const char *path, struct error *err)
{
	bool quiet = args_flag(args, "quiet");
	struct hosts hosts = {0};
	struct page_options o = {.measured = measured,
				 .pictures = args_string(args, "pictures", NULL)};
	struct output out;
	int rc = output_open(&out, path, err);

	if (rc)
		return rc;
	load_hosts(&hosts, run, quiet);
	o.host = hosts.host;
	o.nr_hosts = hosts.nr;
	if (!have_gnuplot() && !o.pictures && !quiet)
		fputs("homenode: warning: gnuplot is not installed; the page has no pictures\n",
		      stderr);
	rc = page_write(run, &o, out.file, err);
	if (!rc)
		rc = output_commit(&out, err);
	output_abandon(&out);
	release_hosts(&hosts);
	if (!rc && !quiet)
		fprintf(stderr, "the page is in %s\n", path);
	return rc;
}

static int run_report(const struct args *args, int *status, struct error *err)
{
	const char *given = args_string(args, "output", NULL);
	const char *machine = args_string(args, "measured", NULL);
	struct run_dir run, measured = {0};
	enum output_format format;
	char *path;
	int rc = args_format(args, false, &format, err);

	if (!rc && format != FORMAT_TEXT)
		rc = error_set(err, ERR_USAGE,
			       "a page is HTML; homenode diff and check print other formats");
	if (!rc)
		rc = run_dir_load(&run, args_operand(args, 0), err);
	if (rc)
		return rc;
	if (machine)
		rc = run_dir_load(&measured, machine, err);
	*status = 0;
	if (rc)
		goto out;
	if (!given && !run.about) {
		rc = error_set(err, ERR_USAGE, "a summary file alone needs --output FILE");
	} else {
		path = given ? xstrdup(given) : xasprintf("%s/report.html", run.path);
		rc = write_page(args, &run, machine ? &measured : NULL, path, err);
		free(path);
	}
out:
	run_dir_release(&measured);
	run_dir_release(&run);
	return rc;
}

const struct command cmd_report = {
	.name = "report",
	.operands = "RUN",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "one HTML page with tables and pictures of a run",
	.about = "The page is one file and needs no network. Pictures come from gnuplot; without "
		 "it the page has tables alone. Run with --zones for the occupancy of nodes.",
	.example = "homenode report results/runs/week --output week.html",
	.option = options,
	.run = run_report,
};
