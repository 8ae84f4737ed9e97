#include "tests/placement/kubelet_reference.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* --- slices of int, as Go has them ---------------------------------------------------- */

struct slice {
	int *array;
	int len, cap;
};

/* Arrays live until the pod is admitted or not, as a collector would have it. */
struct heap {
	void **block;
	int nr, cap;
};

static void *heap_get(struct heap *h, size_t size)
{
	void *p = xcalloc(1, size);

	if (h->nr == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->block = xreallocarray(h->block, (size_t)h->cap, sizeof(*h->block));
	}
	return h->block[h->nr++] = p;
}

static void heap_empty(struct heap *h)
{
	while (h->nr)
		free(h->block[--h->nr]);
}

/* The new slice; the array is the old one where it has room. */
static struct slice append(struct heap *h, struct slice s, int value)
{
	if (s.len == s.cap) {
		int cap = s.cap ? 2 * s.cap : 1;
		int *array = heap_get(h, (size_t)cap * sizeof(*array));

		if (s.len)
			memcpy(array, s.array, (size_t)s.len * sizeof(*array));
		s.array = array;
		s.cap = cap;
	}
	s.array[s.len++] = value;
	return s;
}

/* --- sets of CPUs, of nodes, of sockets, of cores ------------------------------------- */

struct cpuset_go {
	bool has[KUBELET_CPUS];
};

static int size(const struct cpuset_go *s)
{
	int n = 0;

	for (int i = 0; i < KUBELET_CPUS; i++)
		n += s->has[i];
	return n;
}

/* --- the kubelet ---------------------------------------------------------------------- */

#define PODS 128

struct pod {
	bool used;
	int uid;
	struct cpuset_go cpus;
	uint64_t affinity;
	int64_t bytes;
};

struct kubelet {
	struct go_machine machine;
	struct go_options options;
	int num_sockets, num_numa;
	struct cpuset_go default_cpu_set;
	struct {
		int assignments;
		uint64_t cells;
		int64_t free, reserved, allocatable;
	} memory[KUBELET_NODES];
	struct pod pod[PODS];
	struct heap heap;
};

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

/* --- cpu_assignment.go ------------------------------------------------------------------ */

struct accumulator {
	struct kubelet *k;
	struct cpuset_go details, result; /* free; accumulated */
	int needed;
};

/* What CPUs are told apart by: their node, socket or core. */
typedef const int *level;

static int cpus_in(const struct accumulator *a, level l, int id)
{
	int n = 0;

	for (int c = 0; c < a->k->machine.num_cpus; c++)
		n += a->details.has[c] && l[c] == id;
	return n;
}

static int cpus_in_topology(const struct accumulator *a, level l, int id)
{
	int n = 0;

	for (int c = 0; c < a->k->machine.num_cpus; c++)
		n += l[c] == id;
	return n;
}

static void add_unique(struct heap *h, struct slice *s, int id)
{
	for (int i = 0; i < s->len; i++) {
		if (s->array[i] == id)
			return;
	}
	*s = append(h, *s, id);
}

/* Ids at level `l` with free CPUs whose id at level `outer` is `of`, sorted by free CPUs and
 * then by id, appended to *out. */
static void sorted(struct accumulator *a, level l, level outer, int of, struct slice *out)
{
	struct slice ids = {0};

	for (int c = 0; c < a->k->machine.num_cpus; c++) {
		if (a->details.has[c] && (!outer || outer[c] == of))
			add_unique(&a->k->heap, &ids, l[c]);
	}
	for (int i = 0; i < ids.len; i++) {
		for (int j = i + 1; j < ids.len; j++) {
			int x = ids.array[i], y = ids.array[j];
			int nx = cpus_in(a, l, x), ny = cpus_in(a, l, y);

			if (ny < nx || (ny == nx && y < x)) {
				ids.array[i] = y;
				ids.array[j] = x;
			}
		}
	}
	for (int i = 0; i < ids.len; i++)
		*out = append(&a->k->heap, *out, ids.array[i]);
}

static bool numa_first(const struct accumulator *a)
{
	return a->k->num_sockets >= a->k->num_numa;
}

static struct slice sort_within(struct accumulator *a, level l, level outer, struct slice order)
{
	struct slice out = {0};

	for (int i = 0; i < order.len; i++)
		sorted(a, l, outer, order.array[i], &out);
	return out;
}

static struct slice sort_available_sockets(struct accumulator *a);

static struct slice sort_available_numa_nodes(struct accumulator *a)
{
	const struct go_machine *m = &a->k->machine;
	struct slice out = {0};

	if (!numa_first(a))
		return sort_within(a, m->node, m->socket, sort_available_sockets(a));
	sorted(a, m->node, NULL, 0, &out);
	return out;
}

static struct slice sort_available_sockets(struct accumulator *a)
{
	const struct go_machine *m = &a->k->machine;
	struct slice out = {0};

	if (numa_first(a))
		return sort_within(a, m->socket, m->node, sort_available_numa_nodes(a));
	sorted(a, m->socket, NULL, 0, &out);
	return out;
}

static struct slice sort_available_cores(struct accumulator *a)
{
	const struct go_machine *m = &a->k->machine;

