#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text_encoding.h"
#include "base/utf8.h"

/* 1 to 4 bytes of UTF-8 each: a, e acute, euro, an emoji. */
static const char utf8[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
static const char le[] = "a\0\xe9\0\xac\x20\x3d\xd8\0\xde";
static const char be[] = "\0a\0\xe9\x20\xac\xd8\x3d\xde\0";

static void becomes(const char *bytes, size_t size, const char *expected)
{
	char *text = xmalloc(size + 1);
	struct error err = {0};

	memcpy(text, bytes, size);
	text[size] = '\0';
	cr_assert_eq(text_to_utf8("t", &text, &size, &err), 0, "%s", err.text);
	cr_assert_eq(size, strlen(expected));
	cr_assert_str_eq(text, expected);
	free(text);
}

static void refused(const char *bytes, size_t size, const char *sentence)
{
	char *text = xmalloc(size + 1);
	struct error err = {0};

	memcpy(text, bytes, size);
	text[size] = '\0';
	cr_assert_eq(text_to_utf8("t", &text, &size, &err), ERR_INPUT);
	cr_assert_str_eq(err.text, sentence);
	free(text);
}

static void with_mark(const char *mark, const char *bytes, size_t size)
{
	char *both = xmalloc(size + 2);

	memcpy(both, mark, 2);
	memcpy(both + 2, bytes, size);
	becomes(both, size + 2, utf8);
	free(both);
}

Test(text_encoding, characters_are_told)
{
	static const char text[] = "a\xc3\xa9\xe2\x82\xac"
				   "b";

	cr_expect_eq(utf8_character("\xe2\x82\xac"), 3);
	cr_expect_eq(utf8_character("\xff"), 0);
	cr_expect_eq(utf8_character("\xc3"), 0, "the text ends in it");
	cr_expect_eq(utf8_character("\xed\xa0\x80"), 0, "half of a pair");
	cr_expect_eq(utf8_fit(text, 0), 0);
	cr_expect_eq(utf8_fit(text, 2), 3);
	cr_expect_eq(utf8_fit(text, 3), 6);
	cr_expect_eq(utf8_fit(text, 9), strlen(text));
}

Test(text_encoding, utf8_passes)
{
	becomes(utf8, strlen(utf8), utf8);
	becomes("", 0, "");
	becomes("a", 1, "a");
	becomes("\xef\xbb\xbf{}", 5, "{}");
	becomes("\xef\xbb\xbf", 3, "");
}

Test(text_encoding, utf16_with_and_without_a_mark)
{
	becomes(le, sizeof(le) - 1, utf8);
	becomes(be, sizeof(be) - 1, utf8);
	with_mark("\xff\xfe", le, sizeof(le) - 1);
	with_mark("\xfe\xff", be, sizeof(be) - 1);
	becomes("\xff\xfe", 2, "");
}

Test(text_encoding, what_is_cut_or_unknown_is_named)
{
	refused(le, sizeof(le) - 2, "t: begins as UTF-16LE, but is not all of it; is it cut?");
	refused(le, sizeof(le) - 3, "t: begins as UTF-16LE, but is not all of it; is it cut?");
	refused("\0a\xde\0", 4, "t: begins as UTF-16BE, but is not all of it; is it cut?");
	refused("\0a\xd8\0\0b", 6, "t: begins as UTF-16BE, but is not all of it; is it cut?");
	refused("{\0\0\0}\0\0\0", 8, "t: is UTF-32; save it as UTF-8");
	refused("\0\0\xfe\xff\0\0\0a", 8, "t: is UTF-32; save it as UTF-8");
	refused("\xff\xfe\0\0a\0\0\0", 8, "t: is UTF-32; save it as UTF-8");
}

Test(text_encoding, pieces_of_any_length)
{
	for (size_t piece = 1; piece < sizeof(le); piece++) {
		struct text_decoder d = {.encoding = TEXT_UTF16LE};
		char out[64];
		size_t nr = 0;

		for (size_t at = 0; at < sizeof(le) - 1; at += piece) {
			size_t left = sizeof(le) - 1 - at;

			nr += text_decode(&d, le + at, left < piece ? left : piece, out + nr);
		}
		cr_assert(text_decoder_done(&d));
		cr_assert_eq(nr, strlen(utf8));
		cr_assert_arr_eq(out, utf8, nr);
	}
}
