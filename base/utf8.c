#include "base/utf8.h"

size_t utf8_character(const char *p)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : (c & 0xf0) == 0xe0 ? 3 : 4;

	if (n == 4 && (c < 0xf0 || c > 0xf4))
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && (unsigned char)p[1] < 0xa0) ||
	    (c == 0xed && (unsigned char)p[1] > 0x9f) ||
	    (c == 0xf0 && (unsigned char)p[1] < 0x90) || (c == 0xf4 && (unsigned char)p[1] > 0x8f))
		return 0;
	return n;
}

size_t utf8_fit(const char *text, size_t columns)
{
	size_t n = 0;

	for (; text[n]; n++)
		if (((unsigned char)text[n] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return n;
}
