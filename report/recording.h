/* What a recording of a host (homenode watch --record) says, as the page draws it. Whoever reads
 * the recording fills this; everything is borrowed. Figures may be FIGURE_UNKNOWN. */
#ifndef REPORT_RECORDING_H
#define REPORT_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

struct page_watched_zone {
	const char *name, *id, *kind;
	const char *home; /* nodes, as last seen; "": it has none */
	int64_t bytes; /* as last seen */
	int64_t slowdown_ppm; /* predicted, as last seen */
	bool io_away; /* served from nodes of which none is its home */
	bool there; /* at the last sample */
	int64_t first_ppm, last_ppm, least_ppm; /* of its pages at home */
	int64_t drift_pages; /* away when last seen beyond those when first seen */
	const int64_t *local_ppm; /* at each drawn sample */
};

struct page_watched_node {
	unsigned number;
	int64_t size_bytes, least_free_bytes;
	const int64_t *used_ppm; /* of its size, at each drawn sample */
};

struct page_recording {
	const char *name; /* of the file */
	const char *host, *start; /* RFC 3339 */
	uint64_t nr_samples;
	uint32_t every; /* one of so many samples is drawn, and the last */
	int64_t mean_took_ns, mean_cost_ns;
	size_t nr_drawn;
	const int64_t *time_ms; /* of each drawn sample, since the first */
	size_t nr_zones;
	const struct page_watched_zone *zone;
	size_t nr_nodes;
	const struct page_watched_node *node;
	size_t nr_notes;
	const char *const *note; /* each once */
};

#endif
