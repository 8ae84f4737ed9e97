/* How a figure is judged, column by column. */
#ifndef REPORT_CHECK_RULES_H
#define REPORT_CHECK_RULES_H

#include "report/sheet.h"

/* Which moves pass: none, those in one direction, or those in the direction that the schema
 * has for the column; one that has none is then not judged. */
enum rule_better { RULE_EXACT, RULE_HIGHER, RULE_LOWER, RULE_SCHEMA };

/* A move passes within either tolerance. */
struct rule {
	const char *column; /* "*": every column that has no rule of its own */
	enum rule_better better;
	int64_t tolerance; /* in the column's unit */
	int64_t tolerance_ppm; /* of the baseline's figure */
	bool ignore;
};

/* Zeroed: exact. */
struct rules {
	struct rule *rule;
	size_t nr;
	bool new_rows; /* rows that the baseline lacks pass */
	struct arena arena;
};

/*
 * rules_json.c: "exact", "quality" (results/rules/quality.json: what the schema says is better,
 * within measured noise), or a file like it: {"new_rows": "pass", "columns": {"local_page_ppm":
 * {"better": "higher", "tolerance": 100, "tolerance_ppm": 1000, "ignore": false}}}. A rule is of a
 * figure that the schema or one of the summaries has (ERR_INPUT with file:line and the nearest). On
 * failure `out` is released.
 */
int rules_load(struct rules *out, const char *name, const struct sheet *base,
	       const struct sheet *run, struct error *err) MUST_USE;
void rules_release(struct rules *r); /* zeroed is fine */
/* The rule for a column, with the schema's direction filled in; exact when none is given. */
struct rule rule_for(const struct rules *r, const char *column);

/* results/rules/quality.json, put in when homenode is built. */
extern const unsigned char quality_rules[];

#endif
