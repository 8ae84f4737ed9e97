#include "cli/watch_tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/units.h"
#include "base/utf8.h"
#include "cli/version.h"
#include "live/away.h"
#include "schema/metrics.h"

#define FILLERS_MOST 3 /* that a node names */
#define FILLER_MOST 24 /* characters of such a name */

const char *const watch_table_names[WATCH_TABLES + 1] = {"zones", "nodes", "pages", "samples",
							 NULL};

/* For columns of zones in a terminal: what matters most first. */
static const char *const shown_zones[] = {"zone",
					  "runs_on",
					  "memory_bytes",
					  "local_page_ppm",
					  "wrong_vnode_page_ppm",
					  "off_node_page_ppm",
					  "drift_pages",
					  "slowdown_ppm",
					  "io_nodes",
					  "latency_grade",
					  "vcpus",
					  "told",
					  "kind",
					  NULL};
static const char *const shown_nodes[] = {
	"node", "size_bytes", "free_bytes", "zones_bytes", "strangers_bytes", "filled_by", NULL};

const char *watch_time_text(int64_t at_ns, char *buf, size_t size)
{
	time_t seconds = (time_t)(at_ns / NS_PER_S);
	struct tm t;
	size_t n = gmtime_r(&seconds, &t) ? strftime(buf, size, "%Y-%m-%dT%H:%M:%S", &t) : 0;

	snprintf(buf + n, size - n, ".%03dZ", (int)(at_ns % NS_PER_S / NS_PER_MS));
	return buf;
}

const char *watch_nodes_text(const struct host *host, nodeset nodes, struct arena *a)
{
	char *list = host_nodes_text(host, nodes);
	const char *text = arena_strdup(a, list);

	free(list);
	return text;
}

/* The columns that every table begins with. */
static void begin_row(struct rows *r, const struct live_sample *s)
{
	char when[40];

	rows_text(r, watch_time_text(s->at_ns, when, sizeof(when)));
	rows_text(r, s->host->name);
}

/* "0 2", or "" where nothing was told. */
static const char *told_text(const struct live_sample *s, const struct live_zone *z,
			     struct arena *a)
{
	const char *text = "";

	for (uint32_t i = 0; i < z->nr_vnodes; i++)
		if (z->vnode[i].told_node >= 0)
			text = arena_printf(a, "%s%s%u", text, *text ? " " : "",
					    s->host->node[z->vnode[i].told_node].os_index);
	return text;
}

static const char *pages_text(const struct live_sample *s, const struct live_zone *z,
			      struct arena *a)
{
	const char *text = "";

	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		if (z->node_bytes[n] > 0)
			text = arena_printf(a, "%s%s%u:%" PRId64, text, *text ? " " : "",
					    s->host->node[n].os_index,
					    z->node_bytes[n] / PAGE_BYTES);
	return text;
}

static int64_t share(int64_t part, int64_t whole)
{
	return part == LIVE_UNKNOWN || whole == LIVE_UNKNOWN || !whole ? FIGURE_UNKNOWN
								       : ppm(part, whole);
}

/* Of these three the last is the rest, so that they are 100 % together. */
static void add_shares(struct rows *r, const struct live_away *a)
{
	int64_t wrong = share(a->wrong_bytes, a->known_bytes);
	int64_t off = share(a->off_bytes, a->known_bytes);

	rows_number(r,
		    is_known(off) ? 1000000 - off - (is_known(wrong) ? wrong : 0) : FIGURE_UNKNOWN);
	rows_number(r, wrong);
	rows_number(r, off);
}

/* Pages that went away since then. */
static int64_t drift_of(const struct live_sample *before, const char *id, int64_t away)
{
	const struct live_zone *z = before ? live_sample_find(before, id) : NULL;
	struct live_away then;

	if (!z || away == LIVE_UNKNOWN)
		return FIGURE_UNKNOWN;
	live_away_of(before, z, &then);
	return live_away_bytes(&then) == LIVE_UNKNOWN
		       ? FIGURE_UNKNOWN
		       : (away - live_away_bytes(&then)) / PAGE_BYTES;
}

