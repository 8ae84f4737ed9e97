#include "zone/group.h"

const char *const zone_group_rule_names[] = {"affinity", "anti-affinity", "fault-domain", NULL};

int zone_group_from_doc(const struct doc_value *at, struct arena *arena, struct zone_group *out,
			struct error *err)
{
	static const char *const keys[] = {"name", "rule", "domain", NULL};
	const char *name = NULL;
	int64_t domain = 0;
	int rule = 0, rc = doc_known(at, "the group", keys, err);

	if (!rc)
		rc = doc_get_text(at, "name", true, &name, err);
	if (!rc && !*name)
		rc = doc_error(doc_place(at, "name"), err, "a group needs a name");
	if (!rc)
		rc = doc_get_choice(at, "rule", true, zone_group_rule_names, &rule, err);
	if (!rc)
		rc = doc_get_int(at, "domain", rule == ZONE_FAULT_DOMAIN, 0, INT32_MAX, &domain,
				 err);
	if (!rc && rule != ZONE_FAULT_DOMAIN && doc_member(at, "domain"))
		rc = doc_error(doc_place(at, "domain"), err,
			       "\"domain\" is for groups with the rule fault-domain");
	if (rc)
		return rc;
	*out = (struct zone_group){arena_strdup(arena, name), (enum zone_group_rule)rule,
				   (uint32_t)domain};
	return 0;
}
