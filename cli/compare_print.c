#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "cli/compare_print.h"
#include "cli/rows.h"
#include "cli/verdict.h"
#include "cost/params/grades.h"
#include "schema/schema.h"

/* Work a second of the second row against the first, ppm: bandwidth for a zone
 * that takes what it gets, 1 / slowdown x alone for others. 0: cannot be said. */
static int64_t gain_ppm(const struct compare_row *from, const struct compare_row *to)
{
	const struct cost_result *a = &from->cost, *b = &to->cost;

	if (!from->placed || !to->placed || a->bandwidth_bytes_per_s <= 0 || b->latency_ps <= 0)
		return 0;
	if (from->zone->profile && from->zone->profile->stall_share_ppm < 500000 &&
	    !from->zone->profile->demand_bytes_per_s)
		return ppm(b->bandwidth_bytes_per_s, a->bandwidth_bytes_per_s);
	if (from->zone->profile && from->zone->profile->stall_share_ppm == 1000000)
		return ppm(a->latency_ps, b->latency_ps);
	return ppm(a->slowdown_ppm, b->slowdown_ppm);
}

/* The worst that the figures rest on. */
static struct cost_basis basis_of(const struct compare *c)
{
	struct cost_basis all = {{0}};

	for (size_t i = 0; i < c->nr; i++)
		if (c->row[i].placed)
			all = cost_basis_join(&all, &c->row[i].cost.basis);
	return all;
}

char *compare_grade(const struct compare *c)
{
	struct cost_basis basis = basis_of(c);
	char *latency = cost_latency_text(&basis), *bandwidth = cost_bandwidth_text(&basis), *text;

	text = xasprintf("latency is %s (%s); bandwidth is %s (%s)",
			 cost_grade_name(cost_latency_grade(&basis)), latency,
			 cost_grade_name(cost_bandwidth_grade(&basis)), bandwidth);
	free(latency);
	free(bandwidth);
	return text;
}

/* The cause with the largest part of the time lost. */
static const char *main_cause(const struct cost_result *r)
{
	int best = -1;

	for (int i = 0; i < COST_CAUSES; i++) {
		if (r->cause_ppm[i] > 0 && (best < 0 || r->cause_ppm[i] > r->cause_ppm[best]))
			best = i;
	}
	return best < 0 ? "-" : cost_cause_name((enum cost_cause)best);
}

static void percent_cell(struct table *t, int64_t figure)
{
	char text[40];

	table_cell(t, "%s", unit_text(UNIT_SHARE, figure, 1, text, sizeof(text)));
}

/* schema_compare, and the cause with the largest part. */
struct column *compare_columns(const char *operand, size_t *nr)
{
	static const struct column cause = {.name = "cause", .title = "cause", .role = ROLE_TEXT};
	struct column *all;

	(void)operand;
	*nr = schema_compare.nr + 1;
	all = xcalloc(*nr, sizeof(*all));
	memcpy(all, schema_compare.column, schema_compare.nr * sizeof(*all));
	all[schema_compare.nr] = cause;
	return all;
}

int compare_view(struct view *out, const struct args *args, enum output_format format,
		 struct error *err)
{
	size_t nr;
	struct column *all = compare_columns(NULL, &nr);
	int rc = view_read(out, args, format, all, nr, err);

	free(all);
	return rc;
}

static void unknown_cells(struct rows *r, size_t nr)
{
	while (nr--)
		rows_number(r, FIGURE_UNKNOWN);
}

static void day_cells(struct rows *r, const struct compare_row *row)
{
	if (!row->day.known) {
		unknown_cells(r, 4);
		return;
	}
	rows_number(r, row->day.local_page_ppm);
	rows_number(r, row->day.slowdown_ppm);
	rows_number(r, row->day.balloon_steps);
	rows_number(r, row->day.balloon_failures);
}

