#include "backend-linux/zone_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "probe/chase.h"
#include "probe/machine.h"
#include "probe/stream.h"
#include "probe/traffic.h"

/* A round of the loops moves about 3.3 times the memory; large zones get fewer. */
#define STREAM_ROUNDS_MAX 10
#define STREAM_ROUNDS_MIN 3
#define STREAM_TOTAL_BYTES (64 * GIB)
#define CHASE_ROUNDS 3
#define CHASE_HOPS ((uint64_t)1 << 20)
#define CHASE_LINES_MIN ((int64_t)1 << 22)

#define WORK_ROUNDS 3 /* that count */
#define WORK_ROUNDS_MAX 12
#define CPU_PPM_MIN 950000 /* a window in which a vCPU had less of its CPU does not count */
#define WARM_NS (50 * NS_PER_MS)
#define WINDOW_NS (200 * NS_PER_MS)
#define LOAD_WINDOW_NS (50 * NS_PER_MS)

/* The vnode whose memory a thread uses, its place among those who do and how many. */
struct seat {
	uint32_t vnode, i, of;
};

static uint32_t thread_vnode(const struct layout *l, uint32_t thread)
{
	uint32_t v = 0;

	if (l->flat)
		return thread % l->nr_vnodes;
	for (uint32_t end = l->vnode[0].vcpus; thread >= end; end += l->vnode[v].vcpus)
		v++;
	return v;
}

static struct seat seat_of(const struct layout *l, uint32_t thread)
{
	struct seat s = {.vnode = thread_vnode(l, thread)};

	for (uint32_t t = 0; t < l->nr_vcpus; t++) {
		if (thread_vnode(l, t) != s.vnode)
			continue;
		s.i += t < thread;
		s.of++;
	}
	return s;
}

static int probe_triad(struct zone_work *z, int64_t *out, struct error *err)
{
	const struct layout *l = z->layout;
	struct stream_part *part = xcalloc(l->nr_vcpus, sizeof(*part));
	struct stream_result result;
	int64_t bytes = 0, rounds;
	int rc = 0;

	for (uint32_t t = 0; t < l->nr_vcpus; t++) {
		struct seat s = seat_of(l, t);
		const struct region *r = &z->memory->region[s.vnode];
		size_t share = (size_t)(r->have_bytes / s.of) / CHASE_LINE_BYTES * CHASE_LINE_BYTES;

		bytes += stream_divide(r->base + share * s.i, share, &part[t], 1) * 3;
	}
	*out = 0;
	rounds = bytes ? STREAM_TOTAL_BYTES / bytes : 0;
	rounds = rounds > STREAM_ROUNDS_MAX ? STREAM_ROUNDS_MAX : rounds;
	rounds = rounds < STREAM_ROUNDS_MIN ? STREAM_ROUNDS_MIN : rounds;
	if (bytes)
		rc = stream_run(z->crew, part, (uint32_t)rounds, &result, err);
	if (bytes && !rc)
		*out = result.rate[STREAM_TRIAD].median_bytes_per_s;
	free(part);
	return rc;
}

/* One vCPU follows pointers through the memory of one vnode; 0: it has none. */
static int64_t chase_ps(struct zone_work *z, uint32_t thread, uint32_t vnode, int64_t lines_max)
{
	const struct region *r = &z->memory->region[vnode];
	int64_t lines = r->have_bytes / CHASE_LINE_BYTES, every = (lines - 1) / lines_max + 1;
	struct chase_request request = {
		.memory = r->base,
		.bytes = (size_t)r->have_bytes,
		/* all of the memory is visited, if not every line of it */
		.stride_bytes = (size_t)every * CHASE_LINE_BYTES,
		.chaser = thread,
		.hops = CHASE_HOPS,
		.repeats = CHASE_ROUNDS,
	};
	struct chase_result result;

	if (lines < 2)
		return 0;
	chase_run(z->crew, &request, &result);
	return result.median_ps;
}

