#include "placement/kubelet/kubelet.h"

#include "base/units.h"
#include "placement/capacity.h"
#include "placement/explain.h"
#include "placement/fill.h"
#include "placement/kubelet/kubelet_cpus.h"
#include "placement/kubelet/kubelet_memory.h"

/* What is left of a provider's hints once they are merged, to say why. */
struct provider {
	char name[80];
	unsigned least; /* 0: only "any" */
	bool prefers;
};

/* One pod being admitted. */
struct admission {
	const struct policy_input *in;
	const struct kubelet_rules *rules;
	struct kubelet_hint hint; /* nodes 0: any */
	nodeset memory; /* nodes of its memory block */
	struct kubelet_cpus cpus;
	unsigned nr_providers;
	struct provider provider[2 + ZONE_DEVICES_MAX];
};

static unsigned max_nodes(const struct kubelet_rules *rules)
{
	return rules->max_nodes ? rules->max_nodes : KUBELET_NODES_DEFAULT;
}

/* What a kubelet with these options does not start on. */
static int check_host(const struct admission *a, struct error *err)
{
	const struct host *h = a->in->host;
	unsigned nodes = nodeset_count(h->cpu_nodes);

	if (a->rules->policy != KUBELET_NONE && h->nr_nodes > max_nodes(a->rules))
		return error_set(err, ERR_INFEASIBLE,
				 "the kubelet does not start: unsupported on machines with more "
				 "than %u NUMA Nodes (host %s has %u; the option "
				 "max-allowable-numa-nodes allows more)",
				 max_nodes(a->rules), h->name, h->nr_nodes);
	if (a->rules->align_by_socket && h->nr_packages > nodes)
		return error_set(err, ERR_INFEASIBLE,
				 "the kubelet does not start: Align by socket is not compatible "
				 "with hardware where number of sockets are more than number of "
				 "NUMA (host %s has %u and %u)",
				 h->name, h->nr_packages, nodes);
	return 0;
}

/* Which provider's hints stand in the way of a preferred one. */
static void name_culprit(const struct admission *a, struct sentence *t)
{
	for (unsigned i = 0; i < a->nr_providers; i++) {
		const struct provider *p = &a->provider[i];

		sentence_add(t, "%s%s: ", i ? "; " : "", p->name);
		if (!p->least)
			sentence_add(t, "%s",
				     p->prefers ? "no preference"
						: "fits on no allowed set of nodes");
		else
			sentence_add(t, "fits on %u node%s at least%s", p->least,
				     p->least == 1 ? "" : "s",
				     p->prefers ? "" : ", none of the preferred sets has room");
	}
}

static int refuse_affinity(const struct admission *a, struct error *err)
{
	struct sentence t;

	if (!err)
		return ERR_INFEASIBLE;
	sentence_set(&t, "TopologyAffinityError: Resources cannot be allocated with Topology "
			 "locality (");
	name_culprit(a, &t);
	return error_set(err, ERR_INFEASIBLE, "%s)", t.text);
}

static int refuse_admission(struct error *err, const char *text)
{
	return error_set(err, ERR_NO_ROOM,
			 "UnexpectedAdmissionError: Allocate failed due to %s, which is unexpected",
			 text);
}

static void add_provider(struct admission *a, struct kubelet_merge *m, struct kubelet_hints *hints,
			 const char *device)
{
	struct provider *p = &a->provider[a->nr_providers];

	if (!device)
		snprintf(p->name, sizeof(p->name), "%s", a->nr_providers ? "memory" : "cpu");
	else if (a->in->zone->nr_devices == 1)
		snprintf(p->name, sizeof(p->name), "devices");
	else
		snprintf(p->name, sizeof(p->name), "device %.64s", device);
	kubelet_merge_add(m, hints);
	p->least = hints->least;
	p->prefers = hints->prefers;
	a->nr_providers++;
}

static int merge_hints(struct admission *a, struct error *err)
{
	const struct policy_input *in = a->in;
	struct kubelet_hints hints;
	struct kubelet_merge m;

	if (a->rules->policy == KUBELET_NONE)
		return 0;
	kubelet_merge_begin(&m, in->host, a->rules);
	kubelet_cpu_hints(in, a->rules, &hints);
	add_provider(a, &m, &hints, NULL);
	kubelet_memory_hints(in, &hints);
	add_provider(a, &m, &hints, NULL);
	for (uint32_t i = 0; i < in->zone->nr_devices; i++) {
		kubelet_device_hints(in, i, &hints);
		add_provider(a, &m, &hints, in->zone->device[i]);
	}
	a->hint = kubelet_merge_best(&m);
	if (a->rules->policy != KUBELET_BEST_EFFORT && !a->hint.preferred)
		return refuse_affinity(a, err);
	/* single-numa-node says nothing on a machine of one node */
	if (a->rules->policy == KUBELET_SINGLE_NUMA_NODE && in->host->nr_nodes == 1)
		a->hint.nodes = 0;
	return 0;
}

