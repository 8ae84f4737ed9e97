#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bench/run_impl.h"

static const char key_columns[] = "topology,workload,policy,memory_policy,seed";

void timeline_print_header(FILE *out)
{
	fprintf(out,
		"%s,time_s,live_zones,waiting_zones,vcpus,resident_bytes,free_bytes,"
		"local_page_ppm,own_page_ppm,mean_distance_centi,zones_placed,zones_refused\n",
		key_columns);
}

void zones_print_header(FILE *out)
{
	fprintf(out,
		"%s,zone,name,outcome,error,host,nodes,vcpus,memory_bytes,spilled_bytes,start_ns,"
		"end_ns,local_page_ppm,mean_distance_centi\n",
		key_columns);
}

static void print_key(const struct run *r, FILE *out)
{
	csv_print_field(r->row->topology, out);
	fputc(',', out);
	csv_print_field(r->row->workload, out);
	fprintf(out, ",%s,%s,%" PRIu64, r->row->policy, r->row->memory_policy, r->row->seed);
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
	fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
		ppm(t->local_bytes, t->resident_bytes), ppm(t->own_bytes, t->resident_bytes),
		distance, r->row->zones_placed, r->row->zones_refused);
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

void run_print_placed(const struct run *r, const struct live_zone *z, int64_t end_ns,
		      const char *outcome)
{
	FILE *out = r->in->zones;
	const char *rest = z->record + strlen(z->record) + 1;

	print_key(r, out);
	fprintf(out, ",%s,%s,,%s", z->record, outcome, rest);
	fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n", end_ns,
		ppm(z->locality.local_bytes, z->locality.resident_bytes),
		z->locality.mean_distance_centi);
}

void run_print_refused(const struct run *r, const struct zone *z, uint64_t ordinal, int64_t at_ns,
		       int code)
{
	FILE *out = r->in->zones;

	print_key(r, out);
	fprintf(out, ",%" PRIu64 ",", ordinal);
	csv_print_field(z->name, out);
	fprintf(out, ",refused,%s,,,%" PRIu32 ",%" PRId64 ",0,%" PRId64 ",%" PRId64 ",,\n",
		error_name(code), z->vcpus, zone_boot_bytes(z), at_ns, at_ns);
}
