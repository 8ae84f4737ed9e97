/*
 * Bytes of a file, decompressed when it is packed with gzip, xz, zstd or bzip2: told
 * by its first bytes, not by its name. Files packed one behind the other are one.
 */
#ifndef BASE_INPUT_H
#define BASE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"

struct input;

/* Looks at the first bytes of `file`, which stays the caller's and must outlive it. */
struct input *input_new(FILE *file) MUST_USE;
void input_free(struct input *in); /* NULL is fine */
bool input_is_packed(const struct input *in);

/* At most `size` bytes; *got is 0 at the end. ERR_MACHINE when reading fails,
 * ERR_INPUT when the compressed data is damaged or cut short; input_problem()
 * then says which. */
int input_read(struct input *in, char *buf, size_t size, size_t *got, struct error *err) MUST_USE;
const char *input_problem(const struct input *in);

/* What to call unpacked bytes that are packed once more; NULL: they are not. */
const char *input_packed_again(const char *bytes, size_t n);

#endif
