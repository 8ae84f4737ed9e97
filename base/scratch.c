#include "base/scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

const char *scratch_directory(const char *directory)
{
	const char *set = getenv("TMPDIR");

	return directory ? directory : set && *set ? set : "/tmp";
}

int scratch_open(FILE **out, const char *directory, struct error *err)
{
	const char *where = scratch_directory(directory);
	char *path = xasprintf("%s/.homenode-XXXXXX", where);
	int fd = mkstemp(path);

	*out = fd >= 0 ? fdopen(fd, "w+b") : NULL;
	if (fd >= 0)
		unlink(path);
	if (fd >= 0 && !*out)
		close(fd);
	free(path);
	return *out ? 0
		    : error_set(err, ERR_MACHINE, "%s: no file can be made in it: %s", where,
				strerror(errno));
}
