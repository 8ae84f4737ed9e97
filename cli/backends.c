#include "cli/backends.h"

#include <string.h>

#include "backend-linux/linux.h"
#include "backend/record.h"
#include "base/json_doc.h"
#include "sim/sim.h"

const struct backend_ops *const backends[] = {&sim_backend, &linux_backend, &replay_backend, NULL};

#define NR_BACKENDS (sizeof(backends) / sizeof(backends[0]))

const struct backend_ops *backend_find(const char *name, struct error *err)
{
	const char *names[NR_BACKENDS] = {NULL}, *near;

	for (size_t i = 0; backends[i]; i++) {
		if (strcmp(backends[i]->name, name) == 0)
			return backends[i];
		names[i] = backends[i]->name;
	}
	near = nearest_name(name, names);
	if (near)
		error_set(err, ERR_USAGE, "unknown backend \"%s\"; did you mean \"%s\"?", name,
			  near);
	else
		error_set(err, ERR_USAGE,
			  "unknown backend \"%s\"; \"homenode list backends\" names them", name);
	return NULL;
}
