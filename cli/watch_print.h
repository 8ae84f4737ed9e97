/* A sample of homenode watch for people. */
#ifndef CLI_WATCH_PRINT_H
#define CLI_WATCH_PRINT_H

#include "cli/watch_tables.h"

struct watch_pace {
	int64_t asked_ns; /* between two samples */
	int64_t interval_ns; /* until the next: as asked, or longer where samples cost too much */
};

/* Which host, when, how many zones are away; what looking cost and when it is done again. */
void watch_print_head(const struct live_sample *s, const struct watch_tables *t,
		      const struct watch_pace *pace, FILE *out);
/* Its nodes and zones, as wide as `width`, zones as `view` says; then what could not be seen. */
void watch_print_body(const struct live_sample *s, const struct watch_tables *t,
		      const struct view *view, unsigned width, FILE *out);

#endif
