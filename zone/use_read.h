/* "memory_use" in workloads; private to zone/. */
#ifndef ZONE_USE_READ_H
#define ZONE_USE_READ_H

#include "base/doc.h"
#include "zone/use.h"

/* An object {"pattern": ...}; `extra` is one more key that the caller reads, or NULL. */
int zone_use_from_doc(const struct doc_value *at, const char *extra, struct zone_use *out,
		      struct error *err) MUST_USE;

#endif
