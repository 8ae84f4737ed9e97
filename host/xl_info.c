/* The tables of xl info -n (tools/xl/xl_info.c of Xen 4.17): CPUs, then nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/draft.h"
#include "host/readers.h"

enum section { OTHER, CPUS, NODES };

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
	for (p += n; !rc && *p >= '0' && *p <= '9'; to++) {
		char *end;

		rc = draft_distance(d, node, to, strtoull(p, &end, 10), err);
		p = end + (*end == ',');
	}
	return rc;
}

static int one_line(struct draft *d, enum section *in, const char *line, struct error *err)
{
	unsigned number, core, socket, node;
	int n = 0;

	if (strncmp(line, "cpu_topology", strlen("cpu_topology")) == 0)
		*in = CPUS;
	else if (strncmp(line, "numa_info", strlen("numa_info")) == 0)
		*in = NODES;
	else if (*line >= 'a' && *line <= 'z' && !strchr("cn", *line))
		*in = OTHER; /* "device topology", "xen_version", ... */
	if (*in == OTHER || sscanf(line, " %u: %n", &number, &n) != 1 || !n)
		return 0;
	if (*in == NODES)
		return numa_line(d, number, line + n, err);
	if (sscanf(line + n, "%u %u %u", &core, &socket, &node) != 3)
		return 0; /* "-": a CPU that is offline */
	return draft_cpu(d, number, node, socket, core, err);
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
	}
	if (!rc)
		rc = draft_host(out, d, err);
	draft_release(d);
	free(d);
	return rc;
}
