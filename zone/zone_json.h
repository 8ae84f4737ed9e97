/*
 * One zone out of a larger JSON document: for readers whose files contain zones
 * (workloads). Private to zone/.
 */
#ifndef ZONE_ZONE_JSON_H
#define ZONE_ZONE_JSON_H

#include "base/json_doc.h"
#include "zone/zone.h"

/* The zone object at `at`, checked; strings go into `arena`. ERR_INPUT names the
 * place of what is wrong. "count" is not a field here. */
int zone_from_json(const struct json_at *at, struct arena *arena, struct zone *out,
		   struct error *err) MUST_USE;

#endif
