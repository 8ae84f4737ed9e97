#include "bench/recorded.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "live/as_plan.h"

/* More than a domain has beside what its balloon is set to. */
#define BESIDE_MOST_BYTES (32 * PAGE_BYTES)
#define NO_SLOT UINT32_MAX

/* A zone of the recording that was seen. */
struct seen {
	char *id;
	uint32_t slot; /* NO_SLOT: it has not begun, or is left out */
	bool left_out, gone;
	int64_t has_bytes; /* after its last step */
	int64_t beside_bytes; /* that it has beside its target */
	int64_t not_own_bytes; /* of these, what the simulator does not count as its memory */
	int64_t last_bytes; /* in the sample before */
};

struct loading {
	struct recorded *out;
	struct seen *seen;
	size_t nr_seen, cap_seen;
	uint32_t nr_groups;
};

static void note(struct recorded *r, const char *format, ...) PRINTF_LIKE(2, 3);
static void note(struct recorded *r, const char *format, ...)
{
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r->note = grow(r->note, &r->cap_notes, r->nr_notes, sizeof(*r->note));
	r->note[r->nr_notes++] = xstrdup(text);
}

/* --- zones ------------------------------------------------------------------------ */

static bool predictable(enum live_kind kind)
{
	return kind == LIVE_XEN_PVH || kind == LIVE_XEN_HVM || kind == LIVE_XEN_PV;
}

static struct seen *seen_of(struct loading *l, const char *id)
{
	for (size_t i = 0; i < l->nr_seen; i++)
		if (!l->seen[i].gone && strcmp(l->seen[i].id, id) == 0)
			return &l->seen[i];
	l->seen = grow(l->seen, &l->cap_seen, l->nr_seen, sizeof(*l->seen));
	l->seen[l->nr_seen] = (struct seen){.id = xstrdup(id), .slot = NO_SLOT, .last_bytes = -1};
	return &l->seen[l->nr_seen++];
}

/* A name for rows and texts; no two zones have the same. */
static const char *name_of(struct loading *l, const struct live_zone *lz)
{
	struct scenario *s = &l->out->scenario;
	char *name = arena_strdup(&s->arena, *lz->name ? lz->name : "_");

	for (char *c = name; *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    *c))
			*c = '_';
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		char *other;

		if (strcmp(s->zone[i]->zone.name, name) != 0)
			continue;
		other = xasprintf("%s.%" PRIu32, name, s->nr_zones);
		name = arena_strdup(&s->arena, other);
		free(other);
		i = UINT32_MAX;
	}
	return name;
}

/* On nodes; LIVE_UNKNOWN. */
static int64_t bytes_of(const struct live_sample *s, const struct live_zone *lz)
{
	int64_t bytes = live_zone_bytes(s, lz);

	return bytes == LIVE_UNKNOWN ? bytes : bytes - lz->unknown_bytes;
}

/* What it has beside its target, in whole pages; -1: that is not known, or elsewhere. */
static int64_t beside(const struct live_sample *s, const struct live_zone *lz)
{
	int64_t bytes = bytes_of(s, lz), more = -1;

	if (lz->target_bytes != LIVE_UNKNOWN && bytes != LIVE_UNKNOWN)
		more = bytes - lz->target_bytes;
	return more >= 0 && more <= BESIDE_MOST_BYTES ? more / PAGE_BYTES * PAGE_BYTES : -1;
}

/* As the stock builder, or homenode, would launch it with `bytes`. */
static void launch_with(struct scenario_zone *z, int64_t bytes)
{
	struct plan *p = &z->plan;
	int64_t pages = bytes / PAGE_BYTES, nr = p->nr_vnodes;

	z->zone.memory_bytes = z->zone.memory_initial_bytes = bytes;
	p->nr_memory = 0;
	p->spilled_bytes = 0;
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		p->vnode[v].memory_bytes = (pages / nr + (v < pages % nr)) * PAGE_BYTES;
}

/* Gives it a slot; `there`: it has been on the host already. */
static bool add_zone(struct loading *l, const struct live_sample *s, const struct live_zone *lz,
		     struct seen *seen, bool there)
{
	struct scenario *sc = &l->out->scenario;
	struct scenario_zone *z = arena_alloc(&sc->arena, sizeof(*z));
	const char *why;

	if (!live_as_plan(s, lz, NULL, &z->zone, &z->plan, &why)) {
		note(l->out, "zone %s is left out: %s", name_of(l, lz), why);
		seen->left_out = true;
		return false;
	}
	z->zone.name = name_of(l, lz);
	z->plan.zone = &z->zone;
	z->plan.host = l->out->host;
	z->plan.memory_rule =
		z->plan.told == PLAN_TOLD_VNUMA ? PLAN_MEMORY_STRICT : PLAN_MEMORY_STRIPED;
	seen->has_bytes = bytes_of(s, lz);
	seen->beside_bytes = beside(s, lz) > 0 ? beside(s, lz) : 0;
	seen->not_own_bytes = there ? 0 : seen->beside_bytes;
	if (!there)
		launch_with(z, seen->has_bytes - seen->beside_bytes);
	sc->zone = grow(sc->zone, &sc->cap_zones, sc->nr_zones, sizeof(*sc->zone));
	seen->slot = sc->nr_zones;
	sc->zone[sc->nr_zones++] = z;
	return true;
}

