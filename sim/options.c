#include "sim/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "sim/guest.h"

static int read_allocator(void *out, const struct backend_option *o, const char *value,
			  struct error *err)
{
	struct sim *sim = out;

	(void)o;
	sim->allocator = allocator_find(value);
	if (sim->allocator)
		return 0;
	return error_set(err, ERR_USAGE,
			 "there is no allocator \"%s\"; there are xen, most-free, slit and "
			 "home-strict",
			 value);
}

static int read_exchange(void *out, const struct backend_option *o, const char *value,
			 struct error *err)
{
	return backend_option_number(o, value, 0, 1000000, &((struct sim *)out)->exchange_ppm, err);
}

static int read_extent(void *out, const struct backend_option *o, const char *value,
		       struct error *err)
{
	unsigned huge;
	int rc = backend_option_word(o, value, &huge, err);

	if (!rc)
		((struct sim *)out)->balloon_extent_bytes = huge ? 2 * MIB : PAGE_BYTES;
	return rc;
}

static int read_low(void *out, const struct backend_option *o, const char *value, struct error *err)
{
	return backend_option_number(o, value, 0, 4 * GIB, &((struct sim *)out)->low_bytes, err);
}

/* Pages for each node, colons between. */
static int read_free(void *out, const struct backend_option *o, const char *value,
		     struct error *err)
{
	struct sim *sim = out;
	char *copy = xstrdup(value), *rest = copy, *word;
	int rc = 0;

	sim->nr_free = 0;
	while (!rc && (word = strtok_r(rest, ":", &rest))) {
		if (sim->nr_free == NODES_MAX)
			rc = error_set(err, ERR_USAGE, "option free names over %d nodes",
				       NODES_MAX);
		else
			rc = backend_option_number(o, word, 0, INT64_MAX / PAGE_BYTES,
						   &sim->free_pages[sim->nr_free++], err);
	}
	free(copy);
	return rc;
}

static int read_blocks(void *out, const struct backend_option *o, const char *value,
		       struct error *err)
{
	return backend_option_number(o, value, 0, INT32_MAX, &((struct sim *)out)->blocks, err);
}

static int read_guests(void *out, const struct backend_option *o, const char *value,
		       struct error *err)
{
	(void)o;
	return guest_read_facts(out, value, err);
}

static int read_there(void *out, const struct backend_option *o, const char *value,
		      struct error *err)
{
	return backend_option_number(o, value, 0, INT32_MAX, &((struct sim *)out)->nr_there, err);
}

static int read_overhead(void *out, const struct backend_option *o, const char *value,
			 struct error *err)
{
	unsigned xen;
	int rc = backend_option_word(o, value, &xen, err);

	if (!rc)
		((struct sim *)out)->keeps_overhead = true;
	return rc;
}

const struct backend_option sim_options[] = {
	{"allocator", "NAME", "who hands out memory: xen (default), most-free, slit, home-strict",
	 .from = "--allocator", .read = read_allocator},
	{"exchange", "PPM",
	 "millionths of ballooned pages drawn from all pages alike (default: all of them)",
	 .from = "balloon.exchange", .read = read_exchange},
	{"extent", "4096|2097152", "what a guest's balloon asks for at a time (default: 4096)",
	 .from = "balloon.extent", .read = read_extent},
	{"low", "BYTES",
	 "memory below the DMA width on the first node (default: what Xen makes of the host)",
	 .read = read_low},
	{"free", "P:P:...", "pages free on each node when the run begins (default: all but dom0's)",
	 .read = read_free},
	{"blocks", "N",
	 "whole 2 MiB blocks free above the DMA width on the first node (default: all)",
	 .read = read_blocks},
	{"guests", "S/N/L/M/B:...",
	 "of guests that told it, by slot and node: pages that they give at least and at most "
	 "before they ask another node, and that are free in broken blocks",
	 .read = read_guests},
	{"there", "N",
	 "the zones of the first N slots are there already: their memory is where their plans say",
	 .read = read_there},
	{"overhead", "xen", "what Xen takes for a zone beside its memory (default: nothing)",
	 .read = read_overhead},
	{0},
};

int sim_read_options(struct sim *sim, const char *text, struct error *err)
{
	char *copy = xstrdup(text ? text : "");
	int rc;

	sim->allocator = allocators[0];
	sim->exchange_ppm = 1000000;
	sim->balloon_extent_bytes = PAGE_BYTES;
	sim->low_bytes = -1;
	sim->blocks = -1;
	rc = backend_options_read("sim", sim_options, copy, sim, err);
	free(copy);
	return rc;
}
