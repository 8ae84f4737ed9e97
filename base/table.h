/*
 * Tables for people: columns as wide as they need to be, numbers to the right.
 * Cells are copied; a row has at most 128. A cell that looks like a number is right-aligned.
 *
 * Not libsmartcols (tried, 2.38): it writes "naïve" as "na\xc3\xafve" unless the program takes
 * the locale's character set, which ours does not, lest results depend on it; it aligns whole
 * columns, where a word among numbers stands left here; it has no indent.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"

#define TABLE_ANY_WIDTH 0
#define TABLE_ALL ((size_t)-1) /* as keys: every column */

struct table; /* owned by the caller: table_new / table_free */

struct table *table_new(void) MUST_USE;
void table_free(struct table *t);
void table_cell(struct table *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void table_end_row(struct table *t);
/* First row is the heading, bold on a terminal that can. `indent` spaces before each line, two
 * between columns. */
void table_print(const struct table *t, FILE *out, unsigned indent);
/*
 * The same in `width` columns of the screen (TABLE_ANY_WIDTH: all that it takes). The first `keys`
 * columns of the table are there whatever they take, of the others as many as fit, from the left;
 * the last one that does not is folded over lines where it has sentences and enough room is left.
 * With TABLE_ALL as keys nothing is left out, and all columns of sentences may be folded.
 * Returns how many columns of the table are shown.
 */
size_t table_print_within(const struct table *t, FILE *out, unsigned indent, size_t keys,
			  unsigned width);

#endif
