#include "bench/run_probe.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "cost/at-a-moment/snapshot.h"

/* Alone on the host, every vCPU doing what the profile says. */
static struct cost_result predict(const struct run *r, const struct measure *m,
				  const struct cost_params *params, const char *profile)
{
	struct zone zone = r->zone;
	struct plan *plan = xmalloc(sizeof(*plan));
	struct cost_zone cost = {.plan = plan, .part = m->part, .nr_parts = m->nr_parts};
	struct cost_work work = {0};
	struct cost_result out;

	zone.profile = zone_profile_find(profile);
	*plan = r->plan;
	plan->zone = &zone;
	cost_evaluate(params, &cost, 1, &work, &out);
	cost_work_release(&work);
	free(plan);
	return out;
}

static char *nodes_text(const struct plan *p)
{
	char *text = xstrdup("");

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		char *more = xasprintf("%s%s%u", text, v ? " " : "",
				       p->host->node[p->vnode[v].node].os_index);

		free(text);
		text = more;
	}
	return text;
}

static int ask_machine(struct run *r, uint32_t host, uint32_t slot, struct probe_record *record,
		       struct error *err)
{
	struct step s = {.kind = STEP_PROBE, .host = host, .slot = slot};
	struct measure m;
	int rc = backend_check(r->backend, &s, err);

	if (!rc)
		rc = backend_apply(r->backend, &s, err);
	if (!rc)
		rc = backend_measure(r->backend, host, slot, &m, err);
	if (rc)
		return rc;
	/* no bit, no number */
	record->measured = (m.fields & MEASURE_BANDWIDTH) && (m.fields & MEASURE_LATENCY);
	record->found.triad_bytes_per_s = record->measured ? m.bandwidth_bytes_per_s : 0;
	record->found.chase_ps = record->measured ? m.latency_ps : 0;
	return 0;
}

int run_probe(struct run *r, uint32_t slot, uint64_t ordinal, uint32_t host, struct error *err)
{
	const struct row *row = r->row;
	struct probe_record record = {.topology = row->topology,
				      .workload = row->workload,
				      .policy = row->policy,
				      .memory_policy = row->memory_policy,
				      .allocator = row->allocator,
				      .seed = row->seed,
				      .zone = ordinal,
				      .vcpus = r->zone.vcpus};
	struct cost_params params;
	const struct probe_figures *f;
	struct measure m;
	int rc = 0;

	if (!r->in->probes)
		return 0;
	rc = backend_measure(r->backend, host, slot, &m, err);
	if (rc)
		return rc;
	cost_params_init(&params, r->in->host[host], NULL);
	record.memory_bytes = m.resident_bytes;
	record.predicted.triad_bytes_per_s =
		predict(r, &m, &params, "stream").bandwidth_bytes_per_s;
	record.predicted.chase_ps = predict(r, &m, &params, "chase").latency_ps;
	cost_params_release(&params);
	if (backend_can(r->backend) & STEP_PROBE)
		rc = ask_machine(r, host, slot, &record, err);
	if (rc)
		return rc;
	record.name = xstrdup(r->zone.name);
	record.nodes = nodes_text(&r->plan);
	probe_list_add(r->in->probes, &record);
	f = record.measured ? &record.found : &record.predicted;
	r->probed.nr++;
	r->probed.triad += f->triad_bytes_per_s;
	r->probed.chase += f->chase_ps;
	return 0;
}

void run_probe_finish(struct run *r)
{
	if (!r->probed.nr)
		return;
	r->row->triad_bytes_per_s = (int64_t)(r->probed.triad / r->probed.nr);
	r->row->chase_ps = (int64_t)(r->probed.chase / r->probed.nr);
}
