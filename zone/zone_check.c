#include "zone/zone_check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

const char *const zone_field_names[ZONE_FIELDS] = {
	[ZONE_FIELD_NAME] = "name",
	[ZONE_FIELD_VCPUS] = "vcpus",
	[ZONE_FIELD_VCPUS_MAX] = "vcpus_max",
	[ZONE_FIELD_MEMORY] = "memory",
	[ZONE_FIELD_MEMORY_INITIAL] = "memory_initial",
	[ZONE_FIELD_MEMORY_MIN] = "memory_min",
	[ZONE_FIELD_MEMORY_POLICY] = "memory_policy",
	[ZONE_FIELD_NUMA_NODES] = "numa_nodes",
	[ZONE_FIELD_PLACEMENT] = "placement",
	[ZONE_FIELD_VIRT] = "virt",
	[ZONE_FIELD_DEVICES] = "devices",
	[ZONE_FIELD_PROFILE] = "profile",
};

static bool fault(struct zone_fault *out, enum zone_field field, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* False, so that a check can end with it. */
static bool fault(struct zone_fault *out, enum zone_field field, const char *fmt, ...)
{
	va_list ap;

	out->field = field;
	va_start(ap, fmt);
	vsnprintf(out->text, sizeof(out->text), fmt, ap);
	va_end(ap);
	return false;
}

/* Is the character none of those that names are made of? */
static bool is_of_no_name(unsigned char c)
{
	static const uint64_t none[4] = {
		/* control characters and the blank */
		(((uint64_t)2 << ' ') - 1) | (uint64_t)1 << '"' | (uint64_t)1 << '\'' |
			(uint64_t)1 << ',' | (uint64_t)1 << ';',
		(uint64_t)1 << ('\\' - 64) | (uint64_t)1 << (0x7f - 64),
	};

	return none[c / 64] >> c % 64 & 1;
}

/* Names become columns of result files and names of domains: no blanks, control
 * characters, quotes or separators. */
static bool check_name(const struct zone *z, const char *const *word, struct zone_fault *out)
{
	const char *name = z->name ? z->name : "";
	size_t n = 0;

	while (!is_of_no_name((unsigned char)name[n]))
		n++;
	if (n && n <= ZONE_NAME_MAX && !name[n])
		return true;
	if (!*name || strlen(name) > ZONE_NAME_MAX)
		return fault(out, ZONE_FIELD_NAME, "%s must have 1 to %d characters, not %zu",
			     word[ZONE_FIELD_NAME], ZONE_NAME_MAX, strlen(name));
	return fault(out, ZONE_FIELD_NAME,
		     "%s must not contain blanks, quotes, commas, semicolons, backslashes or "
		     "control characters",
		     word[ZONE_FIELD_NAME]);
}

static bool check_vcpus(const struct zone *z, const char *const *word, struct zone_fault *out)
{
	if (z->vcpus < 1 || z->vcpus > ZONE_VCPUS_MAX)
		return fault(out, ZONE_FIELD_VCPUS, "%s must be between 1 and %d, not %u",
			     word[ZONE_FIELD_VCPUS], ZONE_VCPUS_MAX, (unsigned)z->vcpus);
	if (z->vcpus_max > ZONE_VCPUS_MAX)
		return fault(out, ZONE_FIELD_VCPUS_MAX, "%s must be between 1 and %d, not %u",
			     word[ZONE_FIELD_VCPUS_MAX], ZONE_VCPUS_MAX, (unsigned)z->vcpus_max);
	if (z->vcpus > z->vcpus_max)
		return fault(out, ZONE_FIELD_VCPUS,
			     "%s (%u) is more than %s (%u); raise the latter or lower the former",
			     word[ZONE_FIELD_VCPUS], (unsigned)z->vcpus, word[ZONE_FIELD_VCPUS_MAX],
			     (unsigned)z->vcpus_max);
	return true;
}

static bool check_size(int64_t bytes, enum zone_field field, const char *const *word,
		       struct zone_fault *out)
{
	if (bytes <= 0)
		return fault(out, field, "%s must be more than 0", word[field]);
	if (bytes > ZONE_MEMORY_MAX_BYTES)
		return fault(out, field, "%s must be at most %lld TiB (52 bits of address)",
			     word[field], (long long)(ZONE_MEMORY_MAX_BYTES / TIB));
	if (bytes % PAGE_BYTES)
		return fault(out, field, "%s must be whole pages of %lld bytes, not %lld bytes",
			     word[field], (long long)PAGE_BYTES, (long long)bytes);
	return true;
}

static bool check_order(int64_t less, enum zone_field less_field, int64_t more,
			enum zone_field more_field, const char *const *word, struct zone_fault *out)
{
	char a[32], b[32];

	if (less <= more)
		return true;
	return fault(out, less_field, "%s (%s) is more than %s (%s)", word[less_field],
		     bytes_exact(less, a, sizeof(a)), word[more_field],
		     bytes_exact(more, b, sizeof(b)));
}

static bool check_memory(const struct zone *z, const char *const *word, struct zone_fault *out)
{
	char a[32], b[32];

	if (!check_size(z->memory_bytes, ZONE_FIELD_MEMORY, word, out) ||
	    !check_size(z->memory_initial_bytes, ZONE_FIELD_MEMORY_INITIAL, word, out) ||
	    !check_size(z->memory_min_bytes, ZONE_FIELD_MEMORY_MIN, word, out))
		return false;
	if (z->memory_policy == ZONE_STATIC && z->memory_initial_bytes != z->memory_bytes)
		return fault(out, ZONE_FIELD_MEMORY_INITIAL,
			     "%s (%s) differs from %s (%s), but a static zone boots with all its "
			     "memory; leave %s out, or make %s dynamic",
			     word[ZONE_FIELD_MEMORY_INITIAL],
			     bytes_exact(z->memory_initial_bytes, a, sizeof(a)),
			     word[ZONE_FIELD_MEMORY], bytes_exact(z->memory_bytes, b, sizeof(b)),
			     word[ZONE_FIELD_MEMORY_INITIAL], word[ZONE_FIELD_MEMORY_POLICY]);
	return check_order(z->memory_initial_bytes, ZONE_FIELD_MEMORY_INITIAL, z->memory_bytes,
			   ZONE_FIELD_MEMORY, word, out) &&
	       check_order(z->memory_min_bytes, ZONE_FIELD_MEMORY_MIN, z->memory_initial_bytes,
			   ZONE_FIELD_MEMORY_INITIAL, word, out);
}

/* A PV guest has no ACPI tables and a flat CPUID: nodes cannot be described to it. */
static bool check_nodes(const struct zone *z, const char *const *word, struct zone_fault *out)
{
	if (z->numa_nodes > ZONE_NODES_MAX)
		return fault(out, ZONE_FIELD_NUMA_NODES, "%s must be between 1 and %d, not %u",
			     word[ZONE_FIELD_NUMA_NODES], ZONE_NODES_MAX, (unsigned)z->numa_nodes);
	if (z->numa_nodes && z->virt == ZONE_PV)
		return fault(out, ZONE_FIELD_NUMA_NODES,
			     "%s needs a PVH guest: a PV guest cannot be told of nodes; set %s to "
			     "pvh or auto, or leave %s out",
			     word[ZONE_FIELD_NUMA_NODES], word[ZONE_FIELD_VIRT],
			     word[ZONE_FIELD_NUMA_NODES]);
	return true;
}

static bool check_devices(const struct zone *z, const char *const *word, struct zone_fault *out)
{
	uint32_t all = 0;

	if (z->nr_devices > ZONE_DEVICES_MAX)
		return fault(out, ZONE_FIELD_DEVICES, "%s has %u entries; at most %d are read",
			     word[ZONE_FIELD_DEVICES], (unsigned)z->nr_devices, ZONE_DEVICES_MAX);
	for (uint32_t i = 0; i < z->nr_devices; i++) {
		enum zone_device_class class;
		uint32_t count;

		all += zone_device_any(z->device[i], &class, &count) ? count : 1;
		if (all > ZONE_DEVICES_MAX)
			return fault(out, ZONE_FIELD_DEVICES,
				     "%s asks for more than %d devices together",
				     word[ZONE_FIELD_DEVICES], ZONE_DEVICES_MAX);
		if (!z->device[i][0])
			return fault(out, ZONE_FIELD_DEVICES, "%s has an empty name",
				     word[ZONE_FIELD_DEVICES]);
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(z->device[i], z->device[j]) == 0)
				return fault(out, ZONE_FIELD_DEVICES,
					     "%s names \"%.80s\" twice; a device is passed "
					     "through once",
					     word[ZONE_FIELD_DEVICES], z->device[i]);
	}
	return true;
}

