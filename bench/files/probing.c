#include "bench/files/probing.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"
#include "cost/at-a-moment/snapshot.h"

/* Alone on the host, every vCPU doing what the profile says. */
static struct cost_result predict(const struct zone_news *n, const struct measure *m,
				  const struct cost_params *params, const char *profile)
{
	struct zone zone = *n->zone;
	struct plan *plan = xmalloc(sizeof(*plan));
	struct cost_zone cost = {.plan = plan, .part = m->part, .nr_parts = m->nr_parts};
	struct cost_work work = {0};
	struct cost_result out;

	zone.profile = zone_profile_find(profile);
	*plan = *n->plan;
	plan->zone = &zone;
	cost_evaluate(params, &cost, 1, &work, &out);
	cost_work_release(&work);
	free(plan);
	return out;
}

/* A zone that has no true figure to give is said, and not counted. */
static int not_probed(const struct run_input *in, const struct zone_news *n,
		      const struct error *why, struct error *err)
{
	char *text;

	if (why->code != ERR_CANNOT && why->code != ERR_NO_ROOM) {
		if (err)
			*err = *why;
		return why->code;
	}
	text = xasprintf("zone %s was not probed: %s", n->zone->name, why->text);
	if (in->say)
		in->say(in->say_context, text);
	free(text);
	return 0;
}

static int ask_machine(const struct run_view *view, const struct zone_news *n,
		       struct probe_record *record, struct error *err)
{
	struct backend *b = view->cluster->backend;
	struct step s = {.kind = STEP_PROBE, .host = n->host, .slot = n->slot};
	struct error why = {0};
	struct measure m;
	int rc = backend_check(b, &s, err);

	if (rc)
		return rc;
	if (backend_apply(b, &s, &why))
		return not_probed(view->in, n, &why, err);
	rc = backend_measure(b, n->host, n->slot, &m, err);
	if (rc)
		return rc;
	/* no bit, no number */
	record->measured = (m.fields & MEASURE_BANDWIDTH) && (m.fields & MEASURE_LATENCY);
	record->found.triad_bytes_per_s = record->measured ? m.bandwidth_bytes_per_s : 0;
	record->found.chase_ps = record->measured ? m.latency_ps : 0;
	return 0;
}

static void predict_both(const struct cluster *c, const struct zone_news *n,
			 const struct measure *m, struct probe_figures *out)
{
	struct cost_params params;

	cost_params_init(&params, c->host[n->host], NULL);
	out->triad_bytes_per_s = predict(n, m, &params, "stream").bandwidth_bytes_per_s;
	out->chase_ps = predict(n, m, &params, "chase").latency_ps;
	cost_params_release(&params);
}

static void add(struct probing *p, const struct probe_record *record)
{
	p->predicted.nr++;
	p->predicted.triad += record->predicted.triad_bytes_per_s;
	p->predicted.chase += record->predicted.chase_ps;
	if (!record->measured)
		return;
	p->measured.nr++;
	p->measured.triad += record->found.triad_bytes_per_s;
	p->measured.chase += record->found.chase_ps;
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct probing *p = self;
	struct cluster *c = view->cluster;
	const struct run_input *in = view->in;
	struct probe_record record = {.topology = in->topology,
				      .workload = in->workload->name,
				      .policy = in->policy->name,
				      .memory_policy = run_memory_name(in->memory),
				      .allocator = in->allocator ? in->allocator : "",
				      .seed = in->seed,
				      .zone = n->ordinal,
				      .vcpus = n->zone->vcpus};
	struct measure m;
	int rc = backend_measure(c->backend, n->host, n->slot, &m, err);

	if (rc)
		return rc;
	record.memory_bytes = m.resident_bytes;
	predict_both(c, n, &m, &record.predicted);
	if (backend_can(c->backend) & STEP_PROBE)
		rc = ask_machine(view, n, &record, err);
	if (rc)
		return rc;
	record.name = xstrdup(n->zone->name);
	record.nodes = plan_nodes_text(n->plan);
	probe_list_add(p->list, &record);
	add(p, &record);
	return 0;
}

static void on_row(void *self, const struct run_view *view, struct run_result *out)
{
	const struct probing *p = self;
	struct row *row = &out->row;

	(void)view;
	if (p->predicted.nr) {
		row->predicted_triad_bytes_per_s = (int64_t)(p->predicted.triad / p->predicted.nr);
		row->predicted_chase_ps = (int64_t)(p->predicted.chase / p->predicted.nr);
	}
	if (p->measured.nr) {
		row->triad_bytes_per_s = (int64_t)(p->measured.triad / p->measured.nr);
		row->chase_ps = (int64_t)(p->measured.chase / p->measured.nr);
	}
}

const struct observer_ops probing_observer = {
	.name = "probes",
	.wants = NEWS(NEWS_STARTED),
	.on_zone = on_zone,
	.on_row = on_row,
};
