#include "report/check/findings.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	bool fails;
	enum finding_unit unit;
} kinds[] = {
#define X(name, fails, unit, word) {word, fails, COUNTS_##unit},
	FINDINGS(X)
#undef X
};

static const char *const apart[] = {"memory_policy", "allocator", "topology", "seed"};
#define NR_APART (sizeof(apart) / sizeof(apart[0]))
#define APART_SEED (NR_APART - 1)

const char *finding_word(enum finding_kind kind)
{
	return kinds[kind].word;
}

bool finding_fails(enum finding_kind kind)
{
	return kinds[kind].fails;
}

enum finding_unit finding_unit(enum finding_kind kind)
{
	return kinds[kind].unit;
}

void findings_begin(struct findings *l, const struct sheet *s, bool repeats)
{
	for (size_t i = 0; i < NR_APART; i++)
		l->names.told[i] = sheet_varies(s, apart[i]);
	l->names.repeats = repeats;
	l->names.workloads = sheet_varies(s, "workload");
}

/* "edera-compact static seed 2", and with "on week" behind it. */
static void name_row(struct findings *l, const struct sheet *s, size_t row, struct finding *f)
{
	bool of_all_seeds = l->names.repeats && *f->column;

	f->name = sheet_text(s, row, sheet_column(s, "policy"));
	for (size_t i = 0; i < NR_APART; i++)
		if (l->names.told[i] && !(i == APART_SEED && of_all_seeds))
			f->name = arena_printf(&l->arena, "%s %s%s", f->name,
					       i == APART_SEED ? "seed " : "",
					       sheet_text(s, row, sheet_column(s, apart[i])));
	f->who = arena_printf(&l->arena, "%s on %s", f->name,
			      sheet_text(s, row, sheet_column(s, "workload")));
	if (l->names.workloads)
		f->name = f->who;
}

struct finding *finding_add(struct findings *l, enum finding_kind kind, struct sheet *s, size_t row,
			    const char *column, const char *what)
{
	struct finding f = {.kind = kind,
			    .row = "",
			    .who = "",
			    .name = "",
			    .line = 1,
			    .column = column,
			    .what = what,
			    .half = FIGURE_UNKNOWN};

	if (s) {
		f.row = sheet_row_name(s, row);
		name_row(l, s, row, &f);
		if (kind != FOUND_ROW_EXTRA && kind != FOUND_ROW_NEW)
			f.line = s->line[row];
	}
	l->finding = grow(l->finding, &l->cap, l->nr, sizeof(*l->finding));
	l->finding[l->nr++] = f;
	l->nr_failed += finding_fails(kind);
	return &l->finding[l->nr - 1];
}

struct finding *finding_add_figure(struct findings *l, enum finding_kind kind, struct sheet *s,
				   size_t row, const char *column, int64_t before, int64_t now,
				   const char *what)
{
	struct finding *f = finding_add(l, kind, s, row, column, what);

	f->figures = true;
	f->before = before;
	f->now = now;
	f->ppm = FIGURE_UNKNOWN;
	return f;
}

/* What nobody judges and what is within its tolerance come last, however far it moved. */
static int standing(const struct finding *f)
{
	if (finding_fails(f->kind))
		return 0;
	return f->kind == FOUND_WITHIN ? 2 : f->kind == FOUND_NOT_JUDGED ? 3 : 1;
}

/* A change without a measure goes before all others. */
static int64_t weight(const struct finding *f)
{
	return f->figures && !is_known(f->ppm) ? INT64_MAX : f->ppm;
}

static int worst_first(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	int c = standing(x) - standing(y);

	/* what is no figure first, and worse and moved figures together */
	if (!c)
		c = x->figures - y->figures;
	if (!c && !x->figures)
		c = (x->kind > y->kind) - (x->kind < y->kind);
	if (!c)
		c = (weight(y) > weight(x)) - (weight(y) < weight(x));
	if (!c)
		c = strcmp(x->row, y->row);
	return c ? c : strcmp(x->column, y->column);
}

void findings_sort(struct findings *l)
{
	if (l->nr)
		qsort(l->finding, l->nr, sizeof(*l->finding), worst_first);
}

size_t findings_of(const struct findings *l, enum finding_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < l->nr; i++)
		n += l->finding[i].kind == kind;
	return n;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t findings_rows(const struct findings *l, enum finding_kind kind)
{
	const char **name = xcalloc(l->nr + 1, sizeof(*name));
	size_t n = 0, different = 0;

	for (size_t i = 0; i < l->nr; i++) {
		const struct finding *f = &l->finding[i];

		if (f->kind == kind)
			name[n++] = finding_unit(kind) == COUNTS_ROWS ? f->row : f->column;
	}
	if (n)
		qsort(name, n, sizeof(*name), by_text);
	for (size_t i = 0; i < n; i++)
		different += i == 0 || strcmp(name[i], name[i - 1]) != 0;
	free(name);
	return different;
}

void findings_release(struct findings *l)
{
	free(l->finding);
	arena_release(&l->arena);
	*l = (struct findings){0};
}
