/* Inside cost/: single figures of a host, each read from its matrices or derived
 * from its shape as cost/params/params.h says. Bytes a ns and ns; nothing is kept. */
#ifndef COST_PARAMS_HOST_FIGURES_H
#define COST_PARAMS_HOST_FIGURES_H

#include "host/host.h"

#define FIGURE_LOCAL_NS 100.0
#define FIGURE_WRITE_SHARE 0.71
#define FIGURE_PORT_READ (32 * 1.467 * 0.87) /* Rome with DDR4-2933: 1.467 GHz */
#define FIGURE_PORT_WRITE (16 * 1.467 * 0.98)
#define FIGURE_LINK_SHARE 0.43
#define FIGURE_LINK_OVERHEAD 0.3
#define FIGURE_LINES_PER_CORE 16

/* False when the host does not know. */
bool figure_cell(const struct host *h, enum host_matrix_kind kind, uint32_t from, uint32_t to,
		 double *out);
/* Reads of a package's memory from its own cores, and by how many nodes. */
double figure_package_bandwidth(const struct host *h, uint32_t package, uint32_t *nr_nodes);
/* L3s that serve this node and no other. */
uint32_t figure_own_l3s(const struct host *h, uint32_t node);

/* L3 ports of a node and what each takes in and out, with where each comes from; 0: not
 * a limit. */
uint32_t figure_ports(const struct host *h, uint32_t node, double *in, double *out,
		      enum host_grade *in_grade, enum host_grade *out_grade);
/* What the node's controller gives, reads only and writes only, behind ports that
 * take `ports` in and out together (0: no ports). */
void figure_controller(const struct host *h, uint32_t node, double ports, double *reads,
		       double *writes, enum host_grade *read_grade, enum host_grade *write_grade);

/* Local latency; returns where it comes from. */
enum host_grade figure_local_ns(const struct host *h, uint32_t node, double *out);
/* The link by which CPUs of package `to` read memory of package `from`: measured with all
 * CPUs at once; else the best cell, which is the link's own where a package has one node;
 * 0: neither is known. */
double figure_link(const struct host *h, uint32_t from, uint32_t to, enum host_grade *grade);
/* Lines that a core keeps in flight. */
double figure_lines(const struct host *h);
/* How the latency of the node's own memory rises with load; NULL: as loaded_latency(). */
const struct host_curve *figure_curve(const struct host *h, uint32_t node);
/* The same of the link by which CPUs of package `to` read memory of package `from`: what it
 * adds to the latency that is idle. */
const struct host_curve *figure_link_curve(const struct host *h, uint32_t from, uint32_t to);

#endif
