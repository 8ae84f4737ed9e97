#include "bench/loop/placer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "bench/foresight/future.h"

/* A clock is read for one decision of so many: most take less time than reading it. */
#define DECISIONS_A_TIMING 256

/* A cluster's policies draw as in a fleet of its hosts alone (zone/clusters.h), whose label is made
 * of its groups of hosts. */
static char *label_of_draws(const struct run_input *in)
{
	char *label, *longer;

	if (!in->cluster || in->workload->fleet.nr_clusters == 1)
		return xstrdup(in->topology);
	label = xstrdup(in->host[0]->name);
	for (uint32_t i = 1; i < in->nr_hosts; i++) {
		if (in->host[i] == in->host[i - 1])
			continue;
		longer = xasprintf("%s+%s", label, in->host[i]->name);
		free(label);
		label = longer;
	}
	return label;
}

/* A row's random numbers depend on its own key alone; hosts are chosen by the same draws
 * under every policy. */
static void seed_rngs(struct placer *p)
{
	const struct run_input *in = p->in;
	char *label = label_of_draws(in);
	char *key = xasprintf("%s/%s/%s/%s", label, in->workload->name, in->policy->name,
			      run_memory_name(in->memory));

	rng_seed(&p->policy_rng, in->seed, key);
	rng_seed(&p->choice_rng, in->seed, in->workload->name);
	p->policy_unused = p->policy_rng;
	p->choice_unused = p->choice_rng;
	free(key);
	free(label);
}

void placer_init(struct placer *p, const struct run_input *in, struct cluster *c,
		 struct future *future)
{
	p->in = in;
	p->cluster = c;
	p->future = future;
	seed_rngs(p);
	if (!in->policy->remembers)
		return;
	p->memory = xcalloc(c->nr_hosts, sizeof(struct policy_memory *));
	for (uint32_t i = 0; i < c->nr_hosts; i++)
		p->memory[i] = policy_memory_new(in->policy, c->state[i]);
}

void placer_release(struct placer *p)
{
	for (uint32_t i = 0; p->memory && i < p->cluster->nr_hosts; i++)
		policy_memory_free(p->memory[i]);
	free(p->memory);
}

bool placer_drew(const struct placer *p)
{
	return memcmp(&p->policy_rng, &p->policy_unused, sizeof(p->policy_rng)) != 0 ||
	       memcmp(&p->choice_rng, &p->choice_unused, sizeof(p->choice_rng)) != 0;
}

void placer_join(struct placer *p, const struct placer *other)
{
	p->decisions += other->decisions;
	p->timed_decisions += other->timed_decisions;
	p->decision_ns += other->decision_ns;
}

int64_t placer_decision_ns(const struct placer *p)
{
	return p->timed_decisions ? p->decision_ns / (int64_t)p->timed_decisions : 0;
}

/* The zone as this row sees it: the workload's, under the row's memory policy. */
static const struct zone *under_memory_policy(struct placer *p, const struct zone *asked)
{
	struct zone *z = &p->changed;

	if (p->in->memory == RUN_MEMORY_AS_ASKED)
		return asked;
	*z = *asked;
	z->memory_policy = ZONE_DYNAMIC;
	if (p->in->memory == RUN_MEMORY_STATIC) {
		z->memory_policy = ZONE_STATIC;
		z->memory_initial_bytes = z->memory_bytes;
	}
	return z;
}

/* The policy's word on one host, now and then timed. */
static int ask_policy(struct placer *p, uint32_t host, uint64_t ordinal, struct error *said)
{
	bool timed = p->decisions++ % DECISIONS_A_TIMING == 0;
	int64_t start_ns = timed ? thread_cpu_ns() : 0;
	struct policy_input in = {
		.host = p->cluster->host[host],
		.state = p->cluster->state[host],
		.zone = p->zone,
		.rng = &p->policy_rng,
		.memory = p->memory ? p->memory[host] : NULL,
	};
	struct foresight foresight;
	int rc;

	if (p->future) {
		future_look(p->future, host, in.state, ordinal, p->cluster->now_ns, &foresight);
		in.foresight = &foresight;
	}
	rc = policy_place(p->in->policy, &in, &p->plan, said);
	if (timed) {
		p->timed_decisions++;
		p->decision_ns += thread_cpu_ns() - start_ns;
	}
	return rc;
}

/* "No" is an answer; anything else is a failure, and gets its sentence. */
static int answer(const struct placer *p, int rc, const struct error *said, struct error *err)
{
	return error_exit_status(rc) <= 1
		       ? rc
		       : error_set(err, rc, "zone %s: %s", p->zone->name,
				   said && said->code ? said->text : error_name(rc));
}

/* A zone that is on offer, and what became of that so far. */
struct offer {
	const struct zone_event *ev;
	uint64_t ordinal;
	uint32_t slot;
	bool placed;
	struct error *said; /* NULL: nobody wants the host's word */
};

/*
 * Plan, ask, start, on one host. Others may take memory there too: what was free when
 * the plan was made may be gone when the machine is asked, or when the zone is built.
 * *lost says so: the answer was no, and the host is not what the plan was made for.
 */
