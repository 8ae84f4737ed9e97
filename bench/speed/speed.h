/*
 * The speed benchmark's parts. Figures are CPU time of this process, medians of
 * several runs, measured side by side in one process so that ratios mean
 * something on any machine.
 */
#ifndef BENCH_SPEED_SPEED_H
#define BENCH_SPEED_SPEED_H

#include <stddef.h>
#include <stdint.h>

/* One arrival of the workload, read beforehand. */
struct arrival {
	int64_t at_ns, lifetime_ns;
	int64_t bytes;
	uint32_t vcpus, host, node;
};

/*
 * The same events in a plain loop: departures merged with sorted arrivals, without any
 * placement (what bounds any replay), by a heap and by the loop's own queue; and with a
 * linear first fit over hosts and the freest node of each (what a straightforward program
 * does). Return the number of events carried out.
 */
uint64_t floor_heap(struct arrival *a, size_t nr);
uint64_t floor_queue(struct arrival *a, size_t nr);
uint64_t floor_linear_scan(struct arrival *a, size_t nr, uint32_t hosts);

/* `nr` arrivals, beside the loops above. */
void speed_replay(size_t nr, uint32_t nr_hosts);
/* Time an event and bytes a zone, by the size of the fleet. */
void speed_fleets(void);
/* `nr` zones on a fleet; ends the program with 1 when the peak of its memory is above what
 * hosts and live zones may take. */
void speed_memory(size_t nr, uint32_t nr_hosts);

/* Dynamic memory: balloon steps a second, and the loop around them. */
void speed_balloon(void);

/* Time of one placement decision on hosts of 8 to 64 nodes: edera-compact by number of
 * nodes needed, and every policy for three shapes of zones. */
void speed_decisions(void);
void speed_policies(void);
/* Prints its table: runs with and without the cost model. */
void speed_price(void);
/* Wall time of an experiment's rows, one at a time and two. */
void speed_jobs(void);
/* Wall time of one row of a fleet in clusters, on 1 to all of the CPUs there are. */
void speed_clusters(void);
/* Advice for hosts whose zones drifted, by nodes and zones. */
void speed_advise(void);
/* Prints its table: the cost model's solver on random problems. */
void speed_solver(void);

/* Prints a table a format: traces of so many rows, read and from their caches. */
void speed_parse(size_t rows);

#endif