static void add_price(struct rows *r, const struct live_price *p)
{
	rows_number(r, p->known ? p->cost.slowdown_ppm : FIGURE_UNKNOWN);
	rows_text(r, p->known ? cost_grade_name(cost_latency_grade(&p->cost.basis)) : "");
	rows_text(r, p->known ? cost_grade_name(cost_bandwidth_grade(&p->cost.basis)) : "");
}

static void add_where(struct rows *r, const struct live_sample *s, const struct live_zone *z)
{
	nodeset runs = 0, prefers = 0;

	for (uint32_t i = 0; i < z->nr_vnodes; i++) {
		runs |= z->vnode[i].runs_on;
		prefers |= z->vnode[i].prefers;
	}
	rows_text(r, watch_nodes_text(s->host, runs, &r->arena));
	rows_text(r, watch_nodes_text(s->host, prefers, &r->arena));
	rows_text(r, told_text(s, z, &r->arena));
	rows_text(r, watch_nodes_text(s->host, live_zone_home(s, z), &r->arena));
}

static void add_zone(struct rows *r, const struct live_sample *s, const struct live_zone *z,
		     const struct live_sample *before, const struct live_price *price)
{
	struct live_away away;

	live_away_of(s, z, &away);
	begin_row(r, s);
	rows_text(r, z->name);
	rows_text(r, z->id);
	rows_text(r, live_kind_name(z->kind));
	rows_number(r, z->ours);
	rows_number(r, z->vcpus);
	add_where(r, s, z);
	rows_number(r, live_zone_bytes(s, z));
	rows_number(r, z->target_bytes);
	rows_number(r, z->max_bytes);
	rows_text(r, pages_text(s, z, &r->arena));
	add_shares(r, &away);
	rows_number(r, live_zone_bytes(s, z) == LIVE_UNKNOWN ? FIGURE_UNKNOWN : z->unknown_bytes);
	rows_number(r, drift_of(before, z->id, live_away_bytes(&away)));
	add_price(r, price);
	rows_text(r, watch_nodes_text(s->host, z->io_runs_on, &r->arena));
	rows_number(r, z->io_runs_on && away.home ? !(z->io_runs_on & away.home) : FIGURE_UNKNOWN);
	rows_text(r, price->known ? "" : price->why);
}

static void add_pages(struct rows *r, const struct live_sample *s, const struct live_zone *z)
{
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		char number[16];

		if (z->node_bytes[n] == LIVE_UNKNOWN)
			continue;
		snprintf(number, sizeof(number), "%u", s->host->node[n].os_index);
		begin_row(r, s);
		rows_text(r, z->name);
		rows_text(r, z->id);
		rows_text(r, number);
		rows_number(r, z->node_bytes[n]);
	}
}

/* "web 12 GiB, db 3.5 GiB, 2 more 1 GiB" */
static const char *fillers_text(const struct live_sample *s, unsigned node, struct arena *a)
{
	int64_t last = INT64_MAX, rest = 0;
	uint32_t last_zone = 0, named = 0, more = 0;
	const char *text = "";
	char size[32];

	for (; named < FILLERS_MOST; named++) {
		const struct live_zone *most = NULL;
		uint32_t at = 0;

		for (uint32_t i = 0; i < s->nr_zones; i++) {
			int64_t bytes = s->zone[i].node_bytes[node];

			if (bytes <= 0 || bytes > last || (bytes == last && i <= last_zone) ||
			    (most && bytes <= most->node_bytes[node]))
				continue;
			most = &s->zone[i];
			at = i;
		}
		if (!most)
			return text;
		last = most->node_bytes[node];
		last_zone = at;
		text = arena_printf(a, "%s%s%.*s %s", text, named ? ", " : "",
				    (int)utf8_fit(most->name, FILLER_MOST), most->name,
				    bytes_text(last, size, sizeof(size)));
	}
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		int64_t bytes = s->zone[i].node_bytes[node];

		if (bytes > 0 && (bytes < last || (bytes == last && i > last_zone))) {
			rest += bytes;
			more++;
		}
	}
	return more ? arena_printf(a, "%s, %u more %s", text, more,
				   bytes_text(rest, size, sizeof(size)))
		    : text;
}

