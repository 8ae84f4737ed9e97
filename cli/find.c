#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend-xen/xen.h"
#include "base/alloc.h"
#include "cli/command.h"
#include "cli/data_files.h"
#include "cli/names.h"
#include "host/host.h"

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

int find_host(const char *name, struct host **out, struct error *err)
{
	const char *data;
	char *path;
	int rc;

	*out = NULL;
	if (strcmp(name, "this") == 0)
		return host_load_this(out, err);
	if (strcmp(name, "xen") == 0)
		return xen_host_load(out, err);
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

void print_host_warnings(const struct host *h, bool quiet)
{
	for (unsigned i = 0; !quiet && i < h->nr_warnings; i++)
		fprintf(stderr, "homenode: warning: %s: %s\n", h->name, h->warning[i]);
}
