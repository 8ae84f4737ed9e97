#include "backend-xen/lease_keeper.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend-xen/store_xen.h"
#include "base/alloc.h"
#include "base/clock.h"

struct lease_keeper {
	struct xs_handle *xs; /* of its own: a launch keeps the other one busy */
	struct store store;
	struct lease_place place;
	char id[LEASE_ID_MAX + 1], path[LEASE_TEXT_MAX], text[LEASE_TEXT_MAX];
	uint64_t beat;
	atomic_bool lost;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool ends; /* under the lock */
};

static void beat(struct lease_keeper *k)
{
	char next[LEASE_TEXT_MAX];

	switch (k->store.ops->swap(k->store.self, k->path, k->text,
				   lease_text(k->beat + 1, &k->place, next))) {
	case STORE_SWAPPED:
		k->beat++;
		memcpy(k->text, next, sizeof(next));
		break;
	case STORE_OTHER:
		atomic_store(&k->lost, true);
		break;
	case STORE_FAILED: /* once more, a beat later */
		break;
	}
}

/* False: it is to end. */
static bool await_beat(struct lease_keeper *k)
{
	int64_t at = monotonic_ns() + LEASE_BEAT_NS;
	struct timespec until = {.tv_sec = (time_t)(at / NS_PER_S),
				 .tv_nsec = (long)(at % NS_PER_S)};
	bool ends;

	pthread_mutex_lock(&k->lock);
	while (!k->ends && pthread_cond_timedwait(&k->changed, &k->lock, &until) != ETIMEDOUT)
		;
	ends = k->ends;
	pthread_mutex_unlock(&k->lock);
	return !ends;
}

static void *keep(void *self)
{
	struct lease_keeper *k = self;

	while (await_beat(k))
		if (!atomic_load(&k->lost))
			beat(k);
	return NULL;
}

static int start_thread(struct lease_keeper *k, struct error *err)
{
	pthread_condattr_t monotonic;
	sigset_t all, before;
	int why;

	pthread_mutex_init(&k->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&k->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	/* signals are for those who wait */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	why = pthread_create(&k->thread, NULL, keep, k);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!why)
		return 0;
	pthread_cond_destroy(&k->changed);
	pthread_mutex_destroy(&k->lock);
	return error_set(err, ERR_MACHINE, "a thread cannot be made: %s", strerror(why));
}

static void close_store(struct lease_keeper *k)
{
	if (k->xs)
		xs_close(k->xs);
	free(k);
}

int lease_keeper_begin(struct lease_keeper **out, struct error *err)
{
	struct lease_keeper *k = xcalloc(1, sizeof(*k));
	int rc = lease_draw(k->id, err);

	*out = NULL;
	lease_place_here(&k->place);
	lease_path(k->id, k->path);
	lease_text(0, &k->place, k->text);
	k->xs = rc ? NULL : xs_open(0);
	k->store = store_of(k->xs);
	if (!rc &&
	    (!k->xs || k->store.ops->swap(k->store.self, k->path, NULL, k->text) != STORE_SWAPPED))
		rc = error_set(err, ERR_MACHINE, "%s cannot be written to xenstore: %s", k->path,
			       strerror(errno));
	if (!rc) {
		rc = start_thread(k, err);
		if (rc)
			(void)k->store.ops->swap(k->store.self, k->path, k->text, NULL);
	}
	if (rc) {
		close_store(k);
		return rc;
	}
	*out = k;
	return 0;
}

const char *lease_keeper_id(const struct lease_keeper *k)
{
	return k->id;
}

const struct lease_place *lease_keeper_place(const struct lease_keeper *k)
{
	return &k->place;
}

bool lease_keeper_lost(const struct lease_keeper *k)
{
	return atomic_load(&k->lost);
}

void lease_keeper_end(struct lease_keeper *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->ends = true;
	pthread_cond_signal(&k->changed);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	pthread_cond_destroy(&k->changed);
	pthread_mutex_destroy(&k->lock);
	(void)k->store.ops->swap(k->store.self, k->path, k->text, NULL);
	close_store(k);
}
