#include <stdio.h>

#include "cli/command.h"
#include "host/host.h"

static int run_show(const struct args *args, int *status, struct error *err)
{
	enum output_format format = FORMAT_TEXT;
	struct host *h = NULL;
	int rc = args_format(args, false, &format, err);

	if (!rc)
		rc = find_host(args_operand(args, 0), &h, err);
	if (rc)
		return rc;
	if (format == FORMAT_JSON)
		host_print_json(h, stdout);
	else
		host_print(h, stdout);
	host_free(h);
	*status = 0;
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_set(err, ERR_MACHINE, "standard output cannot be written");
	return 0;
}

static const struct option show_options[] = {{NULL, 0, NULL, NULL, false}};

const struct command cmd_show = {
	.name = "show",
	.operands = "HOST",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "what the program sees of a machine",
	.about = "Prints a host's nodes with their CPUs and memory, the distances between them, "
		 "measured or published latencies and bandwidths, devices with the node they hang "
		 "on, L3 caches, and where each of these figures comes from. HOST is a name from "
		 "topologies/, a path to an hwloc XML file, or \"this\".",
	.example = "homenode show epyc-nps4-8n",
	.option = show_options,
	.run = run_show,
};
