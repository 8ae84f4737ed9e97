#include "bench/experiment/experiment.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/jobs.h"
#include "base/units.h"
#include "bench/clusters/clusters.h"

/* What is known of a row while and after it runs. */
struct slot {
	struct conduct *conduct;
	struct run_result *result; /* NULL: not there (yet), or the same as another's */
	uint64_t events;
	int64_t share_ppm;
	uint32_t live_zones;
	size_t same_as;
};

/* One experiment that runs. A piece of work is a row, or the rows of one key but for the
 * seed where only running the first tells whether the others are the same. */
struct conduct {
	const struct experiment *x;
	size_t nr_rows, rows_a_piece;
	unsigned threads_a_row; /* for rows in clusters, where threads are left */
	struct slot *slot; /* by row */
	pthread_mutex_t lock; /* of the progress */
	size_t begun, done;
};

/* --- progress --------------------------------------------------------------------------- */

/* Share done in ppm: of the trace where its length is known, else of the time that is
 * simulated; -1 when neither is. */
static int64_t share_of(const struct run_progress *p)
{
	if (p->total)
		return ppm_wide((int128)p->done, (int128)p->total);
	if (p->duration_ns != NS_NEVER)
		return ppm(p->now_ns, p->duration_ns);
	return -1;
}

/* Under the lock. */
static void report(struct conduct *c)
{
	struct experiment_progress p = {.rows = c->nr_rows, .begun = c->begun, .done = c->done};
	int64_t sum = 0;

	if (!c->x->progress)
		return;
	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct slot *s = &c->slot[i];

		p.events += s->events;
		p.live_zones += s->live_zones;
		if (s->share_ppm < 0)
			p.share_ppm = -1;
		else
			sum += s->share_ppm;
	}
	if (p.share_ppm >= 0)
		p.share_ppm = sum / (int64_t)c->nr_rows;
	c->x->progress(c->x->progress_context, &p);
}

static void on_progress(void *context, const struct run_progress *p)
{
	struct slot *s = context;
	struct conduct *c = s->conduct;

	pthread_mutex_lock(&c->lock);
	s->events = p->events;
	s->share_ppm = share_of(p);
	s->live_zones = p->live_zones;
	report(c);
	pthread_mutex_unlock(&c->lock);
}

static void note_begun(struct conduct *c)
{
	pthread_mutex_lock(&c->lock);
	c->begun++;
	pthread_mutex_unlock(&c->lock);
}

static void note_done(struct conduct *c, size_t row, uint64_t events)
{
	struct slot *s = &c->slot[row];

	pthread_mutex_lock(&c->lock);
	c->done++;
	s->events = events;
	s->share_ppm = 1000000;
	s->live_zones = 0;
	report(c);
	pthread_mutex_unlock(&c->lock);
}

/* --- rows ------------------------------------------------------------------------------- */

static void say(void *context, const char *sentence)
{
	struct conduct *c = context;

	pthread_mutex_lock(&c->lock);
	c->x->say(c->x->say_context, sentence);
	pthread_mutex_unlock(&c->lock);
}

struct run_input experiment_input(const struct experiment *x, size_t row, struct workload *own)
{
	const struct matrix *m = &x->matrix;
	struct matrix_key k = matrix_key(m, row);
	const struct matrix_fleet *fleet = &m->fleet[k.fleet];
	const struct workload *workload = m->workload[k.workload];

	if (fleet->choice) {
		*own = *workload;
		own->fleet.choice = fleet->choice;
		workload = own;
	}
	return (struct run_input){
		.workload = workload,
		.policy = m->policy[k.policy],
		.memory = m->memory[k.memory],
		.seed = m->seed[k.seed],
		.backend = x->backend,
		.allocator = m->allocator[k.allocator],
		.backend_options = x->backend_options,
		.recover = x->recover,
		.record_path = x->record_path,
		.host = fleet->host,
		.nr_hosts = fleet->nr_hosts,
		.topology = fleet->name,
		.cost = x->cost,
		.check = x->check,
		.skip_bad = x->skip_bad,
		.stop = x->stop,
	};
}

