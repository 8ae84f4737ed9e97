#include "base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the UTF-8 character that begins here; 0: none does. */
static unsigned utf8_bytes(const unsigned char *c)
{
	unsigned n = *c >= 0xf0 ? 4 : *c >= 0xe0 ? 3 : 2;

	if (*c < 0xc2 || *c > 0xf4)
		return 0;
	for (unsigned i = 1; i < n; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Also U+0080 to U+009F, in UTF-8 or by itself: some terminals obey them as they do ESC. */
void text_tame(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c;) {
		unsigned n = utf8_bytes(c);
		bool c1 = n == 2 && *c == 0xc2 && c[1] < 0xa0;

		if (n && !c1) {
			c += n;
			continue;
		}
		if (*c < 0x20 || (*c >= 0x7f && *c < 0xa0) || c1)
			*c = '?';
		if (c1)
			c[1] = '?';
		c += c1 ? 2 : 1;
	}
}

int error_set(struct error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	text_tame(err->text);
	return code;
}

int error_at(struct error *err, int code, const char *file, unsigned long line,
	     unsigned long column, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (!err)
		return code;
	err->code = code;
	if (line && column)
		n = snprintf(err->text, sizeof(err->text), "%s:%lu:%lu: ", file, line, column);
	else if (line)
		n = snprintf(err->text, sizeof(err->text), "%s:%lu: ", file, line);
	else
		n = snprintf(err->text, sizeof(err->text), "%s: ", file);
	if (n < 0 || (size_t)n >= sizeof(err->text))
		return code;
	va_start(ap, fmt);
	vsnprintf(err->text + n, sizeof(err->text) - (size_t)n, fmt, ap);
	va_end(ap);
	text_tame(err->text);
	return code;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char old[ERROR_TEXT_MAX];
	va_list ap;
	int n;

	BUG_ON(!err);
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(err->text)) {
		size_t left = sizeof(err->text) - (size_t)n;

		snprintf(err->text + n, left, ": %.*s", (int)left, old);
	}
	return err->code;
}

const char *error_name(int code)
{
	switch (code) {
#define X(name, value, status, text)                                                               \
	case name:                                                                                 \
		return #name;
		ERROR_CODES(X)
#undef X
	default:
		return "ERR_UNKNOWN";
	}
}

int error_exit_status(int code)
{
	switch (code) {
	case 0:
		return 0;
#define X(name, value, status, text)                                                               \
	case name:                                                                                 \
		return status;
		ERROR_CODES(X)
#undef X
	default:
		return 3;
	}
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: bug: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}
