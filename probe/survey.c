#include "probe/survey.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/units.h"
#include "probe/machine.h"
#include "probe/stream.h"
#include "probe/visit.h"

#define BYTES_MIN (256 * MIB)
#define APART 0.05 /* from the median of its like: measured again */
#define CACHE_PS 25000 /* no memory answers sooner; third-level caches do */
#define LEAST_PS 1000 /* nor a first-level cache */
#define LEAST_BYTES_PER_S 1e6

struct work {
	const struct survey_request *r;
	struct survey *s;
	struct visit visit;
	int64_t begin_ns;
	uint32_t *order;
	struct rng rng;
};

static void find_caches(const struct survey_machine *m, struct survey *s)
{
	s->cache_from = "-";
	for (uint32_t n = 0; n < m->nr; n++) {
		const char *from;
		int64_t bytes;

		if (cpuset_empty(&m->node[n].cpus))
			continue;
		bytes = machine_last_cache_bytes(m->sysfs, &m->node[n].cpus, &from);
		if (bytes <= s->cache_bytes)
			continue;
		s->cache_bytes = bytes;
		s->cache_from = from;
	}
}

static size_t choose_bytes(const struct survey_request *r, const struct survey *s)
{
	int64_t enough = s->cache_bytes * STREAM_CACHE_FACTOR;

	return r->bytes ? r->bytes : (size_t)(enough < BYTES_MIN ? BYTES_MIN : enough);
}

static void look_at(struct survey *s, const struct memory *m)
{
	if (!m->base)
		return;
	s->bytes = m->bytes;
	if (!s->pages || m->huge_ppm < s->least_huge_ppm) {
		s->least_huge_ppm = m->huge_ppm;
		s->pages = m->pages;
	}
	if (s->least_on_node_ppm < 0 || m->on_node_ppm < s->least_on_node_ppm)
		s->least_on_node_ppm = m->on_node_ppm;
}

static bool time_is_up(struct work *w)
{
	w->s->stopped |= w->r->stop && atomic_load(w->r->stop);
	w->s->late |= w->r->time_ns && monotonic_ns() - w->begin_ns > w->r->time_ns;
	return w->s->stopped || w->s->late;
}

/* The first round as listed, the most wanted first; then in any order. */
static void choose_order(struct work *w, uint32_t round)
{
	for (uint32_t i = 0; i < w->s->nr; i++)
		w->order[i] = i;
	for (uint32_t i = w->s->nr; round && i > 1; i--) {
		uint32_t j = (uint32_t)rng_below(&w->rng, i), kept = w->order[i - 1];

		w->order[i - 1] = w->order[j];
		w->order[j] = kept;
	}
}

static bool take_sample(struct work *w, struct survey_cell *c)
{
	if (time_is_up(w))
		return false;
	if (w->r->progress)
		w->r->progress(w->r->context, c, w->s->done, w->s->total);
	if (!visit_cell(&w->visit, c)) {
		w->s->stopped = true;
		return false;
	}
	w->s->done++;
	return true;
}

static bool measure_rounds(struct work *w)
{
	for (uint32_t round = 0; round < w->r->repeats; round++) {
		choose_order(w, round);
		for (uint32_t i = 0; i < w->s->nr; i++)
			if (!take_sample(w, &w->s->cell[w->order[i]]))
				return false;
	}
	return true;
}

static int ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return (a > b) - (a < b);
}

/* Median over cells like this one; 0 where there are fewer than three. */
static double median_of_like(const struct work *w, const struct survey_cell *c)
{
	double *value = xcalloc(w->s->nr, sizeof(*value)), out = 0;
	uint32_t nr = 0;

	for (uint32_t i = 0; i < w->s->nr; i++)
		if (w->s->cell[i].nr && cell_alike(&w->r->machine, c, &w->s->cell[i]))
			value[nr++] = cell_value(&w->s->cell[i]).median;
	qsort(value, nr, sizeof(*value), ascending);
	if (nr >= 3)
		out = value[nr / 2];
	free(value);
	return out;
}

static bool lies_apart(const struct work *w, const struct survey_cell *c)
{
	double like = median_of_like(w, c), mine;

	if (like <= 0)
		return false;
	mine = cell_value(c).median;
	return cell_is_time(c) ? mine > like * (1 + APART) : mine < like * (1 - APART);
}

/* As many samples again. The new ones take the old ones' place where they are better:
 * something was in the way of those. */
static bool measure_again(struct work *w, struct survey_cell *c)
{
	uint32_t old = c->nr, total = w->s->total;
	double was = cell_value(c).median, is;
	struct survey_cell later;

	c->again = true;
	w->s->total += old;
	while (c->nr < 2 * old)
		if (!take_sample(w, c))
			break;
	later = *c;
	w->s->total = total;
	if (c->nr == old)
		return false;
	later.sample = c->sample + old;
	later.nr = c->nr - old;
	is = cell_value(&later).median;
	if (later.nr == old && (cell_is_time(c) ? is < was : is > was)) {
		for (uint32_t i = 0; i < old; i++) {
			c->sample[i] = c->sample[old + i];
			c->load[i] = c->load[old + i];
		}
		c->nr = old;
	}
	return later.nr == old;
}

