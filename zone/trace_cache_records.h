/*
 * How a trace's cache is laid out: a header, events, shapes of zones, memory uses, samples, names,
 * texts. Numbers are little-endian, as on every machine that this runs on; a file
 * from another kind has no known version. Between the files that write and read it.
 */
#ifndef ZONE_TRACE_CACHE_RECORDS_H
#define ZONE_TRACE_CACHE_RECORDS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "zone/use.h"
#include "zone/workload.h"
#include "zone/zone.h"

#define CACHE_MAGIC "hntrace\n"
#define CACHE_VERSION 3
#define CACHE_NOTE_MAX 120

/* What is said of rows of the trace. */
struct cache_note {
	uint64_t rows;
	char text[CACHE_NOTE_MAX], which[24];
};

struct cache_header {
	char magic[8];
	uint32_t version, header_bytes;
	uint64_t nr_events, nr_shapes, nr_uses, nr_samples, name_bytes, text_bytes;
	uint64_t bad_rows;
	uint64_t checksum; /* of the file with a 0 here */
	char key[64];
	char first_bad[256];
	uint64_t warnings;
	char first_warning[256];
	struct cache_note note[ZONE_STREAM_NOTES_MAX]; /* those with rows, in front */
	uint64_t nr_named; /* events about a zone that another one started */
	uint64_t reserved[4]; /* its size is a multiple of 32: cache_sum_add() */
};

struct cache_event {
	int64_t at_ns;
	int64_t value; /* START: lifetime; RESIZE: bytes; STOP: 0 */
	uint64_t id;
	uint32_t shape; /* START */
	uint8_t kind;
	uint8_t name_length; /* START: of the next name in the file */
	uint16_t cluster;
};

/* A zone without its name, and what it does with its memory. */
struct cache_shape {
	int64_t memory_bytes, initial_bytes, min_bytes;
	uint32_t vcpus, vcpus_max, numa_nodes;
	uint8_t memory_policy, spread, virt, has_profile;
	uint64_t first_text; /* names of devices, one behind the other */
	int64_t demand_bytes_per_s;
	uint32_t read_share_ppm, stall_share_ppm, sharing_share_ppm, parallelism;
	char profile[24];
	uint32_t nr_devices;
	uint32_t use; /* counted from 1; 0: none is known */
	/* Its group, whose name is behind those of its devices; the rule is counted from 1, 0: of
	 * none. */
	uint32_t group_rule, group_domain;
};

struct cache_use {
	uint32_t pattern, low_ppm, high_ppm, change_ppm, noise_ppm, spread_ppm;
	int64_t step_ns, period_ns, length_ns;
	uint64_t nr_samples; /* the next ones */
};

/* Whoever adds a field to one of these keeps it in the cache too, or a run from the
 * cache is not the run of the trace; CACHE_VERSION then goes up. */
_Static_assert(sizeof(struct zone) == 80, "trace_cache: a zone has a field that is not kept");
_Static_assert(sizeof(struct zone_profile) == 48, "trace_cache: so has a profile");
_Static_assert(sizeof(struct zone_event) == 64, "trace_cache: so has an event");
_Static_assert(sizeof(struct zone_group) == 16, "trace_cache: so has a group");
_Static_assert(sizeof(struct zone_use) == 72, "trace_cache: so has a memory use");
_Static_assert(sizeof(struct use_sample) == 8, "trace_cache: so has a sample");
_Static_assert(sizeof(struct zone_stream_stats) == 1032,
	       "trace_cache: so has what is said of rows");
/* No holes: what is written is what was set. */
_Static_assert(sizeof(struct cache_header) % 32 == 0, "trace_cache: see cache_sum_add()");
_Static_assert(sizeof(struct cache_header) == 2528 && sizeof(struct cache_event) == 32 &&
		       sizeof(struct cache_shape) == 112 && sizeof(struct cache_use) == 56,
	       "trace_cache: records have holes");

#define CACHE_SUM_LANES 4

struct cache_sum {
	uint64_t lane[CACHE_SUM_LANES];
};

/* `n` a multiple of 32, but at the end. */
static inline void cache_sum_add(struct cache_sum *s, const void *bytes, size_t n)
{
	uint64_t word[CACHE_SUM_LANES];
	const char *p = bytes;

	for (; n; p += sizeof(word)) {
		size_t take = n < sizeof(word) ? n : sizeof(word);

		if (take < sizeof(word))
			memset(word, 0, sizeof(word));
		memcpy(word, p, take);
		n -= take;
		for (int i = 0; i < CACHE_SUM_LANES; i++) {
			uint64_t v = (s->lane[i] ^ word[i]) * 0x9e3779b97f4a7c15u;

			s->lane[i] = v ^ v >> 29;
		}
	}
}

static inline uint64_t cache_sum_end(const struct cache_sum *s)
{
	uint64_t sum = 1;

	for (int i = 0; i < CACHE_SUM_LANES; i++)
		sum = (sum ^ s->lane[i] ^ sum >> 31) * 0xbf58476d1ce4e5b9u;
	return sum ^ sum >> 32;
}

#endif
