#include "placement/kubelet/kubelet_hints.h"

#include <string.h>

#include "placement/device.h"
#include "placement/fill.h"
#include "placement/kubelet/kubelet_cpus.h"

/* By the books of the CPU manager. */
static int64_t count_free_cpus(const struct policy_input *in, unsigned node)
{
	int64_t cpus = (int64_t)in->host->node[node].nr_cpus - policy_book(in, node).vcpus;

	return cpus > 0 ? cpus : 0;
}

int64_t kubelet_free_bytes(const struct policy_input *in, unsigned node)
{
	int64_t bytes = in->host->node[node].memory_bytes - policy_book(in, node).bytes;

	return bytes > 0 ? bytes : 0;
}

static void clear(struct kubelet_masks *s, unsigned nr_nodes)
{
	memset(s->word, 0, sizeof(*s->word) * ((((size_t)1 << nr_nodes) + 63) / 64));
}

void kubelet_hints_clear(struct kubelet_hints *out, unsigned nr_nodes)
{
	clear(&out->has, nr_nodes);
	clear(&out->preferred, nr_nodes);
	out->least = 0;
	out->prefers = false;
}

/* Sums over masks: by halves, so that a mask costs two look-ups. */
#define HALF 8
#define HALF_MASKS (1u << HALF)

struct sums {
	int64_t low[HALF_MASKS], high[HALF_MASKS];
};

static void sums_init(struct sums *s, const int64_t *value, unsigned nr)
{
	unsigned low = nr < HALF ? nr : HALF;

	s->low[0] = s->high[0] = 0;
	for (unsigned m = 1; m < 1u << low; m++)
		s->low[m] = s->low[m & (m - 1)] + value[nodeset_lowest(m)];
	for (unsigned m = 1; nr > HALF && m < 1u << (nr - HALF); m++)
		s->high[m] = s->high[m & (m - 1)] + value[HALF + nodeset_lowest(m)];
}

static int64_t sum_of(const struct sums *s, unsigned mask)
{
	return s->low[mask % HALF_MASKS] + s->high[mask / HALF_MASKS];
}

static void add_hint(struct kubelet_hints *out, unsigned mask)
{
	unsigned nodes = nodeset_count(mask);

	kubelet_add(&out->has, mask);
	if (!out->least || nodes < out->least)
		out->least = nodes;
}

static void add_any(struct kubelet_hints *out, bool preferred)
{
	kubelet_add(&out->has, 0);
	if (preferred)
		kubelet_add(&out->preferred, 0);
	out->prefers = preferred;
}

/* Hints of as many nodes as the smallest set that would do on an empty machine. */
static void prefer(struct kubelet_hints *out, unsigned nr_nodes, unsigned least)
{
	for (unsigned m = 1; m < 1u << nr_nodes; m++) {
		if (!kubelet_has(&out->has, m) || nodeset_count(m) != least)
			continue;
		kubelet_add(&out->preferred, m);
		out->prefers = true;
	}
}

/* align-by-socket: also those over as few packages as the smallest set may need. */
static void prefer_sockets(const struct host *h, struct kubelet_hints *out, unsigned least)
{
	unsigned per = nodeset_count(h->cpu_nodes) / kubelet_count_sockets(h, h->cpu_nodes);
	unsigned sockets = (least + per - 1) / per;

	for (unsigned m = 1; m < 1u << h->nr_nodes; m++) {
		if (!kubelet_has(&out->has, m) || kubelet_count_sockets(h, m) != sockets)
			continue;
		kubelet_add(&out->preferred, m);
		out->prefers = true;
	}
}

void kubelet_cpu_hints(const struct policy_input *in, const struct kubelet_rules *rules,
		       struct kubelet_hints *out)
{
	const struct host *h = in->host;
	unsigned least = nodeset_count(h->cpu_nodes);
	int64_t cpus[NODES_MAX], free_cpus[NODES_MAX];
	struct sums all, unused;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		cpus[n] = h->node[n].nr_cpus;
		free_cpus[n] = count_free_cpus(in, n);
	}
	sums_init(&all, cpus, h->nr_nodes);
	sums_init(&unused, free_cpus, h->nr_nodes);
	kubelet_hints_clear(out, h->nr_nodes);
	for (unsigned m = 1; m < 1u << h->nr_nodes; m++) {
		if (m & ~h->cpu_nodes)
			continue;
		if (sum_of(&all, m) >= in->zone->vcpus && nodeset_count(m) < least)
			least = nodeset_count(m);
		if (sum_of(&unused, m) >= in->zone->vcpus)
			add_hint(out, m);
	}
	prefer(out, h->nr_nodes, least);
	if (rules->align_by_socket)
		prefer_sockets(h, out, least);
	if (!out->least)
		add_any(out, false); /* impossible: any node, not preferred */
}

