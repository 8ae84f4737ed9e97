#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/units.h"

static int attach(struct csv *c, const char *text, size_t n, struct error *err)
{
	static char empty[1];
	FILE *f = fmemopen(n ? (char *)text : empty, n ? n : 1, "r");

	if (!n)
		fgetc(f);
	return csv_attach(c, f, "t.csv", err);
}

static void open_text(struct csv *c, const char *text)
{
	struct error err = {0};

	cr_assert_eq(attach(c, text, strlen(text), &err), 0, "%s", err.text);
}

static void field_is(const struct csv *c, unsigned i, const char *text)
{
	cr_assert_eq(c->field[i].n, strlen(text));
	cr_assert_eq(memcmp(c->field[i].text, text, strlen(text)), 0);
}

static bool next(struct csv *c)
{
	struct error err = {0};
	bool more;

	cr_assert_eq(csv_next(c, &more, &err), 0, "%s", err.text);
	return more;
}

static void next_fails(struct csv *c, const char *sentence)
{
	struct error err = {0};
	bool more;

	cr_assert_eq(csv_next(c, &more, &err), ERR_INPUT);
	cr_assert_str_eq(err.text, sentence);
}

Test(csv, rows_quotes_and_line_ends)
{
	struct csv c;

	open_text(&c, "\xef\xbb\xbf"
		      "a,b,c\r\n1,,3\r\n\n\"x,\"\"y\"\"\",\"\",z\nlast,2,\"3\"");
	cr_assert_eq(c.nr_columns, 3);
	cr_assert_eq(csv_column(&c, "a"), 0);
	cr_assert_eq(csv_column(&c, "d"), -1);
	cr_assert(next(&c));
	field_is(&c, 0, "1");
	field_is(&c, 1, "");
	field_is(&c, 2, "3");
	cr_assert(next(&c));
	cr_assert_eq(c.line, 4);
	field_is(&c, 0, "x,\"y\"");
	field_is(&c, 1, "");
	cr_assert(next(&c));
	field_is(&c, 2, "3");
	cr_assert(!next(&c));
	cr_assert(!next(&c));
	csv_close(&c);
}

/* What is no table is called by its name, in pieces and after unpacking, too. */
Test(csv, other_contents_are_named)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *sentence;
	} cases[] = {
		{"BZh91AY&SY\0\0\1\2", 14, "t.csv: is packed with bzip2; unpack it first"},
		{"PK\3\4\24\0\0\0", 8, "t.csv: is a zip archive; unpack it first"},
		{"\x04\x22\x4d\x18\x64", 5, "t.csv: is packed with lz4; unpack it first"},
		{"\x7f"
		 "ELF\2\1\1\0",
		 8, "t.csv: is a program"},
		{"\x93\x07\x1a\x02\xee\x8f\x11\x40\x03\x9c", 10, "t.csv: is binary data, not text"},
		/* gzip of gzip */
		{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x93\xef\xe6\x60\x00\x01"
		 "\x26\x66\xef\x2b\x9e\x8f\x8c\xae\x18\x3e\x62\x62\xa8\x66\x9f\xce"
		 "\x05\x12\x05\x00\x50\xc9\xd0\xbe\x1c\x00\x00\x00",
		 44, "t.csv: is packed more than once, with gzip inside; unpack it first"},
	};
	char tar[512] = "trace.csv";
	struct error err = {0};
	struct csv c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert_eq(attach(&c, cases[i].bytes, cases[i].n, &err), ERR_INPUT);
		cr_expect_str_eq(err.text, cases[i].sentence);
	}
	memcpy(tar + 257, "ustar", 5);
	cr_assert_eq(attach(&c, tar, sizeof(tar), &err), ERR_INPUT);
	cr_expect_str_eq(err.text, "t.csv: is a tar archive; unpack it first");
	/* a name that begins as bzip2 does */
	open_text(&c, "BZh,b\n1,2\n");
	cr_assert_eq(csv_column(&c, "BZh"), 0);
	csv_close(&c);
}

Test(csv, bad_lines_are_named_and_passed)
{
	static const char nul[] = "a,b\n1\n1,2,3\nx\0,2\n\"open,2\n\"x\"y,2\n5,6\n";
	struct error err = {0};
	struct csv c;

	cr_assert_eq(attach(&c, nul, sizeof(nul) - 1, &err), 0);
	next_fails(&c, "t.csv:2: the row has 1 field where the header has 2");
	next_fails(&c, "t.csv:3: the row has 3 fields where the header has 2");
	next_fails(&c, "t.csv:4: the line contains a NUL byte; is this a text file?");
	next_fails(&c, "t.csv:5:1: a quoted field must end in \" before the next comma or the end "
		       "of the line");
	next_fails(&c, "t.csv:6:1: a quoted field must end in \" before the next comma or the end "
		       "of the line");
	cr_assert(next(&c));
	field_is(&c, 1, "6");
	csv_close(&c);
}

