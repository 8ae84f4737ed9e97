/*
 * A file without a name, for what does not fit into memory: it vanishes when it is closed,
 * however the program ends.
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"

/* In `directory`; NULL: in $TMPDIR, else /tmp. Read and written. */
int scratch_open(FILE **out, const char *directory, struct error *err) MUST_USE;
/* Where that is, for messages. */
const char *scratch_directory(const char *directory);

#endif
