/* Hosts and zones for the simulator's tests. */
#ifndef TESTS_SIM_LIB_H
#define TESTS_SIM_LIB_H

#include "backend/backend.h"
#include "base/units.h"
#include "zone/zone.h"

/* `nodes` nodes of `cpus` CPUs and `bytes`; 12 within the first and the second
 * half, 32 between them. */
struct host *sim_host(unsigned nodes, unsigned cpus, int64_t bytes);
struct backend *sim_open(const struct host *host, const char *options);

/* Start a zone of `bytes` with its vnodes on these nodes (k of them). */
void sim_start(struct backend *b, const struct host *host, uint32_t slot, const unsigned *node,
	       unsigned k, int64_t bytes);
void sim_resize(struct backend *b, uint32_t slot, int64_t bytes);
void sim_stop(struct backend *b, uint32_t slot);

/* Pages of the zone per node, all vnodes together. */
void sim_pages(struct backend *b, uint32_t slot, int64_t pages[NODES_MAX]);
/* Share of its pages, in ppm, on its vnodes' own nodes / on another of its nodes. */
int64_t sim_wrong_ppm(struct backend *b, uint32_t slot, const unsigned *node, unsigned k,
		      int64_t *resident);

#endif
