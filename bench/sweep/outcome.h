/*
 * What is kept of a row of a sweep once it was run, as a struct and as a line of text. The
 * journal keeps such lines, ranks send them, and every row of the results was read from
 * one: where it was run cannot be seen.
 */
#ifndef BENCH_SWEEP_OUTCOME_H
#define BENCH_SWEEP_OUTCOME_H

#include "bench/loop/run_input.h"

/* Bytes of a line at most, its newline and NUL included. */
#define OUTCOME_LINE_MAX 4096

struct outcome {
	size_t row;
	int64_t wall_ns; /* how long it ran; not the same twice */
	/* Its labels are not in the line: they are the matrix's. Nor is what nobody asks of a row
	 * that is over (use_changes, unknown_stops, stopped_early, duration_reached). */
	struct run_result result;
};

/* "row 17 ...\n", its checksum last. */
void outcome_print(const struct outcome *o, char line[OUTCOME_LINE_MAX]);
/* Labels are left empty. ERR_INPUT: the line is none, or damaged. */
int outcome_parse(struct outcome *out, const char *line, struct error *err) MUST_USE;

/* Puts " #CHECKSUM\n" behind the text. */
void line_seal(char line[OUTCOME_LINE_MAX]);
/* Takes the seal off; false: there is none, or it is another text's. */
bool line_unseal(char *line);

#endif
