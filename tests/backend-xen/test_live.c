/*
 * A host with four nodes as libxl and the hypervisor would tell of it, sampled: what stands for
 * them here answers as they do (libxl.h, xenctrl.h), so that every kind of domain is seen without a
 * rig.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/connection.h"
#include "backend-xen/live.h"
#include "backend-xen/owner.h"
#include "backend-xen/topology.h"
#include "base/alloc.h"
#include "base/units.h"

/* --- the host ----------------------------------------------------------------------------- */

static const char dump_text[] = "(XEN) 'u' pressed -> dumping numa info (now = 12)\n"
				"(XEN) NODE0 start->0 size->262144 free->100\n"
				"(XEN) NODE1 start->262144 size->262144 free->200\n"
				"(XEN) NODE2 start->524288 size->262144 free->300\n"
				"(XEN) NODE3 start->786432 size->262144 free->400\n"
				"(XEN) CPU0 -> NODE0\n"
				"(XEN) Memory location of each domain:\n"
				"(XEN) Domain 0 (total: 1000):\n"
				"(XEN)     Node 0: 1000\n(XEN)     Node 1: 0\n"
				"(XEN)     Node 2: 0\n(XEN)     Node 3: 0\n"
				"(XEN) Domain 3 (total: 2010):\n"
				"(XEN)     Node 0: 0\n(XEN)     Node 1: 700\n"
				"(XEN)     Node 2: 0\n(XEN)     Node 3: 1300\n"
				"(XEN)      2 vnodes, 4 vcpus, guest physical layout:\n"
				"(XEN)          0: pnode   1, vcpus 0-1\n"
				"(XEN)            0000000000000000 - 0000000000400000\n"
				"(XEN)          1: pnode   3, vcpus 2-3\n"
				"(XEN)            0000000000400000 - 0000000000800000\n"
				"(XEN) Domain 7 (total: 500):\n"
				"(XEN)     Node 0: 0\n(XEN)     Node 1: 0\n"
				"(XEN)     Node 2: 499\n(XEN)     Node 3: 1\n";

/* Domain 9 was made after the dump, 8 is dying. */
static const struct {
	uint32_t domid;
	libxl_domain_type type;
	bool ours, dying;
	unsigned nr_vcpus;
	struct {
		unsigned id;
		bool online;
		uint8_t hard, soft; /* CPUs; one a node */
	} vcpu[4];
} domain[] = {
	{0, LIBXL_DOMAIN_TYPE_PV, true, false, 2, {{0, true, 0xff, 0xff}, {1, false, 0x0f, 0xff}}},
	{3,
	 LIBXL_DOMAIN_TYPE_HVM, /* says libxl of PVH */
	 true,
	 false,
	 4,
	 {{0, true, 0x02, 0xff},
	  {1, false, 0x02, 0xff},
	  {2, true, 0x08, 0x08},
	  {3, true, 0x08, 0xff}}},
	{7, LIBXL_DOMAIN_TYPE_HVM, false, false, 2, {{0, true, 0xff, 0x04}, {1, true, 0xff, 0x04}}},
	{8, LIBXL_DOMAIN_TYPE_PV, false, true, 0, {{0, false, 0, 0}}},
	{9, LIBXL_DOMAIN_TYPE_PV, false, false, 1, {{0, true, 0x01, 0xff}}},
};
#define NR_DOMAINS ((int)(sizeof(domain) / sizeof(domain[0])))

static bool dump_fails;

int xen_connect(struct xen *x, struct error *err)
{
	(void)err;
	memset(x, 0, sizeof(*x));
	return 0;
}

void xen_disconnect(struct xen *x)
{
	(void)x;
}

void xen_log_begin(struct xen *x)
{
	(void)x;
}

int xen_error(struct xen *x, struct error *err, int code, const char *fmt, ...)
{
	(void)x;
	return error_set(err, code, "%s", fmt);
}

int xen_dump(struct xen *x, char key, char **text, size_t *size, struct error *err)
{
	(void)x;
	cr_assert_eq(key, 'u');
	if (dump_fails)
		return error_set(err, ERR_MACHINE, "no dump");
	*text = xstrdup(dump_text);
	*size = strlen(*text);
	return 0;
}

