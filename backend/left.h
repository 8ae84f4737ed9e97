/*
 * A zone that a run left when it was killed, and that goes on under another run of the same
 * workload: what must be known of it, as one line of text. A machine writes it beside the zone when
 * it starts one, reads it when it finds one, and records hold it.
 *
 *	SEED ORDINAL VCPUS VCPUS_MAX MAX BOOT MIN TOLD PINNED SOFT RULE VNODES MEMORY NAME WORKLOAD
 *
 * Sizes in bytes; VNODES is node,vcpus,bytes;... and MEMORY vnode,node,bytes;... as in struct plan,
 * nodes by index. In the two names a blank, a control character and '%' are %XX.
 */
#ifndef BACKEND_LEFT_H
#define BACKEND_LEFT_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

#define LEFT_NAME_MAX 255

struct left_zone {
	char name[LEFT_NAME_MAX + 1], workload[LEFT_NAME_MAX + 1];
	uint64_t seed, ordinal; /* which zone of the workload it is */
	uint32_t vcpus, vcpus_max;
	int64_t most_bytes, boot_bytes, least_bytes; /* maximum, at boot, a balloon's least */
	struct plan plan; /* how it was placed; its zone is NULL */
};

/* The caller frees. NULL: a name is longer than LEFT_NAME_MAX. */
char *left_zone_text(const struct plan *p, const char *workload, uint64_t seed,
		     uint64_t ordinal) MUST_USE;
/* False unless it is such a line, and of a plan that this host could have. */
bool left_zone_read(struct left_zone *out, const char *text, const struct host *host);
char *left_zone_copy_text(const struct left_zone *l) MUST_USE; /* the line again; caller frees */

/* Is it what is asked for? The plan with this zone is then whole. */
bool left_zone_is(const struct left_zone *l, const struct zone *z);

#endif
