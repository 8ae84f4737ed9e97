/*
 * FGD's measure of fragmentation (Weng et al., "Beware of Fragmentation", USENIX
 * ATC 2023; hkust-adsl/kubernetes-scheduler-simulator@8f3d641, pkg/utils/frag.go):
 * how much of a node's idle GPUs the workload's typical pods cannot use. For a pod
 * that does not fit the node now, and for a pod without GPUs, that is all of it;
 * for one that fits, what is idle on GPUs too full for it. The mean over the
 * typical pods: the most frequent ones that make up 95 % of all.
 */
#ifndef BENCH_PUBLISHED_FRAGMENT_H
#define BENCH_PUBLISHED_FRAGMENT_H

#include "bench/published/openb.h"

struct fragment_group; /* typical pods with the same GPUs */
struct fragment {
	struct fragment_group *group[GPU_MODELS_MAX]; /* that may use the model's nodes */
	size_t nr[GPU_MODELS_MAX];
};

void fragment_init(struct fragment *f, const struct openb *o);
void fragment_release(struct fragment *f);

/* Thousandths of a GPU. */
double fragment_of(const struct fragment *f, const struct gpu_node *n);

#endif
