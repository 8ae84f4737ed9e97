#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/zone_flags.h"

/* A command line as pairs of name and value, in place of cli/args.c. */
struct args {
	const char *const *pair;
	const char *values[8];
};

const char *args_string(const struct args *a, const char *name, const char *fallback)
{
	for (size_t i = 0; a->pair[i]; i += 2)
		if (strcmp(a->pair[i], name) == 0)
			fallback = a->pair[i + 1];
	return fallback;
}

bool args_given(const struct args *a, const char *name)
{
	return args_string(a, name, NULL) != NULL;
}

const char *const *args_strings(const struct args *a, const char *name)
{
	static const char *values[8];
	size_t nr = 0;

	for (size_t i = 0; a->pair[i]; i += 2)
		if (strcmp(a->pair[i], name) == 0)
			values[nr++] = a->pair[i + 1];
	values[nr] = NULL;
	return values;
}

int args_int(const struct args *a, const char *name, int64_t min, int64_t max, int64_t *out,
	     struct error *err)
{
	const char *text = args_string(a, name, NULL);

	if (!text)
		return 0;
	*out = atoll(text);
	if (*out < min || *out > max)
		return error_set(err, ERR_USAGE, "--%s is out of range", name);
	return 0;
}

#define ARGS(...) (&(struct args){.pair = (const char *const[]){__VA_ARGS__, NULL}})

static struct zone zone_of(const struct args *a, struct zone_list *l)
{
	struct error err = {0};
	bool given = false;

	cr_assert_eq(zone_from_flags(a, l, &given, &err), 0, "%s", err.text);
	cr_assert(given);
	cr_assert_eq(l->nr, 1);
	return l->zone[0];
}

static void memory_is(const struct args *a, int64_t min_mib, int64_t initial_mib, int64_t max_mib)
{
	struct zone_list l = {0};
	struct zone z = zone_of(a, &l);

	cr_assert_eq(z.memory_min_bytes, min_mib * MIB, "min %lld",
		     (long long)(z.memory_min_bytes / MIB));
	cr_assert_eq(z.memory_initial_bytes, initial_mib * MIB, "initial %lld",
		     (long long)(z.memory_initial_bytes / MIB));
	cr_assert_eq(z.memory_bytes, max_mib * MIB, "max %lld", (long long)(z.memory_bytes / MIB));
	zone_list_release(&l);
}

static void refused(const struct args *a, const char *sentence)
{
	struct zone_list l = {0};
	struct error err = {0};
	bool given = false;

	cr_assert_eq(zone_from_flags(a, &l, &given, &err), ERR_USAGE);
	cr_assert(given);
	cr_assert_str_eq(err.text, sentence);
	cr_assert_eq(l.nr, 0);
	zone_list_release(&l);
}

Test(zone_flags, none_given)
{
	struct zone_list l = {0};
	struct error err = {0};
	bool given = true;

	cr_assert_eq(zone_from_flags(ARGS("policy", "edera"), &l, &given, &err), 0);
	cr_assert_not(given);
	cr_assert_eq(l.nr, 0);
}

Test(zone_flags, bare_launch)
{
	struct zone_list l = {0};
	struct zone z = zone_of(ARGS("name", "A"), &l);

	cr_assert_str_eq(z.name, "A");
	cr_assert_eq(z.vcpus, 1);
	cr_assert_eq(z.vcpus_max, 1);
	cr_assert_eq(z.memory_policy, ZONE_DYNAMIC);
	cr_assert_eq(z.virt, ZONE_AUTO);
	cr_assert_eq(z.numa_nodes, 0);
	zone_list_release(&l);
	memory_is(ARGS("name", "A"), 300, 300, 1024);
}

Test(zone_flags, every_option)
{
	struct zone_list l = {0};
	struct zone z = zone_of(ARGS("target-cpus", "4", "max-cpus", "8", "target-memory", "2048",
				     "max-memory", "6GiB", "min-memory", "512",
				     "resource-adjustment-policy", "dynamic", "virt-backend", "pvh",
				     "device", "nic0", "device", "gpu0", "numa-nodes", "2",
				     "placement", "scatter", "profile", "chase"),
				&l);

	cr_assert_str_eq(z.name, "zone");
	cr_assert_eq(z.vcpus, 4);
	cr_assert_eq(z.vcpus_max, 8);
	cr_assert_eq(z.memory_initial_bytes, 2 * GIB);
	cr_assert_eq(z.memory_bytes, 6 * GIB);
	cr_assert_eq(z.memory_min_bytes, 512 * MIB);
	cr_assert_eq(z.virt, ZONE_PVH);
	cr_assert_eq(z.nr_devices, 2);
	cr_assert_str_eq(z.device[0], "nic0");
	cr_assert_str_eq(z.device[1], "gpu0");
	cr_assert_eq(z.numa_nodes, 2);
	cr_assert_eq(z.spread, ZONE_SCATTER);
	cr_assert_eq(z.profile, zone_profile_find("chase"));
	zone_list_release(&l);
}

