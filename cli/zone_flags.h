/*
 * One zone from options, with the names and defaults of Edera's `protect zone
 * launch`, for `homenode plan HOST --target-cpus 4 ...` without a zones file.
 *
 *	--target-cpus N		vCPUs online at boot; 1
 *	--max-cpus N		ceiling; the target
 *	--target-memory SIZE	memory at boot; 300 MB when dynamic (no more than the
 *				maximum), the maximum when static
 *	--max-memory SIZE	1024 MB, or the target when that is more
 *	--min-memory SIZE	300 MB, or the target when that is less
 *	--resource-adjustment-policy static|dynamic	dynamic
 *	--virt-backend auto|pv|pvh			auto
 *	--device NAME		repeats
 *
 * They describe a zone of their own. Beside a file of zones they are an error: one cannot
 * tell whether they mean one zone more or the zones of the file.
 *
 * Ours: --numa-nodes, --placement, --profile, and "zone" when there is no
 * --name. As with protect a bare number of memory is MB, 2^20 bytes; a SIZE
 * with a unit is read as everywhere.
 */
#ifndef CLI_ZONE_FLAGS_H
#define CLI_ZONE_FLAGS_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"
#include "cli/command.h"
#include "zone/zone.h"

/* The entries of a struct option table, to be spliced into a command's own. The
 * short letters are protect's. */
#define ZONE_FLAG_OPTIONS                                                                          \
	{"name", 'n', "NAME", "name of the zone given by options", false},                         \
		{"target-cpus", 'c', "N", "vCPUs online at boot (default 1)", false},              \
		{"max-cpus", 'C', "N", "vCPU ceiling (default: the target)", false},               \
		{"target-memory", 'm', "SIZE",                                                     \
		 "memory at boot; a bare number is MB (default 300)", false},                      \
		{"max-memory", 'M', "SIZE", "most memory; a bare number is MB (default 1024)",     \
		 false},                                                                           \
		{"min-memory", 0, "SIZE", "least memory; a bare number is MB (default 300)",       \
		 OPTION_RARE},                                                                     \
		{"resource-adjustment-policy", 0, "static|dynamic", "memory (default dynamic)",    \
		 false},                                                                           \
		{"virt-backend", 'V', "auto|pv|pvh", "kind of guest (default auto)", false},       \
		{"device", 'D', "NAME", "pass a device through", true},                            \
		{"numa-nodes", 0, "N|auto", "exact number of NUMA nodes, or none", false},         \
		{"placement", 0, "compact|scatter", "nearest or farthest further nodes", false},   \
	{                                                                                          \
		"profile", 0, "PROFILE", "use of memory: stream, chase, web, ...", OPTION_RARE     \
	}

/* The same as a table, ended by a zeroed entry. */
extern const struct option zone_flag_options[];

/* How commands that take ZONES read them; spliced in likewise. */
#define ZONE_READING_OPTIONS                                                                       \
	{"strict", 0, NULL, "what pods ask for and is not used is an error", OPTION_RARE},         \
	{                                                                                          \
		"resources", 0, "FILE", "which devices the resources of pods are", OPTION_RARE     \
	}

static inline struct zone_reading zone_reading_of(const struct args *a)
{
	return (struct zone_reading){
		.warn = args_flag(a, "quiet") ? NULL : stderr,
		.strict = args_flag(a, "strict"),
		.resources = args_string(a, "resources", NULL),
	};
}

/* The first of those options that is given, without dashes; NULL: none. */
const char *zone_flag_given(const struct args *a);

/*
 * Append the zone that the options describe to `out` (zero-initialised or
 * loaded). *given is false, and nothing happens, when none of them was used.
 * ERR_USAGE names the options that are wrong or contradict each other.
 */
int zone_from_flags(const struct args *a, struct zone_list *out, bool *given,
		    struct error *err) MUST_USE;

#endif