Test(csv, headers)
{
	struct error err = {0};
	struct csv c;

	cr_assert_eq(attach(&c, "", 0, &err), ERR_INPUT);
	cr_assert_str_eq(err.text,
			 "t.csv: the file is empty; its first line must name the columns");
	cr_assert_eq(attach(&c, "a,,b\n", 5, &err), ERR_INPUT);
	cr_assert_str_eq(err.text, "t.csv:1:3: column 2 of the header has no name");
	cr_assert_eq(attach(&c, "a,b,a\n", 6, &err), ERR_INPUT);
	cr_assert_str_eq(err.text, "t.csv:1:5: the header names the column \"a\" twice");
	cr_assert_eq(csv_open(&c, "/nonexistent/x.csv", &err), ERR_INPUT);
	csv_close(&c);
}

/* Lines of every length around the limit, over many blocks. */
Test(csv, long_lines)
{
	size_t n = 0, size = 40 * CSV_LINE_MAX + (1 << 20);
	char *text = xmalloc(size);
	struct error err = {0};
	struct csv c;
	bool more;
	int good = 0, bad = 0;

	n += (size_t)sprintf(text, "a\n");
	for (int i = 0; i < 40; i++) {
		size_t length = i % 4 == 3 ? CSV_LINE_MAX + 1 : CSV_LINE_MAX;

		memset(text + n, 'a' + i % 26, length);
		n += length;
		text[n++] = '\n';
	}
	n += (size_t)sprintf(text + n, "end\n");
	cr_assert_eq(attach(&c, text, n, &err), 0);
	for (;;) {
		int rc = csv_next(&c, &more, &err);

		if (!rc && !more)
			break;
		if (rc) {
			bad++;
			cr_assert_eq(rc, ERR_INPUT);
			cr_assert(strstr(err.text, "longer than 64 KiB"));
			continue;
		}
		if (c.field[0].n == CSV_LINE_MAX)
			good++;
		else
			field_is(&c, 0, "end");
	}
	cr_assert_eq(good, 30);
	cr_assert_eq(bad, 10);
	cr_assert_eq(c.done, n);
	csv_close(&c);
	free(text);
}

Test(csv, numbers)
{
	struct error err = {0};
	struct csv c;
	int64_t v;

	open_text(&c, "x\n0\n4096\n4097\n-1\n1.5\n12x\n99999999999999999999\n");
	cr_assert(next(&c));
	cr_assert_eq(csv_int(&c, 0, 0, 4096, &v, &err), 0);
	cr_assert_eq(v, 0);
	cr_assert(next(&c));
	cr_assert_eq(csv_int(&c, 0, 0, 4096, &v, &err), 0);
	cr_assert_eq(v, 4096);
	while (next(&c)) {
		char expected[128];

		cr_assert_eq(csv_int(&c, 0, 0, 4096, &v, &err), ERR_INPUT);
		snprintf(expected, sizeof(expected),
			 "t.csv:%lu:1: \"x\" must be a whole number from 0 to 4096, not \"%.*s\"",
			 c.line, (int)c.field[0].n, c.field[0].text);
		cr_assert_str_eq(err.text, expected);
		cr_assert_eq(csv_int(&c, 0, 0, 4096, &v, NULL), ERR_INPUT);
	}
	csv_close(&c);
}

Test(csv, numbers_as_far_as_they_may_be)
{
	struct error err = {0};
	struct csv c;
	int64_t v;

	open_text(&c, "x\n-12\n9223372036854775807\n9223372036854775808\n-13\n-\n");
	cr_assert(next(&c));
	cr_assert_eq(csv_int(&c, 0, -12, INT64_MAX, &v, &err), 0);
	cr_assert_eq(v, -12);
	cr_assert(next(&c));
	cr_assert_eq(csv_int(&c, 0, -12, INT64_MAX, &v, &err), 0, "%s", err.text);
	cr_assert_eq(v, INT64_MAX);
	while (next(&c))
		cr_assert_eq(csv_int(&c, 0, -12, INT64_MAX, &v, &err), ERR_INPUT);
	csv_close(&c);
}

Test(csv, seconds_and_decimals_are_exact)
{
	static const struct {
		const char *text;
		int64_t ns, mib_bytes;
	} good[] = {
		{"0.0", 0, 0},
		{"12", 12 * NS_PER_S, 12 * MIB},
		{"0.1", 100000000, 104858},
		{".5", NS_PER_S / 2, MIB / 2},
		{"2678081.0", 2678081 * NS_PER_S, 2678081 * MIB},
		{"0.123456789123", 123456789, 129454},
		{"5.", 5 * NS_PER_S, 5 * MIB},
	};
	static const char *const bad[] = {
		"-1", "1e3", "", ".", "1.2.3", "nan", " 1", "0x10", "9223372036854775807"};
	struct error err = {0};
	struct csv c;
	char text[128];
	int64_t v;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(text, sizeof(text), "y,x\n,%s\n", good[i].text);
		open_text(&c, text);
		cr_assert(next(&c));
		cr_assert_eq(csv_seconds(&c, 1, &v, &err), 0, "%s", good[i].text);
		cr_assert_eq(v, good[i].ns, "%s", good[i].text);
		cr_assert_eq(csv_decimal(&c, 1, MIB, INT64_MAX, &v, &err), 0);
		cr_assert_eq(v, good[i].mib_bytes, "%s: %lld", good[i].text, (long long)v);
		csv_close(&c);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "y,x\n,%s\n", bad[i]);
		open_text(&c, text);
		cr_assert(next(&c));
		cr_assert_eq(csv_seconds(&c, 1, &v, &err), ERR_INPUT, "%s", bad[i]);
		cr_assert_eq(strncmp(err.text, "t.csv:2:2: ", 11), 0);
		cr_assert_eq(csv_decimal(&c, 1, MIB, TIB, &v, &err), ERR_INPUT, "%s", bad[i]);
		csv_close(&c);
	}
}

