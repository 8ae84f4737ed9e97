/* PROGRAM CASE [OPTION...]: see bench/reproduce/reproduce.h. */
#include "bench/reproduce/reproduce.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

char *input_path(const struct args *args, const char *option, const char *name)
{
	const char *given = args_string(args, option, NULL);

	return given ? xstrdup(given) : xasprintf("%s/%s", args_string(args, "data", TRACES), name);
}

void table_row(const struct table_row *r)
{
	printf("| %s | %s | %s | %s | %s | %s |\n", r->what, r->inputs, r->published, r->ours,
	       r->error, r->source);
}

static int run(int argc, char **argv, int *status, struct error *err)
{
	const struct command *cmd = command_find(argv[1], err);
	struct args *args;
	int rc;

	if (!cmd)
		return ERR_USAGE;
	rc = args_parse(&args, cmd, argc - 2, argv + 2, err);
	if (rc)
		return rc;
	if (args_flag(args, "help"))
		help_command(cmd, stdout);
	else
		rc = cmd->run(args, status, err);
	args_free(args);
	return rc;
}

int main(int argc, char **argv)
{
	struct error err = {0};
	int status = 0, rc;

	if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		FILE *out = argc < 2 ? stderr : stdout;

		fprintf(out, "usage: %s CASE [OPTION...]\n", program_name);
		for (size_t i = 0; commands[i]; i++)
			fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
		return argc < 2 ? 2 : 0;
	}
	rc = run(argc, argv, &status, &err);
	if (!rc && fflush(stdout))
		rc = error_set(&err, ERR_MACHINE, "standard output cannot be written: %s",
			       strerror(errno));
	if (rc)
		fprintf(stderr, "%s: %s\n", program_name, err.text);
	return rc ? error_exit_status(rc) : status;
}
