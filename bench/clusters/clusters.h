/*
 * A row whose fleet is in clusters (zone/clusters.h), run cluster by cluster, on as many
 * threads as there are: each part is the one loop over the hosts and the zones of one cluster.
 * What comes of the parts is joined in a way that does not depend on who ran which: the same
 * bytes with any number of threads, and with one cluster those of the row without.
 *
 * - A cluster's zones are placed, wait and are refused as if the others were not there. They
 *   draw from the same seed.
 * - The row ends where its duration does; without one, at the last event of any cluster. A
 *   cluster in which nothing comes any more goes on until then.
 * - Counts, and what is held over time, are sums in the order of the clusters; shares and means
 *   are made of those, launches of all clusters are judged together. Departures at one time
 *   are counted in each cluster.
 * - The most alive, and the fullest moment, are those of all clusters together: log.h.
 * - Zones are numbered as they come, hosts as the fleet lists them, in all clusters together.
 * - Observers see parts as they say (observer.h: split, join).
 *
 * Kept until the last cluster is done: all of them, together what one loop over the same
 * fleet keeps; and files without a name for logs.
 */
#ifndef BENCH_CLUSTERS_CLUSTERS_H
#define BENCH_CLUSTERS_CLUSTERS_H

#include "bench/loop/run_input.h"

/* As run_row(), which it is where the workload's fleet has no clusters. ERR_USAGE where such a
 * row cannot be what is asked; nothing is reached when it is interrupted. */
int clusters_run_row(const struct run_input *in, unsigned threads, struct run_result *out,
		     struct error *err) MUST_USE;

#endif