/* --- rows ------------------------------------------------------------------------- */

static void add_row(struct recorded *r, const char *zone, uint32_t node, int64_t bytes)
{
	r->row = grow(r->row, &r->cap_rows, r->nr_rows, sizeof(*r->row));
	r->row[r->nr_rows++] = (struct recorded_row){r->scenario.nr_steps, zone, node, bytes};
}

/* The rows of a sample, after the steps until now. */
static void add_rows(struct loading *l, const struct live_sample *s)
{
	struct recorded *r = l->out;

	for (uint32_t n = 0; n < s->host->nr_nodes; n++)
		if (s->free_bytes[n] != LIVE_UNKNOWN)
			add_row(r, NULL, n, s->free_bytes[n]);
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		const struct live_zone *lz = &s->zone[i];
		const struct seen *seen = seen_of(l, lz->id);

		for (uint32_t n = 0; seen->slot != NO_SLOT && n < s->host->nr_nodes; n++)
			if (lz->node_bytes[n] != LIVE_UNKNOWN)
				add_row(r, r->scenario.zone[seen->slot]->zone.name, n,
					lz->node_bytes[n]);
	}
}

/* --- steps ------------------------------------------------------------------------ */

static void add_step(struct loading *l, const struct seen *seen, enum step_kind kind,
		     const char *what, int64_t bytes)
{
	struct scenario *s = &l->out->scenario;
	const char *name = s->zone[seen->slot]->zone.name;
	char size[32], *text;

	text = bytes ? xasprintf("%s %s %s", what, name, bytes_exact(bytes, size, sizeof(size)))
		     : xasprintf("%s %s", what, name);
	s->step = grow(s->step, &s->cap_steps, s->nr_steps, sizeof(*s->step));
	s->step[s->nr_steps++] = (struct scenario_step){
		.kind = kind,
		.text = arena_strdup(&s->arena, text),
		.slot = seen->slot,
		.group = l->nr_groups,
		.bytes = kind == STEP_RESIZE ? seen->has_bytes - seen->not_own_bytes : 0,
	};
	free(text);
}

static bool is_in(const struct live_sample *s, const struct seen *seen)
{
	return live_sample_find(s, seen->id) != NULL;
}

/* Balloons that shrink, or those that grow. */
static void add_balloons(struct loading *l, const struct live_sample *s, bool shrink)
{
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		struct seen *seen = seen_of(l, s->zone[i].id);
		int64_t bytes = bytes_of(s, &s->zone[i]);

		/* of a domain that dies nothing may be left */
		if (seen->slot == NO_SLOT || bytes < BESIDE_MOST_BYTES ||
		    bytes == seen->has_bytes || (bytes < seen->has_bytes) != shrink)
			continue;
		seen->has_bytes = bytes;
		add_step(l, seen, STEP_RESIZE, "balloon", bytes - seen->beside_bytes);
	}
}

static void add_launches(struct loading *l, const struct live_sample *s)
{
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		struct seen *seen = seen_of(l, s->zone[i].id);

		if (!predictable(s->zone[i].kind) || seen->slot != NO_SLOT || seen->left_out ||
		    bytes_of(s, &s->zone[i]) <= BESIDE_MOST_BYTES ||
		    !add_zone(l, s, &s->zone[i], seen, false))
			continue;
		add_step(l, seen, STEP_START, "start", seen->has_bytes - seen->beside_bytes);
	}
}

static void add_steps(struct loading *l, const struct live_sample *s)
{
	l->nr_groups++;
	for (size_t i = 0; i < l->nr_seen; i++) {
		if (l->seen[i].gone || is_in(s, &l->seen[i]))
			continue;
		if (l->seen[i].slot != NO_SLOT)
			add_step(l, &l->seen[i], STEP_STOP, "stop", 0);
		l->seen[i].gone = true;
	}
	add_balloons(l, s, true);
	add_launches(l, s);
	add_balloons(l, s, false);
}

/* Has every balloon arrived, or stopped on its way? */
static bool is_still(struct loading *l, const struct live_sample *s)
{
	bool still = true;

	for (uint32_t i = 0; i < s->nr_zones; i++) {
		const struct live_zone *lz = &s->zone[i];
		int64_t bytes = bytes_of(s, lz), more = beside(s, lz);
		struct seen *seen = seen_of(l, lz->id);
		bool arrived = seen->slot == NO_SLOT ? more >= 0 : more == seen->beside_bytes;

		if (!predictable(lz->kind) || bytes == LIVE_UNKNOWN)
			continue;
		still &= arrived || bytes == seen->last_bytes;
		seen->last_bytes = bytes;
	}
	return still;
}

/* --- samples ---------------------------------------------------------------------- */

