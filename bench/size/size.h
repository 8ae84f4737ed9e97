/*
 * The planner's question: how many hosts does a workload need, so that at most so many of its
 * zones are refused and at least so much of their memory is local? And how does the answer
 * change around it, with more arrivals, on other hosts, with other policies or memory?
 *
 * A question is a workload under one policy, memory policy and seed on hosts of one shape,
 * perhaps beside a fixed number of another. Sizes are tried by running the workload
 * (bench/loop/run.h), refusals counted whatever the workload itself would do about them;
 * which sizes is the search's business (bench/size/search.h). A run ends as soon as more zones
 * were refused than may be. Questions are searched side by side; where threads are left over
 * they try what a search may ask next. Answers, but for how much was run, do not depend on
 * their number.
 *
 * Sizes go from 1 (from what the sums call for, where no zone may be refused: no policy does
 * with less) to `most`, or to one host for each zone of the fullest moment: more change
 * nothing. Where none may be refused, a zone that an empty host of every shape refuses ends
 * the search at once.
 */
#ifndef BENCH_SIZE_SIZE_H
#define BENCH_SIZE_SIZE_H

#include "bench/experiment/experiment.h"
#include "bench/size/bound.h"
#include "bench/size/search.h"

struct size_shape {
	const char *name; /* of a row's topology */
	const struct host *host;
	int64_t price_micro; /* of an hour, in millionths of a euro; or FIGURE_UNKNOWN */
	uint32_t most; /* hosts there are to be had */
};

struct size_goals {
	int64_t refused_ppm; /* of the zones that come, at most */
	int64_t local_ppm; /* local memory, at least; FIGURE_UNKNOWN: any */
};

#define SIZE_AROUND_MAX 8

/* One fleet that was tried. */
struct size_point {
	uint32_t hosts; /* of the shape that is sized; 0: not tried */
	bool meets;
	bool whole; /* the run went to its end; else it ended with a refusal too many */
	bool priced; /* its row has prices */
	bool drew;
	struct row row;
	int64_t refused_ppm;
	/* Most at one time, of what was placed; memory as far as zones may grow. */
	int64_t peak_zones, peak_vcpus, peak_bytes;
	int64_t end_ns;
	/* Of the first zone that was refused, where none may be: */
	bool never; /* an empty host of every shape refuses it too */
	uint32_t zone_vcpus;
	int64_t zone_bytes;
};

/* Everything is borrowed. */
struct size_question {
	/* Its fleet's own hosts do not count; where it is in use, fewer than are are not tried. */
	const struct workload *workload;
	const struct policy *policy;
	enum run_memory memory;
	uint64_t seed;
	const char *topology; /* label */
	const struct size_shape *shape; /* how many of it? */
	const struct size_shape *beside; /* so many of another; NULL: none */
	uint32_t nr_beside;
	bool beside_first; /* in the order in which hosts are numbered */
	uint32_t least, most; /* what is searched; 0: as above */
	/* When a run of it drew nothing from its seed, this one, before it, has its answer. */
	const struct size_question *twin;
};

struct size_answer {
	struct size_bound bound;
	uint32_t by_sums; /* hosts */
	uint32_t hosts; /* of the shape; 0: none will do */
	uint32_t tried; /* sizes that the search asked for */
	bool uneven; /* goals that a size meets were seen to be missed by a larger one */
	bool drew; /* something depended on the seed */
	char why[ERROR_TEXT_MAX]; /* hosts 0: a sentence */
	struct size_point *point; /* in order of size */
	size_t nr_points, cap_points;
};

struct size_how {
	struct size_goals goals;
	uint32_t around; /* sizes above the answer that must do too, at most SIZE_AROUND_MAX */
	uint32_t most;
	bool cost; /* size_finish(): price the answers */
	bool skip_bad;
	const struct backend_ops *backend;
	const char *allocator;
	unsigned jobs;
	const atomic_bool *stop; /* becomes true: give up with ERR_INTERRUPTED; NULL: never */
	void (*progress)(void *context, const struct experiment_progress *p);
	void *progress_context;
};

/* Zero-initialise the answers. Errors are those of runs; that no size will do is none. */
int size_find(const struct size_how *how, const struct size_question *question,
	      struct size_answer *answer, size_t nr, struct error *err) MUST_USE;

/* Run one fleet of a question, whole: for its figures. */
struct size_wish {
	const struct size_question *question;
	struct size_answer *answer; /* where the point goes; one of these hosts is replaced */
	uint32_t hosts;
	bool priced;
};
/* Side by side. `gatherer` (NULL: none) sees the run of wish i as row i. */
int size_run(const struct size_how *how, const struct size_wish *wish, size_t nr,
	     const struct gatherer *gatherer, void *gatherer_self, struct error *err) MUST_USE;

/* What is known of so many hosts; NULL: nothing. */
const struct size_point *size_point_of(const struct size_answer *a, uint32_t hosts);
void size_answer_release(struct size_answer *a);

#endif
