#include "probe/stream.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"

#define LINE_DOUBLES 8
#define EPSILON 1e-13 /* STREAM's, for doubles */

struct job {
	struct crew *crew;
	const struct stream_part *part;
	uint32_t nr, rounds;
	/* [round][loop][thread] */
	int64_t *begin_ns, *end_ns;
};

const char *stream_kernel_name(enum stream_kernel k)
{
	static const char *const names[] = {"copy", "scale", "add", "triad"};

	return names[k];
}

int64_t stream_element_bytes(enum stream_kernel k)
{
	return (int64_t)sizeof(double) * (k == STREAM_COPY || k == STREAM_SCALE ? 2 : 3);
}

int64_t stream_divide(void *base, size_t bytes, struct stream_part *part, uint32_t nr)
{
	size_t each = bytes / sizeof(double) / 3 / nr / LINE_DOUBLES * LINE_DOUBLES;
	double *at = base;

	for (uint32_t i = 0; i < nr; i++)
		part[i] = (struct stream_part){
			.a = at + each * i,
			.b = at + each * (nr + i),
			.c = at + each * (2 * nr + i),
			.nr = each,
		};
	return (int64_t)(each * nr * sizeof(double));
}

/* STREAM's start: a = 1, b = 2, c = 0, and a doubled once. */
static void fill(const struct stream_part *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		p->a[i] = 2;
		p->b[i] = 2;
		p->c[i] = 0;
	}
}

static void work(void *context, uint32_t i)
{
	struct job *job = context;
	const struct stream_part *part = &job->part[i];

	fill(part);
	for (uint32_t r = 0; r < job->rounds; r++) {
		for (unsigned k = 0; k < STREAM_KERNELS; k++) {
			size_t at = ((size_t)r * STREAM_KERNELS + k) * job->nr + i;

			crew_meet(job->crew);
			job->begin_ns[at] = monotonic_ns();
			stream_loop((enum stream_kernel)k, part);
			job->end_ns[at] = monotonic_ns();
		}
	}
}

/* From when the first thread began to when the last one ended. */
static int64_t round_ns(const struct job *job, uint32_t round, unsigned k)
{
	const size_t at = ((size_t)round * STREAM_KERNELS + k) * job->nr;
	int64_t begin = INT64_MAX, end = 0;

	for (uint32_t i = 0; i < job->nr; i++) {
		if (!job->part[i].nr)
			continue;
		begin = job->begin_ns[at + i] < begin ? job->begin_ns[at + i] : begin;
		end = job->end_ns[at + i] > end ? job->end_ns[at + i] : end;
	}
	return end > begin ? end - begin : 1;
}

static int by_size(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

static int64_t rate(int64_t bytes, int64_t ns)
{
	return (int64_t)((int128)bytes * NS_PER_S / ns);
}

/* Of loop k, whose rounds move so many bytes each; the first round does not count. */
static struct stream_rate rate_of(const struct job *job, unsigned k, int64_t bytes)
{
	uint32_t repeats = job->rounds - 1;
	int64_t *ns = xcalloc(repeats, sizeof(*ns));
	struct stream_rate out;

	for (uint32_t r = 0; r < repeats; r++)
		ns[r] = round_ns(job, r + 1, k);
	qsort(ns, repeats, sizeof(*ns), by_size);
	out = (struct stream_rate){
		.best_bytes_per_s = rate(bytes, ns[0]),
		/* of an even number the slower one: never better than it was */
		.median_bytes_per_s = rate(bytes, ns[repeats / 2]),
		.worst_bytes_per_s = rate(bytes, ns[repeats - 1]),
	};
	free(ns);
	return out;
}

static int check_sums(const struct job *job, struct error *err)
{
	double want[3] = {2, 2, 0};
	static const char name[] = "abc";

	for (uint32_t r = 0; r < job->rounds; r++) {
		want[2] = want[0];
		want[1] = STREAM_SCALAR * want[2];
		want[2] = want[0] + want[1];
		want[0] = want[1] + STREAM_SCALAR * want[2];
	}
	for (int x = 0; x < 3; x++) {
		double error = 0, nr = 0;

		for (uint32_t i = 0; i < job->nr; i++) {
			const struct stream_part *p = &job->part[i];
			const double *v = x == 0 ? p->a : x == 1 ? p->b : p->c;

			for (size_t j = 0; j < p->nr; j++)
				error += fabs(v[j] - want[x]);
			nr += (double)p->nr;
		}
		if (!(error / nr <= EPSILON * fabs(want[x])))
			return error_set(err, ERR_CHECK,
					 "array %c is off by %g on average, expected %g", name[x],
					 error / nr, want[x]);
	}
	return 0;
}

static bool is_aligned(const struct stream_part *p)
{
	return !(((uintptr_t)p->a | (uintptr_t)p->b | (uintptr_t)p->c) % STREAM_ALIGN_BYTES);
}

/* Run the job's loops on the crew; returns bytes of one array, all threads together. */
static int64_t run_job(struct job *job, uint32_t *threads)
{
	int64_t bytes = 0;
	size_t cells;

	job->nr = crew_size(job->crew);
	cells = (size_t)job->rounds * STREAM_KERNELS * job->nr;
	*threads = 0;
	for (uint32_t i = 0; i < job->nr; i++) {
		bytes += (int64_t)(job->part[i].nr * sizeof(double));
		*threads += job->part[i].nr > 0;
		BUG_ON(job->part[i].nr && !is_aligned(&job->part[i]));
	}
	BUG_ON(!*threads || job->rounds < 2 || job->rounds > STREAM_REPEATS_MAX + 1);
	job->begin_ns = xcalloc(cells, sizeof(*job->begin_ns));
	job->end_ns = xcalloc(cells, sizeof(*job->end_ns));
	crew_work(job->crew, work, job);
	return bytes;
}

static void release_job(struct job *job)
{
	free(job->begin_ns);
	free(job->end_ns);
}

int stream_run(struct crew *crew, const struct stream_part *part, uint32_t repeats,
	       struct stream_result *out, struct error *err)
{
	struct job job = {.crew = crew, .part = part, .rounds = repeats + 1};
	int rc;

	*out = (struct stream_result){.repeats = repeats};
	out->array_bytes = run_job(&job, &out->threads);
	rc = check_sums(&job, err);
	for (unsigned k = 0; !rc && k < STREAM_KERNELS; k++)
		out->rate[k] = rate_of(&job, k,
				       out->array_bytes / (int64_t)sizeof(double) *
					       stream_element_bytes((enum stream_kernel)k));
	release_job(&job);
	return rc;
}
