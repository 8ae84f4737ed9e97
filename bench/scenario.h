/*
 * A scenario: launches, balloons and stops in a fixed order, on nodes that it names
 * itself. It is carried out on any backend (bench/rehearse.h), so that what one
 * machine does can be held against another. Text, one step a line:
 *
 *	start NAME SIZE nodes N[,N...] [vcpus N] [vnuma]
 *	balloon NAME SIZE
 *	stop NAME
 *	together ... end	the launches between them happen at the same moment
 *
 * SIZE is as everywhere ("300MiB"), a whole number of pages. Nodes are by the number
 * people see. With "vnuma" the guest is told of its nodes, memory is split evenly and
 * asked for on exactly them; without, it is told of none and its memory comes from
 * where the hypervisor finds it, round these nodes. vCPUs default to one a node. A "#"
 * begins a comment.
 */
#ifndef BENCH_SCENARIO_H
#define BENCH_SCENARIO_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/error.h"
#include "host/host.h"
#include "plan/plan.h"

struct scenario_step {
	enum step_kind kind; /* START, RESIZE or STOP */
	const char *text; /* the line, blanks trimmed */
	uint32_t slot; /* of its zone */
	uint32_t group; /* launches at the same moment share one; 0: alone */
	int64_t bytes; /* RESIZE */
};

struct scenario_zone {
	struct zone zone;
	struct plan plan; /* without memory[]: what is free decides that */
};

/* Zero-initialise; the release frees everything. Plans borrow their zone and the host. */
struct scenario {
	const char *name; /* the file's, without its folder and suffix */
	size_t nr_steps, cap_steps;
	struct scenario_step *step;
	uint32_t nr_zones; /* slots: every start has one of its own */
	size_t cap_zones;
	struct scenario_zone **zone; /* by slot */
	uint32_t nr_there; /* of them, the first ones, have been there: plans with memory[] */
	struct arena arena;
};

/* ERR_INPUT with file:line:column. On failure `out` is released. `host` must outlive it. */
int scenario_load(struct scenario *out, const char *path, const struct host *host,
		  struct error *err) MUST_USE;
void scenario_release(struct scenario *s);

#endif
