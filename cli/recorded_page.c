#include "cli/recorded_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/watch_tables.h"
#include "live/away.h"

#define DRAWN_MOST 480 /* samples: a curve has no more pixels */
#define NOTES_MOST 20

struct built_zone {
	struct page_watched_zone page;
	int64_t *local_ppm;
	nodeset home; /* that page.home says */
	int64_t first_away; /* bytes */
};

struct builder {
	struct recorded_page *out;
	struct built_zone *zone;
	size_t nr_zones, cap_zones;
	struct page_watched_node *node;
	int64_t **used_ppm, *time_ms, first_ns;
	size_t cap_drawn;
	const char **note;
	size_t nr_notes;
	int128 took_ns, cost_ns;
	size_t nr_costs;
};

/* A recording may be longer than memory: it is read twice. */
static int count_samples(const char *path, uint64_t *nr, int64_t *first_ns, struct error *err)
{
	struct recording *r;
	struct live_sample s;
	bool more = true;
	int rc = recording_open(&r, path, err);

	*nr = 0;
	if (rc)
		return rc;
	while (!rc && more) {
		rc = recording_next(r, &s, &more, err);
		if (rc)
			break;
		if (more && !(*nr)++)
			*first_ns = s.at_ns;
		live_sample_release(&s);
	}
	recording_close(r);
	if (!rc && !*nr)
		rc = error_set(err, ERR_INPUT, "%s has no sample yet", path);
	return rc;
}

static int64_t *unknown_curve(struct builder *b)
{
	int64_t *curve = arena_alloc(&b->out->arena, (b->cap_drawn + 1) * sizeof(*curve));

	for (size_t i = 0; i < b->cap_drawn; i++)
		curve[i] = FIGURE_UNKNOWN;
	return curve;
}

static void add_zone(struct builder *b, const struct live_zone *z)
{
	struct arena *a = &b->out->arena;
	struct built_zone *new;

	b->zone = grow(b->zone, &b->cap_zones, b->nr_zones, sizeof(*b->zone));
	new = &b->zone[b->nr_zones++];
	*new = (struct built_zone){
		.page = {.name = arena_strdup(a, z->name),
			 .id = arena_strdup(a, z->id),
			 .kind = live_kind_name(z->kind),
			 .home = "",
			 .bytes = FIGURE_UNKNOWN,
			 .slowdown_ppm = FIGURE_UNKNOWN,
			 .first_ppm = FIGURE_UNKNOWN,
			 .last_ppm = FIGURE_UNKNOWN,
			 .least_ppm = FIGURE_UNKNOWN,
			 .drift_pages = FIGURE_UNKNOWN},
		.local_ppm = unknown_curve(b),
		.first_away = FIGURE_UNKNOWN,
	};
	new->page.local_ppm = new->local_ppm;
}

/* Zones mostly stand where they stood in the sample before: `hint` is where the last was found. */
static struct built_zone *zone_of(struct builder *b, const struct live_zone *z, size_t *hint)
{
	for (size_t i = 0; i < b->nr_zones; i++) {
		size_t at = (*hint + i) % b->nr_zones;

		if (strcmp(b->zone[at].page.id, z->id) == 0) {
			*hint = at + 1;
			return &b->zone[at];
		}
	}
	add_zone(b, z);
	*hint = b->nr_zones;
	return &b->zone[b->nr_zones - 1];
}

static void see_zone(struct builder *b, const struct live_sample *s, const struct live_zone *z,
		     struct built_zone *out, size_t drawn)
{
	struct live_away away;
	int64_t bytes, local;

	live_away_of(s, z, &away);
	out->page.bytes = live_zone_bytes(s, z);
	if (away.home != out->home)
		out->page.home = watch_nodes_text(s->host, away.home, &b->out->arena);
	out->home = away.home;
	out->page.io_away = z->io_runs_on && away.home && !(z->io_runs_on & away.home);
	bytes = live_away_bytes(&away);
	if (bytes == LIVE_UNKNOWN || !away.known_bytes)
		return;
	if (out->first_away == FIGURE_UNKNOWN)
		out->first_away = bytes;
	local = 1000000 - ppm(bytes, away.known_bytes);
	if (!is_known(out->page.first_ppm))
		out->page.first_ppm = local;
	if (!is_known(out->page.least_ppm) || local < out->page.least_ppm)
		out->page.least_ppm = local;
	out->page.last_ppm = local;
	out->page.drift_pages = (bytes - out->first_away) / PAGE_BYTES;
	if (drawn != SIZE_MAX)
		out->local_ppm[drawn] = local;
}

static void see_nodes(struct builder *b, const struct live_sample *s, size_t drawn)
{
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		struct page_watched_node *node = &b->node[n];
		int64_t size = s->size_bytes[n], left = s->free_bytes[n];

		node->size_bytes = size;
		if (left == LIVE_UNKNOWN)
			continue;
		if (!is_known(node->least_free_bytes) || left < node->least_free_bytes)
			node->least_free_bytes = left;
		if (drawn != SIZE_MAX && size != LIVE_UNKNOWN && left <= size)
			b->used_ppm[n][drawn] = ppm(size - left, size);
	}
}

static void see_notes(struct builder *b, const struct live_sample *s)
{
	for (uint32_t i = 0; i < s->nr_notes; i++) {
		size_t n = 0;

		while (n < b->nr_notes && strcmp(b->note[n], s->note[i]) != 0)
			n++;
		if (n == b->nr_notes && n < NOTES_MOST)
			b->note[b->nr_notes++] = arena_strdup(&b->out->arena, s->note[i]);
	}
}

