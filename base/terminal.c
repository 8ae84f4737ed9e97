#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_LEAST 20
#define COLUMNS_MOST 100000

unsigned terminal_columns(FILE *out)
{
	const char *said = getenv("COLUMNS");
	struct winsize size = {0};
	char *end = NULL;
	long n = said ? strtol(said, &end, 10) : 0;

	if (end && !*end && n >= COLUMNS_LEAST && n <= COLUMNS_MOST)
		return (unsigned)n;
	if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= COLUMNS_LEAST)
		return size.ws_col;
	return TERMINAL_COLUMNS;
}

bool terminal_styles(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

/* Columns, not bytes: counts UTF-8 lead bytes. */
static size_t width(const char *s, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

void terminal_print_indented(unsigned first, unsigned next, const char *text, FILE *out)
{
	size_t column = first, columns = terminal_columns(out);
	bool begun = false;

	fprintf(out, "%*s", (int)first, "");
	while (*text) {
		size_t n = strcspn(text, " "), wide = width(text, n);

		if (begun && column + 1 + wide > columns) {
			fprintf(out, "\n%*s", (int)next, "");
			column = next;
		} else if (begun) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, n, out);
		column += wide;
		begun = true;
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}

void terminal_print_sentence(const char *text, FILE *out)
{
	terminal_print_indented(0, 2, text, out);
}
