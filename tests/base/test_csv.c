#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/rng.h"
#include "base/units.h"

static int attach(struct csv *c, const char *text, size_t n, struct error *err)
{
	static char empty[1];
	FILE *f = fmemopen(n ? (char *)text : empty, n ? n : 1, "r");

	if (!n)
		fgetc(f);
	return csv_attach(c, f, "t.csv", err);
}

static int attach_as(struct csv *c, const char *path, const char *text, struct error *err)
{
	FILE *f = tmpfile();

	cr_assert(f);
	fputs(text, f);
	rewind(f);
	return csv_attach(c, f, path, err);
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
		{"BZh91AY&SY\0\0\1\2", 14,
		 "t.csv: cannot read on: the compressed data is cut short"},
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

/* In the order of a number; what is no number stays where it was. */
Test(csv, sorted)
{
	struct error err = {0};
	struct csv c;

	open_text(&c, "n,x\n5,a\n-1.5,b\n\n5.000000001,c\n?,d\n5,\"e,\"\"\"\n-2,f\n0\n5.0,g\n"
		      "\"4\",h\n99999999999999999999,i\n");
	cr_assert_eq(csv_sort_more(&c, NULL, 0, csv_sort_key, &err), 0, "%s", err.text);
	cr_assert_eq(csv_sort_end(&c, &err), 0, "%s", err.text);
	for (const char *x = "fb0hiaegcd"; *x; x++) {
		bool more;
		int rc = csv_next(&c, &more, &err);

		if (*x == '0') {
			cr_expect_eq(rc, ERR_INPUT);
			cr_expect_str_eq(err.text, "t.csv:9: the row has 1 field where the header "
						   "has 2");
			continue;
		}
		cr_assert_eq(rc, 0, "%s", err.text);
		cr_assert(more);
		cr_expect_eq(c.field[1].text[0], *x);
		if (*x == 'h')
			cr_expect_eq(c.line, 11);
	}
	csv_close(&c);
}

/* Tables in any order of rows, as one; each row says where it stood. */
Test(csv, several_are_sorted_as_one)
{
	static const char *const line[] = {"b.csv:4", "a.csv:1", "b.csv:2", "b.csv:3"};
	struct error err = {0};
	struct csv c, other;
	char place[32];
	bool more;

	cr_assert_eq(attach_as(&c, "a.csv", "{\"n\":2,\"x\":\"a\"}\n", &err), 0);
	cr_assert_eq(attach_as(&other, "b.csv",
			       "\n{\"x\":\"b\",\"n\":3e0}\n{\"n\":30}\n{\"n\":1}\n", &err),
		     0);
	cr_assert_eq(csv_sort_more(&c, NULL, 0, csv_sort_key_real, &err), 0);
	cr_assert_eq(csv_sort_more(&c, &other, 1, csv_sort_key_real, &err), 0);
	csv_close(&other);
	cr_assert_eq(csv_sort_end(&c, &err), 0);
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(csv_next(&c, &more, &err), 0, "%s", err.text);
		cr_assert(more);
		snprintf(place, sizeof(place), "%s:%lu", c.path, c.line);
		cr_expect_str_eq(place, line[i]);
	}
	cr_assert_eq(csv_next(&c, &more, &err), 0);
	cr_assert(!more);
	cr_expect_eq(c.done, c.total);
	csv_close(&c);
	cr_assert_eq(attach_as(&c, "a.csv", "n,x\n1,2\n", &err), 0);
	cr_assert_eq(attach_as(&other, "b.csv", "x,n\n1,2\n", &err), 0);
	cr_assert_eq(csv_sort_more(&c, NULL, 0, csv_sort_key, &err), 0);
	cr_expect_eq(csv_sort_more(&c, &other, 1, csv_sort_key, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "b.csv: its columns are not those of a.csv"));
	csv_close(&c);
	csv_close(&other);
}

/* Doubles in their order, which digits behind the ninth decide. */
Test(csv, keys_of_real_numbers)
{
	static const char *const text[] = {"-1e300",
					   "-2.5",
					   "-2.4999999999999996",
					   "-5e-324",
					   "-0",
					   "5e-324",
					   "5.78703703703704e-05",
					   "1",
					   "1.0000000000000002"};
	struct sort_key key, before = {INT64_MIN, 0};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		cr_assert(csv_sort_key_real(&(struct csv_field){text[i], strlen(text[i])}, &key));
		cr_expect(before.whole < key.whole, "%s", text[i]);
		before = key;
	}
	cr_assert(csv_sort_key_real(&(struct csv_field){"0", 1}, &key));
	cr_expect_eq(key.whole, 0);
	cr_expect(!csv_sort_key_real(&(struct csv_field){"", 0}, &key));
	cr_expect(!csv_sort_key_real(&(struct csv_field){"nan", 3}, &key));
	cr_expect(!csv_sort_key_real(&(struct csv_field){"1x", 2}, &key));
}

/* Characters one by one, as the header says: what the fast ways must agree with. */
static bool plain_decimal(const char *text, size_t n, uint64_t *whole, uint64_t *billionths)
{
	size_t i = 0, digits = 0, places = 0;

	*whole = *billionths = 0;
	for (; i < n && text[i] >= '0' && text[i] <= '9'; i++, digits++)
		*whole = *whole * 10 + (uint64_t)(text[i] - '0');
	if (digits > 19 || (i == n && !digits))
		return false;
	if (i == n)
		return true;
	if (text[i++] != '.' || n == 1)
		return false;
	for (; i < n && text[i] >= '0' && text[i] <= '9'; i++) {
		if (places < 9) {
			*billionths = *billionths * 10 + (uint64_t)(text[i] - '0');
			places++;
		}
	}
	for (; places < 9; places++)
		*billionths *= 10;
	return i == n;
}

