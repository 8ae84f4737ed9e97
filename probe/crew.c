#include "probe/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "probe/machine.h"

#define SPINS_MAX 4096
#define YIELDS_MAX (4 * SPINS_MAX)

struct member {
	struct crew *crew;
	uint32_t i;
	pthread_t thread;
	struct cpuset cpus;
	int rc; /* of pinning */
	struct error err;
};

struct crew {
	uint32_t nr, started;
	atomic_uint arrived, round; /* of the barrier */
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t begin, end;
	void (*work)(void *context, uint32_t i); /* NULL: they go home */
	void *context;
	uint64_t job;
	uint32_t at_work;
	struct member member[];
};

void crew_meet(struct crew *crew)
{
	unsigned round = atomic_load_explicit(&crew->round, memory_order_acquire);
	unsigned spins = 0;

	if (atomic_fetch_add_explicit(&crew->arrived, 1, memory_order_acq_rel) + 1 == crew->nr) {
		atomic_store_explicit(&crew->arrived, 0, memory_order_relaxed);
		atomic_store_explicit(&crew->round, round + 1, memory_order_release);
		return;
	}
	/* two of a crew may have to share a CPU, so that spinning has an end; who is as late as
	 * that may be waiting for this very CPU outside of a virtual machine */
	while (atomic_load_explicit(&crew->round, memory_order_acquire) == round)
		if (++spins > YIELDS_MAX)
			nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
		else if (spins > SPINS_MAX)
			sched_yield();
}

static void pin(void *context, uint32_t i)
{
	struct member *m = &((struct crew *)context)->member[i];

	m->rc = machine_pin(&m->cpus, &m->err);
}

static void *thread_main(void *arg)
{
	struct member *m = arg;
	struct crew *crew = m->crew;
	uint64_t done = 0;

	for (;;) {
		void (*work)(void *context, uint32_t i);
		void *context;

		pthread_mutex_lock(&crew->lock);
		while (crew->job == done)
			pthread_cond_wait(&crew->begin, &crew->lock);
		done = crew->job;
		work = crew->work;
		context = crew->context;
		pthread_mutex_unlock(&crew->lock);
		if (!work)
			return NULL;
		if (work != pin)
			crew_meet(crew);
		work(context, m->i);
		pthread_mutex_lock(&crew->lock);
		if (--crew->at_work == 0)
			pthread_cond_signal(&crew->end);
		pthread_mutex_unlock(&crew->lock);
	}
}

static void give_job(struct crew *crew, void (*work)(void *context, uint32_t i), void *context)
{
	pthread_mutex_lock(&crew->lock);
	crew->work = work;
	crew->context = context;
	crew->job++;
	crew->at_work = crew->started;
	pthread_cond_broadcast(&crew->begin);
	while (work && crew->at_work)
		pthread_cond_wait(&crew->end, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}

void crew_work(struct crew *crew, void (*work)(void *context, uint32_t i), void *context)
{
	give_job(crew, work, context);
}

uint32_t crew_size(const struct crew *crew)
{
	return crew->nr;
}

/* Each thread pins itself: that needs no names of threads. */
static int pin_all(struct crew *crew, struct error *err)
{
	give_job(crew, pin, crew);
	for (uint32_t i = 0; i < crew->nr; i++)
		if (crew->member[i].rc)
			return error_set(err, crew->member[i].rc, "%s", crew->member[i].err.text);
	return 0;
}

int crew_open(struct crew **out, const struct cpuset *cpus, uint32_t nr, struct error *err)
{
	struct crew *crew = xcalloc(1, sizeof(*crew) + nr * sizeof(crew->member[0]));
	int rc = 0;

	BUG_ON(!nr);
	*out = NULL;
	crew->nr = nr;
	atomic_init(&crew->arrived, 0);
	atomic_init(&crew->round, 0);
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->begin, NULL);
	pthread_cond_init(&crew->end, NULL);
	for (uint32_t i = 0; !rc && i < nr; i++) {
		struct member *m = &crew->member[i];

		m->crew = crew;
		m->i = i;
		m->cpus = cpus[i];
		rc = pthread_create(&m->thread, NULL, thread_main, m);
		if (rc)
			rc = error_set(err, ERR_MACHINE, "thread %u of %u cannot be started: %s",
				       i + 1, nr, strerror(rc));
		else
			crew->started++;
	}
	if (!rc)
		rc = pin_all(crew, err);
	if (rc)
		crew_close(crew);
	else
		*out = crew;
	return rc;
}

void crew_close(struct crew *crew)
{
	if (!crew)
		return;
	give_job(crew, NULL, NULL);
	for (uint32_t i = 0; i < crew->started; i++)
		pthread_join(crew->member[i].thread, NULL);
	pthread_cond_destroy(&crew->begin);
	pthread_cond_destroy(&crew->end);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}
