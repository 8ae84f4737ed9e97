/* The dumps of data/ are those of Xen 4.17.7 on an emulated machine of eight nodes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/dump.h"
#include "base/alloc.h"
#include "base/output.h"

static char *load(const char *name, size_t *size)
{
	char *path = xasprintf("tests/backend-xen/data/%s", name), *text;
	struct error err = {0};

	cr_assert_eq(file_read(path, 1 << 20, &text, size, &err), 0, "%s", err.text);
	free(path);
	return text;
}

Test(xen_dump, numa)
{
	size_t size;
	char *text = load("u.txt", &size);
	const struct dump_domain *d;
	struct numa_dump dump;
	struct error err = {0};

	cr_assert_eq(numa_dump_parse(&dump, text, size, &err), 0, "%s", err.text);
	cr_expect_eq(dump.nodes, 0xff);
	cr_expect_eq(dump.node_free_pages[0], 146132);
	cr_expect_eq(dump.node_free_pages[7], 195846);
	cr_expect_eq(dump.nr_domains, 3);
	d = numa_dump_find(&dump, 0);
	cr_assert_not_null(d);
	cr_expect_eq(d->total_pages, 131072);
	cr_expect_eq(d->node_pages[0], 114851);
	cr_expect_eq(d->node_pages[7], 16221);
	cr_expect_eq(d->nr_vnodes, 0);
	d = numa_dump_find(&dump, 1);
	cr_assert_not_null(d);
	cr_expect_eq(d->total_pages, 65553);
	cr_expect_eq(d->node_pages[2], 32777);
	cr_expect_eq(d->node_pages[3], 32776);
	cr_expect_eq(d->nr_vnodes, 2);
	cr_expect_eq(d->vnode_node[0], 3);
	cr_expect_eq(d->vnode_node[1], 2);
	d = numa_dump_find(&dump, 2);
	cr_assert_not_null(d);
	cr_expect_eq(d->nr_vnodes, 4);
	cr_expect_eq(d->vnode_node[3], 7);
	cr_expect_null(numa_dump_find(&dump, 3));
	numa_dump_release(&dump);
	free(text);
}

/* Each prefix of the text is an error with nothing in it, or, where it ends between
 * two domains, the domains so far. */
Test(xen_dump, numa_cut_anywhere)
{
	size_t size;
	char *text = load("u.txt", &size);

	for (size_t n = 0; n < size; n++) {
		struct error err = {0};
		struct numa_dump dump;

		if (numa_dump_parse(&dump, text, n, &err)) {
			cr_assert_eq(err.code, ERR_MACHINE);
			cr_assert_null(dump.domain);
			cr_assert_eq(dump.nr_domains, 0);
		} else {
			cr_assert_geq(dump.nr_domains, 1);
			cr_assert_eq(dump.domain[0].node_pages[7], 16221);
		}
		numa_dump_release(&dump);
	}
	free(text);
}

/* Other messages in between, time stamps, carriage returns, an older dump in front. */
Test(xen_dump, numa_among_other_messages)
{
	static const char text[] =
		"(XEN) 'u' pressed -> dumping numa info (now = 1)\n"
		"(XEN) NODE0 start->0 size->100 free->99\n"
		"(XEN) Domain 0 (total: 1):\n"
		"(XEN)     Node 0: 1\n"
		"(XEN) [2026-11-24 10:00:00] 'u' pressed -> dumping numa info (now = 2)\r\n"
		"(XEN) [2026-11-24 10:00:00] NODE0 start->0 size->100 free->7\r\n"
		"(XEN) d1v0 something else\n"
		"(XEN) [    1.5] NODE4 start->0 size->100 free->8\n"
		"(XEN) CPU0 -> NODE0\n"
		"(XEN) Memory location of each domain:\n"
		"(XEN) Domain 12 (total: 50):\n"
		"(XEN)     Node 0: 20\n"
		"(XEN) HVM d1 save: CPU\n"
		"(XEN)     Node 4: 13\n"
		"(XEN)      1 vnodes, 2 vcpus, guest physical layout:\n"
		"(XEN)          0: pnode ???, vcpus 0-1\n"
		"(XEN)            0000000000000000 - 0000000010000000\n";
	const struct dump_domain *d;
	struct numa_dump dump;
	struct error err = {0};

	cr_assert_eq(numa_dump_parse(&dump, text, sizeof(text) - 1, &err), 0, "%s", err.text);
	cr_expect_eq(dump.nodes, 0x11);
	cr_expect_eq(dump.node_free_pages[4], 8);
	cr_expect_eq(dump.nr_domains, 1);
	d = numa_dump_find(&dump, 12);
	cr_assert_not_null(d);
	cr_expect_eq(d->total_pages, 50); /* 17 of them nobody knows where */
	cr_expect_eq(d->node_pages[0], 20);
	cr_expect_eq(d->node_pages[4], 13);
	cr_expect_eq(d->nr_vnodes, 1);
	cr_expect_eq(d->vnode_node[0], DUMP_NO_NODE);
	numa_dump_release(&dump);
}

