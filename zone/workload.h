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

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/units.h"
#include "zone/balloon.h"
#include "zone/clusters.h"
#include "zone/group.h"
#include "zone/initial.h"
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
	uint32_t cluster; /* of the fleet's clusters; 0 where it has none */
	uint64_t id; /* the zone's, unique while it lives */
	int64_t lifetime_ns; /* START: until it stops by itself; NS_NEVER: until a STOP or the end
			      */
	int64_t bytes; /* RESIZE */
	const struct zone *zone; /* START; valid until the next call */
	const struct zone_use *use; /* START: its memory use; NULL: unknown. Outlives the stream */
	/* START: what its host must obey; NULL: nothing. Valid until the next call. */
	const struct zone_group *group;
};

/* It comes before the clock ends (TIME_MAX_NS), and so does its end where it has one. */
static inline bool zone_event_can_be_told(const struct zone_event *e)
{
	return e->at_ns <= TIME_MAX_NS &&
	       (e->lifetime_ns == NS_NEVER || e->lifetime_ns <= TIME_MAX_NS - e->at_ns);
}

struct csv; /* base/csv.h */

/* An open stream of events. */
struct zone_stream;

/* Something in a trace that bears on a zone's size, place or life and is not used, or was
 * assumed; said to a person with how many rows have it. */
struct zone_stream_note {
	const char *text; /* "name machines, which are not used"; lives as long as the workload */
	char which[24]; /* ends the sentence; "" if that is done */
	uint64_t rows;
};
#define ZONE_STREAM_NOTES_MAX 12

struct zone_stream_stats {
	uint64_t events; /* handed out, or another cluster's */
	struct zone_stream_note note[ZONE_STREAM_NOTES_MAX]; /* those with rows, in front */
	uint64_t bad_rows; /* skipped because of skip_bad */
	char first_bad[256]; /* why the first of them was bad, file:line included; "" if none */
	uint64_t warnings; /* of a reader that has a sentence for each */
	char first_warning[256];
	/* Position for progress: bytes or events done of all; total 0 when unknown. */
	uint64_t done, total;
};

/* *out is set to the next event, or to NULL at the end. ERR_INPUT names the
 * file, line and column of a bad row. */
int zone_stream_next(struct zone_stream *s, const struct zone_event **out,
		     struct error *err) MUST_USE;
const struct zone_stream_stats *zone_stream_stats(struct zone_stream *s);
/* How many events there were, with those of other clusters. */
uint64_t zone_stream_place(const struct zone_stream *s);
/* Of the last START: how many there were up to it, with those of other clusters. */
uint64_t zone_stream_ordinal(const struct zone_stream *s);
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
	/* What others have taken before the first zone, and who shares a rack; NULL: nothing,
	 * and nobody. */
	const struct fleet_initial *initial;
	const struct fleet_racks *racks;
	/* Sets of hosts that zones are bound to, all hosts together; 0: it has none. */
	const struct fleet_cluster *cluster;
	uint32_t nr_clusters;
	const uint32_t *cluster_by_name; /* their numbers, in the order of their names */
};

/* SOURCE_TRACES: each cluster of the fleet has one of its own. */
enum workload_source { SOURCE_GENERATOR, SOURCE_EVENTS, SOURCE_TRACE, SOURCE_TRACES };

struct workload_generator; /* zone/generator.h */
struct trace_format;

struct trace_layout; /* zone/trace_rows.h */
#define TRACE_FORMS_MAX 3

/* Every place of a zone more to come multiplies the work by some 40. */
#define WORKLOAD_BRANCH_MAX 8

