#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "base/terminal.h"

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

static size_t prints_within(const struct table *t, size_t keys, unsigned columns,
			    const char *expected)
{
	char *text = NULL;
	size_t size, shown;
	FILE *f = open_memstream(&text, &size);

	shown = table_print_within(t, f, 0, keys, columns);
	fclose(f);
	cr_assert_str_eq(text, expected);
	free(text);
	return shown;
}

Test(table, leaves_out_what_does_not_fit)
{
	struct table *t = table_new();

	row(t, "zone", "change", "nodes");
	row(t, "A", "-", "1");
	row(t, "B", "+3", "12");
	row(t, "C", "-12", "7");
	cr_expect_eq(prints_within(t, 1, 19,
				   "zone  change  nodes\n"
				   "A          -      1\n"
				   "B         +3     12\n"
				   "C        -12      7\n"),
		     3);
	cr_expect_eq(prints_within(t, 1, 18,
				   "zone  change\n"
				   "A          -\n"
				   "B         +3\n"
				   "C        -12\n"),
		     2);
	/* keys are there whatever they take */
	cr_expect_eq(prints_within(t, 2, 3,
				   "zone  change\n"
				   "A          -\n"
				   "B         +3\n"
				   "C        -12\n"),
		     2);
	cr_expect_eq(prints_within(t, 1, 11, "zone\nA\nB\nC\n"), 1);
	table_free(t);
}

Test(table, folds_sentences)
{
	struct table *t = table_new();

	row(t, "name", "what", "more");
	row(t, "a", "a na\u00efve sentence of many words", "x");
	row(t, "b", "short", "y");
	row(t, "c", "aWordThatIsLongerThanThereIsRoomFor", "z");
	cr_expect_eq(prints_within(t, 1, 28,
				   "name  what\n"
				   "a     a na\u00efve sentence of\n"
				   "      many words\n"
				   "b     short\n"
				   "c     aWordThatIsLongerThanT\n"
				   "      hereIsRoomFor\n"),
		     2);
	/* too little room for sentences */
	cr_expect_eq(prints_within(t, 1, 25, "name\na\nb\nc\n"), 1);
	table_free(t);
}

Test(table, folds_all_that_may_be_long)
{
	struct table *t = table_new();

	row(t, "nodes", "per node", "z");
	row(t, "0 1 2 3 4 5 6 7 8 9 10 11", "1+1+1+1+1+1+1+1+1+1+1+1", "x");
	/* 20 and 21 columns, of 25 and 23 */
	cr_expect_eq(prints_within(t, TABLE_ALL, 46,
				   "               nodes               per node  z\n"
				   " 0 1 2 3 4 5 6 7 8 9  1+1+1+1+1+1+1+1+1+1+1  x\n"
				   "               10 11                     +1\n"),
		     3);
	table_free(t);
}

/* What may not be left out is folded harder than is nice: 10 and 9 + 1 columns of 25 and 23. */
Test(table, folds_harder_before_it_is_too_wide)
{
	struct table *t = table_new();

	row(t, "nodes", "per node", "z");
	row(t, "0 1 2 3 4 5 6 7 8 9 10 11", "1+1+1+1+1+1+1+1+1+1+1+1", "x");
	cr_expect_eq(prints_within(t, TABLE_ALL, 25,
				   "     nodes    per node  z\n"
				   " 0 1 2 3 4  1+1+1+1+1+  x\n"
				   " 5 6 7 8 9  1+1+1+1+1+\n"
				   "     10 11         1+1\n"),
		     3);
	table_free(t);
}

static void sentence(unsigned first, unsigned next, const char *text, const char *expected)
{
	char *got = NULL;
	size_t size;
	FILE *f = open_memstream(&got, &size);

	terminal_print_indented(first, next, text, f);
	fclose(f);
	cr_expect_str_eq(got, expected);
	free(got);
}

Test(table, sentences_are_indented_by_columns_not_bytes)
{
	cr_assert_eq(setenv("COLUMNS", "20", 1), 0);
	/* 20 columns, 22 bytes */
	sentence(2, 4, "- \u00e4\u00f6 is as wide as", "  - \u00e4\u00f6 is as wide as\n");
	sentence(2, 4, "- \u00e4\u00f6 is as wide as it",
		 "  - \u00e4\u00f6 is as wide as\n    it\n");
	sentence(0, 2, "averyveryverylongwordindeed a", "averyveryverylongwordindeed\n  a\n");
	sentence(3, 0, "", "   \n");
}

Test(table, heading_alone_and_nothing)
{
	struct table *t = table_new();

	prints(t, 0, "");
	row(t, "a", "b", "c");
	prints(t, 0, "a  b  c\n");
	table_free(t);
}
