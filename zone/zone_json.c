#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_doc.h"
#include "base/units.h"
#include "zone/zone_check.h"
#include "zone/zone_json.h"

/* The fields of a zone, by enum zone_field, and what is not a field of struct zone. */
static const char *const zone_keys[] = {
	"name",	      "vcpus",	 "vcpus_max",  "memory",    "memory_initial",
	"memory_min", "devices", "numa_nodes", "placement", "memory_policy",
	"virt",	      "profile", "count",      NULL,
};

static int read_count(const struct json_at *at, const char *key, bool required, int64_t max,
		      uint32_t *out, struct error *err)
{
	int64_t v = *out;
	int rc = json_get_int(at, key, required, 1, max, &v, err);

	if (!rc)
		*out = (uint32_t)v;
	return rc;
}

static int read_vcpus(const struct json_at *at, struct zone *z, struct error *err)
{
	int rc = read_count(at, "vcpus", true, ZONE_VCPUS_MAX, &z->vcpus, err);

	z->vcpus_max = z->vcpus;
	if (!rc)
		rc = read_count(at, "vcpus_max", false, ZONE_VCPUS_MAX, &z->vcpus_max, err);
	return rc;
}

static int read_pages(const struct json_at *at, const char *key, bool required, int64_t *out,
		      struct error *err)
{
	int rc = json_get_bytes(at, key, required, false, out, err);

	*out = zone_whole_pages(*out);
	return rc;
}

static int read_memory(const struct json_at *at, struct zone *z, struct error *err)
{
	int policy = ZONE_DYNAMIC;
	int rc =
		json_get_choice(at, "memory_policy", false, zone_memory_policy_names, &policy, err);

	z->memory_policy = (enum zone_memory_policy)policy;
	if (!rc)
		rc = read_pages(at, "memory", true, &z->memory_bytes, err);
	z->memory_initial_bytes = z->memory_bytes;
	if (!rc)
		rc = read_pages(at, "memory_initial", false, &z->memory_initial_bytes, err);
	z->memory_min_bytes = zone_default_min(z->memory_initial_bytes);
	if (!rc)
		rc = read_pages(at, "memory_min", false, &z->memory_min_bytes, err);
	return rc;
}

static int read_nodes(const struct json_at *at, struct zone *z, struct error *err)
{
	struct json_at nodes = json_at_member(at, "numa_nodes");
	json_int_t v = json_integer_value(nodes.value);

	if (!nodes.value)
		return 0;
	if (json_is_string(nodes.value) && strcmp(json_string_value(nodes.value), "auto") == 0)
		return 0;
	if (!json_is_integer(nodes.value) || v < 1 || v > ZONE_NODES_MAX)
		return json_at_error(&nodes, err,
				     "\"numa_nodes\" must be \"auto\" or a whole number between 1 "
				     "and %d",
				     ZONE_NODES_MAX);
	z->numa_nodes = (uint32_t)v;
	return 0;
}

static int read_device(const struct json_at *list, size_t i, struct zone *z, const char **device,
		       struct arena *a, struct error *err)
{
	struct json_at at = json_at_item(list, i);
	const char *name = json_string_value(at.value);

	if (!name || !*name || strlen(name) != json_string_length(at.value))
		return json_at_error(
			&at, err,
			"a device must be a text such as \"nic0\", \"0000:41:00.0\" or \"2xgpu\"");
	for (uint32_t j = 0; j < z->nr_devices; j++)
		if (strcmp(device[j], name) == 0)
			return json_at_error(&at, err,
					     "device \"%.80s\" is listed twice; a device is passed "
					     "through once",
					     name);
	device[z->nr_devices++] = arena_strdup(a, name);
	return 0;
}

static int read_devices(const struct json_at *at, struct zone *z, struct arena *a,
			struct error *err)
{
	struct json_at list;
	const char **device;
	size_t nr;
	int rc = json_get_array(at, "devices", false, &list, err);

