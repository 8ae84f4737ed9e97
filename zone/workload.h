/*
 * Zones over time. A workload is JSON (its format:
 * docs/formats-workloads.md): where the zones come from (a seeded generator, a list
 * of events, a trace file), the fleet they run on, and which policies to
 * compare. Or a bare trace file, which gets the default fleet.
 *
 * The zones come as a stream, in time order, one event at a time: memory
 * follows the zones that live, not the length of the trace.
 */
#ifndef ZONE_WORKLOAD_H
#define ZONE_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/units.h"
#include "zone/balloon.h"
#include "zone/use.h"
#include "zone/zone.h"

enum zone_event_kind {
	ZONE_EVENT_START,
	ZONE_EVENT_STOP, /* of the zone with this id; unknown ids are ignored and counted */
	ZONE_EVENT_RESIZE, /* memory target of a dynamic zone, .bytes */
};

struct zone_event {
	int64_t at_ns; /* since the stream's start; never decreases */
	enum zone_event_kind kind;
	uint64_t id; /* the zone's, unique while it lives */
	int64_t lifetime_ns; /* START: until it stops by itself; NS_NEVER: until a STOP or the end
			      */
	int64_t bytes; /* RESIZE */
	const struct zone *zone; /* START; valid until the next call */
	const struct zone_use *use; /* START: its memory use; NULL: unknown. Outlives the stream */
};

struct csv; /* base/csv.h */

/* An open stream of events. */
struct zone_stream;

struct zone_stream_stats {
	uint64_t events; /* handed out */
	uint64_t bad_rows; /* skipped because of skip_bad */
	char first_bad[256]; /* why the first of them was bad, file:line included; "" if none */
	/* Position for progress: bytes or events done of all; total 0 when unknown. */
	uint64_t done, total;
};

/* *out is set to the next event, or to NULL at the end. ERR_INPUT names the
 * file, line and column of a bad row. */
int zone_stream_next(struct zone_stream *s, const struct zone_event **out,
		     struct error *err) MUST_USE;
const struct zone_stream_stats *zone_stream_stats(const struct zone_stream *s);
void zone_stream_close(struct zone_stream *s); /* NULL is fine */

enum refused_rule { REFUSED_COUNT, REFUSED_QUEUE, REFUSED_STOP };

/* `count` hosts of one topology (a name from topologies/ or a path). */
struct fleet_group {
	const char *topology;
	uint32_t count;
};

struct fleet_spec {
	const struct fleet_group *group;
	uint32_t nr_groups;
	const char *choice; /* a name from choice/choices.c, not looked up here */
	/* Sum of a host's vCPUs may not exceed this share of its CPUs, in
	 * thousandths (1000 = one vCPU a CPU); 0 = no limit. */
	uint32_t cpu_overcommit_milli;
	/* dom0's share of each host, taken before any zone: memory spread over the
	 * nodes in proportion to their size, CPUs from the lowest on. */
	int64_t dom0_memory_bytes;
	uint32_t dom0_vcpus;
};

enum workload_source { SOURCE_GENERATOR, SOURCE_EVENTS, SOURCE_TRACE };

struct workload_generator; /* zone/generator.h */
struct trace_format;

struct trace_layout; /* zone/trace_rows.h */
#define TRACE_FORMS_MAX 2

/* Every place of a zone more to come multiplies the work by some 40. */
#define WORKLOAD_BRANCH_MAX 8

/* Parsed workload. Zero-initialise; release frees everything. Strings live in the arena. */
struct workload {
	const char *name; /* the file's "name", else its basename without suffix */
	const char *path;
	const char *note; /* where its figures come from; "" if none */
	enum workload_source source;
	int64_t duration_ns; /* the run ends here even if zones live; NS_NEVER: at the last event */
	int64_t timeline_step_ns; /* between rows of timeline.csv; 0: duration / 168 */
	enum refused_rule refused;
	struct fleet_spec fleet;
	/* What to compare; each NULL-terminated, never empty. */
	const char *const *policy;
	const uint64_t *seed;
	uint32_t nr_seeds;
	/* Bit 1 << enum zone_memory_policy: as asked when 0. */
	uint32_t memory_policies;
	/* How dynamic memory is managed, and which allocators to compare
	 * (NULL-terminated, never empty). */
	struct balloon_rule balloon;
	const char *const *allocator;
	/* How far the policy that foresees looks, and for how many of the next zones it
	 * tries every place (bench/foresight/future.h). */
	int64_t horizon_ns;
	uint32_t branch;
	bool no_cost; /* "cost": false: runs do not price zones */
	uint32_t vcpu_scale_milli; /* traces: vCPUs multiplied by this / 1000, rounded up; 1000 */
	bool trace_gpus; /* traces: GPUs are asked for, any so many of a host; else ignored */
	/* Source-specific; private to zone/. */
	const struct workload_generator *generator;
	const struct zone_event *event;
	size_t nr_events;
	const char *trace_path; /* relative paths are relative to the workload's file */
	const struct trace_format *trace_format;
	struct arena arena;
};

/*
 * Load a workload's JSON or, with `format` not NULL (a name from
 * `trace_formats`), a bare trace file. A bare trace called *.csv needs no format:
 * its header tells. ERR_INPUT with file:line:column; ERR_USAGE for an unknown
 * format. On failure `out` is released.
 */
int workload_load(struct workload *out, const char *path, const char *format,
		  struct error *err) MUST_USE;
void workload_release(struct workload *w);

/* A workload without zones, everything else at its default; for those that code
 * makes. Its strings live for ever. */
void workload_defaults(struct workload *w);

/* Can the memory of one of its zones change while it runs? */
bool workload_resizes(const struct workload *w);

/* Does its trace come through standard input, which can be read once? */
bool workload_is_piped(const struct workload *w);

/*
 * Open the stream of one row: same workload and seed, same events. The seed
 * matters to generators only. With skip_bad a bad trace row is counted and
 * skipped, not an error.
 */
int workload_open(struct zone_stream **out, const struct workload *w, uint64_t seed, bool skip_bad,
		  struct error *err) MUST_USE;

/* A trace format: how rows become zones. Times stay as the file has them. */
struct trace_format {
	const char *name; /* "huawei-east-1" */
	const char *summary; /* one line for `homenode list formats` */
	const char *source; /* where the format is defined */
	bool takes_folders; /* the trace may be a folder of files */
	/* Its events are STARTs without a use, and STOPs: nobody need follow a zone's memory. */
	bool never_resizes;
	/* The forms it has; a header is this format's when it has all columns of one. */
	const struct trace_layout *layout[TRACE_FORMS_MAX];
	/* The stream takes over the open table and closes it, on failure too. */
	int (*open)(struct zone_stream **out, struct csv *csv, const struct workload *w,
		    bool skip_bad, struct error *err);
};
/* NULL-terminated. */
extern const struct trace_format *const trace_formats[];
const struct trace_format *trace_format_find(const char *name);

extern const char *const refused_rule_names[]; /* NULL-terminated, in enum order */

#endif
