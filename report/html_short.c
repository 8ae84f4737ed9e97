/*
 * What a person wants to know first: what was run, which policy did best and worst, how
 * sure that is. Seeds of one policy are taken together, and whether the best is best in
 * each of them says how much its lead depends on the day.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/html.h"
#include "report/html_page.h"
#include "report/text.h"

#define NAMED_MAX 3 /* policies; of more that are alike the rest is counted */

/* Rows that differ in the seed alone; a value for each seed of the contest. */
struct contender {
	const char *name;
	size_t first; /* row */
	size_t nr; /* values that are known */
	double mean; /* of those */
	int64_t *value;
	bool *known;
};

/* Those of one topology and workload. */
struct contest {
	const struct sheet *s;
	struct contender *at;
	const char **seed;
	size_t nr, nr_seeds;
	struct arena arena;
};

static bool same_place(const struct sheet *s, size_t a, size_t b)
{
	return sheet_same(s, a, b, "topology") && sheet_same(s, a, b, "workload");
}

static bool same_but_seed(const struct sheet *s, size_t a, size_t b)
{
	for (unsigned c = 0; c < s->nr_keys; c++)
		if (strcmp(s->column[c], "seed") != 0 && !sheet_same(s, a, b, s->column[c]))
			return false;
	return true;
}

/* "edera-compact dynamic": without the seed, topology and workload. */
static const char *contender_name(const struct sheet *s, size_t row, struct arena *a)
{
	static const char *const more[] = {"memory_policy", "allocator"};
	const char *name = sheet_text(s, row, sheet_column(s, "policy"));

	for (size_t i = 0; i < 2; i++)
		if (sheet_varies(s, more[i]))
			name = arena_printf(a, "%s %s", name,
					    sheet_text(s, row, sheet_column(s, more[i])));
	return name;
}

static size_t seed_of(struct contest *c, size_t row)
{
	const char *seed = sheet_text(c->s, row, sheet_column(c->s, "seed"));
	size_t i = 0;

	while (i < c->nr_seeds && strcmp(c->seed[i], seed) != 0)
		i++;
	if (i == c->nr_seeds)
		c->seed[c->nr_seeds++] = seed;
	return i;
}

static struct contender *contender_of(struct contest *c, size_t row)
{
	size_t i = 0;

	while (i < c->nr && !same_but_seed(c->s, c->at[i].first, row))
		i++;
	if (i == c->nr)
		c->at[c->nr++] = (struct contender){
			.first = row,
			.name = contender_name(c->s, row, &c->arena),
			.value = arena_alloc(&c->arena, c->s->nr * sizeof(int64_t)),
			.known = arena_alloc(&c->arena, c->s->nr * sizeof(bool)),
		};
	return &c->at[i];
}

static void open_contest(struct contest *c, const struct sheet *s, size_t place)
{
	*c = (struct contest){.s = s};
	c->at = arena_alloc(&c->arena, s->nr * sizeof(*c->at));
	c->seed = arena_alloc(&c->arena, s->nr * sizeof(*c->seed));
	for (size_t r = place; r < s->nr; r++) {
		if (!same_place(s, place, r))
			continue;
		contender_of(c, r);
		seed_of(c, r);
	}
}

static void take_figure(struct contest *c, const struct column *f, size_t place)
{
	for (size_t i = 0; i < c->nr; i++) {
		c->at[i].nr = 0;
		c->at[i].mean = 0;
		memset(c->at[i].known, 0, c->nr_seeds * sizeof(bool));
	}
	for (size_t r = place; r < c->s->nr; r++) {
		struct contender *p;
		int64_t v;

		if (!same_place(c->s, place, r) || !sheet_figure(c->s, r, f, &v))
			continue;
		p = contender_of(c, r);
		p->value[seed_of(c, r)] = v;
		p->known[seed_of(c, r)] = true;
		p->mean += ((double)v - p->mean) / (double)++p->nr;
	}
}

/* The lowest or highest mean; false when no contender has the figure. */
static bool extreme(const struct contest *c, bool highest, double *out)
{
	bool found = false;

	for (size_t i = 0; i < c->nr; i++) {
		double m = c->at[i].mean;

		if (!c->at[i].nr || (found && (highest ? m <= *out : m >= *out)))
			continue;
		*out = m;
		found = true;
	}
	return found;
}

static int64_t rounded(double mean)
{
	return (int64_t)(mean + 0.5);
}

static bool is_at(const struct column *f, const struct contender *p, double mean)
{
	return p->nr && figure_alike(f, rounded(p->mean), rounded(mean));
}

