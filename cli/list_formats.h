/* What `homenode list formats` prints: the formats of fleet traces, or all of one. */
#ifndef CLI_LIST_FORMATS_H
#define CLI_LIST_FORMATS_H

#include "base/error.h"
#include "cli/rows.h"

#define LIST_FORMATS_COLUMNS 6
#define LIST_FORMAT_COLUMNS 6
extern const struct column list_formats_columns[LIST_FORMATS_COLUMNS];
extern const struct column list_format_columns[LIST_FORMAT_COLUMNS];
/* `name`: of one format; NULL: all, a row each. */
int list_formats(struct rows *r, const char *name, struct error *err) MUST_USE;

#endif
