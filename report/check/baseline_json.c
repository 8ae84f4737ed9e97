#include <jansson.h>

#include "base/doc.h"
#include "base/text_json.h"
#include "report/check/baseline.h"

static int read_top(struct baseline *b, const struct doc_value *top, struct error *err)
{
	int rc = run_format_read(top, "baseline", err);

	if (!rc)
		rc = doc_get_text(top, "sha256", true, &b->summary_sha256, err);
	if (rc)
		return rc;
	b->summary_sha256 = arena_strdup(&b->arena, b->summary_sha256);
	rc = run_inputs_read(top, "name", &b->arena, &b->input, &b->nr_inputs, err);
	return rc ? rc
		  : doc_get_strings(top, "reasons", true, &b->arena, &b->reason, &b->nr_reasons,
				    err);
}

int baseline_read_record(struct baseline *b, const char *path, struct error *err)
{
	struct doc doc;
	int rc = doc_load(&doc, path, DOC_JSON, err);

	if (rc)
		return rc;
	rc = read_top(b, doc.root, err);
	doc_release(&doc);
	b->record = rc == 0;
	return rc;
}

void baseline_write_record(const struct baseline *old, const struct run_dir *run,
			   const char *sha256, const char *reason, FILE *out)
{
	json_t *inputs = json_array(), *reasons = json_array(), *top;

	for (size_t i = 0; i < run->nr_inputs; i++)
		json_array_append_new(inputs,
				      json_pack("{s:o, s:s}", "name", text_json(run->input[i].name),
						"sha256", run->input[i].sha256));
	for (size_t i = 0; i < old->nr_reasons; i++)
		json_array_append_new(reasons, text_json(old->reason[i]));
	json_array_append_new(reasons, text_json(reason));
	top = json_pack("{s:i, s:s, s:o, s:o}", "format", RUN_FORMAT, "sha256", sha256, "inputs",
			inputs, "reasons", reasons);
	BUG_ON(!top);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
}
