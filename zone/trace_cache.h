/*
 * What a trace's rows became, kept as a file that is read at the speed of memory: events in
 * the order of time, 32 bytes and a name each. docs/formats-workloads.md says who may
 * rely on what. Private to zone/ and to benchmarks.
 *
 * A file is looked at whole before it is believed: its length, a checksum over all of it
 * (against accidents, not against forgers), every shape of zone by the rules of zone_check.h; and
 * every event when it is handed out. It is read in blocks and not mapped, but for samples of memory
 * use: memory stays as it is however long the trace, and a file that is cut meanwhile is an error,
 * not a signal.
 */
#ifndef ZONE_TRACE_CACHE_H
#define ZONE_TRACE_CACHE_H

#include "zone/stream.h"

#define TRACE_CACHE_KEY 64 /* characters of a key */

struct trace_cache;

/* Drains `s` into a file that appears whole or not at all. */
int trace_cache_write(const char *path, const char *key, struct zone_stream *s,
		      struct error *err) MUST_USE;
/* ERR_INPUT when it is not, or not any more, what was written under this key. No such file:
 * *out is NULL. */
int trace_cache_load(struct trace_cache **out, const char *path, const char *key,
		     struct error *err) MUST_USE;
/* Is any of its events about a zone that another one started? */
bool trace_cache_names_zones(const struct trace_cache *c);
void trace_cache_free(struct trace_cache *c); /* NULL is fine */
/* Many at a time; `c` must outlive them. */
int trace_cache_open(struct zone_stream **out, const struct trace_cache *c,
		     struct error *err) MUST_USE;

#endif
