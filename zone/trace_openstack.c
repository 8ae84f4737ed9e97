/*
 * The servers of an OpenStack cloud, as its client prints them with -f json
 * (openstack/python-openstackclient@5b7da4b, openstackclient/compute/v2/):
 *	openstack server list --all-projects --long -f json	server.py, ListServer
 *	openstack flavor list --all --long -f json		flavor.py, ListFlavor
 *	openstack server group list --all-projects --long ...	server_group.py
 * Each is a list of maps whose keys are the columns' headings; which of them it is its
 * first map tells. A server has a flavor's name and no size, so flavors must be there: a
 * workload names the other documents in its trace's "with".
 *
 * - --long has no times. "Created At" is printed when it is asked for by name, and then all
 *   wanted columns must be: -c ID -c Name -c Status -c Flavor -c "Created At". A server
 *   without it is there from the beginning, and counted. No column says when a server ended:
 *   all live to the end.
 * - Servers that hold room on a host are zones, those that are shut off, paused or resized
 *   too. DELETED, SOFT_DELETED, SHELVED_OFFLOADED and ERROR hold none and are passed over.
 * - A flavor is found by "Flavor" (its name), "Flavor Name" or "Flavor ID". RAM is MiB.
 *   Of its properties hw:numa_nodes is the zone's numa_nodes; those others that bear on where
 *   a server lives are counted.
 * - Server groups are groups: affinity and anti-affinity. The soft ones do not bind a host
 *   choice and are counted.
 * - A zone is called by the server's ID, as names may be there twice.
 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/rng.h"
#include "base/units.h"
#include "zone/trace_docs.h"
#include "zone/zone_check.h"

/* An entry under a text: a flavor by name and id, a group by its members' ids. */
struct entry {
	const char *key;
	const struct doc_value *value;
};

struct index {
	struct entry *entry;
	size_t nr, cap;
	struct map by_key;
};

/* Availability zones have hosts of their own; aggregates may share theirs. */
#define ZONE_OF_HOSTS "Availability Zone"

struct cloud {
	struct doc_stream *s;
	struct index flavors, groups;
};

static void index_add(struct index *x, const char *key, const struct doc_value *value)
{
	map_add(&x->by_key, hash_text(key), (uint32_t)x->nr);
	x->entry = grow(x->entry, &x->cap, x->nr, sizeof(*x->entry));
	x->entry[x->nr++] = (struct entry){key, value};
}

/* NULL: none, or no key. */
static const struct doc_value *index_find(const struct index *x, const char *key)
{
	uint64_t hash = key ? hash_text(key) : 0;
	size_t at;

	for (uint32_t i = key ? map_first(&x->by_key, hash, &at) : MAP_NONE; i != MAP_NONE;
	     i = map_next(&x->by_key, hash, &at))
		if (strcmp(x->entry[i].key, key) == 0)
			return x->entry[i].value;
	return NULL;
}

static void index_release(struct index *x)
{
	free(x->entry);
	map_release(&x->by_key);
}

/* --- flavors --------------------------------------------------------------------------- */

static int index_flavor(struct cloud *c, const struct doc_value *at, struct error *err)
{
	static const char *const keys[] = {"Name", "ID"};
	const char *name = NULL;
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(keys) / sizeof(keys[0]); i++) {
		rc = doc_get_text(at, keys[i], i == 0, &name, err);
		if (!rc && name && !index_find(&c->flavors, name))
			index_add(&c->flavors, name, at);
		name = NULL;
	}
	return rc;
}

/* Of `text`, "hw:numa_nodes='2', hw:cpu_policy='dedicated'"; clients before 4.0 print so. */
static const char *property_in_text(const char *text, const char *key, char *value, size_t size)
{
	const char *found = strstr(text, key);
	size_t n = strlen(key);

	if (!found || (found != text && found[-1] != ' ') || found[n] != '=')
		return NULL;
	found += n + 1 + (found[n + 1] == '\'');
	snprintf(value, size, "%.*s", (int)strcspn(found, "',"), found);
	return value;
}

/* NULL: the flavor has no such property. */
static const char *property(const struct doc_value *flavor, const char *key, char *value,
			    size_t size)
{
	const struct doc_value *all = doc_member(flavor, "Properties"), *v;

	if (all && all->kind == DOC_TEXT)
		return property_in_text(all->text, key, value, size);
	v = doc_member(all, key);
	if (!v || v->kind >= DOC_LIST || v->kind == DOC_NULL)
		return NULL;
	snprintf(value, size, "%s", v->text);
	return value;
}

