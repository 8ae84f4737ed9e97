/* Lines of timeline.csv and zones.csv find their row of the summary here. */
#include <string.h>

#include "report/model.h"
#include "schema/schema.h"

static bool is_row(const struct sheet *s, size_t row, const struct csv *csv)
{
	for (unsigned c = 0; c < s->nr_keys; c++) {
		int column = csv_column(csv, s->column[c]);
		const char *text = sheet_text(s, row, (int)c);

		if (column < 0 || csv->field[column].n != strlen(text) ||
		    memcmp(csv->field[column].text, text, csv->field[column].n) != 0)
			return false;
	}
	return true;
}

size_t model_row_of(struct model_row *r, const struct csv *csv)
{
	size_t row = 0;

	if (r->known && is_row(r->sheet, r->row, csv))
		return r->row;
	while (row < r->sheet->nr && !is_row(r->sheet, row, csv))
		row++;
	if (row == r->sheet->nr)
		return SHEET_NO_ROW;
	r->row = row;
	r->known = true;
	return row;
}

int model_column(const struct csv *csv, const char *name, int *out, struct error *err)
{
	*out = csv_column(csv, name);
	if (*out < 0)
		return error_at(err, ERR_INPUT, csv->path, 1, 0, "there is no column \"%s\"", name);
	return 0;
}

int model_field(const struct csv *csv, int column, int64_t *out, struct error *err)
{
	*out = FIGURE_UNKNOWN;
	if (column < 0 || !csv->field[column].n)
		return 0;
	return csv_int(csv, (unsigned)column, 0, INT64_MAX, out, err);
}
