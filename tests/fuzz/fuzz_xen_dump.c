/*
 * The hypervisor's dumps from any bytes: what is read is consistent with itself, what is
 * refused says why and leaves nothing.
 *	build/clang/tests/fuzz/fuzz_xen_dump -max_len=8192 -max_total_time=60 CORPUS
 */
#include <stdint.h>

#include "backend-xen/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void numa(const char *text, size_t size)
{
	struct error err = {0};
	struct numa_dump d;

	if (numa_dump_parse(&d, text, size, &err)) {
		BUG_ON(err.code != ERR_MACHINE || !err.text[0] || d.nr_domains || d.domain);
		return;
	}
	BUG_ON(!d.nodes || !d.nr_domains);
	for (size_t i = 0; i < d.nr_domains; i++) {
		BUG_ON(d.domain[i].nr_vnodes > NODES_MAX);
		for (unsigned n = 0; n < NODES_MAX; n++)
			BUG_ON(d.domain[i].node_pages[n] && !nodeset_has(d.nodes, n));
	}
	numa_dump_release(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heap_dump heap;
	struct error err = {0};

	numa((const char *)data, size);
	if (heap_dump_parse(&heap, (const char *)data, size, &err))
		BUG_ON(err.code != ERR_MACHINE || heap.nodes || heap.nr_zones);
	BUG_ON(dump_dma_bits((const char *)data, size) > 64);
	return 0;
}
