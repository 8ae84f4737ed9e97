#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/units.h"

/* How often the line changes. */
#define PROGRESS_STEP_NS (200 * NS_PER_MS)

static int64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

void progress_init(struct progress *p, bool quiet)
{
	*p = (struct progress){.show = !quiet && isatty(STDERR_FILENO)};
}

void progress_begin(struct progress *p, const char *policy, const char *memory, uint64_t seed)
{
	snprintf(p->label, sizeof(p->label), "%s %s seed %llu", policy, memory,
		 (unsigned long long)seed);
	p->start_ns = p->last_ns = clock_ns();
}

/* Share done in ppm: of the trace where its length is known, else of the time
 * that is simulated; -1 when neither is. */
static int64_t share_ppm(const struct run_progress *run)
{
	if (run->total)
		return ppm_wide((int128)run->done, (int128)run->total);
	if (run->duration_ns != NS_NEVER)
		return ppm(run->now_ns, run->duration_ns);
	return -1;
}

void progress_show(void *context, const struct run_progress *run)
{
	struct progress *p = context;
	int64_t now = clock_ns(), spent = now - p->start_ns, share = share_ppm(run);
	char line[256], left[32];
	int n;

	if (!p->show || now - p->last_ns < PROGRESS_STEP_NS)
		return;
	p->last_ns = now;
	n = snprintf(line, sizeof(line), "%s: %.1f M events, %.2f M/s, %u zones live", p->label,
		     (double)run->events / 1e6, (double)run->events / ((double)spent / 1e3),
		     run->live_zones);
	if (share > 0 && n > 0 && (size_t)n < sizeof(line)) {
		int64_t eta = (int64_t)((int128)spent * (1000000 - share) / share);

		snprintf(line + n, sizeof(line) - (size_t)n, ", %lld %%, %s left",
			 (long long)(share / 10000), duration_text(eta, left, sizeof(left)));
	}
	fprintf(stderr, "\r%-*s", (int)p->width, line);
	fflush(stderr);
	p->width = strlen(line);
	p->shown = true;
}

void progress_end(struct progress *p)
{
	if (!p->shown)
		return;
	fprintf(stderr, "\r%*s\r", (int)p->width, "");
	p->shown = false;
	p->width = 0;
}
