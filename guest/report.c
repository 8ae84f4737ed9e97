#include "guest/report.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define IDS_MAX 512
#define CACHES_MAX 8

struct text {
	char *out;
	size_t size, used;
};

static void line(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->out + t->used, t->size - t->used, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < t->size - t->used)
		t->used += (size_t)n;
	else
		t->out[t->used] = '\0';
}

/* The first line of a small file; "" and false where there is none. */
static bool first_line(char *out, size_t size, const char *format, ...)
{
	char path[256];
	va_list args;
	FILE *f;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	out[0] = '\0';
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(out, (int)size, f))
		out[0] = '\0';
	fclose(f);
	out[strcspn(out, "\n")] = '\0';
	return true;
}

/* Numbers N of the entries PREFIX<N> in a folder, ascending. */
static size_t numbered(const char *folder, const char *prefix, unsigned *out)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	if (!dir)
		return 0;
	while (n < IDS_MAX && (entry = readdir(dir))) {
		const char *digits = entry->d_name + strlen(prefix);
		unsigned id;
		size_t at = n;

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || !*digits ||
		    digits[strspn(digits, "0123456789")])
			continue;
		id = (unsigned)strtoul(digits, NULL, 10);
		for (; at > 0 && out[at - 1] > id; at--)
			out[at] = out[at - 1];
		out[at] = id;
		n++;
	}
	closedir(dir);
	return n;
}

static unsigned long long memory_kib(unsigned node)
{
	char path[64], buf[256];
	unsigned long long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/meminfo", node);
	f = fopen(path, "r");
	while (f && fgets(buf, sizeof(buf), f)) {
		const char *at = strstr(buf, "MemTotal:");

		if (at)
			kib = strtoull(at + strlen("MemTotal:"), NULL, 10);
	}
	if (f)
		fclose(f);
	return kib;
}

/* What the HMAT says of the node's memory, for the CPUs next to it. */
static void access_of(struct text *t, unsigned node)
{
	static const char *const figure[] = {"read_latency", "write_latency", "read_bandwidth",
					     "write_bandwidth"};
	char value[4][32];

	for (size_t i = 0; i < sizeof(figure) / sizeof(figure[0]); i++)
		if (!first_line(value[i], sizeof(value[i]),
				"/sys/devices/system/node/node%u/access0/initiators/%s", node,
				figure[i]))
			return;
	line(t, "access %u read_latency %s write_latency %s read_bandwidth %s write_bandwidth %s\n",
	     node, value[0], value[1], value[2], value[3]);
}

static void nodes(struct text *t)
{
	static const char folder[] = "/sys/devices/system/node";
	char cpus[256], distances[1024];
	unsigned id[IDS_MAX];
	size_t n = numbered(folder, "node", id);

	for (size_t i = 0; i < n; i++) {
		first_line(cpus, sizeof(cpus), "%s/node%u/cpulist", folder, id[i]);
		first_line(distances, sizeof(distances), "%s/node%u/distance", folder, id[i]);
		line(t, "node %u cpus %s memory_kib %llu distances %s\n", id[i],
		     cpus[0] ? cpus : "-", memory_kib(id[i]), distances);
		access_of(t, id[i]);
	}
}

static void caches(struct text *t, unsigned cpu)
{
	static const char format[] = "/sys/devices/system/cpu/cpu%u/cache/index%u/%s";
	char level[16], type[32], size[32], shared[256];

	for (unsigned i = 0; i < CACHES_MAX; i++) {
		if (!first_line(level, sizeof(level), format, cpu, i, "level"))
			return;
		first_line(type, sizeof(type), format, cpu, i, "type");
		first_line(size, sizeof(size), format, cpu, i, "size");
		first_line(shared, sizeof(shared), format, cpu, i, "shared_cpu_list");
		line(t, "cache %u %s %s %s shared %s\n", cpu, level, type, size, shared);
	}
}

static void cpus(struct text *t)
{
	static const char folder[] = "/sys/devices/system/cpu";
	unsigned id[IDS_MAX], node[IDS_MAX];
	size_t n = numbered(folder, "cpu", id);

	for (size_t i = 0; i < n; i++) {
		char path[64], package[16], core[16];

		/* an offline CPU has no topology */
		if (!first_line(package, sizeof(package), "%s/cpu%u/topology/physical_package_id",
				folder, id[i]))
			continue;
		first_line(core, sizeof(core), "%s/cpu%u/topology/core_id", folder, id[i]);
		snprintf(path, sizeof(path), "%s/cpu%u", folder, id[i]);
		line(t, "cpu %u node %u package %s core %s\n", id[i],
		     numbered(path, "node", node) ? node[0] : 0, package, core);
		caches(t, id[i]);
	}
}

/* A zone of a node as /proc/zoneinfo has it; pages. */
struct kernel_zone {
	unsigned node;
	char name[16];
	unsigned long long free, min, low, reserve, aside, broken, file;
};

/* Pages of the blocks that a line counts by order, all but the last, which is the largest. */
static unsigned long long below_largest(const char *counts)
{
	unsigned long long sum = 0;
	char *end;

	for (unsigned order = 0;; order++, counts = end) {
		unsigned long long blocks = strtoull(counts, &end, 10);

		if (end == counts || !end[strspn(end, " \n")])
			return sum;
		sum += blocks << order;
	}
}

/* Free in blocks that are not of the largest size, for requests such as the balloon's:
 * /proc/pagetypeinfo. Where only /proc/buddyinfo is there, for any. */
