#include "backend-xen/domain.h"

#include <errno.h>
#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/libxl_hooks.h"
#include "backend-xen/owner.h"
#include "backend-xen/pause.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"

#define DESTROY_NS (60 * NS_PER_S)
#define AFTER_SIGNAL_NS (700 * NS_PER_MS)
/* What a domain held beside its pages comes back after the domain has left the list of
 * domains; for so long at most is waited for it. */
#define SETTLE_NS (2 * NS_PER_S)
#define SETTLED_READINGS 4

bool domain_name_taken(struct xen *x, const char *name)
{
	uint32_t domid;

	return libxl_name_to_domid(x->ctx, name, &domid) == 0;
}

static void set_map(struct xen *x, libxl_bitmap *map, const struct cpuset *cpus)
{
	/* out of memory is libxl's own abort */
	(void)libxl_cpu_bitmap_alloc(x->ctx, map, 0);
	for (unsigned c = cpuset_next(cpus, 0); c != CPUSET_NONE; c = cpuset_next(cpus, c + 1))
		if (c < (unsigned)map->size * 8)
			libxl_bitmap_set(map, (int)c);
}

/* Every vCPU on its own node's CPUs, or, where the plan lets them float, on all. */
static void set_affinity(struct xen *x, const struct domain_request *r,
			 libxl_domain_build_info *info)
{
	uint32_t nr = r->build->nr_vcpus;
	libxl_bitmap *map = calloc(nr, sizeof(*map)); /* libxl frees it */

	if (!map)
		abort();
	for (uint32_t i = 0; i < nr; i++) {
		struct cpuset cpus;

		libxl_bitmap_init(&map[i]);
		plan_cpus(r->plan, r->build->vcpu_vnode[i], &cpus);
		set_map(x, &map[i], &cpus);
	}
	if (r->plan->soft) {
		info->num_vcpu_soft_affinity = (int)nr;
		info->vcpu_soft_affinity = map;
	} else {
		info->num_vcpu_hard_affinity = (int)nr;
		info->vcpu_hard_affinity = map;
	}
}

static void add_cpuid(libxl_domain_build_info *info, const char *fmt, uint32_t value)
{
	char *text = xasprintf(fmt, value);

	BUG_ON(libxl_cpuid_parse_config(&info->cpuid, text) != 0);
	free(text);
}

/*
 * Package = vnode on an AMD guest: Linux shifts the APIC id by 8000_0008h ECX[15:12] for
 * the last-level cache, and by the bits of leaf 1 EBX[23:16] for the package. Xen 4.17
 * lets these three through; it clears leaf Bh and 8000_001Eh (xen/arch/x86/cpu-policy.c,
 * recalculate_cpuid_policy()).
 */
static void set_cpuid(const struct guest_build *b, libxl_domain_build_info *info)
{
	uint32_t bits = b->core_bits + 1;

	add_cpuid(info, "apicidsize=%u", bits);
	add_cpuid(info, "nc=%u", (1u << bits) - 1);
	add_cpuid(info, "proccount=%u", 1u << bits);
}

static char *libxl_text(const char *text)
{
	return xstrdup(text); /* libxl frees with free() */
}

static void set_build(struct xen *x, const struct domain_request *r, libxl_domain_build_info *info)
{
	const struct guest_build *b = r->build;
	const struct zone *z = r->plan->zone;

	libxl_domain_build_info_init_type(info, LIBXL_DOMAIN_TYPE_PVH);
	info->kernel = libxl_text(r->image->kernel);
	info->ramdisk = r->image->ramdisk ? libxl_text(r->image->ramdisk) : NULL;
	info->cmdline = libxl_text(r->image->command_line);
	info->max_vcpus = (int)b->nr_vcpus;
	(void)libxl_cpu_bitmap_alloc(x->ctx, &info->avail_vcpus, info->max_vcpus);
	for (uint32_t i = 0; i < b->nr_vcpus; i++)
		if (b->vcpu_online[i])
			libxl_bitmap_set(&info->avail_vcpus, (int)i);
	info->max_memkb = (uint64_t)z->memory_bytes / 1024;
	info->target_memkb = (uint64_t)b->build_bytes / 1024;
	info->tsc_mode = r->image->native_tsc ? LIBXL_TSC_MODE_NATIVE : LIBXL_TSC_MODE_DEFAULT;
	libxl_defbool_set(&info->numa_placement, false);
	libxl_defbool_set(&info->claim_mode, true); /* too little: before half is built */
	set_affinity(x, r, info);
	if (b->told && b->core_bits + 1 <= 8)
		set_cpuid(b, info);
}

