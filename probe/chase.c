#include "probe/chase.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/units.h"
#include "probe/stream.h"

#define BLOCK_BYTES 4096 /* a load thread reads so much between looks at the clock */

struct load_state {
	/* written by one thread each, read by the chaser */
	_Alignas(64) atomic_uint_least64_t bytes;
	double sink;
};

struct job {
	const struct chase_request *r;
	uint32_t nr; /* threads */
	uint64_t hops;
	size_t lines, stride_bytes;
	int64_t *ns; /* by repeat */
	int64_t load_bytes, load_ns;
	struct load_state *load;
	atomic_bool stop;
	void *volatile sink; /* where the walk ended: it cannot be left out */
};

void chase_make_cycle(void *memory, size_t lines, size_t stride_bytes, uint64_t seed)
{
	char *base = memory;
	struct rng rng;

	rng_seed(&rng, seed, "chase");
	for (size_t i = 0; i < lines; i++)
		*(void **)(void *)(base + i * stride_bytes) = base + i * stride_bytes;
	for (size_t i = lines - 1; i > 0; i--) {
		void **a = (void **)(void *)(base + i * stride_bytes);
		void **b = (void **)(void *)(base + (size_t)rng_below(&rng, i) * stride_bytes);
		void *keep = *a;

		*a = *b;
		*b = keep;
	}
}

static void shuffle(uint32_t *order, size_t nr, struct rng *rng)
{
	for (size_t i = 0; i < nr; i++)
		order[i] = (uint32_t)i;
	for (size_t i = nr; i > 1; i--) {
		size_t j = (size_t)rng_below(rng, i);
		uint32_t keep = order[i - 1];

		order[i - 1] = order[j];
		order[j] = keep;
	}
}

void chase_make_blocks(void *memory, size_t bytes, size_t stride_bytes, size_t block_bytes,
		       uint64_t seed, void **entry, unsigned nr)
{
	size_t lines = block_bytes / stride_bytes, blocks = bytes / block_bytes;
	uint32_t *line = xcalloc(lines, sizeof(*line)), *block = xcalloc(blocks, sizeof(*block));
	void *first = memory, **last = &first;
	struct rng rng;

	BUG_ON(!blocks || lines < 2 || lines > UINT32_MAX);
	rng_seed(&rng, seed, "chase");
	shuffle(block, blocks, &rng);
	for (size_t b = 0; b < blocks; b++) {
		char *base = (char *)memory + block[b] * block_bytes;

		shuffle(line, lines, &rng);
		for (size_t i = 0; i < lines; i++) {
			*last = base + line[i] * stride_bytes;
			last = (void **)*last;
			for (unsigned e = 0; e < nr; e++)
				if (b * lines + i == blocks * lines / nr * e)
					entry[e] = last;
		}
	}
	*last = first;
	free(block);
	free(line);
}

static uint64_t load_total(const struct job *job)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < job->nr; i++)
		sum += atomic_load_explicit(&job->load[i].bytes, memory_order_relaxed);
	return sum;
}

static void chase(struct job *job)
{
	const struct chase_request *r = job->r;
	uint64_t before;
	void *at;

	if (r->block_bytes)
		chase_make_blocks(r->memory, r->bytes, job->stride_bytes, r->block_bytes, r->seed,
				  NULL, 0);
	else
		chase_make_cycle(r->memory, job->lines, job->stride_bytes, r->seed);
	at = chase_walk(r->memory, job->hops);
	before = load_total(job);
	job->load_ns = monotonic_ns();
	for (uint32_t i = 0; i < r->repeats; i++) {
		int64_t begin = thread_cpu_ns();

		at = chase_walk(at, job->hops);
		job->ns[i] = thread_cpu_ns() - begin;
	}
	job->load_ns = monotonic_ns() - job->load_ns;
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
	struct job *job = context;

	if (i == job->r->chaser)
		chase(job);
	else if (job->r->load && job->r->load[i].nr)
		load(job, i);
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

void chase_run(struct crew *crew, const struct chase_request *r, struct chase_result *out)
{
	size_t stride = r->stride_bytes ? r->stride_bytes : CHASE_LINE_BYTES;
	struct job job = {
		.r = r, .nr = crew_size(crew), .lines = r->bytes / stride, .stride_bytes = stride};

	BUG_ON(job.lines < 2 || stride % CHASE_LINE_BYTES || r->chaser >= job.nr);
	BUG_ON(!r->repeats || r->repeats > CHASE_REPEATS_MAX);
	job.hops = r->hops ? r->hops : job.lines;
	job.hops = (job.hops + CHASE_STRIDE - 1) / CHASE_STRIDE * CHASE_STRIDE;
	job.ns = xcalloc(r->repeats, sizeof(*job.ns));
	job.load = xaligned(64, job.nr * sizeof(*job.load));
	for (uint32_t i = 0; i < job.nr; i++)
		atomic_init(&job.load[i].bytes, 0);
	atomic_init(&job.stop, false);
	crew_work(crew, work, &job);
	qsort(job.ns, r->repeats, sizeof(*job.ns), by_size);
	*out = (struct chase_result){
		.repeats = r->repeats,
		.lines = job.lines,
		.hops = job.hops,
		.best_ps = hop_ps(job.ns[0], job.hops),
		.median_ps = hop_ps(job.ns[r->repeats / 2], job.hops),
		.worst_ps = hop_ps(job.ns[r->repeats - 1], job.hops),
		.load_bytes_per_s = (int64_t)((int128)job.load_bytes * NS_PER_S /
					      (job.load_ns > 0 ? job.load_ns : 1)),
	};
	free(job.load);
	free(job.ns);
}
