/*
 * Defaults of options that a user has: in a file, and in the environment. What the command line
 * says goes before the environment, and that before the file; what is for one command goes before
 * what is for all. HOMENODE_CONFIG is another file, and set to nothing it means no defaults at all,
 * neither of a file nor of the environment: for tests, and for whoever must have the same
 * everywhere.
 *
 * The file is $XDG_CONFIG_HOME/homenode/config.json, or ~/.config/homenode/config.json:
 *	{"all": {"wide": true}, "run": {"policy": ["edera-compact", "flat"], "jobs": 4}}
 * The environment has HOMENODE_<OPTION> for all commands, HOMENODE_<COMMAND>_<OPTION> for one, in
 * capitals and with _ for -: HOMENODE_RUN_POLICY=edera-compact,flat. A flag is yes or no there.
 */
#ifndef CLI_DEFAULTS_H
#define CLI_DEFAULTS_H

#include "base/alloc.h"
#include "cli/command.h"

struct default_value {
	const char *command; /* NULL: all that have such an option */
	const char *option;
	const char *const *value; /* NULL-terminated; "yes" or "no" of a flag */
	const char *from; /* "HOMENODE_WIDE", "/home/x/.config/homenode/config.json:3:9" */
	bool environment;
};

/* Zero-initialise. */
struct defaults {
	struct default_value *value;
	size_t nr, cap;
	const char *path; /* the file that is looked for; NULL: none is */
	bool off; /* HOMENODE_CONFIG says so, or this is a program that has none */
	bool found; /* the file is there */
	const char *warnings; /* lines; "" or NULL: none. Variables that are no option. */
	struct arena arena;
};

/* ERR_INPUT: what is not known in the file, with file:line:column. A variable that is not known may
 * be of something else, and is warned of. What is released on failure is the caller's all the same.
 */
int defaults_load(struct defaults *out, struct error *err) MUST_USE;
/* What counts for an option of a command where the command line does not have it; NULL: nothing. */
const struct default_value *defaults_find(const struct defaults *d, const struct command *cmd,
					  const struct option *o);
/* Where they come from and which there are, for people: `homenode help config`. */
void defaults_print(const struct defaults *d, FILE *out);
/* The same on one line, for --version. */
void defaults_print_short(const struct defaults *d, FILE *out);
void defaults_release(struct defaults *d);

#endif
