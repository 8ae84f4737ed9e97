#include "zone/trace_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/units.h"

static int missing_column(const struct trace_stream *t, const char *name, struct error *err)
{
	char list[256] = "";

	for (const struct trace_column *c = t->layout->column; c->name; c++) {
		size_t used = strlen(list);

		if (!c->optional)
			snprintf(list + used, sizeof(list) - used, "%s%s", used ? "," : "",
				 c->name);
	}
	return error_at(err, ERR_INPUT, t->csv.path, t->csv.line, 0,
			"the header has no column \"%s\"; this format needs %s", name, list);
}

static int unknown_column(const struct trace_stream *t, unsigned field, struct error *err)
{
	const char *known[TRACE_COLUMNS_MAX + 1] = {NULL}, *near;

	for (int i = 0; t->layout->column[i].name; i++)
		known[i] = t->layout->column[i].name;
	near = nearest_name(t->csv.column[field], known);
	if (near)
		return csv_error(&t->csv, field, err,
				 "unknown column \"%.80s\"; did you mean \"%s\"?",
				 t->csv.column[field], near);
	return csv_error(&t->csv, field, err, "unknown column \"%.80s\"", t->csv.column[field]);
}

/* A fleet in clusters needs to be told which. */
static int check_clusters(const struct trace_stream *t, struct error *err)
{
	unsigned column = t->layout->cluster;

	if (!t->fleet->nr_clusters || (column && t->column[column - 1] >= 0))
		return 0;
	if (!column)
		return error_at(err, ERR_INPUT, t->csv.path, t->csv.line, 0,
				"nothing in such a table names a cluster, and the workload's fleet "
				"has clusters");
	return error_at(err, ERR_INPUT, t->csv.path, t->csv.line, 0,
			"the header has no column \"%s\", and the workload's fleet has clusters",
			t->layout->column[column - 1].name);
}

int trace_bind_columns(struct trace_stream *t, struct error *err)
{
	bool known[CSV_FIELDS_MAX] = {false};

	for (int i = 0; i < TRACE_COLUMNS_MAX; i++)
		t->column[i] = -1;
	for (int i = 0; t->layout->column[i].name; i++) {
		const struct trace_column *c = &t->layout->column[i];

		t->column[i] = csv_column(&t->csv, c->name);
		if (t->column[i] >= 0)
			known[t->column[i]] = true;
	}
	for (unsigned i = 0; t->layout->strict && i < t->csv.nr_columns; i++)
		if (!known[i])
			return unknown_column(t, i, err);
	for (int i = 0; t->layout->column[i].name; i++)
		if (t->column[i] < 0 && !t->layout->column[i].optional)
			return missing_column(t, t->layout->column[i].name, err);
	return check_clusters(t, err);
}

/* The rows of another file of the table, to those that are sorted. */
static int sort_file(struct trace_stream *t, const char *path, struct error *err)
{
	const char *name = t->layout->column[t->layout->time - 1].name;
	struct csv other;
	int rc = csv_open_first(&other, path, err);

	if (rc)
		return rc;
	rc = trace_take_columns(&other, t->format, err);
	if (!rc)
		rc = csv_sort_more(&t->csv, &other, (unsigned)csv_column(&other, name),
				   t->layout->time_key ? t->layout->time_key : csv_sort_key, err);
	csv_close(&other);
	return rc;
}

/* Put the rows of all files in the order of time. */
static int sort_rows(struct trace_stream *t, struct error *err)
{
	int rc = csv_sort_more(&t->csv, NULL, (unsigned)t->column[t->layout->time - 1],
			       t->layout->time_key ? t->layout->time_key : csv_sort_key, err);

	for (size_t i = 1; i < t->files.nr && !rc; i++)
		rc = sort_file(t, t->files.path[i], err);
	t->file = t->files.nr;
	return rc ? rc : csv_sort_end(&t->csv, err);
}

