#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

const char *scratch_directory(const char *directory)
{
	const char *set = getenv("TMPDIR");

	return directory ? directory : set && *set ? set : "/tmp";
}

/* Where a file system knows no files without a name, it has one for a moment. */
static int open_scratch(const char *where)
{
#ifdef O_TMPFILE
	int nameless = open(where, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
#else
	int nameless = -1;
#endif
	char *path;
	int fd;

	if (nameless >= 0)
		return nameless;
	path = xasprintf("%s/.homenode-XXXXXX", where);
	fd = mkstemp(path);
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

int scratch_open(FILE **out, const char *directory, struct error *err)
{
	const char *where = scratch_directory(directory);
	int fd = open_scratch(where);

	*out = fd >= 0 ? fdopen(fd, "w+b") : NULL;
	if (fd >= 0 && !*out)
		close(fd);
	return *out ? 0
		    : error_set(err, ERR_MACHINE, "%s: no file can be made in it: %s", where,
				strerror(errno));
}
