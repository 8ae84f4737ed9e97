/*
 * The kubelet's policies against tests/placement/kubelet_reference.c: pods come and go on
 * random machines, and every pod is admitted on the same CPUs and memory, or refused in
 * the same words. 10,000 sequences.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "placement/policy.h"
#include "tests/placement/hosts.h"
#include "tests/placement/kubelet_reference.h"

#define EVENTS 14

struct subject {
	const char *name; /* of our policy */
	struct go_options options;
};

static const struct subject subjects[] = {
	{"k8s-none", {.policy = "none"}},
	{"k8s-none", {.policy = "none", .strict_cpu_reservation = true}},
	{"k8s-best-effort", {.policy = "best-effort"}},
	{"k8s-best-effort", {.policy = "best-effort", .strict_cpu_reservation = true}},
	{"k8s-restricted", {.policy = "restricted"}},
	{"k8s-restricted", {.policy = "restricted", .strict_cpu_reservation = true}},
	{"k8s-single-numa-node", {.policy = "single-numa-node"}},
	{"k8s-best-effort-prefer-closest",
	 {.policy = "best-effort", .prefer_closest_numa_nodes = true}},
	{"k8s-restricted-prefer-closest",
	 {.policy = "restricted", .prefer_closest_numa_nodes = true}},
	{"k8s-best-effort-distribute-cpus",
	 {.policy = "best-effort", .distribute_cpus_across_numa = true}},
	{"k8s-restricted-distribute-cpus",
	 {.policy = "restricted", .distribute_cpus_across_numa = true}},
	{"k8s-best-effort-align-by-socket", {.policy = "best-effort", .align_by_socket = true}},
	{"k8s-restricted-align-by-socket", {.policy = "restricted", .align_by_socket = true}},
	{"k8s-best-effort-max-nodes-16", {.policy = "best-effort", .max_allowable_numa_nodes = 16}},
	{"k8s-restricted-max-nodes-16", {.policy = "restricted", .max_allowable_numa_nodes = 16}},
	{"k8s-single-numa-node-max-nodes-16",
	 {.policy = "single-numa-node", .max_allowable_numa_nodes = 16}},
};
#define NR_SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

/* One machine, as each of the two wants it. */
struct rig {
	struct go_machine machine;
	struct host *host;
	struct host_state state;
	struct policy_memory *memory;
	struct kubelet *kubelet;
	const struct policy *policy;
	bool wide; /* many nodes, and pods over most of them */
	struct {
		bool live;
		struct zone zone;
		struct plan plan;
	} pod[EVENTS];
	unsigned nr_admitted, nr_refused;
};

/* Cores of a node: how many CPUs each, the lowest first. */
struct cores {
	unsigned nr, cpus;
};

static unsigned threads_of(const struct cores *c, unsigned core)
{
	return c->cpus / c->nr + (core < c->cpus % c->nr);
}

static unsigned pick_nodes(struct rng *r, const struct go_options *options)
{
	static const unsigned nodes[] = {1, 2, 2, 3, 3, 4, 4, 4, 5, 6};

	if (rng_below(r, 40) == 0)
		return 7 + (unsigned)rng_below(r, options->max_allowable_numa_nodes ? 3 : 2);
	return nodes[rng_below(r, sizeof(nodes) / sizeof(nodes[0]))];
}

static void pick_cores(struct rng *r, unsigned nr_nodes, struct cores *c)
{
	unsigned threads = 1u << rng_below(r, 3), nr = 1 + (unsigned)rng_below(r, 4);
	bool ragged = rng_below(r, 3) == 0;

	for (unsigned n = 0; n < nr_nodes; n++) {
		if (ragged)
			nr = (unsigned)rng_below(r, 5);
		c[n] = (struct cores){nr, nr * threads};
		/* some cores with a thread less, as on hybrid processors */
		if (ragged && threads > 1 && nr > 1 && rng_below(r, 3) == 0)
			c[n].cpus -= 1 + (unsigned)rng_below(r, nr - 1);
	}
	if (!c[0].nr)
		c[0] = (struct cores){2, 2 * threads};
}

