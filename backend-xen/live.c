#include "backend-xen/live.h"

#include <inttypes.h>
#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/connection.h"
#include "backend-xen/dump.h"
#include "backend-xen/owner.h"
#include "backend-xen/topology.h"
#include "backend-xen/vcpu_cpus.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"
#include "live/vcpus.h"
#include "probe/io_threads.h"

#define BYTES_MOST (TIB << 10) /* more is no size but "no limit" */
#define RANGES_MOST 256 /* of memory that a guest was told of */

struct xen_source {
	struct live_source source; /* first */
	struct xen xen;
};

static nodeset nodes_of(const struct host *h, const libxl_bitmap *cpus)
{
	struct cpuset set = vcpu_cpus(cpus);

	return host_nodes_of(h, &set);
}

/* --- one domain -------------------------------------------------------------------------- */

/* libxl_list_domain() takes PVH for HVM, as the hypervisor does; libxl's own note of how it built
 * the domain tells them apart (libxl__domain_type()). */
static enum live_kind kind_of(struct xen *x, const libxl_dominfo *d)
{
	bool hvm = d->domain_type == LIBXL_DOMAIN_TYPE_HVM, pvh;
	char *path, *type;

	if (!d->domid)
		return LIVE_XEN_DOM0;
	path = xasprintf("/libxl/%u/type", d->domid);
	type = xen_store_read(x, path);
	pvh = d->domain_type == LIBXL_DOMAIN_TYPE_PVH || (hvm && type && strcmp(type, "pvh") == 0);
	free(type);
	free(path);
	return pvh ? LIVE_XEN_PVH : hvm ? LIVE_XEN_HVM : LIVE_XEN_PV;
}

/* KiB in xenstore; LIVE_UNKNOWN: not there, or no size. */
static int64_t store_bytes(struct xen *x, uint32_t domid, const char *name)
{
	char *path = xasprintf("/local/domain/%u/memory/%s", domid, name), *end = NULL;
	char *text = xen_store_read(x, path);
	long long kib = text ? strtoll(text, &end, 10) : -1;
	bool good = text && end != text && !*end && kib >= 0 && kib <= BYTES_MOST / KIB;

	free(text);
	free(path);
	return good ? kib * KIB / PAGE_BYTES * PAGE_BYTES : LIVE_UNKNOWN;
}

/* What each vnode was told to have, and which has which vCPU. False: the guest was told nothing. */
struct told {
	int64_t bytes[NODES_MAX];
	uint32_t nr_vnodes, nr_vcpus;
	unsigned *vnode_of; /* a vCPU */
};

static bool get_told(struct xen *x, uint32_t domid, uint32_t most_vcpus, struct told *out)
{
	uint32_t nr_vnodes = NODES_MAX, nr_ranges = RANGES_MOST, nr_vcpus = most_vcpus;
	xen_vmemrange_t *range = xcalloc(RANGES_MOST, sizeof(*range));
	unsigned *distance = xcalloc((size_t)NODES_MAX * NODES_MAX, sizeof(*distance));
	bool good;

	*out = (struct told){.vnode_of = xcalloc(most_vcpus + 1, sizeof(*out->vnode_of))};
	good = xc_domain_getvnuma(x->xch, domid, &nr_vnodes, &nr_ranges, &nr_vcpus, range, distance,
				  out->vnode_of) == 0 &&
	       nr_vnodes && nr_vnodes <= NODES_MAX && nr_ranges <= RANGES_MOST &&
	       nr_vcpus <= most_vcpus;
	for (uint32_t i = 0; good && i < nr_ranges; i++)
		if (range[i].nid < nr_vnodes && range[i].end > range[i].start)
			out->bytes[range[i].nid] +=
				(int64_t)(range[i].end - range[i].start) / PAGE_BYTES * PAGE_BYTES;
	out->nr_vnodes = good ? nr_vnodes : 0;
	out->nr_vcpus = good ? nr_vcpus : 0;
	free(distance);
	free(range);
	return good;
}

static int node_numbered(const struct host *h, uint32_t number)
{
	return number == DUMP_NO_NODE ? -1 : host_find_node(h, number);
}

/* The guest's own vnodes, each with where any of its vCPUs may run; number[] is what the guest
 * calls vcpu[]. */