static int numa_rc(const char *text)
{
	struct numa_dump dump;
	struct error err = {0};
	int rc = numa_dump_parse(&dump, text, strlen(text), &err);

	numa_dump_release(&dump);
	return rc;
}

Test(xen_dump, numa_refuses)
{
	cr_expect_eq(numa_rc(""), ERR_MACHINE);
	cr_expect_eq(numa_rc("(XEN) nothing\n"), ERR_MACHINE);
	cr_expect_eq(numa_rc("'u' pressed -> dumping numa info (now = 1)\n"), ERR_MACHINE);
	/* node 64 and numbers beyond 64 bits are none */
	cr_expect_eq(numa_rc("'u' pressed -> dumping numa info (now = 1)\n"
			     "NODE64 start->0 size->1 free->1\nDomain 0 (total: 1):\n"),
		     ERR_MACHINE);
	cr_expect_eq(numa_rc("'u' pressed -> dumping numa info (now = 1)\n"
			     "NODE0 start->0 size->1 free->99999999999999999999\n"
			     "Domain 0 (total: 1):\n"),
		     ERR_MACHINE);
	/* the second node's line is missing */
	cr_expect_eq(numa_rc("'u' pressed -> dumping numa info (now = 1)\n"
			     "NODE0 start->0 size->1 free->1\nNODE1 start->0 size->1 free->1\n"
			     "Domain 0 (total: 1):\n    Node 0: 1\nDomain 1 (total: 1):\n"
			     "    Node 0: 1\n    Node 1: 0\n"),
		     ERR_MACHINE);
}

/* 4.18 and later write a domain as d1, and say with hexadecimal frames what is odd. */
Test(xen_dump, numa_of_newer_versions)
{
	static const char text[] =
		"(XEN) 'u' pressed -> dumping numa info (now = 60194482341)\n"
		"(XEN) NODE0 start->0 size->262144 free->146823\n"
		"(XEN) NODE1 start->262144 size->262144 free->260889\n"
		"(XEN) CPU0 -> NODE0\n(XEN) CPU1 -> NODE1\n"
		"(XEN) Memory location of each domain:\n"
		"(XEN) d0 (total: 98304):\n(XEN)     Node 0: 98304\n(XEN)     Node 1: 0\n"
		"(XEN) d12 (total: 40977):\n(XEN)     Node 0: 16\n(XEN)     Node 1: 40961\n"
		"(XEN)      1 vnodes, 2 vcpus, guest physical layout:\n"
		"(XEN)          0: pnode   1, vcpus 0-1\n"
		"(XEN)            0000000000000000 - 000000000a000000\n";
	struct numa_dump dump;
	struct error err = {0};

	cr_assert_eq(numa_dump_parse(&dump, text, strlen(text), &err), 0, "%s", err.text);
	cr_assert_eq(dump.nr_domains, 2);
	cr_expect_eq(dump.domain[0].domid, 0);
	cr_expect_eq(dump.domain[0].node_pages[0], 98304);
	cr_expect_eq(dump.domain[1].domid, 12);
	cr_expect_eq(dump.domain[1].total_pages, 40977);
	cr_expect_eq(dump.domain[1].node_pages[1], 40961);
	cr_expect_eq(dump.domain[1].nr_vnodes, 1);
	cr_expect_eq(dump.domain[1].vnode_node[0], 1);
	numa_dump_release(&dump);
}

Test(xen_dump, heap)
{
	size_t size;
	char *text = load("H.txt", &size);
	static struct heap_dump dump;
	struct error err = {0};

	cr_assert_eq(heap_dump_parse(&dump, text, size, &err), 0, "%s", err.text);
	cr_expect_eq(dump.nodes, 0xff);
	cr_expect_eq(dump.nr_zones, 41);
	cr_expect_eq(dump.pages[0][15], 16128);
	cr_expect_eq(dump.pages[0][16], 32768);
	cr_expect_eq(dump.pages[1][19], 261063);
	cr_expect_eq(dump.pages[2][21], 261614);
	cr_expect_eq(dump.dirty_pages[0], 16384);
	cr_expect_eq(dump.dirty_pages[1], 0);
	for (size_t n = 0; n < size; n++) {
		bool whole = heap_dump_parse(&dump, text, n, &err) == 0;

		/* a cut between two nodes cannot be told from a smaller machine */
		cr_assert(!whole || nodeset_count(dump.nodes) * dump.nr_zones <= 8 * 41);
	}
	free(text);
}

Test(xen_dump, dma_width)
{
	static const char boot[] = "(XEN) Xen heap: 4MB\n"
				   "(XEN) Domain heap initialised DMA width 28 bits\n(XEN) x\n";

	cr_expect_eq(dump_dma_bits(boot, sizeof(boot) - 1), 28);
	cr_expect_eq(dump_dma_bits("", 0), 0);
	cr_expect_eq(dump_dma_bits("(XEN) Domain heap initialised\n", 30), 0);
}
