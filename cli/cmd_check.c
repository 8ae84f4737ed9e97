/*
 * homenode check: a run against a baseline; the regression verdict.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/names.h"
#include "report/check/noise.h"
#include "report/check/print.h"

static const struct option options[] = {
	{"baseline", 'b', "FILE", "the summary that the run must equal", false},
	{"rules", 'r', "RULES", "exact (default), quality (nothing is worse), or a JSON file",
	 false},
	{"junit", 'j', "FILE", "write the verdict as JUnit XML too", false},
	{"codequality", 0, "FILE", "and as GitLab's Code Quality report", false},
	{"update", 'u', NULL, "make the run the baseline, where nothing is lost by it", false},
	{"accept-worse", 0, NULL, "also where figures are worse or rows missing", false},
	{"reason", 0, "LINE", "why, kept beside the baseline; --update needs it", false},
	{"noise", 0, "POLICY,...",
	 "of two: print rules with what RUN's seeds make of their difference", OPTION_RARE},
	{"wide", 'W', NULL, "all findings, with the whole names of rows and columns", OPTION_RARE},
	OPTION_FORMAT("text|json|csv|markdown|github", "how the verdict is printed"),
	{0},
};

enum check_format { AS_TEXT, AS_JSON, AS_CSV, AS_MARKDOWN, AS_GITHUB };

static int choose_format(const struct args *args, int *out, struct error *err)
{
	static const char *const name[] = {
		[AS_TEXT] = "text",	    [AS_JSON] = "json",	    [AS_CSV] = "csv",
		[AS_MARKDOWN] = "markdown", [AS_GITHUB] = "github", NULL,
	};

	return find_name("--format", "format", args_string(args, "format", "text"), name, out, err);
}

static void print(const struct check *c, const struct args *args, int format)
{
	if (format == AS_JSON)
		check_print_json(c, stdout);
	else if (format == AS_CSV)
		check_print_csv(c, stdout);
	else if (format == AS_MARKDOWN)
		check_print_markdown(c, stdout);
	else if (format == AS_GITHUB)
		check_print_github(c, stdout);
	else
		check_print_text(c, args_flag(args, "wide"), stdout);
}

static int write_report(void (*write)(const struct check *c, FILE *out), const struct check *c,
			const char *path, struct error *err)
{
	struct output out;
	int rc;

	if (!path)
		return 0;
	rc = output_open(&out, path, err);
	if (rc)
		return rc;
	write(c, out.file);
	return output_commit(&out, err);
}

/* What was not compared, and how to go on. */
static void advise(const struct args *args, const struct baseline *base, const struct run_dir *run,
		   const struct check *check)
{
	const struct findings *l = &check->findings;

	if (args_flag(args, "quiet"))
		return;
	if (!base->record)
		fprintf(stderr,
			"homenode: warning: %s has no record beside it; inputs were not compared\n",
			base->summary.path);
	else if (!run->about)
		fprintf(stderr,
			"homenode: warning: a summary file alone does not tell its inputs; they "
			"were not compared\n");
	if (args_flag(args, "update"))
		return;
	if (l->nr_failed && check_losses(check))
		terminal_print_sentence("if the change is meant: --update --accept-worse --reason "
					"LINE makes this run the baseline",
					stderr);
	else if (l->nr_failed)
		terminal_print_sentence("if the change is meant: --update --reason LINE makes this "
					"run the baseline",
					stderr);
	else if (findings_of(l, FOUND_BETTER) || findings_of(l, FOUND_KNOWN) ||
		 findings_of(l, FOUND_ROW_NEW) || findings_of(l, FOUND_COLUMN_EXTRA))
		fprintf(stderr,
			"to hold what was gained: --update --reason LINE makes this run the "
			"baseline\n");
}

struct judged {
	bool alien; /* run and baseline cannot be compared; err says why */
	bool failed;
	size_t losses;
};

/* `rules_name` where the command line names none. */
static int judge(const struct args *args, struct run_dir *run, const char *rules_name, int format,
		 struct judged *out, struct error *err)
{
	struct baseline base = {0};
	struct rules rules = {0};
	struct check check = {0};
	int rc = baseline_load(&base, args_string(args, "baseline", NULL), err);

	*out = (struct judged){.alien = rc == ERR_INPUT};
	if (!rc)
		rc = rules_load(&rules, args_string(args, "rules", rules_name), &base.summary,
				&run->summary, err);
	if (!rc) {
		rc = check_run(&check, &base, run, &rules, err);
		out->alien = rc == ERR_INPUT && run->complete;
	}
	if (!rc)
		rc = write_report(check_print_junit, &check, args_string(args, "junit", NULL), err);
	if (!rc)
		rc = write_report(check_print_codequality, &check,
				  args_string(args, "codequality", NULL), err);
	if (!rc) {
		print(&check, args, format);
		advise(args, &base, run, &check);
		out->losses = check_losses(&check);
		out->failed = check.findings.nr_failed > 0;
	}
	check_end(&check);
	rules_release(&rules);
	baseline_release(&base);
	return rc;
}

