#include "bench/size/size.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/jobs.h"
#include "bench/size/try.h"

/* How far ahead of a search threads look for something to try, at most. */
#define AHEAD_MAX 64

struct hunt {
	const struct size_question *question;
	struct size_answer *answer;
	struct size_search search;
	struct hunt *twin; /* has to be done first */
	bool begun, done;
};

/* One thread's run. */
struct worker {
	struct crew *crew;
	struct hunt *hunt; /* NULL: it runs nothing */
	uint32_t hosts;
	atomic_bool cancel;
};

struct crew {
	const struct size_how *how;
	struct hunt *hunt;
	size_t nr, done;
	struct worker *worker; /* how->jobs */
	pthread_mutex_t lock; /* of everything here */
	pthread_cond_t changed;
	bool failed;
	struct size_tally tally;
};

/* --- points ---------------------------------------------------------------------- */

const struct size_point *size_point_of(const struct size_answer *a, uint32_t hosts)
{
	for (size_t i = 0; i < a->nr_points; i++)
		if (a->point[i].hosts == hosts)
			return &a->point[i];
	return NULL;
}

static void keep_point(struct size_answer *a, const struct size_point *p)
{
	size_t at = 0;

	while (at < a->nr_points && a->point[at].hosts < p->hosts)
		at++;
	if (at == a->nr_points || a->point[at].hosts != p->hosts) {
		a->point = grow(a->point, &a->cap_points, a->nr_points, sizeof(*a->point));
		memmove(&a->point[at + 1], &a->point[at],
			(a->nr_points++ - at) * sizeof(*a->point));
	}
	a->point[at] = *p;
}

void size_answer_release(struct size_answer *a)
{
	free(a->point);
	*a = (struct size_answer){.hosts = 0};
}

/* --- one search -------------------------------------------------------------------- */

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Its bound is there. */
static void begin_search(const struct size_how *how, struct hunt *h)
{
	const struct size_question *q = h->question;
	struct size_answer *a = h->answer;
	uint32_t used = size_used_hosts(q->workload), least, guess, most;

	a->by_sums = size_bound_hosts(&a->bound, &q->workload->fleet, q->shape->host,
				      q->beside ? q->beside->host : NULL, q->nr_beside);
	most = lower(lower(q->shape->most, how->most), a->bound.peak_zones + used);
	if (q->most)
		most = lower(most, q->most);
	most = most ? most : 1;
	guess = lower(a->by_sums, most);
	least = how->goals.refused_ppm ? 1 : guess;
	if (q->least > least)
		least = lower(q->least, most);
	if (used > q->nr_beside && used - q->nr_beside > least)
		least = lower(used - q->nr_beside, most);
	guess = guess > least ? guess : least;
	size_search_begin(&h->search, least, guess, most, how->around);
	h->begun = true;
}

static void copy_twin(struct hunt *h)
{
	struct size_answer *a = h->answer;
	const struct size_answer *from = h->twin->answer;

	*a = *from;
	a->point = xcalloc(from->nr_points, sizeof(*a->point));
	a->cap_points = from->nr_points;
	memcpy(a->point, from->point, from->nr_points * sizeof(*a->point));
	for (size_t i = 0; i < a->nr_points; i++)
		a->point[i].row.seed = h->question->seed;
	h->done = true;
}

/* Tells the search all that is known, in the order in which it asks. */
static void advance(const struct size_how *how, struct hunt *h)
{
	struct size_answer *a = h->answer;
	const struct size_point *p = NULL;
	uint32_t next;

	while ((next = size_search_next(&h->search))) {
		const struct size_point *known = size_point_of(a, next);

		if (!known)
			return;
		p = known;
		a->tried++;
		a->drew |= p->drew;
		if (p->never)
			size_search_give_up(&h->search);
		else
			size_search_tell(&h->search, p->meets);
	}
	a->hosts = h->search.answer;
	a->uneven = h->search.fell;
	if (!a->hosts)
		size_write_why(how, &a->bound, h->question, p, a->why);
	h->done = true;
}

/* What a search will ask next, and what after either answer to that, and so on: the sizes that
 * are not known, at most `max`. */
static size_t look_ahead(const struct hunt *h, uint32_t *size, size_t max)
{
	struct size_search queue[AHEAD_MAX];
	size_t head = 0, tail = 0, nr = 0;

	queue[tail++] = h->search;
	while (head < tail && nr < max) {
		struct size_search s = queue[head++], other;
		uint32_t next = size_search_next(&s);
		const struct size_point *known = next ? size_point_of(h->answer, next) : NULL;
		size_t i = 0;

		if (!next)
			continue;
		other = s;
		size_search_tell(&s, known ? known->meets : true);
		size_search_tell(&other, false);
		if (tail < AHEAD_MAX)
			queue[tail++] = s;
		if (known)
			continue;
		while (i < nr && size[i] != next)
			i++;
		if (i == nr)
			size[nr++] = next;
		if (tail < AHEAD_MAX)
			queue[tail++] = other;
	}
	return nr;
}

