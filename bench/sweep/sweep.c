#include "bench/sweep/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "base/units.h"
#include "bench/clusters/clusters.h"

/* --- one row ---------------------------------------------------------------------------- */

struct ticking {
	void (*tick)(void *context);
	void *context;
};

static void on_progress(void *context, const struct run_progress *p)
{
	struct ticking *t = context;

	(void)p;
	t->tick(t->context);
}

int sweep_run_row(const struct experiment *x, size_t row, unsigned threads,
		  void (*tick)(void *context), void *tick_context, char line[OUTCOME_LINE_MAX],
		  struct error *err)
{
	struct ticking ticking = {tick, tick_context};
	struct workload own;
	struct run_input in = experiment_input(x, row, &own);
	struct outcome o = {.row = row};
	int64_t start_ns = monotonic_ns();
	int rc;

	if (tick) {
		in.progress = on_progress;
		in.progress_context = &ticking;
	}
	rc = clusters_run_row(&in, threads, &o.result, err);
	if (rc)
		return rc;
	o.wall_ns = monotonic_ns() - start_ns;
	outcome_print(&o, line);
	return 0;
}

/* --- what is shared --------------------------------------------------------------------- */

/* Under the lock. */
static void show_progress(struct sweep *s)
{
	const struct dispatch *d = &s->dispatch;
	int64_t now_ns = monotonic_ns();
	struct sweep_progress p = {
		.rows = d->nr_rows,
		.done = d->nr_done,
		.running = d->nr_running,
		.resumed = d->nr_resumed,
		.events = d->events,
	};

	if (!s->progress || now_ns - s->told_ns < s->progress_ns)
		return;
	s->told_ns = now_ns;
	p.left_s = dispatch_left_s(d);
	if (d->nr_running)
		p.left_s /= (double)d->nr_running;
	s->progress(s->progress_context, &p);
}

void sweep_tick(void *self)
{
	struct sweep *s = self;

	pthread_mutex_lock(&s->lock);
	show_progress(s);
	pthread_mutex_unlock(&s->lock);
}

/* Under the lock. */
static bool take(struct sweep *s, size_t *row)
{
	struct dispatch *d = &s->dispatch;

	if (s->x->stop && atomic_load(s->x->stop) && !d->rc)
		d->rc = error_set(&d->err, ERR_INTERRUPTED, "stopped by a signal");
	return dispatch_take(d, row);
}

bool sweep_try(struct sweep *s, size_t *row)
{
	bool taken;

	pthread_mutex_lock(&s->lock);
	taken = take(s, row);
	pthread_mutex_unlock(&s->lock);
	return taken;
}

bool sweep_over(struct sweep *s)
{
	bool over;

	pthread_mutex_lock(&s->lock);
	over = dispatch_over(&s->dispatch);
	pthread_mutex_unlock(&s->lock);
	return over;
}

