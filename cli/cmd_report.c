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
#include "cli/drawn_host.h"
#include "cli/recommended_rows.h"
#include "cli/recorded_page.h"
#include "host/host.h"
#include "live/recording.h"
#include "report/page.h"
#include "schema/schema.h"

#define RUNS_MAX 8

static const struct option options[] = {
	{"output", 'o', "FILE", "the page (default: RUN/report.html)", false},
	{"measured", 'm', "RUN", "the same on a machine: prediction against measurement", false},
	{"pictures", 'p', "DIR", "write pictures as SVG and PNG files too, by gnuplot", false},
	OPTION_FORMAT("text|json", "json: the figures behind the page, instead of it"),
	{"replay", 'r', "POLICY,...", "whose zones to replay (default: as many as fit)", false},
	{0},
};

struct hosts {
	struct host **loaded;
	struct page_host *host;
	const char **sha256; /* of their files */
	size_t nr;
	struct arena arena;
};

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static bool is_there(const struct hosts *h, const char *sha256)
{
	for (size_t i = 0; i < h->nr; i++)
		if (strcmp(h->sha256[i], sha256) == 0)
			return true;
	return false;
}

/* Those of the run that no run before had. */
static void load_hosts(struct hosts *h, const struct run_dir *run, bool quiet)
{
	size_t most = h->nr + run->nr_inputs + 1;

	h->loaded = xreallocarray(h->loaded, most, sizeof(struct host *));
	h->host = xreallocarray(h->host, most, sizeof(*h->host));
	h->sha256 = xreallocarray(h->sha256, most, sizeof(char *));
	for (size_t i = 0; i < run->nr_inputs; i++) {
		const struct run_input *in = &run->input[i];
		struct error bad = {0};
		char sha256[65];
		bool same;

		if (!ends_with(in->path, ".xml") || is_there(h, in->sha256))
			continue;
		same = access(in->path, R_OK) == 0 && file_sha256(in->path, sha256, &bad) == 0 &&
		       strcmp(sha256, in->sha256) == 0;
		h->sha256[h->nr] = in->sha256;
		if (same && host_load(&h->loaded[h->nr], in->path, &bad) == 0) {
			drawn_host_init(&h->host[h->nr], h->loaded[h->nr], &h->arena);
			h->nr++;
		} else if (!quiet) {
			fprintf(stderr,
				"homenode: warning: %s is gone or has changed since the run; the "
				"page does not show it\n",
				in->path);
		}
	}
}

static void release_hosts(struct hosts *h)
{
	for (size_t i = 0; i < h->nr; i++)
		host_free(h->loaded[i]);
	free(h->loaded);
	free(h->host);
	free(h->sha256);
	arena_release(&h->arena);
}

/* The policies that `homenode run` was asked for; none, where these are not its arguments. */
static void find_policies_asked_for(struct run_dir *run)
{
	struct error other = {0};
	struct args *args;
	int nr = 0;
	char **word;

	while (run->argument && run->argument[nr])
		nr++;
	word = arena_alloc(&run->arena, ((size_t)nr + 1) * sizeof(*word));
	for (int i = 0; i < nr; i++)
		word[i] = arena_strdup(&run->arena, run->argument[i]);
	if (args_parse(&args, &cmd_run, nr, word, &other))
		return;
	run->policy = policies_asked_for(args, &run->arena);
	args_free(args);
}

/* Everything that the page is made of. */
struct pages {
	struct run_dir dir[RUNS_MAX], measured;
	struct page_run run[RUNS_MAX];
	struct hosts hosts;
	struct page_input input;
};

static int load_runs(struct pages *p, const struct args *args, struct error *err)
{
	const char *machine = args_string(args, "measured", NULL);
	bool quiet = args_flag(args, "quiet");
	int rc = 0;

	p->input =
		(struct page_input){.run = p->run, .policies = args_string(args, "replay", NULL)};
	for (unsigned i = 0; !rc && i < args_nr_operands(args); i++) {
		struct run_dir *dir = &p->dir[i];

		rc = run_dir_load(dir, args_operand(args, i), err);
		if (rc)
			return rc;
		find_policies_asked_for(dir);
		p->run[i] = (struct page_run){
			.dir = dir,
			.error = {dir->cost.latency_error_ppm, dir->cost.bandwidth_error_ppm}};
		p->run[i].nr_first = recommended_rows(dir, p->run[i].error.latency_ppm,
						      p->run[i].error.bandwidth_ppm,
						      &p->hosts.arena, &p->run[i].first);
		p->input.nr_runs++;
		load_hosts(&p->hosts, dir, quiet);
	}
	if (machine) {
		rc = run_dir_load(&p->measured, machine, err);
		if (!rc)
			find_policies_asked_for(&p->measured);
		p->input.measured = &p->measured;
	}
	p->input.host = p->hosts.host;
	p->input.nr_hosts = p->hosts.nr;
	return rc;
}

