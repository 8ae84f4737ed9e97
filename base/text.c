#include "base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/input.h"
#include "base/text_encoding.h"

/* Of what is certainly no text for us: its first bytes, and what to call it. */
static const struct {
	size_t nr;
	const char *bytes, *name;
} contents[] = {
	{4, "PK\3\4", "a zip archive; unpack it first"},
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
};

#define NR_CONTENTS (sizeof(contents) / sizeof(contents[0]))

const char *text_content_name(const char *s, size_t n, unsigned stray)
{
	size_t mark;

	for (size_t i = 0; i < NR_CONTENTS; i++)
		if (n >= contents[i].nr && memcmp(s, contents[i].bytes, contents[i].nr) == 0)
			return contents[i].name;
	/* what was packed once comes here as what was in it */
	if (input_packed_again(s, n))
		return input_packed_again(s, n);
	if (n >= 262 && memcmp(s + 257, "ustar", 5) == 0)
		return "a tar archive; unpack it first";
	if (text_encoding_of(s, n, &mark) != TEXT_UTF8)
		return NULL;
	/* a stray byte further down is the reader's to point at */
	for (size_t i = 0; i < n && i < 64; i++)
		if ((unsigned char)s[i] < 0x20 && !memchr("\t\n\f\r", s[i], 4) && !stray--)
			return "binary data, not text";
	return NULL;
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

int text_read(const char *path, size_t max, char **out, size_t *size, struct error *err)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	const char *name;
	struct input *in;
	int rc;

	*out = NULL;
	if (!f)
		return error_set(err, ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
	in = input_new(f);
	rc = read_all(in, path, max, out, size, err);
	name = rc ? NULL : text_content_name(*out, *size, 0);
	if (!rc && !name) {
		rc = text_to_utf8(path, out, size, err);
		name = rc ? NULL : text_content_name(*out, *size, 0);
	}
	if (!rc && name)
		rc = error_set(err, ERR_INPUT, "%s: is %s", path, name);
	input_free(in);
	if (f != stdin)
		fclose(f);
	if (rc) {
		free(*out);
		*out = NULL;
	}
	return rc;
}
