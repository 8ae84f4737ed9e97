/*
 * Flows as a problem to be solved in rounds: who uses how much of what, laid out once. The
 * flows that are worked out are those that are nobody's double (doubles.h). Resources that
 * all flows use alike, as the controllers under pages that are striped, have one sum.
 */
#ifndef COST_FLOWS_PROBLEM_H
#define COST_FLOWS_PROBLEM_H

#include "base/nodeset.h"
#include "cost/flows/equilibrium.h"
#include "cost/flows/maxmin.h"
#include "cost/flows/resources.h"

#define UNUSED UINT32_MAX

/* What one flow takes of one resource. */
struct hold {
	uint32_t number;
	bool can_end; /* what it takes can run out */
	double amount; /* for each unit of its rate */
	double through; /* share of its accesses that pass there */
};

/* What the load adds to the latency between two nodes. */
struct queue {
	double controller, port, fabric, link;
};

/* A resource that is used and can run out. */
struct column {
	uint32_t number;
	uint32_t like; /* the first column with the same sum: itself, or one before */
	uint32_t first, end; /* of those worked out, who use it */
	double *amount; /* of each of them, for each unit of its rate */
	double capacity;
	const struct host_curve *measured; /* how its latency rises; NULL: as any */
	bool shared; /* by flows of other nodes, so by doubles too */
};

/* Memory that grows. */
struct room {
	void *memory;
	size_t bytes;
};

/* All flows and what they use, as maxmin.h has it; made when something runs out. */
struct filling {
	bool made;
	struct room room;
	struct maxmin_flow *flow;
	struct maxmin_use *use; /* flow after flow */
	uint32_t *core_use; /* of a flow: where in use[] it has its core */
	uint32_t *wide; /* the solver's resource to its number */
	uint32_t *compact; /* and back */
	double *capacity, *rate;
	uint32_t *stop;
	uint32_t nr;
	void *scratch;
};

struct problem {
	const struct cost_params *p;
	struct flows *flows;
	uint64_t *kind; /* of the flows that it was laid out for */
	uint32_t nr_flows; /* 0: none, or some have no kind */
	struct room room, column_room;
	struct resources n;
	/* By number. Outside a solve amount, through, used and wait are 0, and
	 * curve 1: what a solve touches it puts back. */
	double *capacity;
	double *amount, *through; /* of the flow whose uses are being collected */
	double *used; /* share of capacity in use, 0 to 1 */
	double *curve; /* what that makes of latency */
	double *wait; /* queue kept by those whom it stops, ns */
	double *extra, *rate_through; /* while the queues are found */
	uint32_t *compact; /* number to column */
	uint64_t *seen; /* a bit for each number; none outside a solve */
	struct queue *queue; /* [node][memory node] */
	/* Flows that are worked out: lead[nr_lead], ascending, and by their place there. */
	uint32_t *lead;
	uint32_t nr_lead;
	uint32_t *of; /* a flow's place, or that of whose double it is */
	uint32_t *row; /* the first place with pages as here, on the same node */
	uint32_t *first_hold; /* one more at the end */
	nodeset *memory; /* the nodes of its pages */
	double *idle_ns; /* their latency */
	double *weight, *cap, *rate;
	double *lines; /* that it keeps in flight for each unit of its rate */
	uint32_t *stop; /* number; UNUSED: its own cap */
	double *part, *part_through; /* of a sum */
	struct hold *hold;
	struct column *column; /* by number, ascending */
	uint32_t *wide; /* a column's number */
	double *sum; /* of a column */
	uint32_t nr_columns;
	uint32_t *core; /* a flow's core's column */
	nodeset nodes; /* of the flows that are worked out */
	nodeset pages[NODES_MAX]; /* of such a node: where their pages are */
	struct filling fill;
};

/* Used by flows of several nodes, so by doubles too: else a node's own. */
static inline bool is_shared(const struct problem *s, uint32_t number)
{
	return number < s->n.port_read || (number >= s->n.fabric && number < s->n.core);
}

/* A piece of memory for `nr` of this size; `memory` may be NULL while sizes are added up. */
static inline void *carve(char *memory, size_t *at, size_t nr, size_t size)
{
	void *piece = memory ? memory + *at : NULL;

	*at += (nr * size + 7) / 8 * 8;
	return piece;
}

static inline void see(struct problem *s, uint32_t number)
{
	s->seen[number / 64] |= nodeset_of(number % 64);
}

/* At least `need` bytes, whose content is lost. */
void *room_of(struct room *r, size_t need);
/* All that was seen, ascending, into wide[], and to[] for the way back; how many. */
uint32_t number_seen(struct problem *s, uint32_t *to, uint32_t *wide);

struct problem *problem_begin(struct flows *f, const struct cost_params *p,
			      struct equilibrium_work *w);
void problem_end(struct problem *s);
/* What flows take of each column at rate[] of those worked out, into sum[]. */
void problem_sum(struct problem *s);
/* Max-min rates at weight[], cap[] and what cores take, into rate[] and stop[]. */
void problem_fill(struct problem *s);
void problems_release(struct problem *s); /* NULL is fine */

#endif
