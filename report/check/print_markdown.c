/*
 * A comment of a change. Pictures in it are bars of block characters: what both services show.
 * Images as data: are taken out of what people write, by GitHub's filter (html-pipeline's
 * sanitization_filter.rb: src of img is http, https or relative) and by GitLab's (Banzai's
 * BaseSanitizationFilter: data is an unsafe protocol); a file would have to lie somewhere that
 * readers may fetch from, which artifacts do not; Mermaid draws in no cell of a table.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "report/check/print.h"
#include "report/check/words.h"

/* GitHub takes comments of 65,536 characters; the rest is left for what stands around the rows. */
#define ROWS_BYTES_MAX 60000
#define BAR_CELLS 8

static void print_cell(const char *text, FILE *out)
{
	while (*text) {
		size_t n = utf8_character(text);

		if (n == 0 || *text == '\n') {
			fputc(n ? ' ' : '?', out);
		} else {
			if (strchr("|\\`*_<>[]~", *text))
				fputc('\\', out);
			fwrite(text, 1, n, out);
		}
		text += n ? n : 1;
	}
}

/* As long as the move is beside the largest; what has no measure is longer than all. */
static const char *bar(const struct finding *f, int64_t largest, char buf[4 * BAR_CELLS])
{
	static const char *const part[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	int64_t eighths = 8 * BAR_CELLS;

	if (is_known(f->ppm) && largest)
		eighths = (int64_t)((double)f->ppm / (double)largest * 8 * BAR_CELLS);
	buf[0] = '\0';
	for (int64_t i = 0; i < eighths / 8; i++)
		strcat(buf, "█");
	strcat(buf, eighths ? part[eighths % 8] : part[1]);
	return buf;
}

static const char *mark(enum finding_kind kind)
{
	if (kind == FOUND_BETTER || kind == FOUND_KNOWN || kind == FOUND_ROW_NEW)
		return "🟩";
	if (kind == FOUND_MOVED || kind == FOUND_ROW_EXTRA)
		return "🟨";
	return finding_fails(kind) ? "🟥" : "⬜";
}

/* A picture is of what is judged. */
static bool drawn(const struct finding *f)
{
	return f->figures && is_known(f->before) && is_known(f->now) && f->kind != FOUND_WITHIN &&
	       f->kind != FOUND_NOT_JUDGED;
}

static void print_row(const struct finding *f, int64_t largest, FILE *out)
{
	char text[WORDS_MAX], picture[4 * BAR_CELLS];

	fprintf(out, "| %s %s | ", mark(f->kind), finding_word(f->kind));
	print_cell(f->who, out);
	fputs(" | ", out);
	if (f->figures) {
		print_cell(finding_title(f), out);
		fprintf(out, " | %s", finding_figure(f, f->before, text));
		fprintf(out, " | %s", finding_figure(f, f->now, text));
		fprintf(out, " | %s | ", finding_move(f, 2, text));
		if (drawn(f))
			fputs(bar(f, largest, picture), out);
	} else {
		print_cell(f->what, out);
		fputs(" | | | | ", out);
	}
	fputs(" |\n", out);
}

static int64_t largest_of(const struct check *c, bool fails)
{
	int64_t most = 0;

	for (size_t i = 0; i < c->findings.nr; i++) {
		const struct finding *f = &c->findings.finding[i];

		if (drawn(f) && finding_fails(f->kind) == fails && is_known(f->ppm) &&
		    f->ppm > most)
			most = f->ppm;
	}
	return most;
}

/* Those that fail, or those that do not, as long as there is room. */
static void print_table(const struct check *c, bool fails, size_t *room, FILE *out)
{
	int64_t largest = largest_of(c, fails);
	size_t left = 0;

	fputs("| verdict | row | figure | baseline | run | change | |\n"
	      "|---|---|---|--:|--:|--:|:--|\n",
	      out);
	for (size_t i = 0; i < c->findings.nr; i++) {
		const struct finding *f = &c->findings.finding[i];
		char *row = NULL;
		size_t n = 0;
		FILE *memory;

		if (finding_fails(f->kind) != fails)
			continue;
		memory = xmemstream(&row, &n);
		print_row(f, largest, memory);
		xmemstream_close(memory);
		if (!left && n <= *room) {
			fputs(row, out);
			*room -= n;
		} else {
			left++;
		}
		free(row);
	}
	if (left)
		fprintf(out, "\nand %zu more, each smaller\n", left);
}

void check_print_markdown(const struct check *c, FILE *out)
{
	char *headline = check_headline(c), *counts = check_counts(c);
	size_t room = ROWS_BYTES_MAX, told = c->findings.nr - c->findings.nr_failed;

	fprintf(out, "### homenode check %s\n\n**", c->findings.nr_failed ? "failed" : "passed");
	print_cell(headline, out);
	fputs("**\n", out);
	if (c->findings.nr_failed) {
		fputc('\n', out);
		print_table(c, true, &room, out);
	}
	if (told) {
		fprintf(out, "\n<details><summary>%zu finding%s that pass%s</summary>\n\n", told,
			told == 1 ? "" : "s", told == 1 ? "es" : "");
		print_table(c, false, &room, out);
		fputs("\n</details>\n", out);
	}
	fputc('\n', out);
	print_cell(counts, out);
	fputc('\n', out);
	free(counts);
	free(headline);
}
