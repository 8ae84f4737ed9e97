#include "base/text.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/input.h"

/* Of what is certainly no text for us: its first bytes, and what to call it. */
static const struct {
	size_t nr;
	const char *bytes, *name;
} contents[] = {
	{4, "PK\3\4", "a zip archive; unpack it first"},
	{3, "BZh", "packed with bzip2; unpack it first"},
	{4, "\x04\x22\x4d\x18", "packed with lz4; unpack it first"},
	{6, "7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"},
	{4,
	 "\x7f"
	 "ELF",
	 "a program"},
	{4, "\x89PNG", "a PNG image"},
	{3, "\xff\xd8\xff", "a JPEG image"},
	{4, "GIF8", "a GIF image"},
	{4, "%PDF", "a PDF document"},
	{16, "SQLite format 3\0", "an SQLite database"},
	{4, "\xff\xfe\0\0", "UTF-32 text; convert it to UTF-8 first"},
	{4, "\0\0\xfe\xff", "UTF-32 text; convert it to UTF-8 first"},
};

#define NR_CONTENTS (sizeof(contents) / sizeof(contents[0]))

static const char *content_name(const char *s, size_t n)
{
	for (size_t i = 0; i < NR_CONTENTS; i++)
		if (n >= contents[i].nr && memcmp(s, contents[i].bytes, contents[i].nr) == 0)
			return contents[i].name;
	if (n >= 262 && memcmp(s + 257, "ustar", 5) == 0)
		return "a tar archive; unpack it first";
	/* a stray byte further down is the reader's to point at */
	for (size_t i = 0; i < n && i < 64; i++)
		if ((unsigned char)s[i] < 0x20 && !memchr("\t\n\f\r", s[i], 4))
			return "binary data, not text";
	return NULL;
}

/* The encoding by its mark, or by where "<", "{" and the like have their zero. */
static const char *utf16(const char *s, size_t n)
{
	if (n < 2 || (n >= 4 && memcmp(s, "\xff\xfe\0\0", 4) == 0))
		return NULL;
	if (memcmp(s, "\xff\xfe", 2) == 0 || (n >= 4 && s[0] && !s[1] && s[2] && !s[3]))
		return "UTF-16LE";
	if (memcmp(s, "\xfe\xff", 2) == 0 || (n >= 4 && !s[0] && s[1] && !s[2] && s[3]))
		return "UTF-16BE";
	return NULL;
}

/* Replaces the text by the same in UTF-8. */
static int convert(const char *path, const char *from, char **text, size_t *size, struct error *err)
{
	size_t room = *size * 2, in_left = *size, out_left = room, nr;
	char *converted = xmalloc(room + 1), *in = *text, *out = converted;
	iconv_t c = iconv_open("UTF-8", from);

	if (c == (iconv_t)-1) {
		free(converted);
		return error_set(err, ERR_INPUT, "%s: is %s text; convert it to UTF-8 first", path,
				 from);
	}
	nr = iconv(c, &in, &in_left, &out, &out_left);
	iconv_close(c);
	if (nr == (size_t)-1) {
		free(converted);
		return error_set(err, ERR_INPUT, "%s: is damaged %s text (at byte %zu)", path, from,
				 *size - in_left);
	}
	free(*text);
	*text = converted;
	*size = room - out_left;
	converted[*size] = '\0';
	return 0;
}

static int read_all(struct input *in, const char *path, size_t max, char **out, size_t *size,
		    struct error *err)
{
	size_t cap = 65536, nr = 0, got = 1;
	char *buf = xmalloc(cap);
	int rc = 0;

	while (!rc && got && nr <= max) {
		if (cap - nr < 2) {
			cap *= 2;
			buf = xreallocarray(buf, cap, 1);
		}
		rc = input_read(in, buf + nr, cap - nr - 1, &got, NULL);
		nr += rc ? 0 : got;
	}
	buf[nr] = '\0';
	*out = buf;
	*size = nr;
	if (rc)
		return error_set(err, ERR_INPUT, "%s: cannot be read: %s", path, input_problem(in));
	if (nr > max)
		return error_set(err, ERR_INPUT,
				 "%s: is larger than %zu MiB%s, the most that is read", path,
				 max >> 20, input_is_packed(in) ? " unpacked" : "");
	return 0;
}

static int as_utf8(const char *path, char **text, size_t *size, struct error *err)
{
	const char *encoding = utf16(*text, *size), *name;
	int rc = encoding ? convert(path, encoding, text, size, err) : 0;

	if (rc)
		return rc;
	if (*size >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
		*size -= 3;
		memmove(*text, *text + 3, *size + 1);
	}
	name = content_name(*text, *size);
	return name ? error_set(err, ERR_INPUT, "%s: is %s", path, name) : 0;
}

int text_read(const char *path, size_t max, char **out, size_t *size, struct error *err)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	struct input *in;
	int rc;

	*out = NULL;
	if (!f)
		return error_set(err, ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
	in = input_new(f);
	rc = read_all(in, path, max, out, size, err);
	if (!rc)
		rc = as_utf8(path, out, size, err);
	input_free(in);
	if (f != stdin)
		fclose(f);
	if (rc) {
		free(*out);
		*out = NULL;
	}
	return rc;
}