/* The mean over vCPUs; where the guest is told nothing, of their mean over memory. */
static int64_t probe_latency(struct zone_work *z)
{
	const struct layout *l = z->layout;
	uint32_t first = 0;
	int128 sum = 0, weight = 0;
	struct cpuset all = {0};
	const char *from;
	int64_t lines;

	for (uint32_t v = 0; v < l->nr_vnodes; v++)
		cpuset_or(&all, &l->vnode[v].cpus);
	/* beyond what the caches hold */
	lines = STREAM_CACHE_FACTOR * machine_last_cache_bytes(NULL, &all, &from) /
		CHASE_LINE_BYTES;
	lines = lines < CHASE_LINES_MIN ? CHASE_LINES_MIN : lines;
	for (uint32_t v = 0; v < l->nr_vnodes; first += l->vnode[v++].vcpus) {
		if (!l->vnode[v].vcpus)
			continue;
		for (uint32_t m = 0; m < l->nr_vnodes; m++) {
			int64_t have = z->memory->region[m].have_bytes, ps;
			int128 w = (int128)l->vnode[v].vcpus * (l->flat ? have / PAGE_BYTES : 1);

			if (!l->flat && m != v)
				continue;
			ps = chase_ps(z, first, m, lines);
			sum += ps ? w * ps : 0;
			weight += ps ? w : 0;
		}
	}
	return weight ? (int64_t)(sum / weight) : 0;
}

/* --- one work by itself, and loads ------------------------------------------------- */

static int loop_of(enum step_work work, const struct kernel_set *set, enum kernel_op *out,
		   struct error *err)
{
	static const enum kernel_op loop[NR_WORKS] = {
		[WORK_READ] = KERNEL_READ,
		[WORK_WRITE] = KERNEL_WRITE_NT,
		[WORK_MIX] = KERNEL_MIX_2_1,
	};

	*out = loop[work];
	if (kernel_is_non_temporal(*out) && !set->non_temporal)
		return error_set(err, ERR_CANNOT,
				 "this processor has no stores past the caches that are known "
				 "here, so writes by themselves cannot be measured");
	return 0;
}

/* Every thread its share of its vnode's memory; the caller frees *out. */
static int share_out(struct zone_work *z, enum kernel_op op, int64_t limit_bytes_per_s,
		     struct traffic **out, struct error *err)
{
	const struct layout *l = z->layout;
	bool none = true;

	*out = xcalloc(l->nr_vcpus, sizeof(**out));
	for (uint32_t t = 0; t < l->nr_vcpus; t++) {
		struct seat s = seat_of(l, t);
		const struct region *r = &z->memory->region[s.vnode];

		(*out)[t] = traffic_share(op, r->base, (size_t)r->have_bytes, s.i, s.of);
		(*out)[t].limit_bytes_per_s = limit_bytes_per_s / l->nr_vcpus;
		if (!(*out)[t].span.bytes)
			(*out)[t].kind = TRAFFIC_NONE;
		none = none && !(*out)[t].span.bytes;
	}
	return none ? error_set(err, ERR_CANNOT, "its memory is too small for its vCPUs") : 0;
}

static struct load_window run_window(struct zone_work *z, struct traffic *t, int64_t warm_ns,
				     int64_t window_ns)
{
	struct traffic_result result;

	traffic_run(z->crew,
		    &(struct traffic_request){.set = kernels_choose(NULL),
					      .member = t,
					      .warm_ns = warm_ns,
					      .window_ns = window_ns},
		    &result);
	return (struct load_window){result.bytes_per_s, result.cpu_ppm};
}

static int by_rate(const void *x, const void *y)
{
	const struct load_window *a = x, *b = y;

	return (a->bytes_per_s > b->bytes_per_s) - (a->bytes_per_s < b->bytes_per_s);
}

static int by_cpu(const void *x, const void *y)
{
	const struct load_window *a = x, *b = y;

	return (a->cpu_ppm > b->cpu_ppm) - (a->cpu_ppm < b->cpu_ppm);
}

static int disturbed(struct error *err)
{
	return error_set(err, ERR_NO_ROOM,
			 "its vCPUs had less than %d %% of their CPUs' time: something else ran "
			 "there",
			 CPU_PPM_MIN / 10000);
}

