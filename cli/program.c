/*
 * The program: find the command, parse its line, run it, say what went wrong,
 * make sure that what was printed arrived.
 *
 * setlocale() is never called: numbers and messages are those of the C locale
 * everywhere. SIGPIPE keeps its default, so that "homenode list ... | head" ends
 * quietly; a file that grows beyond what is allowed (SIGXFSZ) is an error of the write. Files are
 * written whole or not at all (base/output.h), so nothing is left half done.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/doc.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/defaults.h"
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

/* One rank of several says it for all: Open MPI's and Slurm's names for its number. */
static bool is_first_rank(void)
{
	static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *text = getenv(names[i]);

		if (text && atoi(text) > 0)
			return false;
	}
	return true;
}

/* The options that are not on the command line, from the user's defaults; never silently. */
static int add_defaults(struct args *args, const struct command *cmd, struct defaults *d,
			struct error *err)
{
	int rc = cmd->no_defaults ? 0 : defaults_load(d, err);

	if (!rc)
		rc = args_add_defaults(args, d, err);
	if (!rc && !args_flag(args, "quiet") && is_first_rank()) {
		fputs(d->warnings ? d->warnings : "", stderr);
		args_say_defaults(args, stderr);
	}
	return rc;
}

/* What is in force stands below the page; a file that cannot be read is said, and the page is
 * there all the same. */
static void show_help(struct args *args, const struct command *cmd, struct defaults *d)
{
	struct error err = {0};

	help_command(cmd, stdout);
	if (cmd->no_defaults)
		return;
	if (defaults_load(d, &err) || args_add_defaults(args, d, &err))
		fprintf(stderr, "%s: warning: %s\n", program_name, err.text);
	args_say_defaults(args, stdout);
}

static int run_command(const struct command *cmd, int argc, char **argv)
{
	struct error err = {0};
	struct defaults d = {0};
	struct args *args;
	int status = 0, rc;

	rc = args_parse(&args, cmd, argc, argv, &err);
	if (rc)
		return complain(rc, &err);
	if (args_flag(args, "help")) {
		show_help(args, cmd, &d);
	} else {
		rc = add_defaults(args, cmd, &d, &err);
		if (!rc)
			rc = cmd->run(args, &status, &err);
	}
	if (rc)
		args_explain(args, &err);
	args_free(args);
	defaults_release(&d);
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
	doc_json_memory();
	hold_standard_streams();
	signal(SIGXFSZ, SIG_IGN);
	return close_stdout(run_words(argc, argv));
}
