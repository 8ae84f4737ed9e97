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

void terminal_print_sentence(const char *text, FILE *out)
{
	size_t column = 0, columns = terminal_columns(out);

	while (*text) {
		size_t n = strcspn(text, " ");

		if (column && column + 1 + n > columns) {
			fputs("\n ", out);
			column = 1;
		}
		if (column)
			fputc(' ', out);
		fwrite(text, 1, n, out);
		column += n + (column > 0);
		text += n + (text[n] == ' ');
	}
	fputc('\n', out);
}
