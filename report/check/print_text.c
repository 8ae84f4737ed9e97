#include <stdlib.h>

#include "base/csv.h"
#include "base/table.h"
#include "base/terminal.h"
#include "report/check/print.h"
#include "report/check/words.h"

/* What a person reads of a list before asking for all of it. */
#define MOVES_MAX 20
#define SENTENCES_MAX 10

/* What is no figure: a sentence each. Returns how many were left out. */
static size_t print_sentences(const struct check *c, bool fails, bool wide, FILE *out)
{
	const struct findings *l = &c->findings;
	size_t nr = 0;

	for (size_t i = 0; i < l->nr; i++) {
		const struct finding *f = &l->finding[i];
		char *text;

		if (f->figures || finding_fails(f->kind) != fails)
			continue;
		if (nr++ >= SENTENCES_MAX && !wide)
			continue;
		text = xasprintf("%s: %s%s%s", finding_word(f->kind), wide ? f->row : f->who,
				 *f->row ? ": " : "", f->what);
		terminal_print_sentence(text, out);
		free(text);
	}
	return nr > SENTENCES_MAX && !wide ? nr - SENTENCES_MAX : 0;
}

static void heading(struct table *t, const struct check *c)
{
	table_cell(t, "verdict");
	table_cell(t, "row");
	table_cell(t, "figure");
	table_cell(t, "change");
	table_cell(t, "baseline");
	table_cell(t, "run");
	if (c->measured)
		table_cell(t, "95 %% within");
	table_end_row(t);
}

static void move_cells(struct table *t, const struct check *c, const struct finding *f, bool wide)
{
	char text[WORDS_MAX];

	table_cell(t, "%s", finding_word(f->kind));
	table_cell(t, "%s", wide ? f->row : f->name);
	table_cell(t, "%s", wide ? f->column : finding_title(f));
	table_cell(t, "%s", finding_move(f, 2, text));
	table_cell(t, "%s", finding_figure(f, f->before, text));
	table_cell(t, "%s", finding_figure(f, f->now, text));
	if (c->measured)
		table_cell(t, "%s", finding_figure(f, f->half, text));
	table_end_row(t);
}

/* Figures, worst first; those that only are told after those that fail. Returns how many were left
 * out, and how many columns of the others. */
static size_t print_moves(const struct check *c, bool wide, size_t *columns, FILE *out)
{
	const struct findings *l = &c->findings;
	struct table *t = table_new();
	size_t nr = 0;

	heading(t, c);
	for (size_t i = 0; i < l->nr; i++)
		if (l->finding[i].figures && (nr++ < MOVES_MAX || wide))
			move_cells(t, c, &l->finding[i], wide);
	if (nr) {
		fputc('\n', out);
		*columns = (size_t)6 + c->measured -
			   table_print_within(t, out, 0, 4,
					      wide ? TABLE_ANY_WIDTH : terminal_columns(out));
	}
	table_free(t);
	return nr > MOVES_MAX && !wide ? nr - MOVES_MAX : 0;
}

static void print_rest(size_t findings, size_t columns, FILE *out)
{
	if (findings)
		fprintf(out, "(%zu more finding%s: --wide, or --format csv)\n", findings,
			findings == 1 ? "" : "s");
	else if (columns)
		fprintf(out, "(%zu more column%s: --wide)\n", columns, columns == 1 ? "" : "s");
}

void check_print_text(const struct check *c, bool wide, FILE *out)
{
	char *headline = check_headline(c), *counts = check_counts(c);
	size_t findings, columns = 0;

	terminal_print_sentence(headline, out);
	findings = print_sentences(c, true, wide, out);
	findings += print_moves(c, wide, &columns, out);
	findings += print_sentences(c, false, wide, out);
	print_rest(findings, columns, out);
	if (c->findings.nr)
		fputc('\n', out);
	terminal_print_sentence(counts, out);
	free(counts);
	free(headline);
}

void check_print_csv(const struct check *c, FILE *out)
{
	fputs("kind,fails,row,column,baseline,run,change_ppm,what\n", out);
	for (size_t i = 0; i < c->findings.nr; i++) {
		const struct finding *f = &c->findings.finding[i];

		fprintf(out, "%s,%d,", finding_word(f->kind), finding_fails(f->kind));
		csv_print_field(f->row, out);
		fputc(',', out);
		csv_print_field(f->column, out);
		figure_print_next(f->figures ? f->before : FIGURE_UNKNOWN, out);
		figure_print_next(f->figures ? f->now : FIGURE_UNKNOWN, out);
		figure_print_next(f->figures ? f->ppm : FIGURE_UNKNOWN, out);
		fputc(',', out);
		csv_print_field(f->what, out);
		fputc('\n', out);
	}
}