	if (rc || !list.value)
		return rc;
	nr = json_array_size(list.value);
	if (nr > ZONE_DEVICES_MAX)
		return json_at_error(&list, err, "\"devices\" has %zu entries; at most %d are read",
				     nr, ZONE_DEVICES_MAX);
	device = arena_alloc(a, (nr + 1) * sizeof(*device));
	z->device = device;
	for (size_t i = 0; i < nr && !rc; i++)
		rc = read_device(&list, i, z, device, a, err);
	return rc;
}

static bool names_a_device(const struct zone *z)
{
	enum zone_device_class class;
	uint32_t count;

	for (uint32_t i = 0; i < z->nr_devices; i++) {
		if (!zone_device_any(z->device[i], &class, &count))
			return true;
	}
	return false;
}

static int read_share(const struct json_at *at, const char *key, bool required, uint32_t *out,
		      struct error *err)
{
	int64_t v = *out;
	int rc = json_get_int(at, key, required, 0, 1000000, &v, err);

	*out = (uint32_t)v;
	return rc;
}

/* { "preset": NAME, overrides } or, without a preset, every figure. */
static int read_profile_object(const struct json_at *at, struct zone_profile *p, struct error *err)
{
	static const char *const keys[] = {"preset",
					   "demand_bytes_per_s",
					   "read_share_ppm",
					   "stall_share_ppm",
					   "sharing_share_ppm",
					   "parallelism",
					   NULL};
	bool all = json_at_member(at, "preset").value == NULL;
	int preset, rc = json_at_known(at, "profile", keys, err);

	*p = (struct zone_profile){.name = "custom"};
	if (!rc && !all) {
		rc = json_get_choice(at, "preset", true, zone_profile_names, &preset, err);
		if (!rc)
			*p = *zone_profile_find(zone_profile_names[preset]);
	}
	if (!rc)
		rc = json_get_bytes(at, "demand_bytes_per_s", all, true, &p->demand_bytes_per_s,
				    err);
	if (!rc)
		rc = read_share(at, "read_share_ppm", all, &p->read_share_ppm, err);
	if (!rc)
		rc = read_share(at, "stall_share_ppm", all, &p->stall_share_ppm, err);
	if (!rc)
		rc = read_share(at, "sharing_share_ppm", all, &p->sharing_share_ppm, err);
	if (!rc)
		rc = read_count(at, "parallelism", all, 1024, &p->parallelism, err);
	return rc;
}

static int read_profile(const struct json_at *zone_at, struct zone *z, struct arena *a,
			struct error *err)
{
	struct json_at at = json_at_member(zone_at, "profile");
	struct zone_profile profile, *kept;
	int preset, rc;

	if (!at.value)
		return 0;
	if (!json_is_object(at.value)) {
		rc = json_get_choice(zone_at, "profile", true, zone_profile_names, &preset, err);
		if (!rc)
			z->profile = zone_profile_find(zone_profile_names[preset]);
		return rc;
	}
	rc = read_profile_object(&at, &profile, err);
	if (rc)
		return rc;
	kept = arena_alloc(a, sizeof(*kept));
	*kept = profile;
	z->profile = kept;
	return 0;
}

static int read_fields(const struct json_at *at, struct zone *z, struct arena *a, struct error *err)
{
	int spread = ZONE_SPREAD_DEFAULT, virt = ZONE_AUTO, rc;
	const char *name;

	rc = json_get_string(at, "name", true, &name, err);
	if (!rc) {
		z->name = arena_strdup(a, name);
		rc = read_vcpus(at, z, err);
	}
	if (!rc)
		rc = read_memory(at, z, err);
	if (!rc)
		rc = read_nodes(at, z, err);
	if (!rc)
		rc = json_get_choice(at, "placement", false, zone_spread_names, &spread, err);
	if (!rc)
		rc = json_get_choice(at, "virt", false, zone_virt_names, &virt, err);
	z->spread = (enum zone_spread)spread;
	z->virt = (enum zone_virt)virt;
	if (!rc)
		rc = read_devices(at, z, a, err);
	if (!rc)
		rc = read_profile(at, z, a, err);
	return rc;
}

/* A zone whose keys are known. */
static int read_zone(const struct json_at *at, struct zone *z, struct arena *a, struct error *err)
{
	struct zone_fault fault;
	struct json_at place;
	int rc;

	zone_init(z);
	rc = read_fields(at, z, a, err);
	if (rc || zone_sound(z, zone_field_names, &fault))
		return rc;
	place = json_at_member(at, zone_field_names[fault.field]);
	return json_at_error(&place, err, "zone \"%.80s\": %s", z->name, fault.text);
}