/* --- many side by side ----------------------------------------------------------------- */

static bool is_running(const struct crew *c, const struct hunt *h, uint32_t hosts)
{
	for (unsigned i = 0; i < c->how->jobs; i++)
		if (c->worker[i].hunt == h && c->worker[i].hosts == hosts)
			return true;
	return false;
}

static void note_done(struct crew *c)
{
	c->done++;
	size_tally_end(&c->tally);
}

/* A twin of one that drew nothing has its answer. */
static bool may_begin(struct crew *c, struct hunt *h)
{
	if (h->begun || h->done)
		return !h->done;
	if (h->twin && !h->twin->done)
		return false;
	size_tally_begin(&c->tally);
	if (h->twin && h->twin->answer->hosts && !h->twin->answer->drew) {
		copy_twin(h);
		note_done(c);
		return false;
	}
	begin_search(c->how, h);
	return true;
}

/* What the searches wait for goes before what they may want later; NULL: nothing to do. */
static struct hunt *pick(struct crew *c, uint32_t *hosts)
{
	uint32_t size[AHEAD_MAX];
	size_t depth = c->how->jobs < AHEAD_MAX ? c->how->jobs : AHEAD_MAX;

	for (size_t d = 0; d < depth; d++) {
		for (size_t i = 0; i < c->nr; i++) {
			struct hunt *h = &c->hunt[i];

			if (!may_begin(c, h) || look_ahead(h, size, d + 1) <= d ||
			    is_running(c, h, size[d]))
				continue;
			*hosts = size[d];
			return h;
		}
	}
	return NULL;
}

/* Runs of this search that it can no longer ask for. */
static void cancel_idle(struct crew *c, const struct hunt *h)
{
	uint32_t size[AHEAD_MAX];
	size_t nr = h->done ? 0 : look_ahead(h, size, AHEAD_MAX);

	for (unsigned i = 0; i < c->how->jobs; i++) {
		struct worker *w = &c->worker[i];
		size_t j = 0;

		if (w->hunt != h)
			continue;
		while (j < nr && size[j] != w->hosts)
			j++;
		if (j == nr)
			atomic_store(&w->cancel, true);
	}
}

/* Under the lock, which is let go meanwhile. */
static int try_one(struct worker *w, struct hunt *h, uint32_t hosts, struct error *err)
{
	struct crew *c = w->crew;
	struct size_trial trial = {.how = c->how,
				   .question = h->question,
				   .hosts = hosts,
				   .zones = h->answer->bound.zones,
				   .cancel = &w->cancel,
				   .tally = &c->tally};
	struct run_result *result = xmalloc(sizeof(*result));
	struct size_point point;
	int rc;

	w->hunt = h;
	w->hosts = hosts;
	atomic_store(&w->cancel, false);
	pthread_mutex_unlock(&c->lock);
	rc = size_try(&trial, result, &point, err);
	free(result);
	pthread_mutex_lock(&c->lock);
	w->hunt = NULL;
	if (rc == ERR_INTERRUPTED && !size_stopped(c->how))
		return 0; /* nobody wants to know any more */
	if (rc)
		return rc;
	keep_point(h->answer, &point);
	if (!h->done) {
		advance(c->how, h);
		if (h->done)
			note_done(c);
	}
	cancel_idle(c, h);
	return 0;
}

static int work(void *context, size_t i, const atomic_bool *cancel, struct error *err)
{
	struct crew *c = context;
	int rc = 0;

	(void)cancel;
	pthread_mutex_lock(&c->lock);
	while (!rc && !c->failed && c->done < c->nr) {
		uint32_t hosts;
		struct hunt *h = pick(c, &hosts);

		if (size_stopped(c->how))
			rc = error_set(err, ERR_INTERRUPTED, "stopped by a signal");
		else if (h)
			rc = try_one(&c->worker[i], h, hosts, err);
		else if (c->done < c->nr)
			pthread_cond_wait(&c->changed, &c->lock);
		c->failed |= rc != 0;
		for (unsigned w = 0; c->failed && w < c->how->jobs; w++)
			atomic_store(&c->worker[w].cancel, true);
		if (h)
			pthread_cond_broadcast(&c->changed);
	}
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return rc;
}

/* --- bounds ------------------------------------------------------------------------ */

static bool same_zones(const struct size_question *a, const struct size_question *b)
{
	return a->workload == b->workload && a->memory == b->memory && a->seed == b->seed;
}

/* The first question with the same zones. */
static size_t first_like(const struct crew *c, size_t i)
{
	size_t first = 0;

	while (!same_zones(c->hunt[first].question, c->hunt[i].question))
		first++;
	return first;
}

