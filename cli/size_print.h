/*
 * The answers of `homenode size`: as rows of schema_size and schema_around, and as tables that
 * people read.
 */
#ifndef CLI_SIZE_PRINT_H
#define CLI_SIZE_PRINT_H

#include "cli/rows.h"
#include "cli/size_flags.h"

/* Fill them; the columns are set here. */
void size_rows(struct rows *out, const struct size_asked *a, const struct size_lines *l);
void size_around_rows(struct rows *out, const struct size_asked *a, const struct size_lines *l);
void size_print_text(const struct size_asked *a, const struct size_lines *l, FILE *out);

#endif
