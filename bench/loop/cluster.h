/*
 * The hosts of a row and the zones that live on them: a machine behind the seam, and what
 * the loop must know of it. Plans are carried out here, wholly or not at all; where memory
 * then is is the machine's word; whoever wants to know is told (observer.h).
 */
#ifndef BENCH_LOOP_CLUSTER_H
#define BENCH_LOOP_CLUSTER_H

#include "backend/backend.h"
#include "bench/loop/live.h"
#include "bench/loop/observer.h"
#include "choice/fleet.h"
#include "choice/groups.h"

struct books; /* bench/accounts/books.h */

struct cluster {
	const struct host *const *host;
	uint32_t nr_hosts;
	struct backend *backend;
	const struct host_state **state; /* observed once; the backend keeps them current */
	struct fleet fleet; /* which hosts have room */
	struct groups groups; /* which of them a zone's group leaves it */
	struct live_set live;
	int64_t now_ns; /* of what happens now */
	bool check; /* verify each plan against what the machine says */
	/* Ask the machine before each step: where others use it too, where what passes is
	 * recorded or comes from a record, and with `check`. Else its apply says the same. */
	bool asks_first;
	uint32_t nr_left; /* zones that a killed run left and this one goes on with */
	struct books *books; /* the row's own, told before the audience */
	struct audience *audience;
	struct plan_memory part[PLAN_MEMORY_MAX]; /* scratch: what was measured, of nodes */
};

/* Hosts are chosen by `choice`; the backend is opened by config, with `record` (a path, or NULL) in
 * front of it. On failure close it all the same. */
int cluster_open(struct cluster *c, const struct choice *choice, const struct backend_ops *ops,
		 const struct backend_config *config, const char *record,
		 struct error *err) MUST_USE;
/* At the end of all steps; ERR_MACHINE: the record cannot be written. */
int cluster_keep_record(struct cluster *c, struct error *err) MUST_USE;
void cluster_close(struct cluster *c); /* zeroed is fine */

/* The zone in `slot` goes soon: what is known of it is fetched; later, when that is there,
 * what is known of its host. */
void cluster_expect_zone(const struct cluster *c, uint32_t slot);
void cluster_expect_host_of(const struct cluster *c, uint32_t slot);

/* Would the machine take the plan? It may refuse what the policy accepts (an allocator that
 * never leaves the home node). Passes where cluster_start() is the first to ask. */
int cluster_may_start(struct cluster *c, uint32_t host, const struct plan *p,
		      struct error *err) MUST_USE;
/* The plan comes true, in *slot; cluster_may_start() has passed. *placed says whether the
 * zone runs; errors after that are of measuring it. Without asks_first a refusal is the
 * machine's answer to the question. */
int cluster_start(struct cluster *c, uint32_t host, const struct plan *p,
		  const struct zone_event *ev, uint64_t ordinal, uint32_t *slot, bool *placed,
		  struct error *err) MUST_USE;
/* Which zone that a killed run left is this one of the workload, as struct step's `left`; 0: none.
 */
uint32_t cluster_find_left(const struct cluster *c, const struct zone *z, uint64_t ordinal);
/* The same as cluster_start(), with the plan that the zone has, which is put into `p`. */
int cluster_go_on(struct cluster *c, uint32_t left, struct plan *p, const struct zone_event *ev,
		  const struct zone *z, uint64_t ordinal, uint32_t *slot, bool *placed,
		  struct error *err) MUST_USE;
/* Another amount of memory for a zone with this plan. The machine may have less to give. */
int cluster_resize(struct cluster *c, uint32_t slot, const struct plan *p, int64_t bytes,
		   struct error *err) MUST_USE;
/* Of one host: all of them stop, then each starts anew in its slot by its plan, in this order. To
 * those who look on their memory has moved. A machine that has no room then has broken its word:
 * ERR_MACHINE. */
int cluster_restart(struct cluster *c, const uint32_t *slot, const struct plan *const *plan,
		    uint32_t nr, struct error *err) MUST_USE;
/* Stop the zone in `slot` and give everything back. */
int cluster_stop(struct cluster *c, uint32_t slot, struct error *err) MUST_USE;
/* It has exited by itself. */
int cluster_forget(struct cluster *c, uint32_t slot, struct error *err) MUST_USE;
/* Tell of all that still run, in the order of slots. */
int cluster_tell_alive(struct cluster *c, struct error *err) MUST_USE;

#endif
