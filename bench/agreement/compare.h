/*
 * One program beside another on the same thing, in turns: rounds go on until the
 * interval of the ratio is narrower than what is claimed of it, or there is no end to be
 * seen. A round in which somebody else had the CPU is none.
 */
#ifndef BENCH_AGREEMENT_COMPARE_H
#define BENCH_AGREEMENT_COMPARE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

#define VALUES_MAX 4
#define ROUNDS_MAX 1000
#define ROUNDS_MIN 5

/* A number in what a program prints: the field-th one (from 1) after `key`. */
struct reading {
	const char *key; /* "" for the beginning */
	unsigned field;
	double unit; /* what it is multiplied with: ns, or bytes/s */
};

struct value {
	const char *name;
	int64_t claim_ppm; /* ours is within this of theirs; 0: nothing is claimed */
	struct reading theirs, ours;
	double log_ratio[ROUNDS_MAX]; /* of ours over theirs */
	double their_sum, our_sum;
};

struct comparison {
	char *their_command, *our_command; /* for the shell; owned */
	struct value value[VALUES_MAX];
	uint32_t nr_values, rounds, spoiled;
	const char *broken; /* it could not be done, and why */
};

enum verdict { AGREES, DIFFERS, UNDECIDED, UNCLAIMED };

struct limits {
	uint32_t rounds; /* at most */
	int64_t time_ns; /* of a comparison, at most */
	uint64_t held_bytes; /* memory held meanwhile, at most: another amount in each round */
	const atomic_bool *stop; /* a signal came: no more rounds; NULL: never */
};

/* ERR_MACHINE when a program cannot be started; one that fails or prints something else
 * makes the comparison `broken`. */
int compare_run(struct comparison *c, const struct limits *limits, struct error *err) MUST_USE;

/* The interval of the ratio (95 %) and what follows from it. `low` and `high` are 0 with
 * fewer than ROUNDS_MIN rounds. */
enum verdict compare_judge(const struct comparison *c, const struct value *v, double *low,
			   double *high);

#endif