	if (numa_first(a))
		return sort_within(a, m->core, m->socket, sort_available_sockets(a));
	return sort_within(a, m->core, m->node, sort_available_numa_nodes(a));
}

static void take(struct accumulator *a, int cpu)
{
	a->result.has[cpu] = true;
	a->details.has[cpu] = false;
	a->needed--;
}

/* takeFullNUMANodes, takeFullSockets, takeFullCores. */
static void take_full(struct accumulator *a, level l, struct slice order)
{
	struct slice whole = {0};

	for (int i = 0; i < order.len; i++) {
		if (cpus_in(a, l, order.array[i]) == cpus_in_topology(a, l, order.array[i]))
			whole = append(&a->k->heap, whole, order.array[i]);
	}
	for (int i = 0; i < whole.len; i++) {
		if (a->needed < cpus_in_topology(a, l, whole.array[i]))
			continue;
		for (int c = 0; c < a->k->machine.num_cpus; c++) {
			if (l[c] == whole.array[i])
				take(a, c);
		}
	}
}

static void take_remaining_cpus(struct accumulator *a)
{
	const struct go_machine *m = &a->k->machine;
	struct slice cores = sort_available_cores(a);

	for (int i = 0; i < cores.len; i++) {
		for (int c = 0; c < m->num_cpus; c++) {
			if (!a->details.has[c] || m->core[c] != cores.array[i])
				continue;
			take(a, c);
			if (a->needed < 1)
				return;
		}
	}
}

static void accumulator_init(struct accumulator *a, struct kubelet *k,
			     const struct cpuset_go *available, int num)
{
	*a = (struct accumulator){.k = k, .details = *available, .needed = num};
}

enum taken { TAKEN, FAILED, ENDLESS };

/* error: of 128 bytes. */
static enum taken take_by_topology_numa_packed(struct kubelet *k, const struct cpuset_go *available,
					       int num, struct cpuset_go *out, char *error)
{
	const struct go_machine *m = &k->machine;
	struct accumulator a;

	accumulator_init(&a, k, available, num);
	memset(out, 0, sizeof(*out));
	if (a.needed < 1)
		return TAKEN;
	if (a.needed > size(&a.details)) {
		snprintf(error, 128,
			 "not enough cpus available to satisfy request: requested=%d, available=%d",
			 num, size(available));
		return FAILED;
	}
	if (numa_first(&a)) {
		take_full(&a, m->node, sort_available_numa_nodes(&a));
		take_full(&a, m->socket, sort_available_sockets(&a));
	} else {
		take_full(&a, m->socket, sort_available_sockets(&a));
		take_full(&a, m->node, sort_available_numa_nodes(&a));
	}
	if (a.needed >= 1)
		take_full(&a, m->core, sort_available_cores(&a));
	if (a.needed >= 1)
		take_remaining_cpus(&a);
	*out = a.result;
	return TAKEN;
}

static double mean(const double *x, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i];
	return round(sum / n * 1000) / 1000;
}

static double standard_deviation(const double *x, int n)
{
	double m = mean(x, n), sum = 0;

	for (int i = 0; i < n; i++)
		sum += (x[i] - m) * (x[i] - m);
	return round(sqrt(sum / n) * 1000) / 1000;
}

/* iterateCombinations: f() returns true to break. */
static bool iterate_combinations(struct heap *h, struct slice n, int k, int start,
				 struct slice accum, bool (*f)(struct slice combo, void *arg),
				 void *arg)
{
	if (k == 0)
		return f(accum, arg);
	for (int i = start; i <= n.len - k; i++) {
		if (iterate_combinations(h, n, k - 1, i + 1, append(h, accum, n.array[i]), f, arg))
			return true;
	}
	return false;
}

/* State of takeByTopologyNUMADistributed's closures; group size 1. */
struct distribute {
	struct accumulator *acc;
	int num_cpus;
	struct slice numas;
	double best_balance;
	struct slice best_combo, best_remainder; /* array NULL: nil */
	/* of the combination at hand */
	int after[KUBELET_NODES], remainder;
	double best_local_balance;
	struct slice best_local_remainder;
};

static double balance_of(const struct distribute *d, const int *after)
{
	double x[KUBELET_NODES];

	for (int i = 0; i < d->numas.len; i++)
		x[i] = after[d->numas.array[i]];
	return standard_deviation(x, d->numas.len);
}

static bool try_subset(struct slice subset, void *arg)
{
	struct distribute *d = arg;
	int after[KUBELET_NODES], remainder = d->remainder, sum = 0;
	double balance;

	memcpy(after, d->after, sizeof(after));
	for (int i = 0; i < subset.len; i++)
		sum += after[subset.array[i]];
	if (sum < remainder)
		return false;
	while (remainder > 0) {
		for (int i = 0; i < subset.len; i++) {
			if (remainder == 0)
				break;
			if (after[subset.array[i]] < 1)
				continue;
			after[subset.array[i]]--;
			remainder--;
		}
	}
	balance = balance_of(d, after);
	if (balance < d->best_local_balance) {
		d->best_local_balance = balance;
		d->best_local_remainder = subset;
	}
	return false;
}

