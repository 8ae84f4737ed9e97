/*
 * The program: find the command, parse its line, run it, say what went wrong,
 * make sure that what was printed arrived.
 *
 * setlocale() is never called: numbers and messages are those of the C locale
 * everywhere. SIGPIPE keeps its default, so that "homenode list ... | head" ends
 * quietly; files are written whole or not at all (base/output.h), so nothing is
 * left half done.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/complete.h"
#include "cli/version.h"

/* A standard stream that the caller closed would be reused by the next file
 * opened, and output would land in it. Give each a descriptor that fails. */
static void hold_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		/* the lowest free descriptor is fd itself */
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(3);
	}
}

static int complain(int rc, const struct error *err)
{
	fprintf(stderr, "%s: %s\n", program_name, err->code ? err->text : error_name(rc));
	return error_exit_status(rc);
}

/* Did everything printed reach its destination? */
static int close_stdout(int status)
{
	int bad = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !bad)
		return status;
	fprintf(stderr, "%s: standard output cannot be written%s%s\n", program_name,
		errno ? ": " : "", errno ? strerror(errno) : "");
	return error_exit_status(ERR_MACHINE);
}

static int run_command(const struct command *cmd, int argc, char **argv)
{
	struct error err = {0};
	struct args *args;
	int status = 0, rc;

	rc = args_parse(&args, cmd, argc, argv, &err);
	if (rc)
		return complain(rc, &err);
	if (args_flag(args, "help"))
		help_command(cmd, stdout);
	else
		rc = cmd->run(args, &status, &err);
	args_free(args);
	return rc ? complain(rc, &err) : status;
}

static int run_words(int argc, char **argv)
{
	struct error err = {0};
	const struct command *cmd;
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name)
		return complain(error_set(&err, ERR_USAGE, "no command; \"%s help\" lists them",
					  program_name),
				&err);
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		version_print(stdout);
		return 0;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		help_program(commands, stdout);
		return 0;
	}
	if (strcmp(name, "--complete") == 0) {
		complete_words(argv + 2, argc - 2, stdout);
		return 0;
	}
	cmd = command_find(name, &err);
	return cmd ? run_command(cmd, argc - 2, argv + 2) : complain(ERR_USAGE, &err);
}

int program_run(int argc, char **argv)
{
	hold_standard_streams();
	return close_stdout(run_words(argc, argv));
}
