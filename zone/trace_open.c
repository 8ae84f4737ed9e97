/*
 * From a path to a stream: which format a trace is of, and how it is opened.
 */
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/nearest.h"
#include "zone/trace_files.h"
#include "zone/trace_rows.h"
#include "zone/workload_impl.h"

#define TRACE_FORMATS_MAX 64
#define BEGINNING 512

static int unknown_format(const char *format, struct error *err)
{
	const char *names[TRACE_FORMATS_MAX + 1] = {NULL}, *near;

	for (size_t i = 0; i < TRACE_FORMATS_MAX && trace_formats[i]; i++)
		names[i] = trace_formats[i]->name;
	near = nearest_name(format, names);
	if (near)
		return error_set(err, ERR_USAGE,
				 "there is no trace format \"%.80s\"; did you mean \"%s\"?", format,
				 near);
	return error_set(err, ERR_USAGE,
			 "there is no trace format \"%.80s\"; `homenode list formats` names them",
			 format);
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

	if (!n->have)
		return error_at(
			err, ERR_INPUT, path, 1, 1,
			"the header has no column of any known trace format (`homenode list "
			"formats`), and the line is no row of one that has no header");
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

/* The format whose first row this is, of those without a header. */
static const struct trace_format *bare_format(const struct csv *first)
{
	for (int i = 0; trace_formats[i]; i++)
		for (int f = 0; f < TRACE_FORMS_MAX && trace_formats[i]->layout[f]; f++)
			if (trace_has_shape(first, trace_formats[i]->layout[f]))
				return trace_formats[i];
	return NULL;
}

/* The format of a table, by its first line. */
static int format_of_table(const char *path, const struct trace_format **out, struct error *err)
{
	struct nearest_form n;
	struct csv c;
	int rc = csv_open_first(&c, path, err);

	if (rc)
		return rc;
	*out = bare_format(&c);
	if (!*out && !c.json)
		rc = trace_says_no_zones(path, &c, err);
	if (!*out && !rc && !(rc = csv_take_header(&c, err))) {
		n = nearest_form(&c);
		*out = n.format;
		if (n.lacks)
			rc = trace_says_no_zones(path, &c, err);
		if (n.lacks && !rc)
			rc = unknown_header(path, &c, &n, err);
	}
	csv_close(&c);
	return rc;
}

/* The format of what is no table, by the first bytes; NULL: it may be one. */
static const struct trace_format *format_by_beginning(const char *path)
{
	const struct trace_format *found = NULL;
	char text[BEGINNING];
	size_t size = 0, got = 1;
	FILE *file = fopen(path, "r");
	struct input *in;

	if (!file)
		return NULL;
	in = input_new(file);
	while (size < sizeof(text) && got &&
	       !input_read(in, text + size, sizeof(text) - size, &got, NULL))
		size += got;
	for (int i = 0; trace_formats[i] && !found; i++)
		if (trace_formats[i]->begins && trace_formats[i]->begins(text, size))
			found = trace_formats[i];
	input_free(in);
	fclose(file);
	return found;
}

int trace_format_of(const char *path, const struct trace_format **out, struct error *err)
{
	struct trace_files files = {0};
	int rc = 0;

	if (trace_is_folder(path)) {
		rc = trace_files_list(&files, path, err);
		if (rc)
			return rc;
		path = files.path[0];
	}
	*out = trace_is_file(path) ? format_by_beginning(path) : NULL;
	if (!*out)
		rc = format_of_table(path, out, err);
	trace_files_release(&files);
	return rc;
}

int workload_find_format(struct workload *w, const char *format, struct error *err)
{
	if (!format)
		return trace_format_of(w->trace_path, &w->trace_format, err);
	w->trace_format = trace_format_find(format);
	return w->trace_format ? 0 : unknown_format(format, err);
}

/* The trace, or the first file of a folder. */
static int open_table(struct csv *out, const struct workload *w, struct error *err)
{
	struct trace_files files = {0};
	const char *path = w->trace_path;
	int rc = 0;

	*out = (struct csv){0};
	if (trace_is_folder(path)) {
		rc = trace_files_list(&files, path, err);
		if (rc)
			return rc;
		path = files.path[0];
	}
	rc = csv_open_first(out, path, err);
	if (!rc) {
		rc = trace_take_columns(out, w->trace_format, err);
		if (rc)
			csv_close(out);
	}
	trace_files_release(&files);
	return rc;
}

int trace_open(struct zone_stream **out, const struct workload *w, bool skip_bad, struct error *err)
{
	const struct trace_format *f = w->trace_format;
	struct csv csv;
	int rc;

	if (trace_is_folder(w->trace_path) && !f->takes_folders)
		return error_set(err, ERR_INPUT,
				 "%s: is a folder; a trace in format %s is one file", w->trace_path,
				 f->name);
	if (f->open_path) {
		rc = f->open_path(out, w->trace_path, w, skip_bad, err);
	} else {
		rc = open_table(&csv, w, err);
		if (!rc)
			rc = f->open(out, &csv, w, skip_bad, err);
	}
	if (!rc)
		(*out)->path = w->trace_path;
	return rc;
}
