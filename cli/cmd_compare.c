/*
 * Policies side by side. Neighbours are placed first, by edera-compact whatever
 * the policy, so that every policy meets the same host.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/compare.h"
#include "cli/zone_flags.h"
#include "host/host.h"

struct session {
	struct host *host;
	struct cost_params params;
	struct cost_work work;
	struct zone_list zones, neighbours;
	const struct policy *what[POLICIES_MAX];
	size_t nr_what;
	struct compare result;
	enum output_format format;
	int64_t launches, seed; /* launches 0: no swing */
};

/* Zones and neighbours of one case, placed under one policy. */
struct scene {
	struct host_state state;
	struct plan *plan;
	struct cost_zone *cost;
	struct cost_result *found;
	uint32_t nr;
};

static const struct policy *find_short(const char *name)
{
	const struct policy *p = policy_find(name);
	char *edera;

	if (p)
		return p;
	edera = xasprintf("edera-%s", name);
	p = policy_find(edera);
	free(edera);
	return p;
}

static int add_what(struct session *s, const char *name, struct error *err)
{
	const char *names[POLICIES_MAX] = {NULL};
	const struct policy *p = find_short(name);
	const char *near;

	if (p && s->nr_what < POLICIES_MAX) {
		s->what[s->nr_what++] = p;
		return 0;
	}
	for (size_t i = 0; policies[i] && i + 1 < POLICIES_MAX; i++)
		names[i] = policies[i]->name;
	near = nearest_name(name, names);
	return error_set(err, ERR_USAGE,
			 "--what: unknown policy \"%s\"; %s%s (\"homenode list policies\" names "
			 "them all)",
			 name, near ? "did you mean " : "there is compact, scatter, flat",
			 near ? near : "");
}

static int read_what(struct session *s, const char *list, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !list && policies[i] && s->nr_what < POLICIES_MAX; i++)
		s->what[s->nr_what++] = policies[i];
	while (list && !rc) {
		size_t n = strcspn(list, ",");
		char *item = xstrndup(list, n);

		rc = add_what(s, item, err);
		free(item);
		if (!list[n])
			break;
		list += n + 1;
	}
	return rc;
}

static void scene_open(struct scene *c, const struct session *s, uint32_t most)
{
	*c = (struct scene){0};
	host_state_init(&c->state, s->host);
	c->plan = xcalloc(most + (size_t)1, sizeof(*c->plan));
	c->cost = xcalloc(most + (size_t)1, sizeof(*c->cost));
	c->found = xcalloc(most + (size_t)1, sizeof(*c->found));
}

static void scene_close(struct scene *c)
{
	host_state_release(&c->state);
	free(c->plan);
	free(c->cost);
	free(c->found);
}

static int scene_add(struct scene *c, const struct policy *policy, const struct zone *z,
		     struct error *err)
{
	struct rng rng;
	struct policy_input in = {
		.host = c->state.host, .state = &c->state, .zone = z, .rng = &rng};
	int rc;

	rng_seed(&rng, 1, z->name);
	rc = policy_place(policy, &in, &c->plan[c->nr], err);
	if (rc)
		return rc;
	host_state_take(&c->state, &c->plan[c->nr]);
	c->cost[c->nr] = (struct cost_zone){.plan = &c->plan[c->nr]};
	c->nr++;
	return 0;
}

static struct compare_row *new_row(struct session *s, const char *label,
				   const struct policy *policy, const struct zone *z)
{
	struct compare *r = &s->result;

	r->row = grow(r->row, &r->cap, r->nr, sizeof(*r->row));
	r->row[r->nr] = (struct compare_row){.label = label, .policy = policy, .zone = z};
	return &r->row[r->nr++];
}

static void fill_row(struct session *s, struct scene *c, struct compare_row *r, uint32_t i)
{
	struct cost_result *truth = xcalloc(c->nr, sizeof(*truth));
	struct plan_locality l;

	r->placed = true;
	r->plan = c->plan[i];
	plan_locality(&r->plan, r->plan.memory, r->plan.nr_memory, &l);
	r->mean_distance_centi = l.mean_distance_centi;
	r->cost = c->found[i];
	c->cost[i].map_true = true;
	cost_evaluate(&s->params, c->cost, c->nr, &s->work, truth);
	c->cost[i].map_true = false;
	if (truth[i].slowdown_ppm > 0)
		r->map_cost_ppm = ppm(r->cost.slowdown_ppm, truth[i].slowdown_ppm) - 1000000;
	free(truth);
}

