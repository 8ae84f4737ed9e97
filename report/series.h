/*
 * timeline.csv and zones.csv as what pictures need: read as streams, a curve a
 * row of the summary, and the memory of nodes over time.
 */
#ifndef REPORT_SERIES_H
#define REPORT_SERIES_H

#include "report/run_dir.h"

#define CURVES_MAX 12

enum curve_value { CURVE_LOW, CURVE_MID, CURVE_HIGH, CURVE_LIVE, CURVE_VALUES };

struct curve {
	const char *name; /* "edera-compact static xen seed 1" */
	const char *policy; /* what it begins with */
	const char *key;
	bool counted; /* CURVE_LIVE is known */
	size_t nr, cap, cap_value[CURVE_VALUES];
	int64_t *time_s;
	int64_t *value[CURVE_VALUES]; /* locality in ppm; low and high are the 5th and 95th
				       * percentile of zones when `spread` */
};

struct series {
	struct curve curve[CURVES_MAX];
	size_t nr;
	bool spread;
	struct arena arena;
};

int series_load(struct series *out, const char *path, struct error *err) MUST_USE;
void series_release(struct series *s);

/* Memory of (host, node) in columns of time, for the first rows of the run. */
#define HEAT_COLUMNS 120
#define HEAT_ROWS_MAX 256
#define HEAT_MAPS_MAX 4
#define HEAT_NODES_MAX ((size_t)1 << 16) /* of more hosts x nodes there is no picture */

struct heat_map {
	const char *row; /* of which row */
	float *bytes; /* nr_rows x HEAT_COLUMNS: the fullest of those that share */
};

struct heat {
	struct heat_map map[HEAT_MAPS_MAX];
	size_t nr_maps;
	bool more; /* rows that are not drawn */
	bool timeline; /* from timeline.csv: the state itself, dom0 included */
	int64_t end_ns;
	size_t nr_rows, per_row; /* hosts x nodes that share a row of the picture */
	unsigned nr_nodes;
	uint64_t nr_hosts;
	struct arena arena;
};

/* `timeline`: path is timeline.csv of a run on one host; else zones.csv. nr_rows is 0
 * where there is nothing to draw. */
int heat_load(struct heat *out, const char *path, bool timeline, struct error *err) MUST_USE;
void heat_release(struct heat *h);

#endif
