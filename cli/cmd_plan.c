#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "base/output.h"
#include "base/units.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "cli/drawn_host.h"
#include "cli/drawn_plan.h"
#include "cli/io_side.h"
#include "cli/plan_emit.h"
#include "cli/state_flags.h"
#include "cli/zone_flags.h"
#include "firmware/believed.h"
#include "host/host.h"
#include "placement/policy.h"
#include "plan/plan.h"

/* One zone's outcome with what it owns. */
struct outcome {
	struct plan plan;
	struct explain why, lint;
	struct error err;
};

struct session {
	struct host *host;
	struct host_state state;
	const struct policy *policy;
	struct policy_memory *memory; /* what the policy remembers of the host */
	struct io_service io;
	struct zone_list zones;
	struct outcome *outcome;
	struct plan_result *result;
	enum output_format format;
	bool explain, svg;
	int64_t *used_bytes; /* of each node, before the first zone; where there is a picture */
	struct emission emission;
	size_t nr_refused;
};

static int load_zones(struct session *s, const struct args *args, struct error *err)
{
	const char *path = args_operand(args, 1);
	struct zone_reading how = zone_reading_of(args);
	const char *flag = zone_flag_given(args);
	bool given = false;
	int rc;

	if (path && flag)
		return error_set(
			err, ERR_USAGE,
			"--%s describes a zone of its own, and %s brings zones: leave out one "
			"of them",
			flag, path);
	if (path)
		return zone_list_load(&s->zones, path, &how, err);
	rc = zone_from_flags(args, &s->zones, &given, err);
	if (!rc)
		rc = zone_reading_check(&how, err);
	if (!rc && !given)
		return error_set(err, ERR_USAGE,
				 "no zones: name a file of zones, or describe one zone by options "
				 "(--target-cpus, --max-memory, ...)");
	return rc;
}

static int read_options(struct session *s, const struct args *args, struct error *err)
{
	int rc = args_format(args, &s->format, err);

	s->svg = args_flag(args, "svg");
	if (!rc && s->svg && (args_given(args, "format") || args_given(args, "emit")))
		rc = error_set(err, ERR_USAGE,
			       "--svg is a picture of the plan: no --format, no --emit");
	if (!rc && s->svg && args_operand(args, 2))
		rc = error_set(err, ERR_USAGE,
			       "--svg is one picture: no directory; --output FILE writes it");
	if (!rc && !s->svg)
		rc = emission_read(&s->emission, args, err);
	if (rc)
		return rc;
	s->explain = args_flag(args, "explain");
	rc = find_policy("--policy", args_string(args, "policy", "edera-compact"), &s->policy, err);
	if (!rc)
		s->emission.policy = s->policy->name;
	return rc;
}

/* Where dom0 serves its disks and networks: a reason, or a warning where that is elsewhere. */
static void explain_io(const struct session *s, struct outcome *o, struct explain *why)
{
	char *text = io_service_text(&s->io, &o->plan);

	if (text)
		explain_add(io_service_locality(&s->io, &o->plan) == IO_AWAY ? &o->lint : why, "%s",
			    text);
	free(text);
}

/* A refused zone leaves no trace: the state changes on success only. */
static void place_one(struct session *s, size_t i)
{
	struct outcome *o = &s->outcome[i];
	struct plan_result *r = &s->result[i];
	struct policy_input in = {
		.host = s->host,
		.state = &s->state,
		.zone = &s->zones.zone[i],
		.memory = s->memory,
	};

	if (s->explain || s->svg || s->format == FORMAT_JSON)
		in.why = &o->why;
	r->zone = in.zone;
	if (policy_place(s->policy, &in, &o->plan, &o->err) == 0) {
		r->plan = &o->plan;
		policy_lint(s->policy, &o->plan, &s->state, &o->lint);
		explain_io(s, o, in.why);
		host_state_take(&s->state, &o->plan);
		policy_note_start(s->memory, i, &o->plan);
	} else {
		r->error_code = o->err.code;
		r->error_text = o->err.text;
		policy_advise(s->policy, &in, &o->why);
		s->nr_refused++;
	}
	r->reason = o->why.line;
	r->nr_reasons = (uint32_t)o->why.nr;
	r->warning = o->lint.line;
	r->nr_warnings = (uint32_t)o->lint.nr;
}

