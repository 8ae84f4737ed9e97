/*
 * Whom FGD measures openb's nodes by (choice/fragment.h): the workload's typical pods, the
 * most frequent ones that make up 95 % of all. A node's parts are its GPUs.
 */
#ifndef BENCH_GPU_SHARES_TYPICAL_H
#define BENCH_GPU_SHARES_TYPICAL_H

#include "bench/gpu-shares/openb.h"
#include "choice/fragment.h"

struct typical_pods {
	struct fragment model[GPU_MODELS_MAX]; /* by those who may use the model's nodes */
};

void typical_init(struct typical_pods *out, const struct openb *o);
void typical_release(struct typical_pods *t);

/* Thousandths of a GPU. */
double node_fragment(const struct typical_pods *t, const struct gpu_node *n);

#endif