int trace_init(struct trace_stream *t, struct csv *csv, const struct trace_layout *layout,
	       const struct workload *w, bool skip_bad, struct error *err)
{
	int rc;

	t->csv = *csv;
	*csv = (struct csv){0};
	t->csv.stop = t->stop = w->stop;
	t->layout = layout;
	t->format = w->trace_format;
	t->fleet = &w->fleet;
	t->vcpu_scale_milli = w->vcpu_scale_milli;
	t->gpus = w->trace_gpus;
	t->machine_vcpus = w->machine_vcpus;
	t->machine_bytes = w->machine_bytes;
	t->skip_bad = skip_bad;
	rc = trace_bind_columns(t, err);
	if (!rc && w->sort && !layout->time && !layout->any_order)
		rc = error_set(err, ERR_USAGE,
			       "%s: --sort: rows in format %s have no one time to be sorted by",
			       t->csv.path, w->trace_format->name);
	if (!rc && layout->many_files && trace_is_folder(w->trace_path))
		rc = trace_files_list(&t->files, w->trace_path, err);
	if (!rc && layout->time && t->column[layout->time - 1] >= 0 &&
	    (w->sort || layout->any_order))
		rc = sort_rows(t, err);
	/* of many files nobody knows how long they are, but where they were read already */
	t->base.stats.total = t->file + 1 < t->files.nr ? 0 : t->csv.total;
	if (rc)
		trace_release(t);
	return rc;
}

void trace_release(struct trace_stream *t)
{
	csv_close(&t->csv);
	name_set_release(&t->names);
	trace_files_release(&t->files);
}

/* The next row, of the next file where there is one. */
static int next_row(struct trace_stream *t, bool *more, struct error *err)
{
	int rc = csv_next(&t->csv, more, err);

	while (!rc && !*more && t->file + 1 < t->files.nr) {
		csv_close(&t->csv);
		rc = csv_open_first(&t->csv, t->files.path[++t->file], err);
		t->csv.stop = t->stop;
		if (!rc)
			rc = trace_take_columns(&t->csv, t->format, err);
		if (!rc)
			rc = trace_bind_columns(t, err);
		t->csv.lost |= rc != 0;
		if (!rc)
			rc = csv_next(&t->csv, more, err);
	}
	return rc;
}

/* The first bad row is told, the others are only counted. */
static struct error *sentence_wanted(struct trace_stream *t, struct error *err, struct error *own)
{
	if (!t->skip_bad)
		return err;
	return t->base.stats.bad_rows ? NULL : own;
}

int trace_check_zone(const struct trace_stream *t, struct error *err)
{
	struct zone_fault fault;
	unsigned place;

	if (t->base.event.kind != ZONE_EVENT_START ||
	    zone_sound(&t->zone, zone_field_names, &fault))
		return 0;
	place = t->layout->place[fault.field];
	if (place && t->column[place - 1] >= 0)
		return csv_error(&t->csv, (unsigned)t->column[place - 1], err, "%s", fault.text);
	return error_at(err, ERR_INPUT, t->csv.path, t->csv.line, 0, "%s", fault.text);
}

/* The zone's end is a time, too. */
static int check_end(const struct trace_stream *t, struct error *err)
{
	const struct zone_event *e = &t->base.event;

	if (e->kind != ZONE_EVENT_START || zone_event_can_be_told(e))
		return 0;
	return error_at(
		err, ERR_INPUT, t->csv.path, t->csv.line, 0,
		"the zone would stop more than 146 years after the trace's beginning, where "
		"the clock ends");
}

bool trace_name_is_new(struct trace_stream *t, bool sorted)
{
	const struct zone_event *e = &t->base.event;
	int64_t end_ns =
		e->lifetime_ns < NS_NEVER - e->at_ns ? e->at_ns + e->lifetime_ns : NS_NEVER;

	return name_set_add(&t->names, t->zone.name, e->at_ns, end_ns, sorted ? e->at_ns : -1);
}

