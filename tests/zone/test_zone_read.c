#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/units.h"
#include "zone/zone.h"
#include "zone/zone_check.h"

static void parse(struct zone_list *l, const char *text)
{
	struct error err = {0};

	cr_assert_eq(zone_list_parse(l, "z.json", text, strlen(text), NULL, &err), 0, "%s",
		     err.text);
}

static void refused(const char *text, const char *sentence)
{
	struct error err = {0};
	struct zone_list l;

	cr_assert_eq(zone_list_parse(&l, "z.json", text, strlen(text), NULL, &err), ERR_INPUT, "%s",
		     text);
	cr_assert_str_eq(err.text, sentence);
	cr_assert_eq(l.nr, 0);
	cr_assert_null(l.zone);
}

Test(zone_read, every_field)
{
	const struct zone *z;
	struct zone_list l;

	parse(&l, "{\"zones\":[{\"name\":\"A\",\"vcpus\":4,\"vcpus_max\":8,\"memory\":\"6GiB\","
		  "\"memory_initial\":\"2GiB\",\"memory_min\":\"1GiB\","
		  "\"devices\":[\"nic0\",\"0000:41:00.0\"],\"numa_nodes\":2,"
		  "\"placement\":\"scatter\",\"memory_policy\":\"dynamic\",\"virt\":\"pvh\","
		  "\"profile\":\"web\"}]}");
	cr_assert_eq(l.nr, 1);
	z = &l.zone[0];
	cr_assert_str_eq(z->name, "A");
	cr_assert_eq(z->vcpus, 4);
	cr_assert_eq(z->vcpus_max, 8);
	cr_assert_eq(z->memory_bytes, 6 * GIB);
	cr_assert_eq(z->memory_initial_bytes, 2 * GIB);
	cr_assert_eq(z->memory_min_bytes, GIB);
	cr_assert_eq(z->memory_policy, ZONE_DYNAMIC);
	cr_assert_eq(z->numa_nodes, 2);
	cr_assert_eq(z->spread, ZONE_SCATTER);
	cr_assert_eq(z->virt, ZONE_PVH);
	cr_assert_eq(z->nr_devices, 2);
	cr_assert_str_eq(z->device[0], "nic0");
	cr_assert_str_eq(z->device[1], "0000:41:00.0");
	cr_assert_eq(z->profile, zone_profile_find("web"));
	zone_list_release(&l);
}

Test(zone_read, defaults)
{
	const struct zone *z;
	struct zone_list l;

	parse(&l, "{\"zones\":[{\"name\":\"A\",\"vcpus\":4,\"memory\":\"6GiB\"},"
		  "{\"name\":\"B\",\"vcpus\":1,\"memory\":\"100MiB\",\"numa_nodes\":\"auto\"},"
		  "{\"name\":\"C\",\"vcpus\":1,\"memory\":\"1GiB\",\"memory_policy\":\"static\"},"
		  "{\"name\":\"D\",\"vcpus\":1,\"memory\":4097}]}");
	z = &l.zone[0];
	cr_assert_eq(z->vcpus_max, 4);
	cr_assert_eq(z->memory_initial_bytes, 6 * GIB);
	cr_assert_eq(z->memory_min_bytes, 300 * MIB);
	cr_assert_eq(z->memory_policy, ZONE_DYNAMIC);
	cr_assert_eq(z->numa_nodes, 0);
	cr_assert_eq(z->spread, ZONE_SPREAD_DEFAULT);
	cr_assert_eq(z->virt, ZONE_AUTO);
	cr_assert_eq(z->nr_devices, 0);
	cr_assert_null(z->profile);
	cr_assert_eq(l.zone[1].memory_min_bytes, 100 * MIB);
	cr_assert_eq(l.zone[1].numa_nodes, 0);
	cr_assert_eq(zone_boot_bytes(&l.zone[2]), GIB);
	cr_assert_eq(l.zone[3].memory_bytes, 8192, "rounded up to whole pages");
	cr_assert_eq(l.zone[3].memory_min_bytes, 8192);
	zone_list_release(&l);
}