static unsigned long long broken_pages(const struct kernel_zone *z)
{
	FILE *f = fopen("/proc/pagetypeinfo", "r");
	bool by_type = f != NULL;
	unsigned long long sum = 0;
	char buf[512], name[16], type[16];
	unsigned node;

	if (!f)
		f = fopen("/proc/buddyinfo", "r");
	while (f && fgets(buf, sizeof(buf), f)) {
		int at = 0;

		if (by_type)
			(void)sscanf(buf, "Node %u, zone %15[^,], type %15s%n", &node, name, type,
				     &at);
		else
			(void)sscanf(buf, "Node %u, zone %15s%n", &node, name, &at);
		if (!at || node != z->node || strcmp(name, z->name) != 0 ||
		    (by_type && strcmp(type, "Unmovable") != 0))
			continue;
		sum = below_largest(buf + at);
		/* further down it counts blocks by type, without their sizes */
		break;
	}
	if (f)
		fclose(f);
	return sum;
}

static void zone_line(struct text *t, const struct kernel_zone *z)
{
	if (z->free)
		line(t,
		     "zone %u %s free %llu min %llu low %llu reserve %llu aside %llu file %llu "
		     "broken %llu\n",
		     z->node, z->name, z->free, z->min, z->low, z->reserve, z->aside, z->file,
		     broken_pages(z));
}

/* What a line of /proc/zoneinfo adds. The third entry of "protection" is what is kept from
 * requests that any zone may serve. */
static void zone_detail(struct kernel_zone *z, const char *text)
{
	static const char pagesets[] = "high:", threshold[] = "vm stats threshold:";
	const char *key = text + strspn(text, " ");
	unsigned long long n;

	if (sscanf(key, "pages free %llu", &n) == 1)
		z->free = n;
	else if (sscanf(key, "min %llu", &n) == 1)
		z->min = n;
	else if (sscanf(key, "low %llu", &n) == 1)
		z->low = n;
	else if (sscanf(key, "nr_zone_inactive_file %llu", &n) == 1 ||
		 sscanf(key, "nr_zone_active_file %llu", &n) == 1)
		z->file += n;
	else if (sscanf(key, "protection: (%*u, %*u, %llu", &n) == 1)
		z->reserve = n;
	else if (strncmp(key, pagesets, strlen(pagesets)) == 0)
		z->aside += strtoull(key + strlen(pagesets), NULL, 10);
	else if (strncmp(key, threshold, strlen(threshold)) == 0)
		z->aside += strtoull(key + strlen(threshold), NULL, 10);
}

static void zones(struct text *t)
{
	FILE *f = fopen("/proc/zoneinfo", "r");
	struct kernel_zone z = {0}, next = {0};
	char buf[512];

	while (f && fgets(buf, sizeof(buf), f)) {
		if (sscanf(buf, "Node %u, zone %15s", &next.node, next.name) == 2) {
			zone_line(t, &z);
			z = next;
		} else {
			zone_detail(&z, buf);
		}
	}
	zone_line(t, &z);
	if (f)
		fclose(f);
}

static void devices(struct text *t)
{
	static const char folder[] = "/sys/bus/pci/devices";
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char class[32], vendor[32], device[32], node[32];

		if (entry->d_name[0] == '.' ||
		    !first_line(class, sizeof(class), "%s/%s/class", folder, entry->d_name))
			continue;
		first_line(vendor, sizeof(vendor), "%s/%s/vendor", folder, entry->d_name);
		first_line(device, sizeof(device), "%s/%s/device", folder, entry->d_name);
		first_line(node, sizeof(node), "%s/%s/numa_node", folder, entry->d_name);
		line(t, "pci %s class %s id %s %s node %s\n", entry->d_name, class, vendor, device,
		     node);
	}
	if (dir)
		closedir(dir);
}

static void tables(struct text *t)
{
	static const char *const names[] = {"SRAT", "SLIT", "HMAT", "APIC"};
	char path[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/sys/firmware/acpi/tables/%s", names[i]);
		if (access(path, F_OK) == 0)
			line(t, "table %s\n", names[i]);
	}
}

/* The kernel's messages so far: a record a read(), "priority,number,time,-;text". */
static void kernel_says(struct text *t)
{
	static const char *const telling[] = {
		"SRAT: Node",		"SLIT:",  "acpi/hmat", "topology_sane",
		"not on the same node", "No NUMA"};
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	char record[1024];
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, record, sizeof(record) - 1)) > 0) {
		char *text;

		record[n] = '\0';
		text = strchr(record, ';');
		if (!text)
			continue;
		text[strcspn(text, "\n")] = '\0';
		for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++) {
			if (strstr(text, telling[i])) {
				line(t, "kernel-says %s\n", text + 1);
				break;
			}
		}
	}
	close(fd);
}

void report_write(char *out, size_t size)
{
	static const char end[] = "end\n";
	struct text t = {.out = out, .size = size - sizeof(end)};
	struct utsname name;
	char cmdline[512];

	out[0] = '\0';
	if (uname(&name) == 0)
		line(&t, "kernel %s\n", name.release);
	if (first_line(cmdline, sizeof(cmdline), "/proc/cmdline"))
		line(&t, "cmdline %s\n", cmdline);
	nodes(&t);
	zones(&t);
	cpus(&t);
	devices(&t);
	tables(&t);
	kernel_says(&t);
	memcpy(out + t.used, end, sizeof(end));
}
