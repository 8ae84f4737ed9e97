#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "base/output.h"
#include "base/units.h"
#include "cli/backends.h"
#include "cli/command.h"
#include "cli/state_flags.h"
#include "cli/zone_flags.h"
#include "firmware/acpi.h"
#include "firmware/believed.h"
#include "firmware/cpuid.h"
#include "host/host.h"
#include "placement/policy.h"
#include "plan/plan.h"

/* One zone's outcome with what it owns. */
struct outcome {
	struct plan plan;
	struct explain why, lint;
	struct error err;
};

enum emit { EMIT_NOTHING, EMIT_XL, EMIT_ACPI, EMIT_ACPI_Q35 };

struct session {
	struct host *host;
	struct host_state state;
	const struct policy *policy;
	struct policy_memory *memory; /* what the policy remembers of the host */
	struct zone_list zones;
	struct outcome *outcome;
	struct plan_result *result;
	enum output_format format;
	bool explain;
	enum emit emit;
	const char *directory; /* NULL: xl.cfg to standard output */
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
	if (!rc && !given)
		return error_set(err, ERR_USAGE,
				 "no zones: name a file of zones, or describe one zone by options "
				 "(--target-cpus, --max-memory, ...)");
	return rc;
}

/* DIR is --output's, or the operand after ZONES. */
static int read_emit(struct session *s, const struct args *args, struct error *err)
{
	static const char *const name[] = {"", "xl", "acpi", "acpi-q35"};
	const char *emit = args_string(args, "emit", NULL);
	const char *operand = args_operand(args, 2);

	s->directory = args_string(args, "output", NULL);
	if (operand && s->directory)
		return error_set(err, ERR_USAGE, "two directories, \"%s\" and \"%s\": name one",
				 s->directory, operand);
	if (operand)
		s->directory = operand;
	if (!emit)
		return s->directory ? error_set(err, ERR_USAGE, "%s goes with --emit",
						operand ? "a directory" : "--output")
				    : 0;
	for (int i = EMIT_XL; i <= EMIT_ACPI_Q35; i++) {
		if (strcmp(emit, name[i]) == 0)
			s->emit = (enum emit)i;
	}
	if (!s->emit)
		return error_set(err, ERR_USAGE,
				 "--emit: \"%s\" is not a format; there are \"xl\", \"acpi\" and "
				 "\"acpi-q35\"",
				 emit);
	if (s->emit >= EMIT_ACPI && !s->directory)
		return error_set(err, ERR_USAGE,
				 "--emit %s writes several files a zone; add --output DIR", emit);
	return 0;
}

static int read_options(struct session *s, const struct args *args, struct error *err)
{
	int rc = args_format(args, true, &s->format, err);

	if (!rc)
		rc = read_emit(s, args, err);
	if (rc)
		return rc;
	s->explain = args_flag(args, "explain");
	return find_policy("--policy", args_string(args, "policy", "edera-compact"), &s->policy,
			   err);
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

	if (s->explain || s->format == FORMAT_JSON)
		in.why = &o->why;
	r->zone = in.zone;
	if (policy_place(s->policy, &in, &o->plan, &o->err) == 0) {
		r->plan = &o->plan;
		policy_lint(&o->plan, &s->state, &o->lint);
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
	}
}

/* Two zones must not end up in one file. */
static int check_names(const struct session *s, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->zones.nr && !rc; i++) {
		char *mine = plan_xl_name(&s->zones.zone[i]);

		for (size_t j = 0; j < i && !rc; j++) {
			char *other = plan_xl_name(&s->zones.zone[j]);

			if (strcmp(mine, other) == 0)
				rc = error_set(err, ERR_INPUT,
					       "zones \"%s\" and \"%s\" would both be written to "
					       "%s%s; rename one",
					       s->zones.zone[j].name, s->zones.zone[i].name, mine,
					       s->emit == EMIT_XL ? ".cfg" : "/");
			free(other);
		}
		free(mine);
	}
	return rc;
}

static int write_xl(const struct session *s, const struct plan *p, struct error *err)
{
	char *name = plan_xl_name(p->zone);
	char *path = xasprintf("%s/%s.cfg", s->directory, name);
	struct output o = {0};
	int rc = output_open(&o, path, err);

	if (!rc) {
		plan_print_xl(p, o.file);
		rc = output_commit(&o, err);
	}
	output_abandon(&o);
	free(path);
	free(name);
	return rc;
}

static int write_bytes(const char *path, const struct bytes *b, struct error *err)
{
	struct output o = {0};
	int rc = output_open(&o, path, err);

	if (!rc) {
		fwrite(b->data, 1, b->nr, o.file); /* commit sees a failure */
		rc = output_commit(&o, err);
	}
	output_abandon(&o);
	return rc;
}

