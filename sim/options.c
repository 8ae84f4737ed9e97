#include "sim/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

static int read_number(const char *key, const char *value, int64_t max, int64_t *out,
		       struct error *err)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(value, &end, 10);
	if (errno || end == value || *end || v < 0 || v > max)
		return error_set(err, ERR_USAGE,
				 "simulator option %s takes a number from 0 to %lld, not \"%s\"",
				 key, (long long)max, value);
	*out = v;
	return 0;
}

static int read_allocator(struct sim *sim, const char *value, struct error *err)
{
	sim->allocator = allocator_find(value);
	if (sim->allocator)
		return 0;
	return error_set(err, ERR_USAGE,
			 "there is no allocator \"%s\"; there are xen, most-free, slit and "
			 "home-strict",
			 value);
}

/* Pages for each node, colons between. */
static int read_free(struct sim *sim, char *value, struct error *err)
{
	char *rest = value, *word;
	int rc = 0;

	sim->nr_free = 0;
	while (!rc && (word = strtok_r(rest, ":", &rest))) {
		if (sim->nr_free == NODES_MAX)
			return error_set(err, ERR_USAGE,
					 "simulator option free names over %d nodes", NODES_MAX);
		rc = read_number("free", word, INT64_MAX / PAGE_BYTES,
				 &sim->free_pages[sim->nr_free++], err);
	}
	return rc;
}

static int read_option(struct sim *sim, const char *key, char *value, struct error *err)
{
	int rc;

	if (strcmp(key, "allocator") == 0)
		return read_allocator(sim, value, err);
	if (strcmp(key, "exchange") == 0)
		return read_number(key, value, 1000000, &sim->exchange_ppm, err);
	if (strcmp(key, "low") == 0)
		return read_number(key, value, 4 * GIB, &sim->low_bytes, err);
	if (strcmp(key, "blocks") == 0)
		return read_number(key, value, INT32_MAX, &sim->blocks, err);
	if (strcmp(key, "free") == 0)
		return read_free(sim, value, err);
	if (strcmp(key, "overhead") == 0 && strcmp(value, "xen") == 0) {
		sim->keeps_overhead = true;
		return 0;
	}
	if (strcmp(key, "extent") != 0)
		return error_set(
			err, ERR_USAGE,
			"the simulator has no option \"%s=%s\"; it has allocator, exchange, "
			"extent, low, free, blocks and overhead=xen",
			key, value);
	rc = read_number(key, value, INT64_MAX, &sim->balloon_extent_bytes, err);
	if (!rc && sim->balloon_extent_bytes != PAGE_BYTES && sim->balloon_extent_bytes != 2 * MIB)
		rc = error_set(err, ERR_USAGE,
			       "a balloon asks for 4096 or 2097152 bytes at a time");
	return rc;
}

int sim_read_options(struct sim *sim, const char *text, struct error *err)
{
	char *copy = xstrdup(text ? text : ""), *rest = copy, *word;
	int rc = 0;

	sim->allocator = allocators[0];
	sim->exchange_ppm = 1000000;
	sim->balloon_extent_bytes = PAGE_BYTES;
	sim->low_bytes = -1;
	sim->blocks = -1;
	while (!rc && (word = strtok_r(rest, ",", &rest))) {
		char *equals = strchr(word, '=');

		if (!equals) {
			rc = error_set(err, ERR_USAGE, "simulator option \"%s\" is not key=value",
				       word);
			break;
		}
		*equals = '\0';
		rc = read_option(sim, word, equals + 1, err);
	}
	free(copy);
	return rc;
}
