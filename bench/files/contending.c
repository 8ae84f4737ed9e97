#include "bench/files/contending.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"
#include "cost/at-a-moment/snapshot.h"
#include "schema/schema.h"

#define FAILURES_MAX 3

struct contender {
	uint32_t slot;
	uint64_t ordinal;
	struct zone zone; /* its name is ours; it has no devices here */
	struct plan *plan, *chaser; /* the same with one vCPU at a time: chaser_of() */
	struct plan_memory *part; /* where its memory is, by vnode */
	uint32_t nr_parts;
	int64_t alone[NR_WORKS]; /* predicted bytes a second by itself */
	unsigned failures; /* in a row */
	char *why; /* it is left out: it failed FAILURES_MAX times in a row; NULL */
};

/* What is measured now: `zone` at work, the others at `level`. */
struct moment {
	const struct contending *c;
	const struct run_view *view;
	const struct cost_params *params;
	struct cost_work *work;
	struct contender *zone;
	enum step_work does, beside;
	uint32_t level_percent;
	struct contention_point point;
};

bool contention_levels_read(struct contention_levels *out, const char *text)
{
	*out = (struct contention_levels){.nr = 1};
	for (;;) {
		char *end;
		unsigned long percent = strtoul(text, &end, 10);

		if (*text < '0' || *text > '9' || percent > 100)
			return false;
		if (percent) {
			if (percent <= out->percent[out->nr - 1] ||
			    out->nr == CONTENTION_LEVELS_MAX)
				return false;
			out->percent[out->nr++] = (uint32_t)percent;
		}
		if (!*end)
			return true;
		if (*end != ',')
			return false;
		text = end + 1;
	}
}

/* --- zones that live ------------------------------------------------------------------ */

static void let_go(struct contender *z)
{
	free((char *)(uintptr_t)z->zone.name);
	free(z->plan);
	free(z->chaser);
	free(z->part);
	free(z->why);
}

void contending_release(struct contending *c)
{
	for (size_t i = 0; i < c->nr; i++)
		let_go(&c->zone[i]);
	free(c->zone);
	c->zone = NULL;
	c->nr = c->cap = 0;
}

static int on_begin(void *self, const struct run_view *view, struct error *err)
{
	(void)self;
	if (view->in->nr_hosts == 1)
		return 0;
	return error_set(err, ERR_USAGE,
			 "--contention is of the zones of one host, and there are %u: --hosts 1",
			 view->in->nr_hosts);
}

static void take_in(struct contending *c, const struct zone_news *n)
{
	struct contender *z;

	c->zone = grow(c->zone, &c->cap, c->nr, sizeof(*c->zone));
	z = &c->zone[c->nr++];
	*z = (struct contender){.slot = n->slot, .ordinal = n->ordinal, .zone = *n->zone};
	z->zone.name = xstrdup(n->zone->name);
	z->zone.nr_devices = 0;
	z->zone.device = NULL;
	z->zone.profile = NULL;
	z->plan = xmalloc(sizeof(*z->plan));
	*z->plan = *n->plan;
	z->chaser = xmalloc(sizeof(*z->chaser));
}

static void leave(struct contending *c, uint32_t slot)
{
	for (size_t i = 0; i < c->nr; i++) {
		if (c->zone[i].slot != slot)
			continue;
		let_go(&c->zone[i]);
		c->zone[i] = c->zone[--c->nr];
		c->left++;
		return;
	}
}

/* --- prediction ------------------------------------------------------------------------- */

/* As much as it can get, with so many reads: probe/kernels.h says of the loops how many. */
static struct zone_profile profile_of(enum step_work work)
{
	static const uint32_t reads_ppm[NR_WORKS] = {
		[WORK_READ] = 1000000, [WORK_WRITE] = 0, [WORK_MIX] = 666667};
	struct zone_profile p = *zone_profile_find(work == WORK_CHASE ? "chase" : "stream");

	if (work != WORK_CHASE)
		p.read_share_ppm = reads_ppm[work];
	return p;
}

static struct cost_zone cost_zone_of(const struct contender *z, const struct zone_profile *p)
{
	return (struct cost_zone){
		.plan = z->plan,
		.part = z->part,
		.nr_parts = z->nr_parts,
		.profile = p,
		.vcpus = z->zone.vcpus,
	};
}

/* So many bytes a second of all its vCPUs; 0: no limit. */
static int64_t limit_of(const struct contender *z, enum step_work work, uint32_t level_percent)
{
	int64_t limit = (int64_t)((int128)z->alone[work] * level_percent / 100);

	return level_percent == 100 ? 0 : limit > 0 ? limit : 1;
}