static void add_node(struct rows *r, const struct live_sample *s, unsigned n)
{
	int64_t size = s->size_bytes[n], left = s->free_bytes[n], zones = 0, strangers = 0;
	char number[16];
	int64_t at_home = 0;
	bool known = !s->nr_zones; /* of any zone what it has there */

	for (uint32_t i = 0; i < s->nr_zones; i++) {
		const struct live_zone *z = &s->zone[i];
		nodeset home = live_zone_home(s, z);

		at_home += nodeset_has(home, n);
		if (z->node_bytes[n] == LIVE_UNKNOWN)
			continue;
		known = true;
		zones += z->node_bytes[n];
		strangers += home && !nodeset_has(home, n) ? z->node_bytes[n] : 0;
	}
	snprintf(number, sizeof(number), "%u", s->host->node[n].os_index);
	begin_row(r, s);
	rows_text(r, number);
	rows_number(r, size);
	rows_number(r, left);
	rows_number(r, size == LIVE_UNKNOWN || left == LIVE_UNKNOWN ? FIGURE_UNKNOWN : size - left);
	rows_number(r, known ? zones : FIGURE_UNKNOWN);
	rows_number(r, known ? strangers : FIGURE_UNKNOWN);
	rows_number(r, at_home);
	rows_text(r, fillers_text(s, n, &r->arena));
}

static void begin_table(struct rows *r, const struct schema *s, enum watch_table table,
			const char *const *shown)
{
	*r = (struct rows){.name = watch_table_names[table],
			   .column = s->column,
			   .nr_columns = s->nr,
			   .shown = shown};
}

void watch_tables_fill(struct watch_tables *out, const struct live_sample *now,
		       const struct live_sample *before, const struct live_price *price,
		       int64_t interval_ns)
{
	struct rows *r = out->table;

	begin_table(&r[WATCH_ZONES], &schema_watch, WATCH_ZONES, shown_zones);
	begin_table(&r[WATCH_NODES], &schema_watch_nodes, WATCH_NODES, shown_nodes);
	begin_table(&r[WATCH_PAGES], &schema_watch_pages, WATCH_PAGES, NULL);
	begin_table(&r[WATCH_SAMPLES], &schema_watch_samples, WATCH_SAMPLES, NULL);
	for (uint32_t i = 0; i < now->nr_zones; i++) {
		add_zone(&r[WATCH_ZONES], now, &now->zone[i], before, &price[i]);
		add_pages(&r[WATCH_PAGES], now, &now->zone[i]);
	}
	for (unsigned n = 0; n < now->host->nr_nodes; n++)
		add_node(&r[WATCH_NODES], now, n);
	begin_row(&r[WATCH_SAMPLES], now);
	rows_number(&r[WATCH_SAMPLES], now->nr_zones);
	rows_number(&r[WATCH_SAMPLES], now->took_ns);
	rows_number(&r[WATCH_SAMPLES], now->cost_ns);
	rows_number(&r[WATCH_SAMPLES], interval_ns);
}

void watch_tables_release(struct watch_tables *t)
{
	for (int i = 0; i < WATCH_TABLES; i++)
		rows_release(&t->table[i]);
}

void watch_tables_metrics(const struct watch_tables *t, FILE *out)
{
	static const char *const prefix[WATCH_TABLES] = {"homenode_zone", "homenode_node",
							 "homenode_zone_node", "homenode_watch"};

	metric_put_version(program_version(), "the program that looks at the host", out);
	for (int i = 0; i < WATCH_TABLES; i++)
		rows_print_metrics(&t->table[i], prefix[i], out);
	fputs("# EOF\n", out);
}
