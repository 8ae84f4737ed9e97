#include "bench/experiment/matrix.h"

#include <stdlib.h>
#include <string.h>

static int by_fleet(const void *a, const void *b)
{
	const struct matrix_fleet *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int by_workload(const void *a, const void *b)
{
	const struct workload *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int by_policy(const void *a, const void *b)
{
	const struct policy *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int by_memory(const void *a, const void *b)
{
	const enum run_memory *x = a, *y = b;

	return strcmp(run_memory_name(*x), run_memory_name(*y));
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void matrix_sort(struct matrix *m)
{
	qsort(m->fleet, m->nr_fleets, sizeof(*m->fleet), by_fleet);
	qsort(m->workload, m->nr_workloads, sizeof(*m->workload), by_workload);
	qsort(m->policy, m->nr_policies, sizeof(*m->policy), by_policy);
	qsort(m->memory, m->nr_memories, sizeof(*m->memory), by_memory);
	qsort(m->allocator, m->nr_allocators, sizeof(*m->allocator), by_text);
	qsort(m->seed, m->nr_seeds, sizeof(*m->seed), by_number);
}

size_t matrix_rows(const struct matrix *m)
{
	return m->nr_fleets * m->nr_workloads * m->nr_policies * m->nr_memories * m->nr_allocators *
	       m->nr_seeds;
}

/* The last digit of *left in base `nr`, taken off. */
static size_t digit(size_t *left, size_t nr)
{
	size_t d = *left % nr;

	*left /= nr;
	return d;
}

struct matrix_key matrix_key(const struct matrix *m, size_t row)
{
	size_t others = matrix_rows(m) / m->nr_seeds;
	struct matrix_key k;

	if (m->seeds_in_turn) {
		k.seed = row / others;
		row %= others;
	} else {
		k.seed = digit(&row, m->nr_seeds);
	}
	k.allocator = digit(&row, m->nr_allocators);
	k.memory = digit(&row, m->nr_memories);
	k.policy = digit(&row, m->nr_policies);
	k.workload = digit(&row, m->nr_workloads);
	k.fleet = row;
	return k;
}
