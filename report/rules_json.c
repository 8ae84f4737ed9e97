#include <string.h>
#include <unistd.h>

#include "base/json_doc.h"
#include "report/check.h"

static const char *const better_names[] = {"exact", "higher", "lower", "schema", NULL};

static int read_rule(struct rule *rule, const struct json_at *at, struct error *err)
{
	static const char *const known[] = {"better", "tolerance", "tolerance_ppm", "ignore", NULL};
	int better = RULE_EXACT;
	int rc;

	if (!json_is_object(at->value))
		return json_at_error(at, err, "the rule of a column is an object");
	rc = json_at_known(at, "rule", known, err);
	if (!rc)
		rc = json_get_choice(at, "better", false, better_names, &better, err);
	if (!rc)
		rc = json_get_int(at, "tolerance", false, 0, INT64_MAX, &rule->tolerance, err);
	if (!rc)
		rc = json_get_int(at, "tolerance_ppm", false, 0, 1000000000, &rule->tolerance_ppm,
				  err);
	if (!rc)
		rc = json_get_bool(at, "ignore", false, &rule->ignore, err);
	rule->better = (enum rule_better)better;
	return rc;
}

static int read_rules(struct rules *r, const struct json_doc *doc, const char *const *figures,
		      struct error *err)
{
	static const char *const known[] = {"columns", "note", NULL};
	struct json_at top = json_at_root(doc), columns;
	const char *name;
	json_t *value;
	int rc;

	if (!json_is_object(top.value))
		return json_at_error(&top, err, "rules are an object with \"columns\"");
	rc = json_at_known(&top, "file of rules", known, err);
	if (!rc)
		rc = json_get_object(&top, "columns", true, &columns, err);
	if (!rc)
		rc = json_at_known(&columns, "the figures of a summary", figures, err);
	if (rc)
		return rc;
	r->rule = arena_alloc(&r->arena, (json_object_size(columns.value) + 1) * sizeof(*r->rule));
	json_object_foreach(columns.value, name, value)
	{
		struct json_at at = json_at_member(&columns, name);
		struct rule *rule = &r->rule[r->nr++];

		rule->column = arena_strdup(&r->arena, name);
		rc = read_rule(rule, &at, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* What a rule may be of: figures of the schema and of both summaries; NULL ends them. */
static const char **list_figures(const struct sheet *const sheet[2], struct arena *a)
{
	size_t most = NR_SUMMARY_FIGURES + sheet[0]->nr_columns + sheet[1]->nr_columns + 2, nr = 0;
	const char **name = arena_alloc(a, most * sizeof(*name));

	name[nr++] = "*";
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		name[nr++] = summary_column((enum summary_figure)f)->name;
	for (int s = 0; s < 2; s++)
		for (unsigned c = sheet[s]->nr_keys; c < sheet[s]->nr_columns; c++)
			name[nr++] = sheet[s]->column[c];
	name[nr] = NULL;
	return name;
}

static void take_quality(struct rules *r)
{
	r->rule = arena_alloc(&r->arena, sizeof(*r->rule));
	r->rule[r->nr++] = (struct rule){.column = "*", .better = RULE_SCHEMA};
}

static int read_file(struct rules *r, const char *path, const char *const *figures,
		     struct error *err)
{
	struct json_doc doc;
	int rc;

	if (access(path, F_OK) != 0 && strcmp(path, "-") != 0)
		return error_set(err, ERR_INPUT,
				 "there are no rules \"%s\"; take exact, quality or a JSON file",
				 path);
	rc = json_doc_load(&doc, path, err);
	if (rc)
		return rc;
	rc = read_rules(r, &doc, figures, err);
	json_doc_release(&doc);
	return rc;
}

int rules_load(struct rules *out, const char *name, const struct sheet *base,
	       const struct sheet *run, struct error *err)
{
	const struct sheet *const sheets[] = {base, run};
	int rc = 0;

	*out = (struct rules){0};
	if (strcmp(name, "quality") == 0)
		take_quality(out);
	else if (strcmp(name, "exact") != 0)
		rc = read_file(out, name, list_figures(sheets, &out->arena), err);
	if (rc)
		rules_release(out);
	return rc;
}
