/*
 * homenode-advised: a workload replayed on the simulator without advice and with it, carried out
 * every so often on every host: what it buys, and what it costs.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/table.h"
#include "base/units.h"
#include "bench/advised/replay.h"
#include "bench/experiment/experiment.h"
#include "cli/matrix_flags.h"
#include "cli/trace_flags.h"
#include "schema/schema.h"
#include "sim/sim.h"

const char program_name[] = "homenode-advised";

#define EVERY_NS (6 * NS_PER_HOUR)
#define STEPS 10
#define MEND_PERCENT 90
#define DOWN_NS (60 * NS_PER_S)

static const struct option options[] = {
	MATRIX_OPTIONS,
	{"trace", 't', "FORMAT", "WORKLOAD is a trace in this format", false},
	{"skip-bad", 0, NULL, "count bad trace rows and go on", OPTION_RARE},
	TRACE_OPTIONS,
	{"every", 0, "TIME", "how often hosts are mended (default 6h)", false},
	{"steps", 0, "N", "most restarts of a host each time (default 10)", false},
	{"mend", 0, "N", "percent of what can be won (default 90)", false},
	{"down", 0, "TIME", "what a restart costs a zone (default 1min)", false},
	{0},
};

struct advised {
	const struct args *args;
	struct chosen chosen;
	struct experiment experiment;
	int64_t every_ns, down_ns;
	struct advised_rule rule;
};

static int read_options(struct advised *a, struct error *err)
{
	int64_t steps = STEPS, mend = MEND_PERCENT;
	int rc = choose_matrix(&a->chosen, a->args, &sim_backend, NULL, err);

	a->every_ns = EVERY_NS;
	a->down_ns = DOWN_NS;
	if (!rc)
		rc = args_duration(a->args, "every", &a->every_ns, err);
	if (!rc)
		rc = args_duration(a->args, "down", &a->down_ns, err);
	if (!rc)
		rc = args_int(a->args, "steps", 1, 64, &steps, err);
	if (!rc)
		rc = args_int(a->args, "mend", 1, 100, &mend, err);
	if (!rc && a->every_ns < NS_PER_S)
		rc = error_set(err, ERR_USAGE, "--every: a second at least");
	if (!rc &&
	    (a->chosen.workload.duration_ns == NS_NEVER || a->chosen.workload.fleet.nr_clusters))
		rc = error_set(err, ERR_USAGE,
			       "%s: a workload with a \"duration\" is needed, and no clusters",
			       a->chosen.workload.path);
	a->rule.max_steps = (uint32_t)steps;
	a->rule.mend_ppm = mend * 10000;
	return rc;
}

/* vCPU-seconds of the zones' lives that were lost to slowness. */
static double lost_vcpu_s(const struct row *r)
{
	return (double)r->vcpu_time_s * (1 - 1e6 / (double)r->slowdown_ppm);
}

static void unit_cell(struct table *t, enum unit unit, int64_t figure)
{
	char text[40];

	table_cell(t, "%s", unit_text(unit, figure, -1, text, sizeof(text)));
}

static void print_row(struct table *t, const struct advised *a, const char *what,
		      const struct replay_result *r, const struct replay_result *without)
{
	const struct row *row = &r->run.row;
	double down = (double)r->restarted_vcpus * (double)a->down_ns / 1e9;
	double won = lost_vcpu_s(&without->run.row) - lost_vcpu_s(row);

	table_cell(t, "%s", row->memory_policy);
	table_cell(t, "%s", row->allocator);
	table_cell(t, "%s", what);
	unit_cell(t, UNIT_COUNT, row->zones_placed);
	unit_cell(t, UNIT_COUNT, row->zones_refused);
	unit_cell(t, UNIT_SHARE, row->local_page_ppm);
	unit_cell(t, UNIT_FACTOR, row->slowdown_ppm);
	table_cell(t, "%.1f", lost_vcpu_s(row) / 3600);
	if (r == without) {
		table_end_row(t);
		return;
	}
	table_cell(t, "%llu", (unsigned long long)r->restarts);
	table_cell(t, "%.1f", down / 3600);
	table_cell(t, "%.1f", (won - down) / 3600);
	table_end_row(t);
}

static int three_ways(struct table *t, struct advised *a, size_t row, struct error *err)
{
	struct workload own;
	struct run_input in = experiment_input(&a->experiment, row, &own);
	struct replay_ask ask = {.in = &in, .every_ns = a->every_ns};
	struct replay_result without, with;
	int rc;

	if (in.policy->remembers)
		return error_set(err, ERR_USAGE,
				 "%s remembers where it placed zones: its hosts "
				 "cannot be mended behind its back",
				 in.policy->name);
	a->rule.policy = in.policy;
	rc = replay(&ask, &without, err);
	if (rc)
		return rc;
	print_row(t, a, "none", &without, &without);
	ask.rule = &a->rule;
	for (int dynamic = 1; !rc && dynamic >= 0; dynamic--) {
		a->rule.stay_dynamic = dynamic;
		/* what is static already can be made nothing else */
		if (!dynamic && in.memory == RUN_MEMORY_STATIC)
			continue;
		rc = replay(&ask, &with, err);
		if (!rc)
			print_row(t, a, dynamic ? "restarts" : "static", &with, &without);
	}
	return rc;
}

static void print_head(struct table *t)
{
	static const char *const head[] = {"memory",   "allocator",   "advice",	   "placed",
					   "refused",  "local %",     "slowdown",  "lost vCPU-h",
					   "restarts", "down vCPU-h", "won vCPU-h"};

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		table_cell(t, "%s", head[i]);
	table_end_row(t);
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct advised a = {.args = args};
	struct table *t = table_new();
	int rc = read_options(&a, err);

	*status = 0;
	a.experiment.matrix = a.chosen.matrix;
	a.experiment.backend = &sim_backend;
	a.experiment.cost = true;
	a.experiment.skip_bad = args_flag(args, "skip-bad");
	print_head(t);
	for (size_t i = 0; !rc && i < matrix_rows(&a.experiment.matrix); i++)
		rc = three_ways(t, &a, i, err);
	if (!rc)
		table_print(t, stdout, 0);
	table_free(t);
	chosen_release(&a.chosen);
	return rc;
}

static const struct command cmd_replay = {
	.name = "replay",
	.operands = "WORKLOAD",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "a workload without advice for its hosts and with it",
	.about =
		"Each row of WORKLOAD is run three times: as it is; with each host mended every so "
		"often by what homenode advise says, zones as dynamic as before; and with zones "
		"that drifted made static where there is room.",
	.example = "homenode-advised replay balloon-week --memory dynamic --allocator xen",
	.option = options,
	.run = run,
};

const struct command *const commands[] = {&cmd_replay, &cmd_help, NULL};

int main(int argc, char **argv)
{
	return program_run(argc, argv);
}
