#include <string.h>

#include "cli/command.h"

static int run_help(const struct args *args, int *status, struct error *err)
{
	const char *name = args_operand(args, 0);
	const char *shell = args_string(args, "completion", NULL);
	const struct command *cmd;

	*status = 0;
	if (shell) {
		if (!completion_script(shell, stdout))
			return error_set(
				err, ERR_USAGE,
				"option --completion: \"%s\" is not a shell this knows; there are "
				"bash, zsh, fish",
				shell);
	} else if (args_flag(args, "man")) {
		man_page(commands, stdout);
	} else if (name) {
		cmd = command_find(name, err);
		if (!cmd)
			return ERR_USAGE;
		help_command(cmd, stdout);
	} else {
		help_program(commands, stdout);
	}
	return 0;
}

static const struct option help_options[] = {
	{"man", 0, NULL, "print the man page (roff)", false},
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
	.about = "Without an operand this lists the commands. The man page and the shell "
		 "completion are printed for an installer or for your own setup.",
	.example = "homenode help --completion bash > ~/.bash_completion",
	.option = help_options,
	.run = run_help,
};
