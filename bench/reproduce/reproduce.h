/*
 * Published results from published traces. A case a file, with a command of its own that
 * bench/reproduce/NAME runs; each can print its rows of docs/published.md. Every case here
 * is homenode: its fleets, choices, policies, its loop and its simulator, fed with the
 * trace. What could not be said in those terms is in bench/gpu-shares/.
 */
#ifndef BENCH_REPRODUCE_REPRODUCE_H
#define BENCH_REPRODUCE_REPRODUCE_H

#include "cli/command.h"

extern const struct command case_spane, case_vmagent, case_nova, case_requests;

/* Where the traces are: beside the source tree, which has none. */
#define TRACES "../shared/data/traces"

/* Options of every case. */
#define OPTION_DATA                                                                                \
	{                                                                                          \
		"data", 0, "DIR", "the traces (default " TRACES ")", false                         \
	}
#define OPTION_TABLE                                                                               \
	{                                                                                          \
		"table", 0, NULL, "print its rows of the table in docs/", false                    \
	}

/* The file of this option, or `name` in the folder of --data; the caller frees. */
char *input_path(const struct args *args, const char *option, const char *name) MUST_USE;

/* One row of docs/published.md, as text. */
struct table_row {
	const char *what; /* case and unit */
	const char *inputs, *published, *ours, *error, *source;
};

void table_row(const struct table_row *r);

#endif
