#include "cli/names.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

int unknown_name(struct error *err, const char *option, const char *what, const char *name,
		 const char *const *names)
{
	const char *near = nearest_name(name, names);
	char known[512] = "";
	size_t len = 0;

	if (near)
		return error_set(err, ERR_USAGE, "%s: unknown %s \"%s\"; did you mean \"%s\"?",
				 option, what, name, near);
	for (size_t i = 0; names[i] && len < sizeof(known); i++)
		len += (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", i ? ", " : "",
					names[i]);
	return error_set(err, ERR_USAGE, "%s: unknown %s \"%s\"; there %s %s", option, what, name,
			 names[0] && names[1] ? "are" : "is", known);
}

int find_name(const char *option, const char *what, const char *name, const char *const *names,
	      int *out, struct error *err)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = i;
			return 0;
		}
	}
	return unknown_name(err, option, what, name, names);
}

const char **split_list(const struct args *args, const char *option, struct arena *a, size_t *nr)
{
	const char *const *given = args_strings(args, option);
	size_t words = 0;
	const char **list;

	for (size_t i = 0; given[i]; i++, words++)
		for (const char *p = given[i]; *p; p++)
			words += *p == ',';
	list = arena_alloc(a, (words + 1) * sizeof(*list));
	*nr = 0;
	for (size_t i = 0; given[i]; i++) {
		char *rest = arena_strdup(a, given[i]), *word;

		while ((word = strtok_r(rest, ",", &rest)))
			list[(*nr)++] = word;
	}
	list[*nr] = NULL;
	return list;
}
