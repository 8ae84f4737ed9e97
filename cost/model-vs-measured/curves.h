/* Inside homenode-model-vs-measured: published curves of latency under load. */
#ifndef COST_MODEL_VS_MEASURED_CURVES_H
#define COST_MODEL_VS_MEASURED_CURVES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define CURVE_POINTS 64

struct curve {
	char id[64];
	double u[CURVE_POINTS]; /* part of the highest bandwidth */
	double latency[CURVE_POINTS], idle; /* ns; idle: the least of them */
	size_t nr;
};

struct curves {
	struct curve *curve;
	size_t nr, cap;
};

/* loaded_latency.csv of the folder. On failure `out` is released. */
int curves_load(struct curves *out, const char *directory, struct error *err) MUST_USE;
void curves_release(struct curves *c);
/* By a line through the idle point and those nearest to six loads, as a host with these
 * figures has it; *used: the point `skip` is one of them. */
double curve_six_points(const struct curve *c, double u, size_t skip, bool *used);
/* Relative to idle, at `u`, by a line between the curve's own points. */
double curve_at(const struct curve *c, double u);

#endif
