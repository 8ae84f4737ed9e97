#include <stdio.h>

#include "cli/command.h"
#include "firmware/acpi.h"
#include "host/host.h"

static int show_acpi(const char *path, enum output_format format, struct error *err)
{
	struct acpi_table t;
	int rc = acpi_load(&t, path, err);

	if (rc)
		return rc;
	if (format == FORMAT_JSON)
		acpi_print_json(&t, stdout);
	else
		acpi_print(&t, stdout);
	acpi_table_release(&t);
	return 0;
}

static int show_host(const char *name, enum output_format format, struct error *err)
{
	struct host *h = NULL;
	int rc = find_host(name, &h, err);

	if (rc)
		return rc;
	if (format == FORMAT_JSON)
		host_print_json(h, stdout);
	else
		host_print(h, stdout);
	host_free(h);
	return 0;
}

static int run_show(const struct args *args, int *status, struct error *err)
{
	enum output_format format = FORMAT_TEXT;
	const char *table = args_string(args, "acpi", NULL), *host = args_operand(args, 0);
	int rc = args_format(args, false, &format, err);

	if (!rc && !table == !host)
		rc = error_set(err, ERR_USAGE,
			       "name a host or a table%s; usage: homenode show HOST, or "
			       "homenode show --acpi FILE",
			       host ? ", not both" : "");
	if (!rc)
		rc = table ? show_acpi(table, format, err) : show_host(host, format, err);
	if (rc)
		return rc;
	*status = 0;
	if (fflush(stdout) != 0 || ferror(stdout))
		return error_set(err, ERR_MACHINE, "standard output cannot be written");
	return 0;
}

static const struct option show_options[] = {
	{"acpi", 0, "FILE", "print an ACPI table (SRAT, SLIT, MADT or HMAT) instead of a host",
	 false},
	{0},
};

const struct command cmd_show = {
	.name = "show",
	.operands = "[HOST]",
	.min_operands = 0,
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