/* More than a block, so that pieces meet in the middle of a surrogate pair. */
Test(csv, utf16)
{
	static const char head[] = "\xff\xfe"
				   "a\0,\0b\0\r\0\n\0",
			  row[] = "1\0,\0\x3d\xd8\0\xde\r\0\n\0";
	size_t nr = 100000, n = 0;
	char *text = xmalloc(sizeof(head) + nr * sizeof(row));
	struct error err = {0};
	struct csv c;

	memcpy(text, head, sizeof(head) - 1);
	n = sizeof(head) - 1;
	for (size_t i = 0; i < nr; i++, n += sizeof(row) - 1)
		memcpy(text + n, row, sizeof(row) - 1);
	cr_assert_eq(attach(&c, text, n, &err), 0, "%s", err.text);
	cr_assert_eq(csv_column(&c, "b"), 1);
	for (size_t i = 0; i < nr; i++) {
		cr_assert(next(&c));
		field_is(&c, 1, "\xf0\x9f\x98\x80");
	}
	cr_assert(!next(&c));
	csv_close(&c);
	/* cut within a character */
	cr_assert_eq(attach(&c, text, 2 + 10 + 7, &err), 0, "%s", err.text);
	next_fails(&c, "t.csv:1: begins as UTF-16LE, but is not all of it; is it cut?");
	csv_close(&c);
	free(text);
	cr_assert_eq(attach(&c, "a\0\0\0,\0\0\0", 8, &err), ERR_INPUT);
	cr_assert_str_eq(err.text, "t.csv:1: is UTF-32; save it as UTF-8");
}

/* Rows that are JSON objects: the first one names the columns, others may lack some. */
Test(csv, json_lines)
{
	struct csv c;

	open_text(&c, "{\"time\": \"5\", \"r\": {\"cpus\": 1e-2, \"deep\": {\"x\": true}}, \"l\": "
		      "[1, {\"a\": \"]\"}], \"n\": null}\n"
		      "\n"
		      "{\"r\":{\"other\":1,\"cpus\":-7},\"time\":6}\n"
		      "{\"time\":6\n"
		      "{\"time\":\"a\\\"b\"} x\n"
		      "{}\n");
	cr_assert_eq(c.nr_columns, 5);
	cr_assert_eq(csv_column(&c, "r.cpus"), 1);
	cr_assert_eq(csv_column(&c, "r.deep.x"), 2);
	cr_assert(next(&c));
	field_is(&c, 0, "5");
	field_is(&c, 1, "1e-2");
	field_is(&c, 2, "true");
	field_is(&c, 3, "[1, {\"a\": \"]\"}]");
	field_is(&c, 4, "");
	cr_assert(next(&c));
	field_is(&c, 0, "6");
	field_is(&c, 1, "-7");
	field_is(&c, 2, "");
	next_fails(&c, "t.csv:4: the line is no JSON object, as those above it are");
	next_fails(&c, "t.csv:5: the line is no JSON object, as those above it are");
	cr_assert(next(&c));
	field_is(&c, 0, "");
	cr_assert_not(next(&c));
	csv_close(&c);
}

/* A file without a header: its first line is looked at, and then handed out as a row. */
Test(csv, first_line_is_a_row)
{
	static const char *const names[] = {"a", "b", NULL};
	static const char text[] = "# comment, of any length\n#\n1,2\n3,4\n5\n";
	struct error err = {0};
	struct csv c;

	cr_assert_eq(csv_attach_first(&c, fmemopen((char *)(uintptr_t)text, strlen(text), "r"),
				      "t.csv", &err),
		     0, "%s", err.text);
	cr_assert_eq(c.nr_fields, 2);
	field_is(&c, 1, "2");
	csv_take_names(&c, names);
	cr_assert(next(&c));
	cr_assert_eq(c.line, 3);
	field_is(&c, 0, "1");
	cr_assert(next(&c));
	field_is(&c, 1, "4");
	next_fails(&c, "t.csv:5: the row has 1 field where the header has 2");
	cr_assert_not(next(&c));
	csv_close(&c);
}