static void print_warnings(const struct session *s)
{
	for (size_t i = 0; i < s->zones.nr; i++) {
		for (uint32_t w = 0; w < s->result[i].nr_warnings; w++)
			fprintf(stderr, "homenode: warning: zone %s: %s\n", s->result[i].zone->name,
				s->result[i].warning[w]);
	}
}

/* Under the reasons: what the guests believe of the distance to their memory. */
static void print_beliefs(const struct session *s)
{
	for (size_t i = 0; i < s->zones.nr; i++) {
		const struct plan *p = s->result[i].plan;

		if (!p || (p->nr_vnodes == 1 && !p->spilled_bytes))
			continue;
		printf("\n%s:\n", p->zone->name);
		believed_print(p, stdout);
	}
}

static void print_plan(const struct session *s)
{
	const struct plan_result *r = s->result;

	switch (s->format) {
	case FORMAT_TEXT:
		plan_print_text(s->host, s->policy->name, r, s->zones.nr, s->explain, stdout);
		if (s->explain)
			print_beliefs(s);
		break;
	case FORMAT_JSON:
		plan_print_json(s->host, s->policy->name, r, s->zones.nr, stdout);
		break;
	case FORMAT_CSV:
		plan_print_csv(s->host, s->policy->name, r, s->zones.nr, stdout);
		break;
	case FORMAT_JSONL:
	case FORMAT_OPENMETRICS:
		BUG_ON(true); /* no row of a table names them */
	}
}

static void draw_plan(const struct session *s, FILE *out)
{
	struct arena a = {0};
	struct drawn_plan plan;
	struct page_host host;

	drawn_host_init(&host, s->host, &a);
	drawn_plan_init(&plan, s->policy->name, s->result, s->zones.nr, s->used_bytes, &a);
	topology_print(&host, &plan, "plan", true, out);
	arena_release(&a);
}

static int write_picture(const struct session *s, const char *path, struct error *err)
{
	struct output out;
	int rc;

	if (!path) {
		draw_plan(s, stdout);
		return 0;
	}
	rc = output_open(&out, path, err);
	if (rc)
		return rc;
	draw_plan(s, out.file);
	rc = output_commit(&out, err);
	output_abandon(&out);
	return rc;
}

static int print_results(struct session *s, const struct args *args, struct error *err)
{
	int rc;

	if (s->svg)
		rc = write_picture(s, args_string(args, "output", NULL), err);
	else
		rc = emission_write(&s->emission, s->host, s->result, s->zones.nr, err);
	if (rc)
		return rc;
	if (!s->svg && !emission_alone(&s->emission))
		print_plan(s);
	if (s->format != FORMAT_JSON && !args_flag(args, "quiet"))
		print_warnings(s);
	return 0;
}

/* Would the machine carry it out? One sentence a zone; nothing is changed. */
static int dry_run(struct session *s, const struct args *args, struct error *err)
{
	struct backend_config config = {.host = (const struct host *const *)&s->host,
					.nr_hosts = 1};
	const char *name = args_string(args, "backend", "xen");
	const struct backend_ops *ops = backend_find(name, &config.options, err);
	struct backend *b;
	int rc = ops ? backend_open(&b, ops, &config, err) : ERR_USAGE;

	for (size_t i = 0; !rc && i < s->zones.nr; i++) {
		struct step step = {.kind = STEP_START, .slot = (uint32_t)i};
		struct error why = {0};

		step.plan = s->result[i].plan;
		if (!step.plan)
			continue;
		if (backend_check(b, &step, &why)) {
			fprintf(stderr, "homenode: zone %s cannot be launched (%s): %s\n",
				s->result[i].zone->name, error_name(why.code), why.text);
			s->nr_refused++;
		} else {
			fprintf(stderr, "homenode: zone %s can be launched\n",
				s->result[i].zone->name);
		}
	}
	if (!rc)
		backend_close(b);
	return rc;
}

