#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/command.h"

/* A command of the test's own; every kind of option is in it. */
static const struct option sample_options[] = {
	{"policy", 'p', "POLICY", "place with this policy", true},
	{"seed", 's', "N", "seed of the generator", false},
	{"memory", 0, "SIZE", "memory of each zone", false},
	{"until", 0, "TIME", "end of the run", false},
	{"explain", 'e', NULL, "say why", false},
	{0},
};

static const struct command sample = {
	.name = "sample",
	.operands = "HOST [ZONES]",
	.min_operands = 1,
	.max_operands = 2,
	.summary = "a command for tests",
	.option = sample_options,
};

static const struct command any = {
	.name = "any", .operands = "[FILE...]", .max_operands = -1, .summary = "any operands"};

const char program_name[] = "homenode";
const struct command *const commands[] = {&sample, &any, NULL};

static struct error err;
static struct args *a;

static int parse(const struct command *cmd, int argc, const char **argv)
{
	err = (struct error){0};
	return args_parse(&a, cmd, argc, (char **)argv, &err);
}

#define PARSE(...)                                                                                 \
	parse(&sample, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),              \
	      (const char *[]){__VA_ARGS__})

static void free_args(void)
{
	args_free(a);
}

TestSuite(args, .fini = free_args);

Test(args, operands_and_options_mix)
{
	cr_assert_eq(PARSE("host", "--seed", "7", "zones.json", "-e"), 0);
	cr_expect_eq(args_nr_operands(a), 2);
	cr_expect_str_eq(args_operand(a, 0), "host");
	cr_expect_str_eq(args_operand(a, 1), "zones.json");
	cr_expect_null(args_operand(a, 2));
	cr_expect_str_eq(args_string(a, "seed", NULL), "7");
	cr_expect(args_flag(a, "explain"));
	cr_expect_not(args_flag(a, "quiet"));
	cr_expect(args_given(a, "seed"));
	cr_expect_not(args_given(a, "memory"));
}

Test(args, all_spellings_of_a_value)
{
	static const char *const want[] = {"a", "b", "c", "d", "", "-1"};
	const char *const *got;

	cr_assert_eq(PARSE("--policy=a", "--policy", "b", "-pc", "-ep", "d", "--policy=", "-p",
			   "-1", "host"),
		     0);
	got = args_strings(a, "policy");
	for (size_t i = 0; i < 6; i++)
		cr_assert_str_eq(got[i], want[i]);
	cr_expect_null(got[6]);
	cr_expect_str_eq(args_string(a, "policy", NULL), "-1", "the last one counts");
	cr_expect(args_flag(a, "explain"));
}

Test(args, many_values_of_one_option)
{
	const char *word[101] = {"host"};

	for (int i = 1; i < 101; i++)
		word[i] = "--policy=x";
	cr_assert_eq(parse(&sample, 101, word), 0);
	for (int i = 0; i < 100; i++)
		cr_assert_str_eq(args_strings(a, "policy")[i], "x");
	cr_expect_null(args_strings(a, "policy")[100]);
}

Test(args, absent_options_are_empty)
{
	cr_assert_eq(PARSE("host"), 0);
	cr_expect_null(args_strings(a, "policy")[0]);
	cr_expect_str_eq(args_string(a, "seed", "fallback"), "fallback");
}

Test(args, two_dashes_end_options_and_one_is_an_operand)
{
	cr_assert_eq(PARSE("-", "--", "--seed"), 0);
	cr_expect_str_eq(args_operand(a, 0), "-");
	cr_expect_str_eq(args_operand(a, 1), "--seed");
	cr_expect_not(args_given(a, "seed"));
}

Test(args, help_stops_parsing)
{
	cr_assert_eq(PARSE("--help", "--nonsense"), 0);
	cr_expect(args_flag(a, "help"));
	args_free(a);
	cr_assert_eq(PARSE("-h"), 0, "no operand is needed for help");
}

Test(args, unknown_options_name_the_nearest)
{
	cr_assert_eq(PARSE("host", "--polcy=x"), ERR_USAGE);
	cr_expect_null(a);
	cr_expect_str_eq(err.text, "unknown option \"--polcy\"; did you mean \"--policy\"?");
	cr_assert_eq(PARSE("host", "--frobnicate"), ERR_USAGE);
	cr_expect_str_eq(err.text, "unknown option \"--frobnicate\"; \"homenode sample --help\" "
				   "names them all");
	cr_assert_eq(PARSE("host", "-ez"), ERR_USAGE);
	cr_expect_str_eq(err.text,
			 "unknown option \"-z\"; \"homenode sample --help\" names them all");
	cr_assert_eq(PARSE("host", "--quie"), ERR_USAGE, "no abbreviations");
	cr_expect_str_eq(err.text, "unknown option \"--quie\"; did you mean \"--quiet\"?");
}

Test(args, missing_and_unwanted_values)
{
	cr_assert_eq(PARSE("host", "--seed"), ERR_USAGE);
	cr_expect_str_eq(err.text, "option --seed needs a value: --seed=N");
	cr_assert_eq(PARSE("host", "-s", "--explain"), ERR_USAGE, "an option is not a value");
	cr_assert_eq(PARSE("host", "--explain=much"), ERR_USAGE);
	cr_expect_str_eq(err.text, "option --explain takes no value, but yes or no: \"much\"");
}

Test(args, a_flag_can_be_taken_back)
{
	cr_assert_eq(PARSE("host", "--explain=no"), 0);
	cr_expect(args_given(a, "explain"));
	cr_expect_not(args_flag(a, "explain"));
	args_free(a);
	cr_assert_eq(PARSE("host", "--explain=no", "-e"), 0);
	cr_expect(args_flag(a, "explain"), "the last one counts");
	args_free(a);
	cr_assert_eq(PARSE("host", "-e", "--explain=false"), 0);
	cr_expect_not(args_flag(a, "explain"));
}

