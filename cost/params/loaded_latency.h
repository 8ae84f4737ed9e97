#ifndef COST_PARAMS_LOADED_LATENCY_H
#define COST_PARAMS_LOADED_LATENCY_H

/*
 * Latency under load relative to idle, at utilisation 0 <= u <= 1, when no
 * loaded latency was measured: the mean of fifteen published curves (it is 1.15
 * to 1.34 at 0.5 and 1.35 to 1.88 at 0.9 between machines). Piecewise linear.
 */
double loaded_latency(double u);
/* The same on a curve that was measured; beyond its last point it rises as the other
 * does. NULL: loaded_latency(). */
struct host_curve;
double loaded_latency_on(const struct host_curve *curve, double u);
/* The same where `reads` is the share of them in what passes: between the curves that were
 * measured at shares around it, and outside them as the nearest. */
double loaded_latency_at(const struct host_curve *curve, double u, double reads);

#endif
