#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/text.h"
#include "base/units.h"
#include "zone/zone_check.h"
#include "zone/zone_read.h"

#define ZONES_FILE_MAX ((size_t)64 << 20)

/* The fields of a zone, by enum zone_field, and what is not a field of struct zone. */
static const char *const zone_keys[] = {
	"name",	      "vcpus",	 "vcpus_max",  "memory",    "memory_initial",
	"memory_min", "devices", "numa_nodes", "placement", "memory_policy",
	"virt",	      "profile", "count",      NULL,
};

static int read_count(const struct doc_value *at, const char *key, bool required, int64_t max,
		      uint32_t *out, struct error *err)
{
	int64_t v = *out;
	int rc = doc_get_int(at, key, required, 1, max, &v, err);

	if (!rc)
		*out = (uint32_t)v;
	return rc;
}

static int read_vcpus(const struct doc_value *at, struct zone *z, struct error *err)
{
	int rc = read_count(at, "vcpus", true, ZONE_VCPUS_MAX, &z->vcpus, err);

	z->vcpus_max = z->vcpus;
	if (!rc)
		rc = read_count(at, "vcpus_max", false, ZONE_VCPUS_MAX, &z->vcpus_max, err);
	return rc;
}

static int read_pages(const struct doc_value *at, const char *key, bool required, int64_t *out,
		      struct error *err)
{
	int rc = doc_get_bytes(at, key, required, false, out, err);

	*out = zone_whole_pages(*out);
	return rc;
}

