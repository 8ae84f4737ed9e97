#include "bench/results.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json_doc.h"
#include "base/units.h"
#include "bench/run.h"

static const char *const file_names[] = {"summary", "timeline", "zones"};

static char *file_path(const struct results *r, const char *name, bool complete)
{
	return xasprintf("%s/%s%s.csv", r->directory, name, complete ? "" : ".partial");
}

static int open_stream(struct results *r, const char *name, struct output *out, struct error *err)
{
	char *path = file_path(r, name, true);
	int rc = output_open(out, path, err);

	free(path);
	return rc;
}

int results_open(struct results *r, const char *directory, bool want_zones, struct error *err)
{
	int rc;

	*r = (struct results){.directory = xstrdup(directory), .want_zones = want_zones};
	rc = make_directories(directory, err);
	if (!rc)
		rc = open_stream(r, "timeline", &r->timeline, err);
	if (!rc && want_zones)
		rc = open_stream(r, "zones", &r->zones, err);
	if (rc) {
		results_release(r);
		return rc;
	}
	timeline_print_header(r->timeline.file);
	if (want_zones)
		zones_print_header(r->zones.file);
	return 0;
}

void results_add(struct results *r, const struct row *row)
{
	r->row = grow(r->row, &r->cap, r->nr, sizeof(*r->row));
	r->row[r->nr++] = *row;
}

static int by_key(const void *a, const void *b)
{
	return row_compare(a, b);
}

static int write_summary(struct results *r, bool complete, struct error *err)
{
	char *path = file_path(r, "summary", complete);
	struct output out;
	int rc = output_open(&out, path, err);

	free(path);
	if (rc)
		return rc;
	if (r->nr)
		qsort(r->row, r->nr, sizeof(*r->row), by_key);
	row_print_csv_header(out.file);
	for (size_t i = 0; i < r->nr; i++)
		row_print_csv(&r->row[i], out.file);
	return output_commit(&out, err);
}

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

static int write_about(const struct results *r, const struct results_about *about,
		       struct error *err)
{
	json_t *args = json_array(), *inputs = json_array(), *top;
	char *path = xasprintf("%s/run.json", r->directory);
	int64_t per_s = about->wall_ns > 0
				? (int64_t)((int128)about->events * NS_PER_S / about->wall_ns)
				: 0;
	struct output out;
	int rc;

	for (int i = 0; i < about->argc; i++)
		json_array_append_new(args, json_string(about->argv[i]));
	rc = inputs_json(inputs, about->input, err);
	top = json_pack("{s:i, s:s, s:s, s:b, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I}", "format", 1,
			"homenode", about->version, "backend", about->backend, "complete",
			about->complete, "arguments", args, "inputs", inputs, "rows",
			(json_int_t)r->nr, "rows_asked", (json_int_t)about->rows_asked, "events",
			(json_int_t)about->events, "bad_trace_rows", (json_int_t)about->bad_rows,
			"wall_ms", (json_int_t)(about->wall_ns / NS_PER_MS), "events_per_s",
			(json_int_t)per_s);
	BUG_ON(!top);
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

/* Commit a stream under its final name. */
static int commit_stream(const struct results *r, struct output *o, const char *name, bool complete,
			 struct error *err)
{
	if (!o->file)
		return 0;
	free(o->path);
	o->path = file_path(r, name, complete);
	return output_commit(o, err);
}

/* What an earlier run left under the same names is not of this run. */
static void remove_stale(const struct results *r, const struct results_about *about)
{
	for (size_t i = 0; i < sizeof(file_names) / sizeof(file_names[0]); i++) {
		char *other = file_path(r, file_names[i], !about->complete);

		unlink(other);
		free(other);
	}
	if (!r->want_zones) {
		char *zones = file_path(r, "zones", about->complete);

		unlink(zones);
		free(zones);
	}
}

int results_commit(struct results *r, const struct results_about *about, struct error *err)
{
	int rc = commit_stream(r, &r->timeline, "timeline", about->complete, err);

	if (!rc)
		rc = commit_stream(r, &r->zones, "zones", about->complete, err);
	if (!rc)
		rc = write_summary(r, about->complete, err);
	if (!rc)
		rc = write_about(r, about, err);
	if (!rc)
		remove_stale(r, about);
	return rc;
}

void results_release(struct results *r)
{
	output_abandon(&r->timeline);
	output_abandon(&r->zones);
	free(r->directory);
	free(r->row);
	*r = (struct results){0};
}
