/*
 * WORKLOAD and how a trace is read: --trace --skip-bad --cache --sort.
 */
#ifndef CLI_TRACE_FLAGS_H
#define CLI_TRACE_FLAGS_H

#include "cli/command.h"
#include "zone/workload.h"

/* Rows of the table of a command that replays traces; it has "trace" and "skip-bad" too. */
#define TRACE_OPTIONS                                                                              \
	{"sort", 0, NULL, "read a trace's rows in the order of their time", OPTION_RARE},          \
	{                                                                                          \
		"cache", 0, "DIR", "keep what a trace's rows become there", OPTION_RARE            \
	}

/* The command's first operand, found and loaded. */
int load_workload(struct workload *out, const struct args *args, struct error *err) MUST_USE;
/* Sorted, and into or from the cache; after scale_to_hosts(), as what rows become may depend on
 * the host. */
int prepare_trace(struct workload *w, const struct args *args, struct error *err) MUST_USE;

/* On standard error: rows that have something that is not used or was assumed, rows that were
 * skipped, warnings. `trace` names the trace: "the trace". */
void say_trace_notes(const char *trace, const struct zone_stream_note *note);
void say_bad_rows(uint64_t bad_rows, const char *first_bad);
void say_trace_warnings(uint64_t warnings, const char *first_warning);

#endif
