/*
 * What a fleet is like before the first zone of a workload comes: what somebody else has
 * taken of each host's nodes, for good, and which hosts share a rack. Fleets that are in use
 * are neither empty nor alike. The format is in docs/formats-workloads.md.
 *
 * Hosts are counted from 0 in the order of the fleet, nodes in the order of the host's.
 */
#ifndef ZONE_INITIAL_H
#define ZONE_INITIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/doc.h"
#include "base/error.h"

/* A node of which something is taken, or is free. */
struct initial_node {
	uint32_t host, node;
	uint32_t vcpus;
	int64_t bytes;
};

struct fleet_initial {
	const char *path; /* the file that says it, for messages */
	bool free; /* the figures are what is free; what else the node has is taken */
	struct initial_node *node; /* by host, then node; none twice */
	size_t nr;
	uint32_t first_host; /* what its host 0 is called in messages: a part of a fleet */
};

struct fleet_racks {
	const char *path;
	/* Rack of each host it names, counted from 0 in the order in which they come. */
	uint32_t *rack;
	uint32_t nr_hosts, nr_racks;
};

/* The nodes of one host; NULL and *nr = 0: nothing is said of it. */
const struct initial_node *initial_of_host(const struct fleet_initial *i, uint32_t host,
					   size_t *nr);

/* From a table of one of the two forms; everything goes into `arena`. ERR_INPUT with
 * file:line. */
int initial_load(struct fleet_initial *out, const char *path, struct arena *arena,
		 struct error *err) MUST_USE;
/* From a list in a workload. */
int initial_from_doc(struct fleet_initial *out, const struct doc_value *list, struct arena *arena,
		     struct error *err) MUST_USE;
/* From a table host_id,rack_id. */
int racks_load(struct fleet_racks *out, const char *path, struct arena *arena,
	       struct error *err) MUST_USE;

#endif