static void predict_alone(struct contender *z, const struct cost_params *params,
			  struct cost_work *work)
{
	for (int w = WORK_READ; w < NR_WORKS; w++) {
		struct zone_profile p = profile_of((enum step_work)w);
		struct cost_zone cost = cost_zone_of(z, &p);
		struct cost_result result;

		(void)cost_evaluate(params, &cost, 1, work, &result);
		z->alone[w] = result.bandwidth_bytes_per_s;
	}
}

static bool loads(const struct moment *m, const struct contender *z)
{
	return m->level_percent && z != m->zone && !z->why;
}

/* The neighbours, behind the first of zone[]; how many. */
static uint32_t add_neighbours(const struct moment *m, struct cost_zone *zone,
			       struct zone_profile *profile)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < m->c->nr; i++) {
		const struct contender *z = &m->c->zone[i];
		int64_t limit = limit_of(z, m->beside, m->level_percent);

		if (!loads(m, z))
			continue;
		profile[nr] = profile_of(m->beside);
		/* a limit below one byte a vCPU would be none */
		if (limit)
			profile[nr].demand_bytes_per_s =
				limit > z->zone.vcpus ? limit / z->zone.vcpus : 1;
		zone[1 + nr] = cost_zone_of(z, &profile[nr]);
		nr++;
	}
	return nr;
}

/* Latency that one vCPU sees; the mean over vnodes as they are measured, one after the other. */
static int64_t predict_chase(const struct moment *m, struct cost_zone *zone, uint32_t nr,
			     struct cost_result *result)
{
	const struct plan *whole = m->zone->plan;
	struct plan *one = m->zone->chaser;
	int128 sum = 0, weight = 0;

	*one = *whole;
	zone[0].plan = one;
	zone[0].vcpus = 1;
	for (uint32_t v = 0; v < whole->nr_vnodes; v++) {
		uint32_t vcpus = whole->vnode[v].vcpus;

		if (!vcpus)
			continue;
		for (uint32_t i = 0; i < one->nr_vnodes; i++)
			one->vnode[i].vcpus = i == v;
		(void)cost_evaluate(m->params, zone, nr, m->work, result);
		sum += (int128)vcpus * result[0].latency_ps;
		weight += vcpus;
	}
	return weight ? (int64_t)(sum / weight) : FIGURE_UNKNOWN;
}

static void predict(struct moment *m)
{
	struct cost_zone *zone = xcalloc(m->c->nr, sizeof(*zone));
	struct zone_profile *profile = xcalloc(m->c->nr, sizeof(*profile));
	struct zone_profile own = profile_of(m->does);
	struct cost_result *result = xcalloc(m->c->nr, sizeof(*result));
	struct contention_point *p = &m->point;
	uint32_t nr;

	zone[0] = cost_zone_of(m->zone, &own);
	p->neighbours = add_neighbours(m, zone, profile);
	nr = 1 + p->neighbours;
	if (m->does == WORK_CHASE) {
		p->predicted = predict_chase(m, zone, nr, result);
		p->stated_error_ppm = cost_latency_error_ppm(&result[0].basis);
	} else {
		(void)cost_evaluate(m->params, zone, nr, m->work, result);
		p->predicted = result[0].bandwidth_bytes_per_s;
		p->stated_error_ppm = cost_bandwidth_error_ppm(&result[0].basis);
	}
	p->predicted_load = 0;
	for (uint32_t i = 1; i < nr; i++)
		p->predicted_load += result[i].bandwidth_bytes_per_s;
	free(result);
	free(profile);
	free(zone);
}

/* --- measurement ------------------------------------------------------------------------ */

static int carry_out(const struct moment *m, const struct contender *z, enum step_kind kind,
		     enum step_work work, int64_t limit, struct error *err)
{
	struct step s = {.kind = kind, .slot = z->slot, .work = work, .bytes = limit};

	return backend_apply(m->view->cluster->backend, &s, err);
}

/* What the zone's last probe, or load, gave; FIGURE_UNKNOWN: nothing. */
static int ask_figure(const struct moment *m, const struct contender *z, bool time, int64_t *out,
		      struct error *err)
{
	struct measure found;
	int rc = backend_measure(m->view->cluster->backend, 0, z->slot, &found, err);

	*out = FIGURE_UNKNOWN;
	if (rc)
		return rc;
	if (time && found.fields & MEASURE_LATENCY)
		*out = found.latency_ps;
	if (!time && found.fields & MEASURE_BANDWIDTH)
		*out = found.bandwidth_bytes_per_s;
	return 0;
}

