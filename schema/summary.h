/*
 * The figures of summary.csv, one row of which says what one policy made of one
 * workload. The list makes struct row (bench/row.h), the table schema_summary and, through
 * that, everything that prints or reads a summary.
 */
#ifndef SCHEMA_SUMMARY_H
#define SCHEMA_SUMMARY_H

#include "schema/schema.h"

/* The version of the file, in its first column. 1 had no such column, wrote 0 for what was
 * not known, and predictions into the columns of what is measured. */
#define SUMMARY_FORMAT 2

/*
 * X(name, unit, better, source, at first, title, brief or NULL, meaning)
 * "At first": what a row has before anything happens. 0 where things are counted; UNKNOWN
 * where there may be nothing to find out.
 */
#define SUMMARY_FIGURES(X)                                                                         \
	X(hosts, COUNT, NEITHER, COUNTED, 0, "hosts", NULL, "hosts in the fleet")                  \
	X(zones_offered, COUNT, NEITHER, COUNTED, 0, "zones offered", NULL, "zones that arrived")  \
	X(zones_placed, COUNT, HIGHER, COUNTED, 0, "zones placed", "placed",                       \
	  "zones that were started")                                                               \
	X(zones_refused, COUNT, LOWER, COUNTED, 0, "zones refused", "refused",                     \
	  "zones turned away for good")                                                            \
	X(refused_no_room, COUNT, NEITHER, COUNTED, 0, "refused: no room", NULL,                   \
	  "of those, for want of memory or CPUs")                                                  \
	X(refused_infeasible, COUNT, NEITHER, COUNTED, 0, "refused: node count", NULL,             \
	  "of those, because an explicit node count could not be met")                             \
	X(refused_no_device, COUNT, NEITHER, COUNTED, 0, "refused: device", NULL,                  \
	  "of those, because a device was missing or taken")                                       \
	X(first_refusal_zone, COUNT, NEITHER, COUNTED, UNKNOWN, "first refused zone", NULL,        \
	  "number of the first refused zone in order of arrival; empty: none was refused")         \
	X(zones_queued, COUNT, LOWER, COUNTED, 0, "zones queued", "queued",                        \
	  "zones that had to wait (refused: queue)")                                               \
	X(queue_wait_s, SECONDS, LOWER, COUNTED, 0, "waited", NULL,                                \
	  "time that zones waited for room, all together")                                         \
	X(peak_live_zones, COUNT, HIGHER, COUNTED, 0, "most at once", "peak",                      \
	  "most zones alive at one time")                                                          \
	X(vcpu_time_s, SECONDS, HIGHER, COUNTED, 0, "vCPU time", NULL,                             \
	  "vCPU-seconds of placed zones")                                                          \
	X(zones_multi_node, COUNT, NEITHER, COUNTED, 0, "zones on several nodes", "multi-node",    \
	  "placed zones whose plan has more than one node")                                        \
	X(zones_spilled, COUNT, LOWER, COUNTED, 0, "zones spilled", "spilled",                     \
	  "placed zones with memory off their own nodes at launch")                                \
	X(spilled_bytes, BYTES, LOWER, COUNTED, 0, "spilled", "spilled mem",                       \
	  "that memory, all zones together")                                                       \
	X(local_page_ppm, SHARE, HIGHER, COUNTED, UNKNOWN, "local memory", "local",                \
	  "share of the zones' memory, over time, on the node that the guest was told it is on")   \
	X(own_page_ppm, SHARE, HIGHER, COUNTED, UNKNOWN, "on own nodes", NULL,                     \
	  "share of the zones' memory, over time, on any of the zone's nodes")                     \
	X(mean_distance_centi, SLIT, LOWER, COUNTED, UNKNOWN, "distance", NULL,                    \
	  "mean SLIT distance between a zone's vCPUs and its pages, over time; 10 is the own "     \
	  "node")                                                                                  \
	X(stranded_vcpu_ppm, SHARE, LOWER, COUNTED, UNKNOWN, "stranded vCPUs", "stranded vCPU",    \
	  "vCPUs free at the fullest moment that no memory is left for, of all")                   \
	X(stranded_memory_ppm, SHARE, LOWER, COUNTED, UNKNOWN, "stranded memory", "stranded mem",  \
	  "memory free at the fullest moment that no vCPU is left for, of all")                    \
	X(fr16_ppm, SHARE, LOWER, COUNTED, UNKNOWN, "fragments", NULL,                             \
	  "share of the free vCPUs at the fullest moment that no 16-vCPU zone on one node can "    \
	  "use: (free - 16 sum floor(free of a node / 16)) / free, the fragment rate of VMR2L "    \
	  "(EuroSys 2025)")                                                                        \
	X(bandwidth_bytes_per_s, BYTES_PER_S, HIGHER, PREDICTED, UNKNOWN, "traffic", NULL,         \
	  "memory traffic that all zones together get, mean over the run")                         \
	X(memory_latency_ps, PS, LOWER, PREDICTED, UNKNOWN, "latency", NULL,                       \
	  "mean latency of the zones' memory accesses")                                            \
	X(slowdown_ppm, FACTOR, LOWER, PREDICTED, UNKNOWN, "slowdown", NULL,                       \
	  "time that the zones' work took against the same zones alone with every page at home, "  \
	  "vCPUs weighing alike; 1 is none")                                                       \
	X(swing_ppm, SHARE, LOWER, PREDICTED, UNKNOWN, "swing", NULL,                              \
	  "how far launches of the same zone lie apart in speed: (p95 - p5) / p50")                \
	X(remote_traffic_ppm, SHARE, LOWER, PREDICTED, UNKNOWN, "remote traffic", NULL,            \
	  "share of memory traffic that goes to other nodes")                                      \
	X(cause_remote_ppm, SHARE, NEITHER, PREDICTED, UNKNOWN, "lost: remote", NULL,              \
	  "of the time above ideal, what was lost to pages on other nodes; the causes add up to "  \
	  "the whole, or are all 0 where nothing was lost")                                        \
	X(cause_controller_ppm, SHARE, NEITHER, PREDICTED, UNKNOWN, "lost: controllers", NULL,     \
	  "the same, to busy memory controllers")                                                  \
	X(cause_port_ppm, SHARE, NEITHER, PREDICTED, UNKNOWN, "lost: ports", NULL,                 \
	  "the same, to busy L3 ports")                                                            \
	X(cause_fabric_ppm, SHARE, NEITHER, PREDICTED, UNKNOWN, "lost: fabric", NULL,              \
	  "the same, to the busy fabric of a package")                                             \
	X(cause_link_ppm, SHARE, NEITHER, PREDICTED, UNKNOWN, "lost: links", NULL,                 \
	  "the same, to busy links between packages")                                              \
	X(cause_cores_ppm, SHARE, NEITHER, PREDICTED, UNKNOWN, "lost: cores", NULL,                \
	  "the same, to lines in flight of cores shared by too many vCPUs")                        \
	X(events, COUNT, NEITHER, COUNTED, 0, "events", NULL,                                      \
	  "starts, stops and refusals that were carried out")                                      \
	X(balloon_steps, COUNT, NEITHER, COUNTED, 0, "balloon steps", NULL,                        \
	  "changes of a zone's memory that were carried out")                                      \
	X(balloon_failures, COUNT, LOWER, COUNTED, 0, "balloon failures", "short",                 \
	  "of those, growths that got less than they asked for")                                   \
	X(ballooned_bytes, BYTES, NEITHER, COUNTED, 0, "ballooned", NULL,                          \
	  "memory that changed hands, both directions")                                            \
	X(wrong_vnode_page_ppm, SHARE, LOWER, COUNTED, UNKNOWN, "wrong vnode", NULL,               \
	  "share of the zones' memory, over time, on another of the zone's nodes than the one "    \
	  "that the guest was told")                                                               \
	X(off_node_page_ppm, SHARE, LOWER, COUNTED, UNKNOWN, "off own nodes", "off node",          \
	  "share of the zones' memory, over time, on none of the zone's nodes")                    \
	X(off_home_page_s, COUNT, LOWER, COUNTED, 0, "page-seconds off home", NULL,                \
	  "page-seconds off the node the guest was told")                                          \
	X(zones_below_90, COUNT, LOWER, COUNTED, 0, "zones below 90 %", NULL,                      \
	  "zones whose local share fell below 90 % by ballooning")                                 \
	X(zones_below_75, COUNT, LOWER, COUNTED, 0, "zones below 75 %", NULL,                      \
	  "the same below 75 %")                                                                   \
	X(zones_below_50, COUNT, LOWER, COUNTED, 0, "zones below 50 %", NULL,                      \
	  "the same below 50 %")                                                                   \
	X(mean_s_to_90, SECONDS, NEITHER, COUNTED, UNKNOWN, "time to 90 %", NULL,                  \
	  "mean time from start to there, of those zones; empty: there were none")                 \
	X(mean_s_to_75, SECONDS, NEITHER, COUNTED, UNKNOWN, "time to 75 %", NULL,                  \
	  "the same for 75 %")                                                                     \
	X(mean_s_to_50, SECONDS, NEITHER, COUNTED, UNKNOWN, "time to 50 %", NULL,                  \
	  "the same for 50 %")                                                                     \
	X(event_ties, COUNT, NEITHER, COUNTED, 0, "ties", NULL,                                    \
	  "departures at the very time of the one before")                                         \
	X(triad_bytes_per_s, BYTES_PER_S, HIGHER, MEASURED, UNKNOWN, "triad", NULL,                \
	  "with --probe: bandwidth that a zone gets from its memory, mean over the zones that a "  \
	  "machine measured")                                                                      \
	X(chase_ps, PS, LOWER, MEASURED, UNKNOWN, "pointer chase", NULL,                           \
	  "with --probe: latency that a zone sees of its memory, mean over the same zones")        \
	X(predicted_triad_bytes_per_s, BYTES_PER_S, HIGHER, PREDICTED, UNKNOWN, "predicted triad", \
	  NULL, "with --probe: what the cost model says of the triad, mean over the zones")        \
	X(predicted_chase_ps, PS, LOWER, PREDICTED, UNKNOWN, "predicted chase", NULL,              \
	  "with --probe: what it says of the pointer chase")                                       \
	X(regret_ppm, SHARE, LOWER, PREDICTED, UNKNOWN, "regret", NULL,                            \
	  "with the policy oracle in the run: slowdown beyond that of the oracle, which knows "    \
	  "what comes, divided by it, for the same topology, workload, memory policy, allocator "  \
	  "and seed; below 0 can be who turns zones or hosts away")                                \
	X(regret_local_ppm, SHARE, LOWER, COUNTED, UNKNOWN, "regret: local memory", NULL,          \
	  "what local_page_ppm lacks to the oracle's")                                             \
	X(regret_placed_zones, COUNT, LOWER, COUNTED, UNKNOWN, "regret: zones placed", NULL,       \
	  "what zones_placed lacks to the oracle's")

/* SUMMARY_hosts, ...: the figures in the order of the file. */
enum summary_figure {
#define X(name, ...) SUMMARY_##name,
	SUMMARY_FIGURES(X)
#undef X
		NR_SUMMARY_FIGURES
};
const struct column *summary_column(enum summary_figure f);

#endif
