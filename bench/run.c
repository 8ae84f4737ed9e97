#include "bench/run.h"

#include <stdlib.h>
#include <string.h>

#include "backend/record.h"
#include "base/alloc.h"
#include "bench/run_dynamic.h"
#include "bench/run_price.h"
#include "bench/run_probe.h"
#include "placement/policies.h"

/* Events between calls of the progress callback. */
#define PROGRESS_EVENTS 4096

const char *run_memory_name(enum run_memory m)
{
	static const char *const name[] = {"as-asked", "static", "dynamic"};

	return name[m];
}

static int open_backend(struct run *r, struct error *err)
{
	const struct run_input *in = r->in;
	const struct fleet_spec *fleet = &in->workload->fleet;
	struct backend_config config = {
		.host = in->host,
		.nr_hosts = in->nr_hosts,
		.cpu_overcommit_milli = fleet->cpu_overcommit_milli,
		.dom0_memory_bytes = fleet->dom0_memory_bytes,
		.dom0_vcpus = fleet->dom0_vcpus,
		.seed = in->seed,
		.check = in->check,
		.options = in->backend_options,
		.say = in->say,
		.say_context = in->progress_context,
	};
	struct backend *inner;
	int rc = backend_open(&r->backend, in->backend, &config, err);

	if (rc || !in->record_path)
		return rc;
	inner = r->backend;
	return recorder_open(&r->backend, inner, in->record_path, &config, err);
}

/* A row's random numbers depend on its own key alone. */
static void seed_rngs(struct run *r)
{
	char *key = xasprintf("%s/%s/%s/%s", r->row->topology, r->row->workload, r->row->policy,
			      r->row->memory_policy);

	rng_seed(&r->policy_rng, r->in->seed, key);
	/* host choice draws the same numbers under every policy */
	rng_seed(&r->choice_rng, r->in->seed, r->row->workload);
	free(key);
}

/* `known`: what a run before this one was like, or NULL. */
static int start_up(struct run *r, const struct schedule *known, struct error *err)
{
	const struct workload *w = r->in->workload;
	const struct choice *choice = choice_find(w->fleet.choice);
	int rc = choice ? open_backend(r, err)
			: error_set(err, ERR_USAGE, "there is no host choice \"%s\"",
				    w->fleet.choice);

	if (rc)
		return rc;
	rc = workload_open(&r->stream, w, r->in->seed, r->in->skip_bad, err);
	if (rc)
		return rc;
	seed_rngs(r);
	r->state = xcalloc(r->in->nr_hosts, sizeof(*r->state));
	r->memory = xcalloc(r->in->nr_hosts, sizeof(struct policy_memory *));
	for (uint32_t i = 0; i < r->in->nr_hosts; i++) {
		r->state[i] = backend_observe(r->backend, i);
		r->memory[i] = policy_memory_new(r->in->policy, r->state[i]);
	}
	fleet_init(&r->fleet, choice, r->state, r->in->nr_hosts);
	stranded_init(&r->stranded, r->state, r->in->nr_hosts, w->fleet.cpu_overcommit_milli);
	run_price_init(r);
	if (known)
		r->future = future_new(known, r->in->host, w->horizon_ns, w->branch);
	r->map_ids = w->source != SOURCE_GENERATOR;
	r->live.want_extra = r->map_ids || r->in->zones;
	r->end_ns = w->duration_ns;
	r->sample_ns = r->in->timeline ? 0 : NS_NEVER;
	return zone_stream_next(r->stream, &r->next, err);
}

static int64_t sample_step_ns(const struct workload *w)
{
	if (w->timeline_step_ns)
		return w->timeline_step_ns;
	/* a week in hours; streams without an end get an hour too */
	return w->duration_ns == NS_NEVER || w->duration_ns < 168 ? NS_PER_HOUR
								  : w->duration_ns / 168;
}

/* Rows of the timeline up to and including `to_ns`, before what happens then. */
static void sample_until(struct run *r, int64_t to_ns)
{
	while (r->sample_ns <= to_ns) {
		totals_advance(&r->totals, r->sample_ns);
		run_print_sample(r, r->sample_ns);
		r->sample_ns += sample_step_ns(r->in->workload);
	}
}

