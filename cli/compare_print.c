#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/table.h"
#include "base/units.h"
#include "cli/compare_print.h"
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

char *compare_grade(const struct compare *c)
{
	enum host_grade latency = GRADE_MEASURED, bandwidth = GRADE_MEASURED;

	for (size_t i = 0; i < c->nr; i++) {
		const struct cost_result *r = &c->row[i].cost;

		if (!c->row[i].placed)
			continue;
		latency = r->latency_grade < latency ? r->latency_grade : latency;
		bandwidth = r->bandwidth_grade < bandwidth ? r->bandwidth_grade : bandwidth;
	}
	return xasprintf("latency is %s (%s); bandwidth is %s (%s)", cost_grade_name(latency),
			 cost_latency_error(latency), cost_grade_name(bandwidth),
			 cost_bandwidth_error(bandwidth));
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

static void figure_cell(struct table *t, enum unit u, int64_t figure, int decimals)
{
	char text[40];

	table_cell(t, "%s", unit_text(u, figure, decimals, text, sizeof(text)));
}

static void percent_cell(struct table *t, int64_t figure)
{
	char text[40];

	table_cell(t, "%s%s", unit_text(UNIT_SHARE, figure, 1, text, sizeof(text)),
		   is_known(figure) ? "%" : "");
}

static void header(struct table *t, bool question, bool day)
{
	static const char *const name[] = {"policy", "zone",  "nodes",	  "distance",
					   "GB/s",   "ns",    "slowdown", "cause",
					   "remote", "spill", "map cost", NULL};

	if (question)
		table_cell(t, "case");
	for (size_t i = 0; name[i]; i++)
		table_cell(t, "%s", name[i]);
	if (day) {
		table_cell(t, "day local");
		table_cell(t, "day slowdown");
	}
	table_end_row(t);
}

static void day_cells(struct table *t, const struct compare_row *r)
{
	if (!r->day.known) {
		table_cell(t, "-");
		table_cell(t, "-");
		return;
	}
	percent_cell(t, r->day.local_page_ppm);
	figure_cell(t, UNIT_FACTOR, r->day.slowdown_ppm, 3);
}

static void text_row(struct table *t, const struct compare_row *r, bool question, bool day)
{
	const struct cost_result *c = &r->cost;
	char spill[32];
	char *nodes;

	if (question)
		table_cell(t, "%s", r->label);
	table_cell(t, "%s", r->policy->name);
	table_cell(t, "%s", r->zone->name);
	if (!r->placed) {
		table_cell(t, "refused");
		for (int i = 0; i < (day ? 10 : 8); i++)
			table_cell(t, "-");
		table_end_row(t);
		return;
	}
	nodes = plan_nodes_text(&r->plan);
	table_cell(t, "%s", nodes);
	figure_cell(t, UNIT_SLIT, r->mean_distance_centi, 2);
	figure_cell(t, UNIT_BYTES_PER_S, c->bandwidth_bytes_per_s, 2);
	figure_cell(t, UNIT_PS, c->latency_ps, 1);
	figure_cell(t, UNIT_FACTOR, c->slowdown_ppm, 3);
	table_cell(t, "%s", main_cause(c));
	percent_cell(t, c->remote_ppm);
	table_cell(t, "%s", bytes_text(r->plan.spilled_bytes, spill, sizeof(spill)));
	percent_cell(t, r->map_cost_ppm);
	if (day)
		day_cells(t, r);
	table_end_row(t);
	free(nodes);
}

/* Rows of a case stand together, the policies one after the other. */
static void print_answer(const struct compare *c, FILE *out)
{
	size_t wins = 0;
	char text[40];

	fprintf(out, "\n");
	for (size_t i = 0; i + 1 < c->nr; i++) {
		const struct compare_row *a = &c->row[i], *b = &c->row[i + 1];
		int64_t gain;

		if (strcmp(a->label, b->label) != 0 || strcmp(a->zone->name, b->zone->name) != 0)
			continue;
		gain = gain_ppm(a, b);
		if (!gain)
			continue;
		fprintf(out, "%s: %s does %s %% of the work of %s\n", a->label, b->policy->name,
			unit_text(UNIT_SHARE, gain, 1, text, sizeof(text)), a->policy->name);
		wins += gain > 1010000;
	}
	fprintf(out, "the second of a pair wins by more than 1 %% in %zu cases on this host\n",
		wins);
}

static void print_swing(const struct compare *c, FILE *out)
{
	static const char *const name[] = {"policy", "zone", "launches", "placed",
					   "p5",     "p50",  "p95",	 "swing"};
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
	table_print(t, out, 0);
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

void compare_print_text(const struct compare *c, FILE *out)
{
	struct table *t = table_new();
	char *grade = compare_grade(c);

	header(t, c->question, c->has_day);
	for (size_t i = 0; i < c->nr; i++)
		text_row(t, &c->row[i], c->question, c->has_day);
	table_print(t, out, 0);
	table_free(t);
	for (size_t i = 0; i < c->nr; i++) {
		if (!c->row[i].placed)
			fprintf(out, "%s under %s: refused: %s\n", c->row[i].zone->name,
				c->row[i].policy->name, c->row[i].refusal);
	}
	if (c->question)
		print_answer(c, out);
	if (c->nr_launches)
		print_swing(c, out);
	fprintf(out, "\n%s\n", grade);
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
			r->map_cost_ppm, cost_grade_name(r->cost.latency_grade),
			cost_grade_name(r->cost.bandwidth_grade));
		if (r->day.known)
			fprintf(out, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
				r->day.local_page_ppm, r->day.slowdown_ppm, r->day.balloon_steps,
				r->day.balloon_failures);
		else
			fputs(",,,,\n", out);
		free(nodes);
	}
}
