#include "bench/sweep/dispatch.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"

/* What it takes beside a row without prices, and one whose trace is run once: measured on the
 * bundled workloads, and soon corrected. */
#define PRICED_TIMES 3
#define FORESEES_TIMES 2

/* --- estimates -------------------------------------------------------------------------- */

static double estimate(const struct experiment *x, size_t row, const double *events)
{
	const struct matrix *m = &x->matrix;
	struct matrix_key k = matrix_key(m, row);
	double e = 1 + events[k.workload];

	e *= cbrt((double)m->fleet[k.fleet].nr_hosts);
	e *= x->cost ? PRICED_TIMES : 1;
	return e * (m->policy[k.policy]->foresees_by ? FORESEES_TIMES : 1);
}

/* Which class a row is of: all but the seed; fleet, workload and policy; workload and policy;
 * policy; any. */
static size_t class_of(const struct matrix *m, size_t row, int level)
{
	struct matrix_key k = matrix_key(m, row);

	switch (level) {
	case 0:
		return row / m->nr_seeds;
	case 1:
		return (k.fleet * m->nr_workloads + k.workload) * m->nr_policies + k.policy;
	case 2:
		return k.workload * m->nr_policies + k.policy;
	case 3:
		return k.policy;
	default:
		return 0;
	}
}

static size_t nr_classes(const struct matrix *m, int level)
{
	return class_of(m, matrix_rows(m) - 1, level) + 1;
}

static void learn(struct dispatch *d, const struct outcome *o)
{
	const struct matrix *m = &d->x->matrix;

	for (int level = 0; level < DISPATCH_LEVELS; level++) {
		struct dispatch_class *c = &d->class[level][class_of(m, o->row, level)];

		c->estimated += d->estimated[o->row / m->nr_seeds];
		c->measured_ns += (double)o->wall_ns;
		c->nr++;
	}
}

/* In ns where a row is known, else in what is at hand to compare by. */
static double length_of(const struct dispatch *d, size_t row)
{
	const struct matrix *m = &d->x->matrix;
	double estimated = d->estimated[row / m->nr_seeds];

	for (int level = 0; level < DISPATCH_LEVELS; level++) {
		const struct dispatch_class *c = &d->class[level][class_of(m, row, level)];

		if (c->nr)
			return estimated * c->measured_ns / c->estimated;
	}
	return estimated;
}

double dispatch_left_s(const struct dispatch *d)
{
	double sum = 0;

	if (!d->class[DISPATCH_LEVELS - 1][0].nr)
		return -1;
	for (size_t i = 0; i < d->nr_rows; i++)
		if (d->row[i].state != ROW_DONE)
			sum += length_of(d, i);
	return sum / (double)NS_PER_S;
}

/* --- rows ------------------------------------------------------------------------------- */

/* The longest last, where it is taken from; among equals the lowest row. */
static int by_length(const void *a, const void *b)
{
	const struct dispatch_work *x = a, *y = b;

	if (x->ns < y->ns || x->ns > y->ns)
		return x->ns < y->ns ? -1 : 1;
	return (x->row < y->row) - (x->row > y->row);
}

static void add_ready(struct dispatch *d, size_t row)
{
	d->row[row].state = ROW_READY;
	d->ready[d->nr_ready++] = (struct dispatch_work){.row = row};
	d->unsorted = true;
}

/* Estimates are renewed when a quarter more is known. */
static void sort(struct dispatch *d)
{
	for (size_t i = 0; i < d->nr_ready; i++)
		d->ready[i].ns = length_of(d, d->ready[i].row);
	qsort(d->ready, d->nr_ready, sizeof(*d->ready), by_length);
	d->sort_at = d->nr_done + d->nr_done / 4 + 1;
	d->unsorted = false;
}

/* Only a generator draws whatever the policy does. */
static bool waits_for_first(const struct experiment *x, size_t row)
{
	const struct matrix *m = &x->matrix;
	struct matrix_key k = matrix_key(m, row);

	return k.seed && m->workload[k.workload]->source != SOURCE_GENERATOR;
}

