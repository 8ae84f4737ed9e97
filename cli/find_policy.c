#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/nearest.h"
#include "cli/command.h"
#include "placement/policy.h"

int find_policy(const char *option, const char *name, const struct policy **out, struct error *err)
{
	const char *names[POLICIES_MAX] = {NULL};
	const char *near;

	*out = policy_find(name);
	if (*out)
		return 0;
	for (size_t i = 0; policies[i] && i + 1 < POLICIES_MAX; i++)
		names[i] = policies[i]->name;
	near = nearest_name(name, names);
	if (near)
		return error_set(err, ERR_USAGE, "%s: unknown policy \"%s\"; did you mean \"%s\"?",
				 option, name, near);
	return error_set(err, ERR_USAGE,
			 "%s: unknown policy \"%s\" (\"homenode list policies\" names them all)",
			 option, name);
}

static int add_list(const char *option, const char *list, const struct policy **out, size_t *nr,
		    struct error *err)
{
	int rc = 0;

	for (;; list++) {
		size_t n = strcspn(list, ",");
		char *name = xstrndup(list, n);
		const struct policy *p = NULL;
		bool known = false;

		rc = find_policy(option, name, &p, err);
		free(name);
		for (size_t i = 0; i < *nr; i++)
			known |= out[i] == p;
		if (!rc && !known)
			out[(*nr)++] = p;
		list += n;
		if (rc || !*list)
			return rc;
	}
}

int find_policies(const struct args *args, const char *option, const struct policy **out,
		  size_t *nr, struct error *err)
{
	const char *const *list = args_strings(args, option);
	char *shown = xasprintf("--%s", option);
	int rc = 0;

	*nr = 0;
	for (size_t i = 0; !*list && policies[i] && i < POLICIES_MAX; i++)
		out[(*nr)++] = policies[i];
	for (; !rc && *list; list++)
		rc = add_list(shown, *list, out, nr, err);
	free(shown);
	return rc;
}
