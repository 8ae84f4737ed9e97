#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/terminal.h"
#include "base/units.h"

/* How often the line changes. */
#define PROGRESS_STEP_NS (200 * NS_PER_MS)
#define MANY_EVENTS 100000 /* from here on in millions */

void progress_begin(struct progress *p, const char *unit, bool quiet)
{
	*p = (struct progress){.show = !quiet && isatty(STDERR_FILENO), .unit = unit};
	p->start_ns = p->last_ns = monotonic_ns();
}

const char *progress_events(uint64_t events, int64_t spent_ns, char *buf, size_t size)
{
	char text[40], rate[40];
	int64_t per_s = spent_ns ? (int64_t)((int128)events * NS_PER_S / spent_ns) : 0;

	/* few are counted: "0.0 M" says nothing */
	if (events < MANY_EVENTS)
		snprintf(buf, size, "%" PRIu64 " events", events);
	else if (per_s < MANY_EVENTS / 10)
		snprintf(buf, size, "%s M events, %" PRId64 "/s",
			 decimal_text((int64_t)events, 1000000, 1, text, sizeof(text)), per_s);
	else
		snprintf(buf, size, "%s M events, %s M/s",
			 decimal_text((int64_t)events, 1000000, 1, text, sizeof(text)),
			 decimal_text(per_s, 1000000, 2, rate, sizeof(rate)));
	return buf;
}

/* "row 3 of 16: 1.2 M events, 0.95 M/s, 517 zones live, 42 %, 12 s left" */
static void print_line(const struct progress *p, const struct experiment_progress *now,
		       int64_t spent_ns, char *line, size_t size)
{
	char left[32], events[80];
	int n = snprintf(line, size, "%s %zu of %zu: %s, %u zones live", p->unit, now->begun,
			 now->rows, progress_events(now->events, spent_ns, events, sizeof(events)),
			 now->live_zones);
	int64_t share = now->share_ppm, left_ns;

	if (share <= 0 || n <= 0 || (size_t)n >= size)
		return;
	left_ns = (int64_t)((int128)spent_ns * (1000000 - share) / share) + NS_PER_S - 1;
	snprintf(line + n, size - (size_t)n, ", %s %%, %s left",
		 decimal_text(share, 10000, 0, events, sizeof(events)),
		 duration_text(left_ns / NS_PER_S * NS_PER_S, left, sizeof(left)));
}

void progress_line(struct progress *p, const char *line)
{
	size_t n = strlen(line), most = terminal_columns(stderr) - 1;

	n = n < most ? n : most; /* a line that wraps cannot be written over */
	fprintf(stderr, "\r%-*.*s", (int)p->width, (int)n, line);
	fflush(stderr);
	p->width = n;
	p->shown = true;
}

void progress_show(void *context, const struct experiment_progress *now)
{
	struct progress *p = context;
	int64_t clock = monotonic_ns();
	char line[256];

	if (!p->show || clock - p->last_ns < PROGRESS_STEP_NS)
		return;
	p->last_ns = clock;
	print_line(p, now, clock - p->start_ns, line, sizeof(line));
	progress_line(p, line);
}

void progress_end(struct progress *p)
{
	if (!p->shown)
		return;
	fprintf(stderr, "\r%*s\r", (int)p->width, "");
	p->shown = false;
	p->width = 0;
}
