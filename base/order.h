/*
 * What several have, each in its own order, put in one order: by time, then by a place at that
 * time, then by who has it. As one loop over all of them would have met it.
 */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct order_key {
	int64_t at_ns;
	uint64_t place;
	uint32_t part;
};

/* Of two parts, or the same key: -1, 0, 1. */
int order_compare(const struct order_key *a, const struct order_key *b);

/* The next of each part; each part is there once at most. Zero-initialise. */
struct order {
	struct order_key *heap;
	size_t nr, cap;
};

void order_push(struct order *o, const struct order_key *key);
/* The first of all; it must not be empty. */
struct order_key order_pop(struct order *o);
void order_release(struct order *o);

#endif