/* What a guest could write is a size, or counts for nothing. */
char *xen_store_read(struct xen *x, const char *path)
{
	static const char *const store[][2] = {
		{"/local/domain/0/name", "Domain-0"},
		{"/local/domain/3/name", "db"},
		{"/libxl/3/type", "pvh"},
		{"/local/domain/3/memory/target", "8000"},
		{"/local/domain/3/memory/static-max", "8192"},
		{"/local/domain/7/name", "web"},
		{"/libxl/7/type", "hvm"},
		{"/local/domain/7/memory/target", "99999999999999999999"},
		{"/local/domain/7/memory/static-max", "4096 and more"},
	};

	(void)x;
	for (size_t i = 0; i < sizeof(store) / sizeof(store[0]); i++)
		if (strcmp(store[i][0], path) == 0)
			return xstrdup(store[i][1]);
	return NULL;
}

int topology_load(struct xen *x, struct host **out, uint32_t **core_of, struct error *err)
{
	struct host *h = host_new("xen", 4);

	(void)x, (void)core_of;
	for (unsigned n = 0; n < 4; n++) {
		h->node[n].memory_bytes = GIB;
		cpuset_add(&h->node[n].cpus, n);
		cpuset_add(&h->node[n].cpus, n + 4);
	}
	h->nr_devices = 1;
	h->device = xcalloc(1, sizeof(*h->device));
	snprintf(h->device[0].pci, sizeof(h->device[0].pci), "0000:41:00.1");
	h->device[0].nodes = nodeset_of(2);
	*out = h;
	return host_finish(h, err);
}

bool owner_is_ours(const libxl_uuid *uuid)
{
	return libxl_uuid_bytearray_const(uuid)[0] == 'h';
}

const uint8_t *libxl_uuid_bytearray_const(const libxl_uuid *uuid)
{
	return uuid->uuid;
}

libxl_dominfo *libxl_list_domain(libxl_ctx *ctx, int *nr)
{
	libxl_dominfo *d = xcalloc(NR_DOMAINS, sizeof(*d));

	(void)ctx;
	for (int i = 0; i < NR_DOMAINS; i++) {
		d[i].domid = domain[i].domid;
		d[i].domain_type = domain[i].type;
		d[i].dying = domain[i].dying;
		d[i].uuid.uuid[0] = domain[i].ours ? 'h' : 'x';
		d[i].uuid.uuid[15] = (uint8_t)domain[i].domid;
	}
	*nr = NR_DOMAINS;
	return d;
}

void libxl_dominfo_list_free(libxl_dominfo *d, int nr)
{
	(void)nr;
	free(d);
}

static libxl_bitmap bitmap(uint8_t bits)
{
	libxl_bitmap b = {.size = 1, .map = xmalloc(1)};

	b.map[0] = bits;
	return b;
}

libxl_vcpuinfo *libxl_list_vcpu(libxl_ctx *ctx, uint32_t domid, int *nr, int *nr_cpus)
{
	int i = 0;
	libxl_vcpuinfo *v;

	(void)ctx;
	while (domain[i].domid != domid)
		i++;
	v = xcalloc(domain[i].nr_vcpus + 1, sizeof(*v));
	for (unsigned c = 0; c < domain[i].nr_vcpus; c++) {
		v[c].vcpuid = domain[i].vcpu[c].id;
		v[c].online = domain[i].vcpu[c].online;
		v[c].cpumap = bitmap(domain[i].vcpu[c].hard);
		v[c].cpumap_soft = bitmap(domain[i].vcpu[c].soft);
	}
	*nr = (int)domain[i].nr_vcpus;
	*nr_cpus = 8;
	return v;
}

void libxl_vcpuinfo_list_free(libxl_vcpuinfo *v, int nr)
{
	for (int i = 0; i < nr; i++) {
		free(v[i].cpumap.map);
		free(v[i].cpumap_soft.map);
	}
	free(v);
}

libxl_device_pci *libxl_device_pci_list(libxl_ctx *ctx, uint32_t domid, int *nr)
{
	libxl_device_pci *pci = xcalloc(1, sizeof(*pci));

	(void)ctx;
	*nr = domid == 7;
	*pci = (libxl_device_pci){.bus = 0x41, .func = 1};
	return pci;
}

void libxl_device_pci_list_free(libxl_device_pci *pci, int nr)
{
	(void)nr;
	free(pci);
}

