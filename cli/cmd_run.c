/*
 * homenode run: a workload under one or more policies, row by row, into a
 * result directory.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "backend/backend_impl.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/terminal.h"
#include "bench/files/contending.h"
#include "bench/files/results.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "cli/matrix_flags.h"
#include "cli/names.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/summary_table.h"
#include "cli/trace_flags.h"
#include "cli/version.h"
#include "cost/params/grades.h"
#include "report/contention.h"

static const struct option options[] = {
	MATRIX_OPTIONS,
	{"trace", 't', "FORMAT", "WORKLOAD is a trace in this format", false},
	{"skip-bad", 0, NULL, "count bad trace rows and go on", OPTION_RARE},
	TRACE_OPTIONS,
	{"no-cost", 0, NULL, "do not price zones: no bandwidth, slowdown, swing", false},
	{"probe", 0, NULL, "measure zones, beside what is predicted", false},
	{"contention", 0, NULL, "measure each zone while the others load memory", OPTION_RARE},
	{"levels", 0, "PERCENT,...", "of that load (default: 0,25,50,75,100)", OPTION_RARE},
	{"zones", 'z', NULL, "write zones.csv too, one row a zone", false},
	{"check", 0, NULL, "verify every invariant at every event (slow)", OPTION_RARE},
	{"backend", 'b', "BACKEND[:OPTIONS]", "the machine that does it (default: sim)", false},
	{"recover", 0, "destroy|adopt", "zones on xen that a killed run left", OPTION_RARE},
	{"record", 0, "FILE", "record what passes to the backend", OPTION_RARE},
	{"replay", 0, "FILE", "replay such a record instead of a machine", OPTION_RARE},
	VIEW_OPTIONS,
	OPTION_FORMAT("text|json|jsonl|csv|openmetrics", "text (default) or rows of summary.csv"),
	OPTION_JOBS("rows"),
	{"output", 'o', "DIR", "result directory (default: results/runs/WORKLOAD)", false},
	{"force", 0, NULL, "write into DIR even if it holds other files", OPTION_RARE},
	{0},
};

struct cmd {
	const struct args *args;
	struct chosen chosen;
	struct experiment experiment;
	struct results results;
	struct progress progress;
	struct view view;
	struct contention_levels levels;
	char *directory;
	bool quiet;
};

static int choose_backend(struct cmd *c, struct error *err)
{
	struct experiment *x = &c->experiment;
	const char *replay = args_string(c->args, "replay", NULL);

	x->backend = backend_find(replay ? "replay" : args_string(c->args, "backend", "sim"),
				  &x->backend_options, err);
	if (!x->backend)
		return ERR_USAGE;
	if (replay && args_typed(c->args, "backend"))
		return error_set(err, ERR_USAGE, "--replay takes the place of --backend; give one");
	if (replay)
		x->backend_options = replay;
	x->recover = args_string(c->args, "recover", NULL);
	if (x->recover && !backend_option_find(x->backend, "recover"))
		return error_set(err, ERR_USAGE, "--recover is for --backend xen");
	return 0;
}

static void say(void *context, const char *sentence)
{
	char *text = xstrdup(sentence);

	progress_end(context);
	text_tame(text);
	fprintf(stderr, "homenode: %s\n", text);
	free(text);
}

static void fill_experiment(struct cmd *c)
{
	struct experiment *x = &c->experiment;

	x->matrix = c->chosen.matrix;
	x->record_path = args_string(c->args, "record", NULL);
	x->cost = !c->chosen.workload.no_cost && !args_flag(c->args, "no-cost");
	x->check = args_flag(c->args, "check");
	x->skip_bad = args_flag(c->args, "skip-bad");
	x->every_seed = args_flag(c->args, "probe") || args_flag(c->args, "contention");
	x->gatherer = &results_gatherer;
	x->gatherer_self = &c->results;
	x->progress = progress_show;
	x->progress_context = &c->progress;
	/* a model has nothing to say that is not in its results */
	x->say = c->quiet || backend_traits(x->backend) & BACKEND_REPEATABLE ? NULL : say;
	x->say_context = &c->progress;
	x->stop = stop_flag();
}

/* No machine of its own, and only one history. */
static bool answers_from_a_record(const struct backend_ops *ops)
{
	return !(backend_traits(ops) & (BACKEND_REPEATABLE | BACKEND_FIXED_HOST));
}

static int read_levels(struct cmd *c, struct error *err)
{
	const char *text = args_string(c->args, "levels", "0,25,50,75,100");

	if (args_given(c->args, "levels") && !args_flag(c->args, "contention"))
		return error_set(err, ERR_USAGE, "--levels is of --contention");
	if (contention_levels_read(&c->levels, text))
		return 0;
	return error_set(err, ERR_USAGE,
			 "--levels takes whole numbers from 0 to 100, ascending and at most %d of "
			 "them, as in 0,50,100; not \"%s\"",
			 CONTENTION_LEVELS_MAX, text);
}

