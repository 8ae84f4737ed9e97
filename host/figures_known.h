/*
 * What figures say beside the matrices, ready to look up: made once when a host takes
 * its figures, read by the cost model for every decision.
 */
#ifndef HOST_FIGURES_KNOWN_H
#define HOST_FIGURES_KNOWN_H

#include "host/host.h"

#define HOST_CURVE_POINTS 64

/* Latency under load. Ascending; linear between points. */
struct host_curve {
	uint32_t nr;
	double read_share; /* of the load's bytes */
	struct host_curve *fewer; /* the same at the next lower share of reads; NULL: none */
	unsigned from, to; /* of a link: the nodes that speak for it */
	double load[HOST_CURVE_POINTS]; /* part of what the memory can give, above 0 to 1 */
	double factor[HOST_CURVE_POINTS]; /* latency / idle latency, from 1, never falling */
};

struct host_known {
	double lines; /* in flight of a core; 0: not known */
	double *port_read, *port_write; /* of one L3 of a node, bytes a ns; 0: not known */
	double *link; /* [reader * nr_packages + memory's package], reads; 0: not known */
	/* Of a node's own memory, by descending share of reads; NULL: not known. `all` is of
	 * the nodes that have no points of their own. */
	struct host_curve **curve, *all;
	/* Of a link, as `link`: what it adds to the memory's own. NULL: not known. */
	struct host_curve **link_curve;
};

/* Of h->figures, when they are in the matrices; replaces what was known, and warns of
 * what is not used. */
void figures_make_known(struct host *h);
void figures_free_known(struct host *h);
/* The curves of that, and what is not used of the points. */
void figures_make_curves(struct host *h, struct host_known *k);
void figures_free_curves(const struct host *h, struct host_known *k);
/* The curve through points that were measured; `most` is what the memory can give, or 0,
 * `idle_ns` the latency without load, or 0: then the points say it. False: no curve. */
bool figures_curve(struct host_curve *c, uint32_t nr, const double *load, const double *ns,
		   double most, double idle_ns);
/* The factor at a load from 0 on; beyond the last point that one's. */
double figures_curve_at(const struct host_curve *c, double load);

#endif
