/*
 * A study: the planner's question for several policies, memory policies, seeds and shapes of
 * host, as things are and in a number of other cases (more arrivals, other hosts), each of them
 * against the first. A line of the answer is one of these combinations, or the cheapest mix of
 * shapes of one.
 */
#ifndef BENCH_SIZE_STUDY_H
#define BENCH_SIZE_STUDY_H

#include "bench/size/mix.h"

/* All cases have as many shapes, in the same order. */
struct size_case {
	const char *name; /* "" of the first: as things are */
	const struct workload *workload;
	const struct size_shape *shape;
};

struct size_study {
	struct size_how how;
	const struct size_case *kase; /* the first is the base */
	size_t nr_cases, nr_shapes;
	const struct policy *const *policy;
	size_t nr_policies;
	const enum run_memory *memory;
	size_t nr_memories;
	const uint64_t *seed;
	size_t nr_seeds;
	uint32_t mixes; /* as size_mix_find()'s limit; 0: none are searched */
};

struct size_line {
	const struct size_case *kase;
	const struct size_line *base; /* of the base case; NULL: it is one, or there is none */
	struct size_question question;
	struct size_answer answer;
	const struct size_mix *mix; /* NULL: one shape by itself */
	bool cheapest; /* of its policy, memory policy and seed; set where all have prices */
	/* The base's fleet in this case, where both have an answer. */
	struct size_question as_base;
	struct size_answer unchanged;
};

/* Zero-initialise. */
struct size_lines {
	struct size_question *question; /* one shape by itself each */
	struct size_answer *answer;
	struct size_mix *mix; /* one a group: case, policy, memory policy, seed */
	size_t nr_groups, nr_shapes;
	struct size_line *line;
	size_t nr;
};

/* Find the sizes: case by case, policy by policy, memory policy, seed, shape; a mix where it is
 * cheaper than any shape follows those. */
int size_study_find(const struct size_study *s, struct size_lines *out, struct error *err) MUST_USE;
/* Find the figures: of the answers, priced where how.cost; of sizes around them; of the base's
 * fleets in other cases. `gatherer` (NULL: none) sees line i as row i, those with an answer. */
int size_study_finish(const struct size_study *s, struct size_lines *lines,
		      const struct gatherer *gatherer, void *gatherer_self,
		      struct error *err) MUST_USE;
void size_lines_release(struct size_lines *l);

#endif