Test(zone_flags, memory_defaults)
{
	memory_is(ARGS("target-memory", "512"), 300, 512, 1024);
	memory_is(ARGS("target-memory", "4096"), 300, 4096, 4096);
	memory_is(ARGS("max-memory", "4096"), 300, 300, 4096);
	memory_is(ARGS("max-memory", "128"), 128, 128, 128);
	memory_is(ARGS("target-memory", "128"), 128, 128, 1024);
	memory_is(ARGS("min-memory", "512"), 512, 512, 1024);
	memory_is(ARGS("resource-adjustment-policy", "static"), 300, 1024, 1024);
	memory_is(ARGS("resource-adjustment-policy", "static", "target-memory", "2048"), 300, 2048,
		  2048);
	memory_is(ARGS("resource-adjustment-policy", "static", "target-memory", "512"), 300, 512,
		  512);
	memory_is(ARGS("resource-adjustment-policy", "static", "max-memory", "2048"), 300, 2048,
		  2048);
}

Test(zone_flags, last_value_counts)
{
	memory_is(ARGS("max-memory", "2048", "max-memory", "4GiB"), 300, 300, 4096);
}

/* As xl and QEMU have them. */
Test(zone_flags, letters_are_binary)
{
	memory_is(ARGS("target-memory", "4G"), 300, 4096, 4096);
	memory_is(ARGS("target-memory", "512m", "max-memory", "2g"), 300, 512, 2048);
	memory_is(ARGS("max-memory", "1048576K"), 300, 300, 1024);
	memory_is(ARGS("max-memory", "4Gi"), 300, 300, 4096);
}

Test(zone_flags, contradictions_name_the_options)
{
	refused(ARGS("target-cpus", "4", "max-cpus", "2"),
		"--target-cpus (4) is more than --max-cpus (2); raise the latter or lower the "
		"former");
	refused(ARGS("target-memory", "2048", "max-memory", "1024"),
		"--target-memory (2GiB) is more than --max-memory (1GiB)");
	refused(ARGS("min-memory", "512", "target-memory", "400"),
		"--min-memory (512MiB) is more than --target-memory (400MiB)");
	refused(ARGS("resource-adjustment-policy", "static", "target-memory", "512", "max-memory",
		     "1024"),
		"--target-memory (512MiB) differs from --max-memory (1GiB), but a static zone "
		"boots "
		"with all its memory; leave --target-memory out, or make "
		"--resource-adjustment-policy dynamic");
	refused(ARGS("virt-backend", "pv", "numa-nodes", "2"),
		"--numa-nodes needs a PVH guest: a PV guest cannot be told of nodes; set "
		"--virt-backend to pvh or auto, or leave --numa-nodes out");
	refused(ARGS("device", "nic0", "device", "nic0"),
		"--device names \"nic0\" twice; a device is passed through once");
	refused(ARGS("name", "a b"), "--name must not contain blanks, quotes, commas, semicolons, "
				     "backslashes or control characters");
}

Test(zone_flags, values_refused)
{
	static const char *const sizes[] = {"0",   "-1", "many", "1GiBB", "0GiB", "4398046511105",
					    "8Pi", "",	 NULL};

	for (size_t i = 0; sizes[i]; i++) {
		char expected[200];

		snprintf(
			expected, sizeof(expected),
			"--max-memory must be a number of MB such as 2048, or a size such as 2GiB, "
			"more than 0 and at most 4096 TiB, not \"%s\"",
			sizes[i]);
		refused(ARGS("max-memory", sizes[i]), expected);
	}
	refused(ARGS("numa-nodes", "65"),
		"--numa-nodes must be auto or a whole number between 1 and 64, not \"65\"");
	refused(ARGS("placement", "near"),
		"--placement: unknown placement \"near\"; there are default, compact, scatter");
	refused(ARGS("virt-backend", "hvm"),
		"--virt-backend: unknown kind of guest \"hvm\"; did you mean \"pv\"?");
	refused(ARGS("resource-adjustment-policy", "fixed"),
		"--resource-adjustment-policy: unknown memory policy \"fixed\"; there are dynamic, "
		"static");
	refused(ARGS("profile", "x"),
		"--profile: unknown profile \"x\"; there are stream, chase, web, database, idle");
	refused(ARGS("target-cpus", "0"), "--target-cpus is out of range");
}

Test(zone_flags, table_ends)
{
	size_t nr = 0;

	for (; zone_flag_options[nr].name; nr++)
		cr_assert_not_null(zone_flag_options[nr].help);
	cr_assert_eq(nr, 12);
}