Test(zone_read, copies)
{
	struct zone_list l;

	parse(&l, "{\"zones\":[{\"name\":\"web\",\"vcpus\":1,\"memory\":\"1GiB\",\"count\":3},"
		  "{\"name\":\"db\",\"vcpus\":2,\"memory\":\"2GiB\",\"count\":1}]}");
	cr_assert_eq(l.nr, 4);
	cr_assert_str_eq(l.zone[0].name, "web-1");
	cr_assert_str_eq(l.zone[2].name, "web-3");
	cr_assert_str_eq(l.zone[3].name, "db-1");
	cr_assert_eq(l.zone[3].vcpus, 2);
	zone_list_release(&l);
}

Test(zone_read, profiles)
{
	const struct zone_profile *p;
	struct zone_list l;

	parse(&l, "{\"zones\":[{\"name\":\"A\",\"vcpus\":1,\"memory\":\"1GiB\",\"profile\":"
		  "{\"preset\":\"database\",\"stall_share_ppm\":600000}},"
		  "{\"name\":\"B\",\"vcpus\":1,\"memory\":\"1GiB\",\"profile\":"
		  "{\"demand_bytes_per_s\":\"2GB\",\"read_share_ppm\":1,\"stall_share_ppm\":2,"
		  "\"sharing_share_ppm\":3,\"parallelism\":4}}]}");
	p = l.zone[0].profile;
	cr_assert_str_eq(p->name, "database");
	cr_assert_eq(p->stall_share_ppm, 600000);
	cr_assert_eq(p->parallelism, zone_profile_find("database")->parallelism);
	p = l.zone[1].profile;
	cr_assert_str_eq(p->name, "custom");
	cr_assert_eq(p->demand_bytes_per_s, 2000000000);
	cr_assert_eq(p->read_share_ppm, 1);
	cr_assert_eq(p->stall_share_ppm, 2);
	cr_assert_eq(p->sharing_share_ppm, 3);
	cr_assert_eq(p->parallelism, 4);
	zone_list_release(&l);
}

/* A zone on the file's second line, with "x": ... on its third. */
#define ZONE_WITH(field)                                                                           \
	"{\"zones\":[\n {\"name\":\"A\",\"vcpus\":4,\"memory\":\"1GiB\",\n  " field "}]}"

Test(zone_read, values_refused)
{
	refused(ZONE_WITH("\"numa_node\":2"),
		"z.json:3:3: unknown field \"numa_node\" in zone; did you mean \"numa_nodes\"?");
	refused(ZONE_WITH("\"colour\":2"), "z.json:3:3: unknown field \"colour\" in zone");
	refused(ZONE_WITH("\"name\":\"B\""), "z.json:3:8: duplicate object key near '\"name\"'");
	refused(ZONE_WITH("\"numa_nodes\":0"),
		"z.json:3:16: \"numa_nodes\" must be \"auto\" or a whole number between 1 and 64");
	refused(ZONE_WITH("\"numa_nodes\":65"),
		"z.json:3:16: \"numa_nodes\" must be \"auto\" or a whole number between 1 and 64");
	refused(ZONE_WITH("\"numa_nodes\":\"two\""),
		"z.json:3:16: \"numa_nodes\" must be \"auto\" or a whole number between 1 and 64");
	refused(ZONE_WITH("\"numa_nodes\":true"),
		"z.json:3:16: \"numa_nodes\" must be \"auto\" or a whole number between 1 and 64");
	refused(ZONE_WITH("\"placement\":\"near\""),
		"z.json:3:15: \"placement\" must be one of \"default\", \"compact\", \"scatter\"");
	refused(ZONE_WITH("\"memory_policy\":\"Static\""),
		"z.json:3:19: \"memory_policy\" must be one of \"dynamic\", \"static\"");
	refused(ZONE_WITH("\"virt\":1"),
		"z.json:3:10: \"virt\" must be one of \"auto\", \"pv\", \"pvh\"");
	refused(ZONE_WITH("\"vcpus_max\":5000"),
		"z.json:3:15: \"vcpus_max\" must be between 1 and 4096, not 5000");
	refused(ZONE_WITH("\"vcpus_max\":\"8\""),
		"z.json:3:15: \"vcpus_max\" must be a whole number");
	refused(ZONE_WITH("\"memory_min\":0"), "z.json:3:16: \"memory_min\" must be more than 0");
	refused(ZONE_WITH("\"memory_initial\":\"6 gigs\""),
		"z.json:3:20: \"memory_initial\" must be a size such as \"6GiB\" or \"512MiB\" (B, "
		"KiB, MiB, GiB, TiB; kB, MB, GB, TB), or a number of bytes");
	refused(ZONE_WITH("\"devices\":\"nic0\""),
		"z.json:3:13: \"devices\" must be a list [ ... ]");
	refused(ZONE_WITH("\"devices\":[\"nic0\", 7]"),
		"z.json:3:22: a device must be a text such as \"nic0\", \"0000:41:00.0\" or "
		"\"2xgpu\"");
	refused(ZONE_WITH("\"devices\":[\"\"]"), "z.json:3:14: a device must be a text such as "
						 "\"nic0\", \"0000:41:00.0\" or \"2xgpu\"");
	refused(ZONE_WITH("\"count\":0"),
		"z.json:3:11: \"count\" must be between 1 and 1000000, not 0");
	refused(ZONE_WITH("\"profile\":\"wbe\""), "z.json:3:13: \"profile\" must be one of "
						  "\"stream\", \"chase\", \"web\", \"database\", "
						  "\"idle\"");
	refused(ZONE_WITH("\"profile\":{\"preset\":\"x\"}"),
		"z.json:3:23: \"preset\" must be one of \"stream\", \"chase\", \"web\", "
		"\"database\", "
		"\"idle\"");
	refused(ZONE_WITH("\"profile\":{\"parallelism\":2}"),
		"z.json:3:13: the field \"demand_bytes_per_s\" is missing");
	refused(ZONE_WITH("\"profile\":{\"preset\":\"web\",\"stall_share\":2}"),
		"z.json:3:29: unknown field \"stall_share\" in profile; did you mean "
		"\"stall_share_ppm\"?");
	refused(ZONE_WITH("\"profile\":{\"preset\":\"web\",\"read_share_ppm\":1000001}"),
		"z.json:3:46: \"read_share_ppm\" must be between 0 and 1000000, not 1000001");
}

