/*
 * Which host of a fleet is asked next for a zone. A choice is one pure function:
 * hosts as they are + zone + what was drawn so far -> a host; it changes nothing,
 * allocates nothing, looks at no clock. Where on the host the zone lives, and whether
 * it fits there at all, is the policy's word (placement/policy.h): the caller asks for
 * the next host until one takes it. One file a choice; the table is choice/choices.c.
 */
#ifndef CHOICE_CHOICE_H
#define CHOICE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"
#include "zone/zone.h"

struct fleet; /* choice/fleet.h */

#define HOST_NONE UINT32_MAX

/* One zone that wants a host. */
struct choice_request {
	const struct zone *zone;
	uint64_t ordinal; /* of the zone, from 1 on: asked again, it is still one zone */
	struct rng *rng; /* for choices that draw; NULL is fine for the others */
	/* Set by fleet_begin(): what the zone boots with, and the first host not yet asked
	 * by those who ask in order. */
	int64_t bytes;
	uint32_t vcpus;
	int32_t counted_pages, counted_vcpus; /* the same as the index counts (choice/fleet.h) */
	uint32_t after;
	/* What the zone's group leaves (choice/groups.h): the one host that may be asked, + 1,
	 * or 0: any; and how many with room may not. */
	uint32_t only, barred;
};

struct choice {
	const char *name; /* "first-fit" */
	const char *summary; /* one line */
	const char *source; /* where the rule is written down */
	/* The host to ask next: of those with room in sum that this request has not tried
	 * (fleet_may_take()), or HOST_NONE. Equals: the lowest, where nothing is drawn. */
	uint32_t (*next)(const struct fleet *f, const struct choice_request *r);
	/* True: it looks at f->asked, what zones asked for so far. */
	bool learns;
};

/* NULL-terminated, in the order `homenode list choices` prints. */
extern const struct choice *const choices[];
const struct choice *choice_find(const char *name); /* NULL if unknown */

#endif
