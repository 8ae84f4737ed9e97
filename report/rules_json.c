#include <string.h>
#include <unistd.h>

#include "base/doc.h"
#include "report/check.h"

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
	static const char *const known[] = {"columns", "note", NULL};
	const struct doc_value *top = doc->root, *columns;
	int rc;

	if (top->kind != DOC_MAP)
		return doc_error(top, err, "rules are an object with \"columns\"");
	rc = doc_known(top, "file of rules", known, err);
	if (!rc)
		rc = doc_get_map(top, "columns", true, &columns, err);
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

static void take_quality(struct rules *r)
{
	r->rule = arena_alloc(&r->arena, sizeof(*r->rule));
	r->rule[r->nr++] = (struct rule){.column = "*", .better = RULE_SCHEMA};
}

static int read_file(struct rules *r, const char *path, const char *const *figures,
		     struct error *err)
{
	struct doc doc;
	int rc;

	if (access(path, F_OK) != 0 && strcmp(path, "-") != 0)
		return error_set(err, ERR_INPUT,
				 "there are no rules \"%s\"; take exact, quality or a JSON file",
				 path);
	rc = doc_load(&doc, path, DOC_JSON, err);
	if (rc)
		return rc;
	rc = read_rules(r, &doc, figures, err);
	doc_release(&doc);
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
