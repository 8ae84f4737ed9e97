/*
 * homenode diff: two runs row by row.
 */
#include <string.h>

#include "cli/command.h"
#include "cli/recorded_residency.h"
#include "live/recording.h"
#include "report/contention.h"
#include "report/diff.h"
#include "report/residency.h"
#include "report/run_dir.h"

/* Predicted and observed pages, as `homenode rehearse` writes them. */
static int diff_pages(const struct args *args, int *status, struct error *err)
{
	struct residency_file predicted = {0}, observed = {0};
	struct residency_diff d = {0};
	enum output_format format;
	int rc = args_format(args, &format, err);

	if (!rc)
		rc = residency_load(&predicted, args_operand(args, 0), err);
	if (!rc && recording_recognise(args_operand(args, 1)))
		rc = recorded_residency(&observed, args_operand(args, 1), &predicted, err);
	else if (!rc)
		rc = residency_load(&observed, args_operand(args, 1), err);
	if (!rc) {
		residency_compare(&d, &predicted, &observed);
		if (format == FORMAT_JSON)
			residency_print_json(&d, stdout);
		else if (format == FORMAT_CSV)
			residency_print_csv(&d, stdout);
		else
			residency_print_text(&d, stdout);
		*status = d.outside != 0;
	}
	residency_diff_release(&d);
	residency_release(&observed);
	residency_release(&predicted);
	return rc;
}

/* Zones among neighbours, point by point. */
static int diff_contention(const char *a, const char *b, enum output_format format, bool *same,
			   struct error *err)
{
	struct contention_file x = {.nr = 0}, y = {.nr = 0};
	struct contention_diff d;
	int rc = contention_load(&x, a, err);

	if (!rc)
		rc = contention_load(&y, b, err);
	if (!rc) {
		contention_compare(&d, &x, &y);
		if (format == FORMAT_JSON)
			contention_diff_json(&d, stdout);
		else if (format == FORMAT_CSV)
			contention_diff_csv(&d, stdout);
		else
			contention_diff_text(&d, stdout);
		*same = contention_same(&d);
	}
	contention_file_release(&y);
	contention_file_release(&x);
	return rc;
}

static int diff_contention_files(const struct args *args, int *status, struct error *err)
{
	enum output_format format;
	bool same = true;
	int rc = args_format(args, &format, err);

	if (!rc)
		rc = diff_contention(args_operand(args, 0), args_operand(args, 1), format, &same,
				     err);
	*status = !same;
	return rc;
}

/* Of runs that have both; in a format for programs it is a file of its own. */
static int diff_beside(const struct run_dir *a, const struct run_dir *b, enum output_format format,
		       int *status, struct error *err)
{
	bool same = true;
	int rc;

	if (!a->contention || !b->contention)
		return 0;
	if (format != FORMAT_TEXT) {
		fprintf(stderr,
			"homenode: zones under load are not in this output: homenode diff "
			"%s %s\n",
			a->contention, b->contention);
		return 0;
	}
	rc = diff_contention(a->contention, b->contention, format, &same, err);
	*status |= !same;
	return rc;
}

static int run_diff(const struct args *args, int *status, struct error *err)
{
	struct run_dir a = {0}, b = {0};
	struct comparison between;
	enum output_format format;
	int rc;

	/* what comes through a pipe cannot be looked at and read again */
	if (residency_recognise(args_operand(args, 0)) ||
	    (strcmp(args_operand(args, 0), "-") == 0 &&
	     (residency_recognise(args_operand(args, 1)) ||
	      recording_recognise(args_operand(args, 1)))))
		return diff_pages(args, status, err);
	if (contention_recognise(args_operand(args, 0)))
		return diff_contention_files(args, status, err);
	rc = args_format(args, &format, err);
	if (!rc)
		rc = run_dir_load(&a, args_operand(args, 0), err);
	if (!rc)
		rc = run_dir_load(&b, args_operand(args, 1), err);
	if (!rc) {
		compare(&between, &a.summary, &b.summary);
		if (format == FORMAT_JSON)
			diff_print_json(&between, &a.summary, &b.summary, stdout);
		else if (format == FORMAT_CSV)
			diff_print_csv(&between, &a.summary, &b.summary, stdout);
		else
			diff_print_text(&between, &a.summary, &b.summary, stdout);
		*status = !same(&between);
		comparison_release(&between);
		rc = diff_beside(&a, &b, format, status, err);
	}
	run_dir_release(&b);
	run_dir_release(&a);
	return rc;
}

const struct command cmd_diff = {
	.name = "diff",
	.operands = "RUN RUN",
	.min_operands = 2,
	.max_operands = 2,
	.summary = "two runs row by row; status 1 when they differ",
	.about = "Prediction against measurement, before against after. A RUN is a run's "
		 "directory or a summary file. Rows are matched by topology, workload, policy, "
		 "memory policy and seed. Two outputs of \"homenode rehearse\", predicted and "
		 "observed, are compared page by page: outside the bound that the prediction "
		 "says is 1; so are two files contention.csv, point by point.",
	.example = "homenode diff results/runs/before results/runs/after",
	.option = NULL,
	.run = run_diff,
};
