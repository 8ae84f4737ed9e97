#include "base/text_encoding.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum text_encoding text_encoding_of(const char *bytes, size_t size, size_t *mark)
{
	static const struct {
		const char *bytes;
		size_t size;
		enum text_encoding encoding;
	} marks[] = {
		/* UTF-32's begin as UTF-16's do */
		{"\xff\xfe\0\0", 4, TEXT_UTF32}, {"\0\0\xfe\xff", 4, TEXT_UTF32},
		{"\xff\xfe", 2, TEXT_UTF16LE},	 {"\xfe\xff", 2, TEXT_UTF16BE},
		{"\xef\xbb\xbf", 3, TEXT_UTF8},
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (size < marks[i].size || memcmp(bytes, marks[i].bytes, marks[i].size) != 0)
			continue;
		*mark = marks[i].size;
		return marks[i].encoding;
	}
	*mark = 0;
	if (size < 2 || !bytes[0] == !bytes[1])
		return TEXT_UTF8;
	if (size >= 4 && !bytes[1] && !bytes[2] && !bytes[3])
		return TEXT_UTF32;
	return bytes[0] ? TEXT_UTF16LE : TEXT_UTF16BE;
}

const char *text_encoding_name(enum text_encoding encoding)
{
	static const char *const names[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32"};

	return names[encoding];
}

static char *put(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

size_t text_decode(struct text_decoder *d, const char *in, size_t size, char *out)
{
	char *start = out;

	for (size_t i = 0; i < size; i++) {
		uint8_t first = d->byte, second = (uint8_t)in[i];
		uint16_t unit;

		d->has_byte = !d->has_byte;
		if (d->has_byte) {
			d->byte = second;
			continue;
		}
		unit = (uint16_t)(d->encoding == TEXT_UTF16LE ? second << 8 | first
							      : first << 8 | second);
		if ((unit >= 0xdc00 && unit < 0xe000) != (d->high != 0))
			return SIZE_MAX;
		if (unit >= 0xd800 && unit < 0xdc00) {
			d->high = unit;
			continue;
		}
		out = put(out,
			  d->high ? 0x10000U + ((d->high & 0x3ffU) << 10 | (unit & 0x3ffU)) : unit);
		d->high = 0;
	}
	return (size_t)(out - start);
}

bool text_decoder_done(const struct text_decoder *d)
{
	return !d->has_byte && !d->high;
}

int text_to_utf8(const char *path, char **text, size_t *size, struct error *err)
{
	size_t mark, nr;
	enum text_encoding encoding = text_encoding_of(*text, *size, &mark);
	struct text_decoder decoder = {.encoding = encoding};
	char *out;

	if (encoding == TEXT_UTF8) {
		*size -= mark;
		memmove(*text, *text + mark, *size + 1);
		return 0;
	}
	if (encoding == TEXT_UTF32)
		return error_set(err, ERR_INPUT, "%s: is UTF-32; save it as UTF-8", path);
	out = xmalloc(TEXT_DECODED_MAX(*size) + 1);
	nr = text_decode(&decoder, *text + mark, *size - mark, out);
	if (nr == SIZE_MAX || !text_decoder_done(&decoder)) {
		free(out);
		return error_set(err, ERR_INPUT,
				 "%s: begins as %s, but is not all of it; is it cut?", path,
				 text_encoding_name(encoding));
	}
	out[nr] = '\0';
	free(*text);
	*text = out;
	*size = nr;
	return 0;
}
