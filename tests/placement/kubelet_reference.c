#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/placement/kubelet_reference_inside.h"

static bool is(const struct kubelet *k, const char *policy)
{
	return strcmp(k->options.policy, policy) == 0;
}

struct kubelet *kubelet_new(const struct go_machine *machine, const struct go_options *options)
{
	struct kubelet *k = xcalloc(1, sizeof(*k));
	struct cpuset_go sockets = {0}, nodes = {0};

	k->machine = *machine;
	k->options = *options;
	for (int c = 0; c < machine->num_cpus; c++) {
		sockets.has[machine->socket[c]] = true;
		nodes.has[machine->node[c]] = true;
		k->default_cpu_set.has[c] =
			!(options->strict_cpu_reservation && machine->reserved[c]);
	}
	k->num_sockets = size(&sockets);
	k->num_numa = size(&nodes);
	for (int n = 0; n < machine->num_nodes; n++) {
		k->memory[n].cells = (uint64_t)1 << n;
		k->memory[n].allocatable = machine->memory[n] - machine->system_reserved[n];
		k->memory[n].free = k->memory[n].allocatable;
	}
	return k;
}

void kubelet_free(struct kubelet *k)
{
	heap_empty(&k->heap);
	free(k->heap.block);
	free(k);
}

/* --- policy_static.go of the CPU manager ------------------------------------------------ */

static enum taken take_by_topology(struct kubelet *k, const struct cpuset_go *available, int num,
				   struct cpuset_go *out, char *error)
{
	if (k->options.distribute_cpus_across_numa)
		return take_by_topology_numa_distributed(k, available, num, out, error);
	return take_by_topology_numa_packed(k, available, num, out, error);
}

static struct cpuset_go available_cpus(const struct kubelet *k)
{
	struct cpuset_go s = k->default_cpu_set;

	for (int c = 0; c < k->machine.num_cpus; c++)
		s.has[c] = s.has[c] && !k->machine.reserved[c];
	return s;
}

static struct cpuset_go aligned_cpus(const struct kubelet *k, uint64_t affinity,
				     const struct cpuset_go *allocatable)
{
	const struct go_machine *m = &k->machine;
	struct cpuset_go s = {0}, sockets = {0};

	for (int c = 0; c < m->num_cpus; c++) {
		if ((affinity >> m->node[c]) & 1)
			sockets.has[m->socket[c]] = true;
	}
	for (int c = 0; c < m->num_cpus; c++) {
		bool near = k->options.align_by_socket ? sockets.has[m->socket[c]]
						       : (affinity >> m->node[c]) & 1;

		s.has[c] = allocatable->has[c] && near;
	}
	return s;
}

/* affinity 0: nil. */
static enum taken allocate_cpus(struct kubelet *k, int num, uint64_t affinity,
				struct cpuset_go *out, char *error)
{
	struct cpuset_go allocatable = available_cpus(k), remaining;
	enum taken taken;

	memset(out, 0, sizeof(*out));
	if (affinity) {
		struct cpuset_go aligned = aligned_cpus(k, affinity, &allocatable);
		int to_alloc = size(&aligned) < num ? size(&aligned) : num;

		taken = take_by_topology(k, &aligned, to_alloc, out, error);
		if (taken != TAKEN)
			return taken;
	}
	for (int c = 0; c < KUBELET_CPUS; c++)
		allocatable.has[c] = allocatable.has[c] && !out->has[c];
	taken = take_by_topology(k, &allocatable, num - size(out), &remaining, error);
	if (taken != TAKEN)
		return taken;
	for (int c = 0; c < KUBELET_CPUS; c++) {
		out->has[c] = out->has[c] || remaining.has[c];
		if (out->has[c])
			k->default_cpu_set.has[c] = false;
	}
	return TAKEN;
}

/* --- hints ------------------------------------------------------------------------------ */

struct hint {
	uint64_t affinity; /* 0: nil */
	bool preferred;
};

struct hints {
	struct hint *hint;
	int len;
};

