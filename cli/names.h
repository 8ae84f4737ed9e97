/*
 * Names that people type, looked up in a list; the one "did you mean" of all commands.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "base/alloc.h"
#include "base/error.h"
#include "cli/command.h"

/* ERR_USAGE: `--allocator: unknown allocator "sli"; did you mean "slit"?`, or without a near
 * one what there is. `names` is NULL-terminated; `option` NULL: an operand, nothing before
 * the colon. */
int unknown_name(struct error *err, const char *option, const char *what, const char *name,
		 const char *const *names);
/* The same for names that are too many for a sentence: without a near one it says who names
 * them, "homenode list policies". */
int unknown_listed(struct error *err, const char *option, const char *what, const char *name,
		   const char *const *names, const char *who);

/* The place of `name` in `names`, or as unknown_name(). */
int find_name(const char *option, const char *what, const char *name, const char *const *names,
	      int *out, struct error *err) MUST_USE;

/* Is `name` this machine as "xen" or "this" has it, alone or with ":FILE" of what was measured of
 * it? *figures becomes FILE, or NULL. */
bool is_machine(const char *name, const char *machine, const char **figures);
/* ERR_USAGE where FILE is empty. */
int check_figures(const char *name, const char *figures, struct error *err) MUST_USE;

/* All values of a repeating option, cut at commas: "a,b" "c" -> a b c; NULL-terminated, in the
 * arena. */
const char **split_list(const struct args *args, const char *option, struct arena *a, size_t *nr);
/* The words of "a|b|c"; NULL-terminated, in the arena. */
const char **cut_choices(const char *text, struct arena *a);

/* Where results go when nobody says: "results/runs/" and what the workload or sweep is called,
 * as a file may be (base/output.h). The caller frees. */
char *run_directory(const char *name);

#endif
