/*
 * homenode advise: what would mend a host whose zones are not where they should be. Nothing is
 * changed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/terminal.h"
#include "cli/advise_emit.h"
#include "cli/advise_text.h"
#include "cli/names.h"
#include "cli/sources.h"
#include "cost/params/grades.h"
#include "host/host.h"
#include "live/recording.h"
#include "zone/zone_check.h"

#define STEPS 20
#define MEND_PERCENT 90
#define SHRINK_PERCENT 25
#define SAMPLE_MOST ((size_t)64 << 20)

static const struct option options[] = {
	{"policy", 'p', "POLICY", "what placement should have been (default edera-compact)", false},
	{"steps", 's', "N", "most changes (default 20)", false},
	{"mend", 'm', "N", "percent of what can be won that the list is to win (default 90)",
	 false},
	{"keep", 'k', "NAME,...", "zones that stay as they are", true},
	{"shrink", 0, "N", "most percent of a zone's memory to ask its balloon for (default 25)",
	 false},
	{"profile", 0, "PROFILE", "what zones do with memory (default web)", false},
	{"cpu-overcommit", 0, "N", "most vCPUs a CPU (default: as the host has it)", false},
	OPTION_CGROUP,
	{"emit", 0, "FILE", "write the changes as a shell file", false},
	OPTION_FORMAT("text|json|jsonl|csv", "text (default), or rows; csv and jsonl of steps"),
	VIEW_OPTIONS,
	{0},
};

struct session {
	const struct args *args;
	struct live_source *source; /* NULL: a host and a sample, each a file */
	struct host *own;
	struct live_sample sample;
	struct cost_params params;
	struct advise_ask ask;
	struct advice advice;
	bool *keep;
	struct view view;
	enum output_format format;
};

/* --- what is there -------------------------------------------------------------------- */

/* A host's name and one line of a recording, for hosts that nobody can look at. */
static int read_sample(struct session *c, const char *host, const char *path, struct error *err)
{
	char *text = NULL;
	size_t size;
	int rc = find_host(host, &c->own, err);

	if (!rc)
		rc = file_read(path, SAMPLE_MOST, &text, &size, err);
	if (rc)
		return rc;
	live_sample_init(&c->sample, c->own);
	if (strncmp(text, "{\"format\"", strlen("{\"format\"")) == 0)
		rc = error_at(err, ERR_INPUT, path, 1, 0,
			      "this is a recording, which has its own host: name it alone, or one "
			      "of its further lines as a file");
	else
		rc = recording_sample_parse(&c->sample, path, 1, text, size, err);
	free(text);
	return rc;
}

/* The last sample of a recording; of a machine, the one that is taken now. */
static int take_sample(struct session *c, struct error *err)
{
	struct live_where where = {0};
	const struct live_source_ops *ops;
	bool more = true, any = false;
	int rc = find_source(c->args, &where, &ops, err);

	if (!rc)
		rc = live_source_open(&c->source, ops, &where, err);
	while (!rc && more) {
		struct live_sample next;

		rc = live_source_sample(c->source, &next, &more, err);
		if (rc || !more) {
			live_sample_release(&next);
			break;
		}
		live_sample_release(&c->sample);
		c->sample = next;
		any = true;
		more = ops->recorded;
	}
	if (!rc && !any)
		rc = error_set(err, ERR_INPUT, "%s has no sample: there is nothing to advise on",
			       args_operand(c->args, 0));
	return rc;
}

/* --- what is asked for ----------------------------------------------------------------- */

static int keep_named(struct session *c, const char *name, struct error *err)
{
	bool any = false;

	for (uint32_t i = 0; i < c->sample.nr_zones; i++) {
		if (strcmp(c->sample.zone[i].name, name) != 0)
			continue;
		c->keep[i] = true;
		any = true;
	}
	return any ? 0
		   : error_set(err, ERR_USAGE, "--keep: no zone on host %s is called \"%s\"",
			       c->sample.host->name, name);
}

static int read_keep(struct session *c, struct error *err)
{
	struct arena words = {0};
	size_t nr = 0;
	const char **name = split_list(c->args, "keep", &words, &nr);
	int rc = 0;

	c->keep = xcalloc(c->sample.nr_zones + 1, sizeof(*c->keep));
	for (size_t i = 0; !rc && i < nr; i++)
		rc = keep_named(c, name[i], err);
	arena_release(&words);
	c->ask.keep = c->keep;
	return rc;
}

static int read_numbers(struct session *c, struct error *err)
{
	int64_t steps = STEPS, mend = MEND_PERCENT, shrink = SHRINK_PERCENT, overcommit = 0;
	int rc = args_int(c->args, "steps", 1, ADVICE_STEPS_MAX, &steps, err);

	if (!rc)
		rc = args_int(c->args, "mend", 1, 100, &mend, err);
	if (!rc)
		rc = args_int(c->args, "shrink", 0, 90, &shrink, err);
	if (!rc)
		rc = args_int(c->args, "cpu-overcommit", 1, 1000, &overcommit, err);
	c->ask.max_steps = (uint32_t)steps;
	c->ask.mend_ppm = mend * 10000;
	c->ask.shrink_ppm = shrink * 10000;
	c->ask.overcommit_milli = (uint32_t)overcommit * 1000;
	return rc;
}

static int read_names(struct session *c, struct error *err)
{
	const char *profile = args_string(c->args, "profile", NULL);
	int index, rc = find_policy("--policy", args_string(c->args, "policy", "edera-compact"),
				    &c->ask.policy, err);

	if (!rc && profile)
		rc = find_name("--profile", "profile", profile, zone_profile_names, &index, err);
	if (!rc && profile)
		c->ask.profile = zone_profile_find(zone_profile_names[index]);
	return rc;
}

