/* What the tests of workloads share. */
#ifndef TESTS_ZONE_WORKLOAD_TEXT_H
#define TESTS_ZONE_WORKLOAD_TEXT_H

#include "zone/workload.h"

/* Write `text` to a new temporary file called `name` in a directory of the test
 * process's own; the path is lent until the next call. */
const char *write_file(const char *name, const char *text);
/* Remove what write_file() made. */
void remove_files(void);

/* Load from text; fails the test when that fails. */
void load_text(struct workload *out, const char *name, const char *text);
/* The sentence of the error that loading or reading to the end must give,
 * without the directory in front; "" when there was none. Lent. */
const char *error_of(const char *name, const char *text, const char *format);
/* The same for a file that is there already, in the format that it begins as. */
const char *error_of_file(const char *path);

#endif