static bool check_profile(const struct zone *z, const char *const *word, struct zone_fault *out)
{
	const struct zone_profile *p = z->profile;

	if (!p)
		return true;
	if (p->demand_bytes_per_s < 0 || p->read_share_ppm > 1000000 ||
	    p->stall_share_ppm > 1000000 || p->sharing_share_ppm > 1000000 || p->parallelism < 1)
		return fault(out, ZONE_FIELD_PROFILE,
			     "%s must have shares of at most 1000000 ppm, a demand of 0 or more "
			     "and a parallelism of 1 or more",
			     word[ZONE_FIELD_PROFILE]);
	return true;
}

bool zone_sound(const struct zone *z, const char *const *word, struct zone_fault *out)
{
	return check_name(z, word, out) && check_vcpus(z, word, out) &&
	       check_memory(z, word, out) && check_nodes(z, word, out) &&
	       check_devices(z, word, out) && check_profile(z, word, out);
}

int64_t zone_whole_pages(int64_t bytes)
{
	if (bytes > ZONE_MEMORY_MAX_BYTES)
		return bytes;
	return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

int64_t zone_default_min(int64_t initial_bytes)
{
	return initial_bytes < ZONE_MEMORY_FLOOR_BYTES ? initial_bytes : ZONE_MEMORY_FLOOR_BYTES;
}

bool zone_parse_devices(struct zone *z, struct arena *a, const char *list)
{
	const char **device = arena_alloc(a, ZONE_DEVICES_MAX * sizeof(*device));
	uint32_t nr = 0;

	for (const char *p = list;; p++) {
		size_t n = strcspn(p, ","), from = 0, to = n;

		while (from < to && isspace((unsigned char)p[from]))
			from++;
		while (to > from && isspace((unsigned char)p[to - 1]))
			to--;
		if (from == to || nr == ZONE_DEVICES_MAX)
			return false;
		device[nr++] = arena_strndup(a, p + from, to - from);
		p += n;
		if (!*p)
			break;
	}
	z->device = device;
	z->nr_devices = nr;
	return true;
}

bool zone_parse_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
	int64_t v = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text) || v > (INT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (*text - '0');
	}
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool zone_parse_nodes(const char *text, uint32_t *out)
{
	int64_t v = 0;

	if (strcmp(text, "auto") != 0 && !zone_parse_number(text, 1, ZONE_NODES_MAX, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}
