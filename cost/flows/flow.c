#include "cost/flows/flow.h"

#include <math.h>
#include <stdlib.h>

const struct zone_profile *cost_default_profile(void)
{
	return zone_profile_find("web");
}

struct flow flow_of_profile(const struct zone_profile *profile, uint32_t node, double vcpus,
			    double *share)
{
	double demand = (double)profile->demand_bytes_per_s / 1e9 * vcpus;

	return (struct flow){
		.node = node,
		.vcpus = vcpus,
		.lines = vcpus * profile->parallelism,
		.demand = profile->demand_bytes_per_s ? demand : INFINITY,
		.reads = profile->read_share_ppm / 1e6,
		.stall = profile->stall_share_ppm / 1e6,
		.share = share,
	};
}

static int compare(double a, double b)
{
	return (a > b) - (a < b);
}

static int by_content(const void *a, const void *b)
{
	const struct flow *x = a, *y = b;
	int c = (x->node > y->node) - (x->node < y->node);

	c = c ? c : compare(x->vcpus, y->vcpus);
	c = c ? c : compare(x->lines, y->lines);
	c = c ? c : compare(x->demand, y->demand);
	c = c ? c : compare(x->reads, y->reads);
	c = c ? c : compare(x->stall, y->stall);
	for (uint32_t m = 0; !c && m < x->nr_nodes; m++)
		c = compare(x->share[m], y->share[m]);
	return c;
}

void flows_sort(struct flows *f, uint32_t nr_nodes)
{
	for (uint32_t i = 0; i < f->nr; i++)
		f->flow[i].nr_nodes = nr_nodes; /* qsort() has no context */
	qsort(f->flow, f->nr, sizeof(*f->flow), by_content);
}

static double above(double x, double than)
{
	return x > than ? x - than : 0;
}

/* Parts of one latency above another, by cause; each at least nothing. */
static double latency_causes(const struct flow_outcome *now, const struct flow_outcome *alone,
			     double *cause)
{
	double sum = 0;

	cause[COST_REMOTE] = above(now->idle_ns, alone->idle_ns);
	for (int c = COST_CONTROLLER; c < COST_CAUSES; c++)
		cause[c] = above(now->queue_ns[c], alone->queue_ns[c]);
	if (now->stop != COST_REMOTE)
		cause[now->stop] += above(now->wait_ns, alone->wait_ns);
	else
		cause[COST_CONTROLLER] += now->wait_ns;
	for (int c = 0; c < COST_CAUSES; c++)
		sum += cause[c];
	return sum;
}

/* The flow's time for a unit of work, what it lost above `alone`, and to what. */
double flow_time(const struct flow_outcome *now, const struct flow_outcome *alone, double stall,
		 double lost[COST_CAUSES])
{
	double cause[COST_CAUSES], sum = latency_causes(now, alone, cause);
	double slow = now->rate > 0 && alone->rate > now->rate ? alone->rate / now->rate : 1;
	double latency = now->latency_ns / alone->latency_ns;
	double by_rate = (1 - stall) * (slow - 1), by_latency = stall * (latency - 1);
	double by_cause = by_latency > 0 ? by_latency : 0;

	if (now->stop == COST_REMOTE)
		by_cause += by_rate;
	by_cause = sum > 0 ? by_cause / sum : 0;
	for (int c = 0; c < COST_CAUSES; c++)
		lost[c] = cause[c] * by_cause;
	if (now->stop != COST_REMOTE)
		lost[now->stop] += by_rate;
	return 1 + by_rate + by_latency;
}
