#include <string.h>

#include "backend-xen/dump.h"
#include "backend-xen/dump_text.h"

/* "heap[node=0][zone=15] -> 16128 pages" */
static bool take_zone(struct heap_dump *d, struct dump_line l)
{
	uint64_t node, zone, pages;

	if (!dump_word(&l, "heap[node=") || !dump_number(&l, NODES_MAX - 1, &node) ||
	    !dump_word(&l, "][zone=") || !dump_number(&l, DUMP_ZONES - 1, &zone) ||
	    !dump_word(&l, "] -> ") || !dump_number(&l, UINT64_MAX, &pages) ||
	    !dump_word(&l, " pages"))
		return false;
	d->nodes |= nodeset_of((unsigned)node);
	d->pages[node][zone] = pages;
	if (zone >= d->nr_zones)
		d->nr_zones = (uint32_t)zone + 1;
	return true;
}

/* "Node 0 has 5765 unscrubbed pages" */
static bool take_dirty(struct heap_dump *d, struct dump_line l)
{
	uint64_t node, pages;

	if (!dump_word(&l, "Node ") || !dump_number(&l, NODES_MAX - 1, &node) ||
	    !dump_word(&l, " has ") || !dump_number(&l, UINT64_MAX, &pages) ||
	    !dump_word(&l, " unscrubbed pages"))
		return false;
	d->dirty_pages[node] = pages;
	return true;
}

int heap_dump_parse(struct heap_dump *out, const char *text, size_t size, struct error *err)
{
	uint64_t lines = 0;
	bool begun = false;
	struct dump_line l;

	memset(out, 0, sizeof(*out));
	while (dump_next_line(&l, &text, &size)) {
		if (dump_word(&l, "'H' pressed -> dumping heap info")) {
			memset(out, 0, sizeof(*out));
			begun = true;
			lines = 0;
		} else if (begun && take_zone(out, l)) {
			lines++;
		} else if (begun) {
			(void)take_dirty(out, l);
		}
	}
	if (!begun)
		return error_set(err, ERR_MACHINE,
				 "the hypervisor's console ring holds no heap dump (debug key H)");
	/* every node prints every zone */
	if (!out->nodes || lines != (uint64_t)nodeset_count(out->nodes) * out->nr_zones) {
		memset(out, 0, sizeof(*out));
		return error_set(err, ERR_MACHINE,
				 "the hypervisor's heap dump is cut off: its console ring is too "
				 "small; boot with a larger one (conring_size=)");
	}
	return 0;
}

unsigned dump_dma_bits(const char *text, size_t size)
{
	struct dump_line l;
	uint64_t bits = 0;

	while (dump_next_line(&l, &text, &size)) {
		uint64_t found;

		if (dump_word(&l, "Domain heap initialised DMA width ") &&
		    dump_number(&l, 64, &found) && dump_word(&l, " bits"))
			bits = found;
	}
	return (unsigned)bits;
}