/* In the order of columns_of(). */
static void add_row(struct rows *r, const struct compare_row *row)
{
	const struct cost_result *c = &row->cost;
	char *nodes;

	rows_text(r, row->label);
	rows_text(r, row->policy->name);
	rows_text(r, row->zone->name);
	rows_number(r, row->placed);
	if (!row->placed) {
		rows_text(r, "refused");
		unknown_cells(r, r->nr_columns - 5);
		return;
	}
	nodes = plan_nodes_text(&row->plan);
	rows_text(r, nodes);
	free(nodes);
	rows_number(r, row->mean_distance_centi);
	rows_number(r, c->bandwidth_bytes_per_s);
	rows_number(r, c->latency_ps);
	rows_number(r, c->slowdown_ppm);
	rows_number(r, c->remote_ppm);
	for (int k = 0; k < COST_CAUSES; k++)
		rows_number(r, c->cause_ppm[k]);
	rows_number(r, row->plan.spilled_bytes);
	rows_number(r, row->map_cost_ppm);
	rows_text(r, cost_grade_name(cost_latency_grade(&c->basis)));
	rows_text(r, cost_grade_name(cost_bandwidth_grade(&c->basis)));
	day_cells(r, row);
	rows_text(r, main_cause(c));
}

static void print_rows(const struct compare *c, const struct view *view, FILE *out)
{
	static const char *const cases[] = {"case",
					    "policy",
					    "slowdown_ppm",
					    "cause",
					    "bandwidth_bytes_per_s",
					    "latency_ps",
					    "nodes",
					    "remote_ppm",
					    "mean_distance_centi",
					    "map_cost_ppm",
					    "spilled_bytes",
					    "zone",
					    NULL};
	static const char *const zones[] = {"policy",
					    "zone",
					    "nodes",
					    "slowdown_ppm",
					    "cause",
					    "remote_ppm",
					    "bandwidth_bytes_per_s",
					    "latency_ps",
					    "mean_distance_centi",
					    "spilled_bytes",
					    "map_cost_ppm",
					    NULL};
	static const char *const days[] = {"policy",
					   "zone",
					   "nodes",
					   "slowdown_ppm",
					   "day_local_page_ppm",
					   "day_slowdown_ppm",
					   "cause",
					   "remote_ppm",
					   "bandwidth_bytes_per_s",
					   "latency_ps",
					   "mean_distance_centi",
					   "spilled_bytes",
					   "map_cost_ppm",
					   NULL};
	struct rows r = {.shown = c->question ? cases : c->has_day ? days : zones};
	struct column *all = compare_columns(NULL, &r.nr_columns);

	r.column = all;
	for (size_t i = 0; i < c->nr; i++)
		add_row(&r, &c->row[i]);
	fprintf(out, "%s\n\n", c->host->name);
	rows_print_table(&r, view, out);
	rows_release(&r);
	free(all);
}

/* Of all zones of a policy together: the zones are the same for all. */
static void add_sample(struct verdict *v, const struct compare *c, const struct policy *policy)
{
	int64_t offered = 0, placed = 0, distance = 0, slowdown = 0, remote = 0;
	struct verdict_sample *s;

	for (size_t i = 0; i < c->nr; i++) {
		const struct compare_row *r = &c->row[i];

		if (r->policy != policy)
			continue;
		offered++;
		placed += r->placed;
		distance += r->placed ? r->mean_distance_centi : 0;
		slowdown += r->placed ? r->cost.slowdown_ppm : 0;
		remote += r->placed ? r->cost.cause_ppm[COST_REMOTE] : 0;
	}
	s = verdict_sample(verdict_contender(v, policy->name), 0);
	s->of[VERDICT_OFFERED] = offered;
	s->of[VERDICT_PLACED] = placed;
	if (!placed)
		return;
	s->of[VERDICT_DISTANCE] = distance / placed;
	s->of[VERDICT_SLOWDOWN] = slowdown / placed;
	s->of[VERDICT_REMOTE] = remote / placed;
}

static void print_verdict(const struct compare *c, FILE *out)
{
	struct verdict v = {0};
	struct cost_basis basis = basis_of(c);

	v.latency_error_ppm = cost_latency_error_ppm(&basis);
	v.bandwidth_error_ppm = cost_bandwidth_error_ppm(&basis);
	for (size_t i = 0; i < c->nr_policies; i++)
		add_sample(&v, c, c->policy[i]);
	verdict_print(&v, out);
	verdict_release(&v);
}

/* Rows of a case stand together, the policies one after the other. */
static void print_answer(const struct compare *c, FILE *out)
{
	size_t wins = 0;
	char text[40], *line;

	fprintf(out, "\n");
	for (size_t i = 0; i + 1 < c->nr; i++) {
		const struct compare_row *a = &c->row[i], *b = &c->row[i + 1];
		int64_t gain;

		if (strcmp(a->label, b->label) != 0 || strcmp(a->zone->name, b->zone->name) != 0)
			continue;
		gain = gain_ppm(a, b);
		if (!gain)
			continue;
		line = xasprintf("%s: %s does %s %% of the work of %s", a->label, b->policy->name,
				 unit_text(UNIT_SHARE, gain, 1, text, sizeof(text)),
				 a->policy->name);
		terminal_print_sentence(line, out);
		free(line);
		wins += gain > 1010000;
	}
	fprintf(out, "the second of a pair wins by more than 1 %% in %zu cases on this host\n",
		wins);
}