Test(zone_read, contradictions)
{
	refused(ZONE_WITH("\"vcpus_max\":2"), "z.json:2:22: zone \"A\": vcpus (4) is more than "
					      "vcpus_max (2); raise the latter or "
					      "lower the former");
	refused(ZONE_WITH("\"memory_policy\":\"static\",\n\"memory_initial\":\"512MiB\""),
		"z.json:4:18: zone \"A\": memory_initial (512MiB) differs from memory (1GiB), but "
		"a "
		"static zone boots with all its memory; leave memory_initial out, or make "
		"memory_policy dynamic");
	refused(ZONE_WITH("\"memory_initial\":\"2GiB\""),
		"z.json:3:20: zone \"A\": memory_initial (2GiB) is more than memory (1GiB)");
	refused(ZONE_WITH("\"memory_initial\":\"512MiB\",\"memory_min\":\"513MiB\""),
		"z.json:3:42: zone \"A\": memory_min (513MiB) is more than memory_initial "
		"(512MiB)");
	refused(ZONE_WITH("\"virt\":\"pv\",\"numa_nodes\":2"),
		"z.json:3:28: zone \"A\": numa_nodes needs a PVH guest: a PV guest cannot be told "
		"of "
		"nodes; set virt to pvh or auto, or leave numa_nodes out");
	refused(ZONE_WITH("\"devices\":[\"nic0\",\"gpu0\",\"nic0\"]"),
		"z.json:3:28: device \"nic0\" is listed twice; a device is passed through once");
	refused(ZONE_WITH("\"devices\":[\"nic0\"],\"count\":2"),
		"z.json:3:30: zone \"A\": 2 zones cannot have the same devices; write them one by "
		"one");
	refused("{\"zones\":[{\"name\":\"A\",\"vcpus\":1,\"memory\":\"5000TiB\"}]}",
		"z.json:1:42: zone \"A\": memory must be at most 4096 TiB (52 bits of address)");
	refused("{\"zones\":[{\"name\":\"a b\",\"vcpus\":1,\"memory\":\"5TiB\"}]}",
		"z.json:1:19: zone \"a b\": name must not contain blanks, quotes, commas, "
		"semicolons, "
		"backslashes or control characters");
}

