#include "base/doc.h"
#include "report/check.h"

static const char *const better_names[] = {"exact", "higher", "lower", NULL};

static int read_rule(struct rule *rule, const struct doc_value *at, struct error *err)
{
	static const char *const known[] = {"better", "tolerance", "tolerance_ppm", "ignore", NULL};
	int better = BETTER_EXACT;
	int rc;

	if (at->kind != DOC_MAP)
		return doc_error(at, err, "the rule of a column is an object");
	rc = doc_known(at, "rule", known, err);
	if (!rc)
		rc = doc_get_choice(at, "better", false, better_names, &better, err);
	if (!rc)
		rc = doc_get_int(at, "tolerance", false, 0, INT64_MAX, &rule->tolerance, err);
	if (!rc)
		rc = doc_get_int(at, "tolerance_ppm", false, 0, 1000000000, &rule->tolerance_ppm,
				 err);
	if (!rc)
		rc = doc_get_bool(at, "ignore", false, &rule->ignore, err);
	rule->better = (enum better)better;
	return rc;
}

static int read_rules(struct rules *r, const struct doc *doc, struct error *err)
{
	static const char *const known[] = {"columns", "note", NULL};
	const struct doc_value *top = doc->root, *columns;
	int rc;

	if (top->kind != DOC_MAP)
		return doc_error(top, err, "rules are an object with \"columns\"");
	rc = doc_known(top, "file of rules", known, err);
	if (!rc)
		rc = doc_get_map(top, "columns", true, &columns, err);
	if (rc)
		return rc;
	r->rule = arena_alloc(&r->arena, (columns->nr + (size_t)1) * sizeof(*r->rule));
	for (uint32_t i = 0; i < columns->nr; i++) {
		struct rule *rule = &r->rule[r->nr++];

		rule->column = arena_strdup(&r->arena, columns->member[i].key);
		rc = read_rule(rule, &columns->member[i].value, err);
		if (rc)
			return rc;
	}
	return 0;
}

int rules_load(struct rules *out, const char *path, struct error *err)
{
	struct doc doc;
	int rc;

	*out = (struct rules){0};
	rc = doc_load(&doc, path, DOC_JSON, err);
	if (rc)
		return rc;
	rc = read_rules(out, &doc, err);
	doc_release(&doc);
	if (rc)
		rules_release(out);
	return rc;
}