/* Domain 3's vCPUs 0 and 1 are its vnode 0's, 2 and 3 those of vnode 1. */
int xc_domain_getvnuma(xc_interface *xch, uint32_t domid, uint32_t *nr_vnodes, uint32_t *nr_ranges,
		       uint32_t *nr_vcpus, xen_vmemrange_t *range, unsigned *distance,
		       unsigned *vnode_of)
{
	(void)xch, (void)distance;
	if (domid != 3) {
		errno = EOPNOTSUPP;
		return -1;
	}
	cr_assert(*nr_vnodes >= 2 && *nr_ranges >= 2 && *nr_vcpus >= 4);
	range[0] = (xen_vmemrange_t){.start = 0, .end = 4 * MIB, .nid = 0};
	range[1] = (xen_vmemrange_t){.start = 4 * MIB, .end = 8 * MIB, .nid = 1};
	for (unsigned c = 0; c < 4; c++)
		vnode_of[c] = c / 2;
	*nr_vnodes = *nr_ranges = 2;
	*nr_vcpus = 4;
	return 0;
}

/* --- what is seen -------------------------------------------------------------------------- */

static const struct live_zone *zone_named(const struct live_sample *s, const char *name)
{
	for (uint32_t i = 0; i < s->nr_zones; i++)
		if (strcmp(s->zone[i].name, name) == 0)
			return &s->zone[i];
	cr_assert_fail("no zone %s", name);
	return NULL;
}

static void expect_db(const struct live_zone *z)
{
	cr_expect(z->kind == LIVE_XEN_PVH && z->ours && z->vcpus == 3);
	cr_expect_eq(strncmp(z->id, "domid 3 68000000-", 17), 0, "%s", z->id);
	cr_assert_eq(z->nr_vnodes, 2);
	cr_expect(z->vnode[0].told_node == 1 && z->vnode[1].told_node == 3);
	cr_expect(z->vnode[0].vcpus == 1 && z->vnode[1].vcpus == 2, "vCPU 1 is not online");
	cr_expect(z->vnode[0].runs_on == 2 && z->vnode[1].runs_on == 8);
	cr_expect(z->vnode[0].prefers == 0 && z->vnode[1].prefers == 8);
	cr_expect(z->vnode[0].memory_bytes == 4 * MIB && z->vnode[1].memory_bytes == 4 * MIB);
	cr_expect(z->node_bytes[1] == 700 * PAGE_BYTES && z->node_bytes[3] == 1300 * PAGE_BYTES);
	cr_expect_eq(z->unknown_bytes, 10 * PAGE_BYTES);
	cr_expect(z->target_bytes == 8000 * KIB && z->max_bytes == 8192 * KIB);
	cr_expect_eq(z->device_nodes, 0);
}

static void expect_web(const struct live_sample *s, const struct live_zone *z)
{
	cr_expect(z->kind == LIVE_XEN_HVM && !z->ours && z->vcpus == 2 && z->nr_vnodes == 1);
	cr_expect(z->vnode[0].runs_on == 15 && z->vnode[0].prefers == 4);
	cr_expect_eq(z->vnode[0].told_node, -1);
	cr_expect_eq(live_zone_home(s, z), nodeset_of(2), "soft affinity is its home");
	cr_expect(z->node_bytes[2] == 499 * PAGE_BYTES && z->unknown_bytes == 0);
	cr_expect(z->target_bytes == LIVE_UNKNOWN && z->max_bytes == LIVE_UNKNOWN);
	cr_expect_eq(z->device_nodes, nodeset_of(2));
}

Test(live, every_domain)
{
	struct live_source *source;
	const struct live_zone *z;
	struct live_sample s;
	struct error err;
	bool more;

	cr_assert_eq(live_source_open(&source, &live_xen, &(struct live_where){.path = NULL}, &err),
		     0);
	cr_assert_eq(live_source_sample(source, &s, &more, &err), 0, "%s", err.text);
	cr_assert(more && s.nr_zones == 4, "who is dying is no zone");
	cr_expect(s.size_bytes[3] == GIB && s.free_bytes[3] == 400 * PAGE_BYTES);
	cr_expect(s.cost_ns >= 0 && s.took_ns > 0 && s.at_ns > 0);
	z = zone_named(&s, "Domain-0");
	cr_expect(z->kind == LIVE_XEN_DOM0 && !z->ours && z->vcpus == 1);
	cr_expect(live_zone_home(&s, z) == 0 && z->io_runs_on == 0);
	expect_db(zone_named(&s, "db"));
	expect_web(&s, zone_named(&s, "web"));
	z = zone_named(&s, "(no name)");
	cr_expect_eq(z->node_bytes[0], LIVE_UNKNOWN, "it came after the dump: not known, not 0");
	live_sample_release(&s);
	dump_fails = true;
	cr_expect_eq(live_source_sample(source, &s, &more, &err), ERR_MACHINE);
	live_source_close(source);
}
