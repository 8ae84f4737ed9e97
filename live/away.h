/*
 * How much of a zone is not where its guest believes it to be: what a host's nodes and the guest's
 * own numbers say. Which page belongs to which vnode no hypervisor tells, so that of a
 * guest of several nodes the least is counted that must be so: what a node has of it beyond what
 * the guest was told lies there.
 */
#ifndef LIVE_AWAY_H
#define LIVE_AWAY_H

#include "live/sample.h"

struct live_away {
	nodeset home; /* live_zone_home(); 0: none, and nothing else is known */
	int64_t known_bytes; /* on nodes that are told; LIVE_UNKNOWN */
	int64_t wrong_bytes; /* on its own nodes, the wrong one, at least; LIVE_UNKNOWN */
	int64_t off_bytes; /* on none of its nodes; LIVE_UNKNOWN */
};

void live_away_of(const struct live_sample *s, const struct live_zone *z, struct live_away *out);
/* Both; LIVE_UNKNOWN where the second is. What is not known of the first counts as none. */
int64_t live_away_bytes(const struct live_away *a);

#endif
