#include "cli/advise_text.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/table.h"
#include "base/terminal.h"
#include "base/units.h"
#include "cli/rows.h"

#define NANO 1000000000

/* --- words ---------------------------------------------------------------------------- */

/* "0", "0,4": os_indexes; "any" of all that have CPUs; the caller frees. */
static char *nodes_text(const struct host *h, nodeset nodes)
{
	if (nodes == h->cpu_nodes && nodeset_count(nodes) > 1)
		return xstrdup("any");
	return host_nodes_text(h, nodes);
}

static char *on_nodes(const struct live_sample *s, nodeset nodes)
{
	char *list = nodes_text(s->host, nodes);
	char *text = xasprintf("%s %s", nodeset_count(nodes) > 1 ? "nodes" : "node", list);

	free(list);
	return text;
}

char *advise_step_text(const struct live_sample *s, const struct advice_step *step)
{
	const char *name = s->zone[step->zone].name;
	char *nodes = on_nodes(s, step->plan->nodes), size[32], *text = NULL;
	int64_t bytes = plan_memory_bytes(step->plan);

	switch (step->kind) {
	case ADVICE_PIN:
		text = xasprintf("run the vCPUs of %s on %s", name, nodes);
		break;
	case ADVICE_MOVE:
		text = xasprintf("move %s to %s, its pages too", name, nodes);
		break;
	case ADVICE_SHRINK:
		text = xasprintf("shrink %s to %s", name, bytes_text(bytes, size, sizeof(size)));
		break;
	case ADVICE_RESTART:
		text = xasprintf("restart %s on %s%s%s", name, nodes,
				 step->makes_static ? ", static with " : "",
				 step->makes_static ? bytes_text(bytes, size, sizeof(size)) : "");
		break;
	}
	free(nodes);
	return text;
}

char *advise_cost_text(const struct advice_step *step)
{
	char size[32];

	bytes_text(step->moved_bytes, size, sizeof(size));
	switch (step->kind) {
	case ADVICE_PIN:
		return xstrdup("nothing is moved");
	case ADVICE_MOVE:
		return xasprintf("%s copied while it runs", size);
	case ADVICE_SHRINK:
		return xasprintf("%s that it has now", size);
	case ADVICE_RESTART:
	default:
		return xasprintf("down until it has booted, %s handed out anew", size);
	}
}

const char *advise_risk_text(const struct live_sample *s, const struct advice_step *step)
{
	const struct live_zone *z = &s->zone[step->zone];

	if (step->kind == ADVICE_RESTART && nodeset_count(step->plan->nodes) > 1 &&
	    step->plan->told == PLAN_TOLD_VNUMA)
		return "a guest that does not start again; it must be told of its nodes";
	switch (step->kind) {
	case ADVICE_PIN:
		return "a guest that was told which CPUs are near each other";
	case ADVICE_MOVE:
		return z->kind == LIVE_CONTAINER
			       ? "its manager may set the old CPUs and nodes again"
			       : "pages that are locked stay; its own policy of memory may take "
				 "new "
				 "ones from the old node";
	case ADVICE_SHRINK:
		return "which pages it gives back is its choice: look before the next step";
	case ADVICE_RESTART:
	default:
		return "what is in its memory is lost; a guest that does not start again";
	}
}

/* --- rows ----------------------------------------------------------------------------- */

static int64_t at_home_ppm(const struct live_sample *s, const struct live_zone *z, nodeset runs_on)
{
	int64_t all = live_zone_bytes(s, z), there = 0;
	unsigned node;

	if (all <= 0)
		return FIGURE_UNKNOWN;
	nodeset_for_each (node, runs_on)
		there += z->node_bytes[node];
	return ppm(there, all);
}

static void nodes_cell(struct rows *r, const struct host *h, nodeset nodes)
{
	char *text = nodes_text(h, nodes);

	rows_text(r, text);
	free(text);
}

static int64_t lost_milli(uint32_t vcpus, const struct cost_result *c)
{
	return cost_rounded(vcpus * (1 - 1e6 / (double)c->slowdown_ppm) * 1000);
}

