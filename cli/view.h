/*
 * Which columns of a table a person wants: those that fit the terminal, all (--wide), or these
 * (--columns a,b,c). CSV and JSON have all columns whatever is asked.
 */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "base/alloc.h"
#include "cli/command.h"
#include "schema/schema.h"

/* Rows of the table of a command that prints a table. */
#define VIEW_OPTIONS                                                                               \
	{"wide", 'W', NULL, "all columns of the table, however wide", OPTION_RARE},                \
	{                                                                                          \
		"columns", 0, "COLUMN,...", "these columns (homenode list columns)", OPTION_RARE   \
	}

/* Zero-initialise: what fits. Borrows the words of the command line. */
struct view {
	bool wide;
	const char **column; /* NULL: nobody named any */
	size_t nr;
	struct arena arena;
};

/* ERR_USAGE: there is no such column, or it is not for a table (`format`). `column` are all there
 * are. */
int view_read(struct view *out, const struct args *args, enum output_format format,
	      const struct column *column, size_t nr, struct error *err) MUST_USE;
void view_release(struct view *v);
/* A copy of these, for struct command's `columns`. */
struct column *view_columns(const struct column *column, size_t nr, size_t *out_nr) MUST_USE;

#endif
