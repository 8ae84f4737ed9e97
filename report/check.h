/*
 * The regression verdict: a run against a baseline. Figures must be equal unless
 * a rule says otherwise. What is found comes out worst first: what was compared
 * with what (inputs, rows, columns), then figures that fail, the largest
 * relative move first, then what only is told.
 */
#ifndef REPORT_CHECK_H
#define REPORT_CHECK_H

#include <stdio.h>

#include "report/run_dir.h"

/* X(name, does it fail the check, word) */
#define FINDINGS(X)                                                                                \
	X(FOUND_EDITED, true, "edited") /* the baseline is not what its record says */             \
	X(FOUND_INPUT, true, "input") /* an input file has another content */                      \
	X(FOUND_ROW_MISSING, true, "missing row")                                                  \
	X(FOUND_ROW_EXTRA, true, "extra row")                                                      \
	X(FOUND_COLUMN_MISSING, true, "missing column")                                            \
	X(FOUND_UNKNOWN, true, "not known") /* a figure that the baseline knows */                 \
	X(FOUND_WORSE, true, "worse") /* against the rule's direction */                           \
	X(FOUND_MOVED, true, "moved") /* a figure without a direction */                           \
	X(FOUND_BETTER, false, "better") /* in the rule's direction */                             \
	X(FOUND_WITHIN, false, "within") /* less than the rule's tolerance */                      \
	X(FOUND_KNOWN, false, "now known") /* and the rule has a direction */                      \
	X(FOUND_COLUMN_EXTRA, false, "new column")

enum finding_kind {
#define X(name, fails, word) name,
	FINDINGS(X)
#undef X
};
const char *finding_word(enum finding_kind kind);
bool finding_fails(enum finding_kind kind);

/* Which moves pass: none, those in one direction, or those in the direction that the schema
 * has for the column; one that has none is then not judged. */
enum rule_better { RULE_EXACT, RULE_HIGHER, RULE_LOWER, RULE_SCHEMA };

/* How a column is judged; a move passes within either tolerance. */
struct rule {
	const char *column; /* "*": every column that has no rule of its own */
	enum rule_better better;
	int64_t tolerance; /* in the column's unit */
	int64_t tolerance_ppm; /* of the baseline's figure */
	bool ignore;
};

struct rules {
	struct rule *rule;
	size_t nr;
	struct arena arena;
};

/*
 * rules_json.c: "exact", "quality" (every column as the schema says), or a file:
 * {"columns": {"local_page_ppm": {"better": "higher", "tolerance": 100,
 * "tolerance_ppm": 1000, "ignore": false}}}. A rule is of a figure that the schema or one of
 * the summaries has (ERR_INPUT with file:line and the nearest). On failure `out` is released.
 */
int rules_load(struct rules *out, const char *name, const struct sheet *base,
	       const struct sheet *run, struct error *err) MUST_USE;
void rules_release(struct rules *r); /* zeroed is fine */
/* The rule for a column, with the schema's direction filled in; exact when none is given. */
struct rule rule_for(const struct rules *r, const char *column);

/*
 * A baseline: a summary, and beside it (FILE.csv: FILE.json) its record: the
 * inputs it was made from, why it is as it is. Without a record inputs are not
 * compared.
 */
struct baseline {
	struct sheet summary;
	bool record;
	const char *summary_sha256; /* of the record, of the file */
	char actual_sha256[65];
	struct run_input *input;
	size_t nr_inputs;
	const char **reason; /* oldest first */
	size_t nr_reasons;
	struct arena arena;
};

int baseline_load(struct baseline *out, const char *path, struct error *err) MUST_USE;
void baseline_release(struct baseline *b);
/* Make `run` the baseline. The reason is one line, not empty (ERR_USAGE). The
 * run must be whole. Earlier reasons are kept. */
int baseline_update(const char *path, const struct run_dir *run, const char *reason,
		    struct error *err) MUST_USE;
/* baseline_json.c */
int baseline_read_record(struct baseline *b, const char *path, struct error *err) MUST_USE;
int baseline_write_record(const struct baseline *old, const char *path, const struct run_dir *run,
			  const char *sha256, const char *reason, struct error *err) MUST_USE;

struct finding {
	enum finding_kind kind;
	const char *row; /* "" when it is of no row */
	const char *column; /* or the input's name; "" when it is of none */
	const char *what; /* a sentence without the row */
	bool figures; /* the rest is meant */
	int64_t before, now; /* FIGURE_UNKNOWN: on that side */
	int64_t ppm; /* FIGURE_UNKNOWN: cannot be said */
};

struct check {
	struct finding *finding;
	size_t nr, cap, nr_failed;
	size_t nr_rows; /* compared */
	bool measured;
	struct sheet *baseline; /* rows for JUnit: all that were expected */
	struct arena arena;
};

/*
 * Judge. Figures of a machine (any backend but sim and replay) are compared as
 * repeats: rows that differ in the seed alone, paired by seed. A column moved
 * when the 95 % confidence interval of the mean difference leaves out zero and
 * the tolerance; the rule `exact` is then taken for "either direction". Fewer
 * than three pairs cannot tell (ERR_INPUT).
 */
int check_run(struct check *out, struct baseline *base, struct run_dir *run,
	      const struct rules *rules, struct error *err) MUST_USE;
void check_end(struct check *c);
/* check_measured.c */
int check_measured(struct check *c, struct baseline *base, struct run_dir *run,
		   const struct rules *rules, struct error *err) MUST_USE;
struct finding *check_add(struct check *c, enum finding_kind kind, const char *row,
			  const char *column, const char *what);
/* A figure that is known on one side alone; `what` says so. */
void check_add_unknown(struct check *c, const struct rule *rule, const char *row,
		       const char *column, int64_t before, int64_t now, const char *what);

void check_print_text(const struct check *c, FILE *out);
void check_print_csv(const struct check *c, FILE *out);
void check_print_markdown(const struct check *c, FILE *out);
/* Workflow commands that GitHub Actions turns into annotations. */
void check_print_github(const struct check *c, FILE *out);
/* One test case a row of the baseline, and one for what is of no row. */
void check_print_junit(const struct check *c, FILE *out);
void check_print_json(const struct check *c, FILE *out); /* check_json.c */

#endif