void sweep_fail(struct sweep *s, size_t row, int rc, const struct error *err)
{
	pthread_mutex_lock(&s->lock);
	dispatch_fail(&s->dispatch, row, rc, err);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

int sweep_deliver(struct sweep *s, const char *line, struct error *err)
{
	struct outcome o;
	int rc = outcome_parse(&o, line, err);

	if (rc)
		return error_set(err, ERR_MACHINE, "a row came back damaged");
	if (o.row >= s->dispatch.nr_rows)
		return error_set(err, ERR_MACHINE, "row %zu came back, which there is not", o.row);
	pthread_mutex_lock(&s->lock);
	rc = journal_append(&s->journal, line, err);
	if (rc)
		dispatch_fail(&s->dispatch, o.row, rc, err);
	else
		dispatch_finish(&s->dispatch, &o);
	show_progress(s);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* --- threads ---------------------------------------------------------------------------- */

/* The next row, waited for; false: it is over. */
static bool next_row(struct sweep *s, size_t *row)
{
	bool taken;

	pthread_mutex_lock(&s->lock);
	while (!(taken = take(s, row)) && !dispatch_over(&s->dispatch))
		pthread_cond_wait(&s->changed, &s->lock);
	if (!taken)
		pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return taken;
}

/* Which row it was, for people. */
static void name_row(const struct sweep *s, size_t row, struct error *err)
{
	const struct matrix *m = &s->x->matrix;
	struct matrix_key k = matrix_key(m, row);

	error_prefix(err, "%s on %s, %s, seed %llu", m->workload[k.workload]->name,
		     m->fleet[k.fleet].name, m->policy[k.policy]->name,
		     (unsigned long long)m->seed[k.seed]);
}

static void *work(void *self)
{
	struct sweep *s = self;
	char line[OUTCOME_LINE_MAX];
	size_t row;

	while (next_row(s, &row)) {
		struct error err = {0};
		int rc = sweep_run_row(s->x, row, s->threads_a_row, sweep_tick, s, line, &err);

		if (rc)
			sweep_fail(s, row, rc, &err);
		else if (sweep_deliver(s, line, &err))
			break; /* said by the dispatch */
	}
	return NULL;
}

/* Threads that cannot be had are done without; this one is the first where nobody serves ranks,
 * and where not even one was had. */
static int run_all(struct sweep *s, unsigned threads, const struct sweep_ranks *ranks,
		   struct error *err)
{
	pthread_t *thread = xcalloc(threads, sizeof(*thread));
	unsigned started = 0, want = ranks ? threads : threads - 1;
	int rc = 0;

	while (started < want && pthread_create(&thread[started], NULL, work, s) == 0)
		started++;
	if (ranks)
		rc = ranks->serve(ranks->self, s, err);
	else
		work(s);
	for (unsigned i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	free(thread);
	return rc;
}

int sweep_run(struct sweep *s, unsigned threads, const struct sweep_ranks *ranks, struct error *err)
{
	struct dispatch *d = &s->dispatch;
	struct error late = {0};
	size_t left = d->nr_rows - d->nr_done;
	int rc, rc2;

	s->threads_a_row = left && threads > left ? (unsigned)(threads / left) : 1;
	rc = run_all(s, threads, ranks, err);
	rc2 = journal_sync(&s->journal, &late);

	if (!rc && d->rc) {
		rc = d->rc;
		*err = d->err;
		if (d->failed != SIZE_MAX && rc != ERR_INTERRUPTED)
			name_row(s, d->failed, err);
	}
	if (!rc && rc2) {
		rc = rc2;
		*err = late;
	}
	return rc;
}

/* --- begin and end ---------------------------------------------------------------------- */

static int take_old(void *context, const struct outcome *o, struct error *err)
{
	struct sweep *s = context;

	if (o->row >= s->dispatch.nr_rows)
		return error_set(err, ERR_INPUT, "%s: it has row %zu of %zu", s->journal.path,
				 o->row, s->dispatch.nr_rows);
	dispatch_resume(&s->dispatch, o);
	return 0;
}

#define COUNTED_EVENTS 100000

/* Events of a workload: a trace's all, for what it says of its rows; of others about, the first of
 * them counted and the rest by how far they reached. */
static int count_events(const struct workload *w, uint64_t seed, bool skip_bad, double *out,
			struct zone_stream_stats *said, struct error *err)
{
	const struct zone_event *ev = NULL;
	const struct zone_stream_stats *stats;
	struct zone_stream *stream;
	bool traced = w->source == SOURCE_TRACE || w->source == SOURCE_TRACES;
	int64_t at_ns = 0;
	size_t nr = 0;
	int rc = workload_open(&stream, w, seed, skip_bad, err);

	*out = 0;
	if (rc)
		return rc;
	while ((traced || nr < COUNTED_EVENTS) && !(rc = zone_stream_next(stream, &ev, err)) &&
	       ev && ev->at_ns < w->duration_ns) {
		at_ns = ev->at_ns;
		nr++;
	}
	stats = zone_stream_stats(stream);
	*said = *stats;
	*out = (double)nr;
	if (ev && !traced && stats->total && stats->done)
		*out *= (double)stats->total / (double)stats->done;
	else if (ev && !traced && w->duration_ns != NS_NEVER && at_ns > 0)
		*out *= (double)w->duration_ns / (double)at_ns;
	zone_stream_close(stream);
	return rc;
}

static int count_all(const struct experiment *x, double *events, struct zone_stream_stats *said,
		     struct error *err)
{
	const struct matrix *m = &x->matrix;
	int rc = 0;

	for (size_t i = 0; i < m->nr_workloads && !rc; i++)
		rc = count_events(m->workload[i], m->seed[0], x->skip_bad, &events[i], &said[i],
				  err);
	return rc;
}

int sweep_open(struct sweep *s, const struct experiment *x, const char *directory,
	       enum journal_mode mode, const char *identity, struct error *err)
{
	double *events = xcalloc(x->matrix.nr_workloads, sizeof(*events));
	int rc;

	s->said = xcalloc(x->matrix.nr_workloads, sizeof(*s->said));
	rc = count_all(x, events, s->said, err);
	s->x = x;
	s->directory = xstrdup(directory);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	s->opened = true;
	dispatch_init(&s->dispatch, x, events);
	free(events);
	if (!rc)
		rc = make_directories(directory, err);
	if (!rc)
		rc = journal_open(&s->journal, directory, mode, identity, s->dispatch.nr_rows,
				  take_old, s, err);
	return rc;
}

void sweep_release(struct sweep *s)
{
	if (!s->opened)
		return;
	journal_close(&s->journal);
	dispatch_release(&s->dispatch);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s->directory);
	free(s->said);
	s->opened = false;
}

static int add_row(struct sweep *s, struct results *out, size_t row, struct error *err)
{
	const struct dispatch_row *r = &s->dispatch.row[row];
	struct run_result result = s->dispatch.row[r->same_as].outcome->result;
	const struct matrix *m = &s->x->matrix;

	result.row.seed = m->seed[row % m->nr_seeds];
	return results_gatherer.on_row(out,
				       &(struct experiment_row){.row = row,
								.key = matrix_key(m, row),
								.same_as = r->same_as,
								.result = &result},
				       err);
}

int sweep_write(struct sweep *s, struct results *out, const struct results_about *about,
		struct error *err)
{
	struct results_about mine = *about;
	int rc = results_open_summary(out, s->directory, s->dispatch.nr_rows, err);

	for (size_t i = 0; !rc && i < s->dispatch.nr_rows; i++)
		rc = add_row(s, out, i, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < s->x->matrix.nr_workloads; i++)
		if (s->said[i].note[0].rows > out->note[0].rows)
			memcpy(out->note, s->said[i].note, sizeof(out->note));
	row_fill_regret(out->row, out->nr);
	mine.events_before = out->events - s->dispatch.events;
	return results_commit(out, &mine, err);
}

/* --- identity --------------------------------------------------------------------------- */

/* "file SHA256 NAME": folders may differ between machines, and names have no newline here. */
static int print_file(FILE *out, const char *path, struct error *err)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char hash[65];
	int rc = file_sha256(path, hash, err);

	if (!rc)
		fprintf(out, "file %s %.*s\n", hash, (int)strcspn(name, "\n"), name);
	return rc;
}

int sweep_identity(const struct experiment *x, const char *version, const char *file,
		   const char *const *input, char **out, struct error *err)
{
	size_t size, files = 0;
	FILE *f = xmemstream(out, &size);
	int rc;

	while (input[files])
		files++;
	fprintf(f, "homenode %s, %d figures\n", version, NR_SUMMARY_FIGURES);
	fprintf(f, "cost %d, check %d, skip-bad %d\n", x->cost, x->check, x->skip_bad);
	fprintf(f, "rows %zu, files %zu\n", matrix_rows(&x->matrix), files + 1);
	rc = print_file(f, file, err);
	for (size_t i = 0; i < files && !rc; i++)
		rc = print_file(f, input[i], err);
	xmemstream_close(f);
	if (rc) {
		free(*out);
		*out = NULL;
	}
	return rc;
}