static void count_refused(struct run *r, const struct zone *z, uint64_t ordinal, int why)
{
	struct row *row = r->row;

	row->events++;
	row->zones_refused++;
	row->refused_no_room += why == ERR_NO_ROOM;
	row->refused_infeasible += why == ERR_INFEASIBLE;
	row->refused_no_device += why == ERR_NO_DEVICE;
	if (!row->first_refusal_zone)
		row->first_refusal_zone = (int64_t)ordinal;
	if (r->in->zones)
		run_print_refused(r, z, ordinal, r->totals.at_ns, why);
}

static int on_start(struct run *r, const struct zone_event *ev, struct error *err)
{
	uint64_t ordinal = (uint64_t)++r->row->zones_offered;
	bool queue = r->in->workload->refused == REFUSED_QUEUE, placed = false;
	int why = 0, rc = 0;

	/* first come, first served: nobody overtakes those who wait */
	if (!r->waiting.nr)
		rc = run_place(r, ev, ordinal, &placed, &why, err);
	if (rc || placed)
		return rc;
	if (queue && r->live.nr_live) {
		wait_queue_push(&r->waiting, ev, ordinal);
		r->row->zones_queued++;
		return 0;
	}
	count_refused(r, ev->zone, ordinal, why);
	if (r->in->workload->refused == REFUSED_STOP) {
		r->result->stopped_early = true;
		r->ended = true;
	}
	return 0;
}

/* After room was made: those who wait, in order, while the first one fits. When
 * nothing lives any more and it still does not fit, it never will. */
int run_serve_waiting(struct run *r, struct error *err)
{
	while (r->waiting.nr) {
		struct waiting *w = r->waiting.first;
		bool placed;
		int why, rc = run_place(r, &w->event, w->ordinal, &placed, &why, err);

		if (rc)
			return rc;
		if (!placed && r->live.nr_live)
			return 0;
		if (placed)
			r->row->queue_wait_s += (r->totals.at_ns - w->event.at_ns) / NS_PER_S;
		else
			count_refused(r, &w->zone, w->ordinal, why);
		waiting_free(wait_queue_pop(&r->waiting));
	}
	return 0;
}

static int on_stop(struct run *r, const struct zone_event *ev, struct error *err)
{
	uint32_t slot = live_find(&r->live, ev->id);
	struct waiting *w;
	int rc;

	if (slot != SLOT_NONE) {
		rc = run_stop(r, slot, err);
		return rc ? rc : run_serve_waiting(r, err);
	}
	w = wait_queue_remove(&r->waiting, ev->id);
	r->refusal.hosts_asked = 0; /* what was said was said of another zone */
	if (w)
		count_refused(r, &w->zone, w->ordinal, ERR_NO_ROOM);
	else
		r->result->unknown_stops++;
	waiting_free(w);
	return 0;
}

static int on_resize(struct run *r, const struct zone_event *ev, struct error *err)
{
	uint32_t slot = live_find(&r->live, ev->id);
	bool grew_host;
	int rc;

	/* a row may make a static zone of it, which never changes */
	if (slot == SLOT_NONE || r->in->memory == RUN_MEMORY_STATIC) {
		r->result->unknown_stops += slot == SLOT_NONE;
		return 0;
	}
	rc = dynamic_resize(r, slot, ev->bytes, &grew_host, err);
	return !rc && grew_host ? run_serve_waiting(r, err) : rc;
}

static int on_stream_event(struct run *r, struct error *err)
{
	int rc;

	switch (r->next->kind) {
	case ZONE_EVENT_STOP:
		rc = on_stop(r, r->next, err);
		break;
	case ZONE_EVENT_RESIZE:
		rc = on_resize(r, r->next, err);
		break;
	case ZONE_EVENT_START:
	default:
		rc = on_start(r, r->next, err);
		break;
	}
	return rc ? rc : zone_stream_next(r->stream, &r->next, err);
}

