#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/units.h"
#include "bench/run_price.h"

static const char key_columns[] = "topology,workload,policy,memory_policy,allocator,seed";

void timeline_print_header(FILE *out)
{
	fprintf(out,
		"%s,time_s,live_zones,waiting_zones,vcpus,resident_bytes,free_bytes,"
		"local_page_ppm,own_page_ppm,mean_distance_centi,zones_placed,zones_refused,"
		"zone_local_p5_ppm,zone_local_p50_ppm,zone_local_p95_ppm,balloon_steps,"
		"balloon_failures,node_resident_bytes\n",
		key_columns);
}

void zones_print_header(FILE *out)
{
	fprintf(out,
		"%s,zone,name,outcome,error,host,nodes,vcpus,memory_bytes,spilled_bytes,start_ns,"
		"end_ns,local_page_ppm,mean_distance_centi,off_home_page_s,balloon_steps,"
		"balloon_failures,s_to_90,s_to_75,s_to_50,pages_by_node,bandwidth_bytes_per_s,"
		"memory_latency_ps,slowdown_ppm,remote_traffic_ppm,cause_remote_ppm,"
		"cause_controller_ppm,cause_port_ppm,cause_fabric_ppm,cause_link_ppm,"
		"cause_cores_ppm,hosts_asked,asked_host,most_host_free_bytes,most_node_free_bytes,"
		"most_host_free_vcpus,reason\n",
		key_columns);
}

static void print_key(const struct run *r, FILE *out)
{
	csv_print_field(r->row->topology, out);
	fputc(',', out);
	csv_print_field(r->row->workload, out);
	fprintf(out, ",%s,%s,%s,%" PRIu64, r->row->policy, r->row->memory_policy, r->row->allocator,
		r->row->seed);
}

static int by_value(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

/* Local share of the zones alive, lowest first: the ones at 5, 50 and 95 %. */
static void print_quantiles(struct run *r, FILE *out)
{
	static const size_t percent[] = {5, 50, 95};
	size_t nr = 0;

	while (r->cap_scratch < r->live.nr_live)
		r->local_scratch = grow(r->local_scratch, &r->cap_scratch, r->cap_scratch,
					sizeof(*r->local_scratch));
	for (uint32_t i = 0; i < r->live.nr_slots; i++) {
		const struct plan_locality *l = &r->live.zone[i].locality;

		if (r->live.zone[i].host != UINT32_MAX)
			r->local_scratch[nr++] = (int32_t)ppm(l->local_bytes, l->resident_bytes);
	}
	if (nr)
		qsort(r->local_scratch, nr, sizeof(*r->local_scratch), by_value);
	for (size_t i = 0; i < 3; i++)
		fprintf(out, ",%" PRId32, nr ? r->local_scratch[(nr - 1) * percent[i] / 100] : 0);
}

/* What zones and dom0 hold on the first, second, ... node of all hosts together. */
static void print_nodes(const struct run *r, FILE *out)
{
	int64_t taken[NODES_MAX] = {0};
	unsigned nr = 0;

	for (uint32_t i = 0; i < r->in->nr_hosts; i++) {
		const struct host_state *s = r->state[i];

		for (unsigned n = 0; n < s->host->nr_nodes; n++)
			taken[n] += s->host->node[n].memory_bytes / PAGE_BYTES * PAGE_BYTES -
				    s->free_bytes[n];
		nr = s->host->nr_nodes > nr ? s->host->nr_nodes : nr;
	}
	for (unsigned n = 0; n < nr; n++)
		fprintf(out, "%c%" PRId64, n ? ' ' : ',', taken[n]);
	fputc('\n', out);
}

void run_print_sample(struct run *r, int64_t at_ns)
{
	const struct totals *t = &r->totals;
	FILE *out = r->in->timeline;
	int64_t distance = t->resident_bytes ? (int64_t)(t->distance / t->resident_bytes) : 0;

	print_key(r, out);
	fprintf(out, ",%" PRId64 ",%" PRIu32 ",%" PRIu64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
		at_ns / NS_PER_S, r->live.nr_live, r->waiting.nr, t->vcpus, t->resident_bytes,
		r->stranded.free_bytes_now);
	fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
		ppm(t->local_bytes, t->resident_bytes), ppm(t->own_bytes, t->resident_bytes),
		distance, r->row->zones_placed, r->row->zones_refused);
	print_quantiles(r, out);
	fprintf(out, ",%" PRId64 ",%" PRId64, r->row->balloon_steps, r->row->balloon_failures);
	print_nodes(r, out);
}

