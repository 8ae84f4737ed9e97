#include "cli/watch_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/terminal.h"
#include "base/units.h"
#include "base/utf8.h"

#define NAME_MOST 24 /* columns of a zone's name in a table */

/* Rows of zones whose column `name` has a figure above `low` and below `high`. */
static unsigned count_between(const struct watch_tables *t, const char *name, int64_t low,
			      int64_t high)
{
	const struct rows *r = &t->table[WATCH_ZONES];
	size_t at = (size_t)(schema_column(&schema_watch, name) - schema_watch.column);
	unsigned nr = 0;

	for (size_t i = at; i < r->nr; i += r->nr_columns)
		nr += is_known(r->cell[i].figure) && r->cell[i].figure > low &&
		      r->cell[i].figure < high;
	return nr;
}

/* "8.1 ms" */
static const char *ms_text(int64_t ns, char *buf, size_t size)
{
	char number[40];

	if (!is_known(ns))
		return "an unknown time";
	snprintf(buf, size, "%s ms", decimal_text(ns, NS_PER_MS, 1, number, sizeof(number)));
	return buf;
}

void watch_print_head(const struct live_sample *s, const struct watch_tables *t,
		      const struct watch_pace *pace, FILE *out)
{
	char when[40], took[48], cost[48], next[40], asked[40], *host = xstrdup(s->host->name);

	text_tame(host);
	fprintf(out, "%s  %s  %u zone%s, %u not all at home, %u drifting\n", host,
		watch_time_text(s->at_ns, when, sizeof(when)), s->nr_zones,
		s->nr_zones == 1 ? "" : "s", count_between(t, "local_page_ppm", -1, 1000000),
		count_between(t, "drift_pages", 0, INT64_MAX));
	free(host);
	fprintf(out, "looked for %s, %s of a CPU", ms_text(s->took_ns, took, sizeof(took)),
		ms_text(s->cost_ns, cost, sizeof(cost)));
	if (pace->interval_ns != LIVE_UNKNOWN)
		fprintf(out, "; next in %s", duration_text(pace->interval_ns, next, sizeof(next)));
	if (pace->interval_ns > pace->asked_ns)
		fprintf(out, ", not %s (1 %% at most)",
			duration_text(pace->asked_ns, asked, sizeof(asked)));
	fputs("\n\n", out);
}

/* What fits of a name; the caller's arena has it. */
static const char *short_name(const char *name, struct arena *a)
{
	return name[utf8_fit(name, NAME_MOST)]
		       ? arena_printf(a, "%.*s..", (int)utf8_fit(name, NAME_MOST - 2), name)
		       : name;
}

/* The zones, their names as long as leaves room for what is said of them. */
static void print_zones(const struct rows *zones, const struct view *view, unsigned width,
			FILE *out)
{
	size_t at = (size_t)(schema_column(&schema_watch, "zone") - schema_watch.column);
	struct rows r = *zones;

	r.arena = (struct arena){0};
	r.cell = arena_alloc(&r.arena, (r.nr + 1) * sizeof(*r.cell));
	memcpy(r.cell, zones->cell, r.nr * sizeof(*r.cell));
	for (size_t i = at; i < r.nr; i += r.nr_columns)
		r.cell[i].text = short_name(r.cell[i].text, &r.arena);
	rows_print_table_within(view->wide || view->nr ? zones : &r, view, width, out);
	arena_release(&r.arena);
}

void watch_print_body(const struct live_sample *s, const struct watch_tables *t,
		      const struct view *view, unsigned width, FILE *out)
{
	rows_print_table_within(&t->table[WATCH_NODES], NULL, width, out);
	fputc('\n', out);
	if (s->nr_zones)
		print_zones(&t->table[WATCH_ZONES], view, width, out);
	else
		fputs("no zone was seen\n", out);
	for (uint32_t i = 0; i < s->nr_notes; i++) {
		char *note = xasprintf("note: %s", s->note[i]);

		text_tame(note);
		terminal_print_sentence(note, out);
		free(note);
	}
}
