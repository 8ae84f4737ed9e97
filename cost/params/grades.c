#include "cost/params/grades.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cost/params/error_table.h"

#define GRADE_BITS 2

static const struct {
	const char *name, *word;
} figures[COST_FIGURES] = {
	[COST_LOCAL_LATENCY] = {"local latency", "local"},
	[COST_REMOTE_LATENCY] = {"remote latency", "remote"},
	[COST_LOADED_LATENCY] = {"latency under load", "loaded"},
	[COST_READ_BANDWIDTH] = {"read bandwidth of a node", "reads"},
	[COST_WRITE_BANDWIDTH] = {"write bandwidth of a node", "writes"},
	[COST_PORT_BANDWIDTH] = {"bandwidth of an L3 port", "L3 ports"},
	[COST_LINK_BANDWIDTH] = {"bandwidth between packages", "links"},
	[COST_PORT_WRITES] = {"writes of an L3 port", "port writes"},
};

const enum cost_figure error_figures[ERROR_KINDS][ERROR_FIGURES + 1] = {
	[ERROR_RATIO] = {COST_REMOTE_LATENCY, COST_LOADED_LATENCY, COST_FIGURES},
	[ERROR_LOCAL] = {COST_LOCAL_LATENCY, COST_FIGURES},
	[ERROR_BANDWIDTH] = {COST_READ_BANDWIDTH, COST_WRITE_BANDWIDTH, COST_PORT_BANDWIDTH,
			     COST_LINK_BANDWIDTH, COST_FIGURES},
};

static const enum cost_figure latencies[] = {COST_LOCAL_LATENCY, COST_REMOTE_LATENCY,
					     COST_LOADED_LATENCY, COST_FIGURES};

enum host_grade cost_worse_grade(enum host_grade a, enum host_grade b)
{
	return b == GRADE_NONE || (a != GRADE_NONE && a < b) ? a : b;
}

const char *cost_grade_name(enum host_grade g)
{
	switch (g) {
	case GRADE_MEASURED:
		return "probed";
	case GRADE_FIRMWARE:
		return "firmware";
	case GRADE_ASSUMED:
	case GRADE_NONE:
		break;
	}
	return "assumed";
}

const char *cost_figure_name(enum cost_figure f)
{
	return figures[f].name;
}

struct cost_basis cost_basis_join(const struct cost_basis *a, const struct cost_basis *b)
{
	struct cost_basis both;

	for (int f = 0; f < COST_FIGURES; f++)
		both.grade[f] = (uint8_t)cost_worse_grade((enum host_grade)a->grade[f],
							  (enum host_grade)b->grade[f]);
	return both;
}

static enum host_grade worst_of(const struct cost_basis *b, const enum cost_figure *f)
{
	enum host_grade worst = GRADE_NONE;

	for (; *f != COST_FIGURES; f++)
		worst = cost_worse_grade(worst, (enum host_grade)b->grade[*f]);
	return worst;
}

enum host_grade cost_latency_grade(const struct cost_basis *b)
{
	return worst_of(b, latencies);
}

enum host_grade cost_bandwidth_grade(const struct cost_basis *b)
{
	return worst_of(b, error_figures[ERROR_BANDWIDTH]);
}

int64_t cost_basis_code(const struct cost_basis *b)
{
	int64_t code = 0;

	for (int f = 0; f < COST_FIGURES; f++)
		code |= (int64_t)b->grade[f] << (f * GRADE_BITS);
	return code;
}

struct cost_basis cost_basis_of_code(int64_t code)
{
	struct cost_basis b = {{0}};

	for (int f = 0; f < COST_FIGURES; f++)
		b.grade[f] = (uint8_t)(code >> (f * GRADE_BITS) & ((1 << GRADE_BITS) - 1));
	return b;
}

/* --- errors ----------------------------------------------------------------------------- */

const struct error_row *error_find(enum error_kind kind, const struct cost_basis *b)
{
	for (size_t i = 0; i < error_table_rows; i++) {
		const struct error_row *r = &error_table[i];
		bool same = r->kind == kind;

		for (int f = 0; same && error_figures[kind][f] != COST_FIGURES; f++)
			same = r->grade[f] == b->grade[error_figures[kind][f]];
		if (same)
			return r;
	}
	return NULL;
}

