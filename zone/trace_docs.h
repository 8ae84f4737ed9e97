/*
 * What the trace formats share that are documents (JSON, YAML) and no tables: lists of
 * things that a cluster has or had. They are read whole, in any order; what comes of them are
 * zones, sorted by their start, with times counted from the earliest. Private to zone/.
 */
#ifndef ZONE_TRACE_DOCS_H
#define ZONE_TRACE_DOCS_H

#include "base/doc.h"
#include "zone/stream.h"

/* From the beginning, where nothing says when. */
#define DOCS_AT_FIRST INT64_MIN

struct docs_zone; /* one that was added */

struct doc_stream {
	struct zone_stream base;
	struct doc *doc; /* the trace and those that go with it; released once read */
	size_t nr_docs;
	struct zone_list zones; /* its arena has what the zones need; its list stays empty */
	struct docs_zone *zone;
	size_t nr, cap;
	const struct fleet_spec *fleet;
	uint32_t vcpu_scale_milli;
	bool skip_bad, gpus;
};

/*
 * Load the documents of the trace `path` and of w->trace_with, let `read` turn them into
 * zones, and make a stream of those. `read` gets the stream, as `self` asks for.
 */
int docs_open(struct zone_stream **out, const char *path, const struct workload *w, bool skip_bad,
	      int (*read)(struct doc_stream *s, struct error *err), struct error *err) MUST_USE;

/* Which of the fleet's clusters `name` is; NULL: it names none. ERR_INPUT where that is none, or
 * not known, in a fleet that has some; a note where it has none. `what` is where it would be. */
int docs_cluster(struct doc_stream *s, const struct doc_value *at, const char *what,
		 const char *name, uint32_t *out, struct error *err) MUST_USE;

/*
 * A zone that starts at `at_ns` since 1970, or DOCS_AT_FIRST, and ends at `end_ns`
 * (NS_NEVER). It is scaled and checked as rows are, `at` is where it is said. Strings live in
 * s->zones.arena. `group` may be NULL. ERR_INPUT, or 0 with a bad one counted under skip_bad.
 */
int docs_add(struct doc_stream *s, const struct doc_value *at, const struct zone *zone,
	     const struct zone_group *group, uint32_t cluster, int64_t at_ns, int64_t end_ns,
	     struct error *err) MUST_USE;
/* What reading one thing gave: 0 where it is bad and such are skipped; they are counted. */
int docs_judge(struct doc_stream *s, int rc, struct error *own, struct error *err) MUST_USE;

/* Member `key` of a map as a time; absent or null leaves *out. ERR_INPUT: it is none. */
int docs_time(const struct doc_value *map, const char *key, int64_t *out_ns,
	      struct error *err) MUST_USE;

/* Does `text` begin as a JSON or YAML map does, with one of these keys, or as a JSON list of
 * maps (`key` NULL)? For trace_format.begins. */
bool docs_begin(const char *text, size_t size, const char *const *key);

#endif
