/*
 * A host as lstopo would draw it: packages, nodes, CPUs, memory, devices; and a plan on it: the
 * zones in the nodes where they are, and under them why. Plain data, which cli/drawn_*.c fills.
 */
#ifndef REPORT_TOPOLOGY_H
#define REPORT_TOPOLOGY_H

#include <stdio.h>

#include "report/page.h"

/* What a zone has on a node. */
struct drawn_part {
	unsigned zone, node; /* index of drawn_plan.zone, of page_host.node */
	unsigned vcpus;
	int64_t bytes; /* pages there */
	int64_t spilled_bytes; /* of these, those that were asked for elsewhere */
};

struct drawn_zone {
	const char *name;
	const char *line; /* "32 vCPUs, 24 GiB on nodes 5 4; told vnuma", or why it is refused */
	bool refused;
	const char *const *reason;
	unsigned nr_reasons;
	const char *const *device; /* names as page_node.devices has them */
	unsigned nr_devices;
};

struct drawn_plan {
	const char *policy;
	const struct drawn_zone *zone;
	const struct drawn_part *part; /* of a zone and a node at most one */
	size_t nr_zones, nr_parts;
	const int64_t *used_bytes; /* of a node, before: dom0's, the hypervisor's, other zones' */
};

/* A whole SVG image whose ids begin with `name`; `plan` may be NULL. It has a ground of its own,
 * and is as wide as the host needs, where it stands `alone`. */
void topology_print(const struct page_host *h, const struct drawn_plan *plan, const char *name,
		    bool alone, FILE *out);
/* The host as directory/name.svg and .png, drawn by gnuplot (ERR_MACHINE). */
int topology_write(const struct page_host *h, const char *name, const char *directory,
		   struct error *err) MUST_USE;

#endif
