#include "cli/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/output.h"

/* `--allocator: unknown allocator "sli"`, and what to do. */
static int unknown(struct error *err, const char *option, const char *what, const char *name,
		   const char *hint)
{
	return error_set(err, ERR_USAGE, "%s%sunknown %s \"%.80s\"%s", option ? option : "",
			 option ? ": " : "", what, name, hint);
}

static bool near_name(const char *name, const char *const *names, char *hint, size_t size)
{
	const char *near = nearest_name(name, names);

	if (near)
		snprintf(hint, size, "; did you mean \"%s\"?", near);
	return near != NULL;
}

int unknown_name(struct error *err, const char *option, const char *what, const char *name,
		 const char *const *names)
{
	char hint[512];
	size_t len;

	if (!near_name(name, names, hint, sizeof(hint))) {
		len = (size_t)snprintf(hint, sizeof(hint), "; there %s ",
				       names[0] && names[1] ? "are" : "is");
		for (size_t i = 0; names[i] && len < sizeof(hint); i++)
			len += (size_t)snprintf(hint + len, sizeof(hint) - len, "%s%s",
						i ? ", " : "", names[i]);
	}
	return unknown(err, option, what, name, hint);
}

int unknown_listed(struct error *err, const char *option, const char *what, const char *name,
		   const char *const *names, const char *who)
{
	char hint[512];

	if (!near_name(name, names, hint, sizeof(hint)))
		snprintf(hint, sizeof(hint), "; \"%s\" names them all", who);
	return unknown(err, option, what, name, hint);
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

char *run_directory(const char *name)
{
	char *file = file_name_of(name), *path = xasprintf("results/runs/%s", file);

	free(file);
	return path;
}

const char **cut_choices(const char *text, struct arena *a)
{
	const char **list = arena_alloc(a, (strlen(text) + 2) * sizeof(*list));
	char *rest = arena_strdup(a, text), *word;
	size_t nr = 0;

	while ((word = strtok_r(rest, "|", &rest)))
		list[nr++] = word;
	list[nr] = NULL;
	return list;
}
