#include "zone/workload.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/nearest.h"
#include "zone/stream.h"
#include "zone/trace_files.h"
#include "zone/trace_rows.h"
#include "zone/workload_impl.h"

const char *const refused_rule_names[] = {"count", "queue", "stop", NULL};

void workload_defaults(struct workload *w)
{
	static const struct fleet_group one_host = {"epyc-nps4-8n", 1};
	static const uint64_t first_seed = 1;
	static const char *const policies[] = {"edera-compact", NULL};
	static const char *const allocators[] = {"xen", NULL};

	*w = (struct workload){
		.name = "",
		.note = "",
		.duration_ns = NS_NEVER,
		.refused = REFUSED_COUNT,
		.fleet = {&one_host, 1, "first-fit", 1000, 0, 0},
		.policy = policies,
		.seed = &first_seed,
		.nr_seeds = 1,
		.balloon =
			{
				.shrink_below_ppm = 100000,
				.grow_above_ppm = 700000,
				.headroom_bytes = 80 * MIB,
				.check_first_ns = 100 * NS_PER_MS,
				.check_last_ns = 2 * NS_PER_S,
				.exchange_ppm = 1000000,
				.extent_bytes = PAGE_BYTES,
			},
		.allocator = allocators,
		.horizon_ns = 5 * 60 * NS_PER_S,
		.vcpu_scale_milli = 1000,
		.trace_gpus = true,
	};
}

