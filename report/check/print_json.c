#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/text_json.h"
#include "report/check/print.h"
#include "report/check/words.h"

static json_t *figure_json(int64_t figure)
{
	return is_known(figure) ? json_integer(figure) : json_null();
}

void check_print_json(const struct check *c, FILE *out)
{
	json_t *list = json_array(), *top;
	char *headline = check_headline(c);

	for (size_t i = 0; i < c->findings.nr; i++) {
		const struct finding *f = &c->findings.finding[i];
		json_t *o = json_pack("{s:s, s:b, s:o, s:o, s:o}", "kind", finding_word(f->kind),
				      "fails", finding_fails(f->kind), "row", text_json(f->row),
				      "column", text_json(f->column), "what", text_json(f->what));

		BUG_ON(!o);
		if (f->figures) {
			json_object_set_new(o, "baseline", figure_json(f->before));
			json_object_set_new(o, "run", figure_json(f->now));
			json_object_set_new(o, "change_ppm", figure_json(f->ppm));
			json_object_set_new(o, "half_95", figure_json(f->half));
		}
		json_array_append_new(list, o);
	}
	top = json_pack("{s:b, s:o, s:b, s:I, s:I, s:I, s:o}", "passed", c->findings.nr_failed == 0,
			"headline", text_json(headline), "measured", c->measured, "rows",
			(json_int_t)c->nr_rows, "known_to_neither", (json_int_t)c->nr_neither,
			"failures", (json_int_t)c->findings.nr_failed, "findings", list);
	BUG_ON(!top);
	json_dumpf(top, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(top);
	free(headline);
}

/* Who compares two reports knows a finding by this: what moved where, not by how much. */
static void fingerprint(const struct check *c, const struct finding *f, char hex[SHA256_HEX])
{
	char *text = xasprintf("%s\x01%s\x01%s\x01%s", c->baseline->path, f->row, f->column,
			       finding_word(f->kind));

	text_sha256(text, strlen(text), hex);
	free(text);
}

/* docs.gitlab.com, "Code Quality report format". Findings that fail, there is no "better" in it. */
void check_print_codequality(const struct check *c, FILE *out)
{
	json_t *list = json_array();
	const char *path = c->baseline->path;

	while (strncmp(path, "./", 2) == 0)
		path += 2; /* files are known by their path from the root of the repository */
	for (size_t i = 0; i < c->findings.nr; i++) {
		const struct finding *f = &c->findings.finding[i];
		char hex[SHA256_HEX], *text;
		json_t *o;

		if (!finding_fails(f->kind))
			continue;
		fingerprint(c, f, hex);
		text = xasprintf("%s: %s%s%s", finding_word(f->kind), f->row, *f->row ? ": " : "",
				 f->what);
		o = json_pack("{s:o, s:s, s:s, s:s, s:{s:o, s:{s:I}}}", "description",
			      text_json(text), "check_name", "homenode check", "fingerprint", hex,
			      "severity", f->kind == FOUND_MOVED ? "minor" : "major", "location",
			      "path", text_json(path), "lines", "begin", (json_int_t)f->line);
		BUG_ON(!o);
		json_array_append_new(list, o);
		free(text);
	}
	json_dumpf(list, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(list);
}
