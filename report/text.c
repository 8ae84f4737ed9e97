#include "report/text.h"

#include <string.h>

#include "base/utf8.h"

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
