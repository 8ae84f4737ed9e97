#include <stdio.h>
#include <string.h>

#include "backend-xen/xen.h"
#include "base/units.h"
#include "cli/command.h"
#include "cli/drawn_host.h"
#include "cli/show_guests.h"
#include "firmware/acpi.h"
#include "host/host.h"
#include "report/topology.h"

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

/* What a Xen host has free right now. */
static int print_free(const struct host *h, struct error *err)
{
	struct host_state s;
	char text[32];
	int rc;

	host_state_init(&s, h);
	rc = xen_host_state(&s, err);
	if (!rc)
		printf("\nfree now: %s; %u vCPUs in all, %u domains beside dom0\n",
		       bytes_text(s.total_free_bytes, text, sizeof(text)), s.total_vcpus,
		       s.nr_zones);
	for (unsigned n = 0; !rc && n < h->nr_nodes; n++)
		printf("  node %u: %s, %u vCPUs\n", h->node[n].os_index,
		       bytes_text(s.free_bytes[n], text, sizeof(text)), s.vcpus[n]);
	host_state_release(&s);
	return rc;
}

static void draw_host(const struct host *h)
{
	struct arena a = {0};
	struct page_host drawn;

	drawn_host_init(&drawn, h, &a);
	topology_print(&drawn, NULL, "host", true, stdout);
	arena_release(&a);
}

static int show_host(const char *name, enum output_format format, bool svg, struct error *err)
{
	struct host *h = NULL;
	int rc = find_host(name, &h, err);

	if (rc)
		return rc;
	if (svg) {
		draw_host(h);
	} else if (format == FORMAT_JSON) {
		host_print_json(h, stdout);
	} else {
		host_print(h, stdout);
		if (host_is_xen(h))
			rc = print_free(h, err);
	}
	host_free(h);
	return rc;
}

/* --xml and --heap are asked of the hypervisor. */
static int show_xen(const struct args *args, struct error *err)
{
	const char *host = args_operand(args, 0);
	bool xml = args_flag(args, "xml");

	if (!host || strcmp(host, "xen") != 0)
		return error_set(
			err, ERR_USAGE,
			"--%s is for HOST xen; other hosts are hwloc XML files already, or "
			"\"this\", of which lstopo writes one",
			xml ? "xml" : "heap");
	if (xml && args_flag(args, "heap"))
		return error_set(err, ERR_USAGE, "--xml and --heap do not go together");
	return xml ? xen_host_xml(stdout, err) : xen_heap_print(stdout, err);
}

static int run_show(const struct args *args, int *status, struct error *err)
{
	enum output_format format = FORMAT_TEXT;
	const char *table = args_string(args, "acpi", NULL), *host = args_operand(args, 0);
	int rc = args_format(args, &format, err);

	if (!rc && !table == !host)
		rc = error_set(err, ERR_USAGE,
			       "name a host or a table%s; usage: homenode show HOST, or "
			       "homenode show --acpi FILE",
			       host ? ", not both" : "");
	if (!rc && args_flag(args, "svg") && (table || format != FORMAT_TEXT))
		rc = error_set(err, ERR_USAGE, "--svg is a host's picture: no table, no --format");
	if (!rc && args_flag(args, "zones") &&
	    (!host || strcmp(host, "this") != 0 || args_flag(args, "svg") ||
	     args_flag(args, "xml") || args_flag(args, "heap")))
		rc = error_set(err, ERR_USAGE,
			       "--zones is of the host \"this\", without --svg, --xml and --heap");
	if (!rc && args_flag(args, "zones"))
		rc = show_guests(format, err);
	else if (!rc && (args_flag(args, "xml") || args_flag(args, "heap")))
		rc = show_xen(args, err);
	else if (!rc)
		rc = table ? show_acpi(table, format, err)
			   : show_host(host, format, args_flag(args, "svg"), err);
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
	OPTION_FORMAT("text|json", "text (default) or json"),
	{"svg", 0, NULL, "HOST as a picture: packages, nodes, CPUs, memory, devices", false},
	{"xml", 0, NULL, "HOST xen as an hwloc XML file", false},
	{"zones", 0, NULL, "HOST this: QEMU's guests, where vCPUs may run and pages are", false},
	{"heap", 0, NULL, "HOST xen: the allocator's free pages, as JSON", false},
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
		 "topologies/, a path to an hwloc XML file, \"this\", or \"xen\" in a Xen dom0; "
		 "\"xen:FILE\" has measured figures too.",
	.example = "homenode show epyc-nps4-8n",
	.option = show_options,
	.run = run_show,
};
