#include "bench/accounts/stranded.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run_input.h"
#include "schema/schema.h"

#define FRAGMENT_VCPUS 16

static int64_t vcpus_left(const struct stranded *s, const struct host *h, unsigned node,
			  uint32_t vcpus)
{
	int64_t slots = (int64_t)h->node[node].nr_cpus * s->overcommit_milli / 1000;

	return slots > vcpus ? slots - vcpus : 0;
}

void stranded_init(struct stranded *s, const struct host_state *const *state, uint32_t nr_hosts,
		   uint32_t overcommit_milli)
{
	*s = (struct stranded){
		.nr_hosts = nr_hosts,
		.state = state,
		.overcommit_milli = overcommit_milli ? overcommit_milli : 1000,
		.dirty = xcalloc(nr_hosts, sizeof(*s->dirty)),
		.dirty_host = xcalloc(nr_hosts + (size_t)1, sizeof(*s->dirty_host)),
		.at = xcalloc(nr_hosts, sizeof(*s->at)),
	};
	for (uint32_t i = 0; i < nr_hosts; i++) {
		for (unsigned n = 0; n < state[i]->host->nr_nodes; n++)
			s->capacity_vcpus += vcpus_left(s, state[i]->host, n, state[i]->vcpus[n]);
		s->capacity_bytes += state[i]->total_free_bytes;
		s->dirty[i] = true;
		s->dirty_host[s->nr_dirty++] = i;
	}
	s->free_vcpus_now = s->fullest_free_vcpus = s->capacity_vcpus;
	s->free_bytes_now = s->fullest_free_bytes = s->capacity_bytes;
}

void stranded_release(struct stranded *s)
{
	free(s->dirty);
	free(s->dirty_host);
	free(s->at);
	*s = (struct stranded){0};
}

/* total += sign x one host */
static void add(struct stranded_sum *total, const struct stranded_sum *host, int sign)
{
	total->vcpus += sign * host->vcpus;
	total->bytes += sign * host->bytes;
	total->free_vcpus += sign * host->free_vcpus;
	total->fragments += sign * host->fragments;
}

void stranded_add_node(const struct stranded *s, const struct host *h, unsigned node,
		       uint32_t vcpus, int64_t free_bytes, struct stranded_sum *sum)
{
	int64_t v = vcpus_left(s, h, node, vcpus), m = free_bytes;
	/* balanced bytes that v vCPUs would take, and the reverse */
	int64_t want = mul_div(v, s->capacity_bytes, s->capacity_vcpus);

	if (want >= m)
		sum->vcpus += v - mul_div(m, s->capacity_vcpus, s->capacity_bytes);
	else
		sum->bytes += m - want;
	sum->free_vcpus += v;
	sum->fragments += v % FRAGMENT_VCPUS;
}

static void look_at(struct stranded *s, uint32_t i)
{
	const struct host_state *h = s->state[i];
	struct stranded_sum sum = {0};

	for (unsigned n = 0; n < h->host->nr_nodes; n++)
		stranded_add_node(s, h->host, n, h->vcpus[n], h->free_bytes[n], &sum);
	add(&s->total, &s->at[i], -1);
	add(&s->total, &sum, 1);
	s->at[i] = sum;
}

/* Now is the fullest moment so far. */
static void take_measure(struct stranded *s)
{
	if (!s->capacity_vcpus || !s->capacity_bytes)
		return;
	for (uint32_t i = 0; i < s->nr_dirty; i++) {
		look_at(s, s->dirty_host[i]);
		s->dirty[s->dirty_host[i]] = false;
	}
	s->nr_dirty = 0;
	s->peak = s->total;
}

/* Over capacity_vcpus x capacity_bytes. */
int128 stranded_fullness(const struct stranded *s, int64_t free_vcpus, int64_t free_bytes)
{
	int128 by_vcpus = (int128)(s->capacity_vcpus - free_vcpus) * s->capacity_bytes;
	int128 by_bytes = (int128)(s->capacity_bytes - free_bytes) * s->capacity_vcpus;

	return by_vcpus > by_bytes ? by_vcpus : by_bytes;
}

/* Is it the fullest moment? */
void stranded_look(struct stranded *s)
{
	int128 full = stranded_fullness(s, s->free_vcpus_now, s->free_bytes_now);

	if (full <= s->fullest)
		return;
	s->fullest = full;
	s->fullest_free_bytes = s->free_bytes_now;
	s->fullest_free_vcpus = s->free_vcpus_now;
	take_measure(s);
}

void stranded_result(const struct stranded *s, int64_t *vcpu_ppm, int64_t *memory_ppm,
		     int64_t *fr16_ppm)
{
	*vcpu_ppm = *memory_ppm = *fr16_ppm = FIGURE_UNKNOWN;
	if (!s->fullest)
		return;
	*vcpu_ppm = ppm(s->peak.vcpus, s->capacity_vcpus);
	*memory_ppm = ppm(s->peak.bytes, s->capacity_bytes);
	*fr16_ppm = ppm(s->peak.fragments, s->peak.free_vcpus);
}

static void on_row(void *self, const struct run_view *view, struct run_result *out)
{
	struct row *row = &out->row;

	(void)view;
	stranded_result(self, &row->stranded_vcpu_ppm, &row->stranded_memory_ppm, &row->fr16_ppm);
}

const struct observer_ops stranded_observer = {
	.name = "stranded capacity",
	.on_row = on_row,
};
