/*
 * One cell measured once: the machine's CPUs as threads, the nodes' memory, and who of
 * them does what for which figure.
 */
#ifndef PROBE_VISIT_H
#define PROBE_VISIT_H

#include "base/error.h"
#include "probe/cells.h"
#include "probe/memory.h"
#include "probe/traffic.h"

/* Memory of a node: one piece to chase through, one to stream through. */
struct visit_node {
	struct memory ring, bulk;
	void *entry[TRAFFIC_CHAINS_MAX]; /* of the ring's cycle */
	const char *why; /* it cannot be measured, and why; NULL */
};

struct visit_thread {
	unsigned cpu;
	uint32_t node; /* position */
	bool works; /* false: a sibling of a core whose other thread works */
};

struct visit {
	const struct survey_machine *m;
	const struct kernel_set *set;
	const atomic_bool *stop;
	int64_t warm_ns, window_ns;
	struct crew *crew;
	struct visit_thread *thread;
	struct traffic *traffic; /* by thread */
	uint32_t nr_threads, moved;
	struct visit_node *node;
	double *most; /* of each loop, nr x nr: what it as load gets unhindered; 0: not known yet */
};

/* Threads on every CPU of the machine that this process may use. Errors as crew_open(). */
int visit_open(struct visit *v, const struct survey_machine *m, struct error *err) MUST_USE;
/* The nodes' memory of `bytes` each, for the figures asked for (bits). ERR_NO_ROOM, and
 * what memory_get() says. */
int visit_take_memory(struct visit *v, size_t bytes, unsigned figures, struct error *err) MUST_USE;
void visit_close(struct visit *v); /* zeroed is fine */

/* One more sample for the cell, and for those that ride with it, or its `why`; false:
 * stopped before that. */
bool visit_cell(struct visit *v, struct survey_cell *c);

#endif
