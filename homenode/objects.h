/* What the library's objects are; private to homenode/. */
#ifndef HOMENODE_OBJECTS_H
#define HOMENODE_OBJECTS_H

#include "base/alloc.h"
#include "homenode/homenode.h"
#include "placement/policy.h"

struct hn_host {
	struct host *host;
	bool finished, has_distances;
};

struct hn_state {
	struct host_state state;
};

struct hn_zone {
	struct zone zone;
	const char *device[ZONE_DEVICES_MAX];
	struct arena arena; /* of texts */
};

struct hn_plan {
	struct plan plan;
	bool filled;
};

static inline const struct policy *policy_of(const struct hn_policy *p)
{
	return (const struct policy *)(const void *)p;
}

/* Fill `err`, NULL is fine, and return `code`. */
int lib_fail(struct hn_error *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same of an error of ours; 0: nothing is filled. */
int lib_pass(struct hn_error *err, int code, const struct error *own);

#endif