static int set_identity(const struct domain_request *r, libxl_domain_create_info *info,
			struct error *err)
{
	/* calloc: libxl frees the list and its strings */
	char **tag = calloc(5, sizeof(*tag));
	int rc = owner_uuid(&info->uuid, err);

	if (!tag)
		abort();
	tag[0] = libxl_text("homenode/owner");
	tag[1] = libxl_text(r->owner);
	tag[2] = libxl_text("homenode/zone");
	tag[3] = libxl_text(r->plan->zone->name);
	info->type = LIBXL_DOMAIN_TYPE_PVH;
	info->name = libxl_text(r->name);
	info->xsdata = tag;
	return rc;
}

/*
 * Linux counts CPUs in the order of the MADT, those that are online first, and reads
 * cpu/N/availability with that number N; libxl writes it by vCPU number.
 */
static int renumber_availability(struct xen *x, const struct guest_build *b, uint32_t domid,
				 struct error *err)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && i < b->nr_vcpus; i++) {
		char *path = xasprintf("/local/domain/%u/cpu/%u/availability", domid, i);
		const char *value = i < b->nr_online ? "online" : "offline";

		if (!xs_write(x->xs, XBT_NULL, path, value, (unsigned)strlen(value)))
			rc = error_set(err, ERR_MACHINE, "%s cannot be written: %s", path,
				       strerror(errno));
		free(path);
	}
	return rc;
}

/* What a failed build may have left: by UUID, since it may have no name yet. */
static void remove_by_uuid(struct xen *x, const libxl_uuid *uuid)
{
	int nr = 0;
	libxl_dominfo *d = libxl_list_domain(x->ctx, &nr);

	for (int i = 0; d && i < nr; i++) {
		struct domain_id id = {.domid = d[i].domid};

		memcpy(id.uuid, libxl_uuid_bytearray_const(uuid), sizeof(id.uuid));
		if (id.domid && libxl_uuid_compare(&d[i].uuid, uuid) == 0)
			domain_discard(x, &id, NULL);
	}
	if (d)
		libxl_dominfo_list_free(d, nr);
}

static int create_error(struct xen *x, const struct domain_request *r, int why, struct error *err)
{
	bool memory = strstr(x->log.text, "Out of memory") ||
		      strstr(x->log.text, "Cannot allocate memory") ||
		      strstr(x->log.text, "allocate low memory") || why == ERROR_NOMEM;

	return xen_error(x, err, memory ? ERR_NO_ROOM : ERR_MACHINE,
			 "zone %s: libxl cannot build the domain (error %d)%s", r->plan->zone->name,
			 why, memory ? ", memory is missing on a planned node" : "");
}

int domain_create(struct xen *x, const struct domain_request *r, struct domain_id *out,
		  struct error *err)
{
	libxl_domain_config config;
	struct error hook = {0};
	int rc, why;

	libxl_domain_config_init(&config);
	config.on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_DESTROY;
	rc = set_identity(r, &config.c_info, err);
	if (rc) {
		libxl_domain_config_dispose(&config);
		return rc;
	}
	set_build(x, r, &config.b_info);
	xen_log_begin(x);
	hooks_begin(r->build, r->plan->host);
	why = libxl_domain_create_new(x->ctx, &config, &out->domid, NULL, NULL);
	if (hooks_end(!why, &hook))
		rc = error_set(err, hook.code, "zone %s: %s", r->plan->zone->name, hook.text);
	else if (why)
		rc = create_error(x, r, why, err);
	if (!rc && (r->build->nr_gaps || r->build->nr_online != r->build->nr_vcpus))
		rc = renumber_availability(x, r->build, out->domid, err);
	if (!rc)
		rc = owner_hide(x, out->domid, err);
	memcpy(out->uuid, libxl_uuid_bytearray_const(&config.c_info.uuid), sizeof(out->uuid));
	if (rc)
		remove_by_uuid(x, &config.c_info.uuid);
	libxl_domain_config_dispose(&config);
	return rc;
}

int domain_unpause(struct xen *x, uint32_t domid, struct error *err)
{
	xen_log_begin(x);
	if (libxl_domain_unpause(x->ctx, domid, NULL))
		return xen_error(x, err, ERR_MACHINE, "domain %u cannot be unpaused", domid);
	return 0;
}

/* Free pages of the host; 0 when they cannot be told. */
static uint64_t free_pages(struct xen *x)
{
	xc_physinfo_t info = {0};

	return xc_physinfo(x->xch, &info) ? 0 : info.free_pages;
}

/* By the list: what asks for one domain alone is not the same in all versions of libxenctrl. */
static bool look_up(struct xen *x, uint32_t domid, xc_domaininfo_t *info)
{
	return xc_domain_getinfolist(x->xch, domid, 1, info) == 1 && info->domain == domid;
}

