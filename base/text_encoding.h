/*
 * Text that is not UTF-8 yet: PowerShell and editors of Windows write UTF-16,
 * and put a byte order mark before UTF-8. Readers call this before they look at
 * a byte; what is UTF-8 without a mark passes through unchanged.
 *
 * The encoding is told by a byte order mark or, without one, by a zero beside
 * the first character, which is ASCII in every format that is read here. UTF-32
 * is told but not decoded: nothing writes it.
 */
#ifndef BASE_TEXT_ENCODING_H
#define BASE_TEXT_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"

enum text_encoding { TEXT_UTF8, TEXT_UTF16LE, TEXT_UTF16BE, TEXT_UTF32 };

/* The first this many bytes of a text tell its encoding; fewer when it is shorter. */
#define TEXT_ENCODING_LOOK 4

/* *mark: the bytes of the byte order mark, to be left out; 0 without one. */
enum text_encoding text_encoding_of(const char *bytes, size_t size, size_t *mark);
const char *text_encoding_name(enum text_encoding encoding);

/* UTF-16 in pieces of any length. Zeroed but for `encoding` at the start. */
struct text_decoder {
	enum text_encoding encoding; /* TEXT_UTF16LE or TEXT_UTF16BE */
	bool has_byte; /* half a code unit waits */
	uint8_t byte;
	uint16_t high; /* half a surrogate pair waits; 0: none */
};

/* Enough room in `out` for what `size` bytes can become. */
#define TEXT_DECODED_MAX(size) ((size) / 2 * 3 + 4)

/* Bytes written to `out`; SIZE_MAX when a surrogate stands alone. At the end of
 * the text text_decoder_done() is false when something still waits. */
size_t text_decode(struct text_decoder *d, const char *in, size_t size, char *out) MUST_USE;
bool text_decoder_done(const struct text_decoder *d) MUST_USE;

/*
 * The whole text at once: *text (*size bytes; the caller frees both what was and
 * what is) becomes UTF-8 without a mark, NUL-terminated, in place or anew.
 * ERR_INPUT names `path` and what the encoding is when it cannot be read.
 */
int text_to_utf8(const char *path, char **text, size_t *size, struct error *err) MUST_USE;

#endif