Test(zone_read, lists_refused)
{
	refused("[]", "z.json:1:1: zones are an object {\"zones\": [ ... ]}, not a bare list");
	refused("{}", "z.json:1:1: the field \"zones\" is missing");
	refused("{\"zones\":[]}", "z.json:1:10: \"zones\" is empty; there is nothing to place");
	refused("{\"zones\":{}}", "z.json:1:10: \"zones\" must be a list [ ... ]");
	refused("{\"zone\":[]}",
		"z.json:1:2: unknown field \"zone\" in the zones file; did you mean "
		"\"zones\"?");
	refused("{\"zones\":[],\n\"host\":1}",
		"z.json:2:1: unknown field \"host\" in the zones file");
	refused("{\"zones\":[7]}", "z.json:1:11: zone must be an object { ... }");
	refused("{\"zones\":[{\"vcpus\":1,\"memory\":1}]}",
		"z.json:1:11: the field \"name\" is missing");
	refused("{\"zones\":[{\"name\":\"A\",\"memory\":1}]}",
		"z.json:1:11: the field \"vcpus\" is missing");
	refused("{\"zones\":[{\"name\":\"A\",\"vcpus\":1}]}",
		"z.json:1:11: the field \"memory\" is missing");
	refused("{\"zones\":[{\"name\":\"A\",\"vcpus\":0,\"memory\":1}]}",
		"z.json:1:31: \"vcpus\" must be between 1 and 4096, not 0");
	refused("{\"zones\":[{\"name\":\"w\",\"vcpus\":1,\"memory\":1,\"count\":1000000},\n"
		"{\"name\":\"x\",\"vcpus\":1,\"memory\":1}]}",
		"z.json:2:1: more than 1000000 zones; split the file");
}

Test(zone_read, names_are_unique)
{
	refused("{\"zones\":[{\"name\":\"A\",\"vcpus\":1,\"memory\":1},\n"
		"{\"name\":\"B\",\"vcpus\":1,\"memory\":1},\n"
		"{\"name\":\"A\",\"vcpus\":1,\"memory\":1},\n"
		"{\"name\":\"B\",\"vcpus\":1,\"memory\":1}]}",
		"z.json:3:9: zone \"A\" is there already; every zone needs a name of its own");
	refused("{\"zones\":[{\"name\":\"A-2\",\"vcpus\":1,\"memory\":1},\n"
		"{\"name\":\"A\",\"vcpus\":1,\"memory\":1,\"count\":3}]}",
		"z.json:2:9: zone \"A-2\" is there already; every zone needs a name of its own");
}

static void random_zone(struct rng *r, struct zone *z, unsigned number, struct arena *a)
{
	static const char *const devices[] = {"nic0", "gpu0", "gpu1", "0000:41:00.0",
					      "nvme\xc3\xa9"};

	zone_init(z);
	z->name = arena_printf(a, "z/%u-%llx", number, (unsigned long long)rng_below(r, 1000));
	z->vcpus_max = 1 + (uint32_t)rng_below(r, ZONE_VCPUS_MAX);
	z->vcpus = 1 + (uint32_t)rng_below(r, z->vcpus_max);
	z->memory_bytes = (int64_t)rng_below(r, ZONE_MEMORY_MAX_BYTES) >> rng_below(r, 40);
	z->memory_bytes = zone_whole_pages(z->memory_bytes + 1);
	z->memory_policy = (enum zone_memory_policy)rng_below(r, 2);
	z->memory_initial_bytes = z->memory_bytes;
	if (z->memory_policy == ZONE_DYNAMIC)
		z->memory_initial_bytes =
			PAGE_BYTES * (1 + (int64_t)rng_below(r, (uint64_t)z->memory_bytes >> 12));
	z->memory_min_bytes =
		PAGE_BYTES * (1 + (int64_t)rng_below(r, (uint64_t)z->memory_initial_bytes >> 12));
	z->virt = (enum zone_virt)rng_below(r, 3);
	z->numa_nodes = z->virt == ZONE_PV ? 0 : (uint32_t)rng_below(r, 65);
	z->spread = (enum zone_spread)rng_below(r, 3);
	z->nr_devices = (uint32_t)rng_below(r, 6);
	z->device = devices;
	if (rng_below(r, 2))
		z->profile = zone_profile_find(zone_profile_names[rng_below(r, 5)]);
	if (rng_below(r, 2)) {
		struct zone_profile *p = arena_alloc(a, sizeof(*p));

		*p = (struct zone_profile){
			"custom",
			(int64_t)rng_below(r, 1000000000000),
			(uint32_t)rng_below(r, 1000001),
			(uint32_t)rng_below(r, 1000001),
			(uint32_t)rng_below(r, 1000001),
			1 + (uint32_t)rng_below(r, 1024),
		};
		z->profile = p;
	}
}