void dispatch_init(struct dispatch *d, const struct experiment *x, const double *events)
{
	const struct matrix *m = &x->matrix;

	BUG_ON(m->seeds_in_turn);
	*d = (struct dispatch){.x = x, .nr_rows = matrix_rows(m), .failed = SIZE_MAX};
	d->row = xcalloc(d->nr_rows, sizeof(*d->row));
	d->ready = xcalloc(d->nr_rows, sizeof(*d->ready));
	d->estimated = xcalloc(d->nr_rows / m->nr_seeds, sizeof(*d->estimated));
	for (size_t i = 0; i < d->nr_rows; i += m->nr_seeds)
		d->estimated[i / m->nr_seeds] = estimate(x, i, events);
	for (int level = 0; level < DISPATCH_LEVELS; level++)
		d->class[level] = xcalloc(nr_classes(m, level), sizeof(**d->class));
	for (size_t i = 0; i < d->nr_rows; i++) {
		d->row[i].same_as = i;
		if (!waits_for_first(x, i))
			add_ready(d, i);
	}
}

void dispatch_release(struct dispatch *d)
{
	for (size_t i = 0; i < d->nr_rows; i++)
		free(d->row[i].outcome);
	for (int level = 0; level < DISPATCH_LEVELS; level++)
		free(d->class[level]);
	free(d->row);
	free(d->ready);
	free(d->estimated);
	*d = (struct dispatch){.x = NULL};
}

bool dispatch_take(struct dispatch *d, size_t *row)
{
	if (d->rc)
		return false;
	if (d->unsorted || d->nr_done >= d->sort_at)
		sort(d);
	while (d->nr_ready) {
		*row = d->ready[--d->nr_ready].row;
		if (d->row[*row].state != ROW_READY)
			continue; /* a journal had it */
		d->row[*row].state = ROW_RUNS;
		d->nr_running++;
		return true;
	}
	return false;
}

/* Those that waited for it: the same, or to be run. */
static void settle_waiting(struct dispatch *d, size_t first, bool drew)
{
	for (size_t i = first + 1; i < first + d->x->matrix.nr_seeds; i++) {
		if (d->row[i].state != ROW_HELD)
			continue;
		if (drew) {
			add_ready(d, i);
			continue;
		}
		d->row[i].state = ROW_DONE;
		d->row[i].same_as = first;
		d->nr_done++;
	}
}

/* Labels are the matrix's. */
static void label(const struct dispatch *d, struct outcome *o)
{
	const struct matrix *m = &d->x->matrix;
	struct matrix_key k = matrix_key(m, o->row);
	struct row *r = &o->result.row;

	r->topology = m->fleet[k.fleet].name;
	r->workload = m->workload[k.workload]->name;
	r->policy = m->policy[k.policy]->name;
	r->memory_policy = run_memory_name(m->memory[k.memory]);
	r->allocator = m->allocator[k.allocator];
	r->seed = m->seed[k.seed];
	r->foresees = m->policy[k.policy]->foresees_by != NULL;
}

static bool keep(struct dispatch *d, const struct outcome *o)
{
	struct dispatch_row *r = &d->row[o->row];

	BUG_ON(o->row >= d->nr_rows);
	if (r->state == ROW_DONE)
		return false;
	r->state = ROW_DONE;
	r->outcome = xmalloc(sizeof(*r->outcome));
	*r->outcome = *o;
	label(d, r->outcome);
	d->nr_done++;
	learn(d, o);
	if (o->row % d->x->matrix.nr_seeds == 0)
		settle_waiting(d, o->row, o->result.drew);
	return true;
}

void dispatch_finish(struct dispatch *d, const struct outcome *o)
{
	d->nr_running--;
	if (!keep(d, o))
		return;
	d->events += (uint64_t)o->result.row.events;
	d->run_ns += o->wall_ns;
}

void dispatch_resume(struct dispatch *d, const struct outcome *o)
{
	size_t before = d->nr_done;

	if (keep(d, o))
		d->nr_resumed += d->nr_done - before;
}

void dispatch_fail(struct dispatch *d, size_t row, int rc, const struct error *err)
{
	d->nr_running--;
	d->row[row].state = ROW_HELD;
	if (row >= d->failed)
		return;
	d->failed = row;
	d->rc = rc;
	d->err = *err;
}

bool dispatch_over(const struct dispatch *d)
{
	return !d->nr_running && (d->rc || d->nr_done == d->nr_rows);
}
