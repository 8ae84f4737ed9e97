/*
 * homenode size: how many hosts a workload needs under each policy.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "bench/size.h"
#include "cli/command.h"
#include "cli/fleet_flags.h"
#include "cli/progress.h"
#include "cli/rows.h"
#include "cli/trace_flags.h"
#include "host/host.h"
#include "sim/sim.h"

#define MOST 10000

static const struct option options[] = {
	{"host", 0, "HOST", "the kind of host, instead of the workload's own", false},
	{"policy", 'p', "POLICY,...", "policies, instead of the workload's own", true},
	{"most", 'm', "N", "give up beyond so many hosts (default 10000)", false},
	{"seed", 's', "N", "of the workload and of policies that draw", false},
	{"trace", 't', "FORMAT", "WORKLOAD is a trace in this format", false},
	{"skip-bad", 0, NULL, "count bad trace rows and go on", false},
	TRACE_OPTIONS,
	OPTION_JOBS("policies"),
	{"format", 0, "text|json|csv", "how rows are printed", false},
	{0},
};

struct sizing {
	const struct args *args;
	struct workload workload;
	struct host *host;
	const struct policy *policy[POLICIES_MAX];
	size_t nr_policies, nr_short; /* under so many not even the most are enough */
	struct size_input input;
	struct size_bound bound;
	struct progress progress;
	struct rows rows;
};

static int choose_policies(struct sizing *s, struct error *err)
{
	const char *const *own = s->workload.policy;

	return args_given(s->args, "policy")
		       ? find_policies(s->args, "policy", s->policy, &s->nr_policies, err)
		       : find_named_policies("\"policies\"", own, s->policy, &s->nr_policies, err);
}

static int choose_host(struct sizing *s, struct error *err)
{
	const struct fleet_spec *f = &s->workload.fleet;
	const char *name = args_string(s->args, "host", NULL);
	int rc;

	if (!name && f->nr_groups != 1)
		return error_set(err, ERR_USAGE,
				 "the fleet of %s has %" PRIu32 " kinds of host; choose one with "
				 "--host",
				 s->workload.path, f->nr_groups);
	say_assumed_fleet(&s->workload, s->args);
	rc = find_host(name ? name : f->group[0].topology, &s->host, err);
	if (!rc)
		scale_to_hosts(&s->workload, &s->host, 1, args_flag(s->args, "quiet"));
	return rc;
}

static int prepare(struct sizing *s, struct error *err)
{
	int64_t most = MOST, seed = -1;
	int rc = args_int(s->args, "most", 1, 1000000, &most, err);

	if (!rc)
		rc = args_int(s->args, "seed", 0, INT64_MAX, &seed, err);
	if (!rc)
		rc = load_workload(&s->workload, s->args, err);
	if (!rc)
		rc = find_choice(s->workload.path, s->workload.fleet.choice, err);
	if (!rc && workload_is_piped(&s->workload))
		rc = error_set(err, ERR_USAGE,
			       "size reads the trace again and again, standard input can be read "
			       "once: give a file");
	if (!rc)
		rc = choose_policies(s, err);
	if (!rc)
		rc = choose_host(s, err);
	if (!rc)
		rc = prepare_trace(&s->workload, s->args, err);
	if (rc)
		return rc;
	print_host_warnings(s->host, args_flag(s->args, "quiet"));
	progress_begin(&s->progress, "policy", args_flag(s->args, "quiet"));
	s->input = (struct size_input){
		.run = {.workload = &s->workload,
			.memory = RUN_MEMORY_AS_ASKED,
			.seed = seed >= 0 ? (uint64_t)seed : s->workload.seed[0],
			.backend = &sim_backend,
			.allocator = s->workload.allocator[0],
			.topology = s->host->name,
			.skip_bad = args_flag(s->args, "skip-bad")},
		.host = s->host,
		.most = (uint32_t)most,
		.progress = progress_show,
		.progress_context = &s->progress,
	};
	rc = args_jobs(s->args, &s->input.jobs, err);
	return rc ? rc : size_bound(&s->input, &s->bound, err);
}

static void add_row(struct sizing *s, const struct policy *policy, const struct size_result *r)
{
	rows_text(&s->rows, s->workload.name);
	rows_text(&s->rows, s->host->name);
	rows_text(&s->rows, policy->name);
	rows_number(&s->rows, (int64_t)s->bound.zones);
	rows_number(&s->rows, s->bound.peak_zones);
	rows_number(&s->rows, s->bound.hosts);
	if (r->hosts) {
		rows_number(&s->rows, r->hosts);
		rows_number(&s->rows, r->row.local_page_ppm);
		rows_number(&s->rows, r->row.mean_distance_centi);
		rows_number(&s->rows, FIGURE_UNKNOWN);
		return;
	}
	for (int i = 0; i < 3; i++)
		rows_number(&s->rows, FIGURE_UNKNOWN);
	rows_text(&s->rows, r->why);
	s->nr_short++;
}

static int size_all(struct sizing *s, struct error *err)
{
	struct size_result *result = xcalloc(s->nr_policies + 1, sizeof(*result));
	int rc = size_policies(&s->input, &s->bound, s->policy, s->nr_policies, result, err);

	progress_end(&s->progress);
	for (size_t i = 0; !rc && i < s->nr_policies; i++)
		add_row(s, s->policy[i], &result[i]);
	free(result);
	return rc;
}

static int run_size(const struct args *args, int *status, struct error *err)
{
	struct sizing s = {.args = args,
			   .rows = {.name = "sizes",
				    .column = schema_size.column,
				    .nr_columns = schema_size.nr}};
	enum output_format format;
	int rc = args_format(args, true, &format, err);

	if (!rc)
		rc = prepare(&s, err);
	if (!rc)
		rc = size_all(&s, err);
	if (!rc)
		rows_print(&s.rows, format, stdout);
	if (!rc && (fflush(stdout) != 0 || ferror(stdout)))
		rc = error_set(err, ERR_MACHINE, "standard output cannot be written");
	*status = s.nr_short > 0;
	rows_release(&s.rows);
	host_free(s.host);
	workload_release(&s.workload);
	return rc;
}

const struct command cmd_size = {
	.name = "size",
	.operands = "WORKLOAD",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "how many hosts a workload needs under each policy",
	.about = "Finds the least number of hosts of one kind with which no zone of WORKLOAD (a "
		 "name from workloads/, a JSON file, or a trace) is refused, by running it on "
		 "more and more of them. Beside it stands the number that CPUs and memory in "
		 "total call for: no policy does with less. Exit status 1 when a policy does not "
		 "do with --most.",
	.example = "homenode size week --policy edera-compact,nova",
	.option = options,
	.run = run_size,
};
