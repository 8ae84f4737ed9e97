#include <string.h>
#include <unistd.h>

#include "base/doc.h"
#include "report/check/rules.h"

static const char *const better_names[] = {"exact", "higher", "lower", "schema", NULL};

static int read_rule(struct rule *rule, const struct doc_value *at, struct error *err)
{
	static const char *const known[] = {"better", "tolerance", "tolerance_ppm", "ignore", NULL};
	int better = RULE_EXACT;
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
	rule->better = (enum rule_better)better;
	return rc;
}

static int read_rules(struct rules *r, const struct doc *doc, const char *const *figures,
		      struct error *err)
{
	static const char *const known[] = {"columns", "new_rows", "note", NULL};
	static const char *const ways[] = {"fail", "pass", NULL};
	const struct doc_value *top = doc->root, *columns;
	int rc, way = 0;

	if (top->kind != DOC_MAP)
		return doc_error(top, err, "rules are an object with \"columns\"");
	rc = doc_known(top, "file of rules", known, err);
	if (!rc)
		rc = doc_get_map(top, "columns", true, &columns, err);
	if (!rc)
		rc = doc_get_choice(top, "new_rows", false, ways, &way, err);
	r->new_rows = way != 0;
	if (!rc)
		rc = doc_known(columns, "the figures of a summary", figures, err);
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

/* exact, quality, or a file. */
static int open_rules(struct doc *doc, const char *name, struct error *err)
{
	const char *quality = (const char *)quality_rules;

	if (strcmp(name, "quality") == 0)
		return doc_parse(doc, "quality", quality, strlen(quality), DOC_JSON, err);
	if (access(name, F_OK) != 0 && strcmp(name, "-") != 0)
		return error_set(err, ERR_INPUT,
				 "there are no rules \"%s\"; take exact, quality or a JSON file",
				 name);
	return doc_load(doc, name, DOC_JSON, err);
}

int rules_load(struct rules *out, const char *name, const struct sheet *base,
	       const struct sheet *run, struct error *err)
{
	const struct sheet *const sheets[] = {base, run};
	struct doc doc;
	int rc;

	*out = (struct rules){0};
	if (strcmp(name, "exact") == 0)
		return 0;
	rc = open_rules(&doc, name, err);
	if (rc)
		return rc;
	rc = read_rules(out, &doc, list_figures(sheets, &out->arena), err);
	doc_release(&doc);
	if (rc)
		rules_release(out);
	return rc;
}
