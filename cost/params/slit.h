/* Latencies between nodes of a host of which only the SLIT is known. */
#ifndef COST_PARAMS_SLIT_H
#define COST_PARAMS_SLIT_H

#include <stdbool.h>
#include <stdint.h>

#include "host/host.h"

/* Latency relative to local that a SLIT entry stands for; `zen1` as
 * in cost/params/params.h. */
double slit_ratio(uint32_t distance, bool zen1);
/*
 * How to read the host's SLIT. Firmware that puts nodes of one package at more
 * than 18, and other packages farther still, ranks them rather than measuring: no
 * part with several nodes in a package has such latencies between them but
 * Cluster-on-Die, whose packages show two nodes. There the entries inside a
 * package are steps of equal height from the class of 11-12 to that of 13-18.
 */
#define SLIT_ENTRIES 256
struct slit_scale {
	bool zen1, ranked;
	uint8_t rank[SLIT_ENTRIES]; /* of an entry inside a package */
	uint32_t nr_ranks;
};
void slit_scale_init(struct slit_scale *s, const struct host *host);
/* Latency relative to local between two nodes. */
double slit_scale_ratio(const struct slit_scale *s, const struct host *host, uint32_t from,
			uint32_t to);
/* The latency itself, given the initiator's local one: the host's cell, or else by the
 * SLIT; returns where it comes from. */
enum host_grade slit_pair_ns(const struct slit_scale *s, const struct host *host, uint32_t from,
			     uint32_t to, double local, double *out);

#endif
