/*
 * Stranded capacity: what is free but cannot be used because its counterpart is
 * used up. Measured against balanced zones, whose memory per vCPU is that of the
 * whole fleet: on a node with v free vCPUs and m free bytes, balanced zones can
 * take u = min(v, m / ratio) vCPUs; v - u vCPUs and m - u x ratio bytes are
 * stranded. The ratio is fixed by the fleet, so the figure does not depend on
 * the workload that is being judged.
 *
 * Beside it the 16-core fragment rate FR16 = (free - 16 sum floor(free_node / 16)) /
 * free: the share of free vCPUs that no zone of 16 vCPUs on one node can use.
 * Source: VMR2L (Ding et al., EuroSys 2025), which judges rescheduling by it.
 *
 * Both are reported for the fullest moment of a run: the one with the highest
 * max(share of vCPUs taken, share of memory taken). Only hosts that changed
 * since the last look are looked at again.
 */
#ifndef BENCH_ACCOUNTS_STRANDED_H
#define BENCH_ACCOUNTS_STRANDED_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/loop/observer.h"
#include "plan/host_state.h"

/* Zero-initialise. */
struct stranded {
	uint32_t nr_hosts;
	uint32_t overcommit_milli; /* vCPUs a CPU holds, in thousandths; no limit counts as 1000 */
	int64_t capacity_vcpus, capacity_bytes; /* free before the first zone */
	const struct host_state *const *state;
	/* Those that changed since the last look: by host; and their list, with room for one
	 * more than there are. */
	bool *dirty;
	uint32_t *dirty_host;
	uint32_t nr_dirty;
	/* By host as last looked at, and the sum over hosts. */
	struct stranded_sum {
		int64_t vcpus, bytes; /* stranded */
		int64_t free_vcpus, fragments; /* free, and of those outside whole sixteens */
	} * at, total, peak; /* peak: the total at the fullest moment */
	int64_t free_bytes_now, free_vcpus_now; /* of the fleet */
	int128 fullest;
	int64_t fullest_free_bytes, fullest_free_vcpus; /* at that moment */
};

extern const struct observer_ops stranded_observer; /* fills in the row */

/* `state` (nr_hosts pointers) must outlive the struct. */
void stranded_init(struct stranded *s, const struct host_state *const *state, uint32_t nr_hosts,
		   uint32_t overcommit_milli);
void stranded_release(struct stranded *s);
/* Somebody took more than at the fullest moment so far, of one of the two at least. */
void stranded_look(struct stranded *s);

/* After a host took (+) or gave back (-) this much. */
static inline void stranded_after(struct stranded *s, uint32_t host, int64_t vcpus, int64_t bytes)
{
	/* whether it is dirty already cannot be foreseen: no branch */
	s->dirty_host[s->nr_dirty] = host;
	s->nr_dirty += !s->dirty[host];
	s->dirty[host] = true;
	s->free_vcpus_now -= vcpus;
	s->free_bytes_now -= bytes;
	if (vcpus <= 0 && bytes <= 0)
		return; /* emptier than it was */
	/* else no fuller than the fullest, whichever share is the larger */
	if (s->free_bytes_now < s->fullest_free_bytes || s->free_vcpus_now < s->fullest_free_vcpus)
		stranded_look(s);
}

/* Add what is stranded on a node of `h` with so many vCPUs and bytes free; of `s` only the
 * capacities and overcommit_milli count. */
void stranded_add_node(const struct stranded *s, const struct host *h, unsigned node,
		       uint32_t vcpus, int64_t free_bytes, struct stranded_sum *sum);
/* How full a fleet is with so much free: taken shares over a common denominator. */
int128 stranded_fullness(const struct stranded *s, int64_t free_vcpus, int64_t free_bytes);
/* At the end of the run. FIGURE_UNKNOWN when nothing was ever taken: there is no fullest moment. */
void stranded_result(const struct stranded *s, int64_t *vcpu_ppm, int64_t *memory_ppm,
		     int64_t *fr16_ppm);

#endif
