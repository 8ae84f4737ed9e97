#include "cli/trace_flags.h"

#include <stdlib.h>

#include "cli/stop.h"

int load_workload(struct workload *out, const struct args *args, struct error *err)
{
	char *path = NULL;
	int rc = find_workload(args_operand(args, 0), &path, err);

	if (!rc)
		rc = workload_load(out, path, args_string(args, "trace", NULL), err);
	if (!rc)
		workload_stop_on(out, stop_flag());
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

void say_trace_notes(const char *trace, const struct zone_stream_note *note)
{
	for (int i = 0; i < ZONE_STREAM_NOTES_MAX && note[i].rows; i++)
		fprintf(stderr, "homenode: warning: rows of %s %s%s (%llu)\n", trace, note[i].text,
			note[i].which, (unsigned long long)note[i].rows);
}

void say_bad_rows(uint64_t bad_rows, const char *first_bad)
{
	if (bad_rows)
		fprintf(stderr, "homenode: warning: %llu bad rows skipped, the first: %s\n",
			(unsigned long long)bad_rows, first_bad);
}

void say_trace_warnings(uint64_t warnings, const char *first_warning)
{
	if (warnings)
		fprintf(stderr,
			"homenode: %llu warnings about the trace (`homenode plan` prints all of "
			"them), the first: %s\n",
			(unsigned long long)warnings, first_warning);
}