static int read_memory(const struct doc_value *at, struct zone *z, struct error *err)
{
	int policy = ZONE_DYNAMIC;
	int rc = doc_get_choice(at, "memory_policy", false, zone_memory_policy_names, &policy, err);

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

static int read_nodes(const struct doc_value *at, struct zone *z, struct error *err)
{
	const struct doc_value *nodes = doc_member(at, "numa_nodes");
	int64_t v;

	if (!nodes || doc_is_text(nodes, "auto"))
		return 0;
	if (!doc_int(nodes, 1, ZONE_NODES_MAX, &v))
		return doc_error(nodes, err,
				 "\"numa_nodes\" must be \"auto\" or a whole number between 1 "
				 "and %d",
				 ZONE_NODES_MAX);
	z->numa_nodes = (uint32_t)v;
	return 0;
}

static int read_device(const struct doc_value *list, size_t i, struct zone *z, const char **device,
		       struct arena *a, struct error *err)
{
	const struct doc_value *at = &list->item[i];
	const char *name = doc_text(at);

	if (!name || !*name)
		return doc_error(
			at, err,
			"a device must be a text such as \"nic0\", \"0000:41:00.0\" or \"2xgpu\"");
	for (uint32_t j = 0; j < z->nr_devices; j++)
		if (strcmp(device[j], name) == 0)
			return doc_error(at, err,
					 "device \"%.80s\" is listed twice; a device is passed "
					 "through once",
					 name);
	device[z->nr_devices++] = arena_strdup(a, name);
	return 0;
}

static int read_devices(const struct doc_value *at, struct zone *z, struct arena *a,
			struct error *err)
{
	const struct doc_value *list;
	const char **device;
	size_t nr;
	int rc = doc_get_list(at, "devices", false, &list, err);

	if (rc || !list)
		return rc;
	nr = list->nr;
	if (nr > ZONE_DEVICES_MAX)
		return doc_error(list, err, "\"devices\" has %zu entries; at most %d are read", nr,
				 ZONE_DEVICES_MAX);
	device = arena_alloc(a, (nr + 1) * sizeof(*device));
	z->device = device;
	for (size_t i = 0; i < nr && !rc; i++)
		rc = read_device(list, i, z, device, a, err);
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

static int read_share(const struct doc_value *at, const char *key, bool required, uint32_t *out,
		      struct error *err)
{
	int64_t v = *out;
	int rc = doc_get_int(at, key, required, 0, 1000000, &v, err);

	*out = (uint32_t)v;
	return rc;
}

/* { "preset": NAME, overrides } or, without a preset, every figure. */
static int read_profile_object(const struct doc_value *at, struct zone_profile *p,
			       struct error *err)
{
	static const char *const keys[] = {"preset",
					   "demand_bytes_per_s",
					   "read_share_ppm",
					   "stall_share_ppm",
					   "sharing_share_ppm",
					   "parallelism",
					   NULL};
	bool all = doc_member(at, "preset") == NULL;
	int preset, rc = doc_known(at, "profile", keys, err);

	*p = (struct zone_profile){.name = "custom"};
	if (!rc && !all) {
		rc = doc_get_choice(at, "preset", true, zone_profile_names, &preset, err);
		if (!rc)
			*p = *zone_profile_find(zone_profile_names[preset]);
	}
	if (!rc)
		rc = doc_get_bytes(at, "demand_bytes_per_s", all, true, &p->demand_bytes_per_s,
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

static int read_profile(const struct doc_value *zone_at, struct zone *z, struct arena *a,
			struct error *err)
{
	const struct doc_value *at = doc_member(zone_at, "profile");
	struct zone_profile profile, *kept;
	int preset, rc;

	if (!at)
		return 0;
	if (at->kind != DOC_MAP) {
		rc = doc_get_choice(zone_at, "profile", true, zone_profile_names, &preset, err);
		if (!rc)
			z->profile = zone_profile_find(zone_profile_names[preset]);
		return rc;
	}
	rc = read_profile_object(at, &profile, err);
	if (rc)
		return rc;
	kept = arena_alloc(a, sizeof(*kept));
	*kept = profile;
	z->profile = kept;
	return 0;
}

static int read_fields(const struct doc_value *at, struct zone *z, struct arena *a,
		       struct error *err)
{
	int spread = ZONE_SPREAD_DEFAULT, virt = ZONE_AUTO, rc = read_vcpus(at, z, err);

	if (!rc)
		rc = read_memory(at, z, err);
	if (!rc)
		rc = read_nodes(at, z, err);
	if (!rc)
		rc = doc_get_choice(at, "placement", false, zone_spread_names, &spread, err);
	if (!rc)
		rc = doc_get_choice(at, "virt", false, zone_virt_names, &virt, err);
	z->spread = (enum zone_spread)spread;
	z->virt = (enum zone_virt)virt;
	if (!rc)
		rc = read_devices(at, z, a, err);
	if (!rc)
		rc = read_profile(at, z, a, err);
	return rc;
}

/* A zone whose keys are known; it needs a name when there is no default. */
static int read_zone(const struct doc_value *at, const char *default_name, struct zone *z,
		     struct arena *a, struct error *err)
{
	struct zone_fault fault;
	const char *name = default_name;
	int rc;

	zone_init(z);
	rc = doc_get_text(at, "name", !default_name, &name, err);
	if (rc)
		return rc;
	z->name = arena_strdup(a, name);
	rc = read_fields(at, z, a, err);
	if (rc || zone_sound(z, zone_field_names, &fault))
		return rc;
	return doc_error(doc_place(at, zone_field_names[fault.field]), err, "zone \"%.80s\": %s",
			 z->name, fault.text);
}

int zone_from_doc(const struct doc_value *at, struct arena *arena, struct zone *out,
		  struct error *err)
{
	const struct doc_value *count = doc_member(at, "count");
	int rc = doc_known(at, "zone", zone_keys, err);

	if (!rc && count)
		rc = doc_error(count, err, "\"count\" is for lists of zones; this is one zone");
	return rc ? rc : read_zone(at, NULL, out, arena, err);
}

int zone_size_from_doc(const struct doc_value *at, const char *const *more, struct arena *arena,
		       struct zone *out, struct error *err)
{
	const char *keys[sizeof(zone_keys) / sizeof(zone_keys[0]) + 4];
	size_t nr = 0;
	int rc;

	for (size_t i = 0; zone_keys[i]; i++)
		if (strcmp(zone_keys[i], "name") != 0 && strcmp(zone_keys[i], "count") != 0)
			keys[nr++] = zone_keys[i];
	while (*more)
		keys[nr++] = *more++;
	keys[nr] = NULL;
	rc = doc_known(at, "a size", keys, err);
	return rc ? rc : read_zone(at, "z", out, arena, err);
}

/* One entry of the list: a zone, or `count` of them. */
static int read_entry(const struct doc_value *at, struct zone_list *out, struct error *err)
{
	const struct doc_value *count_at = doc_member(at, "count");
	struct zone z;
	uint32_t count = 1;
	int rc = doc_known(at, "zone", zone_keys, err);

	if (!rc)
		rc = read_zone(at, NULL, &z, &out->arena, err);
	if (!rc)
		rc = read_count(at, "count", false, ZONE_LIST_MAX, &count, err);
	if (rc)
		return rc;
	if (count > 1 && names_a_device(&z))
		return doc_error(count_at, err,
				 "zone \"%.80s\": %u zones cannot have the same devices; write "
				 "them one by one",
				 z.name, (unsigned)count);
	if (count > ZONE_LIST_MAX - out->nr)
		return doc_error(at, err, "more than %d zones; split the file", ZONE_LIST_MAX);
	for (uint32_t i = 1; i <= count; i++) {
		struct zone *added = zone_list_add(out);

		*added = z;
		if (count_at)
			added->name = arena_printf(&out->arena, "%s-%u", z.name, (unsigned)i);
	}
	return 0;
}

/* first_zone[i] is where the zones of entry i begin. */
static int check_names(const struct doc_value *list, const struct zone_list *l,
		       const size_t *first_zone, struct error *err)
{
	size_t first = 0, again = zone_list_duplicate(l, &first), entry = 0;
	size_t nr = list->nr;
	const struct doc_value *at, *name;

	if (again == SIZE_MAX)
		return 0;
	while (entry + 1 < nr && first_zone[entry + 1] <= again)
		entry++;
	at = &list->item[entry];
	name = doc_member(at, "name");
	return doc_error(name, err,
			 "zone \"%.80s\" is there already; every zone needs a name of its own",
			 l->zone[again].name);
}

static int read_root(const struct doc_value *root, struct zone_list *out, struct error *err)
{
	static const char *const keys[] = {"zones", NULL};
	const struct doc_value *list;
	size_t *first_zone, nr;
	int rc;

	if (root->kind != DOC_MAP)
		return doc_error(root, err,
				 "zones are an object {\"zones\": [ ... ]}, not a bare "
				 "list");
	rc = doc_known(root, "the zones file", keys, err);
	if (!rc)
		rc = doc_get_list(root, "zones", true, &list, err);
	if (rc)
		return rc;
	nr = list->nr;
	if (!nr)
		return doc_error(list, err, "\"zones\" is empty; there is nothing to place");
	first_zone = xcalloc(nr, sizeof(*first_zone));
	for (size_t i = 0; i < nr && !rc; i++) {
		const struct doc_value *at = &list->item[i];

		first_zone[i] = out->nr;
		rc = read_entry(at, out, err);
	}
	if (!rc)
		rc = check_names(list, out, first_zone, err);
	free(first_zone);
	return rc;
}

/* YAML may hold several documents; one with zones stands alone. */
static bool holds_zones(const struct doc *doc)
{
	const struct doc_value *root = doc->root;

	if (doc->nr_roots != 1 || doc_member(root, "kind"))
		return false;
	return doc->format == DOC_JSON || doc_member(root, "zones");
}

int zone_list_parse(struct zone_list *out, const char *path, const char *text, size_t size,
		    const struct zone_reading *how, struct error *err)
{
	struct doc doc;
	int rc = doc_parse(&doc, path, text, size, DOC_ANY, err);

	*out = (struct zone_list){0};
	if (rc)
		return rc;
	if (!holds_zones(&doc))
		rc = pods_from_doc(out, &doc, how, err);
	else if (!(rc = how ? zone_reading_check(how, err) : 0))
		rc = read_root(doc.root, out, err);
	doc_release(&doc);
	if (rc)
		zone_list_release(out);
	return rc;
}

int zone_list_load(struct zone_list *out, const char *path, const struct zone_reading *how,
		   struct error *err)
{
	char *text;
	size_t size;
	int rc;

	*out = (struct zone_list){0};
	rc = text_read(path, ZONES_FILE_MAX, &text, &size, err);
	if (rc)
		return rc;
	rc = zone_list_parse(out, strcmp(path, "-") == 0 ? "standard input" : path, text, size, how,
			     err);
	free(text);
	return rc;
}
