#include "report/compare.h"

#include <stdlib.h>

#include "base/compiler.h"

int64_t change_of(int64_t a, int64_t b)
{
	int128 d = (int128)b - a;

	if (d > INT64_MAX)
		return INT64_MAX;
	return d < INT64_MIN ? INT64_MIN : (int64_t)d;
}

int64_t change_ppm(int64_t a, int64_t b)
{
	int128 d = (int128)b - a, whole = a < 0 ? -(int128)a : a, ppm;

	if (d == 0)
		return 0;
	if (whole == 0)
		return FIGURE_UNKNOWN;
	ppm = (d < 0 ? -d : d) * 1000000 / whole;
	return ppm > INT64_MAX ? INT64_MAX : (int64_t)ppm;
}

static const char **columns_missing(const struct sheet *from, const struct sheet *in, size_t *nr)
{
	const char **list = xcalloc(from->nr_columns + 1, sizeof(*list));

	*nr = 0;
	for (unsigned c = 0; c < from->nr_columns; c++)
		if (sheet_column(in, from->column[c]) < 0)
			list[(*nr)++] = from->column[c];
	return list;
}

static void compare_row(struct comparison *c, const struct sheet *a, const struct sheet *b,
			const int *other, size_t row_a, size_t row_b)
{
	size_t before = c->nr;

	for (unsigned i = 0; i < a->nr_columns; i++) {
		struct change d = {.row_a = row_a, .row_b = row_b, .column = a->column[i]};

		if (other[i] < 0 || i < a->nr_keys)
			continue;
		if (!sheet_figure_at(a, row_a, (int)i, &d.a))
			d.a = FIGURE_UNKNOWN;
		if (!sheet_figure_at(b, row_b, other[i], &d.b))
			d.b = FIGURE_UNKNOWN;
		if (d.a == d.b)
			continue;
		c->change = grow(c->change, &c->cap, c->nr, sizeof(d));
		c->change[c->nr++] = d;
	}
	c->nr_rows++;
	c->nr_same += c->nr == before;
}

void compare(struct comparison *out, const struct sheet *a, const struct sheet *b)
{
	int *other = xcalloc(a->nr_columns, sizeof(*other));

	*out = (struct comparison){0};
	out->column_a = columns_missing(a, b, &out->nr_column_a);
	out->column_b = columns_missing(b, a, &out->nr_column_b);
	for (unsigned i = 0; i < a->nr_columns; i++)
		other[i] = sheet_column(b, a->column[i]);
	for (size_t r = 0; r < a->nr; r++) {
		size_t found = sheet_find(b, a, r);

		if (found != SHEET_NO_ROW) {
			compare_row(out, a, b, other, r, found);
			continue;
		}
		out->only_a = grow(out->only_a, &out->cap_a, out->nr_only_a, sizeof(size_t));
		out->only_a[out->nr_only_a++] = r;
	}
	for (size_t r = 0; r < b->nr; r++) {
		if (sheet_find(a, b, r) != SHEET_NO_ROW)
			continue;
		out->only_b = grow(out->only_b, &out->cap_b, out->nr_only_b, sizeof(size_t));
		out->only_b[out->nr_only_b++] = r;
	}
	free(other);
}

void comparison_release(struct comparison *c)
{
	free(c->change);
	free(c->only_a);
	free(c->only_b);
	free(c->column_a);
	free(c->column_b);
	*c = (struct comparison){0};
}