/* A field in a row that is kept as text until the zone ends. */
static char *quoted(const char *text)
{
	char *s = NULL;
	size_t n;
	FILE *f = open_memstream(&s, &n);

	BUG_ON(!f);
	csv_print_field(text, f);
	fclose(f);
	return s;
}

char *run_zone_record(const struct live_zone *z, const struct plan *p)
{
	char *name = quoted(p->zone->name), *nodes = xstrdup(""), *record;

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		char *more = xasprintf("%s%s%u", nodes, v ? " " : "",
				       p->host->node[p->vnode[v].node].os_index);

		free(nodes);
		nodes = more;
	}
	record = xasprintf("%" PRIu64 ",%s%c%" PRIu32 ",%s,%" PRIu32 ",%" PRId64 ",%" PRId64
			   ",%" PRId64,
			   z->ordinal, name, '\0', z->host, nodes, p->zone->vcpus,
			   zone_boot_bytes(p->zone), p->spilled_bytes, z->start_ns);
	free(name);
	free(nodes);
	return record;
}

/* What became of its memory: over its life where it was dynamic, at launch (and so
 * for ever) where not. */
static void print_life(const struct run *r, uint32_t slot, int64_t end_ns, FILE *out)
{
	const struct live_zone *z = &r->live.zone[slot];
	const struct dynamic_zone *d = slot < r->cap_dynamic ? r->dynamic[slot] : NULL;
	int128 resident_ns, local_ns;

	if (!d || !d->nr_vnodes) {
		resident_ns = (int128)z->locality.resident_bytes * (end_ns - z->start_ns);
		local_ns = (int128)z->locality.local_bytes * (end_ns - z->start_ns);
	} else {
		resident_ns = d->resident_ns;
		local_ns = d->local_ns;
	}
	fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, end_ns,
		ppm_wide(local_ns, resident_ns), z->locality.mean_distance_centi,
		(int64_t)((resident_ns - local_ns) / PAGE_BYTES / NS_PER_S));
	if (!d || !d->nr_vnodes) {
		fputs(",0,0,,,", out);
		return;
	}
	fprintf(out, ",%" PRIu64 ",%" PRIu64, d->steps, d->failures);
	for (int i = 0; i < DYNAMIC_LEVELS; i++) {
		if (d->below_ns[i] == NS_NEVER)
			fputc(',', out);
		else
			fprintf(out, ",%" PRId64, d->below_ns[i] / NS_PER_S);
	}
}

/* "4:4194304 0:1048576", nodes as the operating system numbers them; nothing when
 * the machine does not know, or the zone is gone. */
static void print_pages(const struct run *r, uint32_t slot, FILE *out)
{
	const struct live_zone *z = &r->live.zone[slot];
	const struct host *h = r->in->host[z->host];
	int64_t pages[NODES_MAX] = {0};
	struct measure m;
	const char *gap = "";

	fputc(',', out);
	if (!backend_measure(r->backend, z->host, slot, &m, NULL)) {
		for (uint32_t i = 0; i < m.nr_parts; i++)
			pages[m.part[i].node] += m.part[i].bytes / PAGE_BYTES;
	}
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		if (!pages[n])
			continue;
		fprintf(out, "%s%u:%" PRId64, gap, h->node[n].os_index, pages[n]);
		gap = " ";
	}
}

