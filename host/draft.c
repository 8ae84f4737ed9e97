#include "host/draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

/* What a node gets whose memory nobody knows. */
#define ASSUMED_BYTES_PER_CPU (4 * GIB)

void draft_init(struct draft *d, const char *path, const char *program)
{
	memset(d, 0, sizeof(*d));
	d->path = path;
	d->line = 1;
	d->program = program;
	for (unsigned i = 0; i < CPUS_MAX; i++)
		d->cpu[i] = (struct draft_cpu){DRAFT_UNKNOWN, DRAFT_UNKNOWN, DRAFT_UNKNOWN};
}

void draft_release(struct draft *d)
{
	free(d->device);
	free(d->l3);
}

int draft_node(struct draft *d, uint64_t os_index, struct draft_node **out, struct error *err)
{
	unsigned at = d->nr_nodes;

	while (at > 0 && d->node[at - 1].os_index > os_index)
		at--;
	*out = at > 0 ? &d->node[at - 1] : NULL;
	if (*out && (*out)->os_index == os_index)
		return 0;
	if (os_index >= CPUS_MAX || d->nr_nodes == NODES_MAX)
		return error_set(err, ERR_INPUT,
				 "%s: node %llu is too much: at most %d nodes, numbered below %d",
				 d->path, (unsigned long long)os_index, NODES_MAX, CPUS_MAX);
	memmove(&d->node[at + 1], &d->node[at], sizeof(d->node[0]) * (d->nr_nodes - at));
	d->nr_nodes++;
	*out = &d->node[at];
	**out = (struct draft_node){(unsigned)os_index, -1, -1};
	return 0;
}

int draft_cpu(struct draft *d, uint64_t cpu, uint64_t node, uint64_t socket, uint64_t core,
	      struct error *err)
{
	struct draft_node *unused;
	int rc = draft_node(d, node, &unused, err);

	if (rc)
		return rc;
	if (cpu >= CPUS_MAX)
		return error_set(err, ERR_INPUT, "%s: CPU %llu is not below %d", d->path,
				 (unsigned long long)cpu, CPUS_MAX);
	if (d->cpu[cpu].node == node && socket >= CPUS_MAX) /* said again, with less */
		return 0;
	if (d->cpu[cpu].node != DRAFT_UNKNOWN)
		return error_set(err, ERR_INPUT, "%s: CPU %llu is there twice", d->path,
				 (unsigned long long)cpu);
	d->cpu[cpu] = (struct draft_cpu){(unsigned)node,
					 socket < CPUS_MAX ? (unsigned)socket : DRAFT_UNKNOWN,
					 core < UINT32_MAX ? (unsigned)core : DRAFT_UNKNOWN};
	return 0;
}

int draft_memory(struct draft *d, uint64_t node, uint64_t value, int64_t unit_bytes,
		 struct error *err)
{
	struct draft_node *n;
	int rc = draft_node(d, node, &n, err);

	if (rc)
		return rc;
	if (n->memory_bytes >= 0)
		return error_set(err, ERR_INPUT, "%s: the memory of node %llu is there twice",
				 d->path, (unsigned long long)node);
	if (value > ((uint64_t)1 << 52) / (uint64_t)unit_bytes)
		return error_set(err, ERR_INPUT, "%s: node %llu cannot have so much memory",
				 d->path, (unsigned long long)node);
	n->memory_bytes = (int64_t)value * unit_bytes;
	return 0;
}

void draft_free(struct draft *d, uint64_t node, uint64_t value, int64_t unit_bytes)
{
	for (unsigned n = 0; n < d->nr_nodes; n++)
		if (d->node[n].os_index == node &&
		    value <= ((uint64_t)1 << 52) / (uint64_t)unit_bytes)
			d->node[n].free_bytes = (int64_t)value * unit_bytes;
}

int draft_distance(struct draft *d, uint64_t from, uint64_t to, uint64_t value, struct error *err)
{
	if (from >= NODES_MAX || to >= NODES_MAX)
		return error_set(err, ERR_INPUT,
				 "%s: distances of nodes above %d are not read; write hwloc XML",
				 d->path, NODES_MAX - 1);
	if (value == 0 || value > 100000)
		return error_set(err, ERR_INPUT,
				 "%s: the distance from node %llu to node %llu is %llu", d->path,
				 (unsigned long long)from, (unsigned long long)to,
				 (unsigned long long)value);
	d->distance[from][to] = (uint32_t)value;
	return 0;
}

void draft_l3(struct draft *d, const struct cpuset *cpus, int64_t bytes)
{
	d->l3 = grow(d->l3, &d->cap_l3s, d->nr_l3s, sizeof(*d->l3));
	d->l3[d->nr_l3s++] = (struct host_l3){.cpus = *cpus, .size_bytes = bytes};
}

