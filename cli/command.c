#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/names.h"

const struct option common_options[] = {
	{"format", 0, "text|json|csv", "text (default), json, or csv where rows come out", false},
	{"quiet", 'q', NULL, "no warnings and no progress on standard error", false},
	{"help", 'h', NULL, "print this and exit", false},
	{0},
};

/* A command that prints other formats too declares its own --format. */
static bool own_option(const struct command *cmd, const char *name)
{
	for (const struct option *o = cmd->option; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

const struct option *command_option(const struct command *cmd, unsigned index)
{
	unsigned i = 0;

	for (const struct option *o = cmd->option; o && o->name; o++)
		if (i++ == index)
			return o;
	for (const struct option *o = common_options; o->name; o++)
		if (!own_option(cmd, o->name) && i++ == index)
			return o;
	return NULL;
}

static int option_meant(const struct command *cmd, unsigned index)
{
	const struct option *o = command_option(cmd, index);

	return o->how == OPTION_ALIAS ? command_option_named(cmd, o->value, strlen(o->value))
				      : (int)index;
}

int command_option_named(const struct command *cmd, const char *name, size_t n)
{
	const struct option *o;

	for (unsigned i = 0; (o = command_option(cmd, i)); i++)
		if (strlen(o->name) == n && strncmp(o->name, name, n) == 0)
			return option_meant(cmd, i);
	return -1;
}

int command_option_lettered(const struct command *cmd, char letter)
{
	const struct option *o;

	for (unsigned i = 0; (o = command_option(cmd, i)); i++)
		if (o->letter && o->letter == letter)
			return option_meant(cmd, i);
	return -1;
}

const struct command *command_find(const char *name, struct error *err)
{
	const char *names[64];
	unsigned nr = 0;
	char *who;

	for (; commands[nr]; nr++) {
		BUG_ON(nr == 63);
		if (strcmp(commands[nr]->name, name) == 0)
			return commands[nr];
		names[nr] = commands[nr]->name;
	}
	names[nr] = NULL;
	who = xasprintf("%s help", program_name);
	(void)unknown_listed(err, NULL, "command", name, names, who);
	free(who);
	return NULL;
}

char *command_usage(const struct command *cmd)
{
	const char *operands = cmd->operands ? cmd->operands : "";

	return xasprintf("%s %s [OPTION...]%s%s", program_name, cmd->name, *operands ? " " : "",
			 operands);
}