static void session_release(struct session *s)
{
	for (size_t i = 0; s->outcome && i < s->zones.nr; i++) {
		explain_release(&s->outcome[i].why);
		explain_release(&s->outcome[i].lint);
	}
	free(s->outcome);
	free(s->used_bytes);
	free(s->result);
	policy_memory_free(s->memory);
	io_service_release(&s->io);
	host_state_release(&s->state);
	zone_list_release(&s->zones);
	host_free(s->host);
}

/* What is taken before the first zone, for the picture. */
static void note_used(struct session *s)
{
	if (!s->svg)
		return;
	s->used_bytes = xcalloc(s->host->nr_nodes + 1, sizeof(*s->used_bytes));
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		s->used_bytes[n] = s->host->node[n].memory_bytes - s->state.free_bytes[n];
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct session s = {0};
	int rc = read_options(&s, args, err);

	if (!rc)
		rc = load_zones(&s, args, err);
	if (!rc)
		rc = emission_check(&s.emission, s.zones.zone, s.zones.nr, err);
	if (!rc && args_given(args, "backend") && !args_flag(args, "dry-run"))
		rc = error_set(err, ERR_USAGE, "--backend goes with --dry-run here");
	if (!rc)
		rc = find_host(args_operand(args, 0), &s.host, err);
	if (rc)
		goto out;
	print_host_warnings(s.host, args_flag(args, "quiet"));
	rc = state_from_flags(args, s.host, &s.state, err);
	if (!rc)
		rc = io_side_load(&s.io, s.host, err);
	if (rc)
		goto out;
	s.emission.io = &s.io;
	note_used(&s);
	s.memory = policy_memory_new(s.policy, &s.state);
	s.outcome = xcalloc(s.zones.nr + 1, sizeof(*s.outcome));
	s.result = xcalloc(s.zones.nr + 1, sizeof(*s.result));
	for (size_t i = 0; i < s.zones.nr; i++)
		place_one(&s, i);
	rc = print_results(&s, args, err);
	if (!rc && args_flag(args, "dry-run"))
		rc = dry_run(&s, args, err);
	*status = s.nr_refused > 0;
out:
	session_release(&s);
	return rc;
}

static const struct option options[] = {
	{"policy", 'p', "POLICY", "who decides (default edera-compact)", false},
	{"explain", 'e', NULL, "say which rule chose each node", false},
	{"emit", 0, "xl|acpi|acpi-q35|libvirt|qemu|numactl|systemd|k8s", "write files", false},
	{"svg", 0, NULL, "the host as a picture, with the plan on it and why", false},
	{"output", 'o', "PATH", "the folder that --emit writes to, the file of --svg", false},
	{"dry-run", 0, NULL, "ask the machine whether it would; change nothing", OPTION_RARE},
	{"backend", 'b', "BACKEND[:OPTIONS]", "the machine that --dry-run asks (xen)", OPTION_RARE},
	STATE_FLAG_OPTIONS,
	ZONE_FLAG_OPTIONS,
	ZONE_READING_OPTIONS,
	{0},
};

const struct command cmd_plan = {
	.name = "plan",
	.operands = "HOST [ZONES [DIR]]",
	.min_operands = 1,
	.max_operands = 3,
	.summary = "decide where zones should live on a host, and say why",
	.about =
		"Places the zones one after the other: each sees what those before it took, and a "
		"refused one leaves no trace. ZONES is JSON or a Kubernetes pod; one zone can also "
		"be given by options, which are those of Edera's protect. --emit writes plans as "
		"files for other programs, and says what those cannot do. The exit status is 1 "
		"when a zone was refused; what would have made it fit is then printed.",
	.example = "homenode plan epyc-nps4-8n docs/examples/zones.json --explain",
	.option = options,
	.run = run,
};
