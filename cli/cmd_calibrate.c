/*
 * homenode calibrate: what other programs measured of a machine becomes part of its host
 * file.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/output.h"
#include "cli/command.h"
#include "cli/names.h"
#include "host/figures_formats.h"
#include "host/host.h"

#define FORMATS_MAX 64

static const struct option options[] = {
	{"output", 'o', "FILE", "write the XML there, and what is known to standard output", false},
	{"figures", 0, "FILE", "write what was read as FIGURES.json", false},
	{"from", 0, "CALIBRATION", "what FILE is (default: told from its content)", false},
	{"node", 0, "N", "whose CPUs, where FILE does not say", false},
	{"memory-node", 0, "M", "whose memory (default: the same node's)", false},
	{"stores", 0, "ordinary|streaming", "how STREAM stored (default ordinary)", false},
	OPTION_FORMAT("text|json", "how what is known is printed, beside --output"),
	{0},
};

struct job {
	struct host *host;
	struct figures read;
	struct figure_source source;
	const char *format; /* NULL: by content */
	enum output_format print; /* what is known, beside the XML */
	char *note;
};

static int choose_format(struct job *job, const struct args *args, struct error *err)
{
	const char *names[FORMATS_MAX] = {NULL};

	job->format = args_string(args, "from", NULL);
	if (!job->format || figure_format_find(job->format))
		return 0;
	for (size_t i = 0; figure_formats[i] && i + 1 < FORMATS_MAX; i++)
		names[i] = figure_formats[i]->name;
	return unknown_listed(err, "--from", "format", job->format, names,
			      "homenode list calibrations");
}

static int parse(struct job *job, const struct args *args, struct error *err)
{
	static const char *const ways[] = {
		[STORES_ORDINARY] = "ordinary", [STORES_STREAMING] = "streaming", NULL};
	int64_t node = FIGURE_UNSAID, memory = FIGURE_UNSAID;
	int stores = STORES_ORDINARY;
	int rc = args_format(args, &job->print, err);

	if (!rc)
		rc = find_name("--stores", "way to store",
			       args_string(args, "stores", ways[stores]), ways, &stores, err);
	if (!rc)
		rc = args_int(args, "node", 0, INT32_MAX, &node, err);
	if (!rc)
		rc = args_int(args, "memory-node", 0, INT32_MAX, &memory, err);
	if (!rc && args_given(args, "memory-node") && !args_given(args, "node"))
		rc = error_set(err, ERR_USAGE,
			       "--memory-node needs --node: whose CPUs read there?");
	if (!rc && args_given(args, "format") && !args_given(args, "output"))
		rc = error_set(err, ERR_USAGE,
			       "--format is for what is known of the host, which is "
			       "printed beside --output FILE");
	if (!rc)
		rc = choose_format(job, args, err);
	job->source = (struct figure_source){
		.from = (uint32_t)node,
		.to = (uint32_t)memory,
		.stores = (enum figure_stores)stores,
		.warn = args_flag(args, "quiet") ? NULL : stderr,
	};
	return rc;
}

static int read_all(struct job *job, const struct args *args, struct error *err)
{
	int rc = 0;

	figures_begin(&job->read, NULL, NULL);
	job->source.host = job->host;
	job->note = xstrdup("homenode calibrate:");
	for (unsigned i = 1; !rc && i < args_nr_operands(args); i++) {
		char *longer =
			xasprintf("%s%s %s", job->note, i > 1 ? "," : "", args_operand(args, i));

		free(job->note);
		job->note = longer;
		job->source.path = args_operand(args, i);
		rc = figures_import(&job->read, &job->source, job->format, err);
	}
	return rc;
}

/* What was measured is not to be lost; HOST may be written over. */
static int keep_inputs(const struct args *args, struct error *err)
{
	const char *out[] = {args_string(args, "output", NULL), args_string(args, "figures", NULL)};
	struct stat written, read;

	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 1; out[k] && i < args_nr_operands(args); i++)
			if (stat(out[k], &written) == 0 && S_ISREG(written.st_mode) &&
			    stat(args_operand(args, i), &read) == 0 &&
			    written.st_dev == read.st_dev && written.st_ino == read.st_ino)
				return error_set(err, ERR_USAGE,
						 "%s is read, and would be written over: name "
						 "another file",
						 out[k]);
	return 0;
}

/* Both files are made whole before the first is written. */
static int write_all(struct job *job, const struct args *args, struct error *err)
{
	const char *path = args_string(args, "output", NULL);
	const char *figures = args_string(args, "figures", NULL);
	char *json = figures_text(&job->read), *xml = NULL;
	int rc = host_take_figures(job->host, &job->read, err);

	if (!rc)
		rc = host_calibrated_xml(&xml, job->host, job->note, err);
	if (!rc && figures)
		rc = output_text(figures, json, err);
	if (!rc)
		rc = output_text(path, xml, err);
	if (!rc && path && job->print == FORMAT_JSON)
		host_print_json(job->host, stdout);
	else if (!rc && path)
		host_print_known(job->host, stdout);
	free(json);
	free(xml);
	return rc;
}

static int run_calibrate(const struct args *args, int *status, struct error *err)
{
	struct job job = {.host = NULL};
	int rc = parse(&job, args, err);

	if (!rc)
		rc = keep_inputs(args, err);
	if (!rc)
		rc = find_host(args_operand(args, 0), &job.host, err);
	if (!rc)
		rc = read_all(&job, args, err);
	if (!rc)
		rc = write_all(&job, args, err);
	if (!rc)
		print_host_warnings(job.host, args_flag(args, "quiet"));
	free(job.note);
	figures_release(&job.read);
	host_free(job.host);
	if (!rc && (fflush(stdout) != 0 || ferror(stdout)))
		rc = error_set(err, ERR_MACHINE, "standard output cannot be written");
	*status = 0;
	return rc;
}

const struct command cmd_calibrate = {
	.name = "calibrate",
	.operands = "HOST FILE...",
	.min_operands = 2,
	.max_operands = -1,
	.summary = "put measured figures into a host file",
	.about = "Reads what Intel MLC, likwid-bench, STREAM, lmbench, multichase and numactl "
		 "print, HMAT as Linux shows it, or FIGURES.json of homenode probe, and writes "
		 "HOST as hwloc XML with it, for use as HOST. Any part of it is enough: what is "
		 "not known stays assumed. \"homenode list calibrations\" says what is read of "
		 "each and how it is written.",
	.example = "homenode calibrate my-host.xml mlc.txt -o calibrated.xml",
	.option = options,
	.run = run_calibrate,
};
