/* homenode list columns: what the columns of results mean (schema/). */
#ifndef CLI_LIST_COLUMNS_H
#define CLI_LIST_COLUMNS_H

#include "cli/rows.h"

#define LIST_COLUMNS_COLUMNS 9
extern const struct column list_columns_columns[LIST_COLUMNS_COLUMNS];

/* Those of `file` ("summary", "zones.csv", "size"), or of all with NULL. ERR_USAGE: there is
 * no such table. */
int list_columns(struct rows *r, const char *file, struct error *err) MUST_USE;

#endif
