/* "memory_use" in workloads; private to zone/. */
#ifndef ZONE_USE_JSON_H
#define ZONE_USE_JSON_H

#include "base/json_doc.h"
#include "zone/use.h"

/* An object {"pattern": ...}; `extra` is one more key that the caller reads, or NULL. */
int zone_use_from_json(const struct json_at *at, const char *extra, struct zone_use *out,
		       struct error *err) MUST_USE;

#endif
