/* What groups leave of a fleet, under every choice, against a plain look at who lives where. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "choice/groups.h"

#define HOSTS 23
#define SLOTS 60
#define RACKS 5

/* Who lives in each slot. */
struct resident {
	bool lives;
	uint32_t host;
	struct zone_group group;
};

struct model {
	struct host *host;
	struct host_state state[HOSTS];
	const struct host_state *seen[HOSTS];
	struct fleet fleet;
	struct groups groups;
	struct fleet_racks racks;
	uint32_t rack[HOSTS];
	struct resident resident[SLOTS];
};

static void model_init(struct model *m, const struct choice *choice, bool racks, struct rng *rng)
{
	struct error err;

	memset(m, 0, sizeof(*m));
	m->host = host_new("model", 1);
	cpuset_add(&m->host->node[0].cpus, 0);
	m->host->node[0].nr_cpus = m->host->node[0].nr_cores = 1;
	m->host->node[0].memory_bytes = 4 * 4096;
	cr_assert_eq(host_finish(m->host, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < HOSTS; i++) {
		host_state_init(&m->state[i], m->host);
		host_state_set_free(&m->state[i], 0, (int64_t)rng_below(rng, 4) * 4096);
		m->seen[i] = &m->state[i];
		m->rack[i] = (uint32_t)rng_below(rng, RACKS);
	}
	fleet_init(&m->fleet, choice, m->seen, HOSTS);
	/* the last three hosts are in no rack that is named */
	m->racks = (struct fleet_racks){"racks", m->rack, HOSTS - 3, RACKS};
	if (racks)
		groups_set_racks(&m->groups, &m->racks, HOSTS);
}

static void model_release(struct model *m)
{
	for (uint32_t i = 0; i < HOSTS; i++)
		host_state_release(&m->state[i]);
	fleet_release(&m->fleet);
	groups_release(&m->groups);
	host_free(m->host);
}

static bool same_rack(const struct model *m, uint32_t a, uint32_t b)
{
	if (a == b)
		return true;
	return m->groups.racks && a < m->racks.nr_hosts && b < m->racks.nr_hosts &&
	       m->rack[a] == m->rack[b];
}

static bool allowed(const struct model *m, const struct zone_group *g, uint32_t host)
{
	for (int i = 0; i < SLOTS; i++) {
		const struct resident *r = &m->resident[i];

		if (!r->lives || r->group.rule != g->rule || strcmp(r->group.name, g->name) != 0)
			continue;
		if (g->rule == ZONE_AFFINITY && r->host != host)
			return false;
		if (g->rule == ZONE_ANTI_AFFINITY && r->host == host)
			return false;
		if (g->rule == ZONE_FAULT_DOMAIN && r->group.domain != g->domain &&
		    same_rack(m, r->host, host))
			return false;
	}
	return true;
}

static void check_request(struct model *m, const struct zone_group *g, struct rng *draws)
{
	struct zone z;
	struct choice_request r = {.zone = &z, .ordinal = 1, .rng = draws};
	bool asked[HOSTS] = {false};
	uint32_t host, barred = 0;

	zone_init(&z);
	z.memory_policy = ZONE_STATIC;
	z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = 4096;
	fleet_begin(&m->fleet, &r);
	groups_bar(&m->groups, g, &m->fleet, &r);
	while ((host = fleet_next(&m->fleet, &r)) != HOST_NONE) {
		cr_assert(!asked[host], "host %u is asked twice", host);
		asked[host] = true;
	}
	for (uint32_t h = 0; h < HOSTS; h++) {
		bool room = m->state[h].total_free_bytes >= 4096;

		cr_assert_eq(asked[h], room && allowed(m, g, h), "%s, host %u",
			     m->fleet.choice->name, h);
		barred += room && !allowed(m, g, h);
	}
	cr_assert_eq(groups_barred(&m->fleet, &r), barred);
}

static struct zone_group any_group(struct rng *rng)
{
	static const char *const names[] = {"web", "db", "0"};

	return (struct zone_group){
		.name = names[rng_below(rng, 3)],
		.rule = (enum zone_group_rule)rng_below(rng, ZONE_GROUP_RULES),
		.domain = (uint32_t)rng_below(rng, 3),
	};
}

/* Somebody leaves, or comes to any host at all. */
static void turn(struct model *m, struct rng *rng)
{
	uint32_t slot = (uint32_t)rng_below(rng, SLOTS);
	struct resident *r = &m->resident[slot];

	if (r->lives) {
		r->lives = false;
		groups_leave(&m->groups, slot);
		return;
	}
	*r = (struct resident){true, (uint32_t)rng_below(rng, HOSTS), any_group(rng)};
	/* an affine zone lives with the others */
	for (int i = 0; r->group.rule == ZONE_AFFINITY && i < SLOTS; i++)
		if (i != (int)slot && m->resident[i].lives &&
		    m->resident[i].group.rule == ZONE_AFFINITY &&
		    strcmp(m->resident[i].group.name, r->group.name) == 0)
			r->host = m->resident[i].host;
	groups_join(&m->groups, &r->group, slot, r->host);
}

Test(groups, every_choice_obeys_them)
{
	struct rng rng, draws;

	rng_seed(&rng, 5, "groups");
	rng_seed(&draws, 5, "draws");
	for (size_t c = 0; choices[c]; c++) {
		for (int racks = 0; racks < 2; racks++) {
			struct model m;

			model_init(&m, choices[c], racks, &rng);
			for (int i = 0; i < 400; i++) {
				struct zone_group g = any_group(&rng);

				turn(&m, &rng);
				check_request(&m, &g, &draws);
			}
			model_release(&m);
		}
	}
}

/* Who has gone binds nobody, and takes no memory. */
Test(groups, those_who_leave_are_forgotten)
{
	struct groups g = {0};
	char name[16];

	for (uint32_t i = 0; i < 1000; i++) {
		struct zone_group of = {.name = name, .rule = ZONE_ANTI_AFFINITY};

		snprintf(name, sizeof(name), "%u", i);
		groups_join(&g, &of, 3, i);
		cr_assert_eq(g.nr_members, 1);
		groups_leave(&g, 3);
		groups_leave(&g, 3);
		cr_assert_eq(g.nr_members, 0);
	}
	cr_assert_eq(g.nr, 1);
	groups_release(&g);
}

Test(groups, reasons)
{
	struct zone_group db = {.name = "db", .rule = ZONE_ANTI_AFFINITY};
	char *text = groups_reason(&db, 1, 4);

	cr_assert_str_eq(text, "group \"db\" (anti-affinity) lives on 1 host with room");
	free(text);
	db.rule = ZONE_AFFINITY;
	text = groups_reason(&db, 2, 4);
	cr_assert_str_eq(text, "group \"db\" (affinity) lives on host 4; 2 other hosts have room");
	free(text);
	db.rule = ZONE_FAULT_DOMAIN;
	text = groups_reason(&db, 2, 4);
	cr_assert_str_eq(text,
			 "group \"db\" (fault-domain) has other domains in the racks of 2 hosts "
			 "with room");
	free(text);
}