static void set_vnodes(const struct host *h, struct live_zone *z, const struct dump_domain *d,
		       const struct told *told, const struct live_vcpu *vcpu,
		       const uint32_t *number, uint32_t nr)
{
	live_zone_set_vnodes(z, told->nr_vnodes);
	z->vcpus = nr;
	for (uint32_t v = 0; v < told->nr_vnodes; v++) {
		z->vnode[v].memory_bytes = told->bytes[v];
		if (v < d->nr_vnodes)
			z->vnode[v].told_node = node_numbered(h, d->vnode_node[v]);
	}
	for (uint32_t i = 0; i < nr; i++) {
		unsigned at = number[i] < told->nr_vcpus ? told->vnode_of[number[i]] : 0;
		struct live_vnode *v = &z->vnode[at < told->nr_vnodes ? at : 0];

		v->vcpus++;
		v->runs_on |= vcpu[i].runs_on;
		v->prefers |= vcpu[i].prefers;
	}
}

static void set_vcpus(struct xen_source *s, struct live_zone *z, uint32_t domid,
		      const struct dump_domain *d)
{
	const struct host *h = s->source.host;
	nodeset all = h->cpu_nodes;
	int nr = 0, nr_cpus = 0;
	libxl_vcpuinfo *info = libxl_list_vcpu(s->xen.ctx, domid, &nr, &nr_cpus);
	struct live_vcpu *vcpu = xcalloc((size_t)nr + 1, sizeof(*vcpu));
	uint32_t *number = xcalloc((size_t)nr + 1, sizeof(*number)), online = 0;
	struct told told;

	for (int i = 0; info && i < nr; i++) {
		nodeset soft = nodes_of(h, &info[i].cpumap_soft);

		if (!info[i].online)
			continue;
		number[online] = info[i].vcpuid;
		vcpu[online++] = (struct live_vcpu){nodes_of(h, &info[i].cpumap),
						    (soft & all) == all ? 0 : soft};
	}
	if (get_told(&s->xen, domid, (uint32_t)nr, &told))
		set_vnodes(h, z, d, &told, vcpu, number, online);
	else
		live_zone_set_vcpus(z, vcpu, online);
	free(told.vnode_of);
	free(number);
	free(vcpu);
	if (info)
		libxl_vcpuinfo_list_free(info, nr);
}

static void set_pages(const struct host *h, struct live_zone *z, const struct dump_domain *d)
{
	uint64_t left = d->total_pages;

	for (unsigned n = 0; n < h->nr_nodes; n++) {
		unsigned number = h->node[n].os_index;
		uint64_t pages = number < NODES_MAX ? d->node_pages[number] : 0;

		z->node_bytes[n] = (int64_t)pages * PAGE_BYTES;
		left -= pages < left ? pages : left;
	}
	z->unknown_bytes = (int64_t)left * PAGE_BYTES;
}

/* --- who serves their devices -------------------------------------------------------------- */

/* dom0's threads, and the CPUs of the machine behind each of its vCPUs. */
struct backends {
	struct io_threads threads;
	struct cpuset *vcpu;
	uint32_t nr_vcpus;
};

/* Where this is no dom0 that tells, nothing is known of any domain. */
static void backends_get(struct xen *x, struct backends *out, struct live_sample *sample)
{
	struct error why = {0};

	out->threads = (struct io_threads){0};
	if (vcpu_cpus_of_dom0(x, &out->vcpu, &out->nr_vcpus, &why) ||
	    io_threads_read(&out->threads, NULL, &why))
		live_sample_note(sample, "who serves zones' disks and networks is not known: %s",
				 why.text);
}

static void backends_release(struct backends *b)
{
	io_threads_release(&b->threads);
	free(b->vcpu);
}

static nodeset io_of(const struct host *h, const struct backends *b, uint32_t domid)
{
	struct cpuset in_dom0, cpus = {{0}};

	if (!domid || !io_threads_of_domain(&b->threads, domid, &in_dom0))
		return 0;
	io_threads_through(b->vcpu, b->nr_vcpus, &in_dom0, &cpus);
	return host_nodes_of(h, &cpus);
}

/* Nodes of what is passed through to it. */
static nodeset devices_of(struct xen_source *s, uint32_t domid)
{
	int nr = 0;
	libxl_device_pci *pci = libxl_device_pci_list(s->xen.ctx, domid, &nr);
	nodeset nodes = 0;

	for (int i = 0; pci && i < nr; i++) {
		char name[32];
		int at;

		snprintf(name, sizeof(name), "%04x:%02x:%02x.%x", (unsigned)pci[i].domain,
			 pci[i].bus, pci[i].dev, pci[i].func);
		at = host_find_device(s->source.host, name);
		if (at >= 0)
			nodes |= s->source.host->device[at].nodes;
	}
	if (pci)
		libxl_device_pci_list_free(pci, nr);
	return nodes;
}