static void add_zone(struct rows *r, const struct advise_ask *ask, const struct advice *a,
		     uint32_t i)
{
	const struct live_zone *z = &ask->sample->zone[i];
	const struct advice_zone *q = &a->zone[i];
	bool known = !q->unknown;

	rows_text(r, z->name);
	rows_text(r, live_kind_name(z->kind));
	rows_number(r, z->vcpus);
	nodes_cell(r, ask->sample->host, q->runs_on);
	rows_number(r, known ? at_home_ppm(ask->sample, z, q->runs_on) : FIGURE_UNKNOWN);
	rows_number(r, known ? q->now.slowdown_ppm : FIGURE_UNKNOWN);
	rows_number(r, known ? q->now.latency_ps : FIGURE_UNKNOWN);
	rows_number(r, known ? lost_milli(z->vcpus, &q->now) : FIGURE_UNKNOWN);
	rows_text(r, known ? advice_cause_name(q->cause) : q->unknown);
	nodes_cell(r, ask->sample->host, q->policy_nodes);
	nodes_cell(r, ask->sample->host, q->runs_then);
	rows_number(r, known ? q->then.slowdown_ppm : FIGURE_UNKNOWN);
	rows_text(r, q->fixed);
}

static void add_step(struct rows *r, const struct advise_ask *ask, const struct advice *a,
		     uint32_t i)
{
	const struct advice_step *step = &a->step[i];
	char *cost = advise_cost_text(step), *what = advise_step_text(ask->sample, step);

	rows_number(r, i + 1);
	rows_text(r, advice_kind_name(step->kind));
	rows_text(r, ask->sample->zone[step->zone].name);
	nodes_cell(r, ask->sample->host, step->plan->nodes);
	rows_number(r, plan_memory_bytes(step->plan));
	rows_number(r, step->makes_static);
	rows_number(r, step->with_next);
	rows_number(r, step->with_next ? FIGURE_UNKNOWN : step->gain_nano_vcpus / (NANO / 1000));
	rows_number(r, step->moved_bytes);
	rows_number(r, step->kind == ADVICE_RESTART);
	rows_text(r, what);
	rows_text(r, cost);
	rows_text(r, advise_risk_text(ask->sample, step));
	free(what);
	free(cost);
}

/* --- a page for people ----------------------------------------------------------------- */

static const char *vcpus_text(int64_t nano, char *buf, size_t size)
{
	return decimal_text(nano, NANO, 2, buf, size);
}

static uint32_t count_known(const struct advise_ask *ask, const struct advice *a)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < ask->sample->nr_zones; i++)
		nr += !a->zone[i].unknown;
	return nr;
}

static void print_loss(const struct advise_ask *ask, const struct advice *a, FILE *out)
{
	const struct host *h = ask->sample->host;
	uint32_t nr = ask->sample->nr_zones, known = count_known(ask, a);
	int64_t all = (int64_t)a->vcpus * NANO;
	char lost[40], share[40], policy[40], of_them[40] = "", *text;

	if (known < nr)
		snprintf(of_them, sizeof(of_them), ", %u of them known,", known);
	if (all)
		text = xasprintf(
			"host %s: %u node%s, %u zone%s%s with %u vCPUs, of which %s are "
			"lost (%s %%)",
			h->name, h->nr_nodes, h->nr_nodes == 1 ? "" : "s", nr, nr == 1 ? "" : "s",
			of_them, a->vcpus, vcpus_text(a->lost_nano_vcpus, lost, sizeof(lost)),
			decimal_text(ppm(a->lost_nano_vcpus, all), 10000, 1, share, sizeof(share)));
	else
		text = xasprintf("host %s: %u node%s, %u zone%s%s", h->name, h->nr_nodes,
				 h->nr_nodes == 1 ? "" : "s", nr, nr == 1 ? "" : "s",
				 nr ? ", none of them known" : "");
	terminal_print_sentence(text, out);
	free(text);
	if (!all)
		return;
	if (a->policy_refused)
		fprintf(out, "%s would have refused %u of them\n", ask->policy->name,
			a->policy_refused);
	else
		fprintf(out, "had %s placed all that may be changed, it would be %s\n",
			ask->policy->name,
			vcpus_text(a->policy_nano_vcpus, policy, sizeof(policy)));
}

