#include "cli/watch_print.h"

#include <stdlib.h>

#include "base/terminal.h"
#include "base/units.h"

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

static unsigned count_unknown(const struct live_sample *s)
{
	unsigned nr = 0;

	for (uint32_t i = 0; i < s->nr_zones; i++)
		nr += live_zone_bytes(s, &s->zone[i]) == LIVE_UNKNOWN;
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
	unsigned unknown = count_unknown(s);

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
	fputc('\n', out);
	if (unknown)
		fprintf(out, "of %u zone%s it is not known where pages are\n", unknown,
			unknown == 1 ? "" : "s");
	fputc('\n', out);
}

void watch_print_body(const struct live_sample *s, const struct watch_tables *t,
		      const struct view *view, unsigned width, FILE *out)
{
	rows_print_table_within(&t->table[WATCH_NODES], NULL, width, out);
	fputc('\n', out);
	if (s->nr_zones)
		rows_print_zones(&t->table[WATCH_ZONES], view, width, out);
	else
		fputs("no zone was seen\n", out);
	for (uint32_t i = 0; i < s->nr_notes; i++) {
		char *note = xasprintf("note: %s", s->note[i]);

		text_tame(note);
		terminal_print_sentence(note, out);
		free(note);
	}
}
