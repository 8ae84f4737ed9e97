#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/placement/kubelet_reference_inside.h"

/* --- slices of int, as Go has them ---------------------------------------------------- */

void *heap_get(struct heap *h, size_t size)
{
	void *p = xcalloc(1, size);

	if (h->nr == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->block = xreallocarray(h->block, (size_t)h->cap, sizeof(*h->block));
	}
	return h->block[h->nr++] = p;
}

void heap_empty(struct heap *h)
{
	while (h->nr)
		free(h->block[--h->nr]);
}

struct slice append(struct heap *h, struct slice s, int value)
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

int size(const struct cpuset_go *s)
{
	int n = 0;

	for (int i = 0; i < KUBELET_CPUS; i++)
		n += s->has[i];
	return n;
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

void add_unique(struct heap *h, struct slice *s, int id)
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

enum taken take_by_topology_numa_packed(struct kubelet *k, const struct cpuset_go *available,
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

enum taken take_by_topology_numa_distributed(struct kubelet *k, const struct cpuset_go *available,
					     int num, struct cpuset_go *out, char *error)
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
