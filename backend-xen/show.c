/* What can be asked of a Xen host without launching anything. */
#include <stdlib.h>
#include <string.h>

#include "backend-xen/libxl_hooks.h"
#include "backend-xen/machine.h"
#include "backend-xen/topology.h"
#include "backend-xen/vcpu_cpus.h"
#include "backend-xen/xen.h"
#include "base/alloc.h"
#include "base/output.h"

int xen_host_load(struct host **out, struct error *err)
{
	struct xen x;
	int rc = xen_connect(&x, err);

	*out = NULL;
	if (rc)
		return rc;
	rc = topology_load(&x, out, NULL, err);
	xen_disconnect(&x);
	return rc;
}

int xen_host_xml(FILE *out, struct error *err)
{
	uint32_t *core_of;
	struct host *h;
	struct xen x;
	int rc = xen_connect(&x, err);

	if (rc)
		return rc;
	rc = topology_load(&x, &h, &core_of, err);
	xen_disconnect(&x);
	if (rc)
		return rc;
	host_write_xml(h, core_of, out);
	host_free(h);
	free(core_of);
	return 0;
}

int xen_host_state(struct host_state *s, struct error *err)
{
	struct xen x;
	int rc = xen_connect(&x, err);

	if (rc)
		return rc;
	rc = topology_free(&x, s, err);
	if (!rc)
		rc = topology_vcpus(&x, s, NULL, NULL, err);
	xen_disconnect(&x);
	return rc;
}

int xen_dom0_vcpus(struct cpuset **out, uint32_t *nr, struct error *err)
{
	struct xen x;
	int rc = xen_connect(&x, err);

	*out = NULL;
	*nr = 0;
	if (rc)
		return rc;
	rc = vcpu_cpus_of_dom0(&x, out, nr, err);
	xen_disconnect(&x);
	return rc;
}

static void print_heap(const struct heap_dump *d, unsigned dma_bits, FILE *out)
{
	const char *comma = "";
	unsigned node;

	fputs("{\n", out);
	if (dma_bits)
		fprintf(out, "  \"dma_bits\": %u,\n", dma_bits);
	fputs("  \"nodes\": [", out);
	nodeset_for_each (node, d->nodes) {
		const char *inner = "";

		fprintf(out, "%s\n    {\"node\": %u, \"dirty_pages\": %llu, \"zones\": [", comma,
			node, (unsigned long long)d->dirty_pages[node]);
		comma = ",";
		for (uint32_t z = 0; z < d->nr_zones; z++) {
			if (!d->pages[node][z])
				continue;
			fprintf(out, "%s{\"zone\": %u, \"pages\": %llu}", inner, z,
				(unsigned long long)d->pages[node][z]);
			inner = ", ";
		}
		fputs("]}", out);
	}
	fputs("\n  ]\n}\n", out);
}

int xen_heap_print(FILE *out, struct error *err)
{
	struct heap_dump *d = xcalloc(1, sizeof(*d));
	char *text = NULL, *boot = NULL;
	size_t size = 0, boot_size = 0;
	struct xen x;
	int rc = xen_connect(&x, err);

	if (!rc)
		rc = xen_ring(&x, &boot, &boot_size, err);
	if (!rc)
		rc = xen_dump(&x, 'H', &text, &size, err);
	if (!rc)
		rc = heap_dump_parse(d, text, size, err);
	if (!rc)
		print_heap(d, dump_dma_bits(boot, boot_size), out);
	xen_disconnect(&x);
	free(boot);
	free(text);
	free(d);
	return rc;
}

/* The leaves that Xen lets through mean package = vnode on AMD's CPUs alone. */
static bool is_amd(void)
{
	char *text;
	size_t size;
	bool amd;

	if (file_read("/proc/cpuinfo", (size_t)16 << 20, &text, &size, NULL))
		return false;
	amd = strstr(text, "AuthenticAMD") || strstr(text, "HygonGenuine");
	free(text);
	return amd;
}

void xen_tells(char *out, size_t size, struct error *err)
{
	struct xen x;
	int rc = xen_connect(&x, err);

	if (!rc)
		xen_disconnect(&x);
	if (!rc)
		rc = hooks_usable(err);
	snprintf(out, size, "%s", rc ? "" : is_amd() ? "SRAT SLIT HMAT CPUID" : "SRAT SLIT HMAT");
}