/* allocateCPUs: of the hint's nodes first, or of their packages'. */
static int allocate_cpus(struct admission *a, struct error *err)
{
	nodeset all = a->in->host->cpu_nodes, aligned = a->hint.nodes & all;
	uint32_t want = a->in->zone->vcpus, first = 0;
	struct error why = {0};
	unsigned node;
	int rc;

	kubelet_cpus_init(&a->cpus, a->in);
	if (a->rules->align_by_socket)
		aligned = kubelet_sockets(a->in->host, aligned);
	nodeset_for_each (node, aligned) {
		first += a->cpus.free_cpus[node];
	}
	first = first < want ? first : want;
	rc = kubelet_take_cpus(&a->cpus, a->rules, aligned, first, err ? &why : NULL);
	if (!rc)
		rc = kubelet_take_cpus(&a->cpus, a->rules, all, want - first, err ? &why : NULL);
	return rc ? refuse_admission(err, why.text) : 0;
}

static int allocate_memory(struct admission *a, struct error *err)
{
	struct error why = {0};
	int rc = kubelet_allocate_memory(a->in, a->hint, &a->memory, err ? &why : NULL);

	return rc ? refuse_admission(err, why.text) : 0;
}

static int fill(const struct admission *a, struct plan *out, struct error *err)
{
	nodeset cpus = 0;
	int64_t undealt;

	for (unsigned n = 0; n < a->in->host->nr_nodes; n++)
		cpus |= a->cpus.vcpus[n] ? nodeset_of(n) : 0;
	fill_nodes(a->in, cpus | a->memory, out);
	for (uint32_t v = 0; v < out->nr_vnodes; v++) {
		out->vnode[v].vcpus = a->cpus.vcpus[out->vnode[v].node];
		out->whole_vcpus[v] = a->cpus.whole[out->vnode[v].node];
	}
	out->booked = a->memory;
	out->memory_rule = PLAN_MEMORY_STRICT;
	fill_memory_by_room(a->in->state, a->memory & cpus, out);
	undealt = fill_memory_by_room(a->in->state, a->memory, out);
	if (undealt)
		return error_set(err, ERR_NO_ROOM,
				 "OOMKilled: the books had room on the pod's nodes, the nodes are "
				 "%lld MiB short",
				 (long long)((undealt + MIB - 1) / MIB));
	return plan_fill_memory(out, a->in->state, err);
}

static void explain_admission(const struct admission *a)
{
	struct sentence t;

	if (a->rules->policy == KUBELET_NONE) {
		explain_add(a->in->why, "none: CPU and memory manager choose by themselves");
		return;
	}
	sentence_set(&t, "merged hint ");
	sentence_add_nodes(&t, a->in->host, a->hint.nodes ? a->hint.nodes : a->in->host->cpu_nodes);
	sentence_add(&t, ", %spreferred (", a->hint.preferred ? "" : "not ");
	name_culprit(a, &t);
	sentence_add(&t, "); memory block on ");
	sentence_add_nodes(&t, a->in->host, a->memory);
	explain_add(a->in->why, "%s", t.text);
}

int kubelet_place(const struct policy_input *in, const struct kubelet_rules *rules,
		  struct plan *out, struct error *err)
{
	struct admission a;
	int rc;

	a.in = in;
	a.rules = rules;
	a.hint = (struct kubelet_hint){0};
	a.nr_providers = 0;
	rc = check_host(&a, err);
	if (!rc)
		rc = merge_hints(&a, err);
	if (!rc)
		rc = allocate_cpus(&a, err);
	if (!rc)
		rc = allocate_memory(&a, err);
	if (rc)
		return rc;
	if (in->why)
		explain_admission(&a);
	return fill(&a, out, err);
}

int64_t kubelet_single_capacity(const struct policy_input *in, unsigned most)
{
	unsigned node;

	if (in->host->nr_nodes > most)
		return 0;
	/* single nodes of a group are no hints for a single node */
	nodeset_for_each (node, in->host->usable_nodes) {
		if (policy_book(in, node).group & ~nodeset_of(node))
			return CAPACITY_UNKNOWN;
	}
	return capacity_one_node(in, 1);
}
