#include "placement/kubelet/kubelet.h"

#include "base/units.h"
#include "placement/explain.h"
#include "placement/fill.h"

/* One pod being admitted. */
struct admission {
	const struct policy_input *in;
	const struct kubelet_rules *rules;
	struct kubelet_hint hint; /* nodes 0: any */
	nodeset memory; /* nodes of its memory block */
	int64_t free_cpus[NODES_MAX]; /* of the CPU manager, as they are handed out */
	uint32_t vcpus[NODES_MAX]; /* handed out */
	struct kubelet_hints provider[3];
};

static int refuse_nodes(const struct policy_input *in, struct error *err)
{
	return error_set(err, ERR_INFEASIBLE,
			 "the kubelet does not start: unsupported on machines with more than %d "
			 "NUMA Nodes (host %s has %u)",
			 KUBELET_NODES_MAX, in->host->name, in->host->nr_nodes);
}

/* Which provider's hints stand in the way of a preferred one. */
static void name_culprit(const struct admission *a, struct sentence *t)
{
	static const char *const what[] = {"cpu", "memory", "devices"};

	for (unsigned i = 0; i < 3; i++) {
		unsigned least = 0, preferred = 0;

		for (unsigned m = 1; m < KUBELET_MASKS; m++) {
			if (!a->provider[i].has[m])
				continue;
			preferred += a->provider[i].preferred[m];
			if (!least || nodeset_count(m) < least)
				least = nodeset_count(m);
		}
		if (!least)
			sentence_add(t, "%s%s: %s", i ? "; " : "", what[i],
				     a->provider[i].has[0] && a->provider[i].preferred[0]
					     ? "no preference"
					     : "fits on no allowed set of nodes");
		else
			sentence_add(t, "%s%s: fits on %u node%s at least%s", i ? "; " : "",
				     what[i], least, least == 1 ? "" : "s",
				     preferred ? "" : ", none of the preferred sets has room");
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

static int merge_hints(struct admission *a, struct error *err)
{
	bool admit;
	unsigned nr = a->in->zone->nr_devices ? 3 : 2;

	if (a->rules->policy == KUBELET_NONE)
		return 0;
	if (a->in->host->nr_nodes > KUBELET_NODES_MAX)
		return refuse_nodes(a->in, err);
	kubelet_cpu_hints(a->in, &a->provider[0]);
	kubelet_memory_hints(a->in, &a->provider[1]);
	kubelet_device_hints(a->in, &a->provider[2]);
	a->hint = kubelet_merge(a->in->host, a->rules, a->provider, nr);
	admit = a->rules->policy == KUBELET_BEST_EFFORT || a->hint.preferred;
	if (!admit)
		return refuse_affinity(a, err);
	return 0;
}

static void take_cpus(struct admission *a, unsigned node, uint32_t *want)
{
	uint32_t here = a->free_cpus[node] < *want ? (uint32_t)a->free_cpus[node] : *want;

	a->free_cpus[node] -= here;
	a->vcpus[node] += here;
	*want -= here;
}

static nodeset package_nodes(const struct host *h, unsigned node)
{
	nodeset nodes = nodeset_of(node);

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		if (h->node[node].package != HOST_NO_PACKAGE &&
		    h->node[n].package == h->node[node].package)
			nodes |= nodeset_of(n);
	}
	return nodes;
}

static int64_t free_in(const struct admission *a, nodeset nodes, uint32_t *cpus)
{
	int64_t free_cpus = 0;
	unsigned node;

	*cpus = 0;
	nodeset_for_each (node, nodes) {
		free_cpus += a->free_cpus[node];
		*cpus += a->in->host->node[node].nr_cpus;
	}
	return free_cpus;
}

/* Whole sets (packages, nodes) that are free and wanted in full. */
static void take_whole(struct admission *a, nodeset nodes, bool packages, uint32_t *want)
{
	for (nodeset rest = nodes; rest;) {
		unsigned node = nodeset_lowest(rest), member;
		nodeset set = packages ? package_nodes(a->in->host, node) : nodeset_of(node);
		uint32_t cpus;

		rest &= ~set;
		if ((set & ~nodes) || free_in(a, set, &cpus) != cpus || cpus > *want)
			continue;
		nodeset_for_each (member, set) {
			take_cpus(a, member, want);
		}
	}
}

/* Fewest free CPUs of its package first, then of the node, then the lowest. */
static bool fuller(const struct admission *a, nodeset nodes, unsigned x, unsigned y)
{
	uint32_t cpus;
	nodeset px = package_nodes(a->in->host, x), py = package_nodes(a->in->host, y);
	int64_t fx = free_in(a, px & nodes, &cpus), fy = free_in(a, py & nodes, &cpus);

	if (px != py)
		return fx != fy ? fx < fy : nodeset_lowest(px) < nodeset_lowest(py);
	return a->free_cpus[x] < a->free_cpus[y];
}

static void take_packed(struct admission *a, nodeset nodes, uint32_t *want)
{
	take_whole(a, nodes, true, want);
	take_whole(a, nodes, false, want);
	while (*want) {
		unsigned node, best = NODES_MAX;

		nodeset_for_each (node, nodes) {
			if (a->free_cpus[node] &&
			    (best == NODES_MAX || fuller(a, nodes, node, best)))
				best = node;
		}
		if (best == NODES_MAX)
			return;
		take_cpus(a, best, want);
	}
}

/* What an even share over `set` leaves free, as the sum of squares over `nodes`:
 * the total is fixed, so least squares are least deviation. -1: does not fit. */
static int64_t spread_score(const struct admission *a, nodeset nodes, nodeset set, uint32_t want,
			    uint32_t *out)
{
	uint32_t k = nodeset_count(set), more = want % k;
	int64_t score = 0;
	unsigned node;

	nodeset_for_each (node, set) {
		out[node] = want / k;
		if (a->free_cpus[node] < out[node])
			return -1;
	}
	for (; more; more--) {
		unsigned best = NODES_MAX;

		nodeset_for_each (node, set) {
			if (out[node] == want / k && a->free_cpus[node] > out[node] &&
			    (best == NODES_MAX || a->free_cpus[node] > a->free_cpus[best]))
				best = node;
		}
		if (best == NODES_MAX)
			return -1;
		out[best]++;
	}
	nodeset_for_each (node, nodes) {
		int64_t left = a->free_cpus[node] - (nodeset_has(set, node) ? out[node] : 0);

		score += left * left;
	}
	return score;
}

/* Fewest nodes with an even share, the most even result; false: none. */
static bool take_distributed(struct admission *a, nodeset nodes, uint32_t *want)
{
	uint32_t share[NODES_MAX], best_share[NODES_MAX];
	unsigned node;

	for (unsigned k = 1; k <= nodeset_count(nodes) && *want; k++) {
		int64_t best = -1;
		nodeset best_set = 0;

		for (nodeset set = nodes; set; set = (set - 1) & nodes) {
			int64_t score;

			if (nodeset_count(set) != k)
				continue;
			score = spread_score(a, nodes, set, *want, share);
			if (score < 0 || (best >= 0 && score > best))
				continue;
			/* downwards, so that equals end with the lowest nodes */
			best = score;
			best_set = set;
			nodeset_for_each (node, set) {
				best_share[node] = share[node];
			}
		}
		if (!best_set)
			continue;
		nodeset_for_each (node, best_set) {
			uint32_t here = best_share[node];

			*want -= here;
			take_cpus(a, node, &here);
		}
		return true;
	}
	return !*want;
}

static int allocate_cpus(struct admission *a, struct error *err)
{
	nodeset all = a->in->host->cpu_nodes, hint = a->hint.nodes ? a->hint.nodes & all : all;
	uint32_t want = a->in->zone->vcpus, aligned, cpus;
	int64_t there;
	unsigned node;

	nodeset_for_each (node, all) {
		a->free_cpus[node] = kubelet_free_cpus(a->in, node);
	}
	there = free_in(a, all, &cpus);
	if (there < want) {
		char text[128];

		snprintf(text, sizeof(text),
			 "not enough cpus available to satisfy request: requested=%u, "
			 "available=%lld",
			 want, (long long)there);
		return refuse_admission(err, text);
	}
	there = free_in(a, hint, &cpus);
	aligned = there < want ? (uint32_t)there : want;
	want -= aligned;
	if (!(a->rules->distribute_cpus && nodeset_count(hint) <= KUBELET_NODES_MAX &&
	      take_distributed(a, hint, &aligned)))
		take_packed(a, hint, &aligned);
	take_packed(a, all, &want);
	return 0;
}

/* The memory manager's own best hint that holds `within`; 0: none. */
static struct kubelet_hint own_hint(const struct admission *a, nodeset within)
{
	struct kubelet_hint best = {0};
	struct kubelet_hints hints;

	kubelet_memory_hints(a->in, &hints);
	for (unsigned m = 1; m < KUBELET_MASKS; m++) {
		if (!hints.has[m] || (within & ~(nodeset)m))
			continue;
		if (!best.nodes || (hints.preferred[m] && !best.preferred) ||
		    (hints.preferred[m] == best.preferred &&
		     nodeset_count(m) < nodeset_count(best.nodes)))
			best = (struct kubelet_hint){m, hints.preferred[m]};
	}
	return best;
}

static bool groups_violated(const struct admission *a)
{
	unsigned node;

	nodeset_for_each (node, a->memory) {
		struct policy_node_book b = policy_book(a->in, node);

		if (b.assigned && b.group != a->memory)
			return true;
	}
	return false;
}

static int allocate_memory(struct admission *a, struct error *err)
{
	struct kubelet_hint own;
	int64_t there = 0;
	unsigned node;

	a->memory = a->hint.nodes;
	if (a->in->host->nr_nodes > KUBELET_NODES_MAX) {
		/* only policy none comes here: masks are too many, any node will do */
		a->memory = a->in->host->memory_nodes;
		return 0;
	}
	nodeset_for_each (node, a->memory) {
		there += kubelet_free_bytes(a->in, node);
	}
	if (a->memory && there >= zone_boot_bytes(a->in->zone)) {
		if (groups_violated(a))
			return refuse_admission(err, "[memorymanager] preferred hint violates NUMA "
						     "node allocation");
		return 0;
	}
	own = own_hint(a, a->memory);
	if (!own.nodes)
		return refuse_admission(
			err, a->memory ? "[memorymanager] failed to find NUMA nodes to extend the "
					 "current topology hint"
				       : "[memorymanager] failed to get the default NUMA affinity, "
					 "no NUMA nodes with enough memory is available");
	if (a->memory && a->hint.preferred && !own.preferred)
		return refuse_admission(err, "[memorymanager] failed to find the extended "
					     "preferred hint");
	a->memory = own.nodes;
	return 0;
}

static int fill(const struct admission *a, struct plan *out, struct error *err)
{
	nodeset cpus = 0;
	int64_t undealt;

	for (unsigned n = 0; n < a->in->host->nr_nodes; n++)
		cpus |= a->vcpus[n] ? nodeset_of(n) : 0;
	fill_nodes(a->in, cpus | a->memory, out);
	for (uint32_t v = 0; v < out->nr_vnodes; v++)
		out->vnode[v].vcpus = a->vcpus[out->vnode[v].node];
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
	sentence_add_nodes(&t, a->in->host, a->hint.nodes);
	sentence_add(&t, ", %spreferred (", a->hint.preferred ? "" : "not ");
	name_culprit(a, &t);
	sentence_add(&t, "); memory block on ");
	sentence_add_nodes(&t, a->in->host, a->memory);
	explain_add(a->in->why, "%s", t.text);
}

int kubelet_place(const struct policy_input *in, const struct kubelet_rules *rules,
		  struct plan *out, struct error *err)
{
	struct admission a = {.in = in, .rules = rules};
	int rc = merge_hints(&a, err);

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