static size_t random_number(struct rng *r, char *out)
{
	static const char *const odd[] = {"",	 ".",	 "-",  "-1",	"1.",	   ".5",
					  "1e3", "1.5x", "x",  "1..2",	"+1",	   "1 ",
					  " 1",	 "0x1",	 "1,", "1.2.3", "\xc3\xbc"};
	size_t n = 0;

	if (!rng_below(r, 10)) {
		const char *text = odd[rng_below(r, sizeof(odd) / sizeof(odd[0]))];

		n = strlen(text);
		memcpy(out, text, n);
		return n;
	}
	for (uint64_t i = rng_below(r, 23); i; i--)
		out[n++] = (char)('0' + rng_below(r, 10));
	if (rng_below(r, 2)) {
		out[n++] = '.';
		for (uint64_t i = rng_below(r, 13); i; i--)
			out[n++] = (char)('0' + rng_below(r, 10));
	}
	return n;
}

/* A field in quotes, where it needs them or by chance. */
static void add_field(char **p, const char *text, size_t n, bool quotes)
{
	if (quotes)
		*(*p)++ = '"';
	memcpy(*p, text, n);
	*p += n;
	if (quotes)
		*(*p)++ = '"';
}

Test(csv, numbers_are_read_as_character_by_character)
{
	char text[60], table[200], *p;
	struct rng r;

	rng_seed(&r, 1, "csv");
	for (int i = 0; i < 20000; i++) {
		size_t n = random_number(&r, text);
		uint64_t whole, billionths;
		bool good = plain_decimal(text, n, &whole, &billionths), fits;
		int64_t got = -1;
		struct csv c;

		p = table;
		p += sprintf(p, "a,b\n");
		add_field(&p, text, n, memchr(text, ',', n) || !rng_below(&r, 4));
		p += sprintf(p, ",%d", (int)rng_below(&r, 1000));
		*p = '\0';
		open_text(&c, table);
		cr_assert(next(&c), "%s", table);
		fits = good && whole < (uint64_t)TIME_MAX_S;
		cr_assert_eq(csv_seconds(&c, 0, &got, NULL), fits ? 0 : ERR_INPUT, "%s", table);
		if (fits)
			cr_assert_eq(got, (int64_t)(whole * (uint64_t)NS_PER_S + billionths), "%s",
				     table);
		fits = good && whole < (uint64_t)1 << 40;
		cr_assert_eq(
			csv_decimal(&c, 0, KIB, (int64_t)1 << 50, &got, NULL),
			fits || (good && whole == (uint64_t)1 << 40 && !billionths) ? 0 : ERR_INPUT,
			"%s", table);
		if (fits)
			cr_assert_eq(got,
				     (int64_t)((((uint128)whole * 1000000000 + billionths) * 1024 +
						999999999) /
					       1000000000),
				     "%s", table);
		fits = good && !memchr(text, '.', n) && whole <= INT64_MAX;
		cr_assert_eq(csv_int(&c, 0, 0, INT64_MAX, &got, NULL), fits ? 0 : ERR_INPUT, "%s",
			     table);
		if (fits)
			cr_assert_eq(got, (int64_t)whole, "%s", table);
		csv_close(&c);
	}
}

/* Also what looks like a comma or a quote but for one bit, beside one. */
Test(csv, fields_end_where_commas_are)
{
	static const char alphabet[] = ",,,-+.,\"\"#!a,\x2d\xac\xa2\xd3,;";
	char line[80], want[80][80];
	struct rng r;

	rng_seed(&r, 2, "csv");
	for (int i = 0; i < 20000; i++) {
		size_t n = 1 + rng_below(&r, 30), fields = 0, at = 0;
		char table[400], *p = table;
		struct csv c;

		for (size_t k = 0; k < n; k++)
			line[k] = alphabet[rng_below(&r, sizeof(alphabet) - 1)];
		/* a quote that does not begin a field is one of its characters */
		for (size_t k = 0; k < n; k++)
			if (line[k] == '"' && (!k || line[k - 1] == ','))
				line[k] = 'q';
		for (size_t k = 0; k <= n; k++) {
			if (k < n && line[k] != ',') {
				want[fields][at++] = line[k];
				continue;
			}
			want[fields++][at] = '\0';
			at = 0;
		}
		for (size_t k = 0; k < fields; k++)
			p += sprintf(p, "%sc%zu", k ? "," : "", k);
		sprintf(p, "\n%.*s\n,,,\"\n", (int)n, line);
		open_text(&c, table);
		cr_assert(next(&c), "%s", table);
		cr_assert_eq(c.nr_fields, fields, "%s", table);
		for (unsigned k = 0; k < fields; k++) {
			cr_assert_eq(c.field[k].n, strlen(want[k]), "%s", table);
			cr_assert(memcmp(c.field[k].text, want[k], c.field[k].n) == 0, "%s", table);
		}
		csv_close(&c);
	}
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

/* What a spreadsheet would calculate is text there; numbers stay numbers. */
Test(csv, formulas_are_guarded)
{
	static const char *const field[] = {"=1+1",	"@sum", "-2+3+cmd|' /C calc'!A0",
					    "--option", "\ta",	"=\"a\",b",
					    "-1.5",	"+2e9", "-",
					    "a=b",	""};
	char *text;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++) {
		csv_print_field(field[i], f);
		fputc(';', f);
	}
	xmemstream_close(f);
	cr_assert_str_eq(text, "'=1+1;'@sum;'-2+3+cmd|' /C "
			       "calc'!A0;--option;'\ta;\"'=\"\"a\"\",b\";-1.5;+2e9;-;a=b;;");
	free(text);
}
