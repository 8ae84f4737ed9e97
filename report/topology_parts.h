/* The parts of a host's drawing: a node with what is in it, and the zones' words under all. */
#ifndef REPORT_TOPOLOGY_PARTS_H
#define REPORT_TOPOLOGY_PARTS_H

#include "report/drawing.h"
#include "report/topology.h"

#define TOPOLOGY_NODE_WIDTH 192

struct topology {
	const struct page_host *host;
	const struct drawn_plan *plan; /* NULL: the host alone */
	struct drawing draw;
	int64_t most_bytes; /* of a node: a full bar */
	unsigned nr_cpus;
	unsigned foot, legend; /* where what is under the packages begins */
};

unsigned topology_node_height(const struct topology *t, unsigned node);
void topology_draw_node(const struct topology *t, unsigned node, unsigned x, unsigned y,
			unsigned height);
/* A zone after the other from t->legend on; draws them, or only says how high they are. */
unsigned topology_legend(const struct topology *t, unsigned width, bool draw);

#endif
