/*
 * --help: a command on one screen. Text is wrapped by words; a page is first
 * measured (out NULL) to see whether the paragraph `about` still fits.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/command.h"

#define SCREEN_COLUMNS 80
#define SCREEN_LINES 24
#define HELP_COLUMN_MAX 30 /* option texts longer than this do not widen the column */

/* Length of the next word; one that is longer than a line ends behind a "|" of it. */
static unsigned word_length(const char *text, unsigned indent)
{
	unsigned n = (unsigned)strcspn(text, " \n"), cut = SCREEN_COLUMNS - indent;

	if (n <= cut)
		return n;
	while (cut && text[cut - 1] != '|')
		cut--;
	return cut ? cut : n;
}

/* Print `text` from column `at` on, continued at column `indent`; ends the line.
 * Returns the number of lines; with out NULL it only counts. */
static unsigned print_wrapped(FILE *out, const char *text, unsigned at, unsigned indent)
{
	unsigned lines = 1, column = at;
	bool first = true;

	while (*text) {
		unsigned n = word_length(text, indent);

		if (!first && column + 1 + n > SCREEN_COLUMNS) {
			if (out)
				fprintf(out, "\n%*s", (int)indent, "");
			lines++;
			column = indent;
		} else if (!first) {
			if (out)
				fputc(' ', out);
			column++;
		}
		if (out)
			fwrite(text, 1, n, out);
		column += n;
		first = false;
		text += n;
		text += strspn(text, " \n");
	}
	if (out)
		fputc('\n', out);
	return lines;
}

/* "  -p, --policy NAME"; the caller frees. */
static char *option_text(const struct option *o)
{
	char letter[5] = "    ";

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	return xasprintf("  %s--%s%s%s", letter, o->name, o->value ? " " : "",
			 o->value ? o->value : "");
}

/* A line of a list: `left`, then `right` from `column` on; a `left` that reaches
 * into the column is followed by `right` where that fits, else has a line of its
 * own. */
static unsigned print_entry(FILE *out, const char *left, const char *right, unsigned column)
{
	size_t n = strlen(left);

	if (n + 2 <= column) {
		if (out)
			fprintf(out, "%s%*s", left, (int)(column - n), "");
		return print_wrapped(out, right, column, column);
	}
	if (n + 2 + strlen(right) <= SCREEN_COLUMNS) {
		if (out)
			fprintf(out, "%s  %s\n", left, right);
		return 1;
	}
	if (out)
		fprintf(out, "%s\n%*s", left, (int)column, "");
	return 1 + print_wrapped(out, right, column, column);
}

/* Which parts a page has, from the roomiest to the tightest. */
enum page { PAGE_WHOLE, PAGE_NO_ABOUT, PAGE_TIGHT, PAGE_TIGHTEST };

static bool in_list(const struct command *cmd, unsigned index, enum page page)
{
	const struct option *o = command_option(cmd, index);

	if (o->how == OPTION_ALIAS)
		return false;
	if (page < PAGE_TIGHT)
		return true;
	if (page == PAGE_TIGHTEST && o->how == OPTION_RARE)
		return false;
	for (const struct option *c = common_options; c->name; c++)
		if (strcmp(o->name, c->name) == 0)
			return false;
	return true;
}

/* The command's own row of --format, where it has one. */
static unsigned print_common(const struct command *cmd, FILE *out)
{
	char *text = xstrdup("");
	unsigned lines;

	for (const struct option *c = common_options; c->name; c++) {
		int place = command_option_named(cmd, c->name, strlen(c->name));
		const struct option *o = command_option(cmd, (unsigned)place);
		char *before = text, letter[4] = "";

		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c ", o->letter);
		text = xasprintf("%s%s%s--%s%s%s", before, *before ? ", " : "", letter, o->name,
				 o->value ? " " : "", o->value ? o->value : "");
		free(before);
	}
	if (out)
		fputs("  and ", out);
	lines = print_wrapped(out, text, 6, 6);
	free(text);
	return lines;
}