void draft_device(struct draft *d, const char *pci, unsigned node)
{
	struct host_device *device;

	d->device = grow(d->device, &d->cap_devices, d->nr_devices, sizeof(*d->device));
	device = &d->device[d->nr_devices++];
	*device = (struct host_device){.nodes = node < NODES_MAX ? nodeset_of(node) : 0};
	snprintf(device->pci, sizeof(device->pci), "%s", pci);
}

int draft_check_count(const struct draft *d, const struct draft_count *said, uint64_t read,
		      const char *what, struct error *err)
{
	if (!said->line || said->nr == read)
		return 0;
	return error_at(err, ERR_INPUT, d->path, said->line, 0,
			"%s says that there are %llu %s, and this text has %llu: it is cut off, or "
			"lines are missing",
			d->program, (unsigned long long)said->nr, what, (unsigned long long)read);
}

static int check_counts(const struct draft *d, struct error *err)
{
	unsigned cpus = 0;
	int rc = draft_check_count(d, &d->nodes_said, d->nr_nodes, "NUMA nodes", err);

	for (unsigned c = 0; c < CPUS_MAX; c++)
		cpus += d->cpu[c].node != DRAFT_UNKNOWN;
	/* Xen lists CPUs that are present, online or not */
	if (!rc && cpus < d->cpus_said.nr)
		rc = draft_check_count(d, &d->cpus_said, cpus, "CPUs", err);
	return rc;
}

/* --- the host --------------------------------------------------------------------- */

static void put_cpus(struct host *h, const struct draft *d)
{
	for (unsigned c = 0; c < CPUS_MAX; c++) {
		int n = d->cpu[c].node == DRAFT_UNKNOWN ? -1 : host_find_node(h, d->cpu[c].node);

		if (n >= 0)
			cpuset_add(&h->node[n].cpus, c);
	}
}

/* CPUs of the node before `cpu` that share a core with it. */
static bool first_of_core(const struct draft *d, const struct cpuset *cpus, unsigned cpu)
{
	for (unsigned c = cpuset_next(cpus, 0); c < cpu; c = cpuset_next(cpus, c + 1))
		if (d->cpu[c].core == d->cpu[cpu].core && d->cpu[c].socket == d->cpu[cpu].socket)
			return false;
	return true;
}

static void count_cores(struct host *h, const struct draft *d)
{
	bool known = true;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		const struct cpuset *cpus = &h->node[n].cpus;
		unsigned nr = cpuset_count(cpus);

		for (unsigned c = cpuset_next(cpus, 0); c != CPUSET_NONE;
		     c = cpuset_next(cpus, c + 1)) {
			known &= d->cpu[c].core != DRAFT_UNKNOWN;
			h->node[n].nr_cores +=
				d->cpu[c].core != DRAFT_UNKNOWN && first_of_core(d, cpus, c);
		}
		if (!known && d->threads_per_core)
			h->node[n].nr_cores = nr / d->threads_per_core;
	}
	if (!known && !d->threads_per_core)
		host_warn(h, "%s says nothing of cores: every CPU is assumed to be one",
			  d->program);
}

/* Sockets in ascending order become packages. */
static void number_packages(struct host *h, const struct draft *d)
{
	struct cpuset sockets = {{0}};

	for (unsigned c = 0; c < CPUS_MAX; c++)
		if (d->cpu[c].node != DRAFT_UNKNOWN && d->cpu[c].socket != DRAFT_UNKNOWN)
			cpuset_add(&sockets, d->cpu[c].socket);
	h->nr_packages = cpuset_count(&sockets);
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		unsigned cpu = cpuset_next(&h->node[n].cpus, 0), socket = DRAFT_UNKNOWN;

		if (cpu != CPUSET_NONE)
			socket = d->cpu[cpu].socket;
		h->node[n].package = HOST_NO_PACKAGE;
		if (socket == DRAFT_UNKNOWN)
			continue;
		h->node[n].package = 0;
		for (unsigned s = 0; s < socket; s++)
			h->node[n].package += cpuset_has(&sockets, s);
	}
}

/* A count of sockets alone: nodes with CPUs are dealt to them in order. */
static void assume_packages(struct host *h, const struct draft *d)
{
	unsigned nr = 0, with_cpus = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++)
		with_cpus += !cpuset_empty(&h->node[n].cpus);
	if (!d->nr_sockets || with_cpus % d->nr_sockets) {
		host_warn(h, "%s says nothing of packages: none is known", d->program);
		return;
	}
	h->nr_packages = d->nr_sockets;
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (!cpuset_empty(&h->node[n].cpus))
			h->node[n].package = nr++ / (with_cpus / d->nr_sockets);
	if (d->nr_sockets > 1)
		host_warn(h,
			  "%s does not say which node is in which package: nodes are assumed to "
			  "be in the packages' order",
			  d->program);
}

