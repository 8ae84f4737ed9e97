#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"

static void row(struct table *t, const char *a, const char *b, const char *c)
{
	table_cell(t, "%s", a);
	table_cell(t, "%s", b);
	table_cell(t, "%s", c);
	table_end_row(t);
}

static void prints(const struct table *t, unsigned indent, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	table_print(t, f, indent);
	fclose(f);
	cr_assert_str_eq(text, expected);
	free(text);
}

Test(table, aligns)
{
	struct table *t = table_new();

	row(t, "zone", "nodes", "where");
	row(t, "A", "1", "node 0");
	row(t, "a-long-name", "1024", "-");
	row(t, "naïve", "-", "x");
	prints(t, 2,
	       "  zone         nodes  where\n"
	       "  A                1  node 0\n"
	       "  a-long-name   1024  -\n"
	       "  naïve            -  x\n");
	table_free(t);
	table_free(NULL);
}

Test(table, heading_alone_and_nothing)
{
	struct table *t = table_new();

	prints(t, 0, "");
	row(t, "a", "b", "c");
	prints(t, 0, "a  b  c\n");
	table_free(t);
}
