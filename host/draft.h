/*
 * A host from what programs other than hwloc print of a machine (private to host/):
 * nodes, CPUs and distances as they come, in any order; what is missing at the end is
 * assumed and said.
 */
#ifndef HOST_DRAFT_H
#define HOST_DRAFT_H

#include <stdbool.h>

#include "host/host.h"

#define DRAFT_UNKNOWN UINT32_MAX

struct draft_node {
	unsigned os_index;
	int64_t memory_bytes; /* -1: not said */
	int64_t free_bytes; /* the same; a host is empty, so this is only said */
};

struct draft_cpu {
	unsigned node; /* os_index, or DRAFT_UNKNOWN: the CPU is not there */
	unsigned socket, core; /* as the program numbers them, or DRAFT_UNKNOWN */
};

/* How many the text itself says there are. */
struct draft_count {
	uint64_t nr;
	unsigned long line; /* where; 0: nowhere */
};

struct draft {
	const char *path; /* for messages */
	unsigned long line; /* the same, of what is being read; from 1 */
	const char *program; /* "numactl -H" */
	char source[256]; /* one line on the machine, may be empty */
	struct draft_count nodes_said; /* in numactl's "available:" and xl's nr_nodes */
	struct draft_count cpus_said; /* xl's nr_cpus, which are those online */
	unsigned nr_nodes;
	struct draft_node node[NODES_MAX]; /* ascending os_index */
	struct draft_cpu cpu[CPUS_MAX];
	/* By os_index below NODES_MAX only; 0: not said. */
	uint32_t distance[NODES_MAX][NODES_MAX];
	unsigned threads_per_core; /* where cores have no numbers; 0: not said */
	unsigned nr_sockets; /* the same for sockets */
	unsigned nr_offline; /* CPUs that are there and on no node */
	unsigned nr_l3s;
	struct host_l3 *l3; /* without nodes */
	size_t cap_l3s;
	unsigned nr_devices;
	struct host_device *device; /* node i of `nodes` is os_index i until draft_host() */
	size_t cap_devices;
};

void draft_init(struct draft *d, const char *path, const char *program);
void draft_release(struct draft *d);
/* ERR_INPUT when there are too many, or a number is out of range or given before.
 * draft_node() finds or adds. */
int draft_node(struct draft *d, uint64_t os_index, struct draft_node **out,
	       struct error *err) MUST_USE;
int draft_cpu(struct draft *d, uint64_t cpu, uint64_t node, uint64_t socket, uint64_t core,
	      struct error *err) MUST_USE;
int draft_memory(struct draft *d, uint64_t node, uint64_t value, int64_t unit_bytes,
		 struct error *err) MUST_USE;
/* Of a node that is there; what is more than anybody has is passed over. */
void draft_free(struct draft *d, uint64_t node, uint64_t value, int64_t unit_bytes);
int draft_distance(struct draft *d, uint64_t from, uint64_t to, uint64_t value,
		   struct error *err) MUST_USE;
void draft_l3(struct draft *d, const struct cpuset *cpus, int64_t bytes);
/* A PCI device of which nothing but its place is known. */
void draft_device(struct draft *d, const char *pci, unsigned node);

/*
 * What belongs to nodes in a text of lines and what this function knows: numactl's
 * ("node 0 cpus: 0 1", "node 0 size: 4096 MB", its table of distances), the kernel's
 * ("Node 0 MemTotal: 4194304 kB") and rows of numbers alone, which are distances from
 * one node after the other. Other lines are passed over; *seen counts the known ones.
 */
int draft_lines(struct draft *d, const char *text, unsigned *seen, struct error *err) MUST_USE;

/* ERR_INPUT where a text has fewer or more than it says it has: it was cut off, or lines
 * were lost. `what` is "NUMA nodes". */
int draft_check_count(const struct draft *d, const struct draft_count *said, uint64_t read,
		      const char *what, struct error *err) MUST_USE;

/* Unfinished, as from hwloc_host(). ERR_INPUT where there are fewer CPUs than cpus_said, or
 * not nodes_said nodes. */
int draft_host(struct host **out, struct draft *d, struct error *err) MUST_USE;

#endif
