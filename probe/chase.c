#include "probe/chase.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "base/units.h"
#include "probe/crew.h"
#include "probe/machine.h"
#include "probe/stream.h"

#define BLOCK_BYTES 4096 /* a load thread reads so much between looks at the clock */

struct load_state {
	/* written by one thread each, read by the chaser */
	_Alignas(64) atomic_uint_least64_t bytes;
	double sink;
};

struct job {
	struct crew crew;
	const struct chase_request *r;
	uint64_t hops;
	int64_t *ns; /* by repeat */
	int64_t load_bytes, load_ns;
	struct load_state *load;
	atomic_bool stop;
	void *volatile sink; /* where the walk ended: it cannot be left out */
};

static void **line_at(void *memory, size_t i)
{
	return (void **)(void *)((char *)memory + i * CHASE_LINE_BYTES);
}

void chase_make_cycle(void *memory, size_t lines, uint64_t seed)
{
	struct rng rng;

	rng_seed(&rng, seed, "chase");
	for (size_t i = 0; i < lines; i++)
		*line_at(memory, i) = line_at(memory, i);
	for (size_t i = lines - 1; i > 0; i--) {
		size_t j = (size_t)rng_below(&rng, i);
		void *keep = *line_at(memory, i);

		*line_at(memory, i) = *line_at(memory, j);
		*line_at(memory, j) = keep;
	}
}

static uint64_t load_total(const struct job *job)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < job->r->nr_loads; i++)
		sum += atomic_load_explicit(&job->load[i].bytes, memory_order_relaxed);
	return sum;
}

static void chase(struct job *job)
{
	const struct chase_request *r = job->r;
	uint64_t lines = r->bytes / CHASE_LINE_BYTES, before;
	void *at;

	chase_make_cycle(r->memory, lines, r->seed);
	at = chase_walk(r->memory, job->hops);
	before = load_total(job);
	job->load_ns = machine_now_ns();
	for (uint32_t i = 0; i < r->repeats; i++) {
		int64_t begin = machine_now_ns();

		at = chase_walk(at, job->hops);
		job->ns[i] = machine_now_ns() - begin;
	}
	job->load_ns = machine_now_ns() - job->load_ns;
	job->load_bytes = (int64_t)(load_total(job) - before);
	job->sink = at;
	atomic_store(&job->stop, true);
}

static void load(struct job *job, uint32_t i)
{
	const struct chase_load *l = &job->r->load[i];
	struct load_state *state = &job->load[i];
	const size_t block = BLOCK_BYTES / sizeof(double);
	double sum = 0;

	for (size_t at = 0; !atomic_load_explicit(&job->stop, memory_order_relaxed);) {
		size_t nr = l->nr - at < block ? l->nr - at : block;

		sum += stream_read(l->data + at, nr);
		at = at + nr < l->nr ? at + nr : 0;
		atomic_fetch_add_explicit(&state->bytes, nr * sizeof(double), memory_order_relaxed);
		for (volatile uint32_t p = 0; p < job->r->pause; p++)
			;
	}
	state->sink = sum;
}

static void work(void *context, uint32_t i)
{
	if (i == 0)
		chase(context);
	else
		load(context, i - 1);
}

static int by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

static int64_t hop_ps(int64_t ns, uint64_t hops)
{
	int64_t ps = (int64_t)((int128)ns * 1000 / (int128)hops);

	return ps > 0 ? ps : 1;
}

int chase_run(const struct chase_request *r, struct chase_result *out, struct error *err)
{
	struct job job = {.r = r};
	struct cpuset *cpus = xcalloc(r->nr_loads + (size_t)1, sizeof(*cpus));
	uint64_t lines = r->bytes / CHASE_LINE_BYTES;
	int rc;

	BUG_ON(lines < 2 || !r->repeats || r->repeats > CHASE_REPEATS_MAX);
	job.hops = ((r->hops ? r->hops : lines) + CHASE_STRIDE - 1) / CHASE_STRIDE * CHASE_STRIDE;
	job.ns = xcalloc(r->repeats, sizeof(*job.ns));
	job.load = xaligned(64, (r->nr_loads + (size_t)1) * sizeof(*job.load));
	atomic_init(&job.stop, false);
	cpus[0] = r->cpus;
	for (uint32_t i = 0; i < r->nr_loads; i++) {
		BUG_ON(!r->load[i].nr);
		atomic_init(&job.load[i].bytes, 0);
		cpus[i + 1] = r->load[i].cpus;
	}
	rc = crew_run(&job.crew, cpus, r->nr_loads + 1, work, &job, err);
	if (!rc) {
		qsort(job.ns, r->repeats, sizeof(*job.ns), by_size);
		*out = (struct chase_result){
			.repeats = r->repeats,
			.lines = lines,
			.hops = job.hops,
			.best_ps = hop_ps(job.ns[0], job.hops),
			.median_ps = hop_ps(job.ns[r->repeats / 2], job.hops),
			.worst_ps = hop_ps(job.ns[r->repeats - 1], job.hops),
		};
		if (r->nr_loads)
			out->load_bytes_per_s = (int64_t)((int128)job.load_bytes * NS_PER_S /
							  (job.load_ns > 0 ? job.load_ns : 1));
	}
	free(cpus);
	free(job.load);
	free(job.ns);
	return rc;
}
