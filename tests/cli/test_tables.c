/* The tables of all commands of homenode: what shells and people are told agrees with itself. */
#include <criterion/criterion.h>
#include <string.h>

#include "cli/complete.h"

int homenode_main(int argc, char **argv);
#define main homenode_main
#include "cli/main.c"
#undef main

/* All words of `value` that stand for something are in the table of kinds. */
static bool is_known_kind(const char *value)
{
	FILE *out = fopen("/dev/null", "w");
	struct unfinished u = {.before = "", .text = "", .operand = "policies", .out = out};
	bool known;

	u.cmd = &cmd_run;
	known = complete_value(&u, value);
	fclose(out);
	return known;
}

/* Every option that `of` holds, of every command. */
static void each_option(void (*of)(const struct command *cmd, const struct option *o))
{
	const struct option *o;

	for (unsigned c = 0; commands[c]; c++)
		for (unsigned i = 0; (o = command_option(commands[c], i)); i++)
			of(commands[c], o);
}

static void names_a_kind(const struct command *cmd, const struct option *o)
{
	if (o->value && o->how != OPTION_ALIAS)
		cr_expect(is_known_kind(o->value),
			  "%s --%s %s: no such kind of value in cli/complete_values.c", cmd->name,
			  o->name, o->value);
}

Test(tables, every_value_is_of_a_kind_that_shells_complete)
{
	each_option(names_a_kind);
}

static void is_meant_once(const struct command *cmd, const struct option *o)
{
	const struct option *other;
	unsigned names = 0, letters = 0;

	for (unsigned i = 0; (other = command_option(cmd, i)); i++) {
		names += strcmp(other->name, o->name) == 0;
		letters += o->letter && other->letter == o->letter;
	}
	cr_expect_eq(names, 1, "%s --%s is declared twice", cmd->name, o->name);
	cr_expect_leq(letters, 1, "%s -%c is two options", cmd->name, o->letter);
	cr_expect_geq(command_option_named(cmd, o->name, strlen(o->name)), 0,
		      "%s --%s is an old name of nothing", cmd->name, o->name);
}

Test(tables, every_name_and_letter_is_one_option)
{
	each_option(is_meant_once);
}

/* Words of the operands, as "HOST [ZONES [DIR]]". */
Test(tables, every_operand_is_of_a_kind_that_shells_complete)
{
	for (unsigned c = 0; commands[c]; c++) {
		const char *p = commands[c]->operands;
		char word[128];

		for (p += strspn(p, "[ ]."); *p; p += strspn(p, "[ ].")) {
			size_t n = strcspn(p, "[ ].");

			snprintf(word, sizeof(word), "%.*s", (int)n, p);
			cr_expect(is_known_kind(word), "%s %s", commands[c]->name, word);
			p += n;
		}
	}
}

Test(tables, columns_are_there_where_columns_are_asked)
{
	for (unsigned c = 0; commands[c]; c++)
		cr_expect_eq(command_option_named(commands[c], "columns", 7) >= 0,
			     commands[c]->columns != NULL, "%s", commands[c]->name);
}

Test(tables, a_kind_that_is_not_there_is_noticed)
{
	cr_expect(is_known_kind("POLICY,..."));
	cr_expect(is_known_kind("a|N"));
	cr_expect(is_known_kind("HOST[:COUNT]"));
	cr_expect_not(is_known_kind("NONSUCH"));
	cr_expect_not(is_known_kind("a|NONSUCH,..."));
}

/* HOMENODE_CONFIG and HOMENODE_DATA are no options, and HOMENODE_<COMMAND>_<OPTION> is one. */
static void is_one_variable(const struct command *cmd, const struct option *o)
{
	char name[128];

	cr_expect_str_neq(o->name, "config", "%s", cmd->name);
	cr_expect_str_neq(o->name, "data", "%s", cmd->name);
	snprintf(name, sizeof(name), "%s-%s", cmd->name, o->name);
	for (unsigned c = 0; commands[c]; c++)
		cr_expect_lt(command_option_named(commands[c], name, strlen(name)), 0,
			     "the variable of %s --%s is that of %s --%s", cmd->name, o->name,
			     commands[c]->name, name);
}

Test(tables, every_variable_is_one_option)
{
	each_option(is_one_variable);
}