static int check_name(struct trace_stream *t, struct error *err)
{
	const struct trace_layout *l = t->layout;
	int column = l->named_rows ? t->column[l->place[ZONE_FIELD_NAME] - 1] : -1;

	if (column < 0 || trace_name_is_new(t, l->sorted))
		return 0;
	return csv_error(&t->csv, (unsigned)column, err,
			 "zone \"%.80s\" is there already; a name stands for one zone at a time",
			 t->zone.name);
}

static void ask_for_gpus(struct trace_stream *t)
{
	snprintf(t->gpu_text, sizeof(t->gpu_text), "%uxgpu", (unsigned)t->nr_gpus);
	t->device[0] = t->gpu_text;
	t->zone.nr_devices = 1;
	t->zone.device = t->device;
}

/* The cluster that the row's zone is bound to. */
static int read_cluster(struct trace_stream *t, struct error *err)
{
	unsigned column = t->layout->cluster - 1u;
	const struct csv_field *f = &t->csv.field[t->column[column]];
	char names[128];

	t->base.event.cluster = 0;
	if (!t->fleet->nr_clusters) {
		if (f->n)
			trace_note(t, fleet_cluster_note(t->fleet));
		return 0;
	}
	t->base.event.cluster = fleet_find_cluster(t->fleet, f->text, f->n);
	if (t->base.event.cluster != CLUSTER_NONE)
		return 0;
	return csv_error(&t->csv, (unsigned)t->column[column], err,
			 f->n ? "the fleet has no cluster \"%.*s\"; it has %s"
			      : "the row names no cluster%.*s; the fleet has %s",
			 (int)(f->n < 80 ? f->n : 80), f->text,
			 fleet_cluster_names(t->fleet, names, sizeof(names)));
}

int trace_row(struct trace_stream *t, bool *more, struct error *err)
{
	struct zone_stream_stats *stats = &t->base.stats;
	struct error own, *told;
	int rc;

	own.code = 0; /* its text is not worth a kilobyte of zeros a row */

	for (;;) {
		told = sentence_wanted(t, err, &own);
		rc = next_row(t, more, told);
		t->no_event = false;
		t->nr_gpus = 0;
		t->copies = 1;
		if (!rc && *more)
			rc = t->layout->row(t, told);
		if (!rc && *more && t->no_event) {
			/* an end that comes before its beginning tells nothing, but when it was */
			if (t->base.event.at_ns > t->last_ns)
				t->last_ns = t->base.event.at_ns;
			continue;
		}
		if (!rc && *more && t->nr_gpus)
			ask_for_gpus(t);
		if (!rc && *more && t->layout->cluster && t->column[t->layout->cluster - 1] >= 0)
			rc = read_cluster(t, told);
		if (!rc && *more)
			rc = trace_check_zone(t, told);
		if (!rc && *more)
			rc = check_end(t, told);
		if (!rc && *more)
			rc = check_name(t, told);
		if (rc != ERR_INPUT || !t->skip_bad || t->csv.lost)
			break;
		if (!stats->bad_rows++)
			snprintf(stats->first_bad, sizeof(stats->first_bad), "%.*s",
				 (int)sizeof(stats->first_bad) - 1, own.text);
	}
	if (rc && told == &own && err)
		*err = own;
	else if (rc && !told)
		error_at(err, rc, t->csv.path, t->csv.line, 0, "%s",
			 rc == ERR_INTERRUPTED ? "stopped by a signal" : "cannot read on");
	stats->done = t->csv.done;
	if (!rc && *more) {
		t->last_ns = t->base.event.at_ns;
		t->nr_zones += t->base.event.kind == ZONE_EVENT_START;
	}
	return rc;
}

/* "name-2": of zones alike the third. */
static void name_copy(struct trace_stream *t)
{
	char number[16];
	size_t n;

	snprintf(number, sizeof(number), "-%u", (unsigned)t->copy);
	n = ZONE_NAME_MAX - strlen(number);
	snprintf(t->copy_name, sizeof(t->copy_name), "%.*s%s", (int)n, t->name, number);
	t->zone.name = t->copy_name;
}