/* Those who leave at one instant are all gone before anybody takes their room. */
static int on_departures(struct run *r, int64_t until, struct error *err)
{
	bool left = false;
	int rc = 0;

	while (!rc && event_queue_next_ns(&r->departures) <= until) {
		struct queued q = event_queue_pop(&r->departures);

		/* a zone that was stopped before its time left its entry behind */
		if (q.slot >= r->live.nr_slots || r->live.zone[q.slot].number != q.number)
			continue;
		rc = run_stop(r, q.slot, err);
		left = true;
	}
	return rc || !left ? rc : run_serve_waiting(r, err);
}

static int on_machine_event(struct run *r, const struct event *ev, struct error *err)
{
	if (ev->kind != EVENT_ZONE_EXITED)
		return error_set(err, ERR_CANNOT,
				 "the %s backend moved a zone's memory by itself, which this run "
				 "cannot follow",
				 backend_name(r->backend));
	run_forget(r, ev->slot, "exited");
	return run_serve_waiting(r, err);
}

static void report_progress(struct run *r)
{
	const struct zone_stream_stats *s = zone_stream_stats(r->stream);
	struct run_progress p = {
		.events = (uint64_t)r->row->events,
		.done = s->done,
		.total = s->total,
		.now_ns = r->totals.at_ns,
		.duration_ns = r->end_ns,
		.live_zones = r->live.nr_live,
	};

	if (r->in->progress)
		r->in->progress(r->in->progress_context, &p);
}

/* What comes next: a departure, the stream's event (departures of the same time
 * were inserted before it and go first), or the end. */
static int64_t next_ns(const struct run *r)
{
	int64_t departs = event_queue_next_ns(&r->departures);
	int64_t ticks = event_queue_next_ns(&r->ticks);
	int64_t arrives = r->next ? r->next->at_ns : NS_NEVER;
	int64_t next = departs < arrives ? departs : arrives;

	next = ticks < next ? ticks : next;
	return next < r->end_ns ? next : r->end_ns;
}

static int turn(struct run *r, struct error *err)
{
	int64_t until = next_ns(r);
	struct event ev;
	int rc;

	/* the stream has ended and nobody will leave: so has the run, even if those
	 * who stay would go on breathing for ever */
	if (until == NS_NEVER || (!r->next && event_queue_next_ns(&r->departures) == NS_NEVER &&
				  r->end_ns == NS_NEVER)) {
		r->ended = true;
		return 0;
	}
	rc = backend_wait(r->backend, until, &ev, err);
	if (rc)
		return rc;
	if (r->sample_ns <= ev.at_ns)
		sample_until(r, ev.at_ns);
	totals_advance(&r->totals, ev.at_ns);
	if (ev.kind != EVENT_TIMEOUT)
		return on_machine_event(r, &ev, err);
	if (until == r->end_ns) {
		r->result->duration_reached = true;
		r->ended = true;
		return 0;
	}
	if (event_queue_next_ns(&r->departures) <= until)
		return on_departures(r, until, err);
	if (event_queue_next_ns(&r->ticks) <= until)
		return dynamic_tick(r, err);
	return on_stream_event(r, err);
}

static int loop(struct run *r, struct error *err)
{
	while (!r->ended) {
		int rc = turn(r, err);

		if (rc)
			return rc;
		if (r->in->stop && *r->in->stop)
			return error_set(err, ERR_INTERRUPTED, "stopped by a signal");
		if (++r->since_progress < PROGRESS_EVENTS)
			continue;
		r->since_progress = 0;
		report_progress(r);
	}
	return 0;
}

/* Zones that still wait or live when the run ends. */
static void finish(struct run *r)
{
	struct waiting *w;

	while ((w = wait_queue_pop(&r->waiting))) {
		count_refused(r, &w->zone, w->ordinal, ERR_NO_ROOM);
		waiting_free(w);
	}
	for (uint32_t i = 0; r->in->zones && i < r->live.nr_slots; i++) {
		if (!r->live.extra[i].record)
			continue;
		dynamic_integrate(r, i);
		run_print_placed(r, i, r->totals.at_ns, "live");
	}
}

static int64_t mean_s(const struct run *r, int level, int64_t zones)
{
	return zones ? (int64_t)(r->below_ns[level] / zones / NS_PER_S) : 0;
}

