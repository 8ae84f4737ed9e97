/* Characters of text that may be any bytes: the name of a file, of a guest. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/* Bytes of the character at `p`, 0 where that is none of UTF-8 (RFC 3629: surrogates and long forms
 * are none). */
size_t utf8_character(const char *p);
/* Bytes of the first `columns` characters of a text; what continues none counts with the one
 * before. */
size_t utf8_fit(const char *text, size_t columns);

#endif
