#include <string.h>

#include "base/csv.h"
#include "report/check.h"
#include "report/text.h"

/* GitHub shows no more than ten annotations of a kind a step, and a summary of one MiB
 * (docs.github.com, "Limitations" of workflow commands and job summaries). */
#define ANNOTATIONS_MAX 10
#define MARKDOWN_ROWS_MAX 500

static const char *plural(size_t nr)
{
	return nr == 1 ? "" : "s";
}

static void print_verdict(const struct check *c, FILE *out)
{
	fprintf(out, "%s: %zu row%s compared, %zu finding%s, %zu of them failure%s\n",
		c->nr_failed ? "failed" : "passed", c->nr_rows, plural(c->nr_rows), c->nr,
		plural(c->nr), c->nr_failed, plural(c->nr_failed));
}

void check_print_text(const struct check *c, FILE *out)
{
	for (size_t i = 0; i < c->nr; i++) {
		const struct finding *f = &c->finding[i];

		fprintf(out, "%-14s  %s%s%s\n", finding_word(f->kind), f->row, *f->row ? ": " : "",
			f->what);
	}
	print_verdict(c, out);
}

void check_print_csv(const struct check *c, FILE *out)
{
	fputs("kind,fails,row,column,baseline,run,change_ppm,what\n", out);
	for (size_t i = 0; i < c->nr; i++) {
		const struct finding *f = &c->finding[i];

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

static void print_markdown_cell(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (strchr("|\\`*_<>[]", *text))
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

void check_print_markdown(const struct check *c, FILE *out)
{
	fprintf(out, "**homenode check %s**: %zu row%s compared, %zu failure%s\n",
		c->nr_failed ? "failed" : "passed", c->nr_rows, plural(c->nr_rows), c->nr_failed,
		plural(c->nr_failed));
	if (c->nr)
		fputs("\n| verdict | row | what |\n|---|---|---|\n", out);
	for (size_t i = 0; i < c->nr && i < MARKDOWN_ROWS_MAX; i++) {
		const struct finding *f = &c->finding[i];

		fprintf(out, "| %s | ", finding_word(f->kind));
		print_markdown_cell(f->row, out);
		fputs(" | ", out);
		print_markdown_cell(f->what, out);
		fputs(" |\n", out);
	}
	if (c->nr > MARKDOWN_ROWS_MAX)
		fprintf(out, "\nand %zu more, each smaller\n", c->nr - MARKDOWN_ROWS_MAX);
}

/* Escapes of workflow commands: in a message % and line ends, in a property
 * also what ends it (docs.github.com, "Workflow commands for GitHub Actions"). */
static void print_github_text(const char *text, bool property, FILE *out)
{
	for (; *text; text++) {
		if (strchr("%\r\n", *text) || (property && strchr(":,", *text)))
			fprintf(out, "%%%02X", (unsigned char)*text);
		else
			fputc(*text, out);
	}
}

static void begin_annotation(const struct check *c, bool fails, const char *title, FILE *out)
{
	fprintf(out, "::%s file=", fails ? "error" : "notice");
	print_github_text(c->baseline->path, true, out);
	fputs(",title=", out);
	print_github_text(title, true, out);
	fputs("::", out);
}

/* The worst of one kind; what is too much is counted in the last one. */
static void print_annotations(const struct check *c, bool fails, FILE *out)
{
	size_t all = fails ? c->nr_failed : c->nr - c->nr_failed, nr = 0;

	for (size_t i = 0; i < c->nr; i++) {
		const struct finding *f = &c->finding[i];

		if (finding_fails(f->kind) != fails)
			continue;
		if (all > ANNOTATIONS_MAX && nr == ANNOTATIONS_MAX - 1) {
			begin_annotation(c, fails, "and more", out);
			fprintf(out, "%zu more, each smaller\n", all - nr);
			return;
		}
		begin_annotation(c, fails, finding_word(f->kind), out);
		print_github_text(f->row, false, out);
		fputs(*f->row ? ": " : "", out);
		print_github_text(f->what, false, out);
		fputc('\n', out);
		nr++;
	}
}

void check_print_github(const struct check *c, FILE *out)
{
	print_annotations(c, true, out);
	print_annotations(c, false, out);
	print_verdict(c, out);
}

static size_t failures_of(const struct check *c, const char *row)
{
	size_t n = 0;

	for (size_t i = 0; i < c->nr; i++)
		n += finding_fails(c->finding[i].kind) && strcmp(c->finding[i].row, row) == 0;
	return n;
}

/* Its message is the worst; some show nothing else. */
static void begin_failure(const struct check *c, const char *row, FILE *out)
{
	const struct finding *f = c->finding;

	while (!finding_fails(f->kind) || strcmp(f->row, row) != 0)
		f++;
	fputs("   <failure type=\"", out);
	print_xml_text(finding_word(f->kind), out);
	fputs("\" message=\"", out);
	print_xml_text(f->what, out);
	if (failures_of(c, row) > 1)
		fprintf(out, " and %zu more", failures_of(c, row) - 1);
	fputs("\">", out);
}

static void print_case(const struct check *c, const char *row, const char *name, FILE *out)
{
	fputs("  <testcase classname=\"homenode check\" name=\"", out);
	print_xml_text(name, out);
	fputs("\">\n", out);
	if (failures_of(c, row)) {
		begin_failure(c, row, out);
		for (size_t i = 0; i < c->nr; i++) {
			const struct finding *f = &c->finding[i];

			if (!finding_fails(f->kind) || strcmp(f->row, row) != 0)
				continue;
			print_xml_text(finding_word(f->kind), out);
			fputs(": ", out);
			print_xml_text(f->what, out);
			fputc('\n', out);
		}
		fputs("</failure>\n", out);
	}
	fputs("  </testcase>\n", out);
}

void check_print_junit(const struct check *c, FILE *out)
{
	size_t tests = c->baseline->nr + 1, failed = failures_of(c, "") > 0;

	for (size_t r = 0; r < c->baseline->nr; r++)
		failed += failures_of(c, sheet_row_name(c->baseline, r)) > 0;
	for (size_t i = 0; i < c->nr; i++) {
		tests += c->finding[i].kind == FOUND_ROW_EXTRA;
		failed += c->finding[i].kind == FOUND_ROW_EXTRA;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		" <testsuite name=\"homenode check\" tests=\"%zu\" failures=\"%zu\" "
		"errors=\"0\">\n",
		tests, failed);
	print_case(c, "", "inputs and columns", out);
	for (size_t r = 0; r < c->baseline->nr; r++) {
		const char *row = sheet_row_name(c->baseline, r);

		print_case(c, row, row, out);
	}
	for (size_t i = 0; i < c->nr; i++)
		if (c->finding[i].kind == FOUND_ROW_EXTRA)
			print_case(c, c->finding[i].row, c->finding[i].row, out);
	fputs(" </testsuite>\n</testsuites>\n", out);
}
