#include "backend-xen/libxl_hooks.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xenctrl.h>
#include <xenguest.h>

#include "backend-xen/elf_imports.h"
#include "backend-xen/guest_acpi.h"
#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"

#define LIBRARY_BYTES_MAX ((size_t)64 << 20)
#define E820_ACPI 3 /* ACPI 6.4, table 15.4 */
#define OUR_MODULE (MAX_ACPI_MODULES - 1) /* libxl uses the first three */

/* The function of its library, whose name the build has. */
#define GUEST_LIBRARY "libxenguest.so." XEN_LIBRARY_VERSION
#define CONTROL_LIBRARY "libxenctrl.so." XEN_LIBRARY_VERSION

typedef int mem_init_fn(struct xc_dom_image *dom);
typedef int memory_map_fn(xc_interface *xch, uint32_t domid, struct e820entry entries[],
			  uint32_t nr_entries);

/* One build at a time a thread: libxl's calls carry no argument of ours. */
static _Thread_local struct build {
	const struct guest_build *plan; /* NULL: none under way */
	const struct host *host;
	struct xc_dom_image *dom;
	struct bytes tables;
	struct error err;
} build;

/* POSIX has no cast from an object pointer to a function's; a union has. */
union function {
	void *found;
	mem_init_fn *mem_init;
	memory_map_fn *memory_map;
};

static union function original(const char *library, const char *name)
{
	void *handle = dlopen(library, RTLD_LAZY);
	union function f = {.found = handle ? dlsym(handle, name) : NULL};

	/* it is loaded anyway: this gives back a reference, not the library */
	if (handle)
		dlclose(handle);
	return f;
}

static void use_ranges(struct xc_dom_image *dom, const struct guest_build *b,
		       const struct host *host, xen_vmemrange_t *range, unsigned *pnode)
{
	for (uint32_t i = 0; i < b->nr_pieces; i++) {
		const struct guest_piece *p = &b->piece[i];

		range[i] = (xen_vmemrange_t){
			.start = p->base,
			.end = p->base + p->bytes,
			.nid = i,
		};
		pnode[i] = host->node[p->node].os_index;
	}
	dom->vmemranges = range;
	dom->vnode_to_pnode = pnode;
	dom->nr_vmemranges = dom->nr_vnodes = b->nr_pieces;
}

/* What the hypervisor reports with debug key u, and a guest may ask it. */
static int tell_layout(struct xc_dom_image *dom, const struct guest_build *b,
		       const struct host *host)
{
	const struct guest_map *m = &b->map;
	xen_vmemrange_t *range = xcalloc(m->nr_ranges, sizeof(*range));
	unsigned *distance = xcalloc((size_t)m->nr_domains * m->nr_domains, sizeof(*distance));
	unsigned vcpu_vnode[GUEST_VCPUS_MAX], pnode[NODES_MAX] = {0};
	int rc;

	for (uint32_t i = 0; i < m->nr_ranges; i++)
		range[i] = (xen_vmemrange_t){
			.start = m->range[i].base,
			.end = m->range[i].base + m->range[i].bytes,
			.nid = m->range[i].domain,
		};
	for (uint32_t i = 0; i < m->nr_domains * m->nr_domains; i++)
		distance[i] = m->distance[i];
	for (uint32_t i = 0; i < b->nr_vcpus; i++)
		vcpu_vnode[i] = b->vcpu_vnode[i];
	for (uint32_t v = 0; v < b->nr_vnodes; v++)
		pnode[v] = host->node[b->vnode_node[v]].os_index;
	rc = xc_domain_setvnuma(dom->xch, dom->guest_domid, m->nr_domains, m->nr_ranges,
				b->nr_vcpus, range, distance, vcpu_vnode, pnode);
	if (rc)
		rc = error_set(&build.err, ERR_MACHINE,
			       "the hypervisor refuses the layout of the zone's nodes: %s",
			       strerror(errno));
	free(range);
	free(distance);
	return rc;
}

int xc_dom_boot_mem_init(struct xc_dom_image *dom)
{
	union function f = original(GUEST_LIBRARY, "xc_dom_boot_mem_init");
	xen_vmemrange_t range[GUEST_PIECES_MAX];
	unsigned pnode[GUEST_PIECES_MAX];
	int rc;

	if (!f.found) {
		errno = ENOSYS;
		return -1;
	}
	if (!build.plan)
		return f.mem_init(dom);
	build.dom = dom;
	if (build.plan->told && tell_layout(dom, build.plan, build.host))
		return -1;
	if (!build.plan->exact)
		return f.mem_init(dom);
	use_ranges(dom, build.plan, build.host, range, pnode);
	rc = f.mem_init(dom);
	dom->vmemranges = NULL;
	dom->vnode_to_pnode = NULL;
	dom->nr_vmemranges = dom->nr_vnodes = 0;
	return rc;
}

/* The first page behind all that is to be loaded around ACPI's area. */
static uint64_t behind(const struct xc_dom_image *dom)
{
	uint64_t end = 0;

	for (int i = 0; i < OUR_MODULE; i++) {
		const struct xc_hvm_firmware_module *m = &dom->acpi_modules[i];

		if (m->length && m->guest_addr_out + m->length > end)
			end = m->guest_addr_out + m->length;
	}
	return (end + (uint64_t)PAGE_BYTES - 1) / (uint64_t)PAGE_BYTES * (uint64_t)PAGE_BYTES;
}

/* The last ACPI range that begins below `base` grows until it covers our pages. */
static bool grow_e820(struct e820entry *entries, uint32_t nr, uint64_t base, uint64_t bytes)
{
	struct e820entry *last = NULL;

	for (uint32_t i = 0; i < nr; i++)
		if (entries[i].type == E820_ACPI && entries[i].addr < base &&
		    (!last || entries[i].addr > last->addr))
			last = &entries[i];
	if (!last)
		return false;
	last->size = base + bytes - last->addr;
	return true;
}

