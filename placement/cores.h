/*
 * Free CPUs of a node's cores, one number a core, in ascending order of cores. A
 * host says how many cores a node has, not which CPUs share one: where they do not
 * come out even, the lowest cores have a CPU more, as on machines whose cores with
 * two threads are numbered before those with one.
 */
#ifndef PLACEMENT_CORES_H
#define PLACEMENT_CORES_H

#include <stdint.h>

#include "host/host.h"

void cores_fill(const struct host_node *n, uint16_t *free_cpus); /* nothing is taken */
uint32_t cores_free(const struct host_node *n, const uint16_t *free_cpus); /* their sum */

/*
 * Both take from free_cpus and add to `taken` (NULL: nobody asks), and return how many
 * CPUs they took. Whole cores that are free, those of fewest CPUs first, then the
 * lowest, passing over what is more than is still wanted:
 */
uint32_t cores_take_whole(const struct host_node *n, uint16_t *free_cpus, uint32_t want,
			  uint16_t *taken);
/* CPU by CPU, out of the core with fewest free ones first, then the lowest. */
uint32_t cores_take_single(const struct host_node *n, uint16_t *free_cpus, uint32_t want,
			   uint16_t *taken);

#endif