static bool look_up_at(struct xen *x, const struct domain_id *id, xc_domaininfo_t *info)
{
	return look_up(x, id->domid, info) && memcmp(info->handle, id->uuid, sizeof(id->uuid)) == 0;
}

/* How many pages are free once the domain is no more: its own and the hypervisor's for its page
 * tables. */
static uint64_t pages_after(struct xen *x, uint32_t domid)
{
	uint64_t pool_bytes = 0;
	xc_domaininfo_t info;

	if (!look_up(x, domid, &info))
		return 0;
	if (xc_get_paging_mempool_size(x->xch, domid, &pool_bytes))
		pool_bytes = 0;
	return free_pages(x) + info.tot_pages + pool_bytes / PAGE_BYTES;
}

/* A domain leaves the list of domains first; its vCPUs and page tables are freed after a grace
 * period (Xen 4.17, common/domain.c: domain_destroy() and complete_domain_destroy()). Whoever
 * plans the next zone in between sees less memory than there is. Others take memory meanwhile,
 * so that there is an end to the waiting. */
static void settle(struct xen *x, uint64_t expected)
{
	int64_t until = monotonic_ns() + SETTLE_NS;
	uint64_t now = free_pages(x), last;
	unsigned same = 0;

	while ((now < expected || same < SETTLED_READINGS) && monotonic_ns() < until) {
		if (!pause_ms(x->stop, 10))
			return;
		last = now;
		now = free_pages(x);
		same = now == last ? same + 1 : 0;
	}
}

/* Between two looks at dying domains. After a signal all of them together have a moment: most are
 * gone by then. */
static bool wait_on(struct xen *x)
{
	if (pause_ms(x->stop, 20))
		return true;
	if (!x->last_wait_ns)
		x->last_wait_ns = monotonic_ns() + AFTER_SIGNAL_NS;
	(void)pause_ms(NULL, 20);
	return monotonic_ns() < x->last_wait_ns;
}

/* Waits until the hypervisor knows it no more. */
static int await_end(struct xen *x, const struct domain_id *id, struct error *err)
{
	int64_t until = monotonic_ns() + DESTROY_NS;

	while (domain_look_at(x, id, NULL) != DOMAIN_GONE) {
		if (monotonic_ns() > until)
			return error_set(err, ERR_MACHINE,
					 "domain %u is destroyed, but its memory does not come "
					 "back: another domain still uses its pages",
					 id->domid);
		if (!wait_on(x))
			return error_set(err, ERR_INTERRUPTED,
					 "domain %u is destroyed, and nobody waited until its "
					 "memory is back: stopped by a signal",
					 id->domid);
	}
	return 0;
}

static int await_back(struct xen *x, const struct domain_id *id, uint64_t expected,
		      struct error *err)
{
	int rc = await_end(x, id, err);

	if (!rc)
		settle(x, expected);
	return rc;
}

int domain_destroy(struct xen *x, const struct domain_id *id, const char *owner, struct error *err)
{
	uint64_t expected = pages_after(x, id->domid);
	xc_domaininfo_t info;
	int why;

	if (!look_up_at(x, id, &info))
		return 0;
	/* whoever has destroyed it took its directory away first: nobody's name is there */
	if (info.flags & XEN_DOMINF_dying)
		return await_back(x, id, expected, err);
	if (owner && !owner_is(x, id->domid, owner))
		return error_set(err, ERR_MACHINE,
				 "domain %u is not this run's any more, and stays as it is: "
				 "another homenode has taken it over",
				 id->domid);
	xen_log_begin(x);
	why = libxl_domain_destroy(x->ctx, id->domid, NULL);
	if (why && why != ERROR_DOMAIN_NOTFOUND)
		return xen_error(x, err, ERR_MACHINE, "domain %u cannot be destroyed", id->domid);
	return await_back(x, id, expected, err);
}

void domain_discard(struct xen *x, const struct domain_id *id, const char *owner)
{
	struct error nobody;

	if (domain_destroy(x, id, owner, &nobody))
		return;
}

enum domain_life domain_look_at(struct xen *x, const struct domain_id *id, int64_t *bytes)
{
	xc_domaininfo_t info;

	if (!look_up_at(x, id, &info))
		return DOMAIN_GONE;
	if (bytes)
		*bytes = (int64_t)info.tot_pages * PAGE_BYTES;
	if (info.flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown))
		return DOMAIN_DOWN;
	return info.flags & XEN_DOMINF_paused ? DOMAIN_PAUSED : DOMAIN_RUNS;
}

int64_t domain_cpu_ns(struct xen *x, uint32_t domid)
{
	xc_domaininfo_t info;

	if (!look_up(x, domid, &info))
		return 0;
	return (int64_t)info.cpu_time;
}