static int rows_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct trace_stream *t = (struct trace_stream *)s;
	bool more = true;
	int rc = 0;

	if (t->copy + 1 < t->copies) {
		t->copy++;
		s->event.id = t->nr_zones++;
	} else {
		t->copy = 0;
		rc = trace_row(t, &more, err);
	}
	*out = !rc && more ? &s->event : NULL;
	if (!*out)
		t->copies = 1;
	if (t->copies > 1)
		name_copy(t);
	return rc;
}

static void rows_close(struct zone_stream *s)
{
	struct trace_stream *t = (struct trace_stream *)s;

	if (t->layout->release)
		t->layout->release(t);
	trace_release(t);
	free(s);
}

int trace_stream_open(struct zone_stream **out, size_t size, struct csv *csv,
		      const struct trace_layout *layout, const struct workload *w, bool skip_bad,
		      struct error *err)
{
	static const struct zone_stream_ops ops = {rows_next, rows_close};
	struct trace_stream *t = xcalloc(1, size);
	int rc = trace_init(t, csv, layout, w, skip_bad, err);

	if (rc) {
		free(t);
		return rc;
	}
	t->base.ops = &ops;
	*out = &t->base;
	return 0;
}

bool trace_given(const struct trace_stream *t, unsigned column)
{
	return t->column[column] >= 0 && t->csv.field[t->column[column]].n > 0;
}

int trace_set_time(struct trace_stream *t, unsigned column, int64_t at_ns, struct error *err)
{
	t->base.event.at_ns = at_ns < 0 ? 0 : at_ns;
	if (t->base.event.at_ns >= t->last_ns)
		return 0;
	return csv_error(&t->csv, (unsigned)t->column[column], err,
			 "the row is before the one above it; --sort puts rows in the order "
			 "of \"%s\"",
			 t->layout->column[column].name);
}

int trace_read_time(struct trace_stream *t, unsigned column, struct error *err)
{
	int64_t at_ns;
	int rc = csv_seconds(&t->csv, (unsigned)t->column[column], &at_ns, err);

	return rc ? rc : trace_set_time(t, column, at_ns, err);
}

int trace_set_zone(struct trace_stream *t, unsigned vcpus_column, int64_t milli,
		   unsigned memory_column, int64_t bytes, struct error *err)
{
	int64_t scaled = milli * t->vcpu_scale_milli;
	int64_t vcpus = scaled <= 1000000 ? 1 : (scaled + 999999) / 1000000;
	struct zone *z = &t->zone;

	if (vcpus > ZONE_VCPUS_MAX)
		return csv_error(&t->csv, (unsigned)t->column[vcpus_column], err,
				 "the zone would have %lld vCPUs; at most %d are possible",
				 (long long)vcpus, ZONE_VCPUS_MAX);
	bytes = zone_whole_pages(bytes);
	if (bytes <= 0)
		return csv_error(&t->csv, (unsigned)t->column[memory_column], err,
				 "a zone needs memory");
	zone_init(z);
	z->vcpus = (uint32_t)vcpus;
	z->vcpus_max = z->vcpus;
	z->memory_bytes = bytes;
	z->memory_initial_bytes = bytes;
	z->memory_min_bytes = zone_default_min(bytes);
	z->name = t->name;
	t->base.event.zone = z;
	return 0;
}

int trace_set_name(struct trace_stream *t, const char *prefix, unsigned column, struct error *err)
{
	const struct csv_field *f = &t->csv.field[t->column[column]];
	size_t n = strlen(prefix);

	if (f->n > ZONE_NAME_MAX - n)
		return csv_error(&t->csv, (unsigned)t->column[column], err,
				 "the name is longer than %d characters", (int)(ZONE_NAME_MAX - n));
	memcpy(t->name, prefix, n);
	memcpy(t->name + n, f->text, f->n);
	t->name[n + f->n] = '\0';
	return 0;
}

static bool place_before(const struct note_place *a, const struct note_place *b)
{
	return a->file < b->file || (a->file == b->file && a->line < b->line);
}

