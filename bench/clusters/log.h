/*
 * What a part of a row did to its hosts, so that the most that lives at one time and the
 * fullest moment of all parts together can be found: neither is known from the parts' own.
 * Each change is kept in a file without a name, some 15 bytes of it; the files of all parts
 * are read side by side, in the order in which it happened (base/order.h), once for when the
 * moment is, and once more for what each host had free then.
 */
#ifndef BENCH_CLUSTERS_LOG_H
#define BENCH_CLUSTERS_LOG_H

#include "base/order.h"
#include "bench/accounts/stranded.h"
#include "bench/clusters/tape.h"

/* Of one part. Zero-initialise but for `directory`. */
struct host_log {
	const char *directory; /* where its file is; NULL: the usual (base/scratch.h) */
	struct tape tape;
	struct order_key last; /* of the last change */
	const struct host *const *host; /* of the part */
	uint32_t nr_hosts;
	uint32_t overcommit_milli;
	int64_t capacity_vcpus, capacity_bytes; /* free before the first zone */
	/* Nodes of all hosts one behind the other, as last seen. */
	size_t *first; /* of each host; and of one behind the last */
	int64_t *free_bytes;
	uint32_t *vcpus;
	/* While it is read. */
	struct host_change *now;
	uint64_t nr_read;
};

extern const struct observer_ops host_log_observer;

/* Find the two in `nr` logs; into *peak_live, and what stranded_result() then says into
 * *stranded, whose arrays stay NULL. */
int host_logs_join(struct host_log *log, size_t nr, int64_t *peak_live, struct stranded *stranded,
		   struct error *err) MUST_USE;
void host_log_release(struct host_log *l);

#endif
