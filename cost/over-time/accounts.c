#include "cost/over-time/accounts.h"

static uint64_t whole(double rate)
{
	return rate > 0 ? (uint64_t)(rate * ACCOUNT_UNIT + 0.5) : 0;
}

/* Is flow i of the zone as the one before it in all that a zone's time is made of? */
static bool as_before(const struct zone_class *z, const struct allocation *const *of, uint32_t i)
{
	return z->flow[i].as_before && of[i]->solution != NO_SOLUTION &&
	       of[i]->solution == of[i - 1]->solution &&
	       of[i]->vcpus_micro == of[i - 1]->vcpus_micro &&
	       of[i]->now.like == of[i - 1]->now.like;
}

void account_rates(const struct flow_classes *c, const struct zone_class *z,
		   const struct allocation *const *of, uint64_t rate[ACCOUNTS])
{
	double time = 0, vcpus = 0, lost[COST_CAUSES] = {0}, bytes = 0, remote = 0, latency = 0;
	double speed, part[COST_CAUSES], took = 0;

	for (uint32_t i = 0; i < z->nr_flows; i++) {
		const struct zone_class_flow *f = &z->flow[i];
		const struct flow_class *k = &c->class[f->class];
		double v = (double)f->vcpus_micro / VCPU_MICRO;
		double stall = c->profile[k->profile].stall_share_ppm / 1e6;
		struct flow_outcome now = of[i]->now;

		now.rate *= (double)f->vcpus_micro / of[i]->vcpus_micro;
		/* a zone's flows are of one profile */
		if (!as_before(z, of, i))
			took = v * flow_time(&now, &f->alone, stall, part);
		time += took;
		vcpus += v;
		bytes += now.rate;
		latency += now.rate * now.latency_ns;
		remote += now.rate * (PAGES_WHOLE - flow_class_pages(c, f->class)[k->node]) /
			  PAGES_WHOLE;
		for (int cause = 0; cause < COST_CAUSES; cause++)
			lost[cause] += v * part[cause];
	}
	speed = time > 0 ? vcpus / time : 1;
	rate[ACCOUNT_SPEED] = whole(speed);
	for (int cause = 0; cause < COST_CAUSES; cause++)
		rate[ACCOUNT_LOST + cause] = whole(vcpus > 0 ? speed * (lost[cause] / vcpus) : 0);
	rate[ACCOUNT_BYTES] = whole(bytes);
	rate[ACCOUNT_REMOTE_BYTES] = whole(remote);
	rate[ACCOUNT_LATENCY] = whole(latency);
}
