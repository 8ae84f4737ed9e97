#include "report/text.h"

#include <inttypes.h>
#include <string.h>

#include "base/units.h"

void print_xml_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '&')
			fputs("&amp;", out);
		else if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else
			fputc(c < ' ' && !strchr("\t\r\n", c) ? '?' : c, out);
	}
}

const char *time_text(int64_t seconds, char *buf, size_t size)
{
	if (seconds >= 60)
		return duration_text(seconds * NS_PER_S, buf, size);
	snprintf(buf, size, "%" PRId64 " s", seconds);
	return buf;
}