/* Up to three, each with CPUs: nodes in order, or in turn. */
static void pick_packages(struct rig *g, struct rng *r, const struct cores *c)
{
	bool in_turn = rng_below(r, 4) == 0;
	unsigned with_cpus = 0, sockets, per, next = 0;

	for (unsigned n = 0; n < g->host->nr_nodes; n++)
		with_cpus += c[n].nr > 0;
	sockets = 1 + (unsigned)rng_below(r, with_cpus < 3 ? with_cpus : 3);
	per = (with_cpus + sockets - 1) / sockets;
	g->host->nr_packages = 0;
	for (unsigned n = 0; n < g->host->nr_nodes; n++) {
		struct host_node *node = &g->host->node[n];

		node->package = HOST_NO_PACKAGE;
		if (!c[n].nr)
			continue;
		node->package = in_turn ? next % sockets : next / per;
		next++;
		if (node->package >= g->host->nr_packages)
			g->host->nr_packages = node->package + 1;
	}
}

/* CPUs numbered core by core, or all first threads before all second ones. */
static void number_cpus(struct rig *g, struct rng *r, const struct cores *c)
{
	bool split = rng_below(r, 2);
	struct go_machine *m = &g->machine;
	int lowest[KUBELET_NODES][8];

	memset(lowest, -1, sizeof(lowest));
	for (unsigned round = 0; round < (split ? 8 : 1); round++) {
		for (unsigned n = 0; n < (unsigned)m->num_nodes; n++) {
			for (unsigned core = 0; core < c[n].nr; core++) {
				unsigned first = split ? round : 0;
				unsigned last = split ? round + 1 : threads_of(&c[n], core);

				for (unsigned t = first; t < last && t < threads_of(&c[n], core);
				     t++) {
					int cpu = m->num_cpus++;

					if (lowest[n][core] < 0)
						lowest[n][core] = cpu;
					m->core[cpu] = lowest[n][core];
					m->socket[cpu] = (int)g->host->node[n].package;
					m->node[cpu] = (int)n;
					cpuset_add(&g->host->node[n].cpus, (unsigned)cpu);
				}
			}
			g->host->node[n].nr_cpus = c[n].cpus;
			g->host->node[n].nr_cores = c[n].nr;
		}
	}
}

/* Whole cores from the lowest on, and sometimes CPUs of the next. */
static void reserve_cpus(struct rig *g, struct rng *r, const struct cores *c)
{
	struct go_machine *m = &g->machine;
	unsigned node = (unsigned)rng_below(r, (uint64_t)m->num_nodes), want;
	int core = -1;

	if (!c[node].nr || c[node].cpus % c[node].nr || rng_below(r, 2))
		return;
	want = (unsigned)rng_below(r, c[node].cpus / 2 + 1);
	g->state.vcpus[node] += want;
	g->state.total_vcpus += want;
	for (int cpu = 0; cpu < m->num_cpus && want; cpu++) {
		if (m->node[cpu] != (int)node || m->core[cpu] != cpu)
			continue;
		core = cpu;
		for (int t = 0; t < m->num_cpus && want; t++) {
			if (m->core[t] != core)
				continue;
			m->reserved[t] = true;
			want--;
		}
	}
}

static void pick_memory(struct rig *g, struct rng *r)
{
	int64_t bytes = (int64_t)(4 + rng_below(r, 13)) * GIB;
	bool ragged = rng_below(r, 3) == 0;

	for (int n = 0; n < g->machine.num_nodes; n++) {
		if (ragged)
			bytes = (int64_t)rng_below(r, 17) * GIB;
		if (!bytes && n == 0)
			bytes = GIB;
		g->machine.memory[n] = g->host->node[n].memory_bytes = bytes;
		for (int o = 0; o < n; o++) {
			uint32_t d = 11 + (uint32_t)rng_below(r, 4);

			g->machine.distance[n][o] = g->machine.distance[o][n] = (int)d;
			test_set_distance(g->host, (unsigned)n, (unsigned)o, d);
			test_set_distance(g->host, (unsigned)o, (unsigned)n, d);
		}
		g->machine.distance[n][n] = 10;
	}
}

