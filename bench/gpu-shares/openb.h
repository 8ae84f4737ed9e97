/*
 * The GPU cluster of openb (Alibaba, cluster-trace-gpu-v2023) as FGD models it:
 * nodes with a pool of CPUs, memory and GPUs of one model, GPUs shared by the
 * thousandth; pods as they ask for them. Nodes of the cluster have no NUMA nodes.
 */
#ifndef BENCH_GPU_SHARES_OPENB_H
#define BENCH_GPU_SHARES_OPENB_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define NODE_GPUS_MAX 8
#define GPU_MODELS_MAX 32
#define WHOLE_GPU 1000 /* thousandths */

struct gpu_node {
	int32_t cpu_milli, memory_mib; /* left */
	int64_t gpu_milli[NODE_GPUS_MAX]; /* left of each */
	uint32_t nr_gpus, model;
};

struct gpu_pod {
	int32_t cpu_milli, memory_mib;
	int32_t gpu_milli; /* of each GPU; 0: a pod without GPUs */
	uint32_t nr_gpus;
	uint32_t models; /* bits; 0: any */
};

struct openb {
	struct gpu_node *node;
	size_t nr_nodes, cap_nodes;
	struct gpu_pod *kind; /* each different pod once, in the order of appearance */
	size_t nr_kinds, cap_kinds;
	uint32_t *pod; /* the kind of each pod, in the order of the file */
	size_t nr_pods, cap_pods;
	char model[GPU_MODELS_MAX][16];
	uint32_t nr_models;
	int64_t gpu_milli; /* of all nodes */
};

/* openb_node_list_*.csv and openb_pod_list_*.csv, or a list with its columns cpu_milli,
 * memory_mib, num_gpu, gpu_milli and, if pods ask for models, gpu_spec. ERR_INPUT with
 * file:line:column. On failure `out` is released. */
int openb_load(struct openb *out, const char *nodes, const char *pods, struct error *err) MUST_USE;
void openb_release(struct openb *o);

#endif
