#include "cli/trace_flags.h"

#include <stdlib.h>

int load_workload(struct workload *out, const struct args *args, struct error *err)
{
	char *path = NULL;
	int rc = find_workload(args_operand(args, 0), &path, err);

	if (!rc)
		rc = workload_load(out, path, args_string(args, "trace", NULL), err);
	free(path);
	return rc;
}

int prepare_trace(struct workload *w, const struct args *args, struct error *err)
{
	const struct trace_reading how = {
		.cache = args_string(args, "cache", NULL),
		.sort = args_flag(args, "sort"),
		.skip_bad = args_flag(args, "skip-bad"),
		.warn = args_flag(args, "quiet") ? NULL : stderr,
	};

	return workload_prepare(w, &how, err);
}
