/*
 * Crowds drawn at random: rates and latencies stand within the stated tolerance,
 * after a bounded number of rounds, in every one of them.
 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "cost/flows/equilibrium.h"
#include "cost/params/assume.h"

#define SCENES 400
#define FLOWS 40
#define ROUNDS 16 /* at most 10 were ever seen */
#define TOLERANCE 0.01

static const char *const topology[] = {
	"topologies/epyc-nps4-8n.xml",
	"topologies/epyc-9224-nps2-5n.xml",
	"topologies/xeon-8468-snc4-8n.xml",
	"topologies/ft2500-16n.xml",
};

struct scene {
	const struct host *host;
	const struct cost_params *params;
	struct rng rng;
	struct flow flow[FLOWS];
	double share[FLOWS][NODES_MAX];
	uint32_t nr;
};

static double part(struct rng *r)
{
	return (double)rng_below(r, 1000001) / 1e6;
}

/* All at home, on a few nodes, or on all of them. */
static void draw_pages(struct scene *s, double *share, uint32_t node)
{
	uint64_t spread = rng_below(&s->rng, 3);
	uint32_t nr = s->params->nr_nodes;
	double sum = 0;

	memset(share, 0, nr * sizeof(*share));
	for (uint32_t m = 0; spread && m < nr; m++) {
		if (s->host->node[m].memory_bytes && (spread == 2 || !rng_below(&s->rng, 4)))
			share[m] = part(&s->rng);
	}
	if (!spread || rng_below(&s->rng, 2))
		share[node] += 3;
	for (uint32_t m = 0; m < nr; m++)
		sum += share[m];
	if (!(sum > 0))
		share[node] = sum = 1;
	for (uint32_t m = 0; m < nr; m++)
		share[m] /= sum;
}

/* A preset, or something else altogether. */
static struct zone_profile draw_profile(struct rng *r, bool strange)
{
	static const char *const preset[] = {"stream", "chase", "web", "database", "idle"};
	struct zone_profile z = *zone_profile_find(preset[rng_below(r, 5)]);

	if (!strange)
		return z;
	z.demand_bytes_per_s = rng_below(r, 3) ? 1 + (int64_t)rng_below(r, 8000000000) : 0;
	z.parallelism = 1 + (uint32_t)rng_below(r, 16);
	z.read_share_ppm = (uint32_t)rng_below(r, 1000001);
	return z;
}

static void draw_flow(struct scene *s, uint32_t i, bool strange, uint32_t vcpus_max)
{
	struct zone_profile z = draw_profile(&s->rng, strange);
	double vcpus = 1 + (double)rng_below(&s->rng, vcpus_max);
	uint32_t node;

	do
		node = (uint32_t)rng_below(&s->rng, s->params->nr_nodes);
	while (!s->host->node[node].nr_cores);
	draw_pages(s, s->share[i], node);
	s->flow[i] = (struct flow){
		.node = node,
		.vcpus = vcpus,
		.lines = vcpus * z.parallelism,
		.demand = z.demand_bytes_per_s ? (double)z.demand_bytes_per_s / 1e9 * vcpus
					       : INFINITY,
		.reads = z.read_share_ppm / 1e6,
		.stall = z.stall_share_ppm / 1e6,
		.share = s->share[i],
	};
}

static double off(double is, double exact)
{
	return fabs(is / exact - 1);
}

static void check_scene(struct scene *s, struct equilibrium_work *w, uint64_t seed)
{
	struct flows flows = {s->flow, s->nr};
	struct flow_outcome usual[FLOWS];
	unsigned rounds;

	w->steady = 0;
	rounds = flows_equilibrium(&flows, s->params, w);
	cr_expect_leq(rounds, ROUNDS, "%s, scene %llu: %u rounds", s->host->name,
		      (unsigned long long)seed, rounds);
	for (uint32_t i = 0; i < s->nr; i++)
		usual[i] = s->flow[i].now;
	w->steady = 1e-9;
	rounds = flows_equilibrium(&flows, s->params, w);
	cr_expect_lt(rounds, 40, "%s, scene %llu does not come to rest", s->host->name,
		     (unsigned long long)seed);
	for (uint32_t i = 0; i < s->nr; i++) {
		const struct flow_outcome *exact = &s->flow[i].now;

		cr_expect_lt(off(usual[i].rate, exact->rate), TOLERANCE,
			     "%s, scene %llu, flow %u: rate %g, at rest %g", s->host->name,
			     (unsigned long long)seed, i, usual[i].rate, exact->rate);
		cr_expect_lt(off(usual[i].latency_ns, exact->latency_ns), TOLERANCE,
			     "%s, scene %llu, flow %u: latency %g, at rest %g", s->host->name,
			     (unsigned long long)seed, i, usual[i].latency_ns, exact->latency_ns);
		/* nobody has more in flight than its lines */
		cr_expect_leq(exact->rate * exact->latency_ns, s->flow[i].lines * 64 * (1 + 1e-6));
	}
}

