#include "backend-linux/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* First line of DIR/FILE as a number; false when it is none ("max") or unreadable. */
static bool read_number(const char *dir, const char *file, int64_t *out)
{
	char *path = xasprintf("%s/%s", dir, file), text[64] = "", *end;
	FILE *f = fopen(path, "re");
	bool ok = f && fgets(text, sizeof(text), f);

	if (ok) {
		*out = strtoll(text, &end, 10);
		ok = end != text;
	}
	if (f)
		fclose(f);
	free(path);
	return ok;
}

/* Page cache that the cgroup is charged for and would give up. */
static int64_t file_bytes(const char *dir)
{
	char *path = xasprintf("%s/memory.stat", dir), line[128], name[64];
	FILE *f = fopen(path, "re");
	long long value;
	int64_t sum = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lld", name, &value) == 2 &&
		    (strcmp(name, "active_file") == 0 || strcmp(name, "inactive_file") == 0))
			sum += value;
	if (f)
		fclose(f);
	free(path);
	return sum;
}

static void lower(int64_t *limit, int64_t value)
{
	if (value < 0)
		value = 0;
	if (value < *limit)
		*limit = value;
}

static void memory_level(struct limits *out, const char *dir, const char *max, const char *used)
{
	int64_t limit, now;

	if (read_number(dir, max, &limit) && read_number(dir, used, &now))
		lower(&out->memory_left_bytes, limit - now + file_bytes(dir));
}

static void one_level(struct limits *out, const char *dir)
{
	char *path = xasprintf("%s/cpu.max", dir);
	int64_t quota, period;
	FILE *f = fopen(path, "re");
	long long a, b;

	if (f && fscanf(f, "%lld %lld", &a, &b) == 2 && b > 0)
		lower(&out->cpu_milli, a * 1000 / b);
	if (f)
		fclose(f);
	free(path);
	if (read_number(dir, "cpu.cfs_quota_us", &quota) && quota > 0 &&
	    read_number(dir, "cpu.cfs_period_us", &period) && period > 0)
		lower(&out->cpu_milli, quota * 1000 / period);
	memory_level(out, dir, "memory.max", "memory.current");
	memory_level(out, dir, "memory.limit_in_bytes", "memory.usage_in_bytes");
}

/* From ROOT/PATH up to ROOT. */
static void all_levels(struct limits *out, const char *root, const char *path)
{
	char *dir = xasprintf("%s%s", root, strcmp(path, "/") == 0 ? "" : path);
	size_t least = strlen(root);

	for (;;) {
		char *slash;

		one_level(out, dir);
		slash = strrchr(dir, '/');
		if (!slash || (size_t)(slash - dir) < least)
			break;
		*slash = '\0';
	}
	free(dir);
}

void limits_read(struct limits *out, const char *cgroups, const char *membership)
{
	FILE *f = fopen(membership ? membership : "/proc/self/cgroup", "re");
	char line[4096];

	*out = (struct limits){.cpu_milli = LIMIT_NONE, .memory_left_bytes = LIMIT_NONE};
	if (!cgroups)
		cgroups = "/sys/fs/cgroup";
	/* "0::/path" is version 2; "4:memory:/path" and "1:cpu,cpuacct:/path" version 1 */
	while (f && fgets(line, sizeof(line), f)) {
		char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;
		char *root;

		if (!path)
			continue;
		*names++ = '\0';
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		root = *names ? xasprintf("%s/%s", cgroups, names) : xstrdup(cgroups);
		all_levels(out, root, path);
		free(root);
	}
	if (f)
		fclose(f);
}