static void release_pages(struct pages *p)
{
	for (size_t i = 0; i < RUNS_MAX; i++)
		run_dir_release(&p->dir[i]);
	run_dir_release(&p->measured);
	release_hosts(&p->hosts);
}

static int write_page(const struct args *args, const struct page_input *input, const char *path,
		      bool model, struct error *err)
{
	bool quiet = args_flag(args, "quiet");
	struct output out;
	int rc = output_open(&out, path, err);

	if (rc)
		return rc;
	if (!page_has_library() && !model && !quiet)
		fputs("homenode: warning: homenode was built without libjs-dygraphs; curves on the "
		      "page do not zoom\n",
		      stderr);
	rc = model ? page_write_model(input, out.file, err) : page_write(input, out.file, err);
	if (!rc)
		rc = output_commit(&out, err);
	output_abandon(&out);
	if (!rc && !quiet)
		fprintf(stderr, "the page is in %s\n", path);
	return rc;
}

/* The page of a recording: it stands alone. */
static int report_recording(const struct args *args, enum output_format format, struct error *err)
{
	const char *path = args_operand(args, 0), *given = args_string(args, "output", NULL);
	struct recorded_page recorded;
	struct page_host host;
	struct page_input input = {.recording = &recorded.page, .host = &host, .nr_hosts = 1};
	int rc;

	if (args_nr_operands(args) > 1 || args_given(args, "measured") ||
	    args_given(args, "pictures") || args_given(args, "replay"))
		return error_set(err, ERR_USAGE,
				 "%s is a recording of a host: it has a page of its own, without "
				 "runs, --measured, --pictures and --replay",
				 path);
	if (!given && format != FORMAT_JSON)
		return error_set(err, ERR_USAGE, "a recording needs --output FILE");
	rc = recorded_page_load(&recorded, path, err);
	if (rc)
		return rc;
	drawn_host_init(&host, recorded_page_host(&recorded), &recorded.arena);
	if (given) {
		rc = write_page(args, &input, given, format == FORMAT_JSON, err);
	} else {
		rc = page_write_model(&input, stdout, err);
		putchar('\n');
	}
	recorded_page_release(&recorded);
	return rc;
}

static int run_report(const struct args *args, int *status, struct error *err)
{
	const char *given = args_string(args, "output", NULL);
	const char *pictures = args_string(args, "pictures", NULL);
	struct pages p = {0};
	enum output_format format;
	int rc = args_format(args, &format, err);

	*status = 0;
	if (!rc && recording_recognise(args_operand(args, 0)))
		return report_recording(args, format, err);
	if (!rc)
		rc = load_runs(&p, args, err);
	if (!rc && !given && !p.dir[0].about && format != FORMAT_JSON)
		rc = error_set(err, ERR_USAGE, "a summary file alone needs --output FILE");
	if (!rc && pictures)
		rc = pictures_write(&p.input, pictures, err);
	if (!rc && !given && format == FORMAT_JSON) {
		rc = page_write_model(&p.input, stdout, err);
		putchar('\n');
	} else if (!rc) {
		char *path = given ? xstrdup(given) : xasprintf("%s/report.html", p.dir[0].path);

		rc = write_page(args, &p.input, path, format == FORMAT_JSON, err);
		free(path);
	}
	release_pages(&p);
	return rc;
}

const struct command cmd_report = {
	.name = "report",
	.operands = "RUN...",
	.min_operands = 1,
	.max_operands = RUNS_MAX,
	.summary = "one HTML page of runs, or of a recorded host",
	.about =
		"The page is one file and needs no network. Run with --zones to replay on it where "
		"zones are, host by host. RUN may be a recording of homenode watch. --format json: "
		"the figures behind the page.",
	.example = "homenode report results/runs/week --output week.html",
	.option = options,
	.run = run_report,
};