static void see(struct builder *b, const struct live_sample *s, size_t drawn)
{
	size_t hint = 0;

	for (size_t i = 0; i < b->nr_zones; i++)
		b->zone[i].page.there = false;
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		struct built_zone *z = zone_of(b, &s->zone[i], &hint);

		z->page.there = true;
		see_zone(b, s, &s->zone[i], z, drawn);
	}
	see_nodes(b, s, drawn);
	see_notes(b, s);
}

/* What the last sample's zones lose, by the model. */
static void price(struct builder *b, const struct live_sample *last)
{
	struct live_price *out = xcalloc(last->nr_zones + 1, sizeof(*out));
	struct cost_params params;
	size_t hint = 0;

	cost_params_init(&params, last->host, NULL);
	live_price(last, &params, NULL, out);
	for (uint32_t i = 0; i < last->nr_zones; i++)
		if (out[i].known)
			zone_of(b, &last->zone[i], &hint)->page.slowdown_ppm =
				out[i].cost.slowdown_ppm;
	cost_params_release(&params);
	free(out);
}

static void begin(struct builder *b, struct page_recording *p)
{
	const struct host *host = recording_host(b->out->file);
	struct arena *a = &b->out->arena;
	char when[40];

	p->every = (uint32_t)((p->nr_samples + DRAWN_MOST - 1) / DRAWN_MOST);
	b->cap_drawn = p->nr_samples / p->every + 2;
	b->time_ms = arena_alloc(a, b->cap_drawn * sizeof(*b->time_ms));
	p->host = host->name;
	p->start = arena_strdup(a, watch_time_text(b->first_ns, when, sizeof(when)));
	p->nr_nodes = host->nr_nodes;
	b->node = arena_alloc(a, host->nr_nodes * sizeof(*b->node));
	b->used_ppm = arena_alloc(a, host->nr_nodes * sizeof(*b->used_ppm));
	b->note = arena_alloc(a, NOTES_MOST * sizeof(*b->note));
	for (unsigned n = 0; n < host->nr_nodes; n++) {
		b->used_ppm[n] = unknown_curve(b);
		b->node[n] = (struct page_watched_node){.number = host->node[n].os_index,
							.size_bytes = FIGURE_UNKNOWN,
							.least_free_bytes = FIGURE_UNKNOWN,
							.used_ppm = b->used_ppm[n]};
	}
}

/* The i-th of them. */
static void take(struct builder *b, const struct live_sample *s, uint64_t i)
{
	struct page_recording *p = &b->out->page;
	bool last = i + 1 == p->nr_samples;
	bool drawn = p->nr_drawn < b->cap_drawn && (i % p->every == 0 || last);

	if (drawn)
		b->time_ms[p->nr_drawn] = (s->at_ns - b->first_ns) / NS_PER_MS;
	see(b, s, drawn ? p->nr_drawn : SIZE_MAX);
	p->nr_drawn += drawn;
	b->took_ns += s->took_ns;
	if (s->cost_ns != LIVE_UNKNOWN) {
		b->cost_ns += s->cost_ns;
		b->nr_costs++;
	}
	if (last)
		price(b, s);
}

static int take_all(struct builder *b, struct error *err)
{
	bool more = true;
	uint64_t i = 0;
	int rc = 0;

	/* one that is being written may be longer by now */
	while (!rc && more && i < b->out->page.nr_samples) {
		struct live_sample s;

		rc = recording_next(b->out->file, &s, &more, err);
		if (rc)
			break;
		if (more)
			take(b, &s, i++);
		live_sample_release(&s);
	}
	return rc;
}

/* Of cost the mean of those that are known. */
static void finish(struct builder *b)
{
	struct page_recording *p = &b->out->page;
	struct page_watched_zone *zone =
		arena_alloc(&b->out->arena, (b->nr_zones + 1) * sizeof(*zone));

	for (size_t i = 0; i < b->nr_zones; i++)
		zone[i] = b->zone[i].page;
	p->mean_took_ns = (int64_t)(b->took_ns / (int128)p->nr_samples);
	p->mean_cost_ns =
		b->nr_costs ? (int64_t)(b->cost_ns / (int128)b->nr_costs) : FIGURE_UNKNOWN;
	p->time_ms = b->time_ms;
	p->zone = zone;
	p->nr_zones = b->nr_zones;
	p->node = b->node;
	p->note = b->note;
	p->nr_notes = b->nr_notes;
}

int recorded_page_load(struct recorded_page *out, const char *path, struct error *err)
{
	struct builder b = {.out = out};
	const char *slash = strrchr(path, '/');
	int rc;

	*out = (struct recorded_page){.page.name = slash ? slash + 1 : path};
	rc = count_samples(path, &out->page.nr_samples, &b.first_ns, err);
	if (!rc)
		rc = recording_open(&out->file, path, err);
	if (!rc) {
		begin(&b, &out->page);
		rc = take_all(&b, err);
	}
	if (!rc)
		finish(&b);
	free(b.zone);
	if (rc)
		recorded_page_release(out);
	return rc;
}

const struct host *recorded_page_host(const struct recorded_page *r)
{
	return recording_host(r->file);
}

void recorded_page_release(struct recorded_page *r)
{
	recording_close(r->file);
	arena_release(&r->arena);
	*r = (struct recorded_page){.file = NULL};
}
