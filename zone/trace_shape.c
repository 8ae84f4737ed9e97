/*
 * Which columns a table has: by its header, or because its first row looks like that of a
 * format whose files have none.
 */
#include <string.h>

#include "zone/trace_rows.h"

static bool is_number(const struct csv_field *f, bool decimals)
{
	const char *p = f->text, *end = p + f->n;
	unsigned digits = 0, dots = 0, exponents = 0;

	for (p += p < end && *p == '-'; p < end; p++) {
		if (*p >= '0' && *p <= '9')
			digits++;
		else if (decimals && *p == '.')
			dots++;
		else if (decimals && digits && (*p == 'e' || *p == 'E') && !exponents++)
			p += p + 1 < end && (p[1] == '-' || p[1] == '+');
		else
			return false;
	}
	return digits && dots <= 1;
}

static bool fits(const struct csv_field *f, char letter)
{
	struct csv_field rest = *f;

	if (letter == '.')
		return true;
	if (letter >= 'A' && letter <= 'Z') {
		if (!f->n)
			return true;
		letter = (char)(letter - 'A' + 'a');
	}
	switch (letter) {
	case 'b':
		if (rest.n && *rest.text == '>') {
			rest.text++;
			rest.n--;
		}
		return is_number(&rest, true);
	case 'd':
		return is_number(f, true);
	case 'n':
		return is_number(f, false);
	default:
		return f->n && !is_number(f, true);
	}
}

bool trace_has_shape(const struct csv *first, const struct trace_layout *layout)
{
	if (!layout->shape || strlen(layout->shape) != first->nr_fields)
		return false;
	for (unsigned i = 0; i < first->nr_fields; i++)
		if (!fits(&first->field[i], layout->shape[i]))
			return false;
	return true;
}

/* Does the line name one of the layout's columns? Then it is no row. */
static bool names_any(const struct csv *first, const struct trace_layout *layout)
{
	for (const struct trace_column *c = layout->column; c->name; c++)
		for (unsigned i = 0; i < first->nr_fields; i++)
			if (strlen(c->name) == first->field[i].n &&
			    memcmp(c->name, first->field[i].text, first->field[i].n) == 0)
				return true;
	return false;
}

/* JSON leaves out what is not known: the first row need not name all columns. */
static void add_names(struct csv *first, const struct trace_layout *layout)
{
	const char *name[TRACE_COLUMNS_MAX + 1] = {NULL};

	for (int i = 0; layout->column[i].name; i++)
		name[i] = layout->column[i].name;
	csv_take_names(first, name);
}

int trace_take_columns(struct csv *first, const struct trace_format *f, struct error *err)
{
	const struct trace_layout *bare = NULL;

	if (first->json) {
		add_names(first, trace_form(first, f));
		return 0;
	}
	for (int i = 0; i < TRACE_FORMS_MAX && f->layout[i]; i++) {
		if (names_any(first, f->layout[i]))
			return csv_take_header(first, err);
		if (f->layout[i]->bare && (!bare || trace_has_shape(first, f->layout[i])))
			bare = f->layout[i];
	}
	if (!bare)
		return csv_take_header(first, err);
	csv_take_names(first, bare->bare);
	return 0;
}

unsigned trace_lacks(const struct csv *header, const struct trace_layout *layout, unsigned *have)
{
	unsigned lacks = 0;

	*have = 0;
	for (const struct trace_column *c = layout->column; c->name; c++) {
		if (c->optional)
			continue;
		if (csv_column(header, c->name) < 0)
			lacks++;
		else
			++*have;
	}
	return lacks;
}

const struct trace_layout *trace_form(const struct csv *header, const struct trace_format *f)
{
	const struct trace_layout *best = f->layout[0];
	unsigned have, most = 0;

	for (int i = 0; i < TRACE_FORMS_MAX && f->layout[i]; i++) {
		if (!trace_lacks(header, f->layout[i], &have))
			return f->layout[i];
		if (have > most) {
			best = f->layout[i];
			most = have;
		}
	}
	return best;
}
