#include "choice/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

struct member {
	uint32_t slot, host, domain;
};

struct group {
	char *name;
	enum zone_group_rule rule;
	struct member *member; /* in the order in which they came */
	size_t nr, cap;
};

static uint64_t hash_of(const struct zone_group *of)
{
	return map_mix(hash_text(of->name), (uint64_t)of->rule);
}

/* MAP_NONE: no zone of it lives. */
static uint32_t find(const struct groups *g, const struct zone_group *of)
{
	uint64_t hash = hash_of(of);
	size_t at;

	for (uint32_t i = map_first(&g->by_name, hash, &at); i != MAP_NONE;
	     i = map_next(&g->by_name, hash, &at)) {
		if (g->group[i].rule == of->rule && strcmp(g->group[i].name, of->name) == 0)
			return i;
	}
	return MAP_NONE;
}

static uint32_t find_or_add(struct groups *g, const struct zone_group *of)
{
	uint32_t i = find(g, of);

	if (i != MAP_NONE)
		return i;
	if (g->nr_free) {
		i = g->free[--g->nr_free];
	} else {
		i = (uint32_t)g->nr;
		g->group = grow(g->group, &g->cap, g->nr++, sizeof(*g->group));
		g->group[i] = (struct group){.nr = 0};
	}
	g->group[i].name = xstrdup(of->name);
	g->group[i].rule = of->rule;
	map_add(&g->by_name, hash_of(of), i);
	return i;
}

/* Nobody of it lives: whoever comes under its name begins it anew. */
static void forget(struct groups *g, uint32_t i)
{
	struct group *group = &g->group[i];
	struct zone_group of = {.name = group->name, .rule = group->rule};

	map_remove(&g->by_name, hash_of(&of), i);
	free(group->name);
	group->name = NULL;
	g->free = grow(g->free, &g->cap_free, g->nr_free, sizeof(*g->free));
	g->free[g->nr_free++] = i;
}

void groups_set_racks(struct groups *g, const struct fleet_racks *racks, uint32_t nr_hosts)
{
	uint32_t named = racks->nr_hosts < nr_hosts ? racks->nr_hosts : nr_hosts;
	uint32_t *next;

	g->racks = racks;
	g->first = xcalloc((size_t)racks->nr_racks + 1, sizeof(*g->first));
	g->host = xcalloc((size_t)named + 1, sizeof(*g->host));
	next = xcalloc((size_t)racks->nr_racks + 1, sizeof(*next));
	for (uint32_t h = 0; h < named; h++)
		g->first[racks->rack[h] + 1]++;
	for (uint32_t i = 0; i < racks->nr_racks; i++)
		next[i + 1] = g->first[i + 1] += g->first[i];
	for (uint32_t h = 0; h < named; h++)
		g->host[next[racks->rack[h]]++] = h;
	free(next);
}

void groups_release(struct groups *g)
{
	for (size_t i = 0; i < g->nr; i++) {
		free(g->group[i].name);
		free(g->group[i].member);
	}
	free(g->group);
	free(g->free);
	free(g->of_slot);
	free(g->first);
	free(g->host);
	map_release(&g->by_name);
	*g = (struct groups){0};
}

static void bar_rack(const struct groups *g, struct fleet *f, struct choice_request *r,
		     uint32_t host)
{
	uint32_t rack;

	if (!g->racks || host >= g->racks->nr_hosts) {
		r->barred += fleet_bar(f, host, r);
		return;
	}
	rack = g->racks->rack[host];
	for (uint32_t i = g->first[rack]; i < g->first[rack + 1]; i++)
		r->barred += fleet_bar(f, g->host[i], r);
}

void groups_bar(const struct groups *g, const struct zone_group *of, struct fleet *f,
		struct choice_request *r)
{
	uint32_t found = find(g, of);
	const struct group *group;

	if (found == MAP_NONE)
		return;
	group = &g->group[found];
	if (of->rule == ZONE_AFFINITY) {
		r->only = group->member[0].host + 1;
		return;
	}
	for (size_t i = 0; i < group->nr; i++) {
		const struct member *m = &group->member[i];

		if (of->rule == ZONE_ANTI_AFFINITY)
			r->barred += fleet_bar(f, m->host, r);
		else if (m->domain != of->domain)
			bar_rack(g, f, r, m->host);
	}
}

uint32_t groups_barred(const struct fleet *f, const struct choice_request *r)
{
	uint32_t nr = 0;

	if (!r->only)
		return r->barred;
	for (uint32_t h = 0; h < f->nr_hosts; h++)
		nr += h + 1 != r->only && fleet_host_has_room(f, h, r);
	return nr;
}

char *groups_reason(const struct zone_group *of, uint32_t barred, uint32_t host)
{
	const char *rule = zone_group_rule_names[of->rule];
	const char *hosts = barred == 1 ? "host" : "hosts";

	if (of->rule == ZONE_AFFINITY)
		return xasprintf("group \"%.80s\" (%s) lives on host %u; %u other %s room",
				 of->name, rule, host, barred,
				 barred == 1 ? "host has" : "hosts have");
	if (of->rule == ZONE_ANTI_AFFINITY)
		return xasprintf("group \"%.80s\" (%s) lives on %u %s with room", of->name, rule,
				 barred, hosts);
	return xasprintf("group \"%.80s\" (%s) has other domains in the racks of %u %s with room",
			 of->name, rule, barred, hosts);
}

void groups_join(struct groups *g, const struct zone_group *of, uint32_t slot, uint32_t host)
{
	uint32_t i = find_or_add(g, of);
	struct group *group = &g->group[i];

	while (g->nr_slots <= slot) {
		g->of_slot = grow(g->of_slot, &g->cap_slots, g->nr_slots, sizeof(*g->of_slot));
		g->of_slot[g->nr_slots++] = 0;
	}
	g->of_slot[slot] = i + 1;
	group->member = grow(group->member, &group->cap, group->nr, sizeof(*group->member));
	group->member[group->nr++] = (struct member){slot, host, of->domain};
	g->nr_members++;
}

void groups_leave(struct groups *g, uint32_t slot)
{
	uint32_t of = slot < g->nr_slots ? g->of_slot[slot] : 0;
	struct group *group;
	size_t i = 0;

	if (!of)
		return;
	group = &g->group[of - 1];
	while (group->member[i].slot != slot)
		i++;
	memmove(&group->member[i], &group->member[i + 1],
		(group->nr - i - 1) * sizeof(*group->member));
	g->of_slot[slot] = 0;
	g->nr_members--;
	if (!--group->nr)
		forget(g, of - 1);
}