static int add_tables(struct xc_dom_image *dom, struct e820entry *entries, uint32_t nr)
{
	struct guest_memory_piece piece[OUR_MODULE];
	struct guest_acpi acpi = {.piece = piece};
	uint64_t base = behind(dom);
	int rc;

	for (int i = 0; i < OUR_MODULE; i++) {
		const struct xc_hvm_firmware_module *m = &dom->acpi_modules[i];

		piece[acpi.nr_pieces++] =
			(struct guest_memory_piece){m->data, m->guest_addr_out, m->length};
	}
	acpi.rsdp_at = dom->acpi_modules[0].guest_addr_out;
	acpi.info_at = dom->acpi_modules[1].guest_addr_out;
	if (dom->acpi_modules[OUR_MODULE].length)
		return error_set(&build.err, ERR_MACHINE,
				 "libxl leaves no room for ACPI tables beside its own");
	rc = guest_acpi_make(&acpi, &build.plan->map, base, &build.tables, &build.err);
	if (rc)
		return rc;
	if (!grow_e820(entries, nr, base, build.tables.nr))
		return error_set(&build.err, ERR_MACHINE,
				 "the memory map that libxl made has no range for ACPI tables");
	dom->acpi_modules[OUR_MODULE] = (struct xc_hvm_firmware_module){
		.data = build.tables.data,
		.length = (uint32_t)build.tables.nr,
		.guest_addr_out = base,
	};
	return 0;
}

int xc_domain_set_memory_map(xc_interface *xch, uint32_t domid, struct e820entry entries[],
			     uint32_t nr_entries)
{
	union function f = original(CONTROL_LIBRARY, "xc_domain_set_memory_map");

	if (!f.found) {
		errno = ENOSYS;
		return -1;
	}
	if (build.plan && build.plan->told && build.dom &&
	    (build.dom->guest_domid != domid || add_tables(build.dom, entries, nr_entries))) {
		errno = EINVAL;
		return -1;
	}
	return f.memory_map(xch, domid, entries, nr_entries);
}

void hooks_begin(const struct guest_build *b, const struct host *host)
{
	BUG_ON(build.plan);
	build.plan = b;
	build.host = host;
}

int hooks_end(bool built, struct error *err)
{
	int rc = build.err.code;

	BUG_ON(!build.plan);
	if (rc)
		rc = error_set(err, rc, "%s", build.err.text);
	else if (built && !build.dom)
		rc = error_set(err, ERR_MACHINE, "libxl built the domain's memory by itself");
	else if (built && build.plan->told && !build.tables.nr)
		rc = error_set(err, ERR_MACHINE, "libxl did not ask for the zone's tables");
	bytes_release(&build.tables);
	memset(&build, 0, sizeof(build));
	return rc;
}

/* Path of the libxl that this process has loaded; the caller frees; NULL: none. */
static char *libxl_path(void)
{
	char *maps = NULL, *path = NULL, *at, *end;
	size_t size;

	if (file_read("/proc/self/maps", (size_t)4 << 20, &maps, &size, NULL))
		return NULL;
	at = strstr(maps, "/libxenlight.so");
	if (at) {
		end = at + strcspn(at, "\n");
		while (at > maps && at[-1] != ' ')
			at--;
		path = xstrndup(at, (size_t)(end - at));
	}
	free(maps);
	return path;
}

static int version_tested(struct error *err)
{
	if (strcmp(XEN_LIBRARY_VERSION, "4.17") == 0 || strcmp(XEN_LIBRARY_VERSION, "4.20") == 0)
		return 0;
	return error_set(err, ERR_CANNOT,
			 "this homenode was built for libxl %s; the way in which zones get "
			 "their tables is tested with 4.17 and 4.20 only",
			 XEN_LIBRARY_VERSION);
}

/* Ours come first, and libxl leaves them to be found. */
static int look(struct error *err)
{
	static const char *const names[] = {"xc_dom_boot_mem_init", "xc_domain_set_memory_map"};
	char *path = libxl_path(), *data = NULL;
	union function ours[2] = {{.mem_init = xc_dom_boot_mem_init},
				  {.memory_map = xc_domain_set_memory_map}};
	void *program = dlopen(NULL, RTLD_LAZY);
	size_t size = 0;
	int rc = version_tested(err);

	if (!rc && (!path || file_read(path, LIBRARY_BYTES_MAX, &data, &size, NULL)))
		rc = error_set(err, ERR_CANNOT, "the libxl in use is not found in memory");
	for (size_t i = 0; !rc && i < 2; i++) {
		const char *library = i ? CONTROL_LIBRARY : GUEST_LIBRARY;

		if (!program || dlsym(program, names[i]) != ours[i].found ||
		    !elf_imports((const uint8_t *)data, size, names[i]))
			rc = error_set(err, ERR_CANNOT,
				       "%s does not call %s() through this program", path,
				       names[i]);
		else if (!original(library, names[i]).found)
			rc = error_set(err, ERR_CANNOT, "%s has no %s()", library, names[i]);
	}
	if (program)
		dlclose(program);
	free(data);
	free(path);
	return rc;
}

int hooks_usable(struct error *err)
{
	/* libraries stay what they were when the process started */
	static _Thread_local struct error answer;
	static _Thread_local bool looked;

	if (!looked) {
		answer.code = look(&answer);
		looked = true;
	}
	return answer.code ? error_set(err, answer.code, "%s", answer.text) : 0;
}
