/*
 * homenode size: how many hosts a workload needs, and what if.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "bench/files/results.h"
#include "cli/progress.h"
#include "cli/size_print.h"
#include "cli/stop.h"
#include "cli/trace_flags.h"
#include "cli/version.h"
#include "sim/sim.h"

static struct column *columns(const char *operand, size_t *nr)
{
	(void)operand;
	return view_columns(schema_size.column, schema_size.nr, nr);
}

static const struct option options[] = {
	SIZE_OPTIONS,
	VIEW_OPTIONS,
	OPTION_JOBS("runs"),
	{"output", 'o', "DIR", "write summary.csv, sizes.csv and more there", false},
	{"force", 0, NULL, "write into DIR even if it holds other files", OPTION_RARE},
	{0},
};

struct sizing {
	const struct args *args;
	const char *directory; /* NULL: no files */
	struct size_asked asked;
	struct size_lines lines;
	struct results results;
	struct progress progress;
	struct view view;
	int64_t start_ns;
};

static int write_rows(const char *directory, const char *name, const struct rows *r,
		      struct error *err)
{
	char *path = xasprintf("%s/%s", directory, name);
	struct output out;
	int rc = output_open(&out, path, err);

	free(path);
	if (rc)
		return rc;
	rows_print(r, FORMAT_CSV, NULL, out.file);
	return output_commit(&out, err);
}

static int write_files(struct sizing *s, struct rows rows[2], struct error *err)
{
	struct results_about about = {
		.version = program_version(),
		.backend = sim_backend.name,
		.input = size_asked_files(&s->asked),
		.rows_asked = s->results.nr,
		.jobs = s->asked.study.how.jobs,
		.wall_ns = monotonic_ns() - s->start_ns,
		.complete = true,
		.cost = s->asked.study.how.cost,
	};
	int rc;

	about.argv = args_words(s->args, &about.argc);
	rc = write_rows(s->directory, "sizes.csv", &rows[0], err);
	if (!rc)
		rc = write_rows(s->directory, "around.csv", &rows[1], err);
	return rc ? rc : results_commit(&s->results, &about, err);
}

static int print(const struct sizing *s, const struct rows rows[2], struct error *err)
{
	enum output_format format;
	int rc = args_format(s->args, &format, err);

	if (rc)
		return rc;
	if (format == FORMAT_TEXT && (s->view.wide || s->view.nr))
		rows_print(&rows[0], format, &s->view, stdout);
	else if (format == FORMAT_TEXT)
		size_print_text(&s->asked, &s->lines, stdout);
	else if (format == FORMAT_JSON)
		rows_print_json_all(rows, 2, false, stdout);
	else
		rows_print(&rows[0], format, NULL, stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_set(err, ERR_MACHINE, "standard output cannot be written");
	if (s->directory && !args_flag(s->args, "quiet"))
		fprintf(stderr, "results are in %s\n", s->directory);
	return 0;
}

static int find(struct sizing *s, struct error *err)
{
	const struct size_study *study = &s->asked.study;
	int rc = 0;

	if (s->directory && !args_flag(s->args, "force"))
		rc = results_check_directory(s->directory, err);
	if (!rc)
		rc = size_study_find(study, &s->lines, err);
	if (!rc && s->directory)
		rc = results_open(&s->results, s->directory, s->lines.nr, false, false, NULL, err);
	if (!rc)
		rc = size_study_finish(study, &s->lines, s->directory ? &results_gatherer : NULL,
				       &s->results, err);
	progress_end(&s->progress);
	return rc;
}

/* What the trace says of its rows, once for all that were run of it. */
static void say_trace(const struct sizing *s)
{
	const struct zone_stream_stats *said;

	if (!s->lines.nr || args_flag(s->args, "quiet"))
		return;
	said = &s->lines.line[0].answer.bound.stats;
	say_bad_rows(said->bad_rows, said->first_bad);
	say_trace_warnings(said->warnings, said->first_warning);
	say_trace_notes("the trace", said->note);
}

static int answer(struct sizing *s, struct error *err)
{
	struct rows rows[2];
	int rc = find(s, err);

	if (rc)
		return rc;
	say_trace(s);
	size_rows(&rows[0], &s->asked, &s->lines);
	size_around_rows(&rows[1], &s->asked, &s->lines);
	if (s->directory)
		rc = write_files(s, rows, err);
	if (!rc)
		rc = print(s, rows, err);
	rows_release(&rows[0]);
	rows_release(&rows[1]);
	return rc;
}

static int run_size(const struct args *args, int *status, struct error *err)
{
	struct sizing *s = xcalloc(1, sizeof(*s));
	enum output_format format;
	int rc = args_format(args, &format, err);

	s->args = args;
	s->directory = args_string(args, "output", NULL);
	s->start_ns = monotonic_ns();
	if (!rc)
		rc = view_read(&s->view, args, format, schema_size.column, schema_size.nr, err);
	if (!rc)
		rc = size_asked_read(&s->asked, args, err);
	if (!rc) {
		progress_begin(&s->progress, "part", args_flag(args, "quiet"));
		stop_on_signals();
		s->asked.study.how.stop = stop_flag();
		s->asked.study.how.progress = progress_show;
		s->asked.study.how.progress_context = &s->progress;
		rc = answer(s, err);
	}
	*status = 0;
	for (size_t i = 0; i < s->lines.nr; i++)
		*status |= !s->lines.line[i].answer.hosts;
	results_release(&s->results);
	size_lines_release(&s->lines);
	size_asked_release(&s->asked);
	view_release(&s->view);
	free(s);
	return rc;
}

const struct command cmd_size = {
	.name = "size",
	.operands = "WORKLOAD",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "how many hosts a workload needs under each policy",
	.about = "Finds the smallest number of hosts of each shape that meets the goals for the "
		 "zones of WORKLOAD (a name from workloads/, a JSON file, or a trace), by running "
		 "it on fleets of several sizes; with prices also the cheapest mix of two shapes. "
		 "Beside it stand the figures around that number, and what would change if more "
		 "zones came or hosts were others. Exit status 1 when some question has no "
		 "answer.",
	.example = "homenode size week --policy edera-compact,nova --arrivals +10%",
	.columns = columns,
	.option = options,
	.run = run_size,
};
