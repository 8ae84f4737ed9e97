#include "report/check/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "report/compare.h"

/* A share of a million has no more. */
#define DECIMALS_MOST 4

static enum unit unit_of(const struct finding *f)
{
	const struct column *c = schema_column(&schema_summary, f->column);

	return c ? c->unit : UNIT_COUNT;
}

const char *finding_title(const struct finding *f)
{
	const struct column *c = schema_column(&schema_summary, f->column);

	return c ? column_heading(c) : f->column;
}

const char *finding_figure(const struct finding *f, int64_t figure, char buf[WORDS_MAX])
{
	return unit_text_signed(unit_of(f), figure, -1, buf, WORDS_MAX);
}

static bool shows_nothing(const char *number)
{
	return strspn(number, "-0.") == strlen(number);
}

/* Hundredths with a sign; as many decimals as it takes to see that something moved. */
static const char *percent(int64_t ppm, int decimals, char buf[40])
{
	do
		unit_text(UNIT_SHARE, ppm, decimals, buf, 40);
	while (shows_nothing(buf) && ++decimals <= DECIMALS_MOST);
	return buf;
}

const char *finding_move(const struct finding *f, int decimals, char buf[WORDS_MAX])
{
	char number[40];
	int64_t by;

	if (!f->figures)
		return "";
	if (!is_known(f->now))
		return "not known any more";
	if (!is_known(f->before))
		return "now known";
	by = change_of(f->before, f->now);
	if (unit_of(f) == UNIT_SHARE)
		snprintf(buf, WORDS_MAX, "%s%s points", by > 0 ? "+" : "",
			 percent(by, decimals, number));
	else if (is_known(f->ppm))
		snprintf(buf, WORDS_MAX, "%s%s %%", by < 0 ? "-" : "+",
			 percent(f->ppm, decimals, number));
	else
		snprintf(buf, WORDS_MAX, "%s%s", by > 0 ? "+" : "",
			 unit_text_signed(unit_of(f), by, -1, number, sizeof(number)));
	return buf;
}

/* "local memory of edera-compact on week -2.1 points"; of what is no figure the row, or the
 * sentence. */
static const char *brief_of(const struct finding *f, char buf[4 * WORDS_MAX])
{
	const struct column *c = schema_column(&schema_summary, f->column);
	char move[WORDS_MAX];

	if (f->figures)
		snprintf(buf, (size_t)4 * WORDS_MAX, "%s of %s%s%s",
			 c && c->title ? c->title : f->column, f->who,
			 is_known(f->before) && is_known(f->now) ? " " : "",
			 is_known(f->before) && is_known(f->now) ? finding_move(f, 1, move) : "");
	else
		snprintf(buf, (size_t)4 * WORDS_MAX, "%s", *f->who ? f->who : f->what);
	return buf;
}

/* --- the headline ---------------------------------------------------------------------- */

static const char *said_of(enum finding_kind kind)
{
	static const char *const said[NR_FINDING_KINDS] = {
		[FOUND_INPUT] = "changed",
		[FOUND_ROW_MISSING] = "missing",
		[FOUND_ROW_EXTRA] = "too many",
		[FOUND_COLUMN_MISSING] = "missing",
		[FOUND_UNKNOWN] = "not known any more",
		[FOUND_WORSE] = "worse",
		[FOUND_MOVED] = "moved",
		[FOUND_BETTER] = "better",
		[FOUND_KNOWN] = "known now",
		[FOUND_ROW_NEW] = "new",
		[FOUND_WITHIN] = "within tolerance",
		[FOUND_NOT_JUDGED] = "not judged",
		[FOUND_COLUMN_EXTRA] = "new",
	};

	return said[kind];
}

static const char *counted(enum finding_kind kind)
{
	enum finding_unit unit = finding_unit(kind);

	return unit == COUNTS_ROWS ? "row" : unit == COUNTS_COLUMNS ? "column" : "input";
}

static const struct finding *worst_of(const struct findings *l, enum finding_kind kind)
{
	const struct finding *f = l->finding;

	while (f->kind != kind)
		f++;
	return f;
}

/* One kind: "3 rows worse: " and the worst of them. */
static char *tell_kind(const struct findings *l, enum finding_kind kind)
{
	size_t rows = findings_rows(l, kind);
	char brief[4 * WORDS_MAX];

	if (finding_unit(kind) == COUNTS_NOTHING)
		return xstrdup("the baseline was edited");
	return xasprintf("%zu %s%s %s: %s", rows, counted(kind), rows == 1 ? "" : "s",
			 said_of(kind), brief_of(worst_of(l, kind), brief));
}

static void append(char **text, const char *between, char *more)
{
	char *all = *text ? xasprintf("%s%s%s", *text, between, more) : xstrdup(more);

	free(*text);
	free(more);
	*text = all;
}

/* Of what fails, or of what is good news. */
static char *tell_kinds(const struct findings *l, bool fails)
{
	char *text = NULL;

	for (int k = 0; k < NR_FINDING_KINDS; k++) {
		enum finding_kind kind = (enum finding_kind)k;
		bool good = kind == FOUND_BETTER || kind == FOUND_KNOWN || kind == FOUND_ROW_NEW;

		if ((fails ? finding_fails(kind) : good) && findings_of(l, kind))
			append(&text, "; ", tell_kind(l, kind));
	}
	return text;
}

char *check_headline(const struct check *c)
{
	char *text = tell_kinds(&c->findings, c->findings.nr_failed > 0);

	if (text)
		return text;
	return xstrdup(c->findings.nr ? "nothing is worse" : "nothing moved");
}

char *check_counts(const struct check *c)
{
	char *text = xasprintf("%zu row%s compared", c->nr_rows, c->nr_rows == 1 ? "" : "s");
	const char *between = ": ";

	for (int k = 0; k < NR_FINDING_KINDS; k++) {
		size_t n = findings_of(&c->findings, (enum finding_kind)k);

		if (!n)
			continue;
		append(&text, between, xasprintf("%s %zu", finding_word((enum finding_kind)k), n));
		between = ", ";
	}
	if (c->nr_neither)
		append(&text, "; ",
		       xasprintf("%zu figure%s known to neither side", c->nr_neither,
				 c->nr_neither == 1 ? "" : "s"));
	return text;
}