static int write_cpuid(const char *directory, const struct guest_map *m, const char *zone,
		       struct error *err)
{
	char *path = xasprintf("%s/cpuid.json", directory);
	struct output o = {0};
	int rc = output_open(&o, path, err);

	if (!rc) {
		cpuid_print_json(m, zone, o.file);
		rc = output_commit(&o, err);
	}
	output_abandon(&o);
	free(path);
	return rc;
}

static int write_tables(const char *directory, const struct guest_map *m, struct error *err)
{
	int rc = 0;

	for (int k = 0; k < ACPI_KINDS && !rc; k++) {
		char *path = xasprintf("%s/%s", directory, acpi_file_name((enum acpi_kind)k));
		struct bytes b = {0};

		if (k == ACPI_HMAT && !m->nr_matrices) {
			remove(path); /* an older run's would contradict the rest */
		} else {
			acpi_write((enum acpi_kind)k, m, &b);
			rc = write_bytes(path, &b, err);
		}
		bytes_release(&b);
		free(path);
	}
	return rc;
}

/* Into a folder of the zone's own. */
static int write_acpi(const struct session *s, const struct plan *p, struct error *err)
{
	const char *untold = guest_untold(p->zone);
	char *name = plan_xl_name(p->zone);
	char *directory = xasprintf("%s/%s", s->directory, name);
	struct guest_map m;
	int rc = 0;

	if (untold) {
		fprintf(stderr, "homenode: zone %s gets no tables: %s\n", p->zone->name, untold);
	} else {
		guest_map_make(&m, p, s->emit == EMIT_ACPI ? GUEST_PVH : GUEST_Q35);
		rc = make_directories(directory, err);
		if (!rc)
			rc = write_tables(directory, &m, err);
		if (!rc)
			rc = write_cpuid(directory, &m, p->zone->name, err);
		guest_map_release(&m);
	}
	free(directory);
	free(name);
	return rc;
}

static int write_all(const struct session *s, struct error *err)
{
	int rc = make_directories(s->directory, err);

	for (size_t i = 0; i < s->zones.nr && !rc; i++) {
		const struct plan *p = s->result[i].plan;

		if (p)
			rc = s->emit == EMIT_XL ? write_xl(s, p, err) : write_acpi(s, p, err);
	}
	return rc;
}

/* xl.cfg alone on standard output; what goes to people goes to standard error. */
static void print_only_xl(const struct session *s)
{
	const struct plan_result *r = &s->result[0];

	if (r->plan) {
		plan_print_xl(r->plan, stdout);
		return;
	}
	fprintf(stderr, "homenode: zone %s is refused (%s): %s\n", r->zone->name,
		error_name(r->error_code), r->error_text);
	for (uint32_t i = 0; i < r->nr_reasons; i++)
		fprintf(stderr, "homenode: %s\n", r->reason[i]);
}

static int print_results(struct session *s, const struct args *args, struct error *err)
{
	int rc = 0;

	if (s->directory)
		rc = write_all(s, err);
	if (rc)
		return rc;
	if (s->emit == EMIT_XL && !s->directory)
		print_only_xl(s);
	else
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
	free(s->result);
	policy_memory_free(s->memory);
	host_state_release(&s->state);
	zone_list_release(&s->zones);
	host_free(s->host);
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct session s = {0};
	int rc = read_options(&s, args, err);

	if (!rc)
		rc = load_zones(&s, args, err);
	if (!rc && s.emit == EMIT_XL && !s.directory && s.zones.nr != 1)
		rc = error_set(err, ERR_USAGE,
			       "--emit xl: %zu zones make as many files; add --output DIR",
			       s.zones.nr);
	if (!rc && s.directory)
		rc = check_names(&s, err);
	if (!rc && args_given(args, "backend") && !args_flag(args, "dry-run"))
		rc = error_set(err, ERR_USAGE, "--backend goes with --dry-run here");
	if (!rc)
		rc = find_host(args_operand(args, 0), &s.host, err);
	if (rc)
		goto out;
	print_host_warnings(s.host, args_flag(args, "quiet"));
	rc = state_from_flags(args, s.host, &s.state, err);
	if (rc)
		goto out;
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
	{"emit", 0, "xl|acpi|acpi-q35", "write xl.cfg, or the guest's ACPI tables", false},
	{"output", 'o', "DIR", "where --emit writes NAME.cfg or NAME/ for each zone", false},
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
		"be given by options, which are those of Edera's protect. The exit status is 1 "
		"when a zone was refused; what would have made it fit is then printed.",
	.example = "homenode plan epyc-nps4-8n zones.json --explain",
	.option = options,
	.run = run,
};