static void print_swing(const struct compare *c, FILE *out)
{
	static const char *const name[] = {"policy", "zone",  "launches", "placed",
					   "p5 %",   "p50 %", "p95 %",	  "swing %"};
	struct table *t = table_new();

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		table_cell(t, "%s", name[i]);
	table_end_row(t);
	for (size_t i = 0; i < c->nr_launches; i++) {
		const struct launch_row *r = &c->launch[i];

		table_cell(t, "%s", r->policy->name);
		table_cell(t, "%s", r->zone->name);
		table_cell(t, "%u", r->launches);
		table_cell(t, "%u", r->placed);
		percent_cell(t, r->p5_ppm);
		percent_cell(t, r->p50_ppm);
		percent_cell(t, r->p95_ppm);
		percent_cell(t, r->swing_ppm);
		table_end_row(t);
	}
	fprintf(out, "\nperformance among changing neighbours (100 %% = alone, all local)\n");
	(void)table_print_within(t, out, 0, 2, terminal_columns(out));
	table_free(t);
}

static void csv_swing(const struct compare *c, FILE *out)
{
	schema_print_header(&schema_launches, out);
	for (size_t i = 0; i < c->nr_launches; i++) {
		const struct launch_row *r = &c->launch[i];

		fprintf(out, "%s,%s,%u,%u", r->policy->name, r->zone->name, r->launches, r->placed);
		figure_print_next(r->p5_ppm, out);
		figure_print_next(r->p50_ppm, out);
		figure_print_next(r->p95_ppm, out);
		figure_print_next(r->swing_ppm, out);
		fputc('\n', out);
	}
}

static void print_refusals(const struct compare *c, FILE *out)
{
	for (size_t i = 0; i < c->nr; i++) {
		char *text;

		if (c->row[i].placed)
			continue;
		text = xasprintf("%s under %s: refused: %s", c->row[i].zone->name,
				 c->row[i].policy->name, c->row[i].refusal);
		terminal_print_sentence(text, out);
		free(text);
	}
}

void compare_print_text(const struct compare *c, const struct view *view, FILE *out)
{
	char *grade = compare_grade(c);

	print_rows(c, view, out);
	print_refusals(c, out);
	if (c->question)
		print_answer(c, out);
	else
		print_verdict(c, out);
	if (c->nr_launches)
		print_swing(c, out);
	fputc('\n', out);
	terminal_print_sentence(grade, out);
	free(grade);
}

void compare_print_csv(const struct compare *c, FILE *out)
{
	if (c->nr_launches) {
		csv_swing(c, out);
		return;
	}
	schema_print_header(&schema_compare, out);
	for (size_t i = 0; i < c->nr; i++) {
		const struct compare_row *r = &c->row[i];
		char *nodes;

		fprintf(out, "\"%s\",%s,%s,%d", r->label, r->policy->name, r->zone->name,
			r->placed);
		if (!r->placed) {
			fputs(",,,,,,,,,,,,,,,,,,,,\n", out);
			continue;
		}
		nodes = plan_nodes_text(&r->plan);
		fprintf(out, ",%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, nodes,
			r->mean_distance_centi, r->cost.bandwidth_bytes_per_s, r->cost.latency_ps,
			r->cost.slowdown_ppm, r->cost.remote_ppm);
		for (int k = 0; k < COST_CAUSES; k++)
			fprintf(out, ",%" PRId64, r->cost.cause_ppm[k]);
		fprintf(out, ",%" PRId64 ",%" PRId64 ",%s,%s", r->plan.spilled_bytes,
			r->map_cost_ppm, cost_grade_name(cost_latency_grade(&r->cost.basis)),
			cost_grade_name(cost_bandwidth_grade(&r->cost.basis)));
		if (r->day.known)
			fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
				r->day.local_page_ppm, r->day.slowdown_ppm, r->day.balloon_steps,
				r->day.balloon_failures);
		else
			fputs(",,,,\n", out);
		free(nodes);
	}
}
