/*
 * The loop over a load fitted to nothing, beside plain loops over the same events. The bound
 * is a loop that only merges arrivals with departures: what any replay does. Shares of it are
 * quoted twice: with the heap that such a loop is written with, and with the loop's own queue.
 *
 * Arrivals come out of the cache of a trace that was read before, and out of memory; the
 * generator alone is a line of the table. All are run in turn, several times, and the quickest of
 * each counts: the machine is seldom idle.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/table.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run.h"
#include "bench/speed/speed.h"
#include "sim/sim.h"
#include "zone/generator.h"
#include "zone/trace_cache.h"

#define RUNS 5
#define RUNS_OF_A_FLEET 3

/* Of a run's peak memory: what the program takes before the first zone, a host and a zone. */
#define PROGRAM_BYTES (32 * MIB)
#define HOST_BYTES 512
#define ZONE_BYTES 96

/* A load on a fleet of hosts that are all alike. */
struct load {
	/* The generator; the same events out of memory, and out of a trace's cache. */
	struct workload w, listed, cached;
	struct workload_generator g;
	struct host *model;
	const struct host **host;
	uint32_t nr_hosts;
	struct zone *zone; /* of the events, one a size */
	struct zone_event *event;
	struct arrival *arrival;
	size_t nr;
};

static NORETURN void fail(const struct error *err)
{
	fprintf(stderr, "homenode-speed: %s\n", err->text);
	exit(error_exit_status(err->code));
}

/* `nr` arrivals, as many an hour a host as there are zones alive on it. */
static void load_open(struct load *l, size_t nr, uint32_t nr_hosts)
{
	struct error err;

	memset(l, 0, sizeof(*l));
	if (workload_load(&l->w, "bench/speed/replay.json", NULL, &err) ||
	    host_load(&l->model, "topologies/epyc-nps4-8n.xml", &err))
		fail(&err);
	l->nr = nr;
	l->nr_hosts = nr_hosts;
	l->host = xcalloc(nr_hosts, sizeof(*l->host));
	for (uint32_t i = 0; i < nr_hosts; i++)
		l->host[i] = l->model;
	l->g = *l->w.generator;
	l->g.per_hour = l->g.per_hour / 1000 * nr_hosts;
	l->g.limit = nr;
	l->w.generator = &l->g;
}

/* The zone of this size, which outlives the stream's. */
static const struct zone *zone_like(struct load *l, const struct zone *z)
{
	uint32_t i = 0;

	while (l->zone[i].vcpus != z->vcpus || l->zone[i].memory_bytes != z->memory_bytes)
		i++;
	return &l->zone[i];
}

/* All events, written down. */
static void load_list(struct load *l)
{
	const struct zone_event *ev;
	struct zone_stream *s;
	struct error err;

	l->zone = xcalloc(l->g.nr_sizes, sizeof(*l->zone));
	memcpy(l->zone, l->g.size, l->g.nr_sizes * sizeof(*l->zone));
	for (uint32_t i = 0; i < l->g.nr_sizes; i++)
		l->zone[i].name = "zone";
	l->event = xcalloc(l->nr, sizeof(*l->event));
	l->arrival = xcalloc(l->nr, sizeof(*l->arrival));
	if (workload_open(&s, &l->w, 1, false, &err))
		fail(&err);
	for (size_t i = 0; i < l->nr; i++) {
		if (zone_stream_next(s, &ev, &err))
			fail(&err);
		BUG_ON(!ev);
		l->event[i] = *ev;
		l->event[i].zone = zone_like(l, ev->zone);
		l->arrival[i] = (struct arrival){
			.at_ns = ev->at_ns,
			.lifetime_ns = ev->lifetime_ns,
			.bytes = ev->zone->memory_bytes,
			.vcpus = ev->zone->vcpus,
		};
	}
	zone_stream_close(s);
	l->listed = l->w;
	l->listed.source = SOURCE_EVENTS;
	l->listed.event = l->event;
	l->listed.nr_events = l->nr;
}

/* The same events as a trace leaves them in its cache. The file has no name any more. */
static void load_cache(struct load *l)
{
	static const char key[TRACE_CACHE_KEY + 1] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	const char *tmp = getenv("TMPDIR");
	char *directory = xasprintf("%s/homenode-speed-XXXXXX", tmp ? tmp : "/tmp"), *path;
	struct zone_stream *s;
	struct error err;

	if (!mkdtemp(directory)) {
		fprintf(stderr, "homenode-speed: %s cannot be made\n", directory);
		exit(3);
	}
	path = xasprintf("%s/replay.cache", directory);
	l->cached = l->w;
	l->cached.source = SOURCE_TRACE;
	l->cached.trace_format = trace_format_find("homenode-csv");
	if (workload_open(&s, &l->listed, 1, false, &err) ||
	    trace_cache_write(path, key, s, &err) ||
	    trace_cache_load(&l->cached.cache, path, key, &err))
		fail(&err);
	zone_stream_close(s);
	unlink(path);
	rmdir(directory);
	free(path);
	free(directory);
}

