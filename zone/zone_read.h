/*
 * One zone out of a larger document: for readers whose files contain zones
 * (workloads). Private to zone/.
 */
#ifndef ZONE_ZONE_READ_H
#define ZONE_ZONE_READ_H

#include "base/doc.h"
#include "zone/zone.h"

/* The zone object at `at`, checked; strings go into `arena`. ERR_INPUT names the
 * place of what is wrong. "count" is not a field here. */
int zone_from_doc(const struct doc_value *at, struct arena *arena, struct zone *out,
		  struct error *err) MUST_USE;
/* The same without a name (it is called "z"); `more` are fields that the caller reads,
 * at most 3, ended by NULL. */
int zone_size_from_doc(const struct doc_value *at, const char *const *more, struct arena *arena,
		       struct zone *out, struct error *err) MUST_USE;

#endif
