#include "probe/where.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/units.h"
#include "probe/machine.h"
#include "probe/record.h"

#define LIST_MAX 4096

static void print_machine(const char *sysfs, bool json, FILE *out)
{
	char nodes[LIST_MAX] = "", cpus[LIST_MAX] = "";
	struct utsname name;
	struct record r;

	(void)machine_read(sysfs, nodes, sizeof(nodes), "devices/system/node/online");
	(void)machine_read(sysfs, cpus, sizeof(cpus), "devices/system/cpu/online");
	record_begin(&r, out, json);
	record_text(&r, "where", "machine");
	record_text(&r, "nodes", nodes);
	record_text(&r, "cpus", cpus);
	record_text(&r, "release", uname(&name) == 0 ? name.release : "");
	record_end(&r);
}

static void print_node(const char *sysfs, unsigned node, bool json, FILE *out)
{
	char cpus[LIST_MAX] = "", distances[LIST_MAX] = "";
	struct record r;

	(void)machine_read(sysfs, cpus, sizeof(cpus), "devices/system/node/node%u/cpulist", node);
	if (machine_read(sysfs, distances, sizeof(distances), "devices/system/node/node%u/distance",
			 node)) {
		distances[strcspn(distances, "\n")] = '\0';
		for (char *c = distances; (c = strchr(c, ' ')) != NULL; c++)
			*c = c[1] ? ',' : '\0';
	}
	record_begin(&r, out, json);
	record_text(&r, "where", "node");
	record_int(&r, "node", node);
	record_text(&r, "cpus", cpus);
	record_text(&r, "distances", distances);
	record_int(&r, "memory_bytes", machine_node_memory(sysfs, node, "MemTotal"));
	record_end(&r);
}

static int64_t topology_id(const char *sysfs, unsigned cpu, const char *file)
{
	char text[32];

	if (!machine_read(sysfs, text, sizeof(text), "devices/system/cpu/cpu%u/topology/%s", cpu,
			  file))
		return -1;
	return strtoll(text, NULL, 10);
}

/* The highest level of cache that the kernel lists for this CPU. */
static void print_last_cache(struct record *r, const char *sysfs, unsigned cpu)
{
	char text[64], shared[LIST_MAX] = "";
	int64_t level = -1, bytes = -1;

	for (unsigned i = 0; i < 16; i++) {
		if (!machine_read(sysfs, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cache/index%u/level", cpu, i))
			break;
		if (strtoll(text, NULL, 10) <= level)
			continue;
		level = strtoll(text, NULL, 10);
		bytes = -1;
		if (machine_read(sysfs, text, sizeof(text),
				 "devices/system/cpu/cpu%u/cache/index%u/size", cpu, i))
			bytes = strtoll(text, NULL, 10) * KIB;
		shared[0] = '\0';
		(void)machine_read(sysfs, shared, sizeof(shared),
				   "devices/system/cpu/cpu%u/cache/index%u/shared_cpu_list", cpu,
				   i);
	}
	record_int(r, "llc_level", level);
	record_text(r, "llc_cpus", shared);
	record_int(r, "llc_bytes", bytes);
}

static int64_t node_of_cpu(const char *sysfs, const struct cpuset *nodes, unsigned cpu)
{
	unsigned n = cpuset_next(nodes, 0);

	for (; n != CPUSET_NONE; n = cpuset_next(nodes, n + 1)) {
		struct cpuset cpus;

		if (machine_node_cpus(sysfs, n, &cpus) && cpuset_has(&cpus, cpu))
			return n;
	}
	return -1;
}

void where_print(const char *sysfs, bool json, FILE *out)
{
	char list[LIST_MAX];
	struct cpuset nodes, cpus;
	unsigned i;

	print_machine(sysfs, json, out);
	machine_nodes(sysfs, &nodes);
	for (i = cpuset_next(&nodes, 0); i != CPUSET_NONE; i = cpuset_next(&nodes, i + 1))
		print_node(sysfs, i, json, out);
	if (!machine_read(sysfs, list, sizeof(list), "devices/system/cpu/online") ||
	    !cpuset_parse(&cpus, list))
		memset(&cpus, 0, sizeof(cpus));
	for (i = cpuset_next(&cpus, 0); i != CPUSET_NONE; i = cpuset_next(&cpus, i + 1)) {
		struct record r;

		record_begin(&r, out, json);
		record_text(&r, "where", "cpu");
		record_int(&r, "cpu", i);
		record_int(&r, "node", node_of_cpu(sysfs, &nodes, i));
		record_int(&r, "package", topology_id(sysfs, i, "physical_package_id"));
		record_int(&r, "die", topology_id(sysfs, i, "die_id"));
		record_int(&r, "core", topology_id(sysfs, i, "core_id"));
		print_last_cache(&r, sysfs, i);
		record_end(&r);
	}
}