static void look_for_outliers(struct work *w)
{
	uint32_t done = w->s->done;

	for (uint32_t i = 0; i < w->s->nr; i++) {
		struct survey_cell *c = &w->s->cell[i];

		if (c->nr && !c->rides && c->figure != CELL_STREAM && lies_apart(w, c) &&
		    !measure_again(w, c))
			break;
	}
	w->s->done = done;
}

static const char *why_impossible(const struct survey_cell *c, bool beyond, int64_t modules)
{
	struct cell_value v = cell_value(c);

	if (cell_is_time(c) && c->figure != CELL_LINES && v.median < LEAST_PS)
		return "impossible: no cache answers as soon; the clock of CPU time is coarse";
	if (!cell_is_time(c) && v.best < LEAST_BYTES_PER_S)
		return "impossible: less than 1 MB/s; the CPU was somebody else's";
	if (beyond && c->figure == CELL_LATENCY && v.median < CACHE_PS)
		return "impossible: a cache answered, not memory";
	if (beyond && !cell_is_time(c) && modules > 0 && v.best > (double)modules)
		return "impossible: more than all memory modules can move";
	return NULL;
}

/* Figures that no memory can have; of memory that the caches hold, that is said instead. */
static void refuse_impossible(struct work *w)
{
	int64_t modules = machine_modules_bytes_per_s(w->r->machine.sysfs);
	bool beyond = (int64_t)w->s->bytes >= STREAM_CACHE_FACTOR * w->s->cache_bytes;

	for (uint32_t i = 0; i < w->s->nr; i++) {
		struct survey_cell *c = &w->s->cell[i];

		if (c->nr)
			c->why = why_impossible(c, beyond, modules);
		if (c->why)
			c->nr = 0;
	}
}

static int prepare(struct work *w, struct error *err)
{
	const struct survey_request *r = w->r;
	struct survey *s = w->s;
	int rc = visit_open(&w->visit, &r->machine, err);

	w->visit.set = kernels_choose(r->kernels);
	if (!rc && !w->visit.set)
		rc = error_set(err, ERR_CANNOT, "this processor has no %s", r->kernels);
	if (!rc)
		rc = visit_take_memory(&w->visit, choose_bytes(r, s), r->figures, err);
	if (rc)
		return rc;
	w->visit.stop = r->stop;
	w->visit.warm_ns = r->warm_ns;
	w->visit.window_ns = r->window_ns;
	s->kernels = w->visit.set->name;
	s->threads = w->visit.nr_threads;
	for (uint32_t n = 0; n < r->machine.nr; n++) {
		look_at(s, &w->visit.node[n].ring);
		look_at(s, &w->visit.node[n].bulk);
	}
	return 0;
}

int survey_run(struct survey *out, const struct survey_request *r, struct error *err)
{
	struct work w = {.r = r, .s = out, .begin_ns = monotonic_ns()};
	struct cpuset cpus = {{0}};
	int rc;

	BUG_ON(!r->repeats || r->repeats > SURVEY_REPEATS_MAX || !r->figures);
	*out = (struct survey){.least_huge_ppm = -1, .least_on_node_ppm = -1};
	for (uint32_t n = 0; n < r->machine.nr; n++)
		cpuset_or(&cpus, &r->machine.node[n].cpus);
	find_caches(&r->machine, out);
	conditions_take(&out->before, r->machine.sysfs, r->machine.proc, &cpus);
	rc = prepare(&w, err);
	if (!rc) {
		out->nr = cells_list(&out->cell, &r->machine, r->figures);
		out->total = out->nr * r->repeats;
		w.order = xcalloc(out->nr + (size_t)1, sizeof(*w.order));
		rng_seed(&w.rng, 1, "survey");
		if (measure_rounds(&w))
			look_for_outliers(&w);
		refuse_impossible(&w);
		out->moved = w.visit.moved;
	}
	conditions_take(&out->after, r->machine.sysfs, r->machine.proc, &cpus);
	visit_close(&w.visit);
	free(w.order);
	return rc;
}

int64_t survey_expected_ns(const struct survey_request *r)
{
	struct survey_cell *cell;
	uint32_t nr = cells_list(&cell, &r->machine, r->figures);
	int64_t samples = 0;

	for (uint32_t i = 0; i < nr; i++)
		samples += !cell[i].why && !cell[i].rides;
	cells_free(cell, nr);
	return samples * r->repeats * (r->warm_ns + r->window_ns);
}

void survey_release(struct survey *s)
{
	cells_free(s->cell, s->nr);
	*s = (struct survey){.cell = NULL};
}