static void rig_init(struct rig *g, struct rng *r, const struct subject *subject, bool wide)
{
	static const unsigned no_cpus[KUBELET_NODES];
	static const int64_t no_bytes[KUBELET_NODES];
	struct cores cores[KUBELET_NODES];
	unsigned nr = wide ? 5 + (unsigned)rng_below(r, 4) : pick_nodes(r, &subject->options);

	memset(g, 0, sizeof(*g));
	g->wide = wide;
	g->machine.num_nodes = (int)nr;
	g->host = test_host(nr, no_cpus, no_bytes, 20);
	pick_cores(r, nr, cores);
	pick_packages(g, r, cores);
	number_cpus(g, r, cores);
	pick_memory(g, r);
	g->host = test_host_done(g->host);
	host_state_init(&g->state, g->host);
	reserve_cpus(g, r, cores);
	for (unsigned n = 0; n < nr; n++) {
		int64_t reserved = (int64_t)rng_below(r, 3) * 512 * MIB;

		if (rng_below(r, 2) || reserved > g->host->node[n].memory_bytes)
			continue;
		g->machine.system_reserved[n] = reserved;
		host_state_set_free(&g->state, n, g->host->node[n].memory_bytes - reserved);
	}
	g->policy = policy_find(subject->name);
	g->memory = policy_memory_new(g->policy, &g->state);
	g->kubelet = kubelet_new(&g->machine, &subject->options);
}

static void rig_release(struct rig *g)
{
	policy_memory_free(g->memory);
	kubelet_free(g->kubelet);
	host_state_release(&g->state);
	host_free(g->host);
}

/* Free on our machine is what the memory manager believes, whatever a pod that is gone had
 * where: nothing is refused that the books have room for. */
static void as_booked(struct rig *g)
{
	for (unsigned n = 0; n < g->host->nr_nodes; n++)
		host_state_set_free(&g->state, n,
				    g->host->node[n].memory_bytes - g->memory->node[n].bytes);
}

static void same_place(const struct plan *p, const struct go_pod *pod, const char *at)
{
	int cpus[KUBELET_NODES] = {0};

	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		cpus[p->vnode[v].node] = (int)p->vnode[v].vcpus;
	for (unsigned n = 0; n < KUBELET_NODES; n++)
		cr_assert_eq(cpus[n], pod->cpus_of_node[n], "%s: node %u gives %d CPUs, not %d", at,
			     n, cpus[n], pod->cpus_of_node[n]);
	cr_assert_eq(p->booked, pod->memory_block, "%s: memory on %llx, not %llx", at,
		     (unsigned long long)p->booked, (unsigned long long)pod->memory_block);
}

/* Sentences of ours that come before the policy are not the kubelet's. */
static void same_refusal(const char *text, enum go_admission got, const struct go_pod *pod,
			 const char *at)
{
	static const char unexpected[] = "UnexpectedAdmissionError: Allocate failed due to ";
	bool affinity = strstr(text, "TopologyAffinityError: Resources cannot be allocated");

	cr_assert_neq(got, ADMITTED, "%s: refused: %s", at, text);
	if (strstr(text, "of memory asked at boot") || strstr(text, "vCPUs asked, host"))
		return;
	cr_assert_eq(affinity, got == TOPOLOGY_AFFINITY_ERROR, "%s: %s", at, text);
	cr_assert_eq(strstr(text, "the kubelet does not start") != NULL, got == DOES_NOT_START,
		     "%s: %s", at, text);
	cr_assert_eq(strncmp(text, unexpected, strlen(unexpected)) == 0,
		     got == UNEXPECTED_ADMISSION_ERROR || got == NEVER_RETURNS, "%s: %s", at, text);
	if (got == UNEXPECTED_ADMISSION_ERROR)
		cr_assert(strstr(text, pod->error), "%s: %s, not %s", at, text, pod->error);
}

/* Of one node or less, now and then of three; or of most of the machine, where memory needs
 * more nodes than CPUs do and these can be spread in many ways. */