/* What its placement cost over its life; empty without a cost model. */
static void print_price(struct run *r, uint32_t slot, int64_t end_ns, FILE *out)
{
	struct lifetime_figures f;
	struct lifetime life;

	if (!run_price_look(r, slot, &life)) {
		fputs(",,,,,,,,,,,,,,,,\n", out);
		return;
	}
	lifetime_figures(&life, &f);
	fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
		lifetime_bandwidth(&life, end_ns - r->live.zone[slot].start_ns), f.latency_ps,
		f.slowdown_ppm, f.remote_ppm);
	for (int c = 0; c < COST_CAUSES; c++)
		fprintf(out, ",%" PRId64, f.cause_ppm[c]);
	fputs(",,,,,,\n", out);
}

void run_print_placed(struct run *r, uint32_t slot, int64_t end_ns, const char *outcome)
{
	const char *record = r->live.extra[slot].record;
	FILE *out = r->in->zones;
	const char *rest = record + strlen(record) + 1;

	print_key(r, out);
	fprintf(out, ",%s,%s,,%s", record, outcome, rest);
	print_life(r, slot, end_ns, out);
	print_pages(r, slot, out);
	print_price(r, slot, end_ns, out);
}

/* The most that one host, and one node, has free at this time. */
struct room {
	int64_t host_bytes, node_bytes;
	uint32_t host_vcpus;
};

static struct room most_room(const struct run *r)
{
	struct room m = {0};

	for (uint32_t i = 0; i < r->in->nr_hosts; i++) {
		const struct host_state *s = r->state[i];
		uint32_t free_vcpus =
			s->vcpus_limit > s->total_vcpus ? s->vcpus_limit - s->total_vcpus : 0;

		if (s->total_free_bytes > m.host_bytes)
			m.host_bytes = s->total_free_bytes;
		if (free_vcpus > m.host_vcpus)
			m.host_vcpus = free_vcpus;
		for (unsigned n = 0; n < s->host->nr_nodes; n++)
			if (s->free_bytes[n] > m.node_bytes)
				m.node_bytes = s->free_bytes[n];
	}
	return m;
}

/* Nobody was asked: no host has both the memory and the vCPUs in sum. */
static void print_short(const struct zone *z, const struct room *m, FILE *out)
{
	char asked[32], most[32], *text;

	bytes_text(zone_boot_bytes(z), asked, sizeof(asked));
	if (m->host_bytes < zone_boot_bytes(z))
		text = xasprintf("no host has %s of memory free; the most is %s", asked,
				 bytes_text(m->host_bytes, most, sizeof(most)));
	else if (m->host_vcpus < z->vcpus)
		text = xasprintf("no host has %" PRIu32 " vCPUs free; the most is %" PRIu32,
				 z->vcpus, m->host_vcpus);
	else
		text = xasprintf("no host has both %s of memory and %" PRIu32 " vCPUs free", asked,
				 z->vcpus);
	csv_print_field(text, out);
	free(text);
}

void run_print_refused(const struct run *r, const struct zone *z, uint64_t ordinal, int64_t at_ns,
		       int code)
{
	FILE *out = r->in->zones;
	struct room m = most_room(r);

	print_key(r, out);
	fprintf(out, ",%" PRIu64 ",", ordinal);
	csv_print_field(z->name, out);
	fprintf(out,
		",refused,%s,,,%" PRIu32 ",%" PRId64 ",0,%" PRId64 ",%" PRId64
		",,,,,,,,,,,,,,,,,,,,%" PRIu32 ",",
		error_name(code), z->vcpus, zone_boot_bytes(z), at_ns, at_ns,
		r->refusal.hosts_asked);
	if (r->refusal.hosts_asked)
		fprintf(out, "%" PRIu32, r->refusal.host);
	fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRIu32 ",", m.host_bytes, m.node_bytes,
		m.host_vcpus);
	if (r->refusal.hosts_asked)
		csv_print_field(r->refusal.why.text, out);
	else
		print_short(z, &m, out);
	fputc('\n', out);
}
