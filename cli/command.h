/*
 * Commands and their options, declared once: the tables below parse the command
 * line (cli/args.c) and print --help (cli/help.c), the man page (cli/man.c) and
 * the shell completion (cli/completion.c). One command a file, cmd_<name>.c; the
 * table of commands is in cli/main.c.
 *
 * Strings in the tables are plain ASCII and end without a full stop, except
 * `about`, which is sentences. --help shows a command on one screen of 80x24:
 * where that would not fit, it leaves out `about` (the man page has it), then
 * puts the common options on one line, then names rare ones on one line.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define OPTION_RARE 2
#define OPTION_ALIAS 3

/* A row for a name that an option had before: it is taken for that of `now` (without dashes). */
#define OPTION_OLD(name, letter, now)                                                              \
	{                                                                                          \
		name, letter, now, "an old name of that option", OPTION_ALIAS                      \
	}

/* A row of the table of commands that do several things side by side. */
#define OPTION_JOBS(what)                                                                          \
	{                                                                                          \
		"jobs", 'j', "N", what " at a time (default: the CPUs there are)", false           \
	}

/* The row of a command whose formats are others than the common ones. */
#define OPTION_FORMAT(formats, what)                                                               \
	{                                                                                          \
		"format", 0, formats, what, false                                                  \
	}

struct option {
	const char *name; /* long name without dashes: "policy" */
	char letter; /* short form, or 0 */
	/*
	 * What it takes, as shown in help; NULL: a flag. Shells complete by it:
	 * "a|b|c" are these words, a word in capitals is a kind of value in the table of
	 * complete_values.c (HOST, POLICY, FILE, N, ...), and ",..." behind it a list
	 * with commas. What else follows ("HOST[:COUNT]") is for people.
	 */
	const char *value;
	const char *help; /* one line, lower case, no full stop */
	/* false: once; true: may be given several times (values are kept in order);
	 * OPTION_RARE: once, and where help does not fit a screen it is named there
	 * but not explained. OPTION_ALIAS: see OPTION_OLD. */
	unsigned char how;
};

struct args;
struct defaults;

struct command {
	const char *name;
	const char *operands; /* "HOST ZONES" as shown in help; words as in option.value, maybe
			       * in []; "" when there are none */
	int min_operands, max_operands; /* max -1: any number */
	const char *summary; /* one line, lower case, no full stop */
	const char *about; /* a short paragraph for --help and the man page; NULL: none */
	const char *example; /* one command line without the "$ " */
	const struct option *option; /* ends with a zeroed entry; common ones are added */
	/* What --columns takes (`operand`: the first one, or NULL), *nr of them; the caller
	 * frees. NULL: the command has no --columns. */
	struct column *(*columns)(const char *operand, size_t *nr);
	/* Why it takes no defaults of the user (defaults.h); NULL: it does. */
	const char *no_defaults;
	/* 0: *status is the exit status (0 done, 1 the answer is no). Otherwise an
	 * error code; main prints the sentence and exits as error_exit_status says. */
	int (*run)(const struct args *args, int *status, struct error *err);
};

extern const struct command cmd_show, cmd_watch, cmd_advise, cmd_plan, cmd_compare, cmd_capacity,
	cmd_size, cmd_run, cmd_sweep, cmd_probe, cmd_calibrate, cmd_rehearse, cmd_diff, cmd_check,
	cmd_report, cmd_list, cmd_help;

/* Every command, NULL-terminated, in the order help prints, and how the program is
 * called before them; each program that links this room has its own (cli/main.c). */
extern const struct command *const commands[];
extern const char program_name[];

/* The program: finds the command, parses its line, runs it and says what went wrong; the exit
 * status. */
int program_run(int argc, char **argv);

/* Options every command has: --format, --quiet, --help. */
extern const struct option common_options[];

/* Options of a command, its own first and then the common ones that it does not
 * declare itself (--format with more choices); NULL past the last. */
const struct option *command_option(const struct command *cmd, unsigned index);

/* The place of the option that is called so (the first `n` characters of `name`), for
 * command_option(), or by its letter; of an old name, that of the option it stands for. -1: there
 * is none. */
int command_option_named(const struct command *cmd, const char *name, size_t n);
int command_option_lettered(const struct command *cmd, char letter);

/* NULL if unknown; err then says which is nearest. */
const struct command *command_find(const char *name, struct error *err);

/*
 * Parse argv after the command's name. ERR_USAGE names the option, and the
 * nearest known one when it is unknown. Values may be "--name=value",
 * "--name value", "-n value" or "-nvalue"; "--" ends options, "-" is an operand.
 * --help ends parsing at once: what else is there is then not looked at. argv
 * must outlive *out. On failure *out is NULL.
 */
