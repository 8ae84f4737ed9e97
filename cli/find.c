#include <limits.h>
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

/* Is there a topologies/ below it that can be read? */
static bool holds_data(const char *dir)
{
	char *topologies = xasprintf("%s/topologies", dir);
	bool ok = access(topologies, R_OK | X_OK) == 0;

	free(topologies);
	return ok;
}

/* `up` components cut from the program's path, `below` appended. */
static const struct {
	unsigned up;
	const char *below;
} places[] = {
	{2, "/share/homenode"}, /* PREFIX/bin/homenode */
	{3, ""}, /* build/<preset>/homenode in the source tree */
	{2, ""}, /* build/homenode */
};

static bool data_near_program(char out[PATH_MAX])
{
	char program[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (n <= 0)
		return false;
	program[n] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int end = (int)strlen(program);

		for (unsigned up = places[i].up; end > 0 && up > 0; up--)
			while (end > 0 && program[--end] != '/')
				;
		n = snprintf(out, PATH_MAX, "%.*s%s", end, program, places[i].below);
		if (n >= 0 && n < PATH_MAX && holds_data(out))
			return true;
	}
	return false;
}

const char *data_directory(void)
{
	static char found[PATH_MAX];
	const char *wanted = getenv("HOMENODE_DATA");

	if (wanted && *wanted)
		return holds_data(wanted) ? wanted : NULL;
	if (data_near_program(found))
		return found;
	return holds_data(HOMENODE_DATADIR) ? HOMENODE_DATADIR : NULL;
}

int data_directory_missing(struct error *err)
{
	const char *wanted = getenv("HOMENODE_DATA");

	if (wanted && *wanted)
		return error_set(err, ERR_INPUT,
				 "HOMENODE_DATA=%s holds no topologies/ that can be read", wanted);
	return error_set(err, ERR_INPUT,
			 "no topologies/ beside the program; set HOMENODE_DATA to the directory "
			 "that holds it");
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
