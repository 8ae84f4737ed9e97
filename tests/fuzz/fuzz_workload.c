/*
 * Any bytes as a workload (JSON, when they begin with '{') and as a trace,
 * with bad rows refused or skipped, sorted or not. What is read must hold what the
 * header promises.
 */
#include <stdio.h>
#include <string.h>

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
	else if (w.source != SOURCE_TRACE && !workload_open(&s, &w, 1, false, &err))
		drain(s);
	workload_release(&w);
	doc_release(&doc);
}

/* In the format that the header is of, else in any. */
static void as_trace(bool skip_bad, bool sort, const char *text, size_t size)
{
	const struct trace_format *format = trace_formats[size % 5];
	struct zone_stream *s;
	struct error err = {0};
	struct workload w;
	struct csv csv;
	unsigned have;

	workload_defaults(&w);
	w.sort = sort;
	if (csv_attach(&csv, fmemopen((char *)(uintptr_t)text, size, "r"), "fuzz.csv", &err))
		return;
	for (int i = 0; trace_formats[i]; i++)
		for (int f = 0; f < TRACE_FORMS_MAX && trace_formats[i]->layout[f]; f++)
			if (!trace_lacks(&csv, trace_formats[i]->layout[f], &have))
				format = trace_formats[i];
	w.trace_format = format;
	if (!format->open(&s, &csv, &w, skip_bad, &err))
		drain(s);
	else
		BUG_ON(!*err.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (!size)
		return 0;
	if (*text == '{') {
		as_workload(text, size);
		return 0;
	}
	as_trace(size & 1, size & 2, text, size);
	return 0;
}
