#include "backend-xen/dump_text.h"

#include <string.h>

void dump_blanks(struct dump_line *l)
{
	while (l->at < l->end && *l->at == ' ')
		l->at++;
}

bool dump_word(struct dump_line *l, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(l->end - l->at) < n || memcmp(l->at, word, n) != 0)
		return false;
	l->at += n;
	return true;
}

bool dump_number(struct dump_line *l, uint64_t max, uint64_t *out)
{
	const char *p = l->at;
	uint64_t value = 0;

	for (; p < l->end && *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	if (p == l->at)
		return false;
	l->at = p;
	*out = value;
	return true;
}

/* "[2026-11-24 10:00:00] " or "[    1.234567] ". */
static void skip_time_stamp(struct dump_line *l)
{
	const char *close;

	if (l->at == l->end || *l->at != '[')
		return;
	close = memchr(l->at, ']', (size_t)(l->end - l->at));
	if (close && close + 1 < l->end && close[1] == ' ')
		l->at = close + 2;
}

bool dump_next_line(struct dump_line *out, const char **text, size_t *size)
{
	const char *newline = *size ? memchr(*text, '\n', *size) : NULL;

	if (!newline)
		return false;
	out->at = *text;
	out->end = newline;
	if (out->end > out->at && out->end[-1] == '\r')
		out->end--;
	*size -= (size_t)(newline + 1 - *text);
	*text = newline + 1;
	if (dump_word(out, "(XEN) "))
		skip_time_stamp(out);
	return true;
}
