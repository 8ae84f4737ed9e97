#include "cli/sweep_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"
#include "cli/names.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/summary_table.h"
#include "cli/sweep_file.h"
#include "cli/trace_flags.h"
#include "cli/version.h"
#include "sim/sim.h"

/* A table of more rows is for programs: --format csv, or summary.csv. */
#define SHOWN_ROWS_MAX 50

const struct option sweep_options[] = {
	{"resume", 0, NULL, "go on behind the rows that DIR's journal has", false},
	{"no-cost", 0, NULL, "do not price zones, whatever FILE says", false},
	{"check", 0, NULL, "verify every invariant at every event (slow)", OPTION_RARE},
	OPTION_FORMAT("text|json|jsonl|csv|openmetrics", "text (default) or rows of summary.csv"),
	OPTION_JOBS("rows"),
	{"progress", 0, "TIME", "a line on standard error so often, terminal or not", false},
	{"cache", 0, "DIR", "keep what traces' rows become there", OPTION_RARE},
	{"output", 'o', "DIR", "result directory (default: results/runs/NAME)", false},
	{"force", 0, NULL, "begin anew, whatever DIR holds", false},
	{0},
};

const char sweep_about[] =
	"Runs all rows of topologies x hosts x choices x workloads x policies x memory x "
	"allocators "
	"x seeds that FILE (JSON or YAML, docs/sweep.md) names, the longest first, and writes "
	"summary.csv and run.json as run does. Rows that are done are kept in DIR/sweep.journal. "
	"On MPI ranks it is the program homenode-mpi that does it.";

struct cmd {
	const struct args *args;
	const struct sweep_team *team;
	struct sweep_file file;
	struct experiment experiment;
	struct sweep sweep;
	struct results results;
	char *directory, *identity;
	int64_t start_ns;
	struct progress progress; /* its terminal */
	bool quiet;
};

static bool is_first(const struct cmd *c)
{
	return !c->team || c->team->rank == 0;
}

/* --- progress --------------------------------------------------------------------------- */

/* "row 12 of 96, 4 running: 1.2 M events, 0.95 M/s, 12 s left" */
static void show_progress(void *context, const struct sweep_progress *p)
{
	struct cmd *c = context;
	int64_t spent_ns = monotonic_ns() - c->start_ns;
	char events[80], left[40] = "", line[256];

	progress_events(p->events, spent_ns, events, sizeof(events));
	if (p->left_s >= 0 && p->left_s < 1e9)
		duration_text(((int64_t)p->left_s + 1) * NS_PER_S, left, sizeof(left));
	snprintf(line, sizeof(line), "row %zu of %zu, %zu running: %s%s%s%s", p->done, p->rows,
		 p->running, events, *left ? ", " : "", left, *left ? " left" : "");
	if (c->progress.show)
		progress_line(&c->progress, line);
	else
		fprintf(stderr, "homenode: %s\n", line);
}

/* --- beginning -------------------------------------------------------------------------- */

static int read_options(struct cmd *c, struct error *err)
{
	struct experiment *x = &c->experiment;
	enum output_format format;
	int64_t step_ns = 200 * NS_PER_MS;
	int rc = args_format(c->args, &format, err);

	if (!rc)
		rc = args_jobs(c->args, &x->jobs, err);
	if (!rc)
		rc = args_duration(c->args, "progress", &step_ns, err);
	if (!rc && c->team && args_given(c->args, "jobs"))
		rc = error_set(err, ERR_USAGE,
			       "a rank runs one row at a time: start more ranks instead of --jobs");
	if (!rc && args_flag(c->args, "resume") && args_flag(c->args, "force"))
		rc = error_set(err, ERR_USAGE, "--resume goes on, --force begins anew: give one");
	if (c->team)
		x->jobs = 1;
	progress_begin(&c->progress, "row", c->quiet || args_given(c->args, "progress"));
	c->sweep.progress_ns = step_ns;
	if (c->progress.show || (args_given(c->args, "progress") && !c->quiet))
		c->sweep.progress = show_progress;
	c->sweep.progress_context = c;
	return rc;
}

static int prepare(struct cmd *c, struct error *err)
{
	struct experiment *x = &c->experiment;
	const char *path = args_operand(c->args, 0), *output = args_string(c->args, "output", NULL);
	int rc = read_options(c, err);

	if (!rc)
		rc = sweep_file_load(&c->file, path, c->quiet || !is_first(c), err);
	if (!rc)
		rc = sweep_file_prepare(&c->file, args_string(c->args, "cache", NULL),
					c->quiet || !is_first(c), err);
	if (rc)
		return rc;
	x->matrix = c->file.matrix;
	x->backend = &sim_backend;
	x->cost = c->file.cost && !args_flag(c->args, "no-cost");
	x->check = args_flag(c->args, "check");
	x->skip_bad = c->file.skip_bad;
	x->stop = stop_flag();
	c->directory = output ? xstrdup(output) : run_directory(c->file.name);
	return sweep_identity(x, program_version(), path, c->file.input, &c->identity, err);
}

static int open_sweep(struct cmd *c, struct error *err)
{
	bool force = args_flag(c->args, "force"), resume = args_flag(c->args, "resume");
	int rc = force ? 0 : results_check_directory(c->directory, err);

	if (!rc)
		rc = sweep_open(&c->sweep, &c->experiment, c->directory,
				force	 ? JOURNAL_OVER
				: resume ? JOURNAL_RESUME
					 : JOURNAL_NEW,
				c->identity, err);
	if (!rc && resume && !c->quiet)
		fprintf(stderr, "homenode: %zu of %zu rows were done before\n",
			c->sweep.dispatch.nr_resumed, c->sweep.dispatch.nr_rows);
	return rc;
}

