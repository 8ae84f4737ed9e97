#include "cli/sources.h"

#include <string.h>
#include <unistd.h>

#include "backend-linux/live.h"
#include "backend-xen/live.h"
#include "cli/names.h"
#include "live/recording.h"

static const struct live_source_ops *const machines[] = {&live_xen, &live_this, NULL};

#define NR_MACHINES (sizeof(machines) / sizeof(machines[0]))

static int no_figures(const char *name, struct error *err)
{
	return error_set(err, ERR_USAGE,
			 "%s names no file: behind the colon is one of what was measured of this "
			 "machine",
			 name);
}

int find_source(const char *name, struct live_where *where, const struct live_source_ops **out,
		struct error *err)
{
	const char *names[NR_MACHINES] = {NULL};

	for (size_t i = 0; machines[i]; i++) {
		size_t n = strlen(machines[i]->name);

		names[i] = machines[i]->name;
		if (strncmp(name, machines[i]->name, n) != 0 || (name[n] && name[n] != ':'))
			continue;
		*out = machines[i];
		where->figures = name[n] ? name + n + 1 : NULL;
		return name[n] && !name[n + 1] ? no_figures(name, err) : 0;
	}
	if (!strchr(name, '/') && !strchr(name, '.') && access(name, F_OK) != 0)
		return unknown_name(err, NULL, "host", name, names);
	where->path = name;
	*out = &live_recording;
	return 0;
}
