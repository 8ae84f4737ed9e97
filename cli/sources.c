#include "cli/sources.h"

#include <string.h>
#include <unistd.h>

#include "backend-linux/live.h"
#include "backend-xen/live.h"
#include "cli/names.h"
#include "live/recording.h"

static const struct live_source_ops *const machines[] = {&live_xen, &live_this, NULL};

#define NR_MACHINES (sizeof(machines) / sizeof(machines[0]))

int find_source(const struct args *args, struct live_where *where,
		const struct live_source_ops **out, struct error *err)
{
	const char *name = args_operand(args, 0), *names[NR_MACHINES] = {NULL};

	where->cgroups = args_strings(args, "cgroup");
	if (args_given(args, "cgroup") && !is_machine(name, live_this.name, &where->figures))
		return error_set(err, ERR_USAGE, "--cgroup is for the host \"this\"");
	for (size_t i = 0; machines[i]; i++) {
		names[i] = machines[i]->name;
		*out = machines[i];
		if (is_machine(name, machines[i]->name, &where->figures))
			return check_figures(name, where->figures, err);
	}
	if (!strchr(name, '/') && !strchr(name, '.') && access(name, F_OK) != 0)
		return unknown_name(err, NULL, "host", name, names);
	where->path = name;
	*out = &live_recording;
	return 0;
}