/* --- end -------------------------------------------------------------------------------- */

static int write_results(struct cmd *c, struct error *err)
{
	struct results_about about = {
		.version = program_version(),
		.backend = c->experiment.backend->name,
		.rows_asked = c->sweep.dispatch.nr_rows,
		.jobs = c->team ? c->team->nr : c->experiment.jobs,
		.wall_ns = monotonic_ns() - c->start_ns,
		.complete = true,
		.cost = c->experiment.cost,
	};
	const char **input;
	size_t nr = 0;
	int rc;

	while (c->file.input[nr])
		nr++;
	input = xcalloc(nr + 2, sizeof(*input));
	input[0] = args_operand(c->args, 0);
	memcpy(input + 1, c->file.input, nr * sizeof(*input));
	about.input = input;
	about.argv = args_words(c->args, &about.argc);
	rc = sweep_write(&c->sweep, &c->results, &about, err);
	free(input);
	return rc;
}

static void print_results(const struct cmd *c)
{
	const struct results *r = &c->results;
	enum output_format format = FORMAT_TEXT;

	(void)!args_format(c->args, &format, NULL);
	if (format != FORMAT_TEXT) {
		summary_print_rows(r->row, r->nr, format, stdout);
	} else if (r->nr <= SHOWN_ROWS_MAX) {
		summary_print_table(r->row, r->nr, NULL, NULL, stdout);
	} else {
		printf("%zu rows\n", r->nr);
	}
}

static void say_trace(const struct zone_stream_stats *said, const char *path)
{
	say_bad_rows(said->bad_rows, said->first_bad);
	say_trace_warnings(said->warnings, said->first_warning);
	say_trace_notes(path, said->note);
}

/* Once a trace, which may be that of several workloads. */
static void say_traces(const struct cmd *c)
{
	const struct matrix *m = &c->experiment.matrix;

	for (size_t i = 0; i < m->nr_workloads; i++) {
		const struct zone_stream_stats *said = &c->sweep.said[i];
		const char *path = m->workload[i]->trace_path;
		size_t first = 0;

		if (m->workload[i]->source == SOURCE_TRACES)
			say_trace(said, m->workload[i]->path);
		if (m->workload[i]->source != SOURCE_TRACE)
			continue;
		while (m->workload[first]->source != SOURCE_TRACE ||
		       strcmp(m->workload[first]->trace_path, path) != 0)
			first++;
		if (first < i)
			continue;
		say_trace(said, path);
	}
}

static void say_done(const struct cmd *c)
{
	const struct results *r = &c->results;

	say_traces(c);
	if (r->nr_same)
		fprintf(stderr,
			"%zu of %zu rows were not run: nothing in them depends on the seed\n",
			r->nr_same, r->nr);
	fprintf(stderr, "results are in %s\n", c->directory);
}

/* What is kept of a sweep that did not come to its end. */
static int say_kept(const struct cmd *c, int rc, struct error *err)
{
	const struct dispatch *d = &c->sweep.dispatch;
	char why[ERROR_TEXT_MAX];

	snprintf(why, sizeof(why), "%s", err->text);
	return error_set(err, rc, "%s; %zu of %zu rows are in %s: --resume goes on behind them",
			 why, d->nr_done, d->nr_rows, c->sweep.journal.path);
}

/* --- threads and ranks ------------------------------------------------------------------ */

/* Rank 0, or the only process. */
static int lead(struct cmd *c, struct error *err)
{
	const struct sweep_team *t = c->team;
	struct sweep_ranks ranks = {.serve = NULL};
	int rc = open_sweep(c, err);

	if (t)
		ranks = (struct sweep_ranks){t->serve, t->self};
	if (rc && t)
		t->dismiss(t->self);
	if (rc)
		return rc;
	if (!t)
		stop_on_signals();
	rc = sweep_run(&c->sweep, c->experiment.jobs, t ? &ranks : NULL, err);
	progress_end(&c->progress);
	if (rc)
		return say_kept(c, rc, err);
	rc = write_results(c, err);
	if (rc)
		return rc;
	print_results(c);
	if (!c->quiet)
		say_done(c);
	return 0;
}

static int run_all(struct cmd *c, int *status, struct error *err)
{
	const struct sweep_team *t = c->team;
	int rc = prepare(c, err);

	if (t)
		rc = t->agree(t->self, rc, c->identity ? c->identity : "", err);
	if (is_first(c))
		return rc ? rc : lead(c, err);
	/* rank 0 says what is wrong */
	*status = rc ? error_exit_status(rc) : 0;
	return rc ? 0 : t->follow(t->self, &c->experiment, err);
}

int sweep_command(const struct args *args, const struct sweep_team *team, int *status,
		  struct error *err)
{
	struct cmd *c = xcalloc(1, sizeof(*c));
	int rc;

	*status = 0;
	c->args = args;
	c->team = team;
	c->quiet = args_flag(args, "quiet");
	c->start_ns = monotonic_ns();
	rc = run_all(c, status, err);
	results_release(&c->results);
	sweep_release(&c->sweep);
	sweep_file_release(&c->file);
	free(c->directory);
	free(c->identity);
	free(c);
	return rc;
}