static bool try_combo(struct slice combo, void *arg)
{
	struct distribute *d = arg;
	const struct go_machine *m = &d->acc->k->machine;
	struct heap *h = &d->acc->k->heap;
	struct slice remainder_combo = {0};
	int there = 0, distribution = d->num_cpus / combo.len;

	if (d->best_balance == 0)
		return true;
	for (int i = 0; i < combo.len; i++)
		there += cpus_in(d->acc, m->node, combo.array[i]);
	if (there < d->num_cpus)
		return false;
	for (int i = 0; i < combo.len; i++) {
		if (cpus_in(d->acc, m->node, combo.array[i]) < distribution)
			return false;
	}
	for (int i = 0; i < d->numas.len; i++)
		d->after[d->numas.array[i]] = cpus_in(d->acc, m->node, d->numas.array[i]);
	for (int i = 0; i < combo.len; i++)
		d->after[combo.array[i]] -= distribution;
	d->remainder = d->num_cpus - distribution * combo.len;
	for (int i = 0; i < combo.len; i++) {
		if (d->after[combo.array[i]] >= 1)
			remainder_combo = append(h, remainder_combo, combo.array[i]);
	}
	d->best_local_balance = DBL_MAX;
	d->best_local_remainder = (struct slice){0};
	if (d->remainder == 0)
		d->best_local_balance = balance_of(d, d->after);
	for (int k = remainder_combo.len; d->remainder > 0 && k >= 1; k--)
		iterate_combinations(h, remainder_combo, k, 0, (struct slice){0}, try_subset, d);
	if (d->best_local_balance < d->best_balance) {
		d->best_balance = d->best_local_balance;
		d->best_remainder = d->best_local_remainder;
		d->best_combo = combo;
	}
	return false;
}

static struct cpuset_go of_node(const struct accumulator *a, int node)
{
	struct cpuset_go s = {0};

	for (int c = 0; c < a->k->machine.num_cpus; c++)
		s.has[c] = a->details.has[c] && a->k->machine.node[c] == node;
	return s;
}

/* What takeByTopologyNUMAPacked() gives of the node; its error is not looked at. */
static void take_of_node(struct accumulator *a, int node, int num)
{
	struct cpuset_go available = of_node(a, node), cpus;
	char ignored[128];

	take_by_topology_numa_packed(a->k, &available, num, &cpus, ignored);
	for (int c = 0; c < a->k->machine.num_cpus; c++) {
		if (cpus.has[c])
			take(a, c);
	}
}

static enum taken allocate_combo(struct distribute *d, char *error)
{
	struct accumulator *a = d->acc;
	int distribution = d->num_cpus / d->best_combo.len, remainder;

	for (int i = 0; i < d->best_combo.len; i++) {
		int there = cpus_in(a, a->k->machine.node, d->best_combo.array[i]);

		if (distribution > there)
			distribution = there;
	}
	for (int i = 0; i < d->best_combo.len; i++)
		take_of_node(a, d->best_combo.array[i], distribution);
	remainder = d->num_cpus - distribution * d->best_combo.len;
	while (remainder > 0) {
		int before = remainder;

		for (int i = 0; i < d->best_remainder.len; i++) {
			int node = d->best_remainder.array[i];

			if (remainder == 0)
				break;
			if (cpus_in(a, a->k->machine.node, node) < 1)
				continue;
			take_of_node(a, node, 1);
			remainder--;
		}
		if (remainder == before)
			return ENDLESS;
	}
	if (a->needed == 0)
		return TAKEN;
	snprintf(error, 128, "accounting error, %s CPUs allocated, remaining: %d",
		 a->needed > 0 ? "not enough" : "too many", a->needed);
	return FAILED;
}

static enum taken take_by_topology_numa_distributed(struct kubelet *k,
						    const struct cpuset_go *available, int num,
						    struct cpuset_go *out, char *error)
{
	struct accumulator a;
	struct distribute d = {.acc = &a, .num_cpus = num};
	int per_numa, min_numas, max_numas;

	accumulator_init(&a, k, available, num);
	memset(out, 0, sizeof(*out));
	if (a.needed < 1)
		return TAKEN;
	if (a.needed > size(&a.details)) {
		snprintf(error, 128,
			 "not enough cpus available to satisfy request: requested=%d, available=%d",
			 num, size(available));
		return FAILED;
	}
	d.numas = sort_available_numa_nodes(&a);
	per_numa = (k->machine.num_cpus - 1) / k->num_numa + 1;
	min_numas = (num - 1) / per_numa + 1;
	max_numas = num < d.numas.len ? num : d.numas.len;
	for (int n = min_numas; n <= max_numas; n++) {
		enum taken taken;

		d.best_balance = DBL_MAX;
		d.best_combo = d.best_remainder = (struct slice){0};
		iterate_combinations(&k->heap, d.numas, n, 0, (struct slice){0}, try_combo, &d);
		if (!d.best_combo.array)
			continue;
		taken = allocate_combo(&d, error);
		*out = a.result;
		return taken;
	}
	return take_by_topology_numa_packed(k, available, num, out, error);
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
