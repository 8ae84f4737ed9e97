#include "base/jobs.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/cpuset.h"

struct worker {
	struct crew *crew;
	pthread_t thread;
	size_t piece; /* that it is at; SIZE_MAX: none */
	atomic_bool cancel;
};

enum piece_state { PIECE_WAITING, PIECE_DONE };

struct crew {
	const struct jobs *jobs;
	pthread_mutex_t lock;
	struct worker *worker;
	unsigned nr_workers;
	size_t next; /* piece to begin */
	size_t handed; /* pieces handed over */
	bool handing; /* by somebody, right now */
	struct piece {
		enum piece_state state;
		int rc;
	} * piece;
	size_t failed; /* the lowest piece that did; SIZE_MAX: none */
	int rc;
	struct error err;
};

/* Under the lock. */
static void note_failure(struct crew *c, size_t piece, int rc, const struct error *err)
{
	if (!rc || piece >= c->failed)
		return;
	c->failed = piece;
	c->rc = rc;
	c->err = *err;
	for (unsigned i = 0; i < c->nr_workers; i++)
		if (c->worker[i].piece != SIZE_MAX && c->worker[i].piece > piece)
			atomic_store(&c->worker[i].cancel, true);
}

/* Under the lock, which is let go while a piece is handed over. Whoever finds nobody at it
 * hands over all that are next. */
static void hand_over(struct crew *c)
{
	const struct jobs *j = c->jobs;

	if (c->handing)
		return;
	c->handing = true;
	while (c->handed < j->nr && c->piece[c->handed].state == PIECE_DONE) {
		size_t i = c->handed++;
		struct error err = {0};
		int rc;

		if (!j->hand_over)
			continue;
		pthread_mutex_unlock(&c->lock);
		rc = j->hand_over(j->context, i, c->piece[i].rc, &err);
		pthread_mutex_lock(&c->lock);
		note_failure(c, i, rc, &err);
	}
	c->handing = false;
}

static void *work(void *argument)
{
	struct worker *w = argument;
	struct crew *c = w->crew;
	const struct jobs *j = c->jobs;

	pthread_mutex_lock(&c->lock);
	while (c->next < j->nr && c->failed == SIZE_MAX) {
		struct error err = {0};
		int rc;

		w->piece = c->next++;
		atomic_store(&w->cancel, false);
		pthread_mutex_unlock(&c->lock);
		rc = j->work(j->context, w->piece, &w->cancel, &err);
		pthread_mutex_lock(&c->lock);
		c->piece[w->piece].state = PIECE_DONE;
		c->piece[w->piece].rc = rc;
		note_failure(c, w->piece, rc, &err);
		w->piece = SIZE_MAX;
		hand_over(c);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* The caller is the first worker; threads that cannot be had are done without. */
static void start_all(struct crew *c)
{
	unsigned started = 1;

	for (; started < c->nr_workers; started++)
		if (pthread_create(&c->worker[started].thread, NULL, work, &c->worker[started]))
			break;
	work(&c->worker[0]);
	for (unsigned i = 1; i < started; i++)
		pthread_join(c->worker[i].thread, NULL);
}

int jobs_run(const struct jobs *j, struct error *err)
{
	struct crew c = {.jobs = j, .failed = SIZE_MAX};

	BUG_ON(!j->threads);
	c.nr_workers = j->threads < j->nr ? j->threads : (unsigned)j->nr;
	c.nr_workers = c.nr_workers ? c.nr_workers : 1;
	c.worker = xcalloc(c.nr_workers, sizeof(*c.worker));
	c.piece = xcalloc(j->nr + 1, sizeof(*c.piece));
	for (unsigned i = 0; i < c.nr_workers; i++) {
		c.worker[i].crew = &c;
		c.worker[i].piece = SIZE_MAX;
	}
	pthread_mutex_init(&c.lock, NULL);
	start_all(&c);
	pthread_mutex_destroy(&c.lock);
	free(c.worker);
	free(c.piece);
	if (c.rc && err)
		*err = c.err;
	return c.rc;
}

/* Linux says it in a line of /proc/self/status: "Cpus_allowed_list:	0-3,8-11". */
static unsigned allowed_cpus(void)
{
	static const char field[] = "Cpus_allowed_list:";
	FILE *f = fopen("/proc/self/status", "r");
	char line[4096];
	unsigned nr = 0;

	while (f && !nr && fgets(line, sizeof(line), f)) {
		const char *list = line + sizeof(field) - 1;
		struct cpuset set;

		if (strncmp(line, field, sizeof(field) - 1) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (cpuset_parse(&set, list + strspn(list, " \t")))
			nr = cpuset_count(&set);
	}
	if (f)
		fclose(f);
	return nr;
}

unsigned jobs_usable_cpus(void)
{
	unsigned allowed = allowed_cpus();
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	if (allowed)
		return allowed;
	return online > 0 ? (unsigned)online : 1;
}
