#include "cli/sources.h"

#include <string.h>
#include <unistd.h>

#include "backend-linux/live.h"
#include "backend-xen/live.h"
#include "cli/names.h"
#include "live/recording.h"

static const struct live_source_ops *const machines[] = {&live_xen, &live_this, NULL};

#define NR_MACHINES (sizeof(machines) / sizeof(machines[0]))

int find_source(const char *name, struct live_where *where, const struct live_source_ops **out,
		struct error *err)
{
	const char *names[NR_MACHINES] = {NULL};

	for (size_t i = 0; machines[i]; i++) {
		names[i] = machines[i]->name;
		if (strcmp(machines[i]->name, name) == 0) {
			*out = machines[i];
			return 0;
		}
	}
	if (!strchr(name, '/') && !strchr(name, '.') && access(name, F_OK) != 0)
		return unknown_name(err, NULL, "host", name, names);
	where->path = name;
	*out = &live_recording;
	return 0;
}