static void pick_pod(const struct rig *g, struct rng *r, uint32_t *vcpus, int64_t *bytes)
{
	uint32_t mean = (uint32_t)(g->machine.num_cpus / g->machine.num_nodes + 1);
	int64_t units = g->host->memory_bytes / g->machine.num_nodes / (256 * MIB) + 1;
	uint64_t most = (uint64_t)units * (rng_below(r, 3) ? 1 : 3) / (1 + rng_below(r, 4)) + 1;

	*vcpus = 1 + (uint32_t)rng_below(r, rng_below(r, 4) ? mean : 3 * mean);
	*bytes = (int64_t)(1 + rng_below(r, most)) * 256 * MIB;
	if (!g->wide)
		return;
	*vcpus = 1 + (uint32_t)rng_below(r, mean);
	*bytes = (int64_t)(1 + rng_below(r, 4)) * 4 * MIB;
	if (rng_below(r, 2)) {
		*vcpus = 2 * mean + (uint32_t)rng_below(r, 3 * mean);
		*bytes = g->state.total_free_bytes / 8 * (int64_t)(4 + rng_below(r, 4));
	}
}

static void arrive(struct rig *g, struct rng *r, unsigned i, const char *at)
{
	uint32_t vcpus;
	int64_t bytes;
	struct error err = {0};
	struct policy_input in = {.host = g->host, .state = &g->state, .memory = g->memory};
	struct go_pod pod;
	enum go_admission got;
	int rc;

	pick_pod(g, r, &vcpus, &bytes);
	got = kubelet_admit(g->kubelet, (int)i, (int)vcpus, bytes, &pod);
	g->pod[i].zone = test_zone("pod", vcpus, bytes);
	in.zone = &g->pod[i].zone;
	rc = policy_place(g->policy, &in, &g->pod[i].plan, &err);
	if (rc) {
		same_refusal(err.text, got, &pod, at);
		g->nr_refused++;
		return;
	}
	cr_assert_eq(got, ADMITTED, "%s: %d, %s", at, got, pod.error);
	same_place(&g->pod[i].plan, &pod, at);
	policy_note_start(g->memory, i, &g->pod[i].plan);
	as_booked(g);
	g->pod[i].live = true;
	g->nr_admitted++;
}

static void leave(struct rig *g, struct rng *r, unsigned nr)
{
	unsigned i = (unsigned)rng_below(r, nr ? nr : 1);

	if (!g->pod[i].live)
		return;
	kubelet_remove(g->kubelet, (int)i);
	policy_note_stop(g->memory, i);
	as_booked(g);
	g->pod[i].live = false;
}

static void run_sequence(struct rig *g, const struct subject *subject, unsigned s, bool wide)
{
	unsigned arrived = 0;
	struct rng r;

	rng_seed(&r, s, "kubelet");
	rig_init(g, &r, subject, wide);
	while (arrived < EVENTS) {
		char at[96];

		snprintf(at, sizeof(at), "%s, sequence %u, pod %u", subject->name, s, arrived);
		if (rng_below(&r, 3) == 0)
			leave(g, &r, arrived);
		else
			arrive(g, &r, arrived++, at);
	}
	rig_release(g);
}

static void run_sequences(unsigned part, unsigned parts, unsigned nr)
{
	unsigned admitted = 0, refused = 0;
	static struct rig g;

	for (unsigned s = part; s < nr; s += parts) {
		run_sequence(&g, &subjects[s / parts % NR_SUBJECTS], s, false);
		admitted += g.nr_admitted;
		refused += g.nr_refused;
	}
	/* both happen often */
	cr_assert_gt(admitted, nr / parts * EVENTS / 4);
	cr_assert_gt(refused, nr / parts * EVENTS / 8);
}

Test(kubelet_sequences, first)
{
	run_sequences(0, 2, 10000);
}

Test(kubelet_sequences, second)
{
	run_sequences(1, 2, 10000);
}

/* Where four or more nodes share a pod's CPUs, a combination that the kubelet keeps as the
 * best is overwritten by later ones. */
Test(kubelet_sequences, distributed_over_many_nodes)
{
	static const struct subject subject = {
		"k8s-best-effort-distribute-cpus",
		{.policy = "best-effort", .distribute_cpus_across_numa = true}};
	static struct rig g;

	for (unsigned s = 0; s < 1000; s++)
		run_sequence(&g, &subject, s, true);
}