/* It has no figure to give, or broke its word: the first is no reason to stop. */
static int set_aside(struct moment *m, struct contender *z, const struct error *why,
		     struct error *err)
{
	if (why->code != ERR_CANNOT && why->code != ERR_NO_ROOM && why->code != ERR_INTERRUPTED) {
		if (err)
			*err = *why;
		return why->code;
	}
	if (!m->point.reason)
		m->point.reason = z == m->zone
					  ? xstrdup(why->text)
					  : xasprintf("neighbour %s: %s", z->zone.name, why->text);
	/* the next point may find its CPUs free */
	z->failures += why->code == ERR_CANNOT;
	if (z->failures == FAILURES_MAX && !z->why)
		z->why = xstrdup(why->text);
	return 0;
}

/* begun[] says who is at work. */
static int begin_loads(struct moment *m, bool *begun, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < m->c->nr && !rc && !m->point.reason; i++) {
		struct contender *z = &m->c->zone[i];
		struct error why = {0};

		if (!loads(m, z))
			continue;
		rc = carry_out(m, z, STEP_LOAD, m->beside, limit_of(z, m->beside, m->level_percent),
			       &why);
		begun[i] = !rc;
		if (rc)
			rc = set_aside(m, z, &why, err);
	}
	return rc;
}

static int end_loads(struct moment *m, const bool *begun, struct error *err)
{
	int64_t sum = 0, got;
	int rc = 0;

	for (size_t i = 0; i < m->c->nr && !rc; i++) {
		struct contender *z = &m->c->zone[i];
		struct error why = {0};

		if (!begun[i])
			continue;
		rc = carry_out(m, z, STEP_LOAD, WORK_NONE, 0, &why);
		if (rc) {
			rc = set_aside(m, z, &why, err);
			continue;
		}
		z->failures = 0;
		rc = ask_figure(m, z, false, &got, err);
		sum = is_known(sum) && is_known(got) ? sum + got : FIGURE_UNKNOWN;
	}
	m->point.found_load = m->point.reason ? FIGURE_UNKNOWN : sum;
	return rc;
}

static int probe(struct moment *m, struct error *err)
{
	struct error why = {0};
	int rc;

	if (m->point.reason)
		return 0;
	rc = carry_out(m, m->zone, STEP_PROBE, m->does, 0, &why);
	if (rc)
		return set_aside(m, m->zone, &why, err);
	m->zone->failures = 0;
	return ask_figure(m, m->zone, m->does == WORK_CHASE, &m->point.found, err);
}

static int measure(struct moment *m, struct error *err)
{
	bool *begun = xcalloc(m->c->nr, sizeof(*begun));
	struct error late;
	int rc = begin_loads(m, begun, err), rc2;

	if (!rc)
		rc = probe(m, err);
	/* loads end whatever came of it */
	rc2 = end_loads(m, begun, rc ? &late : err);
	/* a load that failed in the middle leaves nothing that was measured under it */
	if (m->point.reason)
		m->point.found = FIGURE_UNKNOWN;
	free(begun);
	return rc ? rc : rc2;
}

/* Where more vCPUs than CPUs are at work, the model, which knows no CPU time, says nothing. */
static char *crowded(const struct moment *m)
{
	const struct host *h = m->view->in->host[0];
	uint32_t vcpus[NODES_MAX] = {0}, floating = 0, all = 0;

	for (size_t i = 0; i < m->c->nr; i++) {
		const struct contender *z = &m->c->zone[i];

		if (z != m->zone && !loads(m, z))
			continue;
		all += z->zone.vcpus;
		for (uint32_t v = 0; z->plan->pinned && v < z->plan->nr_vnodes; v++)
			vcpus[z->plan->vnode[v].node] += z->plan->vnode[v].vcpus;
		floating += z->plan->pinned ? 0 : z->zone.vcpus;
	}
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (vcpus[n] > h->node[n].nr_cpus)
			return xasprintf("node %u has %u CPUs for %u vCPUs at work, and the model "
					 "knows no CPU time",
					 h->node[n].os_index, h->node[n].nr_cpus, vcpus[n]);
	if (floating && all > h->nr_cpus)
		return xasprintf(
			"the host has %u CPUs for %u vCPUs at work, and the model knows no "
			"CPU time",
			h->nr_cpus, all);
	return NULL;
}

static char *not_measurable(const struct moment *m)
{
	const struct run_view *view = m->view;
	unsigned can = backend_can(view->cluster->backend);

	if (!(can & STEP_PROBE) || !(can & STEP_LOAD))
		return xasprintf("the %s backend measures nothing",
				 backend_name(view->cluster->backend));
	if (m->zone->why)
		return xstrdup(m->zone->why);
	if (view->in->stop && atomic_load(view->in->stop))
		return xstrdup("stopped by a signal");
	return crowded(m);
}

