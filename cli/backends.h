/*
 * The machines this build can drive, by the name that --backend takes.
 */
#ifndef CLI_BACKENDS_H
#define CLI_BACKENDS_H

#include "backend/backend_impl.h"

/* NULL-terminated, in the order `homenode list backends` prints. */
extern const struct backend_ops *const backends[];
/* "NAME" or "NAME:OPTIONS", as --backend takes it; *options (if not NULL) is what
 * follows the colon, or "". NULL if unknown; err then names the nearest one
 * (ERR_USAGE). */
const struct backend_ops *backend_find(const char *text, const char **options, struct error *err);

#endif
