/*
 * What the trace formats share: rows of a table with a header become events.
 * Private to zone/.
 *
 * A zone of a trace is dynamic, boots with all of its memory and may shrink to
 * Edera's floor, unless the format says otherwise.
 */
#ifndef ZONE_TRACE_ROWS_H
#define ZONE_TRACE_ROWS_H

#include "base/csv.h"
#include "zone/name_set.h"
#include "zone/stream.h"
#include "zone/trace_files.h"
#include "zone/zone_check.h"

#define TRACE_COLUMNS_MAX 16

struct trace_stream;

/* A layout of columns and how a row of it is read. */
struct trace_layout {
	/* Ended by a NULL name; the order in the file is free. */
	struct trace_column column[TRACE_COLUMNS_MAX + 1];
	/* Column of each field of a zone, counted from 1; 0: none. Where a zone that
	 * contradicts itself is pointed at. */
	uint8_t place[ZONE_FIELDS];
	/*
	 * A file that has no header line: the names of all its columns in their order (ended
	 * by NULL), and what its first row looks like, a letter a field, so that such a file
	 * is known when it is seen: n a whole number, d a decimal one, t a text that is no
	 * number, b a number or > and a number; capitals: or empty; a dot: anything.
	 */
	const char *const *bare;
	const char *shape;
	bool strict; /* other columns are an error; else they are ignored */
	/* Each row is a zone, whose name nobody else may have at the same time. */
	bool named_rows;
	bool sorted; /* rows are in the order of time */
	/* Column of the time, a number, counted from 1: rows can be sorted by it (--sort). 0: they
	 * cannot, or need not. */
	uint8_t time;
	uint8_t cluster; /* column that names it, counted from 1; 0: none does */
	csv_key_of *time_key; /* how it is read as one; NULL: csv_sort_key */
	bool any_order; /* rows need no order: they are sorted by `time`, or gathered */
	bool many_files; /* of a folder, one after the other, or sorted, as one table */
	/* Fills t->base.event and t->zone from t->csv's current row. */
	int (*row)(struct trace_stream *t, struct error *err);
	/* NULL, or frees what the format's own stream holds. */
	void (*release)(struct trace_stream *t);
};

/* A stream over the rows, or the first member of a format's own. */
struct trace_stream {
	struct zone_stream base;
	struct csv csv;
	const struct trace_layout *layout;
	const struct trace_format *format;
	void *format_own; /* what the format's rows know of each other; the format's */
	struct trace_files files; /* of a folder that is one table */
	size_t file; /* of those, the one being read */
	int column[TRACE_COLUMNS_MAX]; /* field of each column of the layout; -1: absent */
	const struct fleet_spec *fleet; /* whose clusters rows name */
	uint32_t vcpu_scale_milli;
	uint32_t machine_vcpus; /* 0: not said */
	int64_t machine_bytes;
	const atomic_bool *stop; /* of the workload, for every file */
	bool skip_bad, gpus;
	int64_t last_ns; /* time of the last good row */
	uint64_t nr_zones; /* started so far */
	struct note_place {
		size_t file;
		unsigned long line;
	} note_at[ZONE_STREAM_NOTES_MAX]; /* where rows are sorted: the first that has the note */
	bool no_event; /* set by a row that is fine and tells nothing */
	uint32_t nr_gpus; /* set by a row: so many GPUs, any of a host */
	uint32_t copies; /* set by a row: so many zones alike, "name-0" and on; else 1 */
	uint32_t copy; /* of those, the one handed out */
	struct zone zone;
	char name[ZONE_NAME_MAX + 1], copy_name[ZONE_NAME_MAX + 1];
	char gpu_text[16]; /* "2xgpu", of the zone handed out */
	const char *device[1];
	struct stream_name number; /* "z<n>" of zone named_to - 1 */
	uint64_t named_to;
	struct name_set names;
};

/* The stream takes over `csv`, whose header is read, and closes it, on failure
 * too. ERR_INPUT when a column is missing. */
int trace_init(struct trace_stream *t, struct csv *csv, const struct trace_layout *layout,
	       const struct workload *w, bool skip_bad, struct error *err) MUST_USE;
/* Find the layout's columns in the header of t->csv; trace_init() does it for the
 * first file. */
int trace_bind_columns(struct trace_stream *t, struct error *err) MUST_USE;
void trace_release(struct trace_stream *t);

/* The next good row into t->base.event; *more = false at the end. Bad rows are
 * skipped and counted when t->skip_bad. */
int trace_row(struct trace_stream *t, bool *more, struct error *err) MUST_USE;

/* A streamed trace whose rows are in the order of time, in a zeroed struct of
 * `size` bytes that begins with a struct trace_stream. */