/* In how many seeds has one of the best by the mean the best value? */
static size_t seeds_ahead(const struct contest *c, const struct column *f, double best_mean)
{
	size_t ahead = 0;

	for (size_t k = 0; k < c->nr_seeds; k++) {
		const struct contender *best = NULL;
		bool won = false;

		for (size_t i = 0; i < c->nr; i++) {
			const struct contender *p = &c->at[i];

			if (p->known[k] &&
			    (!best || (f->better == BETTER_HIGHER ? p->value[k] > best->value[k]
								  : p->value[k] < best->value[k])))
				best = p;
		}
		for (size_t i = 0; best && i < c->nr; i++)
			won |= c->at[i].known[k] &&
			       figure_alike(f, c->at[i].value[k], best->value[k]) &&
			       is_at(f, &c->at[i], best_mean);
		ahead += won;
	}
	return ahead;
}

/* "28,944", and who has it. */
static void extreme_cells(const struct contest *c, const struct column *f, double mean,
			  const char *class, FILE *out)
{
	int64_t value = rounded(mean);
	char text[40];
	size_t nr = 0;

	html_marked_cell(value, figure_text(f, value, text, sizeof(text)), class, out);
	fputs("<td class=\"t who\">", out);
	for (size_t i = 0; i < c->nr; i++) {
		if (!is_at(f, &c->at[i], mean))
			continue;
		if (nr < NAMED_MAX) {
			fputs(nr ? ", " : "", out);
			print_xml_text(c->at[i].name, out);
		}
		nr++;
	}
	if (nr > NAMED_MAX)
		fprintf(out, " and %zu more", nr - NAMED_MAX);
	fputs("</td>", out);
}

static void print_figure(const struct contest *c, const struct column *f, FILE *out)
{
	bool higher = f->better == BETTER_HIGHER;
	double best, worst;
	char text[64];

	if (!extreme(c, higher, &best) || !extreme(c, !higher, &worst))
		return;
	fputs("<tr>", out);
	html_text_cell(figure_title(f, text, sizeof(text)), true, out);
	if (!figure_alike(f, rounded(best), rounded(worst))) {
		extreme_cells(c, f, best, "best", out);
		extreme_cells(c, f, worst, "worst", out);
		snprintf(text, sizeof(text), "%zu of %zu", seeds_ahead(c, f, best), c->nr_seeds);
		if (c->nr_seeds > 1)
			html_text_cell(text, false, out);
	} else {
		html_shown_cell(rounded(best), figure_text(f, rounded(best), text, sizeof(text)),
				out);
		fprintf(out, "<td class=\"t\" colspan=\"%d\">the same under all</td>",
			c->nr_seeds > 1 ? 4 : 3);
	}
	fputs("</tr>\n", out);
}

static const enum summary_figure asked_first[] = {
	SUMMARY_zones_placed,  SUMMARY_local_page_ppm,	  SUMMARY_slowdown_ppm, SUMMARY_swing_ppm,
	SUMMARY_spilled_bytes, SUMMARY_triad_bytes_per_s, SUMMARY_chase_ps,
};

static void print_caveats(struct contest *c, size_t place, FILE *out)
{
	double most, least;

	take_figure(c, summary_column(SUMMARY_zones_placed), place);
	if (extreme(c, true, &most) && extreme(c, false, &least) && least < most)
		fputs("<p>A policy that places fewer zones has less to do: compare the other "
		      "figures among policies that placed as many.</p>\n",
		      out);
	if (c->nr_seeds == 1)
		fputs("<p>One seed: another order of arrivals may rank them otherwise; "
		      "<code>--seed 1,2,3</code> tells.</p>\n",
		      out);
}

static void print_contest(const struct sheet *s, size_t place, FILE *out)
{
	bool many = sheet_varies(s, "topology") || sheet_varies(s, "workload");
	struct contest c;
	char *caption = xasprintf("Best and worst policy%s%s%s%s", many ? ": " : "",
				  many ? sheet_text(s, place, sheet_column(s, "workload")) : "",
				  many ? " on " : "",
				  many ? sheet_text(s, place, sheet_column(s, "topology")) : "");

	open_contest(&c, s, place);
	if (c.nr > 1) {
		html_begin_plain_table(caption, out);
		html_heading("figure", true, out);
		html_heading("best", false, out);
		html_heading("best policy", true, out);
		html_heading("worst", false, out);
		html_heading("worst policy", true, out);
		if (c.nr_seeds > 1)
			html_heading("seeds in which the best leads", true, out);
		html_begin_rows(place ? NULL : "short", out);
		for (size_t i = 0; i < sizeof(asked_first) / sizeof(asked_first[0]); i++) {
			take_figure(&c, summary_column(asked_first[i]), place);
			print_figure(&c, summary_column(asked_first[i]), out);
		}
		html_end_table(out);
		print_caveats(&c, place, out);
	}
	free(caption);
	arena_release(&c.arena);
}

