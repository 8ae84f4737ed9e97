/*
 * What one zone can contradict by itself, said in the words of whoever asks.
 *
 * A zone comes from JSON, from a pod's annotations or from options, and the
 * same rule must be reported as "vcpus", "dev.edera/cpu" or "--target-cpus", at
 * the place where that word stands. So the rules are here, once; a reader
 * brings its words and finds the place of the field at fault.
 */
#ifndef ZONE_ZONE_CHECK_H
#define ZONE_ZONE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/doc.h"
#include "zone/zone.h"

enum zone_field {
	ZONE_FIELD_NAME,
	ZONE_FIELD_VCPUS,
	ZONE_FIELD_VCPUS_MAX,
	ZONE_FIELD_MEMORY,
	ZONE_FIELD_MEMORY_INITIAL,
	ZONE_FIELD_MEMORY_MIN,
	ZONE_FIELD_MEMORY_POLICY,
	ZONE_FIELD_NUMA_NODES,
	ZONE_FIELD_PLACEMENT,
	ZONE_FIELD_VIRT,
	ZONE_FIELD_DEVICES,
	ZONE_FIELD_PROFILE,
	ZONE_FIELDS
};

/* Limits of what is read: the CPUs of struct cpuset, the nodes of a nodeset, and
 * x86's 52 bits of physical address. */
#define ZONE_VCPUS_MAX 4096
#define ZONE_NODES_MAX 64
#define ZONE_MEMORY_MAX_BYTES ((int64_t)1 << 52)
#define ZONE_NAME_MAX 253 /* Kubernetes' longest name */
#define ZONE_LIST_MAX 1000000

/* The fields' names in ZONES JSON, by enum zone_field. */
extern const char *const zone_field_names[ZONE_FIELDS];

/* In enum order and NULL-terminated, for doc_get_choice() and its like. */
extern const char *const zone_memory_policy_names[];
extern const char *const zone_spread_names[];
extern const char *const zone_virt_names[];
/* Names of the profile presets; NULL-terminated. */
extern const char *const zone_profile_names[];

struct zone_fault {
	enum zone_field field; /* where to point */
	char text[512];
};

/* False and *out filled when the zone contradicts itself; `word` names the
 * fields (zone_field_names, or a reader's own). */
bool zone_sound(const struct zone *z, const char *const *word, struct zone_fault *out) MUST_USE;

/* Rounded up to whole pages; sizes above ZONE_MEMORY_MAX_BYTES stay above it. */
int64_t zone_whole_pages(int64_t bytes);

/* The smaller of ZONE_MEMORY_FLOOR_BYTES and what the zone boots with. */
int64_t zone_default_min(int64_t initial_bytes);

/* One more zone at the list's end, zone_init()-ed. Earlier pointers into the list end. */
struct zone *zone_list_add(struct zone_list *l) MUST_USE;

/* The first zone whose name an earlier one has (*first, when not NULL), or
 * SIZE_MAX when all names differ. */
size_t zone_list_duplicate(const struct zone_list *l, size_t *first) MUST_USE;

/* A "," separated list of device names into z, its strings into `a`; blanks
 * around a name are dropped. False when a name is empty or there are too many. */
bool zone_parse_devices(struct zone *z, struct arena *a, const char *list) MUST_USE;

/* "auto" (0) or 1..ZONE_NODES_MAX. False when neither. */
bool zone_parse_nodes(const char *text, uint32_t *out) MUST_USE;

/* Whole decimal number in [min, max], nothing around it. False when it is not. */
bool zone_parse_number(const char *text, int64_t min, int64_t max, int64_t *out) MUST_USE;

/* The pods of a document; `out` is zeroed, and the caller releases it on failure. */
int pods_from_doc(struct zone_list *out, const struct doc *doc, const struct zone_reading *how,
		  struct error *err) MUST_USE;

#endif