int zone_from_json(const struct json_at *at, struct arena *arena, struct zone *out,
		   struct error *err)
{
	struct json_at count = json_at_member(at, "count");
	int rc = json_at_known(at, "zone", zone_keys, err);

	if (!rc && count.value)
		rc = json_at_error(&count, err,
				   "\"count\" is for lists of zones; this is one zone");
	return rc ? rc : read_zone(at, out, arena, err);
}

/* One entry of the list: a zone, or `count` of them. */
static int read_entry(const struct json_at *at, struct zone_list *out, struct error *err)
{
	struct json_at count_at = json_at_member(at, "count");
	struct zone z;
	uint32_t count = 1;
	int rc = json_at_known(at, "zone", zone_keys, err);

	if (!rc)
		rc = read_zone(at, &z, &out->arena, err);
	if (!rc)
		rc = read_count(at, "count", false, ZONE_LIST_MAX, &count, err);
	if (rc)
		return rc;
	if (count > 1 && names_a_device(&z))
		return json_at_error(&count_at, err,
				     "zone \"%.80s\": %u zones cannot have the same devices; write "
				     "them one by one",
				     z.name, (unsigned)count);
	if (count > ZONE_LIST_MAX - out->nr)
		return json_at_error(at, err, "more than %d zones; split the file", ZONE_LIST_MAX);
	for (uint32_t i = 1; i <= count; i++) {
		struct zone *added = zone_list_add(out);

		*added = z;
		if (count_at.value)
			added->name = arena_printf(&out->arena, "%s-%u", z.name, (unsigned)i);
	}
	return 0;
}

/* first_zone[i] is where the zones of entry i begin. */
static int check_names(const struct json_at *list, const struct zone_list *l,
		       const size_t *first_zone, struct error *err)
{
	size_t first = 0, again = zone_list_duplicate(l, &first), entry = 0;
	size_t nr = json_array_size(list->value);
	struct json_at at, name;

	if (again == SIZE_MAX)
		return 0;
	while (entry + 1 < nr && first_zone[entry + 1] <= again)
		entry++;
	at = json_at_item(list, entry);
	name = json_at_member(&at, "name");
	return json_at_error(&name, err,
			     "zone \"%.80s\" is there already; every zone needs a name of its own",
			     l->zone[again].name);
}

static int read_root(const struct json_at *root, struct zone_list *out, struct error *err)
{
	static const char *const keys[] = {"zones", NULL};
	struct json_at list;
	size_t *first_zone, nr;
	int rc;

	if (!json_is_object(root->value))
		return json_at_error(root, err,
				     "zones are an object {\"zones\": [ ... ]}, not a bare "
				     "list");
	rc = json_at_known(root, "the zones file", keys, err);
	if (!rc)
		rc = json_get_array(root, "zones", true, &list, err);
	if (rc)
		return rc;
	nr = json_array_size(list.value);
	if (!nr)
		return json_at_error(&list, err, "\"zones\" is empty; there is nothing to place");
	first_zone = xcalloc(nr, sizeof(*first_zone));
	for (size_t i = 0; i < nr && !rc; i++) {
		struct json_at at = json_at_item(&list, i);

		first_zone[i] = out->nr;
		rc = read_entry(&at, out, err);
	}
	if (!rc)
		rc = check_names(&list, out, first_zone, err);
	free(first_zone);
	return rc;
}

int zone_json_parse(struct zone_list *out, const char *path, const char *text, size_t size,
		    FILE *warn, struct error *err)
{
	struct json_doc doc;
	struct json_at root;
	int rc = json_doc_parse(&doc, path, text, size, err);

	if (rc)
		return rc;
	root = json_at_root(&doc);
	/* `kubectl get -o json`: JSON is YAML */
	if (json_object_get(root.value, "kind"))
		rc = pod_yaml_parse(out, path, text, size, warn, err);
	else
		rc = read_root(&root, out, err);
	json_doc_release(&doc);
	return rc;
}