static int read_options(struct session *c, struct error *err)
{
	int rc = args_format(c->args, &c->format, err);

	if (!rc)
		rc = view_read(&c->view, c->args, c->format, schema_advice_zones.column,
			       schema_advice_zones.nr, err);
	if (!rc)
		rc = read_numbers(c, err);
	if (!rc)
		rc = read_names(c, err);
	if (!rc && args_operand(c->args, 1) && args_given(c->args, "cgroup"))
		rc = error_set(err, ERR_USAGE, "--cgroup is of HOST this, not of a sample");
	return rc;
}

/* --- what is said ---------------------------------------------------------------------- */

/* What a sample does not tell and was assumed. */
static void say_assumed(const struct session *c)
{
	const struct cost_basis *b = &c->advice.basis;
	char *latency = cost_latency_text(b), *bandwidth = cost_bandwidth_text(b);
	char *text = xasprintf("every zone is taken for \"%s\" (--profile); latency is %s (%s), "
			       "bandwidth %s (%s)",
			       c->ask.profile ? c->ask.profile->name : "web",
			       cost_grade_name(cost_latency_grade(b)), latency,
			       cost_grade_name(cost_bandwidth_grade(b)), bandwidth);

	terminal_print_sentence(text, stderr);
	free(text);
	free(bandwidth);
	free(latency);
}

/* What a zone was asked for is not to be seen on a host. */
static void say_restarts(const struct session *c)
{
	bool any = false;

	for (uint32_t i = 0; i < c->advice.nr_steps; i++)
		any = any || c->advice.step[i].kind == ADVICE_RESTART;
	if (any)
		terminal_print_sentence(
			"a restart is taken to give a zone as many vCPUs as are online and as much "
			"memory as its balloon is set to, unless it is made static; what else it "
			"was "
			"asked for is not to be seen",
			stderr);
}

static void say_notes(const struct session *c)
{
	bool room_unknown = false;

	for (uint32_t i = 0; i < c->sample.nr_notes; i++)
		print_warning(c->sample.note[i]);
	for (uint32_t i = 0; i < c->sample.nr_zones; i++) {
		const struct live_zone *z = &c->sample.zone[i];
		char *text;

		if (!c->advice.zone[i].unknown)
			continue;
		text = xasprintf("zone %s is left out: %s", z->name, c->advice.zone[i].unknown);
		print_warning(text);
		free(text);
	}
	for (unsigned n = 0; n < c->sample.host->nr_nodes; n++)
		room_unknown = room_unknown || c->sample.free_bytes[n] == LIVE_UNKNOWN;
	if (room_unknown)
		print_warning("what some nodes have free is not known: they are taken to be full");
	if (c->advice.vcpus)
		say_assumed(c);
	say_restarts(c);
}

static int emit(const struct session *c, struct error *err)
{
	const char *path = args_string(c->args, "emit", NULL);
	char *text = NULL;
	size_t size;
	FILE *f;
	int rc;

	if (!path)
		return 0;
	f = xmemstream(&text, &size);
	advise_emit(&c->sample, &c->advice, f);
	xmemstream_close(f);
	rc = output_text(strcmp(path, "-") == 0 ? NULL : path, text, err);
	free(text);
	return rc;
}

static void session_release(struct session *c)
{
	advice_release(&c->advice);
	if (c->params.host)
		cost_params_release(&c->params);
	live_sample_release(&c->sample);
	live_source_close(c->source);
	host_free(c->own);
	view_release(&c->view);
	free(c->keep);
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct session c = {.args = args};
	const char *sample = args_operand(args, 1), *path = args_string(args, "emit", NULL);
	int rc = read_options(&c, err);

	if (!rc)
		rc = sample ? read_sample(&c, args_operand(args, 0), sample, err)
			    : take_sample(&c, err);
	if (!rc)
		rc = read_keep(&c, err);
	if (!rc) {
		cost_params_init(&c.params, c.sample.host, NULL);
		c.ask.sample = &c.sample;
		c.ask.params = &c.params;
		advise(&c.ask, &c.advice);
		rc = emit(&c, err);
	}
	if (!rc && !args_flag(args, "quiet"))
		say_notes(&c);
	if (!rc && !(path && strcmp(path, "-") == 0))
		advise_print(&c.ask, &c.advice, c.format, &c.view, stdout);
	if (!rc)
		*status = c.advice.nr_steps > 0;
	session_release(&c);
	return rc;
}

static struct column *columns(const char *operand, size_t *nr)
{
	(void)operand;
	return view_columns(schema_advice_zones.column, schema_advice_zones.nr, nr);
}

const struct command cmd_advise = {
	.name = "advise",
	.operands = "HOST [FILE]",
	.min_operands = 1,
	.max_operands = 2,
	.summary = "the fewest changes that mend a host's zones",
	.about = "HOST is \"xen\" in a dom0, \"this\" machine (with what was measured of it: "
		 "xen:FILE, this:FILE), a recording of watch (its last "
		 "sample), or any host with a FILE that is one sample. Says what each zone loses "
		 "to where it is and which changes win most of it back, each with its cost and "
		 "risk, in an order in which each finds its room. Nothing is changed. The exit "
		 "status is 1 when there is something to change.",
	.example = "homenode advise epyc-nps4-8n docs/examples/epyc-nps4-8n/sample.json",
	.option = options,
	.columns = columns,
	.run = run,
};