static void check_host(const struct host *h, const struct cost_assume *assume)
{
	static struct scene s;
	struct cost_params params;
	struct equilibrium_work work = {0};

	cost_params_init(&params, h, assume);
	s.host = h;
	s.params = &params;
	for (uint64_t seed = 1; seed <= SCENES; seed++) {
		rng_seed(&s.rng, seed, h->name);
		s.nr = 1 + (uint32_t)rng_below(&s.rng, seed % 3 ? FLOWS : 8);
		for (uint32_t i = 0; i < s.nr; i++)
			draw_flow(&s, i, seed % 4 == 3, seed % 2 ? 16 : 48);
		check_scene(&s, &work, seed);
	}
	equilibrium_work_release(&work);
	cost_params_release(&params);
}

Test(equilibrium, every_crowd_comes_to_rest)
{
	const struct cost_assume shared = {.package_controllers = true, .fabric = 60};
	struct error err;

	for (size_t i = 0; i < sizeof(topology) / sizeof(topology[0]); i++) {
		struct host *h;

		cr_assert_eq(host_load(&h, topology[i], &err), 0, "%s", err.text);
		check_host(h, NULL);
		check_host(h, &shared);
		host_free(h);
	}
}

/* The same flows on every node, as zones over all nodes of a host have them; some are twice as
 * many, so that a few nodes are nobody's doubles. */
static void draw_stripes(struct scene *s, uint64_t seed)
{
	static double share[FLOWS][NODES_MAX];
	uint32_t nodes = s->params->nr_nodes;
	uint32_t profiles = 1 + (uint32_t)rng_below(&s->rng, FLOWS / nodes);
	struct flow base[FLOWS];

	for (uint32_t i = 0; i < profiles; i++) {
		draw_flow(s, i, seed % 4 == 3, seed % 2 ? 4 : 24);
		base[i] = s->flow[i];
		for (uint32_t m = 0; m < nodes; m++)
			share[i][m] = seed % 3 ? 1.0 / nodes : s->share[i][m];
	}
	s->nr = 0;
	for (uint32_t k = 0; k < nodes * profiles; k++) {
		uint32_t n = k / profiles, i = k % profiles;
		double more = rng_below(&s->rng, 40) ? 1 : 2;

		if (!s->host->node[n].nr_cores)
			continue;
		memcpy(s->share[s->nr], share[i], sizeof(share[i]));
		s->flow[s->nr] = base[i];
		s->flow[s->nr].node = n;
		s->flow[s->nr].share = s->share[s->nr];
		s->flow[s->nr].lines *= more;
		s->flow[s->nr].demand *= more;
		s->flow[s->nr++].kind = seed % 5 ? 0 : seed * 10000 + k;
	}
}

static void compare_outcomes(const struct scene *s, const struct flow_outcome *apart, uint64_t seed)
{
	for (uint32_t v = 0; v < s->nr; v++) {
		const struct flow_outcome *a = &apart[v], *b = &s->flow[v].now;

		cr_assert(a->idle_ns == b->idle_ns && a->rate == b->rate &&
				  a->latency_ns == b->latency_ns && a->wait_ns == b->wait_ns &&
				  a->stop == b->stop &&
				  !memcmp(a->queue_ns, b->queue_ns, sizeof(a->queue_ns)),
			  "%s, scene %llu, flow %u: rate %a and %a", s->host->name,
			  (unsigned long long)seed, v, a->rate, b->rate);
	}
}

/* The same crowd again with more vCPUs, which begins where the last one was laid out. */
static void solve_thrice(struct scene *s, struct equilibrium_work *w,
			 struct equilibrium_work *apart, uint64_t seed)
{
	struct flows flows = {s->flow, s->nr};
	struct flow_outcome want[FLOWS];

	for (int again = 0; again < 3; again++) {
		(void)flows_equilibrium(&flows, s->params, apart);
		for (uint32_t v = 0; v < s->nr; v++)
			want[v] = s->flow[v].now;
		(void)flows_equilibrium(&flows, s->params, w);
		compare_outcomes(s, want, seed);
		for (uint32_t v = 0; v < s->nr; v++) {
			/* at last some nodes differ that did not */
			double more = again == 1 && !s->flow[v].node ? 3 : 1.5;

			s->flow[v].lines *= more;
			s->flow[v].demand *= more;
		}
	}
}

/* What is worked out once for nodes that are doubles, or begins at a problem that is laid
 * out already, has the bits of what is worked out flow by flow. */
Test(equilibrium, doubles_have_the_bits_of_their_leads)
{
	const struct cost_assume shared = {.package_controllers = true, .fabric = 60};
	struct error err;
	static struct scene s;

	for (size_t i = 0; i < 2 * sizeof(topology) / sizeof(topology[0]); i++) {
		struct equilibrium_work work = {0}, apart = {.apart = true};
		struct cost_params params;
		struct host *h;

		cr_assert_eq(host_load(&h, topology[i / 2], &err), 0, "%s", err.text);
		cost_params_init(&params, h, i % 2 ? &shared : NULL);
		s.host = h;
		s.params = &params;
		for (uint64_t seed = 1; seed <= SCENES; seed++) {
			rng_seed(&s.rng, seed, h->name);
			draw_stripes(&s, seed);
			solve_thrice(&s, &work, &apart, seed);
		}
		equilibrium_work_release(&work);
		equilibrium_work_release(&apart);
		cost_params_release(&params);
		host_free(h);
	}
}
