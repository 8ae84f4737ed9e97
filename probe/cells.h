/*
 * What can be measured of a machine's memory: one cell for each figure, with who
 * accesses which node's memory how. survey.h measures them.
 */
#ifndef PROBE_CELLS_H
#define PROBE_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cpuset.h"
#include "probe/kernels.h"

enum cell_figure {
	CELL_LATENCY, /* idle, node to node */
	CELL_READ, /* node to node */
	CELL_WRITE, /* node to node, and ordinary stores on the own node */
	CELL_MIX, /* own node: 3:1, 2:1, 1:1, copy and triad */
	CELL_LINK, /* all CPUs of one package on another's memory */
	CELL_HOT, /* all CPUs of the machine on one node's memory */
	CELL_PORT, /* the cores of one L3, one more at a time */
	CELL_LOADED, /* latency at levels of load */
	CELL_LINES, /* loads in flight of one core */
	CELL_STREAM, /* STREAM's four, own node */
	CELL_FIGURES
};

#define CELL_ALL UINT32_MAX /* as `from`: CPUs of every node */

struct survey_cell {
	enum cell_figure figure;
	enum kernel_op op; /* bandwidths, and the load of LOADED */
	uint32_t from, to; /* positions of nodes; LINK: packages */
	uint32_t l3; /* PORT: which */
	uint32_t count; /* PORT: threads; LINES: chains; STREAM: enum stream_kernel */
	int64_t level_ppm; /* LOADED: share of the most that the load can get; 0: none */
	bool both; /* LINK: the other way as well, at once */
	bool rides; /* measured with the cell before it */

	double *sample; /* ps or bytes/s */
	double *load; /* LOADED: bytes/s meanwhile */
	uint32_t nr, cap;
	bool again; /* lay apart from its like and was measured again */
	const char *why; /* not measurable, and why; NULL */
};

struct survey_node {
	unsigned os_index, package;
	struct cpuset cpus; /* its own; empty: it starts no accesses */
	bool memory; /* false: it is no target */
};

struct survey_machine {
	const char *sysfs, *proc; /* NULL: /sys, /proc */
	const struct survey_node *node;
	uint32_t nr, nr_packages;
	const uint32_t *distance; /* nr x nr, SLIT; NULL: all alike */
	const struct cpuset *l3;
	uint32_t nr_l3;
	bool smt; /* all threads of a core work; else one */
};

const char *cell_figure_name(enum cell_figure f); /* "latency", "read", ... */
bool cell_figure_parse(enum cell_figure *out, const char *name, size_t length);
/* "chase", "read", "mix-3-1", "stream-triad", ...: by which loop. */
const char *cell_kind(const struct survey_cell *c);
/* true: ps, less is better; false: bytes a second. */
bool cell_is_time(const struct survey_cell *c);

/*
 * The cells of a machine for a set of figures (bits 1 << figure), most wanted first.
 * *out and its samples are the caller's: cells_free(). What the machine does not have
 * is a cell with `why`.
 */
uint32_t cells_list(struct survey_cell **out, const struct survey_machine *m, unsigned figures);
void cells_free(struct survey_cell *cell, uint32_t nr); /* NULL is fine */

/* Of its samples, nr >= 1; `half` is 0 for a single one. */
struct cell_value {
	double median, best, worst, half; /* half of the 95 % interval of the mean */
};
struct cell_value cell_value(const struct survey_cell *c);
double cell_load(const struct survey_cell *c); /* median */

/* May two be expected to be alike, but for the nodes they are about? */
bool cell_alike(const struct survey_machine *m, const struct survey_cell *a,
		const struct survey_cell *b);

#endif