static void note_properties(struct cloud *c, const struct doc_value *flavor)
{
	static const char *const bearing[] = {
		"hw:cpu_policy",	"hw:mem_page_size",	 "hw:pci_numa_affinity_policy",
		"hw:cpu_thread_policy", "pci_passthrough:alias", "resources:VGPU",
	};
	char value[64];

	for (size_t i = 0; i < sizeof(bearing) / sizeof(bearing[0]); i++) {
		if (!property(flavor, bearing[i], value, sizeof(value)))
			continue;
		stream_note(&c->s->base, "have a flavor whose properties (CPU or PCI policy, page "
					 "size, devices) are not used");
		return;
	}
}

static int size_of(struct cloud *c, const struct doc_value *flavor, struct zone *z,
		   struct error *err)
{
	int64_t vcpus = 0, ram = 0;
	char value[64];
	int rc = doc_get_int(flavor, "VCPUs", true, 1, ZONE_VCPUS_MAX, &vcpus, err);

	if (!rc)
		rc = doc_get_int(flavor, "RAM", true, 1, ZONE_MEMORY_MAX_BYTES / MIB, &ram, err);
	if (!rc && property(flavor, "hw:numa_nodes", value, sizeof(value)) &&
	    !zone_parse_nodes(value, &z->numa_nodes))
		rc = doc_error(doc_place(flavor, "Properties"), err,
			       "hw:numa_nodes must be a number between 1 and %d", ZONE_NODES_MAX);
	if (rc)
		return rc;
	note_properties(c, flavor);
	z->vcpus = z->vcpus_max = (uint32_t)vcpus;
	z->memory_bytes = z->memory_initial_bytes = ram * MIB;
	z->memory_min_bytes = zone_default_min(z->memory_bytes);
	return 0;
}

/* --- groups ----------------------------------------------------------------------------- */

static int index_group(struct cloud *c, const struct doc_value *at, struct error *err)
{
	const struct doc_value *members;
	int rc = doc_get_list(at, "Members", true, &members, err);

	for (uint32_t i = 0; !rc && i < members->nr; i++) {
		const char *id = doc_text(&members->item[i]);

		if (id && !index_find(&c->groups, id))
			index_add(&c->groups, id, at);
	}
	return rc;
}

/* Its policy: a text, or before 2.64 a list of one. */
static const char *policy_of(const struct doc_value *group)
{
	const struct doc_value *policy = doc_member(group, "Policy");

	policy = policy ? policy : doc_member(group, "Policies");
	if (policy && policy->kind == DOC_LIST)
		policy = policy->nr ? &policy->item[0] : NULL;
	return policy && doc_text(policy) ? doc_text(policy) : "";
}

/* False: no group binds the server. */
static bool group_of(struct cloud *c, const char *id, struct zone_group *out)
{
	const struct doc_value *at = index_find(&c->groups, id);
	const char *policy = at ? policy_of(at) : "", *name;

	if (strncmp(policy, "soft-", 5) == 0)
		stream_note(&c->s->base, "are of servers in soft groups, which bind nobody");
	if (strcmp(policy, "affinity") != 0 && strcmp(policy, "anti-affinity") != 0)
		return false;
	name = doc_text(doc_member(at, "ID"));
	*out = (struct zone_group){
		.name = arena_strdup(&c->s->zones.arena, name ? name : "group"),
		.rule = *policy == 'a' && policy[1] == 'f' ? ZONE_AFFINITY : ZONE_ANTI_AFFINITY,
	};
	return true;
}

/* --- servers ------------------------------------------------------------------------------ */

static bool holds_room(const char *status)
{
	static const char *const none[] = {"DELETED", "SOFT_DELETED", "SHELVED_OFFLOADED", "ERROR"};

	for (size_t i = 0; status && i < sizeof(none) / sizeof(none[0]); i++)
		if (strcmp(status, none[i]) == 0)
			return false;
	return true;
}

static int find_flavor(const struct cloud *c, const struct doc_value *server,
		       const struct doc_value **out, struct error *err)
{
	static const char *const keys[] = {"Flavor ID", "Flavor Name", "Flavor"};
	const char *said = NULL;

	*out = NULL;
	for (size_t i = 0; !*out && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = doc_text(doc_member(server, keys[i]));

		said = text && *text ? text : said;
		*out = index_find(&c->flavors, text);
	}
	if (*out)
		return 0;
	if (!said)
		return doc_error(server, err, "the server has no \"Flavor\"");
	return doc_error(server, err,
			 "no flavor \"%.80s\" is there; name what `openstack flavor list --all "
			 "--long -f json` prints in the trace's \"with\"",
			 said);
}

