#include "cli/zone_flags.h"

#include <string.h>

#include "base/units.h"
#include "cli/names.h"
#include "zone/zone_check.h"

const struct option zone_flag_options[] = {ZONE_FLAG_OPTIONS, {0}};

static const char *const flag_words[ZONE_FIELDS] = {
	[ZONE_FIELD_NAME] = "--name",
	[ZONE_FIELD_VCPUS] = "--target-cpus",
	[ZONE_FIELD_VCPUS_MAX] = "--max-cpus",
	[ZONE_FIELD_MEMORY] = "--max-memory",
	[ZONE_FIELD_MEMORY_INITIAL] = "--target-memory",
	[ZONE_FIELD_MEMORY_MIN] = "--min-memory",
	[ZONE_FIELD_MEMORY_POLICY] = "--resource-adjustment-policy",
	[ZONE_FIELD_NUMA_NODES] = "--numa-nodes",
	[ZONE_FIELD_PLACEMENT] = "--placement",
	[ZONE_FIELD_VIRT] = "--virt-backend",
	[ZONE_FIELD_DEVICES] = "--device",
	[ZONE_FIELD_PROFILE] = "--profile",
};

static int read_count(const struct args *a, enum zone_field field, uint32_t *out, struct error *err)
{
	int64_t v = *out;
	int rc = args_int(a, flag_words[field] + 2, 1, ZONE_VCPUS_MAX, &v, err);

	if (!rc)
		*out = (uint32_t)v;
	return rc;
}

/* *given says whether there was one. */
static int read_size(const struct args *a, enum zone_field field, int64_t *out, bool *given,
		     struct error *err)
{
	const char *text = args_string(a, flag_words[field] + 2, NULL);
	int64_t v;

	*given = text != NULL;
	if (!text)
		return 0;
	if (!bytes_parse_option(text, &v) || v <= 0 || v > ZONE_MEMORY_MAX_BYTES)
		return error_set(err, ERR_USAGE,
				 "%s must be a number of MB such as 2048, or a size such as 2GiB, "
				 "more than 0 and at most %lld TiB, not \"%.80s\"",
				 flag_words[field], (long long)(ZONE_MEMORY_MAX_BYTES / TIB), text);
	*out = zone_whole_pages(v);
	return 0;
}

static int read_choice(const struct args *a, enum zone_field field, const char *what,
		       const char *const *names, int *out, struct error *err)
{
	const char *text = args_string(a, flag_words[field] + 2, NULL);

	return text ? find_name(flag_words[field], what, text, names, out, err) : 0;
}

static int read_memory(const struct args *a, struct zone *z, struct error *err)
{
	bool has_max, has_target, has_min;
	int policy = ZONE_DYNAMIC, rc;

	rc = read_choice(a, ZONE_FIELD_MEMORY_POLICY, "memory policy", zone_memory_policy_names,
			 &policy, err);
	if (!rc)
		rc = read_size(a, ZONE_FIELD_MEMORY, &z->memory_bytes, &has_max, err);
	if (!rc)
		rc = read_size(a, ZONE_FIELD_MEMORY_INITIAL, &z->memory_initial_bytes, &has_target,
			       err);
	if (!rc)
		rc = read_size(a, ZONE_FIELD_MEMORY_MIN, &z->memory_min_bytes, &has_min, err);
	if (rc)
		return rc;
	z->memory_policy = (enum zone_memory_policy)policy;
	/* a static zone's one size may be said by either option */
	if (!has_max && has_target &&
	    (policy == ZONE_STATIC || z->memory_initial_bytes > z->memory_bytes))
		z->memory_bytes = z->memory_initial_bytes;
	if (!has_target)
		z->memory_initial_bytes =
			policy == ZONE_STATIC ? z->memory_bytes : zone_default_min(z->memory_bytes);
	/* a floor above the default target is a wish to boot with that much */
	if (!has_target && has_min && z->memory_min_bytes > z->memory_initial_bytes &&
	    z->memory_min_bytes <= z->memory_bytes)
		z->memory_initial_bytes = z->memory_min_bytes;
	if (!has_min)
		z->memory_min_bytes = zone_default_min(z->memory_initial_bytes);
	return 0;
}

static int read_vcpus(const struct args *a, struct zone *z, struct error *err)
{
	int rc = read_count(a, ZONE_FIELD_VCPUS, &z->vcpus, err);

	z->vcpus_max = z->vcpus;
	if (!rc)
		rc = read_count(a, ZONE_FIELD_VCPUS_MAX, &z->vcpus_max, err);
	return rc;
}

static int read_placement(const struct args *a, struct zone *z, struct error *err)
{
	int spread = ZONE_SPREAD_DEFAULT, virt = ZONE_AUTO, profile = -1, rc;
	const char *nodes = args_string(a, "numa-nodes", "auto");

	if (!zone_parse_nodes(nodes, &z->numa_nodes))
		return error_set(err, ERR_USAGE,
				 "--numa-nodes must be auto or a whole number between 1 and %d, "
				 "not \"%.80s\"",
				 ZONE_NODES_MAX, nodes);
	rc = read_choice(a, ZONE_FIELD_PLACEMENT, "placement", zone_spread_names, &spread, err);
	if (!rc)
		rc = read_choice(a, ZONE_FIELD_VIRT, "kind of guest", zone_virt_names, &virt, err);
	if (!rc)
		rc = read_choice(a, ZONE_FIELD_PROFILE, "profile", zone_profile_names, &profile,
				 err);
	if (rc)
		return rc;
	z->spread = (enum zone_spread)spread;
	z->virt = (enum zone_virt)virt;
	if (profile >= 0)
		z->profile = zone_profile_find(zone_profile_names[profile]);
	return 0;
}

static void read_devices(const struct args *a, struct zone *z, struct arena *arena)
{
	const char *const *given = args_strings(a, "device");
	const char **device;
	uint32_t nr = 0;

	while (given[nr])
		nr++;
	device = arena_alloc(arena, (nr + 1) * sizeof(*device));
	for (uint32_t i = 0; i < nr; i++)
		device[i] = arena_strdup(arena, given[i]);
	z->device = device;
	z->nr_devices = nr;
}

const char *zone_flag_given(const struct args *a)
{
	for (const struct option *o = zone_flag_options; o->name; o++)
		if (args_given(a, o->name))
			return o->name;
	return NULL;
}

int zone_from_flags(const struct args *a, struct zone_list *out, bool *given, struct error *err)
{
	struct zone_fault fault;
	struct zone z;
	int rc;

	*given = zone_flag_given(a) != NULL;
	if (!*given)
		return 0;
	zone_init(&z);
	z.name = arena_strdup(&out->arena, args_string(a, "name", "zone"));
	rc = read_vcpus(a, &z, err);
	if (!rc)
		rc = read_memory(a, &z, err);
	if (!rc)
		rc = read_placement(a, &z, err);
	if (rc)
		return rc;
	read_devices(a, &z, &out->arena);
	if (!zone_sound(&z, flag_words, &fault))
		return error_set(err, ERR_USAGE, "%s", fault.text);
	*zone_list_add(out) = z;
	return 0;
}