/* Parsed workload. Zero-initialise; release frees everything. Strings live in the arena. */
struct workload {
	/* workload_stop_on()'s, or NULL */
	const atomic_bool *stop;
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
	/* Traces whose sizes are parts of a machine: what that machine has; 0: not said. */
	uint32_t machine_vcpus;
	int64_t machine_bytes;
	/* Documents that go with the trace, where its format takes more than one; NULL, or ended
	 * by NULL. Relative as trace_path. */
	const char *const *trace_with;
	const char *machine_type; /* which of several it stands for; NULL: not said */
	/* Files that belong to the trace, as its format says; NULL: none. Relative as trace_path.
	 */
	const char *types_path, *lifetimes_path;
	/* So many more zones of the same kind than it has, of all; below 0: fewer. For questions
	 * (zone/arrivals.h); no file says it. */
	int64_t extra_arrivals_ppm;
	bool trace_gpus; /* traces: GPUs are asked for, any so many of a host; else ignored */
	/* Source-specific; private to zone/. */
	const struct workload_generator *generator;
	const struct zone_event *event;
	size_t nr_events;
	const char *trace_path; /* relative paths are relative to the workload's file */
	const struct trace_format *trace_format;
	struct trace_cache *cache; /* its rows as they were read before; NULL: none */
	bool cache_skipped_bad; /* with skip_bad */
	bool sort; /* rows may come in any order */
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

/* How a trace is to be read. */
struct trace_reading {
	const char *cache; /* a folder for what its rows become, made when it is not there; NULL:
			      none */
	bool skip_bad; /* as workload_open() will be told */
	bool sort; /* rows are not in the order of time: sort them, out of memory where they are
		      many */
	FILE *warn; /* a cache that cannot be used is written anew, and said here; NULL: nowhere */
};

/*
 * Read the trace now, into the cache or from it; workload_open() then takes it from there.
 * A cache is found by what is in the trace (SHA-256) and the files that go with it, its format,
 * the options that change what rows mean and the machine that sizes are parts of, which must be set
 * before; so a trace that changed is another. ERR_USAGE when there is no trace, or
 * it is standard input.
 */
int workload_prepare(struct workload *w, const struct trace_reading *how,
		     struct error *err) MUST_USE;

/* A workload without zones, everything else at its default; for those that code
 * makes. Its strings live for ever. */
void workload_defaults(struct workload *w);

/* Can the memory of one of its zones change while it runs? */
bool workload_resizes(const struct workload *w);

/* May an event be about a zone that another one started? A cached trace is known; as
 * workload_open() with this `skip_bad` reads it. */
bool workload_names_zones(const struct workload *w, bool skip_bad);

/* Are its sizes parts of a machine that it does not name? Then workload_set_machine()
 * before it is opened. */
bool workload_wants_machine(const struct workload *w);
void workload_set_machine(struct workload *w, uint32_t vcpus, int64_t bytes);

/* Reading its traces ends with ERR_INTERRUPTED once *stop, which is the caller's, is true. */
void workload_stop_on(struct workload *w, const atomic_bool *stop);

/* Does its trace come through standard input, which can be read once? */
bool workload_is_piped(const struct workload *w);

/*
 * Open the stream of one row: same workload and seed, same events. The seed
 * matters to generators only. With skip_bad a bad trace row is counted and
 * skipped, not an error.
 */
int workload_open(struct zone_stream **out, const struct workload *w, uint64_t seed, bool skip_bad,
		  struct error *err) MUST_USE;

/* The same without the events of other clusters than this one. */
int workload_open_cluster(struct zone_stream **out, const struct workload *w, uint32_t cluster,
			  uint64_t seed, bool skip_bad, struct error *err) MUST_USE;

/* One column of a table; the rest of its row may hold what nobody reads. */
struct trace_column {
	const char *name;
	bool optional;
	const char *unit; /* "s", "GiB"; NULL: none */
	const char *meaning; /* a few words for `homenode list formats NAME` */
};

/* A trace format: how rows become zones. Times stay as the file has them. */
struct trace_format {
	const char *name; /* "huawei-east-1" */
	const char *summary; /* one line for `homenode list formats`, at most 56 characters */
	const char *source; /* where the format is defined */
	const char *licence; /* of the traces that are published in it; NULL: none is */
	const char *where; /* to get them, or the command that makes one; NULL: nowhere */
	const char *keeps; /* in memory, beside the zones that live; NULL: nothing */
	bool takes_folders; /* the trace may be a folder of files */
	uint32_t version; /* goes up when its rows come to mean something else: caches are then old
			   */
	bool takes_more; /* documents that go with it (trace_with) */
	/* What names the set of hosts that a zone is bound to; NULL: nothing does. */
	const char *cluster;
	bool in_machines; /* sizes are parts of a machine: machine_vcpus, machine_bytes */
	/* What else of a workload's "trace" it heeds; what it does not is refused. */
	bool has_machine_types, has_types, has_lifetimes;
	/* What is in it, where it is no table; ended by a NULL name. */
	const struct trace_column *column;
	/* Its events are STARTs without a use, and STOPs: nobody need follow a zone's memory. */
	bool never_resizes;
	/* The forms it has; a header is this format's when it has all columns of one. */
	const struct trace_layout *layout[TRACE_FORMS_MAX];
	/* The stream takes over the open table and closes it, on failure too. */
	int (*open)(struct zone_stream **out, struct csv *csv, const struct workload *w,
		    bool skip_bad, struct error *err);
	/* Instead of `open`, for what is no table: does a file begin so (its first bytes,
	 * unpacked), and a stream over it. */
	bool (*begins)(const char *text, size_t size);
	int (*open_path)(struct zone_stream **out, const char *path, const struct workload *w,
			 bool skip_bad, struct error *err);
};
/* NULL-terminated. */
extern const struct trace_format *const trace_formats[];
const struct trace_format *trace_format_find(const char *name);
/* The columns of one of its forms, ended by a NULL name; NULL: it has no such form. */
const struct trace_column *trace_format_columns(const struct trace_format *f, unsigned form);

extern const char *const refused_rule_names[]; /* NULL-terminated, in enum order */

/* As base/library.h; none where this was built without it. */
struct library;
struct library *libraries_of_database(struct library *out);

#endif