/* Rows come sorted: the i-th note moves in front of those that are of later rows of the file. */
static struct zone_stream_note *order_note(struct trace_stream *t, size_t i)
{
	const struct note_place here = {t->csv.sorted_from, t->csv.line};
	struct zone_stream_note *note = t->base.stats.note, moved = note[i];

	if (moved.rows > 1 && !place_before(&here, &t->note_at[i]))
		return &note[i];
	for (; i && place_before(&here, &t->note_at[i - 1]); i--) {
		note[i] = note[i - 1];
		t->note_at[i] = t->note_at[i - 1];
	}
	note[i] = moved;
	t->note_at[i] = here;
	return &note[i];
}

struct zone_stream_note *trace_note(struct trace_stream *t, const char *text)
{
	struct zone_stream_note *note = stream_note(&t->base, text);

	return t->csv.sorter ? order_note(t, (size_t)(note - t->base.stats.note)) : note;
}

void trace_number_name(struct trace_stream *t)
{
	for (; t->named_to <= t->nr_zones; t->named_to++)
		stream_name_next(&t->number);
	t->zone.name = t->number.text;
}

int trace_read_gpus(struct trace_stream *t, unsigned column, int64_t milli, struct error *err)
{
	int64_t gpus = (milli + 999) / 1000;

	if (!t->gpus)
		return 0;
	if (gpus > ZONE_DEVICES_MAX)
		return csv_error(&t->csv, (unsigned)t->column[column], err,
				 "%lld GPUs; a zone has at most %d devices", (long long)gpus,
				 ZONE_DEVICES_MAX);
	if (milli % 1000)
		trace_note(t, "ask for a part of a GPU and take it whole");
	t->nr_gpus = (uint32_t)gpus;
	return 0;
}

bool trace_field_is(const struct trace_stream *t, unsigned column, const char *text)
{
	const struct csv_field *f;

	if (t->column[column] < 0)
		return false;
	f = &t->csv.field[t->column[column]];
	return f->n == strlen(text) && memcmp(f->text, text, f->n) == 0;
}

static int no_machine(const struct trace_stream *t, unsigned column, struct error *err)
{
	return csv_error(&t->csv, (unsigned)t->column[column], err,
			 "\"%s\" is a part of a machine; say what that has: \"machine\": "
			 "{\"vcpus\": 64, \"memory\": \"256GiB\"} in the workload's \"trace\"",
			 t->layout->column[column].name);
}

/* "1.5e-3", as programs write small parts, of `unit`, rounded up. */
static int scale(const struct trace_stream *t, unsigned column, int64_t unit, int64_t max,
		 int64_t *out, struct error *err)
{
	const struct csv_field *f = &t->csv.field[t->column[column]];
	char text[40], *end;
	double part;

	if (!memchr(f->text, 'e', f->n) && !memchr(f->text, 'E', f->n))
		return csv_decimal(&t->csv, (unsigned)t->column[column], unit, max, out, err);
	snprintf(text, sizeof(text), "%.*s", (int)(f->n < sizeof(text) ? f->n : 0), f->text);
	part = strtod(text, &end);
	if (!*text || *end || !(part >= 0) || part * (double)unit > (double)max)
		return csv_error(&t->csv, (unsigned)t->column[column], err,
				 "\"%s\" must be a part of a machine, 0 or more",
				 t->layout->column[column].name);
	*out = (int64_t)ceil(part * (double)unit);
	return 0;
}

int trace_part_of_vcpus(const struct trace_stream *t, unsigned column, int64_t *milli,
			struct error *err)
{
	if (!t->machine_vcpus)
		return no_machine(t, column, err);
	return scale(t, column, (int64_t)t->machine_vcpus * 1000, (int64_t)ZONE_VCPUS_MAX * 1000,
		     milli, err);
}

int trace_part_of_memory(const struct trace_stream *t, unsigned column, int64_t *bytes,
			 struct error *err)
{
	if (!t->machine_bytes)
		return no_machine(t, column, err);
	return scale(t, column, t->machine_bytes, ZONE_MEMORY_MAX_BYTES, bytes, err);
}
