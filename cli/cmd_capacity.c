/*
 * How many more zones of a flavour fit on a host, under every policy.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/text.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/rows.h"
#include "cli/state_flags.h"
#include "cli/zone_flags.h"
#include "host/host.h"
#include "placement/capacity.h"
#include "plan/plan_read.h"
#include "zone/zone_check.h"

#define STATE_FILE_MAX ((size_t)64 << 20)
#define MOST 1000000

struct session {
	const struct args *args;
	struct host *host;
	struct zone_list flavor;
	/* What is there already: plans that stand, or zones that each policy places
	 * first. */
	struct plan_list stands;
	struct zone_list before;
	const struct policy *what[POLICIES_MAX];
	size_t nr_what;
	int64_t most, seed;
	size_t nr_without; /* policies under which not one zone of some flavour fits */
	struct rows rows;
	struct view view;
};

/* VCPUSxSIZE or VCPUSxSIZExNODES, such as 4x16GiB and 8x32GiBx2: a static zone. */
static bool parse_shape(const char *text, struct zone *out)
{
	char *copy = xstrdup(text), *size = strchr(copy, 'x');
	char *nodes = size ? strchr(size + 1, 'x') : NULL;
	int64_t vcpus = 0, bytes = 0, count = 0;
	bool ok = size != NULL;

	if (nodes)
		*nodes++ = '\0';
	if (size)
		*size++ = '\0';
	ok = ok && zone_parse_number(copy, 1, ZONE_VCPUS_MAX, &vcpus) &&
	     bytes_parse_option(size, &bytes) && bytes > 0 && bytes <= ZONE_MEMORY_MAX_BYTES &&
	     (!nodes || zone_parse_number(nodes, 1, NODES_MAX, &count));
	free(copy);
	if (!ok)
		return false;
	zone_init(out);
	out->vcpus = out->vcpus_max = (uint32_t)vcpus;
	out->memory_bytes = zone_whole_pages(bytes);
	out->memory_initial_bytes = out->memory_min_bytes = out->memory_bytes;
	out->memory_policy = ZONE_STATIC;
	out->numa_nodes = (uint32_t)count;
	return true;
}

static int add_flavor(struct session *s, const char *text, struct error *err)
{
	struct zone_reading how = zone_reading_of(s->args);
	struct zone_list *l = &s->flavor;
	struct zone z;

	if (!parse_shape(text, &z)) {
		if (strcmp(text, "-") != 0 && access(text, F_OK) != 0 && !strchr(text, '/'))
			return error_set(
				err, ERR_USAGE,
				"--flavor: \"%.80s\" is not VCPUSxSIZE or VCPUSxSIZExNODES, such "
				"as 4x16GiB or 8x32GiBx2, and no file of that name is there",
				text);
		return zone_list_load(l, text, &how, err);
	}
	z.name = arena_strdup(&l->arena, text);
	l->zone = grow(l->zone, &l->cap, l->nr, sizeof(*l->zone));
	l->zone[l->nr++] = z;
	return zone_reading_check(&how, err);
}

static int read_flavors(struct session *s, struct error *err)
{
	const char *const *text = args_strings(s->args, "flavor");
	int rc = 0;

	if (!*text)
		return error_set(
			err, ERR_USAGE,
			"no flavour: add --flavor VCPUSxSIZE, such as --flavor 4x16GiB, or "
			"--flavor FILE with zones");
	for (; *text && !rc; text++)
		rc = add_flavor(s, *text, err);
	return rc;
}

static int read_stands(struct session *s, const char *path, const char *text, size_t size,
		       struct error *err)
{
	int rc = plan_list_parse(&s->stands, s->host, path, text, size, err);

	if (!rc && *s->stands.host && strcmp(s->stands.host, s->host->name) != 0 &&
	    !args_flag(s->args, "quiet"))
		fprintf(stderr,
			"homenode: warning: %s is a plan for host %s, and is taken for one of host "
			"%s\n",
			path, s->stands.host, s->host->name);
	return rc;
}

