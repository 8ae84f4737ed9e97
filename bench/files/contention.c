#include "bench/files/contention.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "schema/schema.h"

void contention_add(struct contention_list *l, const struct contention_point *point)
{
	l->point = grow(l->point, &l->cap, l->nr, sizeof(*l->point));
	l->point[l->nr++] = *point;
}

void contention_move(struct contention_list *l, struct contention_list *from)
{
	for (size_t i = 0; i < from->nr; i++)
		contention_add(l, &from->point[i]);
	from->nr = 0;
}

void contention_release(struct contention_list *l)
{
	for (size_t i = 0; i < l->nr; i++) {
		free(l->point[i].name);
		free(l->point[i].nodes);
		free(l->point[i].reason);
	}
	free(l->point);
	*l = (struct contention_list){.nr = 0};
}

/* The row that it is of, for what rows have in common. */
static struct row row_of(const struct contention_point *p)
{
	return (struct row){.topology = p->topology,
			    .workload = p->workload,
			    .policy = p->policy,
			    .memory_policy = p->memory_policy,
			    .allocator = p->allocator,
			    .seed = p->seed};
}

static int by_key(const void *x, const void *y)
{
	const struct contention_point *a = x, *b = y;
	struct row row_a = row_of(a), row_b = row_of(b);
	int c = row_compare(&row_a, &row_b);

	c = c ? c : (a->zone > b->zone) - (a->zone < b->zone);
	c = c ? c : (a->work > b->work) - (a->work < b->work);
	return c ? c
		 : (a->level_percent > b->level_percent) - (a->level_percent < b->level_percent);
}

void contention_sort(struct contention_list *l)
{
	if (l->nr)
		qsort(l->point, l->nr, sizeof(*l->point), by_key);
}

static void print_labels(const struct contention_point *p, FILE *out)
{
	csv_print_field(p->topology, out);
	fputc(',', out);
	csv_print_field(p->workload, out);
	fprintf(out, ",%s,%s,%s,%" PRIu64 ",%" PRIu64 ",%s,%" PRIu32 ",", p->policy,
		p->memory_policy, p->allocator, p->seed, p->zone, work_name(p->work),
		p->level_percent);
	csv_print_field(p->name, out);
	fprintf(out, ",%s,%" PRIu32 ",%" PRIu32, p->nodes, p->vcpus, p->neighbours);
}

/* How far what was found lies from what was predicted. */
static int64_t error_of(const struct contention_point *p)
{
	if (!is_known(p->found) || p->predicted <= 0)
		return FIGURE_UNKNOWN;
	return (int64_t)llround(((double)p->found / (double)p->predicted - 1) * 1e6);
}

void contention_print_csv(const struct contention_list *l, FILE *out)
{
	schema_print_header(&schema_contention, out);
	for (size_t i = 0; i < l->nr; i++) {
		const struct contention_point *p = &l->point[i];
		bool time = p->work == WORK_CHASE;

		print_labels(p, out);
		figure_print_next(time ? p->found : FIGURE_UNKNOWN, out);
		figure_print_next(time ? p->predicted : FIGURE_UNKNOWN, out);
		figure_print_next(time ? FIGURE_UNKNOWN : p->found, out);
		figure_print_next(time ? FIGURE_UNKNOWN : p->predicted, out);
		figure_print_next(p->found_load, out);
		figure_print_next(p->predicted_load, out);
		figure_print_next(error_of(p), out);
		figure_print_next(p->stated_error_ppm, out);
		fputc(',', out);
		csv_print_field(p->reason ? p->reason : "", out);
		fputc('\n', out);
	}
}
