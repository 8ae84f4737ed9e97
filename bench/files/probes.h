/*
 * What zones were measured to get from their memory, beside what the cost model
 * predicts for the same placement: STREAM's triad by all vCPUs of the zone, and the
 * pointer chase (probe/), nobody else at work.
 *
 * Two files come of it. probes.csv has every probe; measured.csv has a row for each
 * zone of each row's key but the seed: over the seeds, which are the repeats, mean and
 * 95 % confidence interval.
 */
#ifndef BENCH_FILES_PROBES_H
#define BENCH_FILES_PROBES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/row.h"

struct probe_figures {
	int64_t triad_bytes_per_s, chase_ps;
};

struct probe_record {
	/* labels of the row that it is of; borrowed */
	const char *topology, *workload, *policy, *memory_policy, *allocator;
	uint64_t seed;
	uint64_t zone; /* number in order of arrival, from 1 */
	char *name, *nodes; /* nodes as in zones.csv */
	uint32_t vcpus;
	int64_t memory_bytes;
	bool measured; /* false: the machine cannot, there is a prediction only */
	struct probe_figures found, predicted;
};

struct probe_list {
	struct probe_record *record;
	size_t nr, cap;
};

/* Name and nodes are the list's from then on. */
void probe_list_add(struct probe_list *l, const struct probe_record *record);
/* All of `from` are of `l` from then on. */
void probe_list_move(struct probe_list *l, struct probe_list *from);
void probe_list_release(struct probe_list *l);

/* Sort by key, zone and seed; then print. */
void probe_list_sort(struct probe_list *l);
void probe_print_csv(const struct probe_list *l, FILE *out);
void probe_print_measured_csv(const struct probe_list *l, FILE *out);
/* For people: zone by zone, measured beside predicted. */
void probe_print_text(const struct probe_list *l, FILE *out);

#endif
