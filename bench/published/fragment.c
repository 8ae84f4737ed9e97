#include "bench/published/fragment.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"

#define POPULAR 95 /* per cent of all pods */

struct need {
	int32_t cpu_milli;
	double share; /* of the typical pods that need this much or less */
};

struct fragment_group {
	int32_t gpu_milli;
	uint32_t nr_gpus;
	struct need *need; /* ascending */
	size_t nr, cap;
};

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

static void add_typical(struct fragment *f, uint32_t model, const struct typical *t, int64_t sum)
{
	struct fragment_group *g = f->group[model];
	struct need *last;
	size_t i;

	for (i = 0; i < f->nr[model]; i++) {
		if (g[i].gpu_milli == t->pod.gpu_milli && g[i].nr_gpus == t->pod.nr_gpus)
			break;
	}
	if (i == f->nr[model])
		g[f->nr[model]++] = (struct fragment_group){.gpu_milli = t->pod.gpu_milli,
							    .nr_gpus = t->pod.nr_gpus};
	g += i;
	last = g->nr ? &g->need[g->nr - 1] : NULL;
	if (!last || last->cpu_milli != t->pod.cpu_milli) {
		double before = last ? last->share : 0;

		g->need = grow(g->need, &g->cap, g->nr, sizeof(*g->need));
		g->need[g->nr++] = (struct need){t->pod.cpu_milli, before};
	}
	g->need[g->nr - 1].share += (double)t->count / (double)sum;
}

void fragment_init(struct fragment *f, const struct openb *o)
{
	struct typical *t = xcalloc(o->nr_kinds, sizeof(*t));
	int64_t sum;
	size_t nr = find_typical(t, o, &sum);

	*f = (struct fragment){0};
	qsort(t, nr, sizeof(*t), by_need);
	for (uint32_t m = 0; m < o->nr_models; m++) {
		f->group[m] = xcalloc(nr, sizeof(*f->group[m]));
		for (size_t i = 0; i < nr; i++) {
			uint32_t models = t[i].pod.models;

			if (t[i].pod.nr_gpus && (!models || models >> m & 1))
				add_typical(f, m, &t[i], sum);
		}
	}
	free(t);
}

void fragment_release(struct fragment *f)
{
	for (uint32_t m = 0; m < GPU_MODELS_MAX; m++) {
		for (size_t i = 0; i < f->nr[m]; i++)
			free(f->group[m][i].need);
		free(f->group[m]);
	}
	*f = (struct fragment){0};
}

/* Share of the typical pods of the group that need no more CPUs than these. */
static double share_within(const struct fragment_group *g, int32_t cpu_milli)
{
	size_t low = 0, high = g->nr;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (g->need[mid].cpu_milli <= cpu_milli)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? g->need[low - 1].share : 0;
}

double fragment_of(const struct fragment *f, const struct gpu_node *n)
{
	int32_t idle = 0;
	double usable = 0;

	for (uint32_t g = 0; g < n->nr_gpus; g++)
		idle += n->gpu_milli[g];
	if (!idle)
		return 0;
	for (size_t i = 0; i < f->nr[n->model]; i++) {
		const struct fragment_group *group = &f->group[n->model][i];
		int32_t fits = 0;
		uint32_t gpus = 0;

		for (uint32_t g = 0; g < n->nr_gpus; g++) {
			if (n->gpu_milli[g] < group->gpu_milli)
				continue;
			fits += n->gpu_milli[g];
			gpus++;
		}
		if (gpus >= group->nr_gpus)
			usable += share_within(group, n->cpu_milli) * fits;
	}
	return idle - usable;
}