/* --- the points ------------------------------------------------------------------------- */

static struct contention_point label(const struct moment *m)
{
	const struct run_input *in = m->view->in;
	const struct contender *z = m->zone;

	return (struct contention_point){
		.topology = in->topology,
		.workload = in->workload->name,
		.policy = in->policy->name,
		.memory_policy = run_memory_name(in->memory),
		.allocator = in->allocator ? in->allocator : "",
		.seed = in->seed,
		.zone = z->ordinal,
		.name = xstrdup(z->zone.name),
		.nodes = plan_nodes_text(z->plan),
		.vcpus = z->zone.vcpus,
		.work = m->does,
		.level_percent = m->level_percent,
		.found = FIGURE_UNKNOWN,
		.found_load = FIGURE_UNKNOWN,
	};
}

static int take_point(struct moment *m, struct error *err)
{
	int rc = 0;

	m->point = label(m);
	predict(m);
	m->point.reason = not_measurable(m);
	if (!m->point.reason)
		rc = measure(m, err);
	contention_add(m->c->list, &m->point);
	return rc;
}

static int take_zone(struct moment *m, struct error *err)
{
	const struct contention_levels *levels = m->c->levels;
	int rc = 0;

	for (int w = WORK_CHASE; w < NR_WORKS && !rc; w++) {
		m->does = (enum step_work)w;
		m->beside = w == WORK_CHASE ? WORK_READ : m->does;
		for (unsigned i = 0; i < levels->nr && !rc; i++) {
			m->level_percent = levels->percent[i];
			/* without neighbours all levels are one */
			if (!i || m->c->nr > 1)
				rc = take_point(m, err);
		}
	}
	return rc;
}

/* Of a machine that knows nodes only, the zone's vnode there, or its first. */
static uint32_t vnode_on(const struct plan *p, uint32_t node)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		if (p->vnode[v].node == node)
			return v;
	return 0;
}

/* Where all memory is, before anybody is at work. */
static int look_at_memory(struct contending *c, struct backend *b, struct error *err)
{
	for (size_t i = 0; i < c->nr; i++) {
		struct contender *z = &c->zone[i];
		struct measure m;
		int rc = backend_measure(b, 0, z->slot, &m, err);

		if (rc)
			return rc;
		z->plan->zone = &z->zone;
		z->nr_parts = m.nr_parts;
		z->part = xcalloc(m.nr_parts + (size_t)1, sizeof(*z->part));
		for (uint32_t k = 0; k < m.nr_parts; k++) {
			z->part[k] = m.part[k];
			if (!(m.fields & MEASURE_PARTS))
				z->part[k].vnode = vnode_on(z->plan, m.part[k].node);
		}
	}
	return 0;
}

static int by_ordinal(const void *x, const void *y)
{
	const struct contender *a = x, *b = y;

	return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

static void say_left(const struct contending *c, const struct run_input *in)
{
	char *text;

	if (!c->left || !in->say)
		return;
	text = xasprintf("%" PRIu64 " zone%s left before the end of the run and %s not measured "
			 "under load",
			 c->left, c->left == 1 ? "" : "s", c->left == 1 ? "was" : "were");
	in->say(in->say_context, text);
	free(text);
}

static int take_all(struct contending *c, const struct run_view *view, struct error *err)
{
	struct cost_params params;
	struct cost_work work = {0};
	struct moment m = {.c = c, .view = view, .params = &params, .work = &work};
	int rc = look_at_memory(c, view->cluster->backend, err);

	if (rc)
		return rc;
	qsort(c->zone, c->nr, sizeof(*c->zone), by_ordinal);
	say_left(c, view->in);
	cost_params_init(&params, view->in->host[0], NULL);
	for (size_t i = 0; i < c->nr; i++)
		predict_alone(&c->zone[i], &params, &work);
	for (size_t i = 0; i < c->nr && !rc; i++) {
		m.zone = &c->zone[i];
		rc = take_zone(&m, err);
	}
	cost_work_release(&work);
	cost_params_release(&params);
	return rc;
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct contending *c = self;

	if (n->kind == NEWS_STARTED)
		take_in(c, n);
	else if (n->kind == NEWS_LEAVING)
		leave(c, n->slot);
	else if (!c->done) {
		/* the first that is told of: all that live still do */
		c->done = true;
		return take_all(c, view, err);
	}
	return 0;
}

const struct observer_ops contending_observer = {
	.name = "contention",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_LEAVING) | NEWS(NEWS_ALIVE),
	.on_begin = on_begin,
	.on_zone = on_zone,
};