static void fill_row(struct run *r)
{
	const struct totals *t = &r->totals;
	const struct zone_stream_stats *s = zone_stream_stats(r->stream);
	struct row *row = r->row;

	row->vcpu_time_s = (int64_t)(t->vcpu_ns / NS_PER_S);
	row->local_page_ppm = ppm_wide(t->local_ns, t->resident_ns);
	row->own_page_ppm = ppm_wide(t->own_ns, t->resident_ns);
	row->mean_distance_centi = t->resident_ns ? (int64_t)(t->distance_ns / t->resident_ns) : 0;
	stranded_result(&r->stranded, &row->stranded_vcpu_ppm, &row->stranded_memory_ppm,
			&row->fr16_ppm);
	row->wrong_vnode_page_ppm = ppm_wide(t->own_ns - t->local_ns, t->resident_ns);
	row->off_node_page_ppm = ppm_wide(t->resident_ns - t->own_ns, t->resident_ns);
	row->off_home_page_s = (int64_t)((t->resident_ns - t->local_ns) / PAGE_BYTES / NS_PER_S);
	row->mean_s_to_90 = mean_s(r, 0, row->zones_below_90);
	row->mean_s_to_75 = mean_s(r, 1, row->zones_below_75);
	row->mean_s_to_50 = mean_s(r, 2, row->zones_below_50);
	row->event_ties = (int64_t)r->departures.ties;
	if (r->timed_decisions)
		r->result->decision_ns = r->decision_ns / (int64_t)r->timed_decisions;
	r->result->bad_rows = s->bad_rows;
	snprintf(r->result->first_bad, sizeof(r->result->first_bad), "%s", s->first_bad);
}

static void tear_down(struct run *r)
{
	zone_stream_close(r->stream);
	backend_close(r->backend);
	dynamic_release(r);
	run_price_release(r);
	future_free(r->future);
	free(r->local_scratch);
	event_queue_release(&r->departures);
	live_release(&r->live);
	wait_queue_release(&r->waiting);
	fleet_release(&r->fleet);
	stranded_release(&r->stranded);
	for (uint32_t i = 0; r->memory && i < r->in->nr_hosts; i++)
		policy_memory_free(r->memory[i]);
	free(r->memory);
	free(r->state);
	free(r);
}

/* `write` and `known` may be NULL: what this run is like, and what one before was. */
static int run_once(const struct run_input *in, struct schedule *write,
		    const struct schedule *known, struct run_result *out, struct error *err)
{
	struct run *r = xcalloc(1, sizeof(*r));
	int rc;

	memset(out, 0, sizeof(*out));
	out->row = (struct row){
		.topology = in->topology,
		.workload = in->workload->name,
		.policy = in->policy->name,
		.memory_policy = run_memory_name(in->memory),
		.allocator = in->allocator ? in->allocator : "",
		.seed = in->seed,
		.hosts = in->nr_hosts,
	};
	r->in = in;
	r->row = &out->row;
	r->result = out;
	r->schedule = write;
	rc = start_up(r, known, err);
	if (!rc)
		rc = loop(r, err);
	if (!rc || rc == ERR_INTERRUPTED) {
		finish(r);
		run_price_finish(r);
		run_probe_finish(r);
		fill_row(r);
	}
	if (write)
		write->end_ns = r->totals.at_ns;
	tear_down(r);
	return rc;
}

/* The policy that foresees is told what becomes of the trace under homenode. */
static int run_foreseen(const struct run_input *in, struct run_result *out, struct error *err)
{
	struct run_input before = *in;
	struct schedule schedule;
	int rc;

	before.policy = &policy_homenode;
	before.record_path = NULL;
	before.cost = before.check = false;
	before.probes = NULL;
	before.timeline = before.zones = NULL;
	before.progress = NULL;
	schedule_init(&schedule, in->nr_hosts);
	rc = run_once(&before, &schedule, NULL, out, err);
	if (!rc)
		rc = run_once(in, NULL, &schedule, out, err);
	schedule_release(&schedule);
	return rc;
}

int run_row(const struct run_input *in, struct run_result *out, struct error *err)
{
	return in->policy->foresees ? run_foreseen(in, out, err)
				    : run_once(in, NULL, NULL, out, err);
}
