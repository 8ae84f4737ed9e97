/* Inside homenode-model-vs-measured: published machines as hosts, and what the model says
 * of them. */
#ifndef COST_MODEL_VS_MEASURED_MACHINE_HOST_H
#define COST_MODEL_VS_MEASURED_MACHINE_HOST_H

#include "cost/model-vs-measured/machines.h"

/* What the model is told beside nodes and packages. */
struct machine_inputs {
	bool reads_assumed; /* of each node, by its cores; else as published */
	double write_share; /* of reads; 0: as the system's 1:1 figure says, which is published */
};

/* Whose nodes have L3 caches with ports, known from data sheets. */
bool machine_has_ports(const struct machine *m);
uint32_t machine_cores(const struct machine *m); /* of a node; 0: not known */
/* Writes alone to reads alone, from the system at all reads and at 1:1; 0: not published. */
double machine_write_share(const struct machine *m);
/* Everybody reads and writes his own node as fast as he can; GB/s. 0: no such host. */
double machine_system_bandwidth(const struct machine *m, double reads,
				const struct machine_inputs *in);
/* Mean ratio of the machine's pairs with this SLIT entry, measured and as the SLIT
 * alone says; false when there are none. Zen 1 is told by its name: its caches,
 * which would tell, are not published. */
bool machine_class_ratio(const struct machine *m, double entry, double *measured, double *says);

#endif
