/*
 * How far a long run is: one line on the terminal, rewritten in place; nothing
 * when standard error is not a terminal or --quiet was given.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "bench/run.h"

struct progress {
	bool show, shown;
	char label[96];
	int64_t start_ns, last_ns;
	size_t width; /* of the line on the screen */
};

void progress_init(struct progress *p, bool quiet);
void progress_begin(struct progress *p, const char *policy, const char *memory, uint64_t seed);
/* The run's callback: `context` is the struct progress. */
void progress_show(void *context, const struct run_progress *run);
/* Wipes the line. */
void progress_end(struct progress *p);

#endif
