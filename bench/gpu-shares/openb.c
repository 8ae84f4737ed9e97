#include "bench/gpu-shares/openb.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"

#define MILLI_MAX 100000000

/* The model's number; a new name gets the next one. */
static int find_model(struct openb *o, const struct csv *c, unsigned field, const char *name,
		      size_t n, uint32_t *out, struct error *err)
{
	for (*out = 0; *out < o->nr_models; ++*out) {
		if (strlen(o->model[*out]) == n && memcmp(o->model[*out], name, n) == 0)
			return 0;
	}
	if (*out == GPU_MODELS_MAX || n >= sizeof(o->model[0]) || !n)
		return csv_error(c, field, err, "not a GPU model, or one more than %d",
				 GPU_MODELS_MAX);
	memcpy(o->model[o->nr_models++], name, n);
	return 0;
}

/* "T4|P100" as bits. */
static int read_models(struct openb *o, const struct csv *c, unsigned field, uint32_t *out,
		       struct error *err)
{
	const char *p = c->field[field].text, *end = p + c->field[field].n;

	*out = 0;
	while (p < end) {
		const char *bar = memchr(p, '|', (size_t)(end - p));
		size_t n = (size_t)((bar ? bar : end) - p);
		uint32_t model;
		int rc = n ? find_model(o, c, field, p, n, &model, err) : 0;

		if (rc)
			return rc;
		if (n)
			*out |= (uint32_t)1 << model;
		p += n + 1;
	}
	return 0;
}

static int int_field(const struct csv *c, int column, int64_t max, int32_t *out, struct error *err)
{
	int64_t value = 0;
	int rc = csv_int(c, (unsigned)column, 0, max, &value, err);

	*out = (int32_t)value;
	return rc;
}

static int read_node(struct openb *o, const struct csv *c, const int *column, struct error *err)
{
	struct gpu_node n = {0};
	int32_t gpus = 0;
	int rc = int_field(c, column[0], MILLI_MAX, &n.cpu_milli, err);

	if (!rc)
		rc = int_field(c, column[1], MILLI_MAX, &n.memory_mib, err);
	if (!rc)
		rc = int_field(c, column[2], NODE_GPUS_MAX, &gpus, err);
	if (!rc && gpus)
		rc = find_model(o, c, (unsigned)column[3], c->field[column[3]].text,
				c->field[column[3]].n, &n.model, err);
	if (rc)
		return rc;
	n.nr_gpus = (uint32_t)gpus;
	for (uint32_t g = 0; g < n.nr_gpus; g++)
		n.gpu_milli[g] = WHOLE_GPU;
	o->gpu_milli += gpus * WHOLE_GPU;
	o->node = grow(o->node, &o->cap_nodes, o->nr_nodes, sizeof(*o->node));
	o->node[o->nr_nodes++] = n;
	return 0;
}

static void add_pod(struct openb *o, const struct gpu_pod *p)
{
	uint32_t k;

	for (k = 0; k < o->nr_kinds; k++) {
		const struct gpu_pod *q = &o->kind[k];

		if (q->cpu_milli == p->cpu_milli && q->memory_mib == p->memory_mib &&
		    q->gpu_milli == p->gpu_milli && q->nr_gpus == p->nr_gpus &&
		    q->models == p->models)
			break;
	}
	if (k == o->nr_kinds) {
		o->kind = grow(o->kind, &o->cap_kinds, o->nr_kinds, sizeof(*o->kind));
		o->kind[o->nr_kinds++] = *p;
	}
	o->pod = grow(o->pod, &o->cap_pods, o->nr_pods, sizeof(*o->pod));
	o->pod[o->nr_pods++] = k;
}

static int read_pod(struct openb *o, const struct csv *c, const int *column, struct error *err)
{
	struct gpu_pod p = {0};
	int32_t gpus = 0;
	int rc = int_field(c, column[0], MILLI_MAX, &p.cpu_milli, err);

	if (!rc)
		rc = int_field(c, column[1], MILLI_MAX, &p.memory_mib, err);
	if (!rc)
		rc = int_field(c, column[2], NODE_GPUS_MAX, &gpus, err);
	if (!rc)
		rc = int_field(c, column[3], WHOLE_GPU, &p.gpu_milli, err);
	/* a list without the column asks for no model */
	if (!rc && gpus && column[4] >= 0)
		rc = read_models(o, c, (unsigned)column[4], &p.models, err);
	if (!rc && !gpus != !p.gpu_milli)
		rc = csv_error(c, (unsigned)column[3], err,
			       "a number of GPUs without a share of each, or the reverse");
	if (!rc && gpus > 1 && p.gpu_milli != WHOLE_GPU)
		rc = csv_error(c, (unsigned)column[3], err, "shares of several GPUs");
	p.nr_gpus = (uint32_t)gpus;
	if (!rc)
		add_pod(o, &p);
	return rc;
}

#define COLUMNS 5

typedef int (*row_fn)(struct openb *o, const struct csv *c, const int *column, struct error *err);

static int read_table(struct openb *o, const char *path, const char *const *name, row_fn row,
		      struct error *err)
{
	struct csv c = {0};
	int column[COLUMNS];
	bool more = true;
	int rc = csv_open(&c, path, err);

	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < COLUMNS && name[i]; i++) {
		column[i] = csv_column(&c, name[i]);
		if (column[i] < 0 && strcmp(name[i], "gpu_spec") != 0)
			rc = error_at(err, ERR_INPUT, path, 1, 0, "no column \"%s\"", name[i]);
	}
	while (!rc && !(rc = csv_next(&c, &more, err)) && more)
		rc = row(o, &c, column, err);
	csv_close(&c);
	return rc;
}

int openb_load(struct openb *out, const char *nodes, const char *pods, struct error *err)
{
	static const char *const node_columns[COLUMNS] = {"cpu_milli", "memory_mib", "gpu",
							  "model"};
	static const char *const pod_columns[COLUMNS] = {"cpu_milli", "memory_mib", "num_gpu",
							 "gpu_milli", "gpu_spec"};
	int rc;

	*out = (struct openb){0};
	rc = read_table(out, nodes, node_columns, read_node, err);
	if (!rc)
		rc = read_table(out, pods, pod_columns, read_pod, err);
	if (!rc && !out->gpu_milli)
		rc = error_set(err, ERR_INPUT, "%s: no node has a GPU", nodes);
	if (!rc && !out->nr_pods)
		rc = error_set(err, ERR_INPUT, "%s: no pod", pods);
	if (rc)
		openb_release(out);
	return rc;
}

void openb_release(struct openb *o)
{
	free(o->node);
	free(o->kind);
	free(o->pod);
	*o = (struct openb){0};
}
