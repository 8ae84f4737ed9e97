#include "report/check/judge.h"

enum finding_kind judge_move(const struct rule *rule, bool rises)
{
	if (rule->ignore)
		return FOUND_NOT_JUDGED;
	if (rule->better == RULE_EXACT)
		return FOUND_MOVED;
	return rises == (rule->better == RULE_HIGHER) ? FOUND_BETTER : FOUND_WORSE;
}

enum finding_kind judge_known(const struct rule *rule, bool was_known)
{
	if (rule->ignore)
		return FOUND_NOT_JUDGED;
	if (was_known)
		return FOUND_UNKNOWN;
	return rule->better == RULE_EXACT ? FOUND_MOVED : FOUND_KNOWN;
}
