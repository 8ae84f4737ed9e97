#include <stdlib.h>
#include <string.h>

#include "report/check/print.h"
#include "report/check/words.h"
#include "report/text.h"

/* GitHub shows no more than ten annotations of a kind a step (docs.github.com, "Limitations" of
 * workflow commands). */
#define ANNOTATIONS_MAX 10

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

static void begin_annotation(const struct check *c, bool fails, unsigned long line,
			     const char *title, FILE *out)
{
	fprintf(out, "::%s file=", fails ? "error" : "notice");
	print_github_text(c->baseline->path, true, out);
	fprintf(out, ",line=%lu,title=", line);
	print_github_text(title, true, out);
	fputs("::", out);
}

/* What is within its tolerance, or judged by nobody, is no news at a line. */
static bool annotated(const struct finding *f, bool fails)
{
	return finding_fails(f->kind) == fails && f->kind != FOUND_WITHIN &&
	       f->kind != FOUND_NOT_JUDGED;
}

/* The worst of one kind; what is too much is counted in the last one. */
static void print_annotations(const struct check *c, bool fails, FILE *out)
{
	const struct findings *l = &c->findings;
	size_t all = 0, nr = 0;

	for (size_t i = 0; i < l->nr; i++)
		all += annotated(&l->finding[i], fails);
	for (size_t i = 0; i < l->nr; i++) {
		const struct finding *f = &l->finding[i];

		if (!annotated(f, fails))
			continue;
		if (all > ANNOTATIONS_MAX && nr == ANNOTATIONS_MAX - 1) {
			begin_annotation(c, fails, 1, "and more", out);
			fprintf(out, "%zu more, each smaller\n", all - nr);
			return;
		}
		begin_annotation(c, fails, f->line, finding_word(f->kind), out);
		print_github_text(f->row, false, out);
		fputs(*f->row ? ": " : "", out);
		print_github_text(f->what, false, out);
		fputc('\n', out);
		nr++;
	}
}

void check_print_github(const struct check *c, FILE *out)
{
	char *headline = check_headline(c), *counts = check_counts(c);

	/* no line of it begins with what a row is called, which might be a command */
	fprintf(out, "homenode check %s: %s\n", c->findings.nr_failed ? "failed" : "passed",
		headline);
	print_annotations(c, true, out);
	print_annotations(c, false, out);
	fprintf(out, "%s\n", counts);
	free(counts);
	free(headline);
}

/* --- JUnit ------------------------------------------------------------------------------- */

/* Failures by row, each row's worst first. */
struct failures {
	const struct finding **of;
	size_t nr;
};

static int by_row(const void *a, const void *b)
{
	const struct finding *x = *(const struct finding *const *)a,
			     *y = *(const struct finding *const *)b;
	int c = strcmp(x->row, y->row);

	return c ? c : (x > y) - (x < y);
}

static struct failures gather(const struct check *c)
{
	struct failures f = {.of = xcalloc(c->findings.nr_failed + 1, sizeof(*f.of))};

	for (size_t i = 0; i < c->findings.nr; i++)
		if (finding_fails(c->findings.finding[i].kind))
			f.of[f.nr++] = &c->findings.finding[i];
	if (f.nr)
		qsort(f.of, f.nr, sizeof(*f.of), by_row);
	return f;
}

/* Where a row's failures begin, and how many there are. */
static size_t failures_of(const struct failures *f, const char *row, size_t *first)
{
	size_t low = 0, high = f->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(f->of[middle]->row, row) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	while (high < f->nr && strcmp(f->of[high]->row, row) == 0)
		high++;
	return high - low;
}

/* The message is the worst; some show nothing else. */
static void print_failure(const struct failures *f, size_t first, size_t nr, FILE *out)
{
	fputs("   <failure type=\"", out);
	print_xml_text(finding_word(f->of[first]->kind), out);
	fputs("\" message=\"", out);
	print_xml_text(f->of[first]->what, out);
	if (nr > 1)
		fprintf(out, " and %zu more", nr - 1);
	fputs("\">", out);
	for (size_t i = first; i < first + nr; i++) {
		print_xml_text(finding_word(f->of[i]->kind), out);
		fputs(": ", out);
		print_xml_text(f->of[i]->what, out);
		fputc('\n', out);
	}
	fputs("</failure>\n", out);
}

static void print_case(const struct failures *f, const char *row, const char *name, FILE *out)
{
	size_t first, nr = failures_of(f, row, &first);

	fputs("  <testcase classname=\"homenode check\" name=\"", out);
	print_xml_text(name, out);
	fputs("\">\n", out);
	if (nr)
		print_failure(f, first, nr, out);
	fputs("  </testcase>\n", out);
}

void check_print_junit(const struct check *c, FILE *out)
{
	struct failures f = gather(c);
	size_t failed = 0;

	for (size_t i = 0; i < f.nr; i++)
		failed += i == 0 || strcmp(f.of[i]->row, f.of[i - 1]->row) != 0;
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		" <testsuite name=\"homenode check\" tests=\"%zu\" failures=\"%zu\" "
		"errors=\"0\">\n",
		c->baseline->nr + 1 + findings_of(&c->findings, FOUND_ROW_EXTRA), failed);
	print_case(&f, "", "inputs and columns", out);
	for (size_t r = 0; r < c->baseline->nr; r++) {
		const char *row = sheet_row_name(c->baseline, r);

		print_case(&f, row, row, out);
	}
	for (size_t i = 0; i < f.nr; i++)
		if (f.of[i]->kind == FOUND_ROW_EXTRA)
			print_case(&f, f.of[i]->row, f.of[i]->row, out);
	fputs(" </testsuite>\n</testsuites>\n", out);
	free(f.of);
}