static int one_policy(struct session *s, const char *label, const struct policy *policy,
		      const struct zone_list *zones, const struct zone_list *neighbours,
		      struct error *err)
{
	size_t first = s->result.nr;
	struct scene c;
	uint32_t at;
	int rc = 0;

	scene_open(&c, s, (uint32_t)(zones->nr + neighbours->nr));
	for (size_t i = 0; i < neighbours->nr && !rc; i++) {
		rc = scene_add(&c, policy_find("edera-compact"), &neighbours->zone[i], err);
		if (rc)
			rc = error_prefix(err, "neighbour %s", neighbours->zone[i].name);
	}
	at = c.nr;
	for (size_t i = 0; i < zones->nr && !rc; i++) {
		struct compare_row *r = new_row(s, label, policy, &zones->zone[i]);
		struct error why = {0};

		r->placed = scene_add(&c, policy, r->zone, &why) == 0;
		if (!r->placed)
			memcpy(r->refusal, why.text, sizeof(why.text));
	}
	if (!rc && c.nr)
		cost_evaluate(&s->params, c.cost, c.nr, &s->work, c.found);
	for (size_t i = first; i < s->result.nr && !rc; i++) {
		if (s->result.row[i].placed)
			fill_row(s, &c, &s->result.row[i], at++);
	}
	scene_close(&c);
	return rc;
}

static int one_case(struct session *s, const char *label, const struct zone_list *zones,
		    const struct zone_list *neighbours, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < s->nr_what && !rc; i++)
		rc = one_policy(s, label, s->what[i], zones, neighbours, err);
	return rc;
}

/* The smaller of the host's usable nodes, in CPUs and in memory. */
static void smallest_node(const struct host *h, uint32_t *cpus, int64_t *bytes)
{
	unsigned n;

	*cpus = UINT32_MAX;
	*bytes = INT64_MAX;
	nodeset_for_each (n, h->usable_nodes) {
		if (h->node[n].nr_cpus < *cpus)
			*cpus = h->node[n].nr_cpus;
		if (h->node[n].memory_bytes < *bytes)
			*bytes = h->node[n].memory_bytes;
	}
}

static struct zone *add_zone(struct zone_list *l, const char *name, uint32_t vcpus, int64_t bytes)
{
	struct zone *z;

	l->zone = grow(l->zone, &l->cap, l->nr, sizeof(*l->zone));
	z = &l->zone[l->nr++];
	zone_init(z);
	z->name = arena_strdup(&l->arena, name);
	z->vcpus = z->vcpus_max = vcpus;
	z->memory_policy = ZONE_STATIC;
	z->virt = ZONE_PVH;
	z->memory_bytes = z->memory_initial_bytes = z->memory_min_bytes =
		bytes / PAGE_BYTES * PAGE_BYTES;
	return z;
}

/* A stream on every node with half its CPUs, so that all channels are busy. */
static void make_neighbours(struct zone_list *l, const struct host *h, uint32_t cpus, int64_t bytes)
{
	unsigned n;

	nodeset_for_each (n, h->usable_nodes) {
		char *name = xasprintf("neighbour-%u", h->node[n].os_index);
		struct zone *z = add_zone(l, name, cpus > 1 ? cpus / 2 : 1, bytes / 4);

		z->numa_nodes = 1;
		z->profile = zone_profile_find("stream");
		free(name);
	}
}

/* One zone on two nodes: reading all it can or chasing pointers, its halves by
 * themselves or touching each other's data half of the time. */