static void print_profile(FILE *f, const struct zone_profile *p)
{
	if (strcmp(p->name, "custom") != 0)
		fprintf(f, ",\"profile\":\"%s\"", p->name);
	else
		fprintf(f,
			",\"profile\":{\"demand_bytes_per_s\":%lld,\"read_share_ppm\":%u,"
			"\"stall_share_ppm\":%u,\"sharing_share_ppm\":%u,\"parallelism\":%u}",
			(long long)p->demand_bytes_per_s, p->read_share_ppm, p->stall_share_ppm,
			p->sharing_share_ppm, p->parallelism);
}

static void print_zone(FILE *f, const struct zone *z)
{
	char memory[32], initial[32], min[32];

	fprintf(f,
		"{\"name\":\"%s\",\"vcpus\":%u,\"vcpus_max\":%u,\"memory\":\"%s\","
		"\"memory_initial\":\"%s\",\"memory_min\":\"%s\",\"memory_policy\":\"%s\","
		"\"placement\":\"%s\",\"virt\":\"%s\",\"devices\":[",
		z->name, z->vcpus, z->vcpus_max, bytes_exact(z->memory_bytes, memory, 32),
		bytes_exact(z->memory_initial_bytes, initial, 32),
		bytes_exact(z->memory_min_bytes, min, 32),
		zone_memory_policy_names[z->memory_policy], zone_spread_name(z->spread),
		zone_virt_names[z->virt]);
	for (uint32_t i = 0; i < z->nr_devices && i < 5; i++)
		fprintf(f, "%s\"%s\"", i ? "," : "", z->device[i]);
	fprintf(f, z->numa_nodes ? "],\"numa_nodes\":%u" : "],\"numa_nodes\":\"auto\"",
		z->numa_nodes);
	if (z->profile)
		print_profile(f, z->profile);
	fputc('}', f);
}

static void assert_same(const struct zone *a, const struct zone *b)
{
	cr_assert_str_eq(a->name, b->name);
	cr_assert_eq(a->vcpus, b->vcpus);
	cr_assert_eq(a->vcpus_max, b->vcpus_max);
	cr_assert_eq(a->memory_bytes, b->memory_bytes);
	cr_assert_eq(a->memory_initial_bytes, b->memory_initial_bytes);
	cr_assert_eq(a->memory_min_bytes, b->memory_min_bytes);
	cr_assert_eq(a->memory_policy, b->memory_policy);
	cr_assert_eq(a->numa_nodes, b->numa_nodes);
	cr_assert_eq(a->spread, b->spread);
	cr_assert_eq(a->virt, b->virt);
	cr_assert_eq(a->nr_devices, b->nr_devices);
	for (uint32_t i = 0; i < a->nr_devices; i++)
		cr_assert_str_eq(a->device[i], b->device[i]);
	cr_assert_eq(!a->profile, !b->profile);
	if (a->profile)
		cr_assert_eq(memcmp(a->profile, b->profile, sizeof(*a->profile)), 0);
}

/* Any valid zone that is written as JSON is the zone that is read. */
Test(zone_read, round_trip)
{
	struct rng r;

	rng_seed(&r, 1, "zone/json");
	for (int round = 0; round < 300; round++) {
		struct zone made[20];
		struct arena a = {0};
		struct error err = {0};
		struct zone_fault fault;
		struct zone_list l;
		char *text = NULL;
		size_t size;
		FILE *f = open_memstream(&text, &size);

		fputs("{\"zones\":[", f);
		for (unsigned i = 0; i < 20; i++) {
			random_zone(&r, &made[i], i, &a);
			if (made[i].nr_devices > 5)
				made[i].nr_devices = 5;
			cr_assert(zone_sound(&made[i], zone_field_names, &fault), "%s", fault.text);
			fputs(i ? ",\n" : "", f);
			print_zone(f, &made[i]);
		}
		fputs("]}", f);
		fclose(f);
		cr_assert_eq(zone_list_parse(&l, "z.json", text, size, NULL, &err), 0, "%s",
			     err.text);
		cr_assert_eq(l.nr, 20);
		for (int i = 0; i < 20; i++)
			assert_same(&l.zone[i], &made[i]);
		zone_list_release(&l);
		arena_release(&a);
		free(text);
	}
}
