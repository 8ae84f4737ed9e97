/*
 * How many free blocks of 2 MiB a node has above the DMA width: the hypervisor tells
 * free pages, not how they hang together. Run in dom0: `blocks NODE` makes an empty
 * domain, has it ask for blocks of this node first until one comes from elsewhere,
 * and destroys it. What it took is dirty until the hypervisor has scrubbed it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <xenctrl.h>

#define BLOCK_ORDER 9
#define BLOCKS_MAX (1 << 20)
#define NODES_MAX 64

/* Free bytes of a node; 0 when it cannot be told. */
static uint64_t free_on(xc_interface *xc, unsigned node)
{
	static xc_meminfo_t info[NODES_MAX];
	unsigned nr = NODES_MAX;

	return xc_numainfo(xc, &nr, info, NULL) || node >= nr ? 0 : info[node].memfree;
}

static long count(xc_interface *xc, uint32_t domain, unsigned node)
{
	long blocks = 0;

	while (blocks < BLOCKS_MAX) {
		uint64_t before = free_on(xc, node);
		xen_pfn_t pfn = (xen_pfn_t)blocks << BLOCK_ORDER;

		if (xc_domain_populate_physmap(xc, domain, 1, BLOCK_ORDER, XENMEMF_node(node),
					       &pfn) != 1 ||
		    free_on(xc, node) == before)
			break;
		blocks++;
	}
	return blocks;
}

int main(int argc, char **argv)
{
	struct xen_domctl_createdomain config = {
		.max_vcpus = 1,
		.max_grant_frames = -1,
		.max_maptrack_frames = -1,
		.max_evtchn_port = UINT32_MAX,
		.grant_opts = XEN_DOMCTL_GRANT_version(1),
	};
	xc_interface *xc = xc_interface_open(NULL, NULL, 0);
	unsigned node = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
	uint32_t domain = 0;
	long blocks;

	if (!xc || xc_domain_create(xc, &domain, &config)) {
		perror("blocks: no domain");
		return 1;
	}
	blocks = xc_domain_setmaxmem(xc, domain, ~0u) ? -1 : count(xc, domain, node);
	xc_domain_destroy(xc, domain);
	xc_interface_close(xc);
	if (blocks < 0)
		return 1;
	printf("%ld\n", blocks);
	return 0;
}
