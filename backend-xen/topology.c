#include "backend-xen/topology.h"

#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/pci_devices.h"
#include "base/alloc.h"
#include "base/units.h"
#include "host/same.h"

/* libxl's words for "not there". */
#define NO_NODE LIBXL_NUMAINFO_INVALID_ENTRY

struct facts {
	libxl_numainfo *node;
	int nr_nodes;
	libxl_cputopology *cpu;
	int nr_cpus;
};

static void facts_release(struct facts *f)
{
	if (f->node)
		libxl_numainfo_list_free(f->node, f->nr_nodes);
	if (f->cpu)
		libxl_cputopology_list_free(f->cpu, f->nr_cpus);
	*f = (struct facts){0};
}

static int facts_get(struct xen *x, struct facts *f, struct error *err)
{
	*f = (struct facts){0};
	xen_log_begin(x);
	f->node = libxl_get_numainfo(x->ctx, &f->nr_nodes);
	if (!f->node)
		return xen_error(x, err, ERR_MACHINE, "the hypervisor's nodes cannot be read");
	f->cpu = libxl_get_cpu_topology(x->ctx, &f->nr_cpus);
	if (!f->cpu) {
		facts_release(f);
		return xen_error(x, err, ERR_MACHINE, "the hypervisor's CPUs cannot be read");
	}
	return 0;
}

static bool cpu_there(const struct facts *f, int cpu)
{
	return f->cpu[cpu].node != LIBXL_CPUTOPOLOGY_INVALID_ENTRY &&
	       f->cpu[cpu].core != LIBXL_CPUTOPOLOGY_INVALID_ENTRY;
}

static bool node_there(const struct facts *f, int node)
{
	if (f->node[node].size != (uint64_t)NO_NODE && f->node[node].size)
		return true;
	for (int c = 0; c < f->nr_cpus; c++)
		if (cpu_there(f, c) && f->cpu[c].node == (uint32_t)node)
			return true;
	return false;
}

/* Sockets in the order of their numbers become packages 0, 1, ... */
static unsigned package_of(const struct facts *f, uint32_t socket)
{
	unsigned lower = 0;

	for (int c = 0; c < f->nr_cpus; c++) {
		bool first = cpu_there(f, c) && f->cpu[c].socket < socket;

		for (int e = 0; first && e < c; e++)
			first = !cpu_there(f, e) || f->cpu[e].socket != f->cpu[c].socket;
		lower += first;
	}
	return lower;
}

static bool same_core(const struct facts *f, int a, int b)
{
	return cpu_there(f, a) && cpu_there(f, b) && f->cpu[a].socket == f->cpu[b].socket &&
	       f->cpu[a].node == f->cpu[b].node && f->cpu[a].core == f->cpu[b].core;
}

/* The first CPU of its core stands for it. */
static int core_leader(const struct facts *f, int cpu)
{
	int first = 0;

	while (!same_core(f, first, cpu))
		first++;
	return first;
}

static void fill_node(const struct facts *f, struct host *h, unsigned index, int node)
{
	struct host_node *n = &h->node[index];
	uint64_t size = f->node[node].size;

	n->os_index = (unsigned)node;
	n->package = HOST_NO_PACKAGE;
	n->memory_bytes = size == (uint64_t)NO_NODE ? 0 : (int64_t)size / PAGE_BYTES * PAGE_BYTES;
	for (int c = 0; c < f->nr_cpus && c < CPUS_MAX; c++) {
		if (!cpu_there(f, c) || f->cpu[c].node != (uint32_t)node)
			continue;
		cpuset_add(&n->cpus, (unsigned)c);
		n->nr_cores += core_leader(f, c) == c;
		n->package = package_of(f, f->cpu[c].socket);
		if (n->package >= h->nr_packages)
			h->nr_packages = n->package + 1;
	}
}

/* All or nothing: a matrix with holes orders no nodes. */
static void fill_distances(const struct facts *f, struct host *h)
{
	uint32_t *value;

	for (unsigned i = 0; i < h->nr_nodes; i++) {
		const libxl_numainfo *from = &f->node[h->node[i].os_index];

		for (unsigned j = 0; j < h->nr_nodes; j++) {
			int to = (int)h->node[j].os_index;

			if (to >= from->num_dists || !from->dists[to] ||
			    from->dists[to] == NO_NODE || from->dists[to] >= 255) {
				host_warn(h, "the hypervisor has no distance from node %u to %d",
					  h->node[i].os_index, to);
				return;
			}
		}
	}
	value = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "Xen's SLIT");
	for (unsigned i = 0; i < h->nr_nodes; i++)
		for (unsigned j = 0; j < h->nr_nodes; j++)
			value[i * h->nr_nodes + j] =
				f->node[h->node[i].os_index].dists[h->node[j].os_index];
}