/* How many different texts a column has. */
static size_t different(const struct sheet *s, const char *column)
{
	size_t nr = 0;

	for (size_t r = 0; r < s->nr; r++) {
		size_t before = 0;

		while (before < r && !sheet_same(s, before, r, column))
			before++;
		nr += before == r;
	}
	return nr;
}

static void count_or_name(const struct sheet *s, const char *column, const char *things, FILE *out)
{
	size_t nr = different(s, column);

	fputs("<b>", out);
	if (nr == 1)
		print_xml_text(sheet_text(s, 0, sheet_column(s, column)), out);
	else
		fprintf(out, "%zu %s", nr, things);
	fputs("</b>", out);
}

static void print_what(const struct run_dir *run, FILE *out)
{
	const struct sheet *s = &run->summary;
	int64_t hosts = 0, offered = 0, placed = 0;
	char text[40];

	fputs("<p>The workload ", out);
	count_or_name(s, "workload", "workloads", out);
	if (!sheet_varies(s, "hosts") && sheet_known(s, 0, SUMMARY_hosts, &hosts))
		fprintf(out, " on %" PRId64 " host%s", hosts, hosts == 1 ? "" : "s");
	if (different(s, "topology") == 1 &&
	    strcmp(sheet_text(s, 0, sheet_column(s, "topology")), "this") == 0) {
		fputs(", the machine it ran on,", out);
	} else {
		fputs(" of ", out);
		count_or_name(s, "topology", "topologies", out);
	}
	fputs(different(s, "policy") == 1 ? " under the policy " : " under ", out);
	count_or_name(s, "policy", "policies", out);
	if (different(s, "seed") > 1)
		fprintf(out, ", with %zu seeds", different(s, "seed"));
	fputs(". ", out);
	if (!sheet_varies(s, "zones_offered") &&
	    sheet_known(s, 0, SUMMARY_zones_offered, &offered)) {
		fprintf(out, "%s zone%s arrived",
			figure_text(summary_column(SUMMARY_zones_placed), offered, text,
				    sizeof(text)),
			offered == 1 ? "" : "s");
		if (s->nr == 1 && sheet_known(s, 0, SUMMARY_zones_placed, &placed))
			fprintf(out, ", %s were placed",
				figure_text(summary_column(SUMMARY_zones_placed), placed, text,
					    sizeof(text)));
		fputs(".", out);
	}
	fputs("</p>\n", out);
}

/* The errors of the hosts' figures, each kind once. */
static void print_errors(const struct page_options *o, FILE *out)
{
	const char *said[8];
	size_t nr = 0;

	for (size_t h = 0; h < o->nr_hosts; h++) {
		for (unsigned g = 0; g < o->host[h].nr_grades; g++) {
			const char *error = o->host[h].grade[g].error;
			size_t i = 0;

			while (i < nr && strcmp(said[i], error) != 0)
				i++;
			if (i < nr || nr == 8)
				continue;
			fputs(nr ? "; " : ": ", out);
			print_xml_text(error, out);
			said[nr++] = error;
		}
	}
}

static void print_how_sure(const struct run_dir *run, const struct page_options *o, FILE *out)
{
	bool simulated = !run->real_clock;

	if (!simulated) {
		fprintf(out,
			"<p><b>How sure:</b> measured on a machine, %zu repeat%s of each row; "
			"figures "
			"differ from repeat to repeat.</p>\n",
			different(&run->summary, "seed"),
			different(&run->summary, "seed") == 1 ? "" : "s");
		return;
	}
	fputs("<p><b>How sure:</b> simulated. What was placed, where memory went and what spilled "
	      "follows exactly from the rules of each policy. Slowdown, swing, bandwidth and "
	      "latency are estimates of a model",
	      out);
	print_errors(o, out);
	fputs(".</p>\n", out);
}

void page_print_short(const struct run_dir *run, const struct page_options *o, FILE *out)
{
	const struct sheet *s = &run->summary;

	fputs("<section>\n<h2>In short</h2>\n", out);
	if (!run->complete)
		fputs("<p><strong>The run was interrupted; these are the figures it "
		      "reached.</strong></p>\n",
		      out);
	if (s->nr)
		print_what(run, out);
	for (size_t r = 0; r < s->nr; r++) {
		size_t before = 0;

		while (before < r && !same_place(s, before, r))
			before++;
		if (before == r)
			print_contest(s, r, out);
	}
	print_how_sure(run, o, out);
	fputs("</section>\n", out);
}