static void load_close(struct load *l)
{
	trace_cache_free(l->cached.cache);
	free(l->event);
	free(l->arrival);
	free(l->zone);
	free(l->host);
	host_free(l->model);
	workload_release(&l->w);
}

/* --- what is timed ------------------------------------------------------------------- */

static struct run_result run_load(const struct load *l, const struct workload *w,
				  const struct observer *o)
{
	struct run_input in = {
		.workload = w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = &sim_backend,
		.host = l->host,
		.nr_hosts = l->nr_hosts,
		.topology = "epyc-nps4-8n",
		.observer = o,
		.nr_observers = o != NULL,
	};
	struct run_result result;
	struct error err;

	if (run_row(&in, &result, &err))
		fail(&err);
	return result;
}

static uint64_t time_listed(struct load *l)
{
	return (uint64_t)run_load(l, &l->listed, NULL).row.events;
}

static uint64_t time_cached(struct load *l)
{
	return (uint64_t)run_load(l, &l->cached, NULL).row.events;
}

static uint64_t time_generated(struct load *l)
{
	return (uint64_t)run_load(l, &l->w, NULL).row.events;
}

static uint64_t time_heap(struct load *l)
{
	return floor_heap(l->arrival, l->nr);
}

static uint64_t time_queue(struct load *l)
{
	return floor_queue(l->arrival, l->nr);
}

static uint64_t time_scan(struct load *l)
{
	return floor_linear_scan(l->arrival, l->nr, l->nr_hosts);
}

static uint64_t time_generator(struct load *l)
{
	const struct zone_event *ev;
	struct zone_stream *s;
	struct error err;
	uint64_t nr = 0;

	if (workload_open(&s, &l->w, 1, false, &err))
		fail(&err);
	while (!zone_stream_next(s, &ev, &err) && ev)
		nr++;
	zone_stream_close(s);
	return nr;
}

enum { CACHED, LISTED, GENERATED, HEAP, QUEUE, SCAN, GENERATOR, CONTESTS };

static const struct contest {
	const char *name;
	uint64_t (*run)(struct load *l);
} contests[CONTESTS] = {
	[CACHED] = {"homenode, out of a trace's cache", time_cached},
	[LISTED] = {"homenode, events out of memory", time_listed},
	[GENERATED] = {"homenode, events generated", time_generated},
	[HEAP] = {"plain merge loop, a heap", time_heap},
	[QUEUE] = {"plain merge loop, homenode's queue", time_queue},
	[SCAN] = {"plain loop, linear first fit x 8 nodes", time_scan},
	[GENERATOR] = {"generator alone (arrivals)", time_generator},
};

static void time_once(const struct contest *c, struct load *l, double *best_ns)
{
	int64_t start = process_cpu_ns();
	uint64_t events = c->run(l);
	double ns = (double)(process_cpu_ns() - start) / (double)events;

	*best_ns = *best_ns == 0 || ns < *best_ns ? ns : *best_ns;
}

void speed_replay(size_t nr, uint32_t nr_hosts)
{
	double best_ns[CONTESTS] = {0};
	struct table *t = table_new();
	struct load l;

	load_open(&l, nr, nr_hosts);
	load_list(&l);
	load_cache(&l);
	for (int i = 0; i < RUNS; i++)
		for (size_t c = 0; c < CONTESTS; c++)
			time_once(&contests[c], &l, &best_ns[c]);
	printf("replay of %zu arrivals on %u eight-node hosts, first-fit, edera-compact (CPU time, "
	       "best of %d in turn):\n",
	       nr, nr_hosts, RUNS);
	table_cell(t, "loop");
	table_cell(t, "M events/s");
	table_cell(t, "ns an event");
	table_cell(t, "homenode is x");
	table_end_row(t);
	for (size_t c = 0; c < CONTESTS; c++) {
		table_cell(t, "%s", contests[c].name);
		table_cell(t, "%.2f", 1e3 / best_ns[c]);
		table_cell(t, "%.1f", best_ns[c]);
		table_cell(t, "%.2f", best_ns[c] / best_ns[CACHED]);
		table_end_row(t);
	}
	table_print(t, stdout, 2);
	table_free(t);
	printf("\n");
	load_close(&l);
}

/* --- memory ----------------------------------------------------------------------------- */

/* What is resident when most zones live, beyond what was before the first. */
struct zone_memory {
	int64_t before, at_most;
	uint32_t most;
};

/* Of this program, now: the second figure of /proc/self/statm, in pages. */
static int64_t resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long long all = 0, resident = 0;
	int nr = f ? fscanf(f, "%lld %lld", &all, &resident) : 0;

	if (f)
		fclose(f);
	return nr == 2 ? resident * sysconf(_SC_PAGESIZE) : 0;
}

