#include "probe/traffic.h"

#include <sched.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "probe/chase.h"

/* Between looks at the clock: a look costs some tens of ns. */
#define PIECE_BYTES ((size_t)256 * KERNEL_GRAIN_BYTES)
#define PACED_BYTES ((size_t)2 * KERNEL_GRAIN_BYTES)
#define PIECE_LOADS 2048
#define PPM 1000000
#define LATE_PIECES 64 /* who is later than that does not catch up */

struct mark {
	int64_t ns, cpu_ns, done; /* done: bytes or loads so far */
};

/* A line of its own for each, so that keeping books is no traffic. */
struct member {
	_Alignas(64) struct mark open, close;
	uint64_t sink;
	int cpu;
	bool moved;
};

struct job {
	struct crew *crew;
	const struct traffic_request *r;
	struct member *member;
	uint32_t working;
	int64_t begin_ns;
	atomic_uint closed; /* members whose window has closed */
	atomic_bool stopped;
};

/* One piece of a thread's work. */
struct worker {
	struct traffic *t;
	struct member *m;
	const struct kernel_set *set;
	size_t at, piece;
	int64_t done;
	double piece_ns, next_ns; /* of a limit */
};

static void wait_for_turn(struct worker *w)
{
	int64_t now = monotonic_ns();

	w->next_ns += w->piece_ns;
	if (w->next_ns < (double)now - LATE_PIECES * w->piece_ns)
		w->next_ns = (double)now;
	while ((double)monotonic_ns() < w->next_ns)
		;
}

static void kernel_piece(struct worker *w)
{
	const struct traffic *t = w->t;
	size_t bytes = t->span.bytes - w->at < w->piece ? t->span.bytes - w->at : w->piece;
	struct kernel_span s = {.a = t->span.a + w->at, .bytes = bytes};

	if (t->span.b)
		s.b = t->span.b + w->at;
	if (t->span.c)
		s.c = t->span.c + w->at;
	w->m->sink += w->set->run[t->op](&s);
	w->done += kernel_moves_bytes(t->op, bytes);
	w->at = w->at + bytes < t->span.bytes ? w->at + bytes : 0;
	if (w->piece_ns > 0)
		wait_for_turn(w);
}

static void chase_piece(struct worker *w)
{
	uint64_t hops = PIECE_LOADS / w->t->chains;

	chase_walk_chains(w->t->at, w->t->chains, hops);
	w->done += (int64_t)(hops * w->t->chains);
}

static void piece(struct worker *w)
{
	if (w->t->kind == TRAFFIC_CHASE)
		chase_piece(w);
	else
		kernel_piece(w);
}

static bool stopping(struct job *job)
{
	if (job->r->stop && atomic_load_explicit(job->r->stop, memory_order_relaxed))
		atomic_store(&job->stopped, true);
	return atomic_load_explicit(&job->stopped, memory_order_relaxed);
}

/* Works until `until_ns` and notes where it is then. */
static bool work_until(struct job *job, struct worker *w, int64_t until_ns, struct mark *out)
{
	int64_t now;

	do {
		piece(w);
		if (stopping(job))
			return false;
		now = monotonic_ns();
	} while (now < until_ns);
	*out = (struct mark){.ns = now, .cpu_ns = thread_cpu_ns(), .done = w->done};
	return true;
}

static void begin(struct worker *w)
{
	const struct traffic *t = w->t;

	w->piece = t->limit_bytes_per_s ? PACED_BYTES : PIECE_BYTES;
	if (t->limit_bytes_per_s)
		w->piece_ns = (double)kernel_moves_bytes(t->op, PACED_BYTES) * 1e9 /
			      (double)t->limit_bytes_per_s;
	w->next_ns = (double)monotonic_ns();
	w->m->cpu = sched_getcpu();
}

static void work(void *context, uint32_t i)
{
	struct job *job = context;
	struct worker w = {.t = &job->r->member[i], .m = &job->member[i], .set = job->r->set};
	int64_t opens;

	if (i == 0)
		job->begin_ns = monotonic_ns();
	crew_meet(job->crew);
	if (w.t->kind == TRAFFIC_NONE)
		return;
	begin(&w);
	opens = job->begin_ns + job->r->warm_ns;
	if (!work_until(job, &w, opens, &w.m->open) ||
	    !work_until(job, &w, opens + job->r->window_ns, &w.m->close))
		return;
	w.m->moved = sched_getcpu() != w.m->cpu;
	atomic_fetch_add(&job->closed, 1);
	while (atomic_load_explicit(&job->closed, memory_order_relaxed) < job->working &&
	       !stopping(job))
		piece(&w);
}

static void add_up(const struct job *job, uint32_t nr, struct traffic_result *out)
{
	double sum = 0;

	out->cpu_ppm = PPM;
	for (uint32_t i = 0; i < nr; i++) {
		const struct member *m = &job->member[i];
		int64_t done = m->close.done - m->open.done;
		int64_t ns = m->close.ns - m->open.ns, cpu_ns = m->close.cpu_ns - m->open.cpu_ns;
		int64_t cpu_ppm = ns > 0 ? (int64_t)((double)cpu_ns / (double)ns * PPM) : PPM;

		if (job->r->member[i].kind != TRAFFIC_NONE && cpu_ppm < out->cpu_ppm)
			out->cpu_ppm = cpu_ppm;
		if (job->r->member[i].kind == TRAFFIC_KERNEL)
			sum += (double)done * 1e9 / (double)(ns > 0 ? ns : 1);
		/* what others took of its CPU is not latency; a clock that ticks too
		 * slowly to say what it had is no clock */
		if (job->r->member[i].kind == TRAFFIC_CHASE)
			out->load_ps =
				(int64_t)((double)(cpu_ns > 0 ? cpu_ns : ns) * 1000 / (double)done +
					  0.5);
		out->moved += m->moved;
	}
	out->bytes_per_s = (int64_t)sum;
}

struct traffic traffic_share(enum kernel_op op, void *base, size_t bytes, uint32_t i, uint32_t nr)
{
	unsigned arrays = kernel_arrays(op);
	size_t each = bytes / nr / arrays / KERNEL_GRAIN_BYTES * KERNEL_GRAIN_BYTES;
	char *at = (char *)base + each * arrays * i;

	return (struct traffic){
		.kind = TRAFFIC_KERNEL,
		.op = op,
		.span = {.a = at,
			 .b = arrays > 1 ? at + each : NULL,
			 .c = arrays > 2 ? at + 2 * each : NULL,
			 .bytes = each},
	};
}

void traffic_run(struct crew *crew, const struct traffic_request *r, struct traffic_result *out)
{
	uint32_t nr = crew_size(crew);
	struct job job = {.crew = crew, .r = r};

	*out = (struct traffic_result){.whole = false};
	job.member = xaligned(64, nr * sizeof(*job.member));
	atomic_init(&job.closed, 0);
	atomic_init(&job.stopped, false);
	for (uint32_t i = 0; i < nr; i++) {
		job.member[i] = (struct member){.moved = false};
		job.working += r->member[i].kind != TRAFFIC_NONE;
	}
	BUG_ON(!job.working || r->window_ns <= 0);
	crew_work(crew, work, &job);
	out->whole = !atomic_load(&job.stopped);
	if (out->whole)
		add_up(&job, nr, out);
	free(job.member);
}