static int read_state(struct session *s, struct error *err)
{
	const char *path = args_operand(s->args, 1);
	struct zone_reading how = zone_reading_of(s->args);
	char *text;
	size_t size;
	int rc;

	if (!path)
		return 0;
	rc = text_read(path, STATE_FILE_MAX, &text, &size, err);
	if (rc)
		return rc;
	if (plan_list_recognise(path, text, size))
		rc = read_stands(s, path, text, size, err);
	else
		rc = zone_list_parse(&s->before, path, text, size, &how, err);
	free(text);
	return rc;
}

/* Two zones of a file may claim the same memory or device; host_state_take() has
 * it for a bug. */
static int check_room(const struct host_state *state, const struct plan *p, struct error *err)
{
	for (uint32_t i = 0; i < p->nr_memory; i++) {
		int64_t want = 0;
		unsigned node = p->memory[i].node;

		for (uint32_t j = 0; j < p->nr_memory; j++)
			want += p->memory[j].node == node ? p->memory[j].bytes : 0;
		if (want > state->free_bytes[node])
			return error_set(
				err, ERR_INPUT,
				"zone %s has %lld MiB on node %u, where only %lld MiB are left "
				"for it; is that state of another host?",
				p->zone->name, (long long)(want / MIB),
				state->host->node[node].os_index,
				(long long)(state->free_bytes[node] / MIB));
	}
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		if (state->device_taken[p->device[i]])
			return error_set(err, ERR_INPUT, "zone %s has device %s, which another has",
					 p->zone->name, plan_device_name(p, i));
	}
	return 0;
}

/* One policy's host before the first zone of a flavour. */
struct scene {
	struct host_state state;
	struct policy_memory *memory;
	struct rng rng;
	uint64_t nr; /* zones there */
};

static int place_before(const struct session *s, const struct policy *policy, struct scene *c,
			const struct zone *z, struct error *err)
{
	const struct policy_input in = {.host = s->host,
					.state = &c->state,
					.zone = z,
					.rng = &c->rng,
					.memory = c->memory};
	struct plan plan;
	int rc = policy_place(policy, &in, &plan, err);

	if (rc)
		return err ? error_prefix(err, "zone %s of the state, under %s: ", z->name,
					  policy->name)
			   : rc;
	host_state_take(&c->state, &plan);
	policy_note_start(c->memory, c->nr++, &plan);
	return 0;
}

static int scene_open(const struct session *s, const struct policy *policy, struct scene *c,
		      struct error *err)
{
	int rc = state_from_flags(s->args, s->host, &c->state, err);

	if (rc)
		return rc;
	c->memory = policy_memory_new(policy, &c->state);
	rng_seed(&c->rng, (uint64_t)s->seed, policy->name);
	for (size_t i = 0; i < s->stands.nr && !rc; i++) {
		rc = check_room(&c->state, &s->stands.plan[i], err);
		if (rc)
			return rc;
		host_state_take(&c->state, &s->stands.plan[i]);
		policy_note_start(c->memory, c->nr++, &s->stands.plan[i]);
	}
	for (size_t i = 0; i < s->before.nr && !rc; i++)
		rc = place_before(s, policy, c, &s->before.zone[i], err);
	return rc;
}

static void scene_close(struct scene *c)
{
	policy_memory_free(c->memory);
	host_state_release(&c->state);
}

static void add_row(struct session *s, const struct policy *policy, const struct zone *z,
		    const struct capacity *c)
{
	struct rows *r = &s->rows;

	rows_text(r, z->name);
	rows_text(r, policy->name);
	rows_number(r, c->fit);
	rows_number(r, c->formula == CAPACITY_UNKNOWN ? FIGURE_UNKNOWN : c->formula);
	rows_number(r, c->local);
	rows_number(r, c->local_bound);
	rows_number(r, c->spilled_bytes);
	rows_text(r, c->refused.code ? error_name(c->refused.code) : "");
	rows_text(r, c->refused.code ? c->refused.text : "stopped counting");
}

static int count_one(struct session *s, const struct policy *policy, const struct zone *z,
		     struct error *err)
{
	struct scene c = {0};
	struct capacity found;
	enum zone_device_class class;
	uint32_t count;
	int rc = scene_open(s, policy, &c, err);

