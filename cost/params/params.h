/*
 * What a host's memory can do, as numbers, each with where it comes from.
 * Rates are bytes a nanosecond (= GB/s), latencies nanoseconds.
 *
 * Sources, best first: the host's measured matrices (probed), what its firmware
 * says (firmware), its SLIT and shape (assumed):
 *
 *	latency of a pair	matrix cell; else local latency x class of the SLIT
 *				entry: <=10 1, 11-12 1.14, 13-18 1.56, 19-24 1.67,
 *				25-32 1.9 (2.5 on Zen 1: a package's own nodes at
 *				13-18, two L3s or more a node), above 32 SLIT / 17;
 *				where firmware ranks a package's own nodes, by rank
 *				(cost/params/slit.h)
 *	local latency		diagonal cell; else 100 ns (Xeons 80-95, EPYC 105-120)
 *	controller, reads	diagonal cell of the bandwidth matrix; else a channel
 *				of DDR4-3200 at 82 % of its rate for every four cores
 *	controller, writes	diagonal cell of the write matrix; else 0.71 x reads
 *	L3 port			only where nodes hold L3s of their own and several
 *				cores meet few of them (chiplets): 32 bytes a cycle in
 *				and 16 out at 1.467 GHz, 87 % and 98 % of it. Where
 *				local bandwidth is known, that is the ports' sum, and
 *				the controller behind them is taken to carry what they
 *				do (EPYC 9224: 101 of 230 GB/s)
 *	link, each direction	best cell between the packages; else 0.43 x the local
 *				bandwidth of the package that is read (median of nine
 *				two-socket machines, 0.30 to 0.52)
 *	path			cell of the bandwidth matrix, other node only; else
 *				none
 *	latency under load	the curve through measured points, of the node or the
 *				machine, between those of two shares of reads where there
 *				are such; of a link through points of the other package's
 *				memory; else the mean of published ones
 *	fabric of a package	none
 *
 * Where figures (host/figures.h) have L3 ports, links with all CPUs at once or lines in
 * flight, they come first.
 *
 * A link of packages with several nodes is not identified by a matrix that was
 * measured one node at a time; the best cell is a lower bound and counts as
 * assumed.
 */
#ifndef COST_PARAMS_PARAMS_H
#define COST_PARAMS_PARAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "cost/params/grades.h"
#include "host/host.h"

struct cost_assume;
struct host_curve;
struct cost_params {
	const struct host *host; /* borrowed */
	uint32_t nr_nodes, nr_controllers, nr_ports, nr_sockets;
	uint32_t *controller; /* of a node */
	uint32_t *socket; /* of a node; the last socket is that of nodes without package */
	uint32_t *first_port, *node_ports; /* of a node; no ports: not a limit */
	double *read, *write; /* of a controller set, reads only and writes only */
	double *port_read, *port_write; /* of a port, both at once */
	double *fabric; /* of a socket, all traffic; INFINITY: none */
	double *link; /* [from * nr_sockets + to], data that way; INFINITY: none */
	double *path; /* [initiator * nr_nodes + target], reads; INFINITY: none */
	double *latency_ns; /* [initiator * nr_nodes + target], idle */
	double link_overhead; /* of a write, in the direction of reads; 0.3, one Skylake */
	double lines_per_core; /* cache lines a core keeps in flight; 16 */
	/* Of a controller, how latency rises with load; NULL: as loaded_latency(). A port's is
	 * that of its node, through which every access of the measurement went. A link's
	 * [from * nr_sockets + to] is what it adds to that. */
	const struct host_curve **curve, **port_curve, **link_curve;
	enum host_grade grade[COST_FIGURES]; /* the worst of its kind */
	struct arena arena; /* holds the arrays */
};

/* `assume` (cost/params/assume.h) NULL: nothing. What it says counts as assumed. */
void cost_params_init(struct cost_params *p, const struct host *host,
		      const struct cost_assume *assume);
void cost_params_release(struct cost_params *p);
/* What a result rests on, `remote` traffic and `writes` included or not. */
struct cost_basis cost_params_basis(const struct cost_params *p, bool remote, bool writes);

#endif
