#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "bench/run_dynamic.h"
#include "bench/run_price.h"
#include "bench/run_probe.h"

#define LIVE_SLACK_BYTES (64 * PAGE_BYTES)
/* A clock is read for one decision of so many: most take less time than reading it. */
#define DECISIONS_A_TIMING 256

/* The zone as this row sees it: the workload's, under the row's memory policy. */
static void apply_memory_policy(struct run *r, const struct zone *asked)
{
	struct zone *z = &r->zone;

	*z = *asked;
	if (r->in->memory == RUN_MEMORY_STATIC) {
		z->memory_policy = ZONE_STATIC;
		z->memory_initial_bytes = z->memory_bytes;
	} else if (r->in->memory == RUN_MEMORY_DYNAMIC) {
		z->memory_policy = ZONE_DYNAMIC;
	}
}

static int verify_plan(const struct plan *p, const struct measure *m, struct error *err)
{
	/* the guest of a live machine gives back the pages under its shared ones */
	int64_t slack = m->fields & MEASURE_UNKNOWN ? LIVE_SLACK_BYTES : 0;
	int64_t off = m->resident_bytes - zone_boot_bytes(p->zone), sum = 0;

	for (uint32_t v = 0; p->pinned && v < p->nr_vnodes; v++) {
		struct cpuset cpus;

		plan_cpus(p, v, &cpus);
		if (!cpuset_subset(&cpus, &p->host->node[p->vnode[v].node].cpus))
			return error_set(err, ERR_CHECK, "zone %s: vnode %u may run off its node",
					 p->zone->name, v);
	}
	for (uint32_t i = 0; i < m->nr_parts; i++)
		sum += m->part[i].bytes;
	if (sum + m->unknown_bytes != m->resident_bytes || off < -slack || off > slack)
		return error_set(err, ERR_CHECK,
				 "zone %s was to have %lld bytes, %lld are resident, %lld on its "
				 "nodes",
				 p->zone->name, (long long)zone_boot_bytes(p->zone),
				 (long long)m->resident_bytes, (long long)sum);
	return 0;
}

static uint32_t vnode_on(const struct plan *p, uint32_t node)
{
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		if (p->vnode[v].node == node)
			return v;
	return 0;
}

int run_measure(struct run *r, uint32_t host, uint32_t slot, const struct plan *p,
		struct measure *out, struct error *err)
{
	int rc = backend_measure(r->backend, host, slot, out, err);

	if (rc || (out->fields & MEASURE_PARTS))
		return rc;
	if (!(out->fields & MEASURE_NODE_PARTS))
		return error_set(err, ERR_CANNOT,
				 "the %s backend does not say where a zone's memory is",
				 backend_name(r->backend));
	for (uint32_t i = 0; i < out->nr_parts; i++) {
		r->part[i] = out->part[i];
		r->part[i].vnode = vnode_on(p, out->part[i].node);
	}
	out->part = r->part;
	return 0;
}

static int measure(struct run *r, uint32_t host, uint32_t slot, struct error *err)
{
	struct plan_locality *l = &r->live.zone[slot].locality;
	struct measure m;
	int rc = run_measure(r, host, slot, &r->plan, &m, err);

	if (rc)
		return rc;
	if (r->in->check) {
		rc = verify_plan(&r->plan, &m, err);
		if (rc)
			return rc;
	}
	plan_locality(&r->plan, m.part, m.nr_parts, l);
	totals_move(&r->totals, l, 1);
	run_price_start(r, slot, host, &m);
	if (r->future)
		future_start(r->future, slot, r->live.zone[slot].ordinal, host, &r->plan, &m);
	return 0;
}

static int carry_out_step(struct run *r, const struct step *s, struct error *err)
{
	int rc = backend_check(r->backend, s, err);

	return rc ? rc : backend_apply(r->backend, s, err);
}

/* Of a start that failed later on; why it did is known and more important. */
static void take_back(struct run *r, uint32_t host, uint32_t slot)
{
	struct step s = {.kind = STEP_STOP, .host = host, .slot = slot};

	if (carry_out_step(r, &s, NULL))
		return;
}

/* Carry out the change from nothing to the plan on one host, wholly or not at all;
 * may_start() has passed. */