Test(args, operand_counts)
{
	cr_assert_eq(PARSE("-e"), ERR_USAGE);
	cr_expect_str_eq(err.text, "an operand is missing; usage: homenode sample [OPTION...] "
				   "HOST [ZONES]");
	cr_assert_eq(PARSE("x", "y", "z"), ERR_USAGE);
	cr_expect_str_eq(err.text, "one operand too many, \"z\"; usage: homenode sample "
				   "[OPTION...] HOST [ZONES]");
	cr_assert_eq(parse(&any, 3, (const char *[]){"x", "y", "z"}), 0);
	args_free(a);
	cr_assert_eq(parse(&any, 0, NULL), 0);
}

Test(args, whole_numbers)
{
	static const char *const bad[] = {"",	 " 1", "1x", "x",
					  "1.5", "11", "-1", "99999999999999999999"};
	int64_t n = 42;

	cr_assert_eq(PARSE("host"), 0);
	cr_assert_eq(args_int(a, "seed", 0, 10, &n, &err), 0);
	cr_expect_eq(n, 42, "absent leaves it");
	args_free(a);
	cr_assert_eq(PARSE("host", "-s10"), 0);
	cr_assert_eq(args_int(a, "seed", 0, 10, &n, &err), 0);
	cr_expect_eq(n, 10);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		args_free(a);
		cr_assert_eq(PARSE("host", "-s", bad[i]), 0);
		cr_assert_eq(args_int(a, "seed", 0, 10, &n, &err), ERR_USAGE, "\"%s\"", bad[i]);
		cr_expect_eq(n, 10);
	}
	cr_expect_str_eq(err.text, "option --seed: \"99999999999999999999\" is not a whole number "
				   "from 0 to 10");
}

Test(args, sizes_and_times)
{
	int64_t bytes = 1, ns = 1;

	cr_assert_eq(PARSE("host", "--memory=6GiB", "--until=7d"), 0);
	cr_assert_eq(args_bytes(a, "memory", &bytes, &err), 0);
	cr_assert_eq(args_duration(a, "until", &ns, &err), 0);
	cr_expect_eq(bytes, 6 * GIB);
	cr_expect_eq(ns, 7 * NS_PER_DAY);
	args_free(a);
	cr_assert_eq(PARSE("host", "--memory=6Gig", "--until=soon"), 0);
	cr_assert_eq(args_bytes(a, "memory", &bytes, &err), ERR_USAGE);
	cr_expect(strstr(err.text, "--memory: \"6Gig\""));
	cr_assert_eq(args_duration(a, "until", &ns, &err), ERR_USAGE);
	cr_expect(strstr(err.text, "--until: \"soon\""));
}

Test(args, formats)
{
	enum output_format f = FORMAT_CSV;

	cr_assert_eq(PARSE("host"), 0);
	cr_assert_eq(args_format(a, &f, &err), 0);
	cr_expect_eq(f, FORMAT_TEXT);
	args_free(a);
	cr_assert_eq(PARSE("host", "--format", "csv"), 0);
	cr_assert_eq(args_format(a, &f, &err), 0);
	cr_expect_eq(f, FORMAT_CSV);
}

static const struct option plain_options[] = {OPTION_FORMAT("text|json", "no csv"), {0}};

Test(args, a_command_takes_the_formats_that_its_row_names)
{
	const struct command plain = {.name = "plain", .operands = "", .option = plain_options};
	enum output_format f = FORMAT_CSV;

	cr_assert_eq(parse(&plain, 1, (const char *[]){"--format=json"}), 0);
	cr_assert_eq(args_format(a, &f, &err), 0);
	cr_expect_eq(f, FORMAT_JSON);
	args_free(a);
	cr_assert_eq(parse(&plain, 1, (const char *[]){"--format=csv"}), ERR_USAGE);
	cr_expect_str_eq(err.text, "--format: unknown format \"csv\"; there are text, json");
}

static const struct option renamed_options[] = {
	{"policy", 'p', "POLICY", "place with this policy", true},
	OPTION_OLD("what", 'w', "policy"),
	{0},
};

Test(args, an_old_name_is_the_new_option)
{
	const struct command renamed = {
		.name = "renamed", .operands = "", .option = renamed_options};
	const char *const *got;

	cr_assert_eq(parse(&renamed, 3, (const char *[]){"--what=a", "-wb", "--policy=c"}), 0);
	got = args_strings(a, "policy");
	cr_expect_str_eq(got[0], "a");
	cr_expect_str_eq(got[1], "b");
	cr_expect_str_eq(got[2], "c");
}

Test(args, options_of_a_command_are_its_own_and_the_common_ones)
{
	unsigned i = 0;

	while (command_option(&any, i))
		i++;
	cr_expect_eq(i, 3, "format, quiet, help");
	cr_expect_str_eq(command_option(&sample, 0)->name, "policy");
	cr_expect_str_eq(command_option(&sample, 5)->name, "format");
	cr_expect_null(command_option(&sample, 8));
}

Test(args, commands_by_name)
{
	cr_expect_eq(command_find("any", &err), &any);
	cr_expect_null(command_find("smaple", &err));
	cr_expect_str_eq(err.text, "unknown command \"smaple\"; did you mean \"sample\"?");
	cr_expect_null(command_find("qqqqqqqqq", &err));
	cr_expect_str_eq(err.text,
			 "unknown command \"qqqqqqqqq\"; \"homenode help\" names them all");
}
