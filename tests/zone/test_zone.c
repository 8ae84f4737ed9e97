#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/units.h"
#include "tests/temporary.h"
#include "zone/zone.h"
#include "zone/zone_check.h"

static void valid(const struct zone *z)
{
	struct zone_fault fault;

	cr_assert(zone_sound(z, zone_field_names, &fault), "%s", fault.text);
}

Test(zone, init_is_valid)
{
	struct zone z;

	zone_init(&z);
	valid(&z);
	cr_assert_str_eq(z.name, "zone");
	cr_assert_eq(z.vcpus, 1);
	cr_assert_eq(z.memory_bytes, 1024 * MIB);
	cr_assert_eq(z.memory_policy, ZONE_DYNAMIC);
	cr_assert_eq(z.memory_min_bytes, 300 * MIB);
}

static void invalid(const struct zone *z, const char *sentence)
{
	struct zone_fault fault;

	cr_assert_not(zone_sound(z, zone_field_names, &fault), "%s", sentence);
	cr_assert_str_eq(fault.text, sentence);
}

Test(zone, the_fault_names_the_rule)
{
	static const char *const twice[] = {"nic0", "gpu0", "nic0"}, *const empty[] = {""};
	struct zone z;

	zone_init(&z);
	z.name = "a b";
	invalid(&z, "name must not contain blanks, quotes, commas, semicolons, "
		    "backslashes or control characters");
	z.name = "";
	invalid(&z, "name must have 1 to 253 characters, not 0");
	zone_init(&z);
	z.vcpus = 0;
	invalid(&z, "vcpus must be between 1 and 4096, not 0");
	z.vcpus = 2;
	invalid(&z, "vcpus (2) is more than vcpus_max (1); raise the latter or lower "
		    "the former");
	z.vcpus_max = 4097;
	invalid(&z, "vcpus_max must be between 1 and 4096, not 4097");
	zone_init(&z);
	z.memory_bytes++;
	invalid(&z, "memory must be whole pages of 4096 bytes, not 1073741825 bytes");
	z.memory_bytes = 0;
	invalid(&z, "memory must be more than 0");
	z.memory_bytes = ZONE_MEMORY_MAX_BYTES + PAGE_BYTES;
	invalid(&z, "memory must be at most 4096 TiB (52 bits of address)");
	zone_init(&z);
	z.memory_min_bytes = 2 * GIB;
	invalid(&z, "memory_min (2GiB) is more than memory_initial (1GiB)");
	z.memory_initial_bytes = 2 * GIB;
	invalid(&z, "memory_initial (2GiB) is more than memory (1GiB)");
	zone_init(&z);
	z.memory_policy = ZONE_STATIC;
	z.memory_initial_bytes = 512 * MIB;
	invalid(&z, "memory_initial (512MiB) differs from memory (1GiB), but a static "
		    "zone boots with all its memory; leave memory_initial out, or make "
		    "memory_policy dynamic");
	zone_init(&z);
	z.numa_nodes = 65;
	invalid(&z, "numa_nodes must be between 1 and 64, not 65");
	z.numa_nodes = 2;
	z.virt = ZONE_PV;
	invalid(&z, "numa_nodes needs a PVH guest: a PV guest cannot be told of "
		    "nodes; set virt to pvh or auto, or leave numa_nodes out");
	zone_init(&z);
	z.device = twice;
	z.nr_devices = 3;
	invalid(&z, "devices names \"nic0\" twice; a device is passed through once");
	z.device = empty;
	z.nr_devices = 1;
	invalid(&z, "devices has an empty name");
}

Test(zone, a_profile_is_checked_too)
{
	struct zone_profile profile = *zone_profile_find("web");
	struct zone z;

	zone_init(&z);
	z.profile = &profile;
	profile.parallelism = 0;
	invalid(&z, "profile must have shares of at most 1000000 ppm, a demand of 0 or more and a "
		    "parallelism of 1 or more");
}

Test(zone, devices_by_class)
{
	static const struct {
		const char *text;
		enum zone_device_class class;
		uint32_t count;
	} any[] = {
		{"1xgpu", ZONE_GPU, 1}, {"2xnic", ZONE_NIC, 2}, {"64xstorage", ZONE_STORAGE, 64}};
	static const char *const name[] = {"gpu",    "0xgpu",		"65xgpu", "xgpu",
					   "2xfpga", "2xgpu ",		"2 xgpu", "-1xgpu",
					   "2X gpu", "99999999999xgpu", "",	  "2x"};
	static const char *const many[] = {"nic0", "40xgpu", "24xnic"};
	enum zone_device_class class;
	uint32_t count;
	struct zone z;

	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		cr_assert(zone_device_any(any[i].text, &class, &count), "%s", any[i].text);
		cr_assert_eq(class, any[i].class);
		cr_assert_eq(count, any[i].count);
	}
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		cr_assert_not(zone_device_any(name[i], &class, &count), "\"%s\"", name[i]);
	zone_init(&z);
	z.device = many;
	z.nr_devices = 2;
	valid(&z);
	z.nr_devices = 3;
	invalid(&z, "devices asks for more than 64 devices together");
}