/* Options that are only named; how they are used is in the man page. */
static unsigned print_rare(const struct command *cmd, FILE *out)
{
	char *text = xasprintf("(man %s-%s)", program_name, cmd->name);
	const struct option *o;
	unsigned lines;

	for (unsigned i = 0; (o = command_option(cmd, i)); i++) {
		char *before = text;

		if (o->how != OPTION_RARE)
			continue;
		text = xasprintf("%s --%s%s%s", before, o->name, o->value ? " " : "",
				 o->value ? o->value : "");
		free(before);
	}
	if (out)
		fputs("  more ", out);
	lines = print_wrapped(out, text, 7, 7);
	free(text);
	return lines;
}

static unsigned print_options(const struct command *cmd, enum page page, FILE *out)
{
	const struct option *o;
	unsigned column = 0, lines = 0;

	for (unsigned i = 0; (o = command_option(cmd, i)); i++) {
		char *text = option_text(o);
		unsigned n = (unsigned)strlen(text) + 2;

		if (in_list(cmd, i, page) && n > column && n <= HELP_COLUMN_MAX)
			column = n;
		free(text);
	}
	for (unsigned i = 0; (o = command_option(cmd, i)); i++) {
		char *text = option_text(o);

		if (in_list(cmd, i, page))
			lines += print_entry(out, text, o->help, column);
		free(text);
	}
	if (page == PAGE_TIGHTEST)
		lines += print_rare(cmd, out);
	return page >= PAGE_TIGHT ? lines + print_common(cmd, out) : lines;
}

static unsigned print_command(const struct command *cmd, enum page page, FILE *out)
{
	char *usage = command_usage(cmd);
	unsigned lines;

	if (out)
		fputs("usage: ", out);
	lines = print_wrapped(out, usage, 7, 7);
	lines += print_wrapped(out, cmd->summary, 0, 0);
	if (page == PAGE_WHOLE && cmd->about) {
		if (out)
			fputc('\n', out);
		lines += 1 + print_wrapped(out, cmd->about, 0, 0);
	}
	if (out)
		fputc('\n', out);
	lines += 1 + print_options(cmd, page, out);
	if (cmd->example) {
		if (out)
			fputs(page >= PAGE_TIGHT ? "example: " : "\nexample: ", out);
		lines += (page < PAGE_TIGHT) + print_wrapped(out, cmd->example, 9, 9);
	}
	free(usage);
	return lines;
}

void help_command(const struct command *cmd, FILE *out)
{
	enum page page = PAGE_WHOLE;

	while (page < PAGE_TIGHTEST && print_command(cmd, page, NULL) > SCREEN_LINES)
		page++;
	print_command(cmd, page, out);
}

/* "  list policies|choices|..." in so many columns; the caller frees. */
static char *command_entry(const struct command *cmd)
{
	char *text = xasprintf("  %s %s", cmd->name, cmd->operands);
	char *cut = strlen(text) > SCREEN_COLUMNS ? text + SCREEN_COLUMNS - strlen("...") : NULL;

	while (cut && cut > text && cut[-1] != '|')
		cut--;
	if (cut > text)
		memcpy(cut, "...", sizeof("..."));
	return text;
}

void help_program(const struct command *const *all, FILE *out)
{
	unsigned column = 0;

	fprintf(out, "usage: %s COMMAND [OPTION...] [OPERAND...]\n", program_name);
	fputs("where a zone should live on a NUMA machine, and what that costs over its life\n\n",
	      out);
	for (unsigned i = 0; all[i]; i++) {
		unsigned n = (unsigned)(strlen(all[i]->name) + 1 + strlen(all[i]->operands)) + 4;

		if (n > column && n <= HELP_COLUMN_MAX)
			column = n;
	}
	for (unsigned i = 0; all[i]; i++) {
		char *left = command_entry(all[i]);

		print_entry(out, left, all[i]->summary, column);
		free(left);
	}
	fprintf(out, "\n\"%s help COMMAND\" prints a command's options and an example.\n",
		program_name);
	fputs("Exit status: 0 done, 1 the answer is no, 2 wrong request, 3 the machine failed.\n",
	      out);
}