int args_parse(struct args **out, const struct command *cmd, int argc, char **argv,
	       struct error *err) MUST_USE;
void args_free(struct args *a); /* NULL is fine */

/* Give the options that were not on the command line the defaults of the user, which must outlive
 * `a`. ERR_USAGE: one is not what the option takes. */
int args_add_defaults(struct args *a, const struct defaults *d, struct error *err) MUST_USE;
/* "homenode: --policy=flat is from HOMENODE_POLICY", a line each, for those that were given. */
void args_say_defaults(struct args *a, FILE *out);
/* Where the option comes from that an error speaks of, behind its sentence. */
void args_explain(struct args *a, struct error *err);

/* The words that were parsed, to keep with a result how it was asked for; what defaults gave stands
 * before them, so that the same words mean the same where there are none. */
char *const *args_words(const struct args *a, int *nr);

/* In the functions below `name` must be an option of the command's table (BUG
 * otherwise): a misspelt name here is a bug of ours, not the user's. */
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
/* A bare number is MB (bytes_parse_option()). */
int args_bytes(const struct args *a, const char *name, int64_t *out, struct error *err) MUST_USE;
int args_duration(const struct args *a, const char *name, int64_t *out_ns,
		  struct error *err) MUST_USE;
bool args_given(const struct args *a, const char *name);
/* Given on the command line: then it goes before a default that does not go with it. */
bool args_typed(const struct args *a, const char *name);
/* --jobs of commands that have OPTION_JOBS: absent, as many as this process has CPUs. */
int args_jobs(const struct args *a, unsigned *out, struct error *err) MUST_USE;

enum output_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV, FORMAT_OPENMETRICS };
/* --format, which is one of those that the option's row names (args_parse() looks). Absent:
 * FORMAT_TEXT. */
int args_format(const struct args *a, enum output_format *out, struct error *err) MUST_USE;

/*
 * A HOST argument as a loaded host: "this", a name from topologies/, or a path
 * to an hwloc XML file. A name is looked up in topologies/ first; what has a
 * slash or ends in ".xml" is a path. "xen" is the host whose dom0 this is (ERR_CANNOT
 * elsewhere), an unknown name ERR_USAGE with the nearest known one; else as host_load().
 */
struct host;
int find_host(const char *name, struct host **out, struct error *err) MUST_USE;
/* Was it found as "xen"? Then what is free on it is known too (backend-xen/xen.h). */
bool host_is_xen(const struct host *h);
/* A WORKLOAD argument as a path: a name from workloads/, or a file. The caller frees. */
int find_workload(const char *name, char **path, struct error *err) MUST_USE;
/* A POLICY argument of the option as it is shown ("--policy"): its name, or "compact" or
 * "scatter" for Edera's. ERR_USAGE names the nearest known one. */
struct policy;
#define POLICIES_MAX 64
int find_policy(const char *option, const char *name, const struct policy **out,
		struct error *err) MUST_USE;
/* The same for several: "all" alone is every policy; a policy twice is ERR_USAGE. At most
 * POLICIES_MAX, in the order given; `name` is NULL-terminated. */
int find_named_policies(const char *option, const char *const *name, const struct policy **out,
			size_t *nr, struct error *err) MUST_USE;
/* Those that a repeating option (without dashes) lists by commas; all of them when it is
 * absent. */
int find_policies(const struct args *args, const char *option, const struct policy **out,
		  size_t *nr, struct error *err) MUST_USE;
/* Names of those that --policy lists, as rows of results have them, in that order: the first is
 * the baseline. Nothing where it is not given; "all" is no name. NULL-terminated, in the arena. */
struct arena;
const char **policies_asked_for(const struct args *args, struct arena *a);
/* Is there a host choice of this name? ERR_USAGE names where it stands and the nearest
 * known one. */
int find_choice(const char *where, const char *name, struct error *err) MUST_USE;
/* "homenode: warning: ..." on stderr; the sentence may have names in it. */
void print_warning(const char *sentence);
/* The same for each warning of the host, unless quiet. */
void print_host_warnings(const struct host *h, bool quiet);

void help_command(const struct command *cmd, FILE *out);
void help_program(const struct command *const *all, FILE *out);
/* man.c: the page of the program and that of a command, in roff's man macros; and all of them as
 * files. cmd_probe's has the program homenode-probe too, whose page has that name. */
void man_program(FILE *out);
void man_command(const struct command *cmd, FILE *out);
int man_pages(const char *directory, struct error *err) MUST_USE;
/* A script that makes the shell ("bash", "zsh", "fish") ask this program what may stand at the
 * cursor; false: not a shell that is known. */
bool completion_script(const char *shell, FILE *out);

/* How the command is called: "homenode plan [OPTION...] HOST ZONES"; the caller frees. */
char *command_usage(const struct command *cmd) MUST_USE;

#endif