static int carry_out_plan(struct run *r, uint32_t host, uint32_t slot, struct error *err)
{
	struct step step[PLAN_STEPS_MAX];
	unsigned nr = plan_diff(NULL, &r->plan, host, slot, step);

	for (unsigned i = 0; i < nr; i++) {
		int rc = backend_apply(r->backend, &step[i], err);

		if (rc && i)
			take_back(r, host, slot);
		if (rc)
			return rc;
	}
	return 0;
}

static void count_placed(struct row *row, const struct plan *p, const struct live_set *live)
{
	row->zones_placed++;
	row->events++;
	row->zones_multi_node += p->nr_vnodes > 1;
	row->zones_spilled += p->spilled_bytes > 0;
	row->spilled_bytes += p->spilled_bytes;
	if (live->nr_live > row->peak_live_zones)
		row->peak_live_zones = live->nr_live;
}

static int start_on(struct run *r, const struct zone_event *ev, uint64_t ordinal, uint32_t host,
		    bool *placed, struct error *err)
{
	uint32_t slot = live_add(&r->live);
	struct live_zone *z = &r->live.zone[slot];
	int64_t bytes = zone_boot_bytes(&r->zone);
	int rc;

	z->host = host;
	z->vcpus = r->zone.vcpus;
	z->ordinal = ordinal;
	z->start_ns = backend_now_ns(r->backend);
	stranded_before(&r->stranded);
	rc = carry_out_plan(r, host, slot, err);
	if (!rc) {
		*placed = true;
		rc = measure(r, host, slot, err);
	}
	if (rc) {
		live_remove(&r->live, slot);
		return rc;
	}
	rc = run_probe(r, slot, ordinal, host, err);
	if (rc)
		return rc;
	r->totals.vcpus += z->vcpus;
	stranded_after(&r->stranded, host, z->vcpus, bytes);
	fleet_update(&r->fleet, host);
	policy_note_start(r->memory[host], slot, &r->plan);
	if (ev->lifetime_ns != NS_NEVER) {
		z->number = r->departures.inserted;
		event_queue_push(&r->departures, z->start_ns + ev->lifetime_ns, slot);
	}
	if (r->map_ids)
		live_map(&r->live, slot, ev->id);
	if (r->in->zones)
		r->live.extra[slot].record = run_zone_record(z, &r->plan);
	count_placed(r->row, &r->plan, &r->live);
	dynamic_begin(r, slot, ev);
	if (r->schedule)
		schedule_start(r->schedule, ordinal, &r->zone, host, z->start_ns);
	return 0;
}

/* Would the machine take the plan? It may refuse what the policy accepts (an
 * allocator that never leaves the home node). */
static int may_start(struct run *r, uint32_t host, struct error *err)
{
	struct step step[PLAN_STEPS_MAX];
	unsigned nr = plan_diff(NULL, &r->plan, host, live_next_slot(&r->live), step);
	int rc = 0;

	for (unsigned i = 0; !rc && i < nr; i++)
		rc = backend_check(r->backend, &step[i], err);
	return rc;
}

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* The policy's word on one host, now and then timed. */
static int ask_policy(struct run *r, uint32_t host, uint64_t ordinal, struct error *said)
{
	bool timed = r->decisions++ % DECISIONS_A_TIMING == 0;
	int64_t start_ns = timed ? cpu_ns() : 0;
	struct policy_input in = {
		.host = r->in->host[host],
		.state = r->state[host],
		.zone = &r->zone,
		.rng = &r->policy_rng,
		.memory = r->memory[host],
	};
	struct foresight foresight;
	int rc;

	if (r->future) {
		future_look(r->future, host, in.state, ordinal, r->totals.at_ns, &foresight);
		in.foresight = &foresight;
	}
	rc = policy_place(r->in->policy, &in, &r->plan, said);
	if (timed) {
		r->timed_decisions++;
		r->decision_ns += cpu_ns() - start_ns;
	}
	return rc;
}

/* "No" is an answer; anything else is a failure, and gets its sentence. */
static int answer(const struct run *r, int rc, const struct error *said, struct error *err)
{
	return error_exit_status(rc) <= 1
		       ? rc
		       : error_set(err, rc, "zone %s: %s", r->zone.name,
				   said && said->code ? said->text : error_name(rc));
}

