#include "probe/machine.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/units.h"

#define ASSUMED_CACHE_BYTES (32 * MIB)
#define LIST_MAX 4096
#define MODULES_MAX 512
#define CACHES_MAX 512 /* last-level caches told apart; a two-socket Turin has 32 */

static FILE *open_file(const char *sysfs, const char *fmt, va_list ap)
{
	char path[512];
	int n = snprintf(path, sizeof(path), "%s/", sysfs ? sysfs : "/sys");

	if (n < 0 || (size_t)n >= sizeof(path))
		return NULL;
	vsnprintf(path + n, sizeof(path) - (size_t)n, fmt, ap);
	return fopen(path, "re");
}

bool machine_read(const char *sysfs, char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	FILE *f;
	bool ok;

	va_start(ap, fmt);
	f = open_file(sysfs, fmt, ap);
	va_end(ap);
	if (!f)
		return false;
	ok = fgets(buf, (int)size, f) != NULL;
	fclose(f);
	if (ok)
		buf[strcspn(buf, "\n")] = '\0';
	return ok;
}

void machine_nodes(const char *sysfs, struct cpuset *out)
{
	char list[LIST_MAX];

	if (machine_read(sysfs, list, sizeof(list), "devices/system/node/online") &&
	    cpuset_parse(out, list) && !cpuset_empty(out))
		return;
	memset(out, 0, sizeof(*out));
	cpuset_add(out, 0);
}

bool machine_node_cpus(const char *sysfs, unsigned node, struct cpuset *out)
{
	char list[LIST_MAX];

	memset(out, 0, sizeof(*out));
	if (machine_read(sysfs, list, sizeof(list), "devices/system/node/node%u/cpulist", node))
		return cpuset_parse(out, list);
	return node == 0 &&
	       !machine_read(sysfs, list, sizeof(list), "devices/system/node/online") &&
	       machine_read(sysfs, list, sizeof(list), "devices/system/cpu/online") &&
	       cpuset_parse(out, list);
}

static FILE *open_path(const char *sysfs, const char *fmt, ...) PRINTF_LIKE(2, 3);

static FILE *open_path(const char *sysfs, const char *fmt, ...)
{
	va_list ap;
	FILE *f;

	va_start(ap, fmt);
	f = open_file(sysfs, fmt, ap);
	va_end(ap);
	return f;
}

int64_t machine_node_memory(const char *sysfs, unsigned node, const char *field)
{
	FILE *f = open_path(sysfs, "devices/system/node/node%u/meminfo", node);
	char line[256], name[64];
	int64_t bytes = -1;
	long long kib;

	while (f && bytes < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "Node %*u %63[^:]: %lld", name, &kib) == 2 &&
		    strcmp(name, field) == 0)
			bytes = kib * KIB;
	if (f)
		fclose(f);
	return bytes;
}

static int64_t at_least_0(int64_t bytes)
{
	return bytes > 0 ? bytes : 0;
}

int64_t machine_node_available(const char *sysfs, unsigned node)
{
	int64_t bytes = machine_node_memory(sysfs, node, "MemFree"), file;

	if (bytes < 0)
		return -1;
	file = at_least_0(machine_node_memory(sysfs, node, "Active(file)")) +
	       at_least_0(machine_node_memory(sysfs, node, "Inactive(file)")) -
	       at_least_0(machine_node_memory(sysfs, node, "Dirty"));
	return bytes + at_least_0(file);
}

