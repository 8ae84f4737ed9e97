#include "sim/allocator.h"

#include <string.h>

const struct allocator *const allocators[] = {
	&allocator_xen, &allocator_most_free, &allocator_slit, &allocator_home_strict, NULL,
};

const struct allocator *allocator_find(const char *name)
{
	for (size_t i = 0; allocators[i]; i++)
		if (strcmp(allocators[i]->name, name) == 0)
			return allocators[i];
	return NULL;
}
