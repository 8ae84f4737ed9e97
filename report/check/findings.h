/*
 * What a check found: a list that comes out worst first. First what was compared with what
 * (inputs, rows, columns), then figures that fail, the largest relative move first, then what only
 * is told. Nothing that differs is left out of it.
 */
#ifndef REPORT_CHECK_FINDINGS_H
#define REPORT_CHECK_FINDINGS_H

#include "report/sheet.h"

/* What a headline counts of a kind. */
enum finding_unit { COUNTS_NOTHING, COUNTS_INPUTS, COUNTS_COLUMNS, COUNTS_ROWS };

/* X(name, does it fail the check, what the headline counts, word) */
#define FINDINGS(X)                                                                                \
	X(FOUND_EDITED, true, NOTHING, "edited") /* the baseline is not what its record says */    \
	X(FOUND_INPUT, true, INPUTS, "input") /* an input file has another content */              \
	X(FOUND_ROW_MISSING, true, ROWS, "missing row")                                            \
	X(FOUND_ROW_EXTRA, true, ROWS, "extra row") /* and the rules want none */                  \
	X(FOUND_COLUMN_MISSING, true, COLUMNS, "missing column")                                   \
	X(FOUND_UNKNOWN, true, ROWS, "not known") /* a figure that the baseline knows */           \
	X(FOUND_WORSE, true, ROWS, "worse") /* against the rule's direction */                     \
	X(FOUND_MOVED, true, ROWS, "moved") /* a figure without a direction */                     \
	X(FOUND_BETTER, false, ROWS, "better") /* in the rule's direction */                       \
	X(FOUND_KNOWN, false, ROWS, "now known") /* and the rule has a direction */                \
	X(FOUND_ROW_NEW, false, ROWS, "new row") /* and the rules let it be */                     \
	X(FOUND_WITHIN, false, ROWS, "within") /* less than the rule's tolerance */                \
	X(FOUND_NOT_JUDGED, false, ROWS, "not judged") /* differs, and the rules leave it out */   \
	X(FOUND_COLUMN_EXTRA, false, COLUMNS, "new column")

enum finding_kind {
#define X(name, fails, unit, word) name,
	FINDINGS(X)
#undef X
		NR_FINDING_KINDS
};
const char *finding_word(enum finding_kind kind);
bool finding_fails(enum finding_kind kind);
enum finding_unit finding_unit(enum finding_kind kind);

struct finding {
	enum finding_kind kind;
	const char *row; /* its whole key; "" when it is of no row */
	const char *who; /* the same in short, "edera-compact on week" */
	const char *name; /* and without what all rows have alike: "edera-compact" */
	unsigned long line; /* of the baseline's file; 1 when it is of none of its rows */
	const char *column; /* or the input's name; "" when it is of none */
	const char *what; /* a sentence without the row */
	bool figures; /* the rest is meant */
	int64_t before, now; /* FIGURE_UNKNOWN: on that side */
	int64_t ppm; /* FIGURE_UNKNOWN: cannot be said */
	int64_t half; /* measured: 95 % of the move is within so much; else FIGURE_UNKNOWN */
};

/* Which parts of a row's key tell rows apart, and so belong into its short name. */
struct row_names {
	bool told[4]; /* memory_policy, allocator, topology, seed */
	bool workloads; /* there are several */
	bool repeats; /* a figure is of all seeds */
};

struct findings {
	struct finding *finding;
	size_t nr, cap, nr_failed;
	struct row_names names;
	struct arena arena;
};

/* Short names are made to tell the rows of `s` apart; figures of repeats without their seed. */
void findings_begin(struct findings *l, const struct sheet *s, bool repeats);
/* `s` NULL: of no row. Valid until the next is added. `column` and `what` are borrowed. */
struct finding *finding_add(struct findings *l, enum finding_kind kind, struct sheet *s, size_t row,
			    const char *column, const char *what);
/* The same of a figure. */
struct finding *finding_add_figure(struct findings *l, enum finding_kind kind, struct sheet *s,
				   size_t row, const char *column, int64_t before, int64_t now,
				   const char *what);
void findings_sort(struct findings *l);
void findings_release(struct findings *l); /* zeroed is fine */

/* How many findings, and how many rows (inputs, columns) have one, of a kind. */
size_t findings_of(const struct findings *l, enum finding_kind kind);
size_t findings_rows(const struct findings *l, enum finding_kind kind);

#endif
