#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/sha256.h"
#include "base/units.h"
#include "bench/files/results.h"
#include "cost/params/grades.h"

static int inputs_json(json_t *inputs, const char *const *input, struct error *err)
{
	for (size_t i = 0; input[i]; i++) {
		char hash[65];
		int rc = file_sha256(input[i], hash, err);

		if (rc)
			return rc;
		json_array_append_new(inputs,
				      json_pack("{s:s, s:s}", "path", input[i], "sha256", hash));
	}
	return 0;
}

/* What the cost figures rest on, and the error that this implies. */
/* What was not used of the trace, or assumed. */
static json_t *notes_json(const struct results *r)
{
	json_t *list = json_array();

	for (int i = 0; i < ZONE_STREAM_NOTES_MAX && r->note[i].rows; i++)
		json_array_append_new(list, json_pack("{s:s+, s:I}", "rows_that", r->note[i].text,
						      r->note[i].which, "rows",
						      (json_int_t)r->note[i].rows));
	return list;
}

static json_t *cost_json(const struct results *r)
{
	char *latency = cost_latency_text(&r->basis), *bandwidth = cost_bandwidth_text(&r->basis);
	json_t *o = json_pack(
		"{s:s, s:s, s:I, s:s, s:s, s:I}", "latency",
		cost_grade_name(cost_latency_grade(&r->basis)), "latency_error", latency,
		"latency_error_ppm", (json_int_t)cost_latency_error_ppm(&r->basis), "bandwidth",
		cost_grade_name(cost_bandwidth_grade(&r->basis)), "bandwidth_error", bandwidth,
		"bandwidth_error_ppm", (json_int_t)cost_bandwidth_error_ppm(&r->basis));

	free(latency);
	free(bandwidth);
	return o;
}

static json_t *decisions_json(const struct results *r)
{
	json_t *all = json_object();

	for (size_t i = 0; i < r->nr_decisions; i++)
		json_object_set_new(all, r->decision[i].policy,
				    json_integer(r->decision[i].sum_ns / r->decision[i].rows));
	return all;
}

int results_write_about(const struct results *r, const struct results_about *about,
			struct error *err)
{
	json_t *args = json_array(), *inputs = json_array(), *top;
	char *path = xasprintf("%s/run.json", r->directory);
	uint64_t events = r->events - about->events_before;
	int64_t per_s =
		about->wall_ns > 0 ? (int64_t)((int128)events * NS_PER_S / about->wall_ns) : 0;
	struct output out;
	int rc;

	for (int i = 0; i < about->argc; i++)
		json_array_append_new(args, json_string(about->argv[i]));
	rc = inputs_json(inputs, about->input, err);
	top = json_pack("{s:i, s:s, s:s, s:b, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "format",
			SUMMARY_FORMAT, "homenode", about->version, "backend", about->backend,
			"complete", about->complete, "arguments", args, "inputs", inputs, "rows",
			(json_int_t)r->nr, "rows_asked", (json_int_t)about->rows_asked, "events",
			(json_int_t)r->events, "bad_trace_rows", (json_int_t)r->bad_rows, "wall_ms",
			(json_int_t)(about->wall_ns / NS_PER_MS), "events_per_s",
			(json_int_t)per_s);
	BUG_ON(!top);
	json_object_set_new(top, "real_clock", json_boolean(about->real_clock));
	json_object_set_new(top, "jobs", json_integer(about->jobs));
	json_object_set_new(top, "rows_not_run", json_integer((json_int_t)r->nr_same));
	json_object_set_new(top, "decision_ns", decisions_json(r));
	if (r->note[0].rows)
		json_object_set_new(top, "trace_notes", notes_json(r));
	if (about->cost)
		json_object_set_new(top, "cost", cost_json(r));
	if (!rc)
		rc = output_open(&out, path, err);
	if (!rc) {
		json_dumpf(top, out.file, JSON_INDENT(1));
		fputc('\n', out.file);
		rc = output_commit(&out, err);
	}
	json_decref(top);
	free(path);
	return rc;
}
