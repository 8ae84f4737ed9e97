#include "report/check/rules.h"

#include <string.h>

static struct rule find_rule(const struct rules *r, const char *column)
{
	struct rule rule = {.column = column};

	for (size_t i = 0; i < r->nr; i++) {
		if (strcmp(r->rule[i].column, column) == 0)
			return r->rule[i];
		if (strcmp(r->rule[i].column, "*") == 0)
			rule = r->rule[i];
	}
	return rule;
}

struct rule rule_for(const struct rules *r, const char *column)
{
	const struct column *c = schema_column(&schema_summary, column);
	struct rule rule = find_rule(r, column);

	if (rule.better != RULE_SCHEMA)
		return rule;
	if (c && c->better != BETTER_NEITHER)
		rule.better = c->better == BETTER_HIGHER ? RULE_HIGHER : RULE_LOWER;
	else
		rule.ignore = true;
	return rule;
}

void rules_release(struct rules *r)
{
	arena_release(&r->arena);
	*r = (struct rules){0};
}