/* The median of the first rounds in which nobody else had the CPUs. */
static int take_rounds(struct zone_work *z, struct traffic *t, int64_t *out, struct error *err)
{
	struct load_window good[WORK_ROUNDS], w;
	int nr = 0;

	for (int i = 0; i < WORK_ROUNDS_MAX && nr < WORK_ROUNDS; i++) {
		w = run_window(z, t, WARM_NS, WINDOW_NS);
		if (w.cpu_ppm >= CPU_PPM_MIN)
			good[nr++] = w;
	}
	if (!nr)
		return disturbed(err);
	qsort(good, (size_t)nr, sizeof(good[0]), by_rate);
	*out = good[(nr - 1) / 2].bytes_per_s;
	return 0;
}

static int probe_bandwidth(struct zone_work *z, enum step_work work, int64_t *out,
			   struct error *err)
{
	struct traffic *t = NULL;
	enum kernel_op op;
	int rc = loop_of(work, kernels_choose(NULL), &op, err);

	if (!rc)
		rc = share_out(z, op, 0, &t, err);
	if (!rc)
		rc = take_rounds(z, t, out, err);
	free(t);
	return rc;
}

int zone_work_probe(struct zone_work *z, enum step_work work, int64_t *bytes_per_s,
		    int64_t *latency_ps, struct error *err)
{
	int rc = 0;

	if (z->load != WORK_NONE)
		return error_set(err, ERR_CANNOT, "the zone is at work: end its load first");
	if (work == WORK_NONE)
		rc = probe_triad(z, bytes_per_s, err);
	else if (work != WORK_CHASE)
		return probe_bandwidth(z, work, bytes_per_s, err);
	if (!rc)
		*latency_ps = probe_latency(z);
	if (!rc && work == WORK_CHASE && !*latency_ps)
		rc = error_set(err, ERR_CANNOT, "its vCPUs have no memory to follow pointers in");
	return rc;
}

/* What the load that ends got at last. */
static int end_load(struct zone_work *z, int64_t *bytes_per_s, struct error *err)
{
	size_t nr = z->windows < LOAD_WINDOWS ? (size_t)z->windows : LOAD_WINDOWS;
	int64_t cpu_ppm;

	z->load = WORK_NONE;
	if (!nr)
		return 0;
	qsort(z->window, nr, sizeof(z->window[0]), by_cpu);
	cpu_ppm = z->window[(nr - 1) / 2].cpu_ppm;
	qsort(z->window, nr, sizeof(z->window[0]), by_rate);
	*bytes_per_s = z->window[(nr - 1) / 2].bytes_per_s;
	return cpu_ppm >= CPU_PPM_MIN ? 0 : disturbed(err);
}

int zone_work_load(struct zone_work *z, enum step_work work, int64_t limit_bytes_per_s,
		   int64_t *bytes_per_s, struct error *err)
{
	enum kernel_op op;
	struct traffic *t = NULL;
	int rc;

	*bytes_per_s = 0;
	if (work == WORK_NONE)
		return end_load(z, bytes_per_s, err);
	z->load = WORK_NONE;
	rc = loop_of(work, kernels_choose(NULL), &op, err);
	if (!rc)
		rc = share_out(z, op, limit_bytes_per_s, &t, err);
	free(t);
	if (rc)
		return rc;
	z->load = work;
	z->limit_bytes_per_s = limit_bytes_per_s;
	zone_work_go_on(z);
	/* it began from a standstill */
	z->windows = 0;
	return 0;
}

void zone_work_go_on(struct zone_work *z)
{
	struct traffic *t = NULL;
	enum kernel_op op;

	if (loop_of(z->load, kernels_choose(NULL), &op, NULL) == 0 &&
	    share_out(z, op, z->limit_bytes_per_s, &t, NULL) == 0)
		z->window[z->windows++ % LOAD_WINDOWS] = run_window(z, t, 0, LOAD_WINDOW_NS);
	free(t);
}
