#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cli/rows.h"

static const struct column columns[] = {
	{.name = "name"},
	{.name = "cpus", .unit = UNIT_COUNT},
	{.name = "memory_bytes", .title = "memory", .unit = UNIT_BYTES},
	{.name = "source", .wide = true},
};

static struct rows rows;

static void fill(void)
{
	rows = (struct rows){.name = "things", .column = columns, .nr_columns = 4};
	rows_text(&rows, "a");
	rows_number(&rows, 128);
	rows_number(&rows, 16 * GIB);
	rows_text(&rows, "x, \"y\"");
	rows_text(&rows, "bb");
	rows_number(&rows, 0);
	rows_number(&rows, 4096);
	rows_text(&rows, NULL);
}

static char *printed(enum output_format format)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	rows_print(&rows, format, NULL, f);
	fclose(f);
	return text;
}

static void drop(void)
{
	rows_release(&rows);
}

TestSuite(rows, .init = fill, .fini = drop);

Test(rows, text)
{
	char *text = printed(FORMAT_TEXT);

	cr_expect_str_eq(text, "name  cpus  memory GiB\n"
			       "a      128        16.0\n"
			       "bb       0         0.0\n");
	free(text);
}

Test(rows, csv)
{
	char *text = printed(FORMAT_CSV);

	cr_expect_str_eq(text, "name,cpus,memory_bytes,source\n"
			       "a,128,17179869184,\"x, \"\"y\"\"\"\n"
			       "bb,0,4096,\n");
	free(text);
}

Test(rows, json)
{
	char *text = printed(FORMAT_JSON);

	cr_expect_str_eq(text, "{\n  \"things\": [\n    {\n"
			       "      \"name\": \"a\",\n"
			       "      \"cpus\": 128,\n"
			       "      \"memory_bytes\": 17179869184,\n"
			       "      \"source\": \"x, \\\"y\\\"\"\n    },\n    {\n"
			       "      \"name\": \"bb\",\n"
			       "      \"cpus\": 0,\n"
			       "      \"memory_bytes\": 4096,\n"
			       "      \"source\": \"\"\n    }\n  ]\n}\n");
	free(text);
}

Test(rows, json_of_a_name_that_is_not_utf8)
{
	char *text;

	rows_text(&rows, "\xff"
			 "c\xc3\xa9");
	rows_number(&rows, 1);
	rows_number(&rows, 1);
	rows_text(&rows, "\xc3\xa9");
	text = printed(FORMAT_JSON);
	cr_expect(strstr(text, "\"?c\xc3\xa9\""));
	cr_expect(strstr(text, "\xc3\xa9"));
	free(text);
}

Test(rows, no_rows)
{
	char *text;

	rows_release(&rows);
	rows = (struct rows){.name = "things", .column = columns, .nr_columns = 4};
	text = printed(FORMAT_CSV);
	cr_expect_str_eq(text, "name,cpus,memory_bytes,source\n");
	free(text);
	text = printed(FORMAT_JSON);
	cr_expect_str_eq(text, "{\n  \"things\": []\n}\n");
	free(text);
}
