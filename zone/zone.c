#include "zone/zone.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/units.h"
#include "zone/zone_check.h"

const char *const zone_memory_policy_names[] = {"dynamic", "static", NULL};
const char *const zone_spread_names[] = {"default", "compact", "scatter", NULL};
const char *const zone_virt_names[] = {"auto", "pv", "pvh", NULL};

const char *zone_spread_name(enum zone_spread s)
{
	return zone_spread_names[s];
}

static const char *const device_classes[] = {"nic", "gpu", "storage", NULL};

const char *zone_device_class_name(enum zone_device_class c)
{
	return device_classes[c];
}

bool zone_device_any(const char *text, enum zone_device_class *class, uint32_t *count)
{
	uint32_t n = 0;
	int c;

	for (; isdigit((unsigned char)*text) && n <= ZONE_DEVICES_MAX; text++)
		n = n * 10 + (uint32_t)(*text - '0');
	if (!n || n > ZONE_DEVICES_MAX || *text != 'x')
		return false;
	c = name_index(device_classes, text + 1);
	if (c < 0)
		return false;
	*class = (enum zone_device_class)c;
	*count = n;
	return true;
}

void zone_init(struct zone *z)
{
	*z = (struct zone){
		.name = "zone",
		.vcpus = 1,
		.vcpus_max = 1,
		.memory_bytes = ZONE_MEMORY_DEFAULT_BYTES,
		.memory_initial_bytes = ZONE_MEMORY_DEFAULT_BYTES,
		.memory_min_bytes = ZONE_MEMORY_FLOOR_BYTES,
		.memory_policy = ZONE_DYNAMIC,
		.spread = ZONE_SPREAD_DEFAULT,
		.virt = ZONE_AUTO,
	};
}

struct zone *zone_list_add(struct zone_list *l)
{
	struct zone *z;

	l->zone = grow(l->zone, &l->cap, l->nr, sizeof(*l->zone));
	z = &l->zone[l->nr++];
	zone_init(z);
	return z;
}

void zone_list_release(struct zone_list *l)
{
	free(l->zone);
	arena_release(&l->arena);
	*l = (struct zone_list){0};
}

struct named {
	const char *name;
	size_t index;
};

static int compare_named(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	int order = strcmp(a->name, b->name);

	return order ? order : (a->index > b->index) - (a->index < b->index);
}

size_t zone_list_duplicate(const struct zone_list *l, size_t *first)
{
	struct named *by_name = xcalloc(l->nr, sizeof(*by_name));
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < l->nr; i++)
		by_name[i] = (struct named){l->zone[i].name, i};
	qsort(by_name, l->nr, sizeof(*by_name), compare_named);
	for (size_t i = 1; i < l->nr; i++) {
		if (strcmp(by_name[i - 1].name, by_name[i].name) == 0 && by_name[i].index < found) {
			found = by_name[i].index;
			if (first)
				*first = by_name[i - 1].index;
		}
	}
	free(by_name);
	return found;
}
