#include "cli/view.h"

#include <stdlib.h>
#include <string.h>

#include "cli/names.h"

/* As "did you mean" has them. */
static int check_name(const char *name, const struct column *column, size_t nr, struct error *err)
{
	const char **names = xcalloc(nr + 1, sizeof(*names));
	int place, rc;

	for (size_t i = 0; i < nr; i++)
		names[i] = column[i].name;
	rc = find_name("--columns", "column", name, names, &place, err);
	free(names);
	return rc;
}

int view_read(struct view *out, const struct args *args, enum output_format format,
	      const struct column *column, size_t nr, struct error *err)
{
	bool columns = args_given(args, "columns"), wide = args_flag(args, "wide");
	int rc = 0;

	/* a default gives way to what it does not go with */
	if (wide && columns && args_typed(args, "wide") != args_typed(args, "columns")) {
		wide = args_typed(args, "wide");
		columns = !wide;
	}
	if (format != FORMAT_TEXT && !args_typed(args, "columns"))
		columns = false;
	*out = (struct view){.wide = wide};
	if (!columns)
		return 0;
	if (out->wide)
		return error_set(err, ERR_USAGE, "--wide is all columns, --columns some; give one");
	if (format != FORMAT_TEXT)
		return error_set(err, ERR_USAGE,
				 "--columns is for tables; csv and json have all columns");
	out->column = split_list(args, "columns", &out->arena, &out->nr);
	if (!out->nr)
		return error_set(err, ERR_USAGE, "--columns: no column is named");
	for (size_t i = 0; i < out->nr && !rc; i++)
		rc = check_name(out->column[i], column, nr, err);
	return rc;
}

void view_release(struct view *v)
{
	arena_release(&v->arena);
	*v = (struct view){0};
}

struct column *view_columns(const struct column *column, size_t nr, size_t *out_nr)
{
	struct column *copy = xreallocarray(NULL, nr, sizeof(*copy));

	memcpy(copy, column, nr * sizeof(*copy));
	*out_nr = nr;
	return copy;
}
