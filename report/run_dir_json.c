#include <string.h>

#include "base/doc.h"
#include "report/run_dir.h"
#include "schema/schema.h"

int run_inputs_read(const struct doc_value *top, const char *name, struct arena *a,
		    struct run_input **out, size_t *nr, struct error *err)
{
	const struct doc_value *list;
	int rc = doc_get_list(top, "inputs", true, &list, err);

	if (rc)
		return rc;
	*nr = list->nr;
	*out = arena_alloc(a, (*nr + 1) * sizeof(**out));
	for (size_t i = 0; i < *nr; i++) {
		const struct doc_value *item = &list->item[i];
		struct run_input *in = &(*out)[i];

		if (item->kind != DOC_MAP)
			return doc_error(item, err, "an input is an object");
		rc = doc_get_text(item, name, true, &in->path, err);
		if (!rc)
			rc = doc_get_text(item, "sha256", true, &in->sha256, err);
		if (rc)
			return rc;
		in->path = arena_strdup(a, in->path);
		in->name = last_part(in->path);
		in->sha256 = arena_strdup(a, in->sha256);
	}
	return 0;
}

int run_format_read(const struct doc_value *top, const char *what, struct error *err)
{
	const struct doc_value *at = doc_member(top, "format");
	int64_t format = 0;
	int rc;

	if (top->kind != DOC_MAP)
		return doc_error(top, err, "the record of a %s is an object", what);
	rc = doc_get_int(top, "format", true, 1, INT64_MAX, &format, err);
	if (!rc && format > RUN_FORMAT)
		rc = doc_error(at, err,
			       "the %s has format %lld and was made by a newer homenode; this "
			       "one reads formats up to %d",
			       what, (long long)format, RUN_FORMAT);
	return rc;
}

/* Runs without a cost model have none. */
static int read_cost(struct run_dir *r, const struct doc_value *top, struct error *err)
{
	struct run_cost c = {.latency_error_ppm = FIGURE_UNKNOWN,
			     .bandwidth_error_ppm = FIGURE_UNKNOWN};
	const char **text[] = {&c.latency, &c.latency_error, &c.bandwidth, &c.bandwidth_error};
	static const char *const name[] = {"latency", "latency_error", "bandwidth",
					   "bandwidth_error"};
	const struct doc_value *at = doc_member(top, "cost");
	int rc = 0;

	r->cost = c;
	if (!at || at->kind != DOC_MAP)
		return 0;
	for (int i = 0; !rc && i < 4; i++) {
		rc = doc_get_text(at, name[i], true, text[i], err);
		if (!rc)
			*text[i] = arena_strdup(&r->arena, *text[i]);
	}
	if (!rc)
		rc = doc_get_int(at, "latency_error_ppm", false, 0, INT64_MAX, &c.latency_error_ppm,
				 err);
	if (!rc)
		rc = doc_get_int(at, "bandwidth_error_ppm", false, 0, INT64_MAX,
				 &c.bandwidth_error_ppm, err);
	if (!rc)
		r->cost = c;
	return rc;
}

static int read_top(struct run_dir *r, const struct doc_value *top, struct error *err)
{
	size_t nr;
	int rc = run_format_read(top, "run", err);

	if (!rc)
		rc = doc_get_text(top, "homenode", true, &r->version, err);
	if (!rc)
		rc = doc_get_text(top, "backend", true, &r->backend, err);
	if (!rc)
		rc = doc_get_bool(top, "real_clock", true, &r->real_clock, err);
	if (!rc)
		rc = doc_get_bool(top, "complete", true, &r->complete, err);
	if (!rc)
		rc = doc_get_int(top, "rows_asked", false, 0, INT64_MAX, &r->rows_asked, err);
	if (!rc)
		rc = doc_get_int(top, "events", false, 0, INT64_MAX, &r->events, err);
	if (!rc)
		rc = doc_get_int(top, "bad_trace_rows", false, 0, INT64_MAX, &r->bad_trace_rows,
				 err);
	if (!rc)
		rc = doc_get_int(top, "wall_ms", false, 0, INT64_MAX, &r->wall_ms, err);
	if (!rc)
		rc = doc_get_int(top, "events_per_s", false, 0, INT64_MAX, &r->events_per_s, err);
	if (!rc)
		rc = doc_get_strings(top, "arguments", true, &r->arena, &r->argument, &nr, err);
	if (!rc)
		rc = read_cost(r, top, err);
	return rc ? rc : run_inputs_read(top, "path", &r->arena, &r->input, &r->nr_inputs, err);
}

int run_dir_read_about(struct run_dir *r, const char *path, struct error *err)
{
	struct doc doc;
	int rc = doc_load(&doc, path, DOC_JSON, err);

	if (rc)
		return rc;
	rc = read_top(r, doc.root, err);
	if (!rc) { /* strings belonged to the document */
		r->version = arena_strdup(&r->arena, r->version);
		r->backend = arena_strdup(&r->arena, r->backend);
	}
	doc_release(&doc);
	return rc;
}
