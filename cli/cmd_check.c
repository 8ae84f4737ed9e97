/*
 * homenode check: a run against a baseline; the regression verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "cli/command.h"
#include "cli/names.h"
#include "report/check.h"

static const struct option options[] = {
	{"baseline", 'b', "FILE", "the summary that the run must equal", false},
	{"rules", 'r', "RULES", "exact (default), quality (by what is better), or a JSON file",
	 false},
	{"junit", 'j', "FILE", "write the verdict as JUnit XML too", false},
	{"update", 'u', NULL, "make the run the baseline", false},
	{"reason", 0, "LINE", "why, kept beside the baseline; --update needs it", false},
	{"format", 0, "text|json|csv|markdown|github", "how the verdict is printed", false},
	{0},
};

static const struct {
	const char *name;
	void (*print)(const struct check *c, FILE *out);
} formats[] = {
	{"text", check_print_text},	{"json", check_print_json},
	{"csv", check_print_csv},	{"markdown", check_print_markdown},
	{"github", check_print_github},
};

#define NR_FORMATS (sizeof(formats) / sizeof(formats[0]))

static int choose_format(const struct args *args, int *out, struct error *err)
{
	const char *name[NR_FORMATS + 1] = {NULL};

	for (size_t i = 0; i < NR_FORMATS; i++)
		name[i] = formats[i].name;
	return find_name("--format", "format", args_string(args, "format", "text"), name, out, err);
}

static int write_junit(const struct check *c, const char *path, struct error *err)
{
	struct output out;
	int rc;

	if (!path)
		return 0;
	rc = output_open(&out, path, err);
	if (rc)
		return rc;
	check_print_junit(c, out.file);
	return output_commit(&out, err);
}

/* What was not compared, and how to go on. */
static void advise(const struct args *args, const struct baseline *base, const struct run_dir *run,
		   const struct check *check)
{
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
	if (check->nr_failed)
		fprintf(stderr, "if the change is meant: --update --reason LINE makes this run the "
				"baseline\n");
}

static int judge(const struct args *args, struct run_dir *run, int format, int *status,
		 struct error *err)
{
	const char *rules_path = args_string(args, "rules", NULL);
	struct baseline base = {0};
	struct rules rules = {0};
	struct check check = {0};
	int rc = baseline_load(&base, args_string(args, "baseline", NULL), err);

	if (!rc && rules_path)
		rc = rules_load(&rules, rules_path, &base.summary, &run->summary, err);
	if (!rc)
		rc = check_run(&check, &base, run, &rules, err);
	if (!rc)
		rc = write_junit(&check, args_string(args, "junit", NULL), err);
	if (!rc) {
		formats[format].print(&check, stdout);
		advise(args, &base, run, &check);
		*status = check.nr_failed > 0;
	}
	check_end(&check);
	rules_release(&rules);
	baseline_release(&base);
	return rc;
}

static int run_check(const struct args *args, int *status, struct error *err)
{
	const char *baseline = args_string(args, "baseline", NULL);
	bool update = args_flag(args, "update");
	struct run_dir run;
	int format;
	int rc = choose_format(args, &format, err);

	if (rc)
		return rc;
	if (!baseline)
		return error_set(err, ERR_USAGE, "--baseline FILE is needed: what to compare with");
	if (args_given(args, "reason") && !update)
		return error_set(err, ERR_USAGE, "--reason goes with --update");
	if (update && (args_given(args, "rules") || args_given(args, "junit")))
		return error_set(err, ERR_USAGE,
				 "--update judges nothing; leave out --rules and --junit");
	rc = run_dir_load(&run, args_operand(args, 0), err);
	if (rc)
		return rc;
	if (update) {
		rc = baseline_update(baseline, &run, args_string(args, "reason", NULL), err);
		if (!rc && !args_flag(args, "quiet"))
			fprintf(stderr, "%s is the baseline now\n", baseline);
	} else {
		rc = judge(args, &run, format, status, err);
	}
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
