/* Names for temporary files of tests: in $TMPDIR, which tools/run-test empties when the
 * test ends, however it ends. */
#ifndef TESTS_TEMPORARY_H
#define TESTS_TEMPORARY_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* "$TMPDIR/NAME-XXXXXX", for mkstemp() and mkdtemp(). */
static inline char *temporary_name(char *buf, size_t size, const char *name)
{
	const char *folder = getenv("TMPDIR");

	snprintf(buf, size, "%s/%s-XXXXXX", folder && *folder ? folder : "/tmp", name);
	return buf;
}

#endif