/*
 * Plan, ask, start, on one host. Others may take memory there too: what was free when
 * the plan was made may be gone when the machine is asked, or when the zone is built.
 * *lost says so: the answer was no, and the host is not what the plan was made for.
 */
static int try_host(struct run *r, const struct zone_event *ev, uint64_t ordinal, uint32_t host,
		    bool *placed, bool *lost, struct error *said, struct error *err)
{
	const struct host_state *state = r->state[host];
	int64_t free_bytes = state->total_free_bytes;
	int rc = ask_policy(r, host, ordinal, said);

	*lost = false;
	if (rc)
		return answer(r, rc, said, err);
	rc = may_start(r, host, said);
	*lost = rc && state->total_free_bytes != free_bytes;
	if (rc)
		return answer(r, rc, said, err);
	rc = start_on(r, ev, ordinal, host, placed, err);
	*lost = rc && !*placed;
	if (*lost && said && err)
		*said = *err;
	return rc;
}

static void say_again(const struct run *r, unsigned again, const char *why)
{
	char *sentence = xasprintf("zone %s is planned anew (%u of %d): %s", r->zone.name, again,
				   RUN_PLANS_AGAIN, why);

	r->in->say(r->in->progress_context, sentence);
	free(sentence);
}

/* Until the host's answer is one to the host as it is. */
static int offer(struct run *r, const struct zone_event *ev, uint64_t ordinal, uint32_t host,
		 bool *placed, struct error *said, struct error *err)
{
	for (unsigned again = 1;; again++) {
		bool lost;
		int rc = try_host(r, ev, ordinal, host, placed, &lost, said, err);

		if (!rc || *placed || !lost || error_exit_status(rc) != 1)
			return rc;
		fleet_update(&r->fleet, host);
		if (again > RUN_PLANS_AGAIN)
			return rc;
		if (r->in->say)
			say_again(r, again, said ? said->text : error_name(rc));
	}
}

int run_place(struct run *r, const struct zone_event *ev, uint64_t ordinal, bool *placed, int *why,
	      struct error *err)
{
	struct choice_request request = {
		.zone = &r->zone,
		.ordinal = ordinal,
		.rng = &r->choice_rng,
	};
	bool live = r->in->zones || r->in->say;

	apply_memory_policy(r, ev->zone);
	*placed = false;
	*why = ERR_NO_ROOM;
	r->refusal.hosts_asked = 0;
	fleet_begin(&r->fleet, &request);
	for (;;) {
		uint32_t host = fleet_next(&r->fleet, &request);
		int rc;

		if (host == HOST_NONE)
			return 0;
		rc = offer(r, ev, ordinal, host, placed,
			   live && !r->refusal.hosts_asked ? &r->refusal.why : NULL, err);
		if (*placed || error_exit_status(rc) != 1)
			return rc;
		*why = rc;
		if (!r->refusal.hosts_asked++)
			r->refusal.host = host;
	}
}

void run_forget(struct run *r, uint32_t slot, const char *outcome)
{
	struct live_zone *z = &r->live.zone[slot];
	uint32_t host = z->host;

	dynamic_integrate(r, slot);
	totals_move(&r->totals, &z->locality, -1);
	r->totals.vcpus -= z->vcpus;
	stranded_after(&r->stranded, host, -(int64_t)z->vcpus, -z->locality.resident_bytes);
	fleet_update(&r->fleet, host);
	policy_note_stop(r->memory[host], slot);
	r->row->events++;
	if (r->in->zones && outcome)
		run_print_placed(r, slot, r->totals.at_ns, outcome);
	dynamic_end(r, slot);
	run_price_stop(r, slot);
	if (r->future)
		future_stop(r->future, slot);
	if (r->schedule)
		schedule_stop(r->schedule, z->ordinal, r->totals.at_ns);
	live_remove(&r->live, slot);
}

int run_stop(struct run *r, uint32_t slot, struct error *err)
{
	struct step s = {.kind = STEP_STOP, .host = r->live.zone[slot].host, .slot = slot};
	int rc;

	/* its row says where its memory was, which is known until it stops */
	if (r->in->zones) {
		dynamic_integrate(r, slot);
		run_print_placed(r, slot, r->totals.at_ns, "stopped");
	}
	stranded_before(&r->stranded);
	rc = carry_out_step(r, &s, err);
	if (rc)
		return rc;
	run_forget(r, slot, NULL);
	return 0;
}
