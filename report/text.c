#include "report/text.h"

#include <string.h>

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

void print_xml_text(const char *text, FILE *out)
{
	while (*text) {
		size_t n = utf8_character(text);

		if (n > 1)
			fwrite(text, 1, n, out);
		else if (n == 0 || ((unsigned char)*text < ' ' && !strchr("\t\r\n", *text)))
			fputc('?', out);
		else if (*text == '&')
			fputs("&amp;", out);
		else if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '>')
			fputs("&gt;", out);
		else if (*text == '"')
			fputs("&quot;", out);
		else
			fputc(*text, out);
		text += n ? n : 1;
	}
}
