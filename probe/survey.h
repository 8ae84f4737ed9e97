/*
 * A survey of a machine's memory: the cells (cells.h) measured in rounds, each round in
 * another order, so that a machine that warms up or gets busy does so for all alike. A
 * cell that lies apart from its like is measured again; what cannot be is refused.
 *
 * Every node's memory is taken once, bound to it, and read back; it is used by all.
 */
#ifndef PROBE_SURVEY_H
#define PROBE_SURVEY_H

#include <stdatomic.h>

#include "base/error.h"
#include "probe/cells.h"
#include "probe/conditions.h"

#define SURVEY_REPEATS_MAX 1000

struct survey_request {
	struct survey_machine machine;
	unsigned figures; /* bits 1 << CELL_...; not 0 */
	/* Of each node's pieces (one to read, one to chase through); 0: four times the
	 * last-level caches of the node with most of them, at least 256 MiB. */
	size_t bytes;
	uint32_t repeats; /* rounds, 1 .. SURVEY_REPEATS_MAX */
	int64_t warm_ns, window_ns; /* before a sample, and of one */
	int64_t time_ns; /* no sample begins later than that after the start; 0: no end */
	const char *kernels; /* instruction set; NULL: the widest */
	const atomic_bool *stop; /* a signal came: end with what there is; NULL: never */
	/* Before each sample; NULL: nobody wants to know. */
	void (*progress)(void *context, const struct survey_cell *c, uint32_t done, uint32_t total);
	void *context;
};

/* Of how it was done. */
struct survey {
	struct survey_cell *cell;
	uint32_t nr;
	uint32_t done, total; /* samples, without those taken again */
	bool stopped, late; /* by a signal; by the time */
	size_t bytes; /* of each piece */
	int64_t cache_bytes; /* the most that serve a node */
	const char *cache_from; /* as machine_last_cache_bytes() */
	int64_t least_huge_ppm; /* of any piece, in huge pages; -1: not known */
	int64_t least_on_node_ppm; /* of a sample of any piece's pages, where bound; -1 */
	const char *pages; /* of that piece: "hugetlb", "thp", "base" */
	const char *kernels; /* instruction set */
	uint32_t threads; /* at work at most */
	uint32_t moved; /* threads found on another CPU than they were pinned to */
	struct conditions before, after;
};

/*
 * ERR_NO_ROOM when a node's free memory is short (nothing less is measured instead),
 * ERR_CANNOT when this process may not use any CPU or there is no such instruction set,
 * ERR_MACHINE when pages came from elsewhere. Cells that could not be measured have
 * `why`, those that there was no time for have no samples. Released by survey_release(), after
 * errors too.
 */
int survey_run(struct survey *out, const struct survey_request *r, struct error *err) MUST_USE;
/* About how long that will take, without what is measured again or taken for memory. */
int64_t survey_expected_ns(const struct survey_request *r);
void survey_release(struct survey *s); /* zeroed is fine */

#endif
