/*
 * A load: one kernel on all CPUs that were chosen until somebody ends it, so that others can
 * be measured meanwhile. It says when it has begun, in a line of its own, and at its end what
 * it got in its last windows.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/units.h"
#include "probe/program.h"
#include "probe/traffic.h"

#define WINDOWS 8 /* the last ones count: they lie in the time of who is measured */
#define LONGEST_NS NS_PER_HOUR /* nobody ended it, nobody will */

static atomic_bool ended;

static void on_signal(int signal)
{
	(void)signal;
	atomic_store(&ended, true);
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void print(const struct options *o, const struct workers *w, const char *probe,
		  int64_t *window, size_t nr)
{
	struct record r;

	record_begin(&r, stdout, o->json);
	record_text(&r, "probe", probe);
	record_text(&r, "op", kernel_name(w->op));
	record_text(&r, "set", w->set->name);
	record_int(&r, "threads", w->nr);
	record_int(&r, "bytes", (int64_t)w->memory.bytes);
	record_int(&r, "limit_bytes_per_s", o->limit == UNSET ? 0 : (int64_t)o->limit);
	if (nr)
		record_rates(&r, window, nr);
	record_end(&r);
	fflush(stdout);
}

int do_load(const struct options *o, struct error *err)
{
	struct workers w;
	struct traffic_result result;
	int64_t window[WINDOWS], until = monotonic_ns() + LONGEST_NS;
	size_t nr = 0;
	int rc = workers_open(&w, o, err);

	if (rc)
		return rc;
	catch_signals();
	for (uint32_t i = 0; o->limit != UNSET && i < w.nr; i++)
		w.traffic[i].limit_bytes_per_s = (int64_t)(o->limit / w.nr);
	while (!atomic_load(&ended) && monotonic_ns() < until) {
		traffic_run(
			w.crew,
			&(struct traffic_request){.set = w.set,
						  .member = w.traffic,
						  .window_ns = (int64_t)o->window_ms * NS_PER_MS,
						  .stop = &ended},
			&result);
		/* the first one began from a standstill */
		if (result.whole && nr)
			window[(nr - 1) % WINDOWS] = result.bytes_per_s;
		else if (result.whole)
			print(o, &w, "load-begun", NULL, 0);
		nr += result.whole;
	}
	nr = nr ? nr - 1 : 0;
	if (nr)
		print(o, &w, "load", window, nr < WINDOWS ? nr : WINDOWS);
	else
		rc = error_set(err, ERR_CANNOT, "it was ended before there was anything to say");
	workers_close(&w);
	return rc;
}
