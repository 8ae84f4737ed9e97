/*
 * Any bytes as a workload (JSON, when they begin with '{') and as a trace, of its format or of
 * any, with bad rows refused or skipped, sorted or not. What is read must hold what the
 * header promises.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/units.h"
#include "zone/trace_rows.h"
#include "zone/workload_impl.h"
#include "zone/zone_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drain(struct zone_stream *s)
{
	const struct zone_event *e;
	struct zone_fault fault;
	struct error err = {0};
	int64_t last_ns = 0;

	for (int i = 0; i < 2000; i++) {
		int rc = zone_stream_next(s, &e, &err);

		BUG_ON(rc && (rc != err.code || !*err.text));
		if (rc || !e)
			break;
		BUG_ON(e->at_ns < last_ns);
		last_ns = e->at_ns;
		BUG_ON(e->kind == ZONE_EVENT_START &&
		       !zone_sound(e->zone, zone_field_names, &fault));
	}
	zone_stream_close(s);
}

static void as_workload(const char *text, size_t size)
{
	struct zone_stream *s;
	struct doc doc;
	struct error err = {0};
	struct workload w;

	if (doc_parse(&doc, "/nonexistent/fuzz.json", text, size, DOC_JSON, &err))
		return;
	workload_defaults(&w);
	w.path = "/nonexistent/fuzz.json";
	if (workload_from_doc(&w, &doc, &err))
		BUG_ON(!*err.text);
	else if (w.source != SOURCE_TRACE && w.source != SOURCE_TRACES &&
		 !workload_open(&s, &w, 1, false, &err))
		drain(s);
	workload_release(&w);
	doc_release(&doc);
}

/* Formats that read a file themselves get one. */
static bool as_file(struct workload *w, bool skip_bad, const char *text, size_t size)
{
	char path[] = "/tmp/fuzz-workload-XXXXXX";
	const struct trace_format *format = NULL;
	struct zone_stream *s;
	struct error err = {0};
	int fd;

	for (int i = 0; trace_formats[i]; i++)
		if (trace_formats[i]->begins && trace_formats[i]->begins(text, size))
			format = trace_formats[i];
	if (!format)
		return false;
	fd = mkstemp(path);
	BUG_ON(fd < 0 || write(fd, text, size) != (ssize_t)size);
	close(fd);
	w->trace_format = format;
	w->trace_path = w->lifetimes_path = path;
	if (!format->open_path(&s, path, w, skip_bad, &err))
		drain(s);
	else
		BUG_ON(!*err.text);
	w->lifetimes_path = NULL;
	if (!format->open_path(&s, path, w, skip_bad, &err))
		drain(s);
	unlink(path);
	return true;
}

/* The format that it begins as, else any. */
static const struct trace_format *format_of(struct csv *first, size_t any)
{
	bool header = false;
	unsigned have;
	size_t nr = 0;

	for (; trace_formats[nr]; nr++)
		for (int f = 0; f < TRACE_FORMS_MAX && trace_formats[nr]->layout[f]; f++)
			if (trace_has_shape(first, trace_formats[nr]->layout[f]))
				return trace_formats[nr];
	header = !csv_take_header(first, NULL);
	for (size_t i = 0; header && trace_formats[i]; i++)
		for (int f = 0; f < TRACE_FORMS_MAX && trace_formats[i]->layout[f]; f++)
			if (!trace_lacks(first, trace_formats[i]->layout[f], &have))
				return trace_formats[i];
	while (trace_formats[any % nr]->open_path)
		any++;
	return trace_formats[any % nr];
}

static int attach(struct csv *out, const char *text, size_t size, struct error *err)
{
	return csv_attach_first(out, fmemopen((char *)(uintptr_t)text, size, "r"), "fuzz.csv", err);
}

static void as_trace(bool skip_bad, bool sort, const char *text, size_t size)
{
	struct zone_stream *s;
	struct error err = {0};
	struct workload w;
	struct csv csv;

	workload_defaults(&w);
	w.sort = sort;
	workload_set_machine(&w, 64, (int64_t)256 << 30);
	if (as_file(&w, skip_bad, text, size))
		return;
	if (attach(&csv, text, size, &err))
		return;
	w.trace_path = "/nonexistent/fuzz.csv";
	w.trace_format = format_of(&csv, size);
	csv_close(&csv);
	BUG_ON(attach(&csv, text, size, &err));
	if (trace_take_columns(&csv, w.trace_format, &err)) {
		BUG_ON(!*err.text);
		csv_close(&csv);
		return;
	}
	if (!w.trace_format->open(&s, &csv, &w, skip_bad, &err))
		drain(s);
	else
		BUG_ON(!*err.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (!size)
		return 0;
	if (*text == '{')
		as_workload(text, size);
	as_trace(size & 1, size & 2, text, size);
	return 0;
}
