/*
 * Where figures come from, and what error that means. What a result rests on is the grade
 * of each figure that it used; the error is what the model had with such inputs on
 * machines whose measurements were published, a table that homenode-model-vs-measured
 * writes (cost/params/error_table.c).
 */
#ifndef COST_PARAMS_GRADES_H
#define COST_PARAMS_GRADES_H

#include "host/host.h"

enum cost_figure {
	COST_LOCAL_LATENCY,
	COST_REMOTE_LATENCY,
	COST_LOADED_LATENCY,
	COST_READ_BANDWIDTH,
	COST_WRITE_BANDWIDTH,
	COST_PORT_BANDWIDTH,
	COST_LINK_BANDWIDTH,
	COST_PORT_WRITES, /* counted with writes in a result */
	COST_FIGURES
};

/* enum host_grade a figure; GRADE_NONE: not used. */
struct cost_basis {
	uint8_t grade[COST_FIGURES];
};

/* GRADE_NONE: says nothing. */
enum host_grade cost_worse_grade(enum host_grade a, enum host_grade b);
/* "probed", "firmware", "assumed". */
const char *cost_grade_name(enum host_grade g);
/* "local latency", ...; a short one for sentences: "local", ... */
const char *cost_figure_name(enum cost_figure f);

/* Figure by figure the worse of both. */
struct cost_basis cost_basis_join(const struct cost_basis *a, const struct cost_basis *b);
/* The worst that latency, or bandwidth, rests on. */
enum host_grade cost_latency_grade(const struct cost_basis *b);
enum host_grade cost_bandwidth_grade(const struct cost_basis *b);
/* As a number that is at least 0, and back; for files. */
int64_t cost_basis_code(const struct cost_basis *b);
struct cost_basis cost_basis_of_code(int64_t code);

/* What was measured, said by firmware or assumed, and the error of that: "local and remote
 * probed, loaded assumed; ratios 1.3 % off in the median, 19 % at worst (15 machines)". The
 * caller frees. */
char *cost_latency_text(const struct cost_basis *b) MUST_USE;
char *cost_bandwidth_text(const struct cost_basis *b) MUST_USE;
/* The error of one figure as it is known in `all`, with what it is told beside: "1.3 % off in
 * the median, ...". The caller frees. */
char *cost_figure_error(const struct cost_basis *all, enum cost_figure f) MUST_USE;
/* What 95 of 100 cases were within, of a ratio of latencies, or of a bandwidth, ppm. Where no
 * machine with such inputs was published: that of all figures assumed. */
int64_t cost_latency_error_ppm(const struct cost_basis *b);
int64_t cost_bandwidth_error_ppm(const struct cost_basis *b);

#endif