int trace_stream_open(struct zone_stream **out, size_t size, struct csv *csv,
		      const struct trace_layout *layout, const struct workload *w, bool skip_bad,
		      struct error *err) MUST_USE;

/* Is the first line of a table, not yet taken for a header, a row of the layout's shape? */
bool trace_has_shape(const struct csv *first, const struct trace_layout *layout);
/* Take the first line for the header, or where `f` has files without one and it is none,
 * for their first row. */
int trace_take_columns(struct csv *first, const struct trace_format *f, struct error *err) MUST_USE;
/* The first of a format's forms that has all its columns here; else that with most. */
const struct trace_layout *trace_form(const struct csv *header, const struct trace_format *f);

/* What a table is that belongs to a known trace and holds no zones, such as its machines:
 * ERR_INPUT and a sentence. 0: nothing is known of it. `first` is taken for a header, or not
 * yet; `path` is read once more. */
int trace_says_no_zones(const char *path, const struct csv *first, struct error *err) MUST_USE;

/* How many of the layout's required columns are not there; `have` counts the others. */
unsigned trace_lacks(const struct csv *header, const struct trace_layout *layout, unsigned *have);

/*
 * Pieces of rows; `column` counts in the layout.
 */
/* False when the column is absent or the field empty. */
bool trace_given(const struct trace_stream *t, unsigned column);
/* Seconds into event.at_ns; the row must not be before the last one. */
int trace_read_time(struct trace_stream *t, unsigned column, struct error *err) MUST_USE;
/* Start t->zone anew: `milli` thousandths of a vCPU, scaled and rounded up to
 * whole vCPUs, and memory, rounded up to pages. */
int trace_set_zone(struct trace_stream *t, unsigned vcpus_column, int64_t milli,
		   unsigned memory_column, int64_t bytes, struct error *err) MUST_USE;
/* Name the zone by the field with `prefix` before it. */
int trace_set_name(struct trace_stream *t, const char *prefix, unsigned column,
		   struct error *err) MUST_USE;

/* The rules that every reader of zones holds to, for rows that are counted on afterwards:
 * others are held to them after layout->row(). */
int trace_check_zone(const struct trace_stream *t, struct error *err) MUST_USE;
/* Does no zone that lives have the name of the START at hand? It has it from here on. `sorted`:
 * rows come in the order of time, so that names of the dead can be forgotten. */
bool trace_name_is_new(struct trace_stream *t, bool sorted) MUST_USE;
/* Name the zone "z" and its number. */
void trace_number_name(struct trace_stream *t);
/* A time before the trace's start is its start. ERR_INPUT where the row is before the last. */
int trace_set_time(struct trace_stream *t, unsigned column, int64_t at_ns,
		   struct error *err) MUST_USE;
/* So many GPUs, any of a host; none where they are ignored. ERR_INPUT: too many. */
int trace_read_gpus(struct trace_stream *t, unsigned column, int64_t milli,
		    struct error *err) MUST_USE;
/* Is the field exactly this? */
bool trace_field_is(const struct trace_stream *t, unsigned column, const char *text);
/*
 * Zones whose ends are rows of their own that may stand anywhere: all rows are read at open, and
 * zones handed out in the order of time (those of one time in the order of their rows), sorted
 * out of memory where they are many. A STOP ends the zone that a START began with its id; what is
 * kept is that zone, 40 bytes and a name for each id, so ids are to be small numbers that are
 * used again, always for the same name. While it reads, t->format_own is `own`, which stays the
 * caller's.
 */
int trace_gather_open(struct zone_stream **out, struct csv *csv, const struct trace_layout *layout,
		      const struct workload *w, void *own, bool skip_bad,
		      struct error *err) MUST_USE;

/* The row has `text` to it. Notes are in the order of the rows that had them first, as they stand
 * in the file, sorted or not. */
struct zone_stream_note *trace_note(struct trace_stream *t, const char *text);
/* A part of a machine's vCPUs, memory: ".25" of 64 is 16000 thousandths. ERR_INPUT when nobody
 * said how large the machine is. */
int trace_part_of_vcpus(const struct trace_stream *t, unsigned column, int64_t *milli,
			struct error *err) MUST_USE;
int trace_part_of_memory(const struct trace_stream *t, unsigned column, int64_t *bytes,
			 struct error *err) MUST_USE;

extern const struct trace_format trace_homenode, trace_huawei, trace_huawei_two_node, trace_openb,
	trace_slurm, trace_kubernetes, trace_openstack, trace_libvirt, trace_gwa_t_12,
	trace_gwa_t_12_condensed, trace_azure, trace_azure_vms, trace_azure_batches,
	trace_google_2011, trace_google_2019, trace_packing, trace_packing_csv, trace_alibaba_2017,
	trace_alibaba_2018, trace_alibaba_gpu_2020, trace_alibaba_dlrm;

#endif
