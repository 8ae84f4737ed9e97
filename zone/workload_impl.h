/*
 * Between the files that read workloads. Private to zone/.
 */
#ifndef ZONE_WORKLOAD_IMPL_H
#define ZONE_WORKLOAD_IMPL_H

#include "base/doc.h"
#include "zone/generator.h"
#include "zone/workload.h"

/* A workload's document. `out` has its defaults and path; on failure
 * the caller releases it. */
int workload_from_doc(struct workload *out, const struct doc *doc, struct error *err) MUST_USE;

/* Set w->trace_format: by name, or when `format` is NULL by the header of
 * w->trace_path. ERR_USAGE when there is no such name. */
int workload_find_format(struct workload *w, const char *format, struct error *err) MUST_USE;

/* Which format a trace begins as: ERR_INPUT when none. */
int trace_format_of(const char *path, const struct trace_format **out, struct error *err) MUST_USE;
int trace_open(struct zone_stream **out, const struct workload *w, bool skip_bad,
	       struct error *err) MUST_USE;

/* Members of the workload object; strings and arrays go into w->arena. */
int workload_read_balloon(struct balloon_rule *b, const struct doc_value *at,
			  struct error *err) MUST_USE;
int workload_read_generator(struct workload *w, const struct doc_value *at,
			    struct error *err) MUST_USE;
int workload_read_events(struct workload *w, const struct doc_value *list,
			 struct error *err) MUST_USE;

#endif