/* The highest level among a CPU's caches for data. */
static bool last_cache(const char *sysfs, unsigned cpu, char *shared, size_t size, int64_t *bytes)
{
	char text[64];
	long level = 0;

	for (unsigned i = 0; i < 16; i++) {
		long this;

		if (!machine_read(sysfs, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cache/index%u/level", cpu, i))
			break;
		this = strtol(text, NULL, 10);
		if (!machine_read(sysfs, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cache/index%u/type", cpu, i) ||
		    strcmp(text, "Instruction") == 0 || this <= level ||
		    !machine_read(sysfs, text, sizeof(text),
				  "devices/system/cpu/cpu%u/cache/index%u/size", cpu, i))
			continue;
		*bytes = strtoll(text, NULL, 10) * KIB;
		if (machine_read(sysfs, shared, size,
				 "devices/system/cpu/cpu%u/cache/index%u/shared_cpu_list", cpu, i))
			level = this;
	}
	return level > 0 && *bytes > 0;
}

int64_t machine_last_cache_bytes(const char *sysfs, const struct cpuset *cpus, const char **from)
{
	struct cpuset left = *cpus;
	int64_t sum = 0, bytes = 0;
	unsigned cpu = cpuset_next(&left, 0);

	for (int i = 0; i < CACHES_MAX && cpu != CPUSET_NONE; i++) {
		char list[LIST_MAX];
		struct cpuset shared;

		if (!last_cache(sysfs, cpu, list, sizeof(list), &bytes) ||
		    !cpuset_parse(&shared, list))
			break;
		cpuset_add(&shared, cpu);
		sum += bytes;
		cpuset_and_not(&left, &shared);
		cpu = cpuset_next(&left, cpu);
	}
	*from = "sysfs";
	if (sum)
		return sum;
	bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
	*from = bytes > 0 ? "cpuid" : "assumed";
	return bytes > 0 ? bytes : ASSUMED_CACHE_BYTES;
}

void machine_siblings(const char *sysfs, unsigned cpu, struct cpuset *out)
{
	char list[LIST_MAX];

	memset(out, 0, sizeof(*out));
	if (machine_read(sysfs, list, sizeof(list),
			 "devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu) &&
	    !cpuset_parse(out, list))
		memset(out, 0, sizeof(*out));
	cpuset_add(out, cpu);
}

static unsigned word_at(const unsigned char *raw, size_t at)
{
	return raw[at] | (unsigned)raw[at + 1] << 8;
}

/* SMBIOS 3.7, 7.18 "Memory Device (Type 17)": data width at 0x0A, size at 0x0C, speed in
 * MT/s at 0x15 and as configured at 0x20. 0: no module, or no clock is said. */
static int64_t module_bytes_per_s(const unsigned char *raw, size_t nr)
{
	unsigned bits, speed;

	if (nr < 0x17 || word_at(raw, 0x0c) == 0 || word_at(raw, 0x0c) == 0xffff)
		return 0;
	bits = word_at(raw, 0x0a);
	speed = nr >= 0x22 ? word_at(raw, 0x20) : 0;
	if (speed == 0 || speed == 0xffff)
		speed = word_at(raw, 0x15);
	if (bits == 0xffff || speed == 0xffff)
		return 0;
	return (int64_t)speed * 1000000 * (bits / 8);
}

int64_t machine_modules_bytes_per_s(const char *sysfs)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < MODULES_MAX; i++) {
		FILE *f = open_path(sysfs, "firmware/dmi/entries/17-%u/raw", i);
		unsigned char raw[256];
		size_t nr;
		int64_t one;

		if (!f)
			break;
		nr = fread(raw, 1, sizeof(raw), f);
		fclose(f);
		one = module_bytes_per_s(raw, nr);
		/* one whose clock is not said makes the sum no bound */
		if (nr >= 0x0e && word_at(raw, 0x0c) != 0 && one == 0)
			return -1;
		sum += one;
	}
	return sum ? sum : -1;
}

int machine_cpus_allowed(struct cpuset *out, struct error *err)
{
	memset(out, 0, sizeof(*out));
	if (syscall(SYS_sched_getaffinity, 0, sizeof(out->word), out->word) < 0)
		return error_set(err, ERR_MACHINE,
				 "the kernel does not say where a thread may "
				 "run: %s",
				 strerror(errno));
	return 0;
}

int machine_pin(const struct cpuset *cpus, struct error *err)
{
	char *list;
	int code;

	if (syscall(SYS_sched_setaffinity, 0, sizeof(cpus->word), cpus->word) == 0)
		return 0;
	code = errno == EINVAL ? ERR_CANNOT : ERR_MACHINE;
	list = cpuset_list(cpus);
	(void)error_set(err, code, "a thread cannot run on CPUs %s: %s", list,
			errno == EINVAL ? "none of them is online and allowed here"
					: strerror(errno));
	free(list);
	return code;
}

int64_t machine_preempted(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_nivcsw : -1;
}
