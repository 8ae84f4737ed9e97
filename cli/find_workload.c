#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "cli/command.h"
#include "cli/data_files.h"
#include "cli/names.h"

static int unknown_workload(const char *name, struct error *err)
{
	struct data_files files;
	int rc = data_files_list(&files, "workloads", ".json", err);

	if (rc)
		return rc;
	rc = unknown_listed(err, NULL, "workload", name, files.name, "homenode list workloads");
	data_files_release(&files);
	return rc;
}

int find_workload(const char *name, char **path, struct error *err)
{
	const char *data = data_directory();
	int rc = 0;

	*path = xasprintf("%s/workloads/%s.json", data ? data : ".", name);
	if (!strchr(name, '/') && data && access(*path, F_OK) == 0)
		return 0;
	free(*path);
	*path = NULL;
	if (strcmp(name, "-") == 0 || access(name, F_OK) == 0)
		*path = xstrdup(name);
	else if (strpbrk(name, "/.")) /* meant as a file: my-trace.csv */
		rc = error_set(err, ERR_USAGE, "%s: cannot be opened: %s", name, strerror(errno));
	else
		rc = unknown_workload(name, err);
	return rc;
}
