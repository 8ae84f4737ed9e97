/*
 * A text file as people have it: packed or not (base/input.h), in the encodings of
 * base/text_encoding.h; always told from its first bytes, never from its
 * name. What comes out is UTF-8 without a mark.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

#include "base/error.h"

/* NUL-terminated (caller frees); more than `max` bytes, also of what is packed, is
 * ERR_INPUT, and so is content that is no text, with its name ("a PNG image"). "-" is
 * standard input. Line ends stay as they are. */
int text_read(const char *path, size_t max, char **out, size_t *size, struct error *err) MUST_USE;

/* What `n` bytes at a text's beginning are when they are certainly no text ("a PNG
 * image", "packed with lz4; unpack it first"); NULL: they may be one. So many
 * control characters as `stray` are let pass. */
const char *text_content_name(const char *bytes, size_t n, unsigned stray);

#endif
