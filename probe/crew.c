#include "probe/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "probe/machine.h"

#define SPINS_MAX 4096

struct member {
	struct crew *crew;
	const struct cpuset *cpus;
	void (*work)(void *context, uint32_t i);
	void *context;
	uint32_t i;
	struct error err;
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
	/* two of a crew may have to share a CPU, so that spinning has an end */
	while (atomic_load_explicit(&crew->round, memory_order_acquire) == round)
		if (++spins > SPINS_MAX)
			sched_yield();
}

static void *start(void *arg)
{
	struct member *m = arg;

	if (machine_pin(m->cpus, &m->err))
		atomic_store(&m->crew->failed, true);
	crew_meet(m->crew);
	if (!atomic_load(&m->crew->failed))
		m->work(m->context, m->i);
	return NULL;
}

int crew_run(struct crew *crew, const struct cpuset *cpus, uint32_t nr,
	     void (*work)(void *context, uint32_t i), void *context, struct error *err)
{
	struct member *member = xcalloc(nr, sizeof(*member));
	pthread_t *thread = xcalloc(nr, sizeof(*thread));
	uint32_t started = 0;
	int rc = 0;

	crew->nr = nr;
	atomic_init(&crew->arrived, 0);
	atomic_init(&crew->round, 0);
	atomic_init(&crew->failed, false);
	for (; !rc && started < nr; started++) {
		member[started] = (struct member){.crew = crew,
						  .cpus = &cpus[started],
						  .work = work,
						  .context = context,
						  .i = started};
		rc = pthread_create(&thread[started], NULL, start, &member[started]);
		if (rc)
			break;
	}
	if (rc) {
		rc = error_set(err, ERR_MACHINE, "thread %u of %u cannot be started: %s",
			       started + 1, nr, strerror(rc));
		/* those who wait are let go: the missing ones are counted here */
		atomic_store(&crew->failed, true);
		for (uint32_t i = started; i < nr; i++)
			if (atomic_fetch_add(&crew->arrived, 1) + 1 == nr)
				atomic_fetch_add(&crew->round, 1);
	}
	for (uint32_t i = 0; i < started; i++) {
		pthread_join(thread[i], NULL);
		if (!rc && member[i].err.code)
			rc = error_set(err, member[i].err.code, "%s", member[i].err.text);
	}
	free(thread);
	free(member);
	return rc;
}
