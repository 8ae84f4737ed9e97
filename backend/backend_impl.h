/*
 * For the machines behind the seam (sim/, backend-linux/, backend-xen/, and
 * backend/'s own recorder and replay). Callers include backend/backend.h, which says
 * what each function promises; here is what a machine adds to that.
 *
 * A machine is a struct that begins with struct backend, and one static const table:
 *
 *	struct mine { struct backend base; struct host_state *state; ... };
 *
 *	static int mine_open(struct backend **out, const struct backend_config *config,
 *			     struct error *err)
 *	{
 *		struct mine *m = xcalloc(1, sizeof(*m));
 *
 *		m->base = (struct backend){.ops = &mine_backend,
 *					   .nr_hosts = config->nr_hosts};
 *		...
 *		*out = &m->base;
 *	}
 *
 * and a row in the table of cli/backends.c.
 *
 * What the wrappers of backend.h have done before a function here is called: *out of
 * open is NULL; a backend that is absent is not opened, and one without options not with
 * some; steps outside `can` and hosts that do not exist are refused, in observe a bug;
 * wait is not asked to go back. Whether a slot is in use, whether a plan is for this
 * host, whether there is room: that is the machine's to look at, in check, and in apply
 * again. The simplest apply calls check first.
 *
 * Books. Keep one struct host_state a host: host_state_init(), then _take() and
 * _give() with the plan of a zone that starts and stops, where a zone is just what its
 * plan expects (plan/host_state.h); a live machine reads it from the system instead.
 * All zones' vCPUs count at their vnode's node.
 *
 * Keep nothing of the caller's: no plan, no zone, no step. Keep nothing in variables
 * of the file: the next row may run in another thread. Every function but open is
 * called between open and close, by one thread at a time, and may take `err` NULL.
 */
#ifndef BACKEND_BACKEND_IMPL_H
#define BACKEND_BACKEND_IMPL_H

#include "backend/backend.h"
#include "backend/options.h"

struct backend_ops {
	const char *name; /* as given to --backend */
	const char *summary; /* one line for `homenode list backends` */
	/* A sentence that says what this build lacks and how to get it; open refuses with it, and
	 * no function is there. NULL: the backend is there. */
	const char *absent;
	unsigned can; /* STEP_* bits, START and STOP at least; constant */
	unsigned traits; /* BACKEND_* bits */
	/* With BACKEND_FIXED_HOST the host, as --host names it; else NULL. */
	const char *default_host;
	/* With BACKEND_OWN_ALLOCATOR which one of those that --allocator knows hands out memory;
	 * else NULL: the option "allocator" says, or none of them is meant. */
	const char *allocator;
	const struct backend_option *option; /* ends with a zeroed entry; NULL: none */
	/* Which of "SRAT SLIT HMAT CPUID" a zone on it can be told truly, blank separated;
	 * "" with the reason in `why` when none. NULL: its zones are told nothing. Asked
	 * without an open backend. */
	void (*tells)(char *out, size_t size, struct error *why);

	/* Frees everything on failure and leaves *out NULL. */
	int (*open)(struct backend **out, const struct backend_config *config, struct error *err);
	/* Stops what runs, frees. */
	void (*close)(struct backend *b);
	/* >= 0; never less than before, and never less than the last event's at_ns. */
	int64_t (*now_ns)(const struct backend *b);
	int (*check)(struct backend *b, const struct step *s, struct error *err);
	int (*apply)(struct backend *b, const struct step *s, struct error *err);
	/* Both at once, filling all of *now as measure does, or leaving it as it is. NULL: one
	 * after the other, as for a machine that moves memory when it likes, or a recorder. */
	int (*apply_and_measure)(struct backend *b, const struct step *s, struct measure *now,
				 struct error *err);
	/* until_ns may have passed already on a wall clock. At a timeout at_ns >= until_ns. A
	 * zone that ended is out of the books when its event is returned. */
	int (*wait)(struct backend *b, int64_t until_ns, struct event *out, struct error *err);
	const struct host_state *(*observe)(struct backend *b, uint32_t host);
	/* Hints; NULL: it makes nothing of them. The host exists, the slot may not. */
	void (*expect_host)(const struct backend *b, uint32_t host);
	void (*expect_zone)(const struct backend *b, uint32_t slot);
	/* Fills all of *out. */
	int (*measure)(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
		       struct error *err);
	/* NULL: nothing of it outlives a run. */
	const struct left_zone *(*left)(const struct backend *b, uint32_t number);
	/* NULL: it is no model of another machine. */
	int (*correct)(struct backend *b, const struct step *s, const int64_t *bytes,
		       struct error *err);
	/* NULL: it knows none, as a recorder, which does not write them down. */
	bool (*bounds)(const struct backend *b, uint32_t host, uint32_t slot, int64_t *least,
		       int64_t *most);
};

/* First member of every machine's own struct; open fills in the first two. `ops` is the
 * table that was opened, or the machine's own copy of it with a narrower mask (a recorder
 * has the mask of what it wraps), which must then live as long. */
struct backend {
	const struct backend_ops *ops;
	uint32_t nr_hosts;
	int64_t waited_ns; /* the wrappers': the caller has waited until here */
};

#endif