Test(zone, pv_with_devices_is_fine)
{
	static const char *const device[] = {"nic0"};
	struct zone z;

	zone_init(&z);
	z.virt = ZONE_PV;
	z.device = device;
	z.nr_devices = 1;
	valid(&z);
}

Test(zone, names_of_values)
{
	cr_assert_str_eq(zone_memory_policy_names[ZONE_STATIC], "static");
	cr_assert_str_eq(zone_memory_policy_names[ZONE_DYNAMIC], "dynamic");
	cr_assert_str_eq(zone_spread_name(ZONE_SPREAD_DEFAULT), "default");
	cr_assert_str_eq(zone_spread_name(ZONE_COMPACT), "compact");
	cr_assert_str_eq(zone_spread_name(ZONE_SCATTER), "scatter");
	cr_assert_str_eq(zone_virt_names[ZONE_AUTO], "auto");
	cr_assert_str_eq(zone_virt_names[ZONE_PV], "pv");
	cr_assert_str_eq(zone_virt_names[ZONE_PVH], "pvh");
}

Test(zone, profiles)
{
	size_t nr = 0;

	for (; zone_profile_names[nr]; nr++) {
		const struct zone_profile *p = zone_profile_find(zone_profile_names[nr]);
		struct zone z;

		cr_assert_not_null(p);
		cr_assert_str_eq(p->name, zone_profile_names[nr]);
		zone_init(&z);
		z.profile = p;
		valid(&z);
	}
	cr_assert_eq(nr, 5);
	cr_assert_null(zone_profile_find("Web"));
	cr_assert_eq(zone_profile_find("stream")->parallelism, 16);
	cr_assert_eq(zone_profile_find("chase")->parallelism, 1);
	cr_assert_gt(zone_profile_find("chase")->stall_share_ppm,
		     zone_profile_find("stream")->stall_share_ppm);
}

/* By extension, else by the first character; pods or zones by what is inside. */
Test(zone, format_is_chosen)
{
	static const char json[] =
		" {\"zones\":[{\"name\":\"A\",\"vcpus\":1,\"memory\":\"1GiB\"}]}";
	static const char zones[] = "zones:\n- {name: A, vcpus: 1, memory: 1GiB}\n";
	static const char yaml[] = "kind: Pod\nmetadata: {name: A}\nspec: {containers: [{}]}\n";
	static const char pod_json[] = "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"A\"},"
				       "\"spec\":{\"containers\":[{\"name\":\"c\"}]}}";
	static const struct {
		const char *path, *text;
		int rc;
	} cases[] = {
		{"x.json", json, 0},	      {"x", json, 0},	       {"x.yaml", json, 0},
		{"x.yaml", yaml, 0},	      {"x.YML", yaml, 0},      {"x", yaml, 0},
		{"x.json", yaml, ERR_INPUT},  {"x.json", pod_json, 0}, {"x.yaml", pod_json, 0},
		{"x", pod_json, 0},	      {"x.yaml", zones, 0},    {"x", zones, 0},
		{"x.json", zones, ERR_INPUT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		struct zone_list l;

		cr_assert_eq(zone_list_parse(&l, cases[i].path, cases[i].text,
					     strlen(cases[i].text), NULL, &err),
			     cases[i].rc, "case %zu: %s", i, err.text);
		cr_assert_eq(l.nr, cases[i].rc ? 0 : 1);
		zone_list_release(&l);
	}
}

Test(zone, files_are_loaded)
{
	char path[256];
	struct error err = {0};
	static const char text[] = "{\"zones\":[{\"name\":\"A\",\"vcpus\":1,\"memory\":1}]}";
	struct zone_list l;
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-zones"));

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	cr_assert_eq(zone_list_load(&l, path, NULL, &err), 0, "%s", err.text);
	cr_assert_eq(l.zone[0].memory_bytes, PAGE_BYTES, "rounded up to a page");
	zone_list_release(&l);
	unlink(path);
	cr_assert_eq(zone_list_load(&l, path, NULL, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.text, "cannot be opened"));
	zone_list_release(&l);
}
