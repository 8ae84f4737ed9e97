/* The tables of xl info -n (Xen's tools/xl/xl_info.c at 0e2c886): CPUs, PCI devices,
 * nodes. What is not known is -1 there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/draft.h"
#include "host/readers.h"

enum section { OTHER, CPUS, DEVICES, NODES };

bool xl_info_is(const char *text)
{
	return strstr(text, "cpu_topology") && strstr(text, "numa_info");
}

/* "0:   2048   1024   10,20": size and free memory in MiB, distances to all nodes. */
static int numa_line(struct draft *d, unsigned node, const char *p, struct error *err)
{
	unsigned long long size, available;
	uint64_t to = 0;
	int n = 0, rc;

	if (sscanf(p, "%llu %llu %n", &size, &available, &n) != 2 || !n)
		return error_set(err, ERR_INPUT, "%s: the line of node %u has no memory", d->path,
				 node);
	rc = draft_memory(d, node, size, MIB, err);
	if (!rc)
		draft_free(d, node, available, MIB);
	for (p += n; !rc && *p >= '0' && *p <= '9'; to++) {
		char *end;

		rc = draft_distance(d, node, to, strtoull(p, &end, 10), err);
		p = end + (*end == ',');
	}
	return rc;
}

/* "0000:41:00.0      1" */
static void device_line(struct draft *d, const char *line)
{
	char pci[20];
	unsigned node;

	if (sscanf(line, "%19[0-9a-fA-F:.] %u", pci, &node) == 2)
		draft_device(d, pci, node);
}

/* "nr_cpus                : 4" */
static void count_line(struct draft *d, const char *line)
{
	unsigned long long nr;

	if (sscanf(line, " nr_cpus : %llu", &nr) == 1)
		d->cpus_said = (struct draft_count){nr, d->line};
	else if (sscanf(line, " nr_nodes : %llu", &nr) == 1)
		d->nodes_said = (struct draft_count){nr, d->line};
}

static int one_line(struct draft *d, enum section *in, const char *line, struct error *err)
{
	static const struct {
		const char *begins;
		enum section section;
	} heads[] = {{"cpu_topology", CPUS},
		     {"device topology", DEVICES},
		     {"numa_info", NODES},
		     {"xen_", OTHER}};
	unsigned number;
	int core, socket, node, n = 0;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strncmp(line, heads[i].begins, strlen(heads[i].begins)) == 0)
			*in = heads[i].section;
	if (*in == OTHER)
		count_line(d, line);
	if (*in == DEVICES)
		device_line(d, line);
	if ((*in != CPUS && *in != NODES) || sscanf(line, " %u: %n", &number, &n) != 1 || !n)
		return 0;
	if (*in == NODES)
		return numa_line(d, number, line + n, err);
	if (sscanf(line + n, "%d %d %d", &core, &socket, &node) != 3 || node < 0)
		return 0;
	return draft_cpu(d, number, (unsigned)node, (unsigned)socket, (unsigned)core, err);
}

int xl_info_host(struct host **out, const char *path, const char *text, struct error *err)
{
	struct draft *d = xmalloc(sizeof(*d));
	enum section in = OTHER;
	int rc = 0;

	draft_init(d, path, "xl info -n");
	while (*text && !rc) {
		size_t n = strcspn(text, "\n");
		char *line = xstrndup(text, n);

		rc = one_line(d, &in, line, err);
		free(line);
		text += n + (text[n] == '\n');
		d->line++;
	}
	if (!rc)
		rc = draft_host(out, d, err);
	draft_release(d);
	free(d);
	return rc;
}
