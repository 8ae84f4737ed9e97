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

static int read_option(struct sim *sim, const char *key, const char *value, struct error *err)
{
	int rc;

	if (strcmp(key, "allocator") == 0)
		return read_allocator(sim, value, err);
	if (strcmp(key, "exchange") == 0)
		return read_number(key, value, 1000000, &sim->exchange_ppm, err);
	if (strcmp(key, "low") == 0)
		return read_number(key, value, 4 * GIB, &sim->low_bytes, err);
	if (strcmp(key, "extent") != 0)
		return error_set(err, ERR_USAGE,
				 "the simulator has no option \"%s\"; it has allocator, exchange, "
				 "extent and low",
				 key);
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
