/*
 * Commands and their options, declared once: the tables below print --help, the
 * man page and the shell completion (cli/help.c), and parse the command line
 * (cli/args.c). One command a file, cmd_<name>.c; the table of commands is in
 * cli/main.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct option {
	const char *name;  /* long name without dashes: "policy" */
	char letter;	   /* short form, or 0 */
	const char *value; /* what it takes, as shown in help: "NAME"; NULL: a flag */
	const char *help;  /* one line, lower case, no full stop */
	bool repeats;	   /* may be given several times (values are kept in order) */
};

struct args;

struct command {
	const char *name;
	const char *operands; /* "HOST ZONES" as shown in help */
	int min_operands, max_operands; /* max -1: any number */
	const char *summary;  /* one line */
	const char *about;    /* a short paragraph for --help and the man page */
	const char *example;  /* one command line without the "$ " */
	const struct option *option; /* ends with a zeroed entry; common ones are added */
	/* 0: *status is the exit status (0 done, 1 the answer is no). Otherwise an
	 * error code; main prints the sentence and exits as error_exit_status says. */
	int (*run)(const struct args *args, int *status, struct error *err);
};

extern const struct command cmd_show, cmd_plan, cmd_run, cmd_list;

/* Options every command has: --format, --quiet, --help (cli/args.c). */
extern const struct option common_options[];

/* Parse argv after the command's name. ERR_USAGE names the option, and the
 * nearest known one when it is unknown. Values may be "--name=value" or
 * "--name value"; "--" ends options. */
int args_parse(struct args **out, const struct command *cmd, int argc, char **argv,
	       struct error *err) MUST_USE;
void args_free(struct args *a);

unsigned args_nr_operands(const struct args *a);
const char *args_operand(const struct args *a, unsigned index); /* NULL when absent */
bool args_flag(const struct args *a, const char *name);
/* Last value given, or `fallback`. */
const char *args_string(const struct args *a, const char *name, const char *fallback);
/* All values of a repeating option; NULL-terminated, never NULL. */
const char *const *args_strings(const struct args *a, const char *name);
/* Typed; ERR_USAGE says which option and what was expected. Absent: *out unchanged. */
int args_int(const struct args *a, const char *name, int64_t min, int64_t max, int64_t *out,
	     struct error *err) MUST_USE;
int args_bytes(const struct args *a, const char *name, int64_t *out, struct error *err) MUST_USE;
int args_duration(const struct args *a, const char *name, int64_t *out_ns, struct error *err)
	MUST_USE;
bool args_given(const struct args *a, const char *name);

enum output_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
/* --format; `csv_ok` false: csv is ERR_USAGE. */
int args_format(const struct args *a, bool csv_ok, enum output_format *out, struct error *err)
	MUST_USE;

/*
 * Where data files live: $HOMENODE_DATA, else beside the program's own source
 * or install tree. find_topology() turns a HOST argument ("this", a name, a
 * path) into a loaded host.
 */
struct host;
int find_host(const char *name, struct host **out, struct error *err) MUST_USE;
/* Directory that holds topologies/ and workloads/; NULL when not found. */
const char *data_directory(void);
/* Warnings of a loaded host to stderr unless quiet. */
void print_host_warnings(const struct host *h, bool quiet);

void help_command(const struct command *cmd, FILE *out);
void help_program(const struct command *const *commands, FILE *out);

#endif
