#include "choice/choices.h"

#include <string.h>

const struct choice *const choices[] = {
	&choice_first_fit,
	&choice_best_fit,
	&choice_worst_fit,
	&choice_random,
	&choice_two_choices,
	&choice_least_allocated,
	&choice_most_allocated,
	&choice_dot_product,
	&choice_balance_fit,
	&choice_fgd,
	NULL,
};

const struct choice *choice_find(const char *name)
{
	for (const struct choice *const *c = choices; *c; c++) {
		if (strcmp((*c)->name, name) == 0)
			return *c;
	}
	return NULL;
}