	if (!rc) {
		capacity_replay(policy, &c.state, c.memory, c.nr, z, s->most, &c.rng, &found);
		/* what no host of this kind can ever take is a wrong request */
		if (found.refused.code == ERR_NO_DEVICE && !found.fit && z->nr_devices &&
		    !zone_device_any(z->device[0], &class, &count) &&
		    host_find_device(s->host, z->device[0]) < 0)
			rc = error_set(err, ERR_INPUT, "flavour %s: %s", z->name,
				       found.refused.text);
		s->nr_without += found.fit == 0;
		add_row(s, policy, z, &found);
	}
	scene_close(&c);
	return rc;
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct session s = {.args = args, .most = MOST, .seed = 1};
	/* what the closed bound says comes last: the least to look at */
	static const char *const shown[] = {"flavor",	  "policy",	 "fit",
					    "formula",	  "local",	 "spilled_bytes",
					    "refused_by", "local_bound", NULL};
	enum output_format format;
	int rc = args_format(args, &format, err);

	s.rows = (struct rows){.name = "capacity",
			       .column = schema_capacity.column,
			       .nr_columns = schema_capacity.nr,
			       .shown = shown};
	if (!rc)
		rc = view_read(&s.view, args, format, s.rows.column, s.rows.nr_columns, err);
	if (!rc)
		rc = args_int(args, "most", 1, MOST, &s.most, err);
	if (!rc)
		rc = args_int(args, "seed", 0, INT64_MAX, &s.seed, err);
	if (!rc)
		rc = find_policies(args, "policy", s.what, &s.nr_what, err);
	if (!rc)
		rc = read_flavors(&s, err);
	if (!rc)
		rc = find_host(args_operand(args, 0), &s.host, err);
	if (!rc)
		rc = read_state(&s, err);
	if (rc)
		goto out;
	print_host_warnings(s.host, args_flag(args, "quiet"));
	for (size_t f = 0; f < s.flavor.nr && !rc; f++) {
		for (size_t p = 0; p < s.nr_what && !rc; p++)
			rc = count_one(&s, s.what[p], &s.flavor.zone[f], err);
	}
	if (rc)
		goto out;
	if (format == FORMAT_TEXT)
		printf("%s\n\n", s.host->name);
	rows_print(&s.rows, format, &s.view, stdout);
	*status = s.nr_without == s.flavor.nr * s.nr_what;
out:
	rows_release(&s.rows);
	view_release(&s.view);
	plan_list_release(&s.stands);
	zone_list_release(&s.before);
	zone_list_release(&s.flavor);
	host_free(s.host);
	return rc;
}

static struct column *columns(const char *operand, size_t *nr)
{
	(void)operand;
	return view_columns(schema_capacity.column, schema_capacity.nr, nr);
}

static const struct option options[] = {
	{"flavor", 'f', "SHAPE", "VCPUSxSIZE[xNODES], or a file of zones", true},
	{"policy", 'p', "POLICY,...", "whom to ask (default: all)", true},
	{"most", 0, "N", "stop counting there (default and limit 1000000)", false},
	{"seed", 0, "N", "for policies that draw (default 1)", false},
	VIEW_OPTIONS,
	OPTION_FORMAT("text|json|jsonl|csv", "text (default) or rows; jsonl: a row a line"),
	STATE_FLAG_OPTIONS,
	ZONE_READING_OPTIONS,
	{0},
};

const struct command cmd_capacity = {
	.name = "capacity",
	.operands = "HOST [STATE]",
	.min_operands = 1,
	.max_operands = 2,
	.summary = "how many more zones of a flavour fit on a host",
	.about = "Each policy places zones of the flavour until it refuses one; where a closed "
		 "formula is known it is printed beside. STATE is what is there already: the JSON "
		 "that plan printed stands as it is, zones are placed by each policy first. The "
		 "exit status is 1 when not one zone fits under any policy.",
	.example = "homenode capacity epyc-nps4-8n --flavor 4x6GiB --flavor 8x12GiBx2",
	.option = options,
	.columns = columns,
	.run = run,
};
