#include <string.h>

#include "cli/command.h"
#include "cli/defaults.h"

static int print_config(struct error *err)
{
	struct defaults d = {0};
	int rc = defaults_load(&d, err);

	if (!rc)
		defaults_print(&d, stdout);
	if (!rc && d.warnings)
		fputs(d.warnings, stderr);
	defaults_release(&d);
	return rc;
}

/* The page of the program or of `cmd`; with --output all pages. */
static int print_man(const struct args *args, const struct command *cmd, struct error *err)
{
	const char *directory = args_string(args, "output", NULL);

	if (directory && cmd)
		return error_set(err, ERR_USAGE, "--output is for all pages: name no command");
	if (directory)
		return man_pages(directory, err);
	if (cmd)
		man_command(cmd, stdout);
	else
		man_program(stdout);
	return 0;
}

static int run_help(const struct args *args, int *status, struct error *err)
{
	const char *name = args_operand(args, 0);
	const char *shell = args_string(args, "completion", NULL);
	const struct command *cmd;

	*status = 0;
	if (name && strcmp(name, "config") == 0)
		return print_config(err);
	cmd = name ? command_find(name, err) : NULL;
	if (name && !cmd)
		return ERR_USAGE;
	if (shell && !completion_script(shell, stdout))
		return error_set(err, ERR_USAGE,
				 "option --completion: \"%s\" is not a shell this knows; there are "
				 "bash, zsh, fish",
				 shell);
	if (shell)
		return 0;
	if (args_flag(args, "man") || args_given(args, "output"))
		return print_man(args, cmd, err);
	if (cmd)
		help_command(cmd, stdout);
	else
		help_program(commands, stdout);
	return 0;
}

static const struct option help_options[] = {
	{"man", 0, NULL, "print the man page (roff), of COMMAND or of the program", false},
	{"output", 'o', "DIR", "write all man pages there", false},
	{"completion", 0, "bash|zsh|fish", "print completion for this shell", false},
	OPTION_FORMAT("text", "pages are text"),
	{0},
};

const struct command cmd_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.min_operands = 0,
	.max_operands = 1,
	.summary = "the commands, or the options of one command",
	.about = "Without an operand this lists the commands. The man pages and the shell "
		 "completion are printed for an installer or for your own setup; \"help config\" "
		 "says which defaults of your own are in force.",
	.example = "homenode help --completion bash > ~/.bash_completion",
	.option = help_options,
	.no_defaults = "it says which there are",
	.run = run_help,
};