static int answer_question(struct session *s, struct error *err)
{
	static const char *const kind[] = {"stream", "chase"};
	const struct zone_list nobody = {0};
	uint32_t cpus;
	int64_t bytes;
	int rc = 0;

	if (nodeset_count(s->host->usable_nodes) < 2)
		return error_set(err, ERR_CANNOT,
				 "host %s has no two nodes with CPUs and memory to choose from",
				 s->host->name);
	s->result.question = true;
	smallest_node(s->host, &cpus, &bytes);
	make_neighbours(&s->neighbours, s->host, cpus, bytes);
	for (int i = 0; i < 8 && !rc; i++) {
		bool shared = i & 2, busy = i & 1;
		char *label =
			arena_printf(&s->zones.arena, "%s, %s, %s", kind[i / 4],
				     shared ? "shared" : "private", busy ? "neighbours" : "alone");
		struct zone_profile *profile = arena_alloc(&s->zones.arena, sizeof(*profile));
		struct zone_list *one = arena_alloc(&s->zones.arena, sizeof(*one));
		/* half the CPUs, so that neighbours and zone have cores of their own */
		struct zone *z = add_zone(one, kind[i / 4], 2 * (cpus > 1 ? cpus / 2 : 1), bytes);

		*profile = *zone_profile_find(kind[i / 4]);
		profile->sharing_share_ppm = shared ? 500000 : 0;
		z->profile = profile;
		z->numa_nodes = 2;
		rc = one_case(s, label, one, busy ? &s->neighbours : &nobody, err);
		/* rows point to the zone: it moves to the arena */
		for (size_t k = 0; k < s->result.nr; k++) {
			struct zone *kept;

			if (s->result.row[k].zone != z)
				continue;
			kept = arena_alloc(&s->zones.arena, sizeof(*kept));
			*kept = *z;
			kept->name = kind[i / 4];
			s->result.row[k].zone = kept;
		}
		zone_list_release(one);
	}
	return rc;
}

static int load(struct session *s, const struct args *args, struct error *err)
{
	const char *zones = args_operand(args, 1);
	const char *neighbours = args_string(args, "neighbours", NULL);
	struct zone_reading how = zone_reading_of(args);
	struct cost_assume assume = {0};
	int rc = args_format(args, true, &s->format, err);

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
		rc = read_what(s, args_string(args, "what", zones ? NULL : "compact,scatter"), err);
	if (!rc && zones)
		rc = zone_list_load(&s->zones, zones, &how, err);
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
		compare_print_text(&s->result, stdout);
		break;
	case FORMAT_CSV:
		compare_print_csv(&s->result, stdout);
		break;
	case FORMAT_JSON:
		compare_print_json(&s->result, stdout);
		break;
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

static int run(const struct args *args, int *status, struct error *err)
{
	struct session *s = xcalloc(1, sizeof(*s));
	const struct zone_list nobody = {0};
	int rc = load(s, args, err);

	if (!rc && args_operand(args, 1))
		rc = one_case(s, "", &s->zones, s->launches ? &nobody : &s->neighbours, err);
	else if (!rc)
		rc = answer_question(s, err);
	if (!rc && args_operand(args, 1) && !s->launches)
		rc = compare_day(&s->result, s->what, s->nr_what, &s->zones, &s->neighbours, err);
	if (!rc && s->launches)
		compare_swing(&s->result, s->what, s->nr_what, &s->zones, &s->neighbours,
			      (uint32_t)s->launches, (uint64_t)s->seed);
	if (!rc)
		print_result(s);
	*status = some_zone_has_no_place(&s->result);
	free(s->result.row);
	free(s->result.swing);
	cost_params_release(&s->params);
	cost_work_release(&s->work);
	zone_list_release(&s->zones);
	zone_list_release(&s->neighbours);
	host_free(s->host);
	free(s);
	return rc;
}

static const struct option options[] = {
	{"what", 'w', "POLICY,...", "which policies (default all; compact is edera-compact)",
	 false},
	{"neighbours", 'N', "ZONES", "zones that are there already, by edera-compact", false},
	{"launches", 'l', "N", "launch each zone so often among changing neighbours", false},
	{"seed", 's', "N", "of the neighbours that --launches draws (default 1)", false},
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
	.example = "homenode compare epyc-nps4-8n zones.json --what compact,scatter",
	.option = options,
	.run = run,
};