/* The row of what was used, or else of the same figures all assumed. */
static int64_t most_ppm(enum error_kind kind, const struct cost_basis *b)
{
	const struct error_row *r = error_find(kind, b);
	struct cost_basis assumed;

	for (int f = 0; f < COST_FIGURES; f++)
		assumed.grade[f] = b->grade[f] ? GRADE_ASSUMED : GRADE_NONE;
	r = r ? r : error_find(kind, &assumed);
	if (!r && kind == ERROR_BANDWIDTH) {
		assumed.grade[COST_PORT_BANDWIDTH] = GRADE_NONE; /* nobody assumed all of it */
		r = error_find(kind, &assumed);
	}
	return r ? r->most_ppm : 1000000;
}

int64_t cost_latency_error_ppm(const struct cost_basis *b)
{
	return most_ppm(ERROR_RATIO, b);
}

int64_t cost_bandwidth_error_ppm(const struct cost_basis *b)
{
	return most_ppm(ERROR_BANDWIDTH, b);
}

/* --- sentences ---------------------------------------------------------------------------- */

/* "local and remote probed, loaded assumed" */
static char *grades_text(const struct cost_basis *b, const enum cost_figure *list)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = xmemstream(&text, &size);
	bool first = true;

	for (enum host_grade g = GRADE_MEASURED; g > GRADE_NONE; g--) {
		unsigned nr = 0, at = 0;

		for (const enum cost_figure *x = list; *x != COST_FIGURES; x++)
			nr += b->grade[*x] == g;
		for (const enum cost_figure *x = list; *x != COST_FIGURES; x++) {
			if (b->grade[*x] != g)
				continue;
			fprintf(f, "%s%s",
				at	? at + 1 == nr ? " and " : ", "
				: first ? ""
					: ", ",
				figures[*x].word);
			first = false;
			at++;
		}
		if (nr)
			fprintf(f, " %s", cost_grade_name(g));
	}
	xmemstream_close(f);
	return text;
}

/* "1.3 % off in the median, 19.3 % at worst (15 machines)" */
static char *error_text(const struct error_row *r)
{
	if (!r)
		return xstrdup("no published machine to compare with");
	return xasprintf("%.1f %% off in the median, %.1f %% at worst (%u published machine%s)",
			 r->median_ppm / 1e4, r->worst_ppm / 1e4, r->machines,
			 r->machines == 1 ? "" : "s");
}

char *cost_latency_text(const struct cost_basis *b)
{
	char *grades = grades_text(b, latencies), *ratio = error_text(error_find(ERROR_RATIO, b));
	const struct error_row *local = error_find(ERROR_LOCAL, b);
	char *text;

	if (b->grade[COST_LOCAL_LATENCY] == GRADE_MEASURED || !local)
		text = xasprintf("%s; ratios %s", grades, ratio);
	else
		text = xasprintf("%s; ratios %s, absolute latency %.0f %% at worst", grades, ratio,
				 local->worst_ppm / 1e4);
	free(grades);
	free(ratio);
	return text;
}

char *cost_bandwidth_text(const struct cost_basis *b)
{
	char *grades = grades_text(b, error_figures[ERROR_BANDWIDTH]);
	char *error = error_text(error_find(ERROR_BANDWIDTH, b));
	char *text = xasprintf("%s; %s", grades, error);

	free(grades);
	free(error);
	return text;
}

char *cost_figure_error(const struct cost_basis *all, enum cost_figure f)
{
	struct cost_basis b = {{0}};
	enum error_kind kind = f == COST_LOCAL_LATENCY	  ? ERROR_LOCAL
			       : f <= COST_LOADED_LATENCY ? ERROR_RATIO
							  : ERROR_BANDWIDTH;

	b.grade[f] = all->grade[f];
	if (kind == ERROR_BANDWIDTH)
		b.grade[COST_READ_BANDWIDTH] = all->grade[COST_READ_BANDWIDTH];
	if (f == COST_PORT_BANDWIDTH)
		b.grade[COST_WRITE_BANDWIDTH] = all->grade[COST_WRITE_BANDWIDTH];
	if (f == COST_WRITE_BANDWIDTH)
		b.grade[COST_PORT_BANDWIDTH] = all->grade[COST_PORT_BANDWIDTH];
	return error_text(error_find(kind, &b));
}
