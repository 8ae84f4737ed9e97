/*
 * topology-generator DIRECTORY: write every topology and README.md there.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/output.h"
#include "tools/topologies/build.h"

static int write_file(const char *directory, const char *name, const char *text, struct error *err)
{
	char *path = xasprintf("%s/%s", directory, name);
	int rc = output_text(path, text, err);

	free(path);
	return rc;
}

static int write_machine(const char *directory, const struct machine *m, struct error *err)
{
	char *name = xasprintf("%s.xml", m->name), *text = NULL;
	int rc;

	rc = machine_xml(m, &text, err);
	if (!rc)
		rc = write_file(directory, name, text, err);
	free(text);
	free(name);
	return rc;
}

static int write_readme(const char *directory, struct error *err)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int rc;

	if (!out)
		return error_set(err, ERR_MACHINE, "out of memory");
	readme_print(out);
	if (fclose(out))
		rc = error_set(err, ERR_MACHINE, "out of memory");
	else
		rc = write_file(directory, "README.md", text, err);
	free(text);
	return rc;
}

int main(int argc, char **argv)
{
	struct error err = {0};
	int rc;

	if (argc != 2) {
		fputs("usage: topology-generator DIRECTORY\n", stderr);
		return error_exit_status(ERR_USAGE);
	}
	rc = hwloc_settle(&err);
	if (!rc)
		rc = make_directories(argv[1], &err);
	for (unsigned i = 0; !rc && i < nr_machines; i++)
		rc = write_machine(argv[1], &machines[i], &err);
	if (!rc)
		rc = write_readme(argv[1], &err);
	if (rc)
		fprintf(stderr, "topology-generator: %s\n", err.text);
	return error_exit_status(rc);
}
