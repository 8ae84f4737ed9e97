/*
 * Points in time as programs write them: RFC 3339 ("2026-05-01T12:00:00.5Z", an offset in
 * place of the Z) and the same without a zone, as ISO 8601 allows. Private to zone/.
 */
#ifndef ZONE_TIMESTAMP_H
#define ZONE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since 1970 (further digits are cut); what has no zone is taken for UTC. False:
 * it is no such time, or one outside the years 1970 to 2100. */
bool timestamp_parse(const char *text, size_t n, int64_t *out_ns);

#endif
