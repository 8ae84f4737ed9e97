/* Inside homenode-model-vs-measured: machines whose measurements were published. */
#ifndef COST_MODEL_VS_MEASURED_MACHINES_H
#define COST_MODEL_VS_MEASURED_MACHINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/error.h"

#define MACHINE_NODES 16

/* One entry of machines.json; zeros: not published. Rates in MB/s (10^6). */
struct machine {
	const char *id;
	uint32_t nr_nodes, nr_sockets;
	double slit[MACHINE_NODES][MACHINE_NODES];
	double latency_ns[MACHINE_NODES][MACHINE_NODES]; /* or its first row alone */
	double read_mbps[MACHINE_NODES][MACHINE_NODES];
	double peak_r, peak_3r1w, peak_2r1w, peak_1r1w;
};

struct machines {
	struct machine *machine;
	size_t nr, cap;
	struct arena arena;
};

/* Machines of more than MACHINE_NODES nodes, and those whose node count is not
 * known, are left out. */
int machines_load(struct machines *out, const char *path, struct error *err) MUST_USE;
void machines_release(struct machines *m);

#endif
