/*
 * Mixes of two shapes of host, where each has a price: the cheapest that meets the goals and
 * is cheaper than any shape by itself.
 *
 * For a pair of shapes, one is fixed at 1, 2, 3, ... hosts, and for each of these numbers the
 * least of the other is searched, among sizes for which the mix is still cheaper than the
 * cheapest shape alone. Where no zone may be refused, what the sums rule out is not run: no
 * policy does with less. Up to `limit` numbers of a pair every one is searched; beyond, so
 * many spread evenly, and then those between the neighbours of the cheapest (`sampled`).
 *
 * What is not searched: mixes of three shapes and more. With two things to cover in sum, CPUs
 * and memory, a linear program has a cheapest solution in at most two shapes (a basic
 * solution has as many positive variables as there are constraints); that holds for fractions
 * of hosts and sums, not for hosts and placement. So the answer is the cheapest that was found,
 * never a proven optimum.
 */
#ifndef BENCH_SIZE_MIX_H
#define BENCH_SIZE_MIX_H

#include "bench/size/size.h"

struct size_mix {
	bool priced; /* all shapes have prices, and there are several */
	bool found;
	struct size_question question; /* found: its `beside` is set */
	struct size_answer answer; /* found */
	int64_t price_micro;
	char *topology; /* the label: "a+b" */
	/* Numbers of hosts that were fixed in turn: */
	uint32_t searched, ruled_out, left_out;
	bool sampled; /* some were left out */
};

/* `alone` and `answer` are those of each of `nr` shapes by itself, in their order. */
int size_mix_find(const struct size_how *how, uint32_t limit, const struct size_question *alone,
		  const struct size_answer *answer, size_t nr, struct size_mix *out,
		  struct error *err) MUST_USE;
void size_mix_release(struct size_mix *m);

/* Of an hour of so many hosts of a question's shape and those beside; FIGURE_UNKNOWN without
 * prices. */
int64_t size_price_micro(const struct size_question *q, uint32_t hosts);

#endif