static int read_server(struct cloud *c, const struct doc_value *at, struct error *err)
{
	const char *id = NULL, *status = NULL;
	const struct doc_value *flavor;
	struct zone_group group;
	struct zone zone;
	int64_t at_ns = DOCS_AT_FIRST;
	const char *where = NULL;
	uint32_t cluster = 0;
	bool grouped;
	int rc = doc_get_text(at, "ID", true, &id, err);

	if (!rc)
		rc = doc_get_text(at, "Status", false, &status, err);
	if (!rc && !holds_room(status)) {
		stream_note(&c->s->base, "are of servers that hold no room (deleted, shelved or "
					 "failed) and are passed over");
		return 0;
	}
	if (!rc)
		rc = find_flavor(c, at, &flavor, err);
	zone_init(&zone);
	if (!rc)
		rc = size_of(c, flavor, &zone, err);
	if (!rc)
		rc = docs_time(at, "Created At", &at_ns, err);
	if (!rc)
		rc = doc_get_text(at, ZONE_OF_HOSTS, false, &where, err);
	if (!rc)
		rc = docs_cluster(c->s, at, ZONE_OF_HOSTS, where && *where ? where : NULL, &cluster,
				  err);
	if (rc)
		return rc;
	if (at_ns == DOCS_AT_FIRST)
		stream_note(&c->s->base, "have no \"Created At\" and are there from the beginning");
	zone.name = arena_strdup(&c->s->zones.arena, id);
	grouped = group_of(c, id, &group);
	return docs_add(c->s, at, &zone, grouped ? &group : NULL, cluster, at_ns, NS_NEVER, err);
}

/* --- lists ----------------------------------------------------------------------------------- */

enum list_kind { SERVERS, FLAVORS, GROUPS };

static enum list_kind kind_of(const struct doc_value *first)
{
	if (doc_member(first, "VCPUs") || doc_member(first, "RAM"))
		return FLAVORS;
	if (doc_member(first, "Policy") || doc_member(first, "Policies"))
		return GROUPS;
	return SERVERS;
}

static int read_list(struct cloud *c, const struct doc_value *list, enum list_kind kind,
		     struct error *err)
{
	static int (*const read[])(struct cloud *, const struct doc_value *, struct error *) = {
		[SERVERS] = read_server, [FLAVORS] = index_flavor, [GROUPS] = index_group};
	int rc = 0;

	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		struct error own = {.code = 0};

		rc = docs_judge(c->s, read[kind](c, &list->item[i], &own), &own, err);
	}
	return rc;
}

/* What servers refer to goes before them. */
static int read_docs(struct cloud *c, struct error *err)
{
	static const enum list_kind order[] = {FLAVORS, GROUPS, SERVERS};
	int rc = 0;

	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++) {
		for (size_t d = 0; !rc && d < c->s->nr_docs; d++) {
			const struct doc_value *root = c->s->doc[d].root;

			if (!c->s->doc[d].nr_roots || root->kind != DOC_LIST)
				return error_at(
					err, ERR_INPUT, c->s->doc[d].path, 1, 1,
					"must be a list, as openstack ... list -f json prints "
					"one");
			if (root->nr && kind_of(&root->item[0]) == order[o])
				rc = read_list(c, root, order[o], err);
		}
	}
	return rc;
}

static int openstack_read(struct doc_stream *s, struct error *err)
{
	struct cloud c = {.s = s};
	int rc = read_docs(&c, err);

	index_release(&c.flavors);
	index_release(&c.groups);
	return rc;
}

static bool openstack_begins(const char *text, size_t size)
{
	return docs_begin(text, size, NULL);
}

static int openstack_open(struct zone_stream **out, const char *path, const struct workload *w,
			  bool skip_bad, struct error *err)
{
	return docs_open(out, path, w, skip_bad, openstack_read, err);
}

static const struct trace_column columns[] = {
	{"ID", false, NULL, "names the zone"},
	{"Flavor", false, NULL, "whose name, or ID, a list of flavors has"},
	{"Created At", true, "time", "when it starts; else from the beginning"},
	{ZONE_OF_HOSTS, true, NULL, "the cluster whose hosts it may go to"},
	{"Status", true, NULL, "DELETED, SHELVED_OFFLOADED, ERROR: no zone"},
	{"VCPUs", false, "vCPUs", "of a flavor: its size"},
	{"RAM", false, "MiB", "of a flavor: its memory"},
	{"Properties", true, NULL, "of a flavor: hw:numa_nodes"},
	{"Policy", true, NULL, "of a server group: affinity, anti-affinity"},
	{"Members", true, NULL, "of a server group: its servers' IDs"},
	{NULL, false, NULL, NULL},
};

const struct trace_format trace_openstack = {
	.name = "openstack-servers",
	.summary = "OpenStack: server list --long -f json, and flavors",
	.keeps = "the whole document",
	.source = "https://github.com/openstack/python-openstackclient: "
		  "openstackclient/compute/v2/server.py",
	.where = "openstack server list --all-projects --long -f json, openstack flavor list --all "
		 "--long -f json",
	.takes_more = true,
	.cluster = ZONE_OF_HOSTS,
	.column = columns,
	.begins = openstack_begins,
	.open_path = openstack_open,
};
