/*
 * One row of the loop whose hosts are mended now and then: every so often advice is asked for each
 * host, and carried out. A restart takes no time in the loop; what it costs is counted beside.
 */
#ifndef BENCH_ADVISED_REPLAY_H
#define BENCH_ADVISED_REPLAY_H

#include "bench/advised/host_advice.h"
#include "bench/loop/run.h"

struct replay_ask {
	const struct run_input *in; /* one observer fewer than RUN_OBSERVERS_MAX */
	const struct advised_rule *rule; /* NULL: nothing is mended */
	int64_t every_ns;
};

struct replay_result {
	struct run_result run;
	uint64_t restarts, made_static;
	uint64_t restarted_vcpus; /* each as often as it was */
	int64_t moved_bytes; /* handed out anew */
};

int replay(const struct replay_ask *ask, struct replay_result *out, struct error *err) MUST_USE;

#endif
