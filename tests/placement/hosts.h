/* Hosts and zones that the tests of plan/ and placement/ build by code. */
#ifndef TESTS_PLACEMENT_HOSTS_H
#define TESTS_PLACEMENT_HOSTS_H

#include "base/rng.h"
#include "base/units.h"
#include "host/host.h"
#include "placement/policy.h"
#include "plan/host_state.h"
#include "zone/zone.h"

/* Node n has cpus[n] CPUs (numbered on from node 0) and bytes[n]; all distances
 * `distance`, 10 on the diagonal. Change it, then give it to test_host_done(). */
struct host *test_host(unsigned nr_nodes, const unsigned *cpus, const int64_t *bytes,
		       uint32_t distance);
void test_host_device(struct host *h, const char *name, const char *pci, nodeset nodes);
void test_set_distance(struct host *h, unsigned from, unsigned to, uint32_t distance);
struct host *test_host_done(struct host *h);

/* The seed's host: 8 nodes of 16 CPUs and 16 GiB, 10/12/32, nic0 on node 5, gpu0
 * on node 2, gpu1 on node 6. */
struct host *test_host_seed(void);
/* Anything at all: 1 to 64 nodes, ragged, asymmetric, nodes without CPUs or
 * memory, sparse os_indexes, devices. */
struct host *test_host_random(struct rng *r);

/* All nodes alike, 20 apart. */
struct host *test_host_uniform(unsigned nr, unsigned cpus, int64_t bytes);

/* Static, PVH, valid. */
struct zone test_zone(const char *name, uint32_t vcpus, int64_t bytes);
struct zone test_zone_random(struct rng *r, const struct host *h, const char **device_store);

/* Place under a policy by name; `text` (ERROR_TEXT_MAX) gets the refusal. */
int test_place(const char *policy, const struct host_state *s, const struct zone *z,
	       struct plan *out, char *text);
/* "7,5,6" of a plan, by os_index, in the order chosen. */
const char *test_nodes(const struct plan *p);

/* On an empty host: the nodes placed on, or what the refusal must say (NULL: anything). */
void test_expect(const char *policy, struct host *h, uint32_t vcpus, int64_t bytes, int want_rc,
		 const char *want);
/* Placed on an empty host; checked. */
struct plan test_plan(const char *policy, struct host *h, const struct zone *z);
/* Place, take and note; the return code of the policy. `text` as above. */
int test_start_zone(const char *policy, struct host_state *s, struct policy_memory *m, uint64_t id,
		    uint32_t vcpus, int64_t bytes, char *text);

#endif
