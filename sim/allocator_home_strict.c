/* The node that the memory belongs to, or nothing. */
#include "sim/allocator.h"

static int64_t take(struct heap *h, const struct allocator_request *r, int64_t *got, int64_t *low)
{
	int64_t taken = heap_take(h, r->home, r->bytes, r->extent, HEAP_ANY, low);

	got[r->home] += taken;
	return taken;
}

const struct allocator allocator_home_strict = {
	.name = "home-strict",
	.summary = "the node that the memory belongs to, or fail",
	.knows_home = true,
	.spills = false,
	.take = take,
};
