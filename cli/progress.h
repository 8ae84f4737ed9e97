/*
 * How far a long run is: one line on the terminal, rewritten in place; nothing
 * when standard error is not a terminal or --quiet was given.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "bench/experiment/experiment.h"

struct progress {
	bool show, shown;
	const char *unit; /* what is counted: "row" */
	int64_t start_ns, last_ns;
	size_t width; /* of the line on the screen */
};

void progress_begin(struct progress *p, const char *unit, bool quiet);
/* The experiment's callback: `context` is the struct progress. */
void progress_show(void *context, const struct experiment_progress *now);
/* "1.2 M events, 0.95 M/s", "5321 events"; returns buf. */
const char *progress_events(uint64_t events, int64_t spent_ns, char *buf, size_t size);
/* Puts this line in the place of the one before, whenever it is. */
void progress_line(struct progress *p, const char *line);
/* Wipes the line. */
void progress_end(struct progress *p);

#endif
