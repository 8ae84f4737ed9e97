#include "choice/choice.h"
#include "cli/command.h"
#include "cli/names.h"

#define CHOICES_MAX 64

int find_choice(const char *where, const char *name, struct error *err)
{
	const char *names[CHOICES_MAX] = {NULL};

	if (choice_find(name))
		return 0;
	for (size_t i = 0; choices[i] && i + 1 < CHOICES_MAX; i++)
		names[i] = choices[i]->name;
	return unknown_listed(err, where, "host choice", name, names, "homenode list choices");
}