static int memory_begin(void *self, const struct run_view *view, struct error *err)
{
	struct zone_memory *m = self;

	(void)view;
	(void)err;
	m->before = resident_bytes();
	return 0;
}

static int memory_look(void *self, const struct run_view *view, const struct zone_news *n,
		       struct error *err)
{
	struct zone_memory *m = self;
	uint32_t live = view->cluster->live.nr_live;

	(void)n;
	(void)err;
	/* counting takes a while: each thousandth more */
	if (live <= m->most + m->most / 1000)
		return 0;
	m->most = live;
	m->at_most = resident_bytes();
	return 0;
}

static const struct observer_ops memory_observer = {
	.name = "memory of zones",
	.wants = NEWS(NEWS_STARTED),
	.on_begin = memory_begin,
	.on_zone = memory_look,
};

static double bytes_a_zone(const struct zone_memory *m)
{
	return m->most ? (double)(m->at_most - m->before) / m->most : 0;
}

static int64_t peak_bytes(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss * (int64_t)1024;
}

void speed_memory(size_t nr, uint32_t nr_hosts)
{
	struct zone_memory memory = {0};
	struct observer o = {&memory_observer, &memory};
	struct run_result result;
	int64_t start, bound, peak;
	struct load l;

	load_open(&l, nr, nr_hosts);
	start = process_cpu_ns();
	result = run_load(&l, &l.w, &o);
	printf("%zu zones through %u eight-node hosts, %" PRId64 " alive at once, in %.1f s of CPU "
	       "time:\n",
	       nr, nr_hosts, result.row.peak_live_zones, (double)(process_cpu_ns() - start) / 1e9);
	bound = PROGRAM_BYTES + (int64_t)HOST_BYTES * nr_hosts +
		ZONE_BYTES * result.row.peak_live_zones;
	peak = peak_bytes();
	printf("  resident a live zone, all rooms: %.1f bytes\n", bytes_a_zone(&memory));
	printf("  peak resident: %.1f MiB; bound: %.1f MiB (%lld MiB, %d bytes a host, %d a zone "
	       "alive)\n",
	       (double)peak / MIB, (double)bound / MIB, (long long)(PROGRAM_BYTES / MIB),
	       HOST_BYTES, ZONE_BYTES);
	load_close(&l);
	if (peak > bound) {
		fprintf(stderr, "homenode-speed: the run took more memory than its bound\n");
		exit(1);
	}
}

/* --- fleets ------------------------------------------------------------------------------- */

static const uint32_t fleet[] = {1000, 10000, 100000};
#define FLEETS (sizeof(fleet) / sizeof(fleet[0]))

/* Twice as many as live at once, and so many that filling a fleet is not most of it. */
static size_t arrivals_for(uint32_t hosts)
{
	return hosts * (size_t)48 > 3000000 ? hosts * (size_t)48 : 3000000;
}

static void fleet_row(struct table *t, size_t i, const double *ns, const double *bound_ns)
{
	table_cell(t, "%u", fleet[i]);
	table_cell(t, "%.1f", ns[i]);
	table_cell(t, "%.2f", ns[i] / ns[0]);
	table_cell(t, "%.1f", bound_ns[i]);
	table_cell(t, "%.2f", bound_ns[i] / bound_ns[0]);
	table_cell(t, "%.2f", bound_ns[i] / ns[i]);
	table_end_row(t);
}

void speed_fleets(void)
{
	static const char *const head[] = {"hosts", "ns an event", "x", "merge, ns", "x", "share"};
	double ns[FLEETS] = {0}, bound_ns[FLEETS] = {0};
	struct table *t = table_new();
	struct load l[FLEETS];

	for (size_t i = 0; i < FLEETS; i++) {
		load_open(&l[i], arrivals_for(fleet[i]), fleet[i]);
		load_list(&l[i]);
		load_cache(&l[i]);
	}
	for (int r = 0; r < RUNS_OF_A_FLEET; r++) {
		for (size_t i = 0; i < FLEETS; i++) {
			time_once(&contests[CACHED], &l[i], &ns[i]);
			time_once(&contests[HEAP], &l[i], &bound_ns[i]);
		}
	}
	printf("the same load an eight-node host, out of a trace's cache (CPU time, best of %d in "
	       "turn), beside the plain merge loop with a heap:\n",
	       RUNS_OF_A_FLEET);
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		table_cell(t, "%s", head[i]);
	table_end_row(t);
	for (size_t i = 0; i < FLEETS; i++) {
		fleet_row(t, i, ns, bound_ns);
		load_close(&l[i]);
	}
	table_print(t, stdout, 2);
	table_free(t);
	printf("\n");
}
