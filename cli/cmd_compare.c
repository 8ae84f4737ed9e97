/*
 * Policies side by side. Neighbours are placed first, by edera-compact whatever
 * the policy, so that every policy meets the same host.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/compare/compare.h"
#include "cli/command.h"
#include "cli/compare_print.h"
#include "cli/zone_flags.h"
#include "cost/params/assume.h"
#include "host/host.h"
#include "sim/sim.h"

struct session {
	struct host *host;
	struct cost_params params;
	struct zone_list zones, neighbours;
	const struct policy *what[POLICIES_MAX];
	struct compare result;
	enum output_format format;
	struct view view;
	int64_t launches, seed; /* launches 0: no swing */
};

/* Without zones the question is which of Edera's two. */
static int choose_policies(struct session *s, const struct args *args, bool zones,
			   struct error *err)
{
	static const char *const two[] = {"compact", "scatter", NULL};

	s->result.policy = s->what;
	return zones || args_given(args, "policy")
		       ? find_policies(args, "policy", s->what, &s->result.nr_policies, err)
		       : find_named_policies("--policy", two, s->what, &s->result.nr_policies, err);
}

static int load(struct session *s, const struct args *args, struct error *err)
{
	const char *zones = args_operand(args, 1);
	const char *neighbours = args_string(args, "neighbours", NULL);
	struct zone_reading how = zone_reading_of(args);
	struct cost_assume assume = {0};
	int rc = args_format(args, &s->format, err);

	if (!rc)
		rc = compare_view(&s->view, args, s->format, err);
	if (!rc)
		rc = args_int(args, "launches", 1, 100000, &s->launches, err);
	s->seed = 1;
	if (!rc)
		rc = args_int(args, "seed", 0, INT64_MAX, &s->seed, err);
	for (const char *const *a = args_strings(args, "assume"); *a && !rc; a++)
		rc = cost_assume_parse(*a, &assume, err);
	if (!rc && (neighbours || s->launches) && !zones)
		rc = error_set(err, ERR_USAGE,
			       "--neighbours and --launches go with a file of zones");
	if (!rc)
		rc = choose_policies(s, args, zones != NULL, err);
	if (!rc)
		rc = args_jobs(args, &s->result.jobs, err);
	if (!rc)
		rc = zones ? zone_list_load(&s->zones, zones, &how, err)
			   : zone_reading_check(&how, err);
	if (!rc && neighbours)
		rc = zone_list_load(&s->neighbours, neighbours, &how, err);
	if (!rc)
		rc = find_host(args_operand(args, 0), &s->host, err);
	if (rc)
		return rc;
	print_host_warnings(s->host, args_flag(args, "quiet"));
	cost_params_init(&s->params, s->host, &assume);
	s->result.host = s->host;
	s->result.params = &s->params;
	return 0;
}

static void print_result(const struct session *s)
{
	switch (s->format) {
	case FORMAT_TEXT:
		compare_print_text(&s->result, &s->view, stdout);
		break;
	case FORMAT_CSV:
		compare_print_csv(&s->result, stdout);
		break;
	case FORMAT_JSON:
		compare_print_json(&s->result, stdout);
		break;
	case FORMAT_JSONL:
		compare_print_jsonl(&s->result, stdout);
		break;
	case FORMAT_OPENMETRICS:
		BUG_ON(true); /* no row of a table names it */
	}
}

/* The answer is no where no policy has one for a zone. */
static bool some_zone_has_no_place(const struct compare *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		bool placed = false;

		for (size_t k = 0; k < c->nr && !placed; k++)
			placed = c->row[k].zone == c->row[i].zone && c->row[k].placed;
		if (!placed)
			return true;
	}
	return false;
}

static int compare(struct session *s, bool zones, struct error *err)
{
	struct compare *c = &s->result;
	const struct zone_list nobody = {0};
	int rc;

	if (!zones)
		return compare_question(c, err);
	rc = compare_zones(c, "", &s->zones, s->launches ? &nobody : &s->neighbours, err);
	if (!rc && !s->launches)
		rc = compare_day(c, &sim_backend, &s->zones, &s->neighbours, err);
	if (!rc && s->launches)
		compare_launches(c, &s->zones, &s->neighbours, (uint32_t)s->launches,
				 (uint64_t)s->seed);
	return rc;
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct session *s = xcalloc(1, sizeof(*s));
	int rc = load(s, args, err);

	if (!rc)
		rc = compare(s, args_operand(args, 1) != NULL, err);
	if (!rc)
		print_result(s);
	*status = some_zone_has_no_place(&s->result);
	view_release(&s->view);
	compare_release(&s->result);
	cost_params_release(&s->params);
	zone_list_release(&s->zones);
	zone_list_release(&s->neighbours);
	host_free(s->host);
	free(s);
	return rc;
}

static const struct option options[] = {
	{"policy", 'p', "POLICY,...", "default: all; without ZONES compact and scatter", true},
	OPTION_OLD("what", 'w', "policy"),
	{"neighbours", 'N', "ZONES", "zones that are there already, by edera-compact", false},
	{"launches", 'l', "N", "launch each zone so often among changing neighbours", false},
	{"seed", 's', "N", "of the neighbours that --launches draws (default 1)", false},
	VIEW_OPTIONS,
	OPTION_FORMAT("text|json|jsonl|csv", "text (default) or rows; jsonl: a row a line"),
	OPTION_JOBS("policies"),
	{"assume", 'a', "NAME=VALUE,...", "memory figures you know better (fabric=124GB, ...)",
	 true},
	ZONE_READING_OPTIONS,
	{0},
};

const struct command cmd_compare = {
	.name = "compare",
	.operands = "HOST [ZONES]",
	.min_operands = 1,
	.max_operands = 2,
	.summary = "policies side by side, with what each costs",
	.about =
		"Places the zones under each policy on an otherwise equal host and says what each "
		"zone then gets: bandwidth, mean memory latency, time against being alone with all "
		"memory local, why, what a wrong map of its memory costs, and how local dynamic "
		"memory stays over a day. Without ZONES it "
		"answers whether compact or scatter suits a zone on two nodes of this host, "
		"streaming and chasing pointers, alone and with neighbours, with private and "
		"shared data. Figures say how far they can be trusted; see docs/cost-model.md.",
	.example =
		"homenode compare epyc-nps4-8n docs/examples/zones.json --policy compact,scatter",
	.option = options,
	.columns = compare_columns,
	.run = run,
};