static int count(uint64_t mask)
{
	int n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

static void add_hint(struct kubelet *k, struct hints *h, uint64_t affinity, bool preferred)
{
	if (!h->hint)
		h->hint = heap_get(&k->heap, sizeof(*h->hint) << k->machine.num_nodes);
	h->hint[h->len++] = (struct hint){affinity, preferred};
}

/* IterateBitMasks: sizes ascending, each in lexicographic order of its bits. */
static void iterate_bit_masks(const struct slice *bits, int at, uint64_t mask, int left,
			      void (*f)(uint64_t mask, void *arg), void *arg)
{
	if (left == 0) {
		f(mask, arg);
		return;
	}
	for (int i = at; i < bits->len; i++)
		iterate_bit_masks(bits, i + 1, mask | (uint64_t)1 << bits->array[i], left - 1, f,
				  arg);
}

struct generate {
	struct kubelet *k;
	int64_t request;
	int min_affinity_size;
	struct hints hints;
	struct cpuset_go available;
};

static void cpu_mask(uint64_t mask, void *arg)
{
	struct generate *g = arg;
	const struct go_machine *m = &g->k->machine;
	int cpus = 0, matching = 0;

	for (int c = 0; c < m->num_cpus; c++) {
		if (!((mask >> m->node[c]) & 1))
			continue;
		cpus++;
		matching += g->available.has[c];
	}
	if (cpus >= g->request && count(mask) < g->min_affinity_size)
		g->min_affinity_size = count(mask);
	if (matching >= g->request)
		add_hint(g->k, &g->hints, mask, false);
}

static int sockets_of(const struct kubelet *k, uint64_t mask)
{
	struct cpuset_go sockets = {0};

	for (int c = 0; c < k->machine.num_cpus; c++) {
		if ((mask >> k->machine.node[c]) & 1)
			sockets.has[k->machine.socket[c]] = true;
	}
	return size(&sockets);
}

static bool is_hint_socket_aligned(const struct kubelet *k, uint64_t affinity, int min_affinity)
{
	int per_socket = k->num_numa / k->num_sockets, min_sockets;

	if (per_socket == 0)
		return false;
	min_sockets = (min_affinity + per_socket - 1) / per_socket;
	return sockets_of(k, affinity) == min_sockets;
}

static struct hints generate_cpu_topology_hints(struct kubelet *k, int request)
{
	struct generate g = {.k = k, .request = request, .min_affinity_size = k->num_numa};
	struct slice nodes = {0};

	g.available = available_cpus(k);
	for (int n = 0; n < k->machine.num_nodes; n++) {
		for (int c = 0; c < k->machine.num_cpus; c++) {
			if (k->machine.node[c] == n)
				add_unique(&k->heap, &nodes, n);
		}
	}
	for (int n = 1; n <= nodes.len; n++)
		iterate_bit_masks(&nodes, 0, 0, n, cpu_mask, &g);
	for (int i = 0; i < g.hints.len; i++) {
		struct hint *h = &g.hints.hint[i];

		if (k->options.align_by_socket &&
		    is_hint_socket_aligned(k, h->affinity, g.min_affinity_size))
			h->preferred = true;
		else if (count(h->affinity) == g.min_affinity_size)
			h->preferred = true;
	}
	return g.hints;
}

static void memory_mask(uint64_t mask, void *arg)
{
	struct generate *g = arg;
	int64_t total_free = 0, total_allocatable = 0;
	bool single = count(mask) == 1;

	for (int n = 0; n < g->k->machine.num_nodes; n++) {
		if (!((mask >> n) & 1))
			continue;
		total_free += g->k->memory[n].free;
		total_allocatable += g->k->memory[n].allocatable;
	}
	if (total_allocatable < g->request)
		return;
	if (count(mask) < g->min_affinity_size)
		g->min_affinity_size = count(mask);
	for (int n = 0; n < g->k->machine.num_nodes; n++) {
		if (!((mask >> n) & 1))
			continue;
		if (single && count(g->k->memory[n].cells) > 1)
			return;
		if (!single && g->k->memory[n].assignments > 0) {
			if (count(g->k->memory[n].cells) == 1)
				return;
			if (g->k->memory[n].cells != mask)
				return;
		}
	}
	if (total_free >= g->request)
		add_hint(g->k, &g->hints, mask, false);
}

static struct hints calculate_memory_hints(struct kubelet *k, int64_t request)
{
	struct generate g = {.k = k, .request = request, .min_affinity_size = k->machine.num_nodes};
	struct slice nodes = {0};

	for (int n = 0; n < k->machine.num_nodes; n++)
		nodes = append(&k->heap, nodes, n);
	for (int n = 1; n <= nodes.len; n++)
		iterate_bit_masks(&nodes, 0, 0, n, memory_mask, &g);
	for (int i = 0; i < g.hints.len; i++)
		g.hints.hint[i].preferred = count(g.hints.hint[i].affinity) == g.min_affinity_size;
	return g.hints;
}

/* --- topologymanager/policy.go ----------------------------------------------------------- */

#define PROVIDERS 2

struct merger {
	const struct kubelet *k;
	struct hints hints[PROVIDERS];
	int best_non_preferred;
	struct hint best;
	bool found;
};

static bool is_narrower(uint64_t a, uint64_t b)
{
	return count(a) == count(b) ? a < b : count(a) < count(b);
}

static double average_distance(const struct kubelet *k, uint64_t mask)
{
	double sum = 0, n = 0;

	for (int a = 0; a < k->machine.num_nodes; a++) {
		for (int b = 0; b < k->machine.num_nodes; b++) {
			if (!((mask >> a) & 1) || !((mask >> b) & 1))
				continue;
			sum += k->machine.distance[a][b];
			n++;
		}
	}
	return sum / n;
}

static uint64_t closest(const struct kubelet *k, uint64_t a, uint64_t b)
{
	double da = average_distance(k, a), db = average_distance(k, b);

	if (count(a) != count(b) || da == db)
		return is_narrower(a, b) ? a : b;
	return da < db ? a : b;
}

static struct hint compare_masks(const struct merger *m, struct hint current, struct hint candidate)
{
	uint64_t best;

	if (candidate.affinity == current.affinity)
		return current;
	if (!is(m->k, "single-numa-node") && m->k->options.prefer_closest_numa_nodes)
		best = closest(m->k, current.affinity, candidate.affinity);
	else
		best = is_narrower(current.affinity, candidate.affinity) ? current.affinity
									 : candidate.affinity;
	return best == current.affinity ? current : candidate;
}

static struct hint compare(const struct merger *m, struct hint current, struct hint candidate)
{
	int now = count(current.affinity), then = count(candidate.affinity);

	if (!current.preferred && candidate.preferred)
		return candidate;
	if (current.preferred && !candidate.preferred)
		return current;
	if (current.preferred && candidate.preferred)
		return compare_masks(m, current, candidate);
	if (now > m->best_non_preferred)
		return compare_masks(m, current, candidate);
	if (now == m->best_non_preferred)
		return then != m->best_non_preferred ? current
						     : compare_masks(m, current, candidate);
	if (then > m->best_non_preferred)
		return current;
	if (then == m->best_non_preferred || then > now)
		return candidate;
	if (then < now)
		return current;
	return compare_masks(m, current, candidate);
}

static void try_permutation(struct merger *m, struct hint a, struct hint b)
{
	uint64_t all = ((uint64_t)1 << m->k->machine.num_nodes) - 1;
	uint64_t x = a.affinity ? a.affinity : all, y = b.affinity ? b.affinity : all;
	struct hint merged = {x & y, a.preferred && b.preferred};

	if (a.affinity && b.affinity && a.affinity != b.affinity)
		merged.preferred = false;
	if (!merged.affinity)
		return;
	m->best = m->found ? compare(m, m->best, merged) : merged;
	m->found = true;
}

static void filter_single_numa_hints(struct hints *h)
{
	int len = 0;

	for (int i = 0; i < h->len; i++) {
		if (h->hint[i].preferred && count(h->hint[i].affinity) <= 1)
			h->hint[len++] = h->hint[i];
	}
	h->len = len;
}

/* The policy's Merge(). */
static struct hint merge(struct kubelet *k, struct hints cpu, struct hints memory, bool *admit)
{
	struct merger m = {.k = k, .hints = {cpu, memory}};
	uint64_t all = ((uint64_t)1 << k->machine.num_nodes) - 1;

	/* CPUs give an empty list where none will do, memory gives no list at all */
	if (!cpu.len)
		add_hint(k, &m.hints[0], 0, false);
	if (!memory.len)
		add_hint(k, &m.hints[1], 0, true);
	for (int p = 0; p < PROVIDERS; p++) {
		uint64_t narrowest = 0;

		if (is(k, "single-numa-node"))
			filter_single_numa_hints(&m.hints[p]);
		for (int i = 0; i < m.hints[p].len; i++) {
			uint64_t a = m.hints[p].hint[i].affinity;

			if (a && (!narrowest || is_narrower(a, narrowest)))
				narrowest = a;
		}
		if (count(narrowest) > m.best_non_preferred)
			m.best_non_preferred = count(narrowest);
	}
	for (int i = 0; i < m.hints[0].len; i++) {
		for (int j = 0; j < m.hints[1].len; j++)
			try_permutation(&m, m.hints[0].hint[i], m.hints[1].hint[j]);
	}
	if (!m.found)
		m.best = (struct hint){all, false};
	if (is(k, "single-numa-node") && m.best.affinity == all)
		m.best.affinity = 0;
	*admit = is(k, "best-effort") || m.best.preferred;
	return m.best;
}

/* --- policy_static.go of the memory manager ---------------------------------------------- */

/* findBestHint() of those that hold `within`. */
static struct hint find_best_hint(struct hints hints, uint64_t within)
{
	struct hint best = {0};

	for (int i = 0; i < hints.len; i++) {
		struct hint h = hints.hint[i];

		if (within & ~h.affinity)
			continue;
		if (!best.affinity || (h.preferred && !best.preferred) ||
		    (h.preferred == best.preferred && is_narrower(h.affinity, best.affinity)))
			best = h;
	}
	return best;
}

static bool is_affinity_satisfy_request(const struct kubelet *k, uint64_t mask, int64_t request)
{
	int64_t total = 0;

	for (int n = 0; n < k->machine.num_nodes; n++)
		total += (mask >> n) & 1 ? k->memory[n].free : 0;
	return total >= request;
}

static bool is_affinity_violating_numa_allocations(const struct kubelet *k, uint64_t mask)
{
	for (int n = 0; n < k->machine.num_nodes; n++) {
		if (!((mask >> n) & 1) || k->memory[n].assignments == 0)
			continue;
		if (count(mask) == 1)
			continue;
		if (count(k->memory[n].cells) == 1)
			return true;
		if (k->memory[n].cells != mask)
			return true;
	}
	return false;
}

static void update_machine_state(struct kubelet *k, uint64_t affinity, int64_t requested)
{
	for (int n = 0; n < k->machine.num_nodes; n++) {
		int64_t here;

		if (!((affinity >> n) & 1))
			continue;
		k->memory[n].assignments++;
		k->memory[n].cells = affinity;
		here = k->memory[n].free < requested ? k->memory[n].free : requested;
		k->memory[n].reserved += here;
		k->memory[n].free -= here;
		requested -= here;
	}
}

/* NULL, or the error. */
static const char *allocate_memory(struct kubelet *k, struct hint hint, int64_t request,
				   uint64_t *out)
{
	struct hint best = hint;

	if (!hint.affinity) {
		best = find_best_hint(calculate_memory_hints(k, request), 0);
		if (!best.affinity)
			return "[memorymanager] failed to get the default NUMA affinity, no NUMA "
			       "nodes with enough memory is available";
		if (!best.preferred && hint.preferred)
			return "[memorymanager] failed to find the default preferred hint";
	}
	if (!is_affinity_satisfy_request(k, best.affinity, request)) {
		struct hint extended =
			find_best_hint(calculate_memory_hints(k, request), best.affinity);

		if (!extended.affinity)
			return "[memorymanager] failed to find NUMA nodes to extend the current "
			       "topology hint";
		if (!extended.preferred && best.preferred)
			return "[memorymanager] failed to find the extended preferred hint";
		best = extended;
	}
	if (is_affinity_violating_numa_allocations(k, best.affinity))
		return "[memorymanager] preferred hint violates NUMA node allocation";
	update_machine_state(k, best.affinity, request);
	*out = best.affinity;
	return NULL;
}

/* --- admission ----------------------------------------------------------------------------- */

static bool starts(const struct kubelet *k)
{
	int most = k->options.max_allowable_numa_nodes;

	if (!is(k, "none") && k->machine.num_nodes > (most ? most : 8))
		return false;
	return !k->options.align_by_socket ||
	       (!is(k, "single-numa-node") && k->num_sockets <= k->num_numa);
}

static void give_back(struct kubelet *k, const struct cpuset_go *cpus)
{
	for (int c = 0; c < KUBELET_CPUS; c++) {
		if (cpus->has[c])
			k->default_cpu_set.has[c] = true;
	}
}

static struct pod *new_pod(struct kubelet *k, int uid)
{
	for (int i = 0; i < PODS; i++) {
		if (k->pod[i].used)
			continue;
		k->pod[i] = (struct pod){.used = true, .uid = uid};
		return &k->pod[i];
	}
	abort();
}

/* The hint providers in the order of cm/container_manager_linux.go: CPUs, then memory. What
 * the first got is given back when the pod is removed. */
static enum go_admission admit(struct kubelet *k, int uid, int cpus, int64_t bytes,
			       struct go_pod *out)
{
	struct hint hint = {0};
	struct cpuset_go got;
	struct pod *pod;
	const char *error;

	if (!starts(k))
		return DOES_NOT_START;
	if (!is(k, "none")) {
		bool admitted;

		hint = merge(k, generate_cpu_topology_hints(k, cpus),
			     calculate_memory_hints(k, bytes), &admitted);
		if (!admitted)
			return TOPOLOGY_AFFINITY_ERROR;
	}
	switch (allocate_cpus(k, cpus, hint.affinity, &got, out->error)) {
	case TAKEN:
		break;
	case FAILED:
		return UNEXPECTED_ADMISSION_ERROR;
	case ENDLESS:
		return NEVER_RETURNS;
	}
	error = allocate_memory(k, hint, bytes, &out->memory_block);
	if (error) {
		snprintf(out->error, sizeof(out->error), "%s", error);
		give_back(k, &got);
		return UNEXPECTED_ADMISSION_ERROR;
	}
	pod = new_pod(k, uid);
	pod->cpus = got;
	pod->affinity = out->memory_block;
	pod->bytes = bytes;
	for (int c = 0; c < k->machine.num_cpus; c++)
		out->cpus_of_node[k->machine.node[c]] += got.has[c];
	return ADMITTED;
}

enum go_admission kubelet_admit(struct kubelet *k, int uid, int cpus, int64_t bytes,
				struct go_pod *out)
{
	enum go_admission got;

	memset(out, 0, sizeof(*out));
	got = admit(k, uid, cpus, bytes, out);
	heap_empty(&k->heap);
	return got;
}

void kubelet_remove(struct kubelet *k, int uid)
{
	struct pod *pod = k->pod;
	int64_t released;

	while (!pod->used || pod->uid != uid)
		pod++;
	give_back(k, &pod->cpus);
	released = pod->bytes;
	for (int n = 0; n < k->machine.num_nodes; n++) {
		int64_t here;

		if (!((pod->affinity >> n) & 1))
			continue;
		if (--k->memory[n].assignments == 0)
			k->memory[n].cells = (uint64_t)1 << n;
		here = k->memory[n].reserved < released ? k->memory[n].reserved : released;
		k->memory[n].free += here;
		k->memory[n].reserved -= here;
		released -= here;
	}
	pod->used = false;
}
