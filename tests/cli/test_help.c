#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"

static const struct option wide_options[] = {
	{"policy", 'p', "POLICY",
	 "place with this policy; the text is longer than what is left "
	 "of the line and must be wrapped",
	 true},
	{"a-rather-long-option-name", 0, "SOMETHING",
	 "help that is too long for what is left of the line", false},
	{"pick", 0, "one|two", "choose", false},
	{0},
};

static const struct option no_options[] = {{0}};

static const struct command wide = {
	.name = "wide",
	.operands = "HOST",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "a command with long texts",
	.about = "A paragraph that is long enough to need two lines on a screen of eighty columns, "
		 "as the help of a real command does. It has a back\\slash.\n.and a dot",
	.example = "homenode wide x",
	.option = wide_options,
};

static const struct command bare = {
	.name = "bare", .operands = "", .summary = "no options of its own", .option = no_options};

const char program_name[] = "homenode";
const struct command *const commands[] = {&wide, &bare, NULL};

/* The first `nr` options of a table that fills a screen. */
static void fill_options(struct option *o, unsigned nr)
{
	static char name[32][16];

	for (unsigned i = 0; i < nr; i++) {
		snprintf(name[i], sizeof(name[i]), "o%u", i);
		o[i] = (struct option){.name = name[i], .help = "x"};
	}
	o[nr] = (struct option){0};
}

static char *printed(void (*print)(const void *what, FILE *out), const void *what)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	print(what, f);
	fclose(f);
	return text;
}

static void print_help(const void *cmd, FILE *out)
{
	help_command(cmd, out);
}

static void print_program(const void *all, FILE *out)
{
	help_program(all, out);
}

static void print_man(const void *cmd, FILE *out)
{
	if (cmd)
		man_command(cmd, out);
	else
		man_program(out);
}

static unsigned count_lines(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void expect_width(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		cr_expect_leq(n, 80, "%.*s", (int)n, text);
		text += n + 1;
	}
}

Test(help, a_command_fits_a_screen)
{
	char *text = printed(print_help, &wide);

	expect_width(text);
	cr_expect_leq(count_lines(text), 24);
	cr_expect(strstr(text, "usage: homenode wide [OPTION...] HOST\n"));
	cr_expect(strstr(text, "  -p, --policy POLICY"));
	cr_expect(strstr(text, "  -h, --help"));
	cr_expect(strstr(text, "as the help of a real"));
	cr_expect(strstr(text, "example: homenode wide x\n"));
	free(text);
}

Test(help, the_paragraph_goes_when_there_is_no_room)
{
	struct option o[32];
	struct command cmd = wide;
	char *text;

	cmd.option = o;
	/* usage, summary, blank, 3 common, blank, example, and blank + 2 of `about` */
	fill_options(o, 13);
	text = printed(print_help, &cmd);
	cr_expect(strstr(text, "A paragraph"));
	cr_expect_eq(count_lines(text), 24);
	free(text);
	fill_options(o, 14);
	text = printed(print_help, &cmd);
	cr_expect_not(strstr(text, "A paragraph"));
	cr_expect(strstr(text, "      --format text|json|csv"));
	cr_expect_eq(count_lines(text), 22);
	free(text);
}

Test(help, the_common_options_share_a_line_when_there_is_no_room)
{
	struct option o[32];
	struct command cmd = wide;
	char *text;

	cmd.option = o;
	fill_options(o, 19);
	text = printed(print_help, &cmd);
	cr_expect(strstr(text, "\n  and --format text|json|csv, -q --quiet, -h --help\n"));
	cr_expect_eq(count_lines(text), 24);
	free(text);
}

Test(help, long_names_share_their_line_where_the_text_fits)
{
	struct option o[] = {
		{"a-rather-long-option-name", 0, "SOMETHING", "short", false},
		{0},
	};
	struct command cmd = wide;
	char *text;

	cmd.option = o;
	text = printed(print_help, &cmd);
	cr_expect(strstr(text, "--a-rather-long-option-name SOMETHING  short\n"));
	free(text);
}

Test(help, long_names_have_their_own_line)
{
	char *text = printed(print_help, &wide), *name = strstr(text, "--a-rather-long");

	cr_assert(name);
	cr_expect_eq(strcspn(name, "\n"), strlen("--a-rather-long-option-name SOMETHING"));
	free(text);
}

Test(help, the_program_lists_its_commands)
{
	char *text = printed(print_program, commands);

	expect_width(text);
	cr_expect(strstr(text, "  wide HOST  a command with long texts\n"));
	cr_expect(strstr(text, "  bare       no options of its own\n"), "%s", text);
	free(text);
}

Test(man, every_option_and_no_stray_request)
{
	char *text = printed(print_man, &wide);

	cr_expect(strstr(text, ".TH HOMENODE-WIDE 1"));
	cr_expect(strstr(text,
			 "\\fB\\-\\-a\\-rather\\-long\\-option\\-name\\fR \\fISOMETHING\\fR\n"));
	cr_expect(strstr(text, "back\\eslash.\n\\&.and a dot\n"));
	cr_expect(strstr(text, "may be given several times."));
	free(text);
	text = printed(print_man, NULL);
	cr_expect(strstr(text, ".TH HOMENODE 1"));
	cr_expect(strstr(text, "\\fBhomenode\\-bare\\fR(1)"));
	free(text);
}

Test(help, an_old_name_is_not_shown)
{
	struct option o[] = {
		{"new", 'n', NULL, "as it is called", false},
		OPTION_OLD("old", 'o', "new"),
		{0},
	};
	struct command cmd = wide;
	char *text;

	cmd.option = o;
	text = printed(print_help, &cmd);
	cr_expect(strstr(text, "--new"));
	cr_expect_not(strstr(text, "--old"));
	cr_expect_eq(command_option_named(&cmd, "old", 3), 0);
	cr_expect_eq(command_option_lettered(&cmd, 'o'), 0);
	cr_expect_eq(command_option_named(&cmd, "ol", 2), -1);
	free(text);
}
