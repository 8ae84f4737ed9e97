#include "bench/rehearse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

struct rehearsal {
	const struct scenario *s;
	struct backend *b;
	FILE *out;
	const struct rehearse_found *found; /* NULL: nothing is */
	bool *live; /* by slot */
};

/* A row up to its bounds. */
static void row(const struct rehearsal *r, size_t step, const char *zone, uint32_t node,
		int64_t bytes)
{
	const struct host *host = backend_observe(r->b, 0)->host;

	fprintf(r->out, "%s,%zu,\"%s\",%s,%u,%" PRId64 ",", r->s->name, step,
		step ? r->s->step[step - 1].text : "", zone, host->node[node].os_index,
		bytes / PAGE_BYTES);
}

static int measure(const struct rehearsal *r, uint32_t slot, int64_t on[NODES_MAX],
		   struct error *err)
{
	struct measure m;
	int rc = backend_measure(r->b, 0, slot, &m, err);

	memset(on, 0, NODES_MAX * sizeof(*on));
	if (rc)
		return rc;
	if (!(m.fields & (MEASURE_PARTS | MEASURE_NODE_PARTS)))
		return error_set(err, ERR_CANNOT,
				 "backend %s does not say on which nodes a zone's memory is",
				 backend_name(r->b));
	for (uint32_t i = 0; i < m.nr_parts; i++)
		on[m.part[i].node] += m.part[i].bytes;
	return 0;
}

static int print_zone(const struct rehearsal *r, size_t step, uint32_t slot, struct error *err)
{
	const struct host *host = backend_observe(r->b, 0)->host;
	int64_t on[NODES_MAX], least[NODES_MAX], most[NODES_MAX];
	bool bounded = backend_bounds(r->b, 0, slot, least, most);
	int rc = measure(r, slot, on, err);

	if (rc)
		return rc;
	for (uint32_t n = 0; n < host->nr_nodes; n++) {
		row(r, step, r->s->zone[slot]->zone.name, n, on[n]);
		if (bounded)
			fprintf(r->out, "%" PRId64 ",%" PRId64 "\n", least[n] / PAGE_BYTES,
				most[n] / PAGE_BYTES);
		else
			fputs(",\n", r->out);
	}
	return 0;
}

/* All that lives, after `step` steps. */
static int print_state(const struct rehearsal *r, size_t step, struct error *err)
{
	const struct host_state *state = backend_observe(r->b, 0);
	int rc = 0;

	for (uint32_t n = 0; n < state->host->nr_nodes; n++) {
		row(r, step, "(free)", n, state->free_bytes[n]);
		fputs(",\n", r->out);
	}
	for (uint32_t slot = 0; slot < r->s->nr_zones && !rc; slot++)
		if (r->live[slot])
			rc = print_zone(r, step, slot, err);
	return rc;
}

static struct step step_of(const struct rehearsal *r, const struct scenario_step *what)
{
	return (struct step){
		.kind = what->kind,
		.slot = what->slot,
		.bytes = what->bytes,
		.plan = what->kind == STEP_START ? &r->s->zone[what->slot]->plan : NULL,
	};
}

static int carry_out(const struct rehearsal *r, const struct scenario_step *what, struct error *err)
{
	struct scenario_zone *z = r->s->zone[what->slot];
	struct step step = step_of(r, what);
	int rc = 0;

	if (what->kind == STEP_START)
		rc = plan_fill_memory(&z->plan, backend_observe(r->b, 0), err);
	if (!rc)
		rc = backend_check(r->b, &step, err);
	if (!rc)
		rc = backend_apply(r->b, &step, err);
	if (!rc)
		r->live[what->slot] = what->kind != STEP_STOP;
	return rc;
}

/* What was found of the zone of a step after the rows of step `at`. */
static int tell(const struct rehearsal *r, struct step done, size_t at, struct error *err)
{
	const char *zone = r->s->zone[done.slot]->zone.name;
	uint32_t nr_nodes = backend_observe(r->b, 0)->host->nr_nodes;
	int64_t bytes[NODES_MAX] = {0};
	bool known = false;
	int rc;

	if (!r->found || done.kind == STEP_STOP)
		return 0;
	for (uint32_t n = 0; n < nr_nodes; n++)
		known |= r->found->bytes(r->found->context, at, zone, n, &bytes[n]);
	rc = known ? backend_correct(r->b, &done, bytes, err) : 0;
	if (rc != ERR_CANNOT || !r->found->nr_not_taken)
		return rc;
	++*r->found->nr_not_taken;
	return 0;
}

static int stop_all(const struct rehearsal *r, struct error *err)
{
	int rc = 0;

	for (uint32_t slot = 0; slot < r->s->nr_zones; slot++) {
		struct step stop = {.kind = STEP_STOP, .slot = slot};

		if (!r->live[slot])
			continue;
		r->live[slot] = false;
		if (backend_apply(r->b, &stop, rc ? NULL : err))
			rc = rc ? rc : ERR_MACHINE;
	}
	return rc;
}

/* Zones that were there before anything happened. */
static int begin(const struct rehearsal *r, struct error *err)
{
	int rc = 0;

	for (uint32_t slot = 0; slot < r->s->nr_there && !rc; slot++) {
		struct step s = {.kind = STEP_START, .slot = slot, .plan = &r->s->zone[slot]->plan};

		rc = backend_apply(r->b, &s, err);
		r->live[slot] = !rc;
		if (!rc)
			rc = tell(r, s, 0, err);
	}
	return rc ? rc : print_state(r, 0, err);
}

/* Steps of one moment, `from` up to `to`: carried out, printed once, told of. */
static int at_once(const struct rehearsal *r, size_t from, size_t to, struct error *err)
{
	int rc = 0;

	for (size_t i = from; i < to && !rc; i++) {
		const struct scenario_step *step = &r->s->step[i];

		rc = carry_out(r, step, err);
		if (rc && err)
			error_prefix(err, "%s: step %zu, \"%s\"", r->s->name, i + 1, step->text);
	}
	if (!rc)
		rc = print_state(r, to, err);
	for (size_t i = from; i < to && !rc; i++)
		rc = tell(r, step_of(r, &r->s->step[i]), to, err);
	return rc;
}

int rehearse(const struct scenario *s, struct backend *b, FILE *out,
	     const struct rehearse_found *found, struct error *err)
{
	struct rehearsal r = {.s = s, .b = b, .out = out, .found = found};
	int rc, left;

	r.live = xcalloc(s->nr_zones ? s->nr_zones : 1, sizeof(*r.live));
	rc = begin(&r, err);
	for (size_t i = 0, to; i < s->nr_steps && !rc; i = to) {
		to = i + 1;
		while (s->step[i].group && to < s->nr_steps &&
		       s->step[to].group == s->step[i].group)
			to++;
		rc = at_once(&r, i, to, err);
	}
	left = stop_all(&r, rc ? NULL : err);
	free(r.live);
	return rc ? rc : left;
}