/* "workloads/week.json" -> "week" */
static const char *name_of_path(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	return arena_strndup(a, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

#define TRACE_FORMATS_MAX 16

static void list_formats(char *list, size_t size)
{
	size_t used = 0;

	*list = '\0';
	for (int i = 0; trace_formats[i] && used < size; i++)
		used += (size_t)snprintf(list + used, size - used, "%s%s", i ? ", " : "",
					 trace_formats[i]->name);
}

static int unknown_format(const char *format, struct error *err)
{
	const char *names[TRACE_FORMATS_MAX + 1] = {NULL}, *near;
	char list[256];

	for (size_t i = 0; i < TRACE_FORMATS_MAX && trace_formats[i]; i++)
		names[i] = trace_formats[i]->name;
	near = nearest_name(format, names);
	if (near)
		return error_set(err, ERR_USAGE,
				 "there is no trace format \"%.80s\"; did you mean \"%s\"?", format,
				 near);
	list_formats(list, sizeof(list));
	return error_set(err, ERR_USAGE, "there is no trace format \"%.80s\"; known: %s", format,
			 list);
}

/* A header and the form of a format that it has most columns of. */
struct nearest_form {
	const struct trace_format *format;
	const struct trace_layout *layout;
	unsigned lacks, have; /* of its required columns */
};

/* Most columns in common, then fewest missing, then the first of the table. */
static struct nearest_form nearest_form(const struct csv *header)
{
	struct nearest_form best = {NULL, NULL, 0, 0};

	for (int i = 0; trace_formats[i]; i++) {
		for (int f = 0; f < TRACE_FORMS_MAX && trace_formats[i]->layout[f]; f++) {
			struct nearest_form n = {trace_formats[i], trace_formats[i]->layout[f], 0,
						 0};

			n.lacks = trace_lacks(header, n.layout, &n.have);
			if (!n.lacks)
				return n;
			if (!best.format || n.have > best.have ||
			    (n.have == best.have && n.lacks < best.lacks))
				best = n;
		}
	}
	return best;
}

static int unknown_header(const char *path, const struct csv *header, const struct nearest_form *n,
			  struct error *err)
{
	char list[512] = "";
	size_t used = 0;

	if (!n->have) {
		list_formats(list, sizeof(list));
		return error_at(err, ERR_INPUT, path, 1, 1,
				"the header has no column of any known trace format (%s)", list);
	}
	for (const struct trace_column *c = n->layout->column; c->name && used < sizeof(list);
	     c++) {
		if (!c->optional && csv_column(header, c->name) < 0)
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s\"%s\"",
						 used ? ", " : "", c->name);
	}
	return error_at(err, ERR_INPUT, path, 1, 1,
			"the header is of no known trace format; the nearest, %s, also needs %s",
			n->format->name, list);
}

/* The trace, or the first file of a folder. */
static int open_trace(struct csv *out, const char *path, struct error *err)
{
	struct trace_files files;
	int rc;

	if (!trace_is_folder(path))
		return csv_open(out, path, err);
	*out = (struct csv){0};
	rc = trace_files_list(&files, path, err);
	if (rc)
		return rc;
	rc = csv_open(out, files.path[0], err);
	trace_files_release(&files);
	return rc;
}

/* Which format the header of the trace is of. */
static int sniff(const char *path, const struct trace_format **out, struct error *err)
{
	struct nearest_form n;
	struct csv c;
	int rc = open_trace(&c, path, err);

	if (rc)
		return rc;
	n = nearest_form(&c);
	*out = n.format;
	if (n.lacks)
		rc = unknown_header(path, &c, &n, err);
	csv_close(&c);
	return rc;
}

/* A bare trace: by its name, or because its header is that of a format. What comes through
 * a pipe can be looked at once only. */
static bool looks_like_trace(const char *path)
{
	const struct trace_format *found;

	if (trace_is_folder(path) || trace_has_name(path))
		return true;
	return trace_is_file(path) && !sniff(path, &found, NULL);
}

int workload_find_format(struct workload *w, const char *format, struct error *err)
{
	if (!format)
		return sniff(w->trace_path, &w->trace_format, err);
	w->trace_format = trace_format_find(format);
	return w->trace_format ? 0 : unknown_format(format, err);
}

int workload_load(struct workload *out, const char *path, const char *format, struct error *err)
{
	struct doc doc;
	int rc;

	workload_defaults(out);
	out->path = arena_strdup(&out->arena, path);
	out->name = name_of_path(&out->arena, path);
	if (format || looks_like_trace(path)) {
		out->source = SOURCE_TRACE;
		out->trace_path = out->path;
		rc = workload_find_format(out, format, err);
	} else {
		rc = doc_load(&doc, path, DOC_ANY, err);
		if (!rc)
			rc = workload_from_doc(out, &doc, err);
		doc_release(&doc);
	}
	if (rc)
		workload_release(out);
	return rc;
}

bool workload_is_piped(const struct workload *w)
{
	return w->source == SOURCE_TRACE && strcmp(w->trace_path, "-") == 0;
}

void workload_release(struct workload *w)
{
	arena_release(&w->arena);
	*w = (struct workload){0};
}

bool workload_resizes(const struct workload *w)
{
	if (w->source == SOURCE_GENERATOR)
		return w->generator->nr_uses > 0;
	if (w->source == SOURCE_TRACE)
		return !w->trace_format->never_resizes;
	for (size_t i = 0; i < w->nr_events; i++)
		if (w->event[i].kind == ZONE_EVENT_RESIZE || w->event[i].use)
			return true;
	return false;
}

int workload_open(struct zone_stream **out, const struct workload *w, uint64_t seed, bool skip_bad,
		  struct error *err)
{
	struct csv csv;
	int rc;

	*out = NULL;
	switch (w->source) {
	case SOURCE_GENERATOR:
		return generator_open(out, w->generator, seed, err);
	case SOURCE_EVENTS:
		return stream_of_events(out, w->event, w->nr_events, err);
	case SOURCE_TRACE:
		if (trace_is_folder(w->trace_path) && !w->trace_format->takes_folders)
			return error_set(err, ERR_INPUT,
					 "%s: is a folder; a trace in format %s is one file",
					 w->trace_path, w->trace_format->name);
		rc = open_trace(&csv, w->trace_path, err);
		if (!rc)
			rc = w->trace_format->open(out, &csv, w, skip_bad, err);
		if (!rc)
			(*out)->path = w->trace_path;
		return rc;
	}
	BUG_ON(true);
	return ERR_INPUT;
}
