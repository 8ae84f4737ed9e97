/*
 * One row of summary.csv: what one policy made of one workload. All figures are
 * integers with their unit in the name, so that equal inputs give equal bytes on
 * every machine. The list of columns is the one place where a column exists:
 * CSV, JSON, tables and later comparisons are made from it.
 */
#ifndef BENCH_ROW_H
#define BENCH_ROW_H

#include <stdint.h>
#include <stdio.h>

/* X(name, what it is) */
#define ROW_FIGURES(X)                                                                             \
	X(hosts, "hosts in the fleet")                                                             \
	X(zones_offered, "zones that arrived")                                                     \
	X(zones_placed, "zones that were started")                                                 \
	X(zones_refused, "zones turned away for good")                                             \
	X(refused_no_room, "of those, for want of memory or CPUs")                                 \
	X(refused_infeasible, "of those, because an explicit node count could not be met")         \
	X(refused_no_device, "of those, because a device was missing or taken")                    \
	X(first_refusal_zone, "number of the first refused zone in order of arrival, 0 = none")    \
	X(zones_queued, "zones that had to wait (refused: queue)")                                 \
	X(queue_wait_s, "seconds waited, all zones together")                                      \
	X(peak_live_zones, "most zones alive at once")                                             \
	X(vcpu_time_s, "vCPU-seconds of placed zones")                                             \
	X(zones_multi_node, "placed zones whose plan has more than one node")                      \
	X(zones_spilled, "placed zones with memory off their own nodes at launch")                 \
	X(spilled_bytes, "that memory, all zones together")                                        \
	X(local_page_ppm, "share of resident memory, over time, on the node the guest was told")   \
	X(own_page_ppm, "share of resident memory, over time, on any of the zone's nodes")         \
	X(mean_distance_centi, "SLIT distance x 100 between a zone's vCPUs and pages, over time")  \
	X(stranded_vcpu_ppm, "free vCPUs at the fullest moment that no memory is left for")        \
	X(stranded_memory_ppm, "free memory at the fullest moment that no vCPU is left for")       \
	X(fr16_ppm, "free vCPUs at that moment that no 16-vCPU zone on one node can use")          \
	X(bandwidth_bytes_per_s, "memory traffic of all zones together, over the run")             \
	X(memory_latency_ps, "mean latency of their memory accesses")                              \
	X(slowdown_ppm, "their time against the same work alone, all local; 1000000 = none")       \
	X(swing_ppm, "(p95 - p5) / p50 of performance between launches of the same zone")          \
	X(remote_traffic_ppm, "share of the traffic that goes to other nodes")                     \
	X(cause_remote_ppm, "of the time lost: distance of pages on other nodes")                  \
	X(cause_controller_ppm, "of the time lost: busy memory controllers")                       \
	X(cause_port_ppm, "of the time lost: busy L3 ports")                                       \
	X(cause_fabric_ppm, "of the time lost: busy fabric of a package")                          \
	X(cause_link_ppm, "of the time lost: busy links between packages")                         \
	X(cause_cores_ppm, "of the time lost: lines in flight shared by too many vCPUs")           \
	X(events, "starts, stops and refusals that were carried out")                              \
	X(balloon_steps, "changes of a zone's memory that were carried out")                       \
	X(balloon_failures, "of those, growths that got less than they asked for")                 \
	X(ballooned_bytes, "memory that changed hands, both directions")                           \
	X(wrong_vnode_page_ppm,                                                                    \
	  "share of resident memory, over time, on another of the zone's nodes")                   \
	X(off_node_page_ppm, "share of resident memory, over time, on none of the zone's nodes")   \
	X(off_home_page_s, "page-seconds off the node the guest was told")                         \
	X(zones_below_90, "zones whose local share fell below 90 % by ballooning")                 \
	X(zones_below_75, "the same below 75 %")                                                   \
	X(zones_below_50, "the same below 50 %")                                                   \
	X(mean_s_to_90, "mean time from start to there, of those zones")                           \
	X(mean_s_to_75, "the same for 75 %")                                                       \
	X(mean_s_to_50, "the same for 50 %")                                                       \
	X(event_ties, "departures at the very time of the one before")                             \
	X(triad_bytes_per_s, "mean triad of the zones that were probed; 0 without --probe")        \
	X(chase_ps, "mean latency of a hop in those zones")                                        \
	X(regret_ppm, "slowdown beyond the oracle's, of it; 0 where it did not run")               \
	X(regret_local_ppm, "what local_page_ppm lacks to the oracle's")                           \
	X(regret_placed_zones, "what zones_placed lacks to the oracle's")

struct row {
	const char *topology, *workload, *policy, *memory_policy, *allocator;
	uint64_t seed;
#define X(name, what) int64_t name;
	ROW_FIGURES(X)
#undef X
};

struct row_column {
	const char *name, *what;
	size_t offset; /* of the int64_t in struct row */
};
extern const struct row_column row_columns[];
extern const size_t nr_row_columns;

static inline int64_t row_figure(const struct row *r, size_t column)
{
	return *(const int64_t *)(const void *)((const char *)r + row_columns[column].offset);
}

/* Fill the regret_ columns of rows that have an oracle's row of the same topology,
 * workload, memory policy, allocator and seed. Negative: the policy did better. */
void row_fill_regret(struct row *row, size_t nr);

/* Order of rows in every file: topology, workload, policy, memory policy, allocator, seed. */
int row_compare(const struct row *a, const struct row *b);

void row_print_csv_header(FILE *out);
void row_print_csv(const struct row *r, FILE *out);
/* {"rows":[{...}]} */
void row_print_json(const struct row *row, size_t nr, FILE *out);
/* The table that `homenode run` shows: what a person compares first. */
void row_print_text(const struct row *row, size_t nr, FILE *out);

#endif