static int prepare(struct cmd *c, struct error *err)
{
	enum output_format format;
	int rc = args_format(c->args, &format, err);

	if (!rc)
		rc = view_read(&c->view, c->args, format, SUMMARY_VIEW_COLUMNS, err);
	if (!rc)
		rc = args_jobs(c->args, &c->experiment.jobs, err);
	if (!rc)
		rc = read_levels(c, err);
	if (!rc)
		rc = choose_backend(c, err);
	if (!rc)
		rc = choose_matrix(&c->chosen, c->args, c->experiment.backend,
				   c->experiment.backend_options, err);
	if (!rc && matrix_rows(&c->chosen.matrix) > 1 &&
	    (args_given(c->args, "record") || answers_from_a_record(c->experiment.backend)))
		rc = error_set(err, ERR_USAGE,
			       "a record holds one row: choose one --policy, --memory, --allocator "
			       "and --seed");
	if (!rc)
		fill_experiment(c);
	return rc;
}

static int write_results(struct cmd *c, int64_t wall_ns, bool complete, struct error *err)
{
	struct results_about about = {
		.version = program_version(),
		.backend = c->experiment.backend->name,
		.input = chosen_files(&c->chosen),
		.rows_asked = matrix_rows(&c->experiment.matrix),
		.jobs = c->experiment.jobs,
		.wall_ns = wall_ns,
		.complete = complete,
		.real_clock = !(backend_traits(c->experiment.backend) & BACKEND_VIRTUAL_CLOCK),
		.cost = c->experiment.cost,
	};

	about.argv = args_words(c->args, &about.argc);
	return results_commit(&c->results, &about, err);
}

/* In the order of --policy, whose first is the baseline. */
static void print_table(const struct cmd *c)
{
	struct arena words = {0};
	const char **policy = policies_asked_for(c->args, &words);

	summary_print_table(c->results.row, c->results.nr, policy, &c->view, stdout);
	summary_print_verdict(&c->results, policy, stdout);
	arena_release(&words);
}

/* As anybody reads it who has the directory. */
static int print_contention(const struct cmd *c, struct error *err)
{
	char *path = xasprintf("%s/contention.csv", c->directory);
	struct contention_file f;
	int rc = contention_load(&f, path, err);

	if (!rc) {
		fputc('\n', stdout);
		contention_print_text(&f, stdout);
		contention_file_release(&f);
	}
	free(path);
	return rc;
}

static int print_results(const struct cmd *c, struct error *err)
{
	const struct results *r = &c->results;
	enum output_format format;
	int rc = args_format(c->args, &format, err);

	if (rc)
		return rc;
	if (format != FORMAT_TEXT) {
		summary_print_rows(r->row, r->nr, format, stdout);
	} else {
		print_table(c);
		if (r->probes.nr) {
			fputc('\n', stdout);
			probe_print_text(&r->probes, stdout);
		}
		if (r->contention.nr)
			rc = print_contention(c, err);
	}
	return rc;
}

/* What a person should know of the rows before reading them. */
static void say_beside(const struct cmd *c)
{
	const struct results *r = &c->results;

	say_bad_rows(r->bad_rows, r->first_bad);
	say_trace_warnings(r->warnings, r->first_warning);
	say_trace_notes("the trace", r->note);
	if (r->nr && r->levels && !r->contention.nr)
		fputs("no zone lives when the run ends, so none was measured among neighbours\n",
		      stderr);
	if (r->nr_same)
		fprintf(stderr,
			"%zu of %zu rows were not run: nothing in them depends on the seed, so "
			"they are those of seed %llu\n",
			r->nr_same, r->nr, (unsigned long long)c->experiment.matrix.seed[0]);
}

/* Takes the text. */
static void say_grade(const char *what, const char *grade, char *text)
{
	char *sentence = xasprintf("%s is %s (%s)", what, grade, text);

	terminal_print_sentence(sentence, stderr);
	free(sentence);
	free(text);
}

static void say_done(const struct cmd *c)
{
	const struct results *r = &c->results;

	if (c->experiment.cost) {
		say_grade("latency", cost_grade_name(cost_latency_grade(&r->basis)),
			  cost_latency_text(&r->basis));
		say_grade("bandwidth", cost_grade_name(cost_bandwidth_grade(&r->basis)),
			  cost_bandwidth_text(&r->basis));
	}
	fprintf(stderr, "results are in %s\n", c->directory);
}

