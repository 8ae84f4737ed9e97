#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "cli/names.h"
#include "placement/policy.h"

/* What people call them; "all" stands for every policy where several are asked for. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{"compact", "edera-compact"},
	{"scatter", "edera-scatter"},
};
static const char every[] = "all";

#define NR_ALIASES (sizeof(aliases) / sizeof(aliases[0]))

/* The policy's name for what people call it; whatever else it is stays. */
static const char *name_meant(const char *name)
{
	for (size_t i = 0; i < NR_ALIASES; i++)
		if (strcmp(name, aliases[i].alias) == 0)
			return aliases[i].name;
	return name;
}

static bool is_every(const char *name)
{
	return strcmp(name, every) == 0;
}

int find_policy(const char *option, const char *name, const struct policy **out, struct error *err)
{
	const char *names[POLICIES_MAX + NR_ALIASES + 1] = {NULL};
	size_t n = 0;

	*out = policy_find(name_meant(name));
	if (*out)
		return 0;
	if (is_every(name))
		return error_set(err, ERR_USAGE,
				 "%s: one policy is asked for, not all; \"homenode compare HOST "
				 "ZONES\" puts all side by side",
				 option);
	for (size_t i = 0; i < NR_ALIASES; i++)
		names[n++] = aliases[i].alias;
	for (size_t i = 0; policies[i] && i < POLICIES_MAX; i++)
		names[n++] = policies[i]->name;
	return unknown_listed(err, option, "policy", name, names, "homenode list policies");
}

static void add_all(const struct policy **out, size_t *nr)
{
	for (*nr = 0; policies[*nr] && *nr < POLICIES_MAX; ++*nr)
		out[*nr] = policies[*nr];
}

static int add_one(const char *option, const char *name, const struct policy **out, size_t *nr,
		   struct error *err)
{
	const struct policy *p;
	int rc = find_policy(option, name, &p, err);

	for (size_t i = 0; !rc && i < *nr; i++)
		if (out[i] == p)
			rc = error_set(err, ERR_USAGE, "%s: the policy %s is given twice", option,
				       p->name);
	if (!rc)
		out[(*nr)++] = p;
	return rc;
}

int find_named_policies(const char *option, const char *const *name, const struct policy **out,
			size_t *nr, struct error *err)
{
	bool all = false;
	int rc = 0;

	*nr = 0;
	for (size_t i = 0; name[i]; i++)
		all = all || is_every(name[i]);
	if (all && name[1])
		return error_set(err, ERR_USAGE,
				 "%s: \"all\" is every policy; name no other beside it", option);
	if (all)
		add_all(out, nr);
	else
		for (; !rc && *name; name++)
			rc = add_one(option, *name, out, nr, err);
	return rc;
}

int find_policies(const struct args *args, const char *option, const struct policy **out,
		  size_t *nr, struct error *err)
{
	char *shown = xasprintf("--%s", option);
	struct arena a = {0};
	size_t given;
	const char **list = split_list(args, option, &a, &given);
	int rc = 0;

	if (given)
		rc = find_named_policies(shown, list, out, nr, err);
	else
		add_all(out, nr);
	arena_release(&a);
	free(shown);
	return rc;
}

const char **policies_asked_for(const struct args *args, struct arena *a)
{
	size_t nr;
	const char **list = split_list(args, "policy", a, &nr);

	for (size_t i = 0; i < nr; i++)
		list[i] = name_meant(list[i]);
	return list;
}
