#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend-xen/xen.h"
#include "base/alloc.h"
#include "cli/command.h"
#include "cli/data_files.h"
#include "cli/names.h"
#include "host/host.h"
#include "host/same.h"

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static int unknown_host(const char *name, struct error *err)
{
	struct data_files files;
	int rc = data_files_list(&files, "topologies", ".xml", err);

	if (rc)
		return rc;
	rc = unknown_listed(err, NULL, "host", name, files.name, "homenode list topologies");
	data_files_release(&files);
	return rc;
}

bool is_machine(const char *name, const char *machine, const char **figures)
{
	size_t n = strlen(machine);

	if (strncmp(name, machine, n) != 0 || (name[n] && name[n] != ':'))
		return false;
	*figures = name[n] ? name + n + 1 : NULL;
	return true;
}

int check_figures(const char *name, const char *figures, struct error *err)
{
	return !figures || *figures
		       ? 0
		       : error_set(err, ERR_USAGE,
				   "%s names no file: behind the colon is one of what was measured "
				   "of this machine",
				   name);
}

static int take_figures(struct host **host, const char *figures, struct error *err)
{
	int rc = figures ? host_take_file(*host, figures, err) : 0;

	if (rc) {
		host_free(*host);
		*host = NULL;
	}
	return rc;
}

int find_host(const char *name, struct host **out, struct error *err)
{
	const char *data, *figures = NULL;
	char *path;
	bool xen;
	int rc;

	*out = NULL;
	xen = is_machine(name, "xen", &figures);
	if (xen || is_machine(name, "this", &figures)) {
		rc = check_figures(name, figures, err);
		if (!rc)
			rc = xen ? xen_host_load(out, err) : host_load_this(out, err);
		return rc ? rc : take_figures(out, figures, err);
	}
	if (!*name)
		return error_set(err, ERR_USAGE, "the host's name is empty");
	if (host_is_synthetic(name))
		return host_load_text(out, "synthetic", name, err);
	if (strchr(name, '/') || ends_with(name, ".xml"))
		return host_load(out, name, err);

	data = data_directory();
	path = xasprintf("%s/topologies/%s.xml", data ? data : ".", name);
	if (data && access(path, F_OK) == 0)
		rc = host_load(out, path, err);
	else if (access(name, F_OK) == 0)
		rc = host_load(out, name, err);
	else
		rc = unknown_host(name, err);
	free(path);
	return rc;
}

bool host_is_xen(const struct host *h)
{
	return !h->path && strcmp(h->name, "xen") == 0;
}

void print_warning(const char *sentence)
{
	char *text = xasprintf("homenode: warning: %s", sentence);

	text_tame(text);
	fprintf(stderr, "%s\n", text);
	free(text);
}

void print_host_warnings(const struct host *h, bool quiet)
{
	for (unsigned i = 0; !quiet && i < h->nr_warnings; i++)
		fprintf(stderr, "homenode: warning: %s: %s\n", h->name, h->warning[i]);
}