/* Single nodes that are grouped, and sets over other groups, are no hints. */
static bool group_allows(const struct policy_node_book *book, nodeset mask)
{
	bool several = nodeset_count(mask) > 1;
	unsigned node;

	nodeset_for_each (node, mask) {
		if (!several && nodeset_count(book[node].group) > 1)
			return false;
		if (several && book[node].assigned && book[node].group != mask)
			return false;
	}
	return true;
}

void kubelet_memory_hints(const struct policy_input *in, struct kubelet_hints *out)
{
	const struct host *h = in->host;
	unsigned least = h->nr_nodes;
	int64_t want = zone_boot_bytes(in->zone), bytes[NODES_MAX], free_bytes[NODES_MAX];
	struct policy_node_book book[NODES_MAX];
	struct sums all, unused;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		book[n] = policy_book(in, n);
		bytes[n] = h->node[n].memory_bytes - book[n].reserved_bytes;
		free_bytes[n] = kubelet_free_bytes(in, n);
	}
	sums_init(&all, bytes, h->nr_nodes);
	sums_init(&unused, free_bytes, h->nr_nodes);
	kubelet_hints_clear(out, h->nr_nodes);
	for (unsigned m = 1; m < 1u << h->nr_nodes; m++) {
		if (sum_of(&all, m) < want)
			continue;
		if (nodeset_count(m) < least)
			least = nodeset_count(m);
		if (sum_of(&unused, m) >= want && group_allows(book, m))
			add_hint(out, m);
	}
	prefer(out, h->nr_nodes, least);
	if (!out->least)
		add_any(out, true); /* impossible: no preference */
}

/* Devices that could serve the request and are in the mask. Those of unknown place are in
 * none. */
static uint32_t devices_in(const struct policy_input *in, enum zone_device_class class,
			   nodeset mask, bool unused)
{
	uint32_t nr = 0;

	for (unsigned d = 0; d < in->host->nr_devices; d++) {
		nr += (unused ? device_free(in, class, d)
			      : plan_device_is(&in->host->device[d], class)) &&
		      (in->host->device[d].nodes & mask);
	}
	return nr;
}

static void class_hints(const struct policy_input *in, enum zone_device_class class, uint32_t count,
			struct kubelet_hints *out)
{
	unsigned nr = in->host->nr_nodes, least = nr;

	if (!devices_in(in, class, nodeset_first_n(nr), false)) {
		add_any(out, true); /* nothing is known of their places: no preference */
		return;
	}
	for (unsigned m = 1; m < 1u << nr; m++) {
		if (nodeset_count(m) < least && devices_in(in, class, m, false) >= count)
			least = nodeset_count(m);
		if (devices_in(in, class, m, true) >= count)
			add_hint(out, m);
	}
	prefer(out, nr, least);
	if (!out->least)
		add_any(out, false);
}

/* A device that the zone names is the only one of its resource, a class is a resource. */
void kubelet_device_hints(const struct policy_input *in, uint32_t request,
			  struct kubelet_hints *out)
{
	enum zone_device_class class;
	uint32_t count;
	nodeset owners;

	kubelet_hints_clear(out, in->host->nr_nodes);
	if (zone_device_any(in->zone->device[request], &class, &count)) {
		class_hints(in, class, count, out);
		return;
	}
	owners = fill_device_nodes(in, request);
	if (!owners) {
		add_any(out, true);
		return;
	}
	for (unsigned m = 1; m < 1u << in->host->nr_nodes; m++) {
		if (owners & m)
			add_hint(out, m);
	}
	prefer(out, in->host->nr_nodes, 1);
}

/* --- merging -------------------------------------------------------------------------- */

static unsigned all_of(const struct kubelet_merge *m)
{
	return (1u << m->host->nr_nodes) - 1;
}

void kubelet_merge_begin(struct kubelet_merge *m, const struct host *h,
			 const struct kubelet_rules *rules)
{
	m->host = h;
	m->rules = rules;
	m->want = 0;
	clear(&m->has, h->nr_nodes);
	clear(&m->preferred, h->nr_nodes);
	kubelet_add(&m->has, all_of(m));
	kubelet_add(&m->preferred, 0); /* so far everybody says any, preferred */
}

/* Only hints of one node that are preferred, or "any, preferred", remain. */
static void keep_single(struct kubelet_hints *hints, unsigned all)
{
	struct kubelet_hints was = *hints;

	kubelet_hints_clear(hints, nodeset_count(all));
	if (kubelet_has(&was.preferred, 0))
		add_any(hints, true);
	for (unsigned one = 1; one <= all; one <<= 1) {
		if (!kubelet_has(&was.preferred, one))
			continue;
		add_hint(hints, one);
		kubelet_add(&hints->preferred, one);
		hints->prefers = true;
	}
}