static void print_step(const struct advise_ask *ask, const struct advice *a, uint32_t i, FILE *out)
{
	const struct advice_step *step = &a->step[i];
	bool joined = i && a->step[i - 1].with_next;
	char *what = advise_step_text(ask->sample, step), *cost = advise_cost_text(step);
	char wins[64] = "", *text;

	if (!step->with_next) {
		char vcpus[40];

		snprintf(wins, sizeof(wins), "wins %s vCPUs%s; ",
			 vcpus_text(step->gain_nano_vcpus, vcpus, sizeof(vcpus)),
			 joined ? " with the one before" : "");
	}
	text = xasprintf("%2u. %s%s: %scost: %s; risk: %s", i + 1, what,
			 step->with_next ? ", stopped before the next one starts" : "", wins, cost,
			 advise_risk_text(ask->sample, step));
	text_tame(text);
	terminal_print_indented(0, 4, text, out);
	free(text);
	free(cost);
	free(what);
}

static void print_sum(const struct advise_ask *ask, const struct advice *a, FILE *out)
{
	int64_t won = a->lost_nano_vcpus - a->then_nano_vcpus;
	int64_t most = a->lost_nano_vcpus - a->best_nano_vcpus;
	char left[40], share[40], best[40], *text;

	if (!a->nr_steps && ask->sample->nr_zones && !a->vcpus) {
		fputs("there is nothing to advise on\n", out);
		return;
	}
	if (!a->nr_steps) {
		fputs(a->lost_nano_vcpus > NANO / 100
			      ? "no change of those that may be made wins anything\n"
			      : "there is nothing to change\n",
		      out);
		return;
	}
	text = xasprintf("%u step%s win%s %s %% of what is lost; %s vCPUs are lost then%s",
			 a->nr_steps, a->nr_steps > 1 ? "s" : "", a->nr_steps > 1 ? "" : "s",
			 decimal_text(ppm(won, a->lost_nano_vcpus), 10000, 0, share, sizeof(share)),
			 vcpus_text(a->then_nano_vcpus, left, sizeof(left)),
			 most > won ? "" : ", and no longer list was found that wins more");
	terminal_print_sentence(text, out);
	free(text);
	if (most <= won)
		return;
	fprintf(out, "%u steps would win %s %% (--mend 100%s)\n", a->best_steps,
		decimal_text(ppm(most, a->lost_nano_vcpus), 10000, 0, best, sizeof(best)),
		a->best_steps == ask->max_steps ? ", --steps for more" : "");
}

static void print_page(const struct advise_ask *ask, const struct advice *a,
		       const struct rows *zones, const struct view *view, FILE *out)
{
	bool all = view->wide || view->nr;

	print_loss(ask, a, out);
	fputc('\n', out);
	if (zones->nr)
		rows_print_zones(zones, view, all ? TABLE_ANY_WIDTH : terminal_columns(out), out);
	fputc('\n', out);
	for (uint32_t i = 0; i < a->nr_steps; i++)
		print_step(ask, a, i, out);
	if (a->nr_steps)
		fputc('\n', out);
	print_sum(ask, a, out);
}

void advise_print(const struct advise_ask *ask, const struct advice *a, enum output_format format,
		  const struct view *view, FILE *out)
{
	static const char *const shown[] = {
		"zone",	 "vcpus",	 "runs_on",    "at_home_ppm",	    "slowdown_ppm",
		"cause", "policy_nodes", "then_nodes", "then_slowdown_ppm", NULL};
	struct rows r[2] = {{.name = "zones",
			     .column = schema_advice_zones.column,
			     .nr_columns = schema_advice_zones.nr,
			     .shown = shown},
			    {.name = "steps",
			     .column = schema_advice_steps.column,
			     .nr_columns = schema_advice_steps.nr}};

	for (uint32_t i = 0; i < ask->sample->nr_zones; i++)
		add_zone(&r[0], ask, a, i);
	for (uint32_t i = 0; i < a->nr_steps; i++)
		add_step(&r[1], ask, a, i);
	if (format == FORMAT_TEXT)
		print_page(ask, a, &r[0], view, out);
	else if (format == FORMAT_JSON)
		rows_print_json_all(r, 2, false, out);
	else
		rows_print(&r[1], format, view, out);
	rows_release(&r[0]);
	rows_release(&r[1]);
}
