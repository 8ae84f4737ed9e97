#include "base/json_doc.h"
#include "report/check.h"

static const char *const better_names[] = {"exact", "higher", "lower", NULL};

static int read_rule(struct rule *rule, const struct json_at *at, struct error *err)
{
	static const char *const known[] = {"better", "tolerance", "tolerance_ppm", "ignore", NULL};
	int better = BETTER_EXACT;
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
	rule->better = (enum better)better;
	return rc;
}

static int read_rules(struct rules *r, const struct json_doc *doc, struct error *err)
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

int rules_load(struct rules *out, const char *path, struct error *err)
{
	struct json_doc doc;
	int rc;

	*out = (struct rules){0};
	rc = json_doc_load(&doc, path, err);
	if (rc)
		return rc;
	rc = read_rules(out, &doc, err);
	json_doc_release(&doc);
	if (rc)
		rules_release(out);
	return rc;
}
