#include "base/nearest.h"
#include "choice/choice.h"
#include "cli/command.h"

#define CHOICES_MAX 64

int find_choice(const char *where, const char *name, struct error *err)
{
	const char *names[CHOICES_MAX] = {NULL};
	const char *near;

	if (choice_find(name))
		return 0;
	for (size_t i = 0; choices[i] && i + 1 < CHOICES_MAX; i++)
		names[i] = choices[i]->name;
	near = nearest_name(name, names);
	if (near)
		return error_set(err, ERR_USAGE,
				 "%s: there is no host choice \"%s\"; did you mean \"%s\"?", where,
				 name, near);
	return error_set(err, ERR_USAGE,
			 "%s: there is no host choice \"%s\" (\"homenode list choices\" names "
			 "them all)",
			 where, name);
}