/* value[m] becomes the sum over the supersets of m, or the other way round. */
static void over_supersets(uint32_t *value, unsigned nr_nodes, bool back)
{
	uint32_t sign = back ? UINT32_MAX : 1; /* -1, modulo 2^32 */

	for (unsigned bit = 1; bit < 1u << nr_nodes; bit <<= 1) {
		for (unsigned at = 0; at < 1u << nr_nodes; at += 2 * bit) {
			uint32_t *without = value + at, *with = value + at + bit;

			for (unsigned m = 0; m < bit; m++)
				without[m] += sign * with[m];
		}
	}
}

/* *has becomes the masks that are an intersection of one of it and one of `other`. The
 * number of pairs is below 2^32, so unsigned arithmetic finds zero only where it is. */
static void intersect(struct kubelet_masks *has, const struct kubelet_masks *other, unsigned nr)
{
	uint32_t a[KUBELET_MASKS], b[KUBELET_MASKS];
	unsigned all = (1u << nr) - 1;

	for (unsigned m = 0; m <= all; m++) {
		a[m] = m && kubelet_has(has, m);
		b[m] = m && kubelet_has(other, m);
	}
	a[0] = kubelet_has(has, 0);
	b[all] |= kubelet_has(other, 0); /* any */
	over_supersets(a, nr, false);
	over_supersets(b, nr, false);
	for (unsigned m = 0; m <= all; m++)
		a[m] *= b[m];
	over_supersets(a, nr, true);
	clear(has, nr);
	for (unsigned m = 0; m <= all; m++) {
		if (a[m])
			kubelet_add(has, m);
	}
}

/* Preferred stay masks that all name who name any. */
static void agree(struct kubelet_masks *preferred, const struct kubelet_masks *other, unsigned nr)
{
	bool any = kubelet_has(preferred, 0), other_any = kubelet_has(other, 0);

	for (unsigned w = 0; w < ((1u << nr) + 63) / 64; w++) {
		uint64_t a = preferred->word[w], b = other->word[w];

		preferred->word[w] = (a & b) | (any ? b : 0) | (other_any ? a : 0);
	}
	if (!(any && other_any))
		preferred->word[0] &= ~(uint64_t)1;
}

void kubelet_merge_add(struct kubelet_merge *m, struct kubelet_hints *hints)
{
	unsigned nr = m->host->nr_nodes;

	if (m->rules->policy == KUBELET_SINGLE_NUMA_NODE)
		keep_single(hints, all_of(m));
	if (hints->least > m->want)
		m->want = hints->least;
	intersect(&m->has, &hints->has, nr);
	agree(&m->preferred, &hints->preferred, nr);
}

static bool nearer(const struct kubelet_merge *m, nodeset a, nodeset b)
{
	if (nodeset_count(a) != nodeset_count(b))
		return nodeset_count(a) < nodeset_count(b);
	if (m->rules->prefer_closest && m->rules->policy != KUBELET_SINGLE_NUMA_NODE) {
		uint64_t x = fill_distance_sum(m->host, a), y = fill_distance_sum(m->host, b);

		if (x != y)
			return x < y;
	}
	return a < b;
}

/* Not preferred: as many nodes as `want`, else fewer but as many as possible,
 * else as few as possible. */
static bool better_unpreferred(const struct kubelet_merge *m, nodeset a, nodeset b)
{
	unsigned na = nodeset_count(a), nb = nodeset_count(b);

	if (na == nb || (na > m->want && nb > m->want))
		return nearer(m, a, b);
	if (na > m->want || nb > m->want)
		return nb > m->want;
	return na > nb;
}

struct kubelet_hint kubelet_merge_best(const struct kubelet_merge *m)
{
	struct kubelet_hint best = {0};
	/* all said "any": the mask is all nodes */
	bool any = kubelet_has(&m->preferred, 0);

	for (unsigned a = 1; a <= all_of(m); a++) {
		bool preferred = kubelet_has(&m->preferred, a) || (any && a == all_of(m));

		if (!preferred && !kubelet_has(&m->has, a))
			continue;
		if (best.nodes && best.preferred != preferred) {
			if (best.preferred)
				continue;
		} else if (best.nodes && !(best.preferred ? nearer(m, a, best.nodes)
							  : better_unpreferred(m, a, best.nodes))) {
			continue;
		}
		best = (struct kubelet_hint){a, preferred};
	}
	if (!best.nodes)
		best.nodes = all_of(m);
	return best;
}