static uint32_t *cores_of(const struct facts *f)
{
	uint32_t *core = xcalloc(CPUS_MAX, sizeof(*core));

	for (int c = 0; c < CPUS_MAX; c++)
		core[c] = c < f->nr_cpus && cpu_there(f, c) ? (uint32_t)core_leader(f, c)
							    : CPUSET_NONE;
	return core;
}

static char *source_text(struct xen *x)
{
	const libxl_version_info *v = libxl_get_version_info(x->ctx);

	if (!v)
		return xstrdup("Xen, as libxl tells it");
	return xasprintf("Xen %d.%d%s, as libxl tells it", v->xen_version_major,
			 v->xen_version_minor, v->xen_version_extra ? v->xen_version_extra : "");
}

int topology_load(struct xen *x, struct host **out, uint32_t **core_of, struct error *err)
{
	struct facts f;
	struct host *h;
	unsigned nr = 0;
	int rc = facts_get(x, &f, err);

	*out = NULL;
	if (rc)
		return rc;
	for (int n = 0; n < f.nr_nodes; n++)
		nr += node_there(&f, n);
	if (!nr || nr > NODES_MAX) {
		facts_release(&f);
		return error_set(err, ERR_MACHINE, "the hypervisor tells of %u nodes", nr);
	}
	h = host_new("xen", nr);
	free(h->source);
	h->source = source_text(x);
	h->nr_packages = 0;
	nr = 0;
	for (int n = 0; n < f.nr_nodes; n++)
		if (node_there(&f, n))
			fill_node(&f, h, nr++, n);
	fill_distances(&f, h);
	pci_devices_fill(x, h);
	if (core_of)
		*core_of = cores_of(&f);
	facts_release(&f);
	rc = host_finish(h, err);
	if (rc) {
		host_free(h);
		if (core_of)
			free(*core_of);
		return rc;
	}
	*out = h;
	return 0;
}

int topology_same(struct xen *x, const struct host *h, struct error *err)
{
	struct host *here;
	int rc = topology_load(x, &here, NULL, err);

	if (rc)
		return rc;
	rc = host_same(h, here, err);
	host_free(here);
	return rc;
}

int topology_free(struct xen *x, struct host_state *s, struct error *err)
{
	struct facts f;
	int rc = facts_get(x, &f, err);

	if (rc)
		return rc;
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		unsigned node = s->host->node[n].os_index;
		uint64_t free_bytes = (int)node < f.nr_nodes ? f.node[node].free : 0;

		if (free_bytes == (uint64_t)NO_NODE)
			free_bytes = 0;
		host_state_set_free(s, n, (int64_t)free_bytes / PAGE_BYTES * PAGE_BYTES);
	}
	facts_release(&f);
	return 0;
}

static bool inside(const libxl_bitmap *map, const struct cpuset *cpus)
{
	bool any = false;

	for (int c = 0; c < (int)map->size * 8; c++) {
		if (!libxl_bitmap_test(map, c))
			continue;
		if (c >= CPUS_MAX || !cpuset_has(cpus, (unsigned)c))
			return false;
		any = true;
	}
	return any;
}

static unsigned home_of(const struct host *h, const libxl_vcpuinfo *v)
{
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (inside(&v->cpumap, &h->node[n].cpus))
			return n;
	for (unsigned n = 0; n < h->nr_nodes; n++)
		if (v->cpu < CPUS_MAX && cpuset_has(&h->node[n].cpus, v->cpu))
			return n;
	return nodeset_lowest(h->cpu_nodes);
}

int topology_vcpus(struct xen *x, struct host_state *s, bool (*leave)(void *, uint32_t),
		   void *context, struct error *err)
{
	int nr_domains = 0;
	libxl_dominfo *domain;

	xen_log_begin(x);
	domain = libxl_list_domain(x->ctx, &nr_domains);
	if (!domain)
		return xen_error(x, err, ERR_MACHINE, "the domains cannot be listed");
	memset(s->vcpus, 0, s->host->nr_nodes * sizeof(*s->vcpus));
	s->total_vcpus = s->nr_zones = 0;
	for (int d = 0; d < nr_domains; d++) {
		int nr = 0, nr_cpus = 0;
		libxl_vcpuinfo *v = NULL;

		s->nr_zones += domain[d].domid != 0;
		if (!leave || !leave(context, domain[d].domid))
			v = libxl_list_vcpu(x->ctx, domain[d].domid, &nr, &nr_cpus);
		/* NULL: it is gone again */
		for (int i = 0; v && i < nr; i++) {
			if (!v[i].online || !s->host->cpu_nodes)
				continue;
			s->vcpus[home_of(s->host, &v[i])]++;
			s->total_vcpus++;
		}
		if (v)
			libxl_vcpuinfo_list_free(v, nr);
	}
	libxl_dominfo_list_free(domain, nr_domains);
	return 0;
}