static int bound_one(void *context, size_t i, const atomic_bool *cancel, struct error *err)
{
	struct crew *c = context;
	const struct size_question *q = c->hunt[i].question;
	struct run_input in = {.workload = q->workload,
			       .memory = q->memory,
			       .seed = q->seed,
			       .skip_bad = c->how->skip_bad};

	(void)cancel;
	return first_like(c, i) == i ? size_bound(&in, &c->hunt[i].answer->bound, err) : 0;
}

static int find_bounds(struct crew *c, struct error *err)
{
	struct jobs jobs = {.nr = c->nr, .threads = c->how->jobs, .work = bound_one, .context = c};
	int rc = jobs_run(&jobs, err);

	for (size_t i = 0; i < c->nr; i++)
		c->hunt[i].answer->bound = c->hunt[first_like(c, i)].answer->bound;
	return rc;
}

static void make_hunts(struct crew *c, const struct size_question *question,
		       struct size_answer *answer)
{
	for (size_t i = 0; i < c->nr; i++) {
		const struct size_question *twin = question[i].twin;

		BUG_ON(twin && twin >= &question[i]);
		c->hunt[i] = (struct hunt){.question = &question[i],
					   .answer = &answer[i],
					   .twin = twin ? &c->hunt[twin - question] : NULL};
	}
}

int size_find(const struct size_how *how, const struct size_question *question,
	      struct size_answer *answer, size_t nr, struct error *err)
{
	struct crew c = {.how = how, .nr = nr};
	struct jobs jobs = {.nr = how->jobs, .threads = how->jobs, .work = work, .context = &c};
	int rc;

	BUG_ON(how->around > SIZE_AROUND_MAX);
	c.hunt = xcalloc(nr + 1, sizeof(*c.hunt));
	c.worker = xcalloc(how->jobs, sizeof(*c.worker));
	for (unsigned i = 0; i < how->jobs; i++)
		c.worker[i].crew = &c;
	make_hunts(&c, question, answer);
	size_tally_init(&c.tally, how, nr);
	pthread_mutex_init(&c.lock, NULL);
	pthread_cond_init(&c.changed, NULL);
	rc = find_bounds(&c, err);
	if (!rc)
		rc = jobs_run(&jobs, err);
	pthread_cond_destroy(&c.changed);
	pthread_mutex_destroy(&c.lock);
	size_tally_release(&c.tally);
	free(c.hunt);
	free(c.worker);
	return rc;
}

/* --- figures of one fleet ---------------------------------------------------------------- */

struct wishes {
	const struct size_how *how;
	const struct size_wish *wish;
	const struct gatherer *gatherer;
	void *gatherer_self;
	struct granted {
		struct run_result *result;
		struct size_point point;
	} * granted;
	struct size_tally tally;
};

static int grant(void *context, size_t i, const atomic_bool *cancel, struct error *err)
{
	struct wishes *all = context;
	const struct size_wish *w = &all->wish[i];
	struct size_trial trial = {.how = all->how,
				   .question = w->question,
				   .hosts = w->hosts,
				   .whole = true,
				   .priced = w->priced,
				   .gatherer = all->gatherer,
				   .gatherer_self = all->gatherer_self,
				   .row = i,
				   .cancel = cancel,
				   .tally = &all->tally};
	int rc;

	size_tally_begin(&all->tally);
	all->granted[i].result = xmalloc(sizeof(struct run_result));
	rc = size_try(&trial, all->granted[i].result, &all->granted[i].point, err);
	size_tally_end(&all->tally);
	return rc;
}

static int hand_over(void *context, size_t i, int failed, struct error *err)
{
	struct wishes *all = context;
	struct granted *g = &all->granted[i];
	struct experiment_row row = {.row = i, .same_as = i, .result = g->result};
	int rc = 0;

	if (!failed) {
		keep_point(all->wish[i].answer, &g->point);
		if (all->gatherer && all->gatherer->on_row)
			rc = all->gatherer->on_row(all->gatherer_self, &row, err);
	}
	free(g->result);
	g->result = NULL;
	return rc;
}

int size_run(const struct size_how *how, const struct size_wish *wish, size_t nr,
	     const struct gatherer *gatherer, void *gatherer_self, struct error *err)
{
	struct wishes all = {.how = how,
			     .wish = wish,
			     .gatherer = gatherer,
			     .gatherer_self = gatherer_self,
			     .granted = xcalloc(nr + 1, sizeof(*all.granted))};
	struct jobs jobs = {.nr = nr,
			    .threads = how->jobs,
			    .work = grant,
			    .hand_over = hand_over,
			    .context = &all};
	int rc;

	size_tally_init(&all.tally, how, nr);
	rc = jobs_run(&jobs, err);
	size_tally_release(&all.tally);
	for (size_t i = 0; i < nr; i++)
		free(all.granted[i].result);
	free(all.granted);
	return rc;
}
