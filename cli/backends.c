#include "cli/backends.h"

#include <stdlib.h>
#include <string.h>

#include "backend-linux/linux.h"
#include "backend-xen/xen.h"
#include "backend/record.h"
#include "base/alloc.h"
#include "cli/names.h"
#include "sim/sim.h"

const struct backend_ops *const backends[] = {&sim_backend, &linux_backend, &xen_backend,
					      &replay_backend, NULL};

#define NR_BACKENDS (sizeof(backends) / sizeof(backends[0]))

static void refuse(const char *name, struct error *err)
{
	const char *names[NR_BACKENDS] = {NULL};

	for (size_t i = 0; backends[i]; i++)
		names[i] = backends[i]->name;
	(void)unknown_listed(err, NULL, "backend", name, names, "homenode list backends");
}

const struct backend_ops *backend_find(const char *text, const char **options, struct error *err)
{
	size_t n = strcspn(text, ":");
	char *name = xstrndup(text, n);
	const struct backend_ops *found = NULL;

	for (size_t i = 0; backends[i]; i++)
		if (strcmp(backends[i]->name, name) == 0)
			found = backends[i];
	if (!found)
		refuse(name, err);
	free(name);
	if (options)
		*options = text[n] ? text + n + 1 : text + n;
	return found;
}