static int run_one(struct conduct *c, size_t row, const atomic_bool *cancel, struct error *err)
{
	const struct experiment *x = c->x;
	struct workload own;
	struct run_input in = experiment_input(x, row, &own);
	struct run_result *result = xmalloc(sizeof(*result));
	int rc = 0;

	note_begun(c);
	in.progress = on_progress;
	in.progress_context = &c->slot[row];
	in.say = x->say ? say : NULL;
	in.say_context = c;
	in.cancel = cancel;
	if (x->gatherer->on_begin)
		rc = x->gatherer->on_begin(x->gatherer_self, row, &in, err);
	if (!rc)
		rc = clusters_run_row(&in, c->threads_a_row, result, err);
	if (rc) {
		free(result);
		return rc;
	}
	c->slot[row].result = result;
	note_done(c, row, (uint64_t)result->row.events);
	return 0;
}

static void repeat_one(struct conduct *c, size_t row, size_t same_as)
{
	c->slot[row].same_as = same_as;
	note_begun(c);
	note_done(c, row, 0);
}

/* The rows of a piece. When the first drew nothing, the others are the same. */
static int run_piece(void *context, size_t piece, const atomic_bool *cancel, struct error *err)
{
	struct conduct *c = context;
	size_t first = piece * c->rows_a_piece;
	int rc = run_one(c, first, cancel, err);

	for (size_t i = 1; i < c->rows_a_piece && !rc; i++) {
		if (c->slot[first].result->drew)
			rc = run_one(c, first + i, cancel, err);
		else
			repeat_one(c, first + i, first);
	}
	return rc;
}

/* A row that was not run has another's figures under its own seed. */
static int hand_over_row(struct conduct *c, size_t row, struct error *err)
{
	const struct experiment *x = c->x;
	const struct slot *s = &c->slot[row];
	struct experiment_row r = {
		.row = row, .key = matrix_key(&x->matrix, row), .same_as = s->same_as};
	struct run_result copy;

	if (!x->gatherer->on_row || (!s->result && s->same_as == row))
		return 0; /* nobody asks; or it failed, or was not begun */
	r.result = s->result;
	if (!r.result) {
		copy = *c->slot[s->same_as].result;
		copy.row.seed = x->matrix.seed[r.key.seed];
		r.result = &copy;
	}
	return x->gatherer->on_row(x->gatherer_self, &r, err);
}

static int hand_over(void *context, size_t piece, int failed, struct error *err)
{
	struct conduct *c = context;
	size_t first = piece * c->rows_a_piece;
	int rc = 0;

	(void)failed;
	for (size_t i = 0; i < c->rows_a_piece && !rc; i++)
		rc = hand_over_row(c, first + i, err);
	for (size_t i = 0; i < c->rows_a_piece; i++) {
		free(c->slot[first + i].result);
		c->slot[first + i].result = NULL;
	}
	return rc;
}

/* Only a trace or a list of events can be without chance, and only a machine of our own
 * gives the same twice. */
static bool seeds_may_not_matter(const struct experiment *x)
{
	if (x->every_seed || x->record_path || x->matrix.seeds_in_turn ||
	    !(backend_traits(x->backend) & BACKEND_REPEATABLE))
		return false;
	for (size_t i = 0; i < x->matrix.nr_workloads; i++)
		if (x->matrix.workload[i]->source == SOURCE_GENERATOR)
			return false;
	return true;
}

int experiment_run(const struct experiment *x, struct error *err)
{
	struct conduct c = {.x = x, .nr_rows = matrix_rows(&x->matrix)};
	struct jobs jobs = {.work = run_piece, .hand_over = hand_over, .context = &c};
	int rc;

	c.rows_a_piece = seeds_may_not_matter(x) ? x->matrix.nr_seeds : 1;
	c.slot = xcalloc(c.nr_rows, sizeof(*c.slot));
	for (size_t i = 0; i < c.nr_rows; i++)
		c.slot[i] = (struct slot){.conduct = &c, .same_as = i};
	pthread_mutex_init(&c.lock, NULL);
	jobs.nr = c.nr_rows / c.rows_a_piece;
	jobs.threads = backend_traits(x->backend) & BACKEND_REPEATABLE ? x->jobs : 1;
	c.threads_a_row = jobs.threads > jobs.nr ? (unsigned)(jobs.threads / jobs.nr) : 1;
	rc = jobs_run(&jobs, err);
	pthread_mutex_destroy(&c.lock);
	for (size_t i = 0; i < c.nr_rows; i++)
		free(c.slot[i].result);
	free(c.slot);
	return rc;
}