/* Free and of the zones, by node: no more than the host has. */
static int check_room(const struct recorded *r, const char *path, struct error *err)
{
	for (uint32_t n = 0; n < r->host->nr_nodes; n++)
		if (r->free_bytes[n] > r->host->node[n].memory_bytes)
			return error_set(
				err, ERR_INPUT,
				"%s: in its first sample node %u has more memory, free and "
				"of zones, than the host says that it has",
				path, r->host->node[n].os_index);
	return 0;
}

static int first_sample(struct loading *l, const struct live_sample *s, const char *path,
			struct error *err)
{
	struct recorded *r = l->out;
	bool xen = false;

	for (uint32_t i = 0; i < s->nr_zones; i++)
		xen |= predictable(s->zone[i].kind) || s->zone[i].kind == LIVE_XEN_DOM0;
	if (!xen)
		return error_set(err, ERR_CANNOT,
				 "%s: its first sample has no zone of a Xen host, and of others it "
				 "is not known where their memory comes from",
				 path);
	r->free_bytes = xcalloc(r->host->nr_nodes, sizeof(*r->free_bytes));
	for (uint32_t n = 0; n < r->host->nr_nodes; n++) {
		if (s->free_bytes[n] == LIVE_UNKNOWN)
			return error_set(
				err, ERR_CANNOT,
				"%s: its first sample does not say what is free on node %u", path,
				r->host->node[n].os_index);
		r->free_bytes[n] = s->free_bytes[n];
	}
	(void)is_still(l, s);
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		const struct live_zone *lz = &s->zone[i];

		if (!predictable(lz->kind) || !add_zone(l, s, lz, seen_of(l, lz->id), true))
			continue;
		for (uint32_t n = 0; n < r->host->nr_nodes; n++)
			r->free_bytes[n] += lz->node_bytes[n];
	}
	if (check_room(r, path, err) != 0)
		return ERR_INPUT;
	r->scenario.nr_there = r->scenario.nr_zones;
	add_rows(l, s);
	return 0;
}

/* Where nothing happened the step changes nothing: it is there to look. */
static void add_look(struct loading *l)
{
	for (size_t i = 0; i < l->nr_seen; i++) {
		if (l->seen[i].gone || l->seen[i].slot == NO_SLOT)
			continue;
		add_step(l, &l->seen[i], STEP_RESIZE, "look", 0);
		return;
	}
}

/* One more: its steps and what is where after them. */
static void later_sample(struct loading *l, const struct live_sample *s)
{
	struct recorded *r = l->out;
	size_t before = r->scenario.nr_steps;

	if (!is_still(l, s)) {
		r->nr_passed_over++;
		return;
	}
	add_steps(l, s);
	if (r->scenario.nr_steps == before)
		add_look(l);
	if (r->scenario.nr_steps > before)
		add_rows(l, s);
}

static int read_samples(struct loading *l, const char *path, int64_t span_ns, struct error *err)
{
	struct recorded *r = l->out;
	int64_t first_ns = 0;
	bool more = true;
	int rc = 0;

	while (!rc && more) {
		struct live_sample s = {0};

		rc = recording_next(r->file, &s, &more, err);
		if (rc || !more) {
			/* an empty one has its arrays, too */
			live_sample_release(&s);
			break;
		}
		if (!r->nr_samples++) {
			first_ns = s.at_ns;
			rc = first_sample(l, &s, path, err);
		} else if (s.at_ns - first_ns > span_ns) {
			r->nr_samples--;
			more = false;
		} else {
			later_sample(l, &s);
		}
		live_sample_release(&s);
	}
	if (!rc && !r->nr_samples)
		rc = error_set(err, ERR_INPUT, "%s: the recording has no sample", path);
	return rc;
}

static const char *scenario_name(struct arena *a, const char *path)
{
	const char *base = strrchr(path, '/');
	size_t n;

	base = base ? base + 1 : path;
	n = strcspn(base, ".");
	return n ? arena_strndup(a, base, n) : arena_strdup(a, "recording");
}

int recorded_load(struct recorded *out, const char *path, int64_t span_ns, struct error *err)
{
	struct loading l = {.out = out};
	int rc = recording_open(&out->file, path, err);

	if (!rc) {
		out->host = recording_host(out->file);
		out->scenario.name = scenario_name(&out->scenario.arena, path);
		rc = read_samples(&l, path, span_ns, err);
	}
	if (!rc && out->nr_passed_over)
		note(out,
		     "%" PRIu32 " of %" PRIu32 " samples are passed over: a balloon was on its "
		     "way",
		     out->nr_passed_over, out->nr_samples);
	if (!rc && recording_cut_off(out->file))
		note(out, "%s: the last line is not whole and left out", path);
	for (size_t i = 0; i < l.nr_seen; i++)
		free(l.seen[i].id);
	free(l.seen);
	if (rc)
		recorded_release(out);
	return rc;
}

void recorded_release(struct recorded *r)
{
	scenario_release(&r->scenario);
	recording_close(r->file);
	free(r->free_bytes);
	free(r->row);
	for (uint32_t i = 0; i < r->nr_notes; i++)
		free(r->note[i]);
	free(r->note);
	*r = (struct recorded){0};
}
