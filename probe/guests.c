#include "probe/guests.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

#define LINE_MAX_BYTES 16384

/* Numbers among the names in a folder, ascending; -1 when there is none. */
static long list_numbers(const char *path, long **out)
{
	DIR *d = opendir(path);
	size_t nr = 0, cap = 0;
	struct dirent *e;

	*out = NULL;
	if (!d)
		return -1;
	while ((e = readdir(d)) != NULL) {
		char *end;
		long n = strtol(e->d_name, &end, 10);
		size_t at = nr;

		if (!isdigit((unsigned char)*e->d_name) || *end)
			continue;
		*out = grow(*out, &cap, nr++, sizeof(**out));
		for (; at && (*out)[at - 1] > n; at--)
			(*out)[at] = (*out)[at - 1];
		(*out)[at] = n;
	}
	closedir(d);
	return (long)nr;
}

/* The beginning of a file; returns how much. */
static size_t read_file(char *buf, size_t size, const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(buf, 1, size - 1, f) : 0;

	buf[n] = '\0';
	if (f)
		fclose(f);
	return n;
}

/* Its arguments, NULs between them: the first names the program, -name the guest. */
static bool read_name(struct guest *g, const char *proc)
{
	char line[LINE_MAX_BYTES], *path = xasprintf("%s/%ld/cmdline", proc, g->pid);
	size_t n = read_file(line, sizeof(line), path);
	const char *slash = strrchr(line, '/'), *program = slash ? slash + 1 : line;

	free(path);
	if (!n || (strncmp(program, "qemu-system-", 12) != 0 && strcmp(program, "qemu-kvm") != 0 &&
		   strcmp(program, "kvm") != 0))
		return false;
	for (const char *at = line; at < line + n; at += strlen(at) + 1) {
		const char *name = at + strlen(at) + 1;

		if (strcmp(at, "-name") != 0 || name >= line + n)
			continue;
		if (strncmp(name, "guest=", 6) == 0)
			name += 6;
		snprintf(g->name, sizeof(g->name), "%.*s", (int)strcspn(name, ","), name);
	}
	return true;
}

static bool read_allowed(struct cpuset *out, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[LINE_MAX_BYTES], list[LINE_MAX_BYTES];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "Cpus_allowed_list: %16383s", list) == 1 &&
			cpuset_parse(out, list);
	if (f)
		fclose(f);
	return found;
}

static void add_vcpu(struct guest *g, unsigned number, const struct cpuset *cpus)
{
	uint32_t at = g->nr_vcpus++;

	g->vcpu = xreallocarray(g->vcpu, g->nr_vcpus, sizeof(*g->vcpu));
	for (; at && g->vcpu[at - 1].number > number; at--)
		g->vcpu[at] = g->vcpu[at - 1];
	g->vcpu[at] = (struct guest_vcpu){.number = number, .cpus = *cpus};
}

/* Threads of vCPUs are called "CPU N/KVM", or "CPU N/TCG" in software emulation. */
static void read_vcpus(struct guest *g, const char *proc)
{
	char *folder = xasprintf("%s/%ld/task", proc, g->pid);
	long *tid, nr = list_numbers(folder, &tid);

	for (long i = 0; i < nr; i++) {
		char *comm = xasprintf("%s/%ld/comm", folder, tid[i]);
		char *status = xasprintf("%s/%ld/status", folder, tid[i]);
		struct cpuset cpus;
		char text[64];
		unsigned number;

		read_file(text, sizeof(text), comm);
		if (sscanf(text, "CPU %u/", &number) == 1 && read_allowed(&cpus, status))
			add_vcpu(g, number, &cpus);
		free(comm);
		free(status);
	}
	free(tid);
	free(folder);
}

/* A mapping's line: "ADDRESS policy ... N0=12 N1=3 kernelpagesize_kB=4". */
static void add_mapping(struct guest *g, char *line)
{
	const char *size = strstr(line, "kernelpagesize_kB=");
	int64_t page = size ? strtoll(size + strlen("kernelpagesize_kB="), NULL, 10) * KIB : 4096;

	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
		unsigned node;
		long long pages;

		if (sscanf(word, "N%u=%lld", &node, &pages) == 2 && node < GUEST_NODES_MAX)
			g->node_bytes[node] += pages * page;
	}
}

static void read_pages(struct guest *g, const char *proc)
{
	char *path = xasprintf("%s/%ld/numa_maps", proc, g->pid), line[LINE_MAX_BYTES];
	FILE *f = fopen(path, "re");

	free(path);
	while (f && fgets(line, sizeof(line), f)) {
		if (!g->node_bytes)
			g->node_bytes = xcalloc(GUEST_NODES_MAX, sizeof(*g->node_bytes));
		add_mapping(g, line);
	}
	if (f)
		fclose(f);
}

int guests_find(struct guest **out, uint32_t *nr, const char *proc, struct error *err)
{
	const char *root = proc ? proc : "/proc";
	long *pid, n = list_numbers(root, &pid);
	size_t cap = 0;

	*out = NULL;
	*nr = 0;
	if (n < 0)
		return error_set(err, ERR_MACHINE, "%s cannot be read", root);
	for (long i = 0; i < n; i++) {
		struct guest g = {.pid = pid[i]};

		if (!read_name(&g, root))
			continue;
		read_vcpus(&g, root);
		read_pages(&g, root);
		*out = grow(*out, &cap, *nr, sizeof(**out));
		(*out)[(*nr)++] = g;
	}
	free(pid);
	return 0;
}

void guests_free(struct guest *g, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++) {
		free(g[i].vcpu);
		free(g[i].node_bytes);
	}
	free(g);
}