static void put_memory(struct host *h, const struct draft *d)
{
	unsigned unknown = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		struct host_node *node = &h->node[n];

		node->memory_bytes = d->node[n].memory_bytes;
		if (node->memory_bytes >= 0)
			continue;
		node->memory_bytes = cpuset_count(&node->cpus) * ASSUMED_BYTES_PER_CPU;
		unknown++;
	}
	if (!unknown)
		return;
	h->memory_grade = GRADE_ASSUMED;
	host_warn(h, "%s says nothing of the memory of %u nodes: 4 GiB a CPU are assumed",
		  d->program, unknown);
}

/* Zones are placed on an empty host; how full this one was is for --free to say. */
static void warn_free(struct host *h, const struct draft *d)
{
	char list[240] = "", sum[32];
	int64_t all = 0;
	int used = 0;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		int64_t bytes = d->node[n].free_bytes;

		if (bytes < 0 || bytes >= h->node[n].memory_bytes)
			continue;
		all += bytes;
		if (used >= 0 && used < (int)sizeof(list) - 40)
			used += snprintf(list + used, sizeof(list) - (size_t)used, "%s%u=%lldMiB",
					 used ? "," : "", h->node[n].os_index,
					 (long long)(bytes / MIB));
		else if (used >= 0)
			used = -snprintf(list + used, sizeof(list) - (size_t)used, ",...");
	}
	if (used)
		host_warn(
			h,
			"%s says that %s are free on nodes in use, which is no part of a host: all "
			"its memory counts as free, but for --free %s",
			d->program, bytes_text(all, sum, sizeof(sum)), list);
}

static void put_distances(struct host *h, const struct draft *d)
{
	unsigned known = 0, nr = h->nr_nodes;
	uint32_t *value;

	for (unsigned a = 0; a < nr; a++)
		for (unsigned b = 0; b < nr; b++) {
			unsigned from = h->node[a].os_index, to = h->node[b].os_index;

			known += from < NODES_MAX && to < NODES_MAX && d->distance[from][to];
		}
	if (known && known < nr * nr)
		host_warn(h, "%s gives %u of %u distances: they are not used", d->program, known,
			  nr * nr);
	if (known < nr * nr)
		return;
	value = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, d->program);
	for (unsigned i = 0; i < nr * nr; i++)
		value[i] = d->distance[h->node[i / nr].os_index][h->node[i % nr].os_index];
}

static void put_l3s(struct host *h, struct draft *d)
{
	for (unsigned i = 0; i < d->nr_l3s; i++)
		for (unsigned n = 0; n < h->nr_nodes; n++)
			if (cpuset_intersects(&d->l3[i].cpus, &h->node[n].cpus))
				d->l3[i].nodes |= nodeset_of(n);
	h->l3 = d->l3;
	h->nr_l3s = d->nr_l3s;
	d->l3 = NULL;
	d->nr_l3s = 0;
}

static void put_devices(struct host *h, struct draft *d)
{
	for (unsigned i = 0; i < d->nr_devices; i++) {
		nodeset by_number = d->device[i].nodes;
		int n = by_number ? host_find_node(h, nodeset_lowest(by_number)) : -1;

		d->device[i].nodes = n < 0 ? 0 : nodeset_of((unsigned)n);
	}
	h->device = d->device;
	h->nr_devices = d->nr_devices;
	d->device = NULL;
	d->nr_devices = 0;
}

int draft_host(struct host **out, struct draft *d, struct error *err)
{
	struct host *h;
	int rc = check_counts(d, err);

	if (rc)
		return rc;
	if (d->nr_nodes == 0)
		return error_set(err, ERR_INPUT, "%s: this text of %s names no NUMA node", d->path,
				 d->program);
	h = host_new("", d->nr_nodes);
	free(h->source);
	h->source = xstrdup(d->source);
	for (unsigned n = 0; n < h->nr_nodes; n++)
		h->node[n].os_index = d->node[n].os_index;
	h->nr_cpus_offline = d->nr_offline;
	put_cpus(h, d);
	count_cores(h, d);
	number_packages(h, d);
	if (!h->nr_packages)
		assume_packages(h, d);
	put_memory(h, d);
	warn_free(h, d);
	put_distances(h, d);
	put_l3s(h, d);
	put_devices(h, d);
	*out = h;
	return 0;
}