static void add_domain(struct xen_source *s, struct live_sample *out, const libxl_dominfo *d,
		       const struct numa_dump *dump, const struct backends *io)
{
	const struct dump_domain *pages = numa_dump_find(dump, d->domid), none = {0};
	char *id = xasprintf("domid %u " LIBXL_UUID_FMT, d->domid, LIBXL_UUID_BYTES(d->uuid));
	char *path = xasprintf("/local/domain/%u/name", d->domid);
	char *name = xen_store_read(&s->xen, path);
	struct live_zone *z = live_sample_add(out, name ? name : "(no name)", id);

	z->kind = kind_of(&s->xen, d);
	z->ours = d->domid && owner_is_ours(&d->uuid);
	set_vcpus(s, z, d->domid, pages ? pages : &none);
	if (pages) /* else it came after the dump */
		set_pages(s->source.host, z, pages);
	z->io_runs_on = io_of(s->source.host, io, d->domid);
	z->device_nodes = d->domid ? devices_of(s, d->domid) : 0;
	z->target_bytes = store_bytes(&s->xen, d->domid, "target");
	z->max_bytes = store_bytes(&s->xen, d->domid, "static-max");
	free(name);
	free(path);
	free(id);
}

/* --- the source -------------------------------------------------------------------------- */

static struct xen_source *of(struct live_source *s)
{
	return (struct xen_source *)(void *)s;
}

static int open_xen(struct live_source **out, const struct live_where *where, struct error *err)
{
	struct xen_source *s = xcalloc(1, sizeof(*s));
	int rc = xen_connect(&s->xen, err);

	(void)where;
	*out = NULL;
	if (!rc)
		rc = topology_load(&s->xen, &s->source.host, NULL, err);
	if (rc) {
		xen_disconnect(&s->xen);
		free(s);
		return rc;
	}
	*out = &s->source;
	return 0;
}

/* What the hypervisor's walk takes is a CPU's time, whoever it is booked to. */
static int get_dump(struct xen_source *s, struct numa_dump *out, struct error *err)
{
	int64_t began_ns = monotonic_ns(), cpu_ns = process_cpu_ns(), mine;
	char *text;
	size_t size;
	int rc = xen_dump(&s->xen, 'u', &text, &size, err);

	if (rc)
		return rc;
	mine = process_cpu_ns() - cpu_ns;
	s->source.beside_ns = monotonic_ns() - began_ns - mine;
	if (s->source.beside_ns < 0)
		s->source.beside_ns = 0;
	rc = numa_dump_parse(out, text, size, err);
	free(text);
	return rc;
}

static void set_nodes(struct live_sample *out, const struct numa_dump *dump)
{
	for (unsigned n = 0; n < out->host->nr_nodes; n++) {
		unsigned number = out->host->node[n].os_index;

		out->size_bytes[n] = out->host->node[n].memory_bytes;
		if (number < NODES_MAX && nodeset_has(dump->nodes, number))
			out->free_bytes[n] = (int64_t)dump->node_free_pages[number] * PAGE_BYTES;
	}
}

static int sample_xen(struct live_source *source, struct live_sample *out, bool *more,
		      struct error *err)
{
	struct xen_source *s = of(source);
	struct backends io;
	struct numa_dump dump;
	libxl_dominfo *d;
	int nr = 0, rc = get_dump(s, &dump, err);

	(void)more;
	if (rc)
		return rc;
	xen_log_begin(&s->xen);
	d = libxl_list_domain(s->xen.ctx, &nr);
	if (!d)
		rc = xen_error(&s->xen, err, ERR_MACHINE, "the domains cannot be listed");
	set_nodes(out, &dump);
	backends_get(&s->xen, &io, out);
	for (int i = 0; d && i < nr; i++)
		if (!d[i].dying)
			add_domain(s, out, &d[i], &dump, &io);
	if (d)
		libxl_dominfo_list_free(d, nr);
	backends_release(&io);
	numa_dump_release(&dump);
	return rc;
}

static void close_xen(struct live_source *s)
{
	xen_disconnect(&of(s)->xen);
	host_free(s->host);
	free(of(s));
}

const struct live_source_ops live_xen = {
	.name = "xen",
	.summary = "the host whose dom0 this is: all domains",
	.open = open_xen,
	.sample = sample_xen,
	.close = close_xen,
};