/* Says what the new baseline changes; whether it may take the old one's place. */
static int weigh(const struct args *args, struct run_dir *run, int format, bool *may,
		 struct error *err)
{
	bool accept = args_flag(args, "accept-worse");
	struct error why = {0};
	struct judged judged;
	int rc;

	*may = true;
	if (access(args_string(args, "baseline", NULL), F_OK) != 0)
		return 0;
	rc = judge(args, run, "quality", format, &judged, &why);
	*may = accept || !judged.losses;
	if (rc && judged.alien && accept) {
		fprintf(stderr, "homenode: warning: %s; what changes cannot be said\n", why.text);
		return 0;
	}
	if (rc && judged.alien)
		return error_set(err, rc,
				 "%s; what changes cannot be said (--accept-worse makes the run "
				 "the baseline all the same)",
				 why.text);
	return rc ? error_set(err, rc, "%s", why.text) : 0;
}

static int update(const struct args *args, struct run_dir *run, int format, int *status,
		  struct error *err)
{
	const char *path = args_string(args, "baseline", NULL),
		   *reason = args_string(args, "reason", NULL);
	bool may;
	int rc = baseline_check_reason(reason, err);

	if (!rc)
		rc = weigh(args, run, format, &may, err);
	if (rc)
		return rc;
	if (!may) {
		fprintf(stderr,
			"%s stays as it is: something is lost by this run; --accept-worse "
			"makes it the baseline all the same\n",
			path);
		*status = 1;
		return 0;
	}
	rc = baseline_update(path, run, reason, err);
	if (!rc && !args_flag(args, "quiet"))
		fprintf(stderr, "%s is the baseline now\n", path);
	return rc;
}

static int print_noise(const char *policies, struct run_dir *run, struct error *err)
{
	const char *comma = strchr(policies, ',');
	struct noise noise;
	char *first;
	int rc;

	if (!comma || comma == policies || !comma[1] || strchr(comma + 1, ','))
		return error_set(err, ERR_USAGE, "--noise needs two policies: --noise=%s",
				 "edera-compact,edera-scatter");
	first = xstrndup(policies, (size_t)(comma - policies));
	rc = noise_measure(&noise, &run->summary, first, comma + 1, err);
	if (!rc)
		noise_print(&noise, stdout);
	free(first);
	return rc;
}

static int check_options(const struct args *args, struct error *err)
{
	bool updates = args_flag(args, "update");

	if (args_given(args, "noise"))
		return args_given(args, "baseline") || updates
			       ? error_set(
					 err, ERR_USAGE,
					 "--noise compares with no baseline; leave out --baseline "
					 "and --update")
			       : 0;
	if (!args_given(args, "baseline"))
		return error_set(err, ERR_USAGE, "--baseline FILE is needed: what to compare with");
	if ((args_given(args, "reason") || args_flag(args, "accept-worse")) && !updates)
		return error_set(err, ERR_USAGE, "--reason and --accept-worse go with --update");
	if (updates && (args_given(args, "codequality") || args_given(args, "junit")))
		return error_set(err, ERR_USAGE,
				 "--update turns nothing red; leave out --junit and --codequality");
	return 0;
}

static int run_check(const struct args *args, int *status, struct error *err)
{
	struct judged judged = {0};
	struct run_dir run;
	int format;
	int rc = choose_format(args, &format, err);

	if (!rc)
		rc = check_options(args, err);
	if (!rc)
		rc = run_dir_load(&run, args_operand(args, 0), err);
	if (rc)
		return rc;
	if (args_given(args, "noise"))
		rc = print_noise(args_string(args, "noise", NULL), &run, err);
	else if (args_flag(args, "update"))
		rc = update(args, &run, format, status, err);
	else
		rc = judge(args, &run, "exact", format, &judged, err);
	if (judged.failed)
		*status = 1;
	run_dir_release(&run);
	return rc;
}

const struct command cmd_check = {
	.name = "check",
	.operands = "RUN",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "compare a run with a baseline; status 1 when it moved",
	.about = "Simulated figures must be equal unless --rules says otherwise; measured ones are "
		 "compared as repeats, by the confidence interval of their mean difference.",
	.example = "homenode check results/runs/week --baseline results/baseline/week.csv",
	.option = options,
	.no_defaults = "a verdict must not depend on who asks",
	.run = run_check,
};
