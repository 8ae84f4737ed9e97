#include "probe/guests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "probe/proc.h"

/* -name of a QEMU: false for other programs. */
static bool read_name(struct guest *g, const char *proc)
{
	char line[PROC_LINE_BYTES], *path = xasprintf("%s/%ld/cmdline", proc, g->pid);
	size_t n = proc_read(line, sizeof(line), path);
	const char *name = proc_argument(line, n, "-name");

	free(path);
	if (!n || !proc_is_qemu(line))
		return false;
	if (name && strncmp(name, "guest=", 6) == 0)
		name += 6;
	if (name)
		snprintf(g->name, sizeof(g->name), "%.*s", (int)strcspn(name, ","), name);
	return true;
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
	long *tid, nr = proc_numbers(folder, &tid);

	for (long i = 0; i < nr; i++) {
		char *comm = xasprintf("%s/%ld/comm", folder, tid[i]);
		char *status = xasprintf("%s/%ld/status", folder, tid[i]);
		struct cpuset cpus;
		char text[64];
		unsigned number;

		proc_read(text, sizeof(text), comm);
		if (sscanf(text, "CPU %u/", &number) == 1 && proc_allowed(&cpus, status))
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
	char *path = xasprintf("%s/%ld/numa_maps", proc, g->pid), line[PROC_LINE_BYTES];
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
	long *pid, n = proc_numbers(root, &pid);
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
