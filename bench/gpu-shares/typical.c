#include "bench/gpu-shares/typical.h"

#include <stdlib.h>

#include "base/alloc.h"

#define POPULAR 95 /* per cent of all pods */

/* A pod as the measure sees it: without its memory. */
struct typical {
	struct gpu_pod pod;
	int64_t count;
};

static int by_name(const struct gpu_pod *a, const struct gpu_pod *b)
{
	if (a->cpu_milli != b->cpu_milli)
		return a->cpu_milli < b->cpu_milli ? -1 : 1;
	if (a->gpu_milli != b->gpu_milli)
		return a->gpu_milli < b->gpu_milli ? -1 : 1;
	if (a->nr_gpus != b->nr_gpus)
		return a->nr_gpus < b->nr_gpus ? -1 : 1;
	return (a->models > b->models) - (a->models < b->models);
}

/* The most frequent first. */
static int by_count(const void *pa, const void *pb)
{
	const struct typical *a = pa, *b = pb;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return by_name(&b->pod, &a->pod);
}

static int by_need(const void *pa, const void *pb)
{
	const struct typical *a = pa, *b = pb;

	return by_name(&a->pod, &b->pod);
}

/* Those that make up POPULAR per cent; their counts add up to *sum. */
static size_t find_typical(struct typical *t, const struct openb *o, int64_t *sum)
{
	size_t nr = 0, i;

	for (size_t p = 0; p < o->nr_pods; p++) {
		struct gpu_pod pod = o->kind[o->pod[p]];

		for (i = 0; i < nr && by_name(&t[i].pod, &pod); i++)
			;
		if (i == nr)
			t[nr++] = (struct typical){.pod = pod};
		t[i].count++;
	}
	qsort(t, nr, sizeof(*t), by_count);
	*sum = 0;
	for (i = 0; i < nr && *sum * 100 < (int64_t)o->nr_pods * POPULAR; i++)
		*sum += t[i].count;
	return i;
}

void typical_init(struct typical_pods *out, const struct openb *o)
{
	struct typical *t = xcalloc(o->nr_kinds, sizeof(*t));
	int64_t sum;
	size_t nr = find_typical(t, o, &sum);

	*out = (struct typical_pods){0};
	qsort(t, nr, sizeof(*t), by_need);
	for (uint32_t m = 0; m < o->nr_models; m++) {
		out->model[m].total = 1;
		for (size_t i = 0; i < nr; i++) {
			const struct gpu_pod *p = &t[i].pod;

			if (p->nr_gpus && (!p->models || p->models >> m & 1))
				fragment_count(&out->model[m], p->gpu_milli, p->nr_gpus,
					       p->cpu_milli, (double)t[i].count / (double)sum);
		}
	}
	free(t);
}

void typical_release(struct typical_pods *t)
{
	for (uint32_t m = 0; m < GPU_MODELS_MAX; m++)
		fragment_release(&t->model[m]);
}

double node_fragment(const struct typical_pods *t, const struct gpu_node *n)
{
	return fragment_of(&t->model[n->model], n->gpu_milli, n->nr_gpus, n->cpu_milli);
}
