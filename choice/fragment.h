/*
 * FGD's measure of fragmentation (Weng et al., "Beware of Fragmentation", USENIX ATC 2023;
 * hkust-adsl/kubernetes-scheduler-simulator 8f3d641, pkg/utils/frag.go): how much of what is
 * free on a host those who come cannot use. A host has parts, from which each who comes
 * takes the same share of so many (there the GPUs, here the memory of its nodes), and one
 * pool (CPUs). For somebody who does not fit the host now that is all that is free; for one
 * who fits, what is free on parts too full for it. The mean over all who come.
 */
#ifndef CHOICE_FRAGMENT_H
#define CHOICE_FRAGMENT_H

#include <stddef.h>
#include <stdint.h>

struct fragment_group; /* those who take the same share of as many parts */
/* Zero-initialise. */
struct fragment {
	struct fragment_group *group;
	size_t nr, cap;
	/* The weight of all who come, set by the owner: those who take no part have no group. */
	double total;
};

/* So many more come (`weight`, in units of `total`) that take `part` from each of `nr_parts`
 * parts and `pool` from the pool. Their sums are made in the order of the calls. */
void fragment_count(struct fragment *f, int64_t part, uint32_t nr_parts, int64_t pool,
		    double weight);
void fragment_release(struct fragment *f);

/* Of a host with these parts free, in the units of `free`. */
double fragment_of(const struct fragment *f, const int64_t *free, uint32_t nr, int64_t pool);

#endif