static int try_host(struct placer *p, struct offer *o, uint32_t host, bool *lost, struct error *err)
{
	const struct host_state *state = p->cluster->state[host];
	struct error *said = o->said ? o->said : &p->unheard;
	int64_t free_bytes = state->total_free_bytes;
	int rc = ask_policy(p, host, o->ordinal, o->said);

	*lost = false;
	if (rc)
		return answer(p, rc, o->said, err);
	/* the machine seldom says no, and when it fails its sentence is the error's */
	rc = cluster_may_start(p->cluster, host, &p->plan, said);
	*lost = rc && state->total_free_bytes != free_bytes;
	if (rc)
		return answer(p, rc, said, err);
	rc = cluster_start(p->cluster, host, &p->plan, o->ev, o->ordinal, &o->slot, &o->placed,
			   err);
	if (!rc || o->placed)
		return rc;
	if (err)
		*said = *err;
	/* where nobody was asked before, this is the answer; else it was another then */
	*lost = p->cluster->asks_first || state->total_free_bytes != free_bytes;
	return *lost ? rc : answer(p, rc, said, err);
}

static void say_again(const struct placer *p, unsigned again, const char *why)
{
	char *sentence = xasprintf("zone %s is planned anew (%u of %d): %s", p->zone->name, again,
				   PLACER_PLANS_AGAIN, why);

	p->in->say(p->in->say_context, sentence);
	free(sentence);
}

/* Until the host's answer is one to the host as it is. */
static int ask_host(struct placer *p, struct offer *o, uint32_t host, struct error *err)
{
	for (unsigned again = 1;; again++) {
		bool lost;
		int rc = try_host(p, o, host, &lost, err);

		if (!rc || o->placed || !lost || error_exit_status(rc) != 1)
			return rc;
		fleet_update(&p->cluster->fleet, host);
		if (again > PLACER_PLANS_AGAIN)
			return rc;
		if (p->in->say)
			say_again(p, again, o->said ? o->said->text : error_name(rc));
	}
}

/* The zone runs already, left by a run that was killed: it goes on where it is. If it cannot, a new
 * one is launched. */
static RARE int go_on(struct placer *p, struct offer *o, uint32_t left, struct error *err)
{
	struct error why = {0};
	char *sentence;
	int rc = cluster_go_on(p->cluster, left, &p->plan, o->ev, p->zone, o->ordinal, &o->slot,
			       &o->placed, &why);

	if (rc && (o->placed || rc == ERR_INTERRUPTED))
		return error_set(err, rc, "%s", why.text);
	if (rc && p->in->say) {
		sentence = xasprintf("zone %s does not go on as it was left: %s", p->zone->name,
				     why.text);
		p->in->say(p->in->say_context, sentence);
		free(sentence);
	}
	return 0;
}

/* No host took it: was it for its group's rule? */
static void note_group(struct placer *p, const struct zone_group *group,
		       const struct choice_request *r, bool reasons)
{
	struct refusal *refusal = &p->refusal;
	char *rule;

	refusal->hosts_barred = groups_barred(&p->cluster->fleet, r);
	if (!refusal->hosts_barred || !reasons)
		return;
	rule = groups_reason(group, refusal->hosts_barred,
			     r->only ? run_host_number(p->in, r->only - 1) : 0);
	if (refusal->hosts_asked)
		snprintf(refusal->why.text + strlen(refusal->why.text),
			 sizeof(refusal->why.text) - strlen(refusal->why.text), "; %s", rule);
	else
		error_set(&refusal->why, ERR_NO_ROOM, "%s", rule);
	free(rule);
}

int placer_offer(struct placer *p, const struct zone_event *ev, uint64_t ordinal, uint32_t *slot,
		 bool *placed, struct error *err)
{
	bool reasons = p->cluster->audience->wants_reasons || p->in->say;
	struct offer o = {.ev = ev, .ordinal = ordinal};
	struct choice_request request = {
		.zone = under_memory_policy(p, ev->zone),
		.ordinal = ordinal,
		.rng = &p->choice_rng,
	};

	p->zone = request.zone;
	*placed = false;
	p->refusal.code = ERR_NO_ROOM;
	p->refusal.hosts_asked = p->refusal.hosts_barred = 0;
	if (p->cluster->nr_left) {
		uint32_t left = cluster_find_left(p->cluster, p->zone, ordinal);
		int rc = left ? go_on(p, &o, left, err) : 0;

		*placed = o.placed;
		*slot = o.slot;
		if (rc || o.placed)
			return rc;
	}
	fleet_begin(&p->cluster->fleet, &request);
	if (ev->group)
		groups_bar(&p->cluster->groups, ev->group, &p->cluster->fleet, &request);
	for (;;) {
		uint32_t host = fleet_next(&p->cluster->fleet, &request);
		int rc;

		if (host == HOST_NONE) {
			if (ev->group)
				note_group(p, ev->group, &request, reasons);
			return 0;
		}
		backend_expect_host(p->cluster->backend, host);
		o.said = reasons && !p->refusal.hosts_asked ? &p->refusal.why : NULL;
		rc = ask_host(p, &o, host, err);
		*placed = o.placed;
		*slot = o.slot;
		if (o.placed || error_exit_status(rc) != 1)
			return rc;
		p->refusal.code = rc;
		if (!p->refusal.hosts_asked++)
			p->refusal.host = host;
	}
}

/* The policy's own books of each host. */
static int remember(void *self, const struct run_view *view, const struct zone_news *n,
		    struct error *err)
{
	const struct placer *p = self;

	(void)view;
	(void)err;
	if (n->kind == NEWS_STARTED)
		policy_note_start(p->memory[n->host], n->slot, n->plan);
	else
		policy_note_stop(p->memory[n->host], n->slot);
	return 0;
}

const struct observer_ops placer_observer = {
	.name = "policy memory",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_LEFT),
	.on_zone = remember,
};