/* When the workload ends: its duration, else the last of its events. */
static int workload_end(const struct cmd *c, int64_t *out, struct error *err)
{
	const struct workload *w = &c->chosen.workload;
	const struct zone_event *ev;
	struct zone_stream *stream;
	int rc;

	*out = w->duration_ns;
	if (*out != NS_NEVER)
		return 0;
	*out = 0;
	rc = workload_open(&stream, w, c->chosen.matrix.seed[0], c->experiment.skip_bad, err);
	while (!rc && (rc = zone_stream_next(stream, &ev, err)) == 0 && ev) {
		int64_t end = ev->at_ns;

		if (ev->kind == ZONE_EVENT_START && ev->lifetime_ns < NS_NEVER - end)
			end += ev->lifetime_ns;
		*out = end > *out ? end : *out;
	}
	zone_stream_close(stream);
	return rc;
}

/* Where a second is a second, a person wants to know before it begins. */
static int say_how_long(const struct cmd *c, struct error *err)
{
	size_t rows = matrix_rows(&c->chosen.matrix);
	char one[32], all[32];
	int64_t end;
	int rc;

	if (c->quiet || backend_traits(c->experiment.backend) & BACKEND_VIRTUAL_CLOCK)
		return 0;
	rc = workload_end(c, &end, err);
	if (rc)
		return rc;
	duration_text(end, one, sizeof(one));
	duration_text(end < NS_NEVER / (int64_t)rows ? end * (int64_t)rows : NS_NEVER, all,
		      sizeof(all));
	if (rows == 1)
		fprintf(stderr, "homenode: time passes as it does on %s: about %s\n",
			c->experiment.backend->name, all);
	else
		fprintf(stderr,
			"homenode: time passes as it does on %s: %zu rows of %s, about %s\n",
			c->experiment.backend->name, rows, one, all);
	return 0;
}

/* Rows in which nothing came are no results. */
static int some_zone_came(const struct cmd *c, struct error *err)
{
	const struct results *r = &c->results;
	const struct workload *w = &c->chosen.workload;

	for (size_t i = 0; i < r->nr; i++)
		if (r->row[i].zones_placed || r->row[i].zones_refused)
			return 0;
	return error_set(err, ERR_INPUT, "%s: no zone comes%s: nothing was run", w->path,
			 w->duration_ns == NS_NEVER ? "" : " before its duration is over");
}

static int run_all(struct cmd *c, struct error *err)
{
	int64_t start_ns = monotonic_ns();
	struct error late = {0};
	int rc2 = 0,
	    rc = args_flag(c->args, "force") ? 0 : results_check_directory(c->directory, err);

	if (!rc)
		rc = say_how_long(c, err);
	if (rc)
		return rc;
	rc = results_open(&c->results, c->directory, matrix_rows(&c->experiment.matrix),
			  args_flag(c->args, "zones"), args_flag(c->args, "probe"),
			  args_flag(c->args, "contention") ? &c->levels : NULL, err);
	if (rc)
		return rc;
	stop_on_signals();
	rc = experiment_run(&c->experiment, err);
	progress_end(&c->progress);
	if (!rc)
		rc = some_zone_came(c, err);
	/* points that were not reached are rows too */
	if (!rc && c->results.levels && atomic_load(stop_flag()))
		rc = error_set(err, ERR_INTERRUPTED, "stopped by a signal");
	row_fill_regret(c->results.row, c->results.nr);
	if (!c->quiet)
		say_beside(c);
	if (!rc || rc == ERR_INTERRUPTED)
		rc2 = write_results(c, monotonic_ns() - start_ns, rc == 0, rc ? &late : err);
	if (!rc && !rc2)
		rc2 = print_results(c, err);
	if (!rc2 && rc == ERR_INTERRUPTED)
		(void)error_set(err, rc,
				"stopped by a signal; what was reached is in %s, marked partial",
				c->directory);
	else if (!rc && !rc2 && !c->quiet)
		say_done(c);
	return rc ? rc : rc2;
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct cmd *c = xcalloc(1, sizeof(*c));
	const char *output = args_string(args, "output", NULL);
	int rc;

	*status = 0;
	c->args = args;
	c->quiet = args_flag(args, "quiet");
	progress_begin(&c->progress, "row", c->quiet);
	rc = prepare(c, err);
	if (!rc) {
		c->directory = output ? xstrdup(output) : run_directory(c->chosen.workload.name);
		rc = run_all(c, err);
	}
	results_release(&c->results);
	chosen_release(&c->chosen);
	view_release(&c->view);
	free(c->directory);
	free(c);
	return rc;
}

const struct command cmd_run = {
	.name = "run",
	.operands = "WORKLOAD",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "run a workload under one or more policies",
	.about = "Replays the zones of WORKLOAD (a name from workloads/, a JSON file, or a trace "
		 "with --trace) on a fleet and writes summary.csv, timeline.csv and run.json, "
		 "one row for each policy, memory policy and seed. Rows run side by side; the "
		 "files are the same whatever --jobs says.",
	.example = "homenode run week --policy edera-compact,flat --hosts 8",
	.option = options,
	.columns = summary_columns,
	.run = run,
};
