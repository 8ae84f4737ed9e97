/*
 * JSON as it is written into a page: a stream, so that a model of any size needs no memory.
 * "<" is written as an escape, so that no text can end the script that the model stands in;
 * what is no UTF-8 becomes "?".
 */
#ifndef REPORT_MODEL_OUT_H
#define REPORT_MODEL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct model_out {
	FILE *file;
	bool comma; /* the next value is not the first where it stands */
};

/* `key`: of a member of an object, NULL in a list. `bracket`: '{' or '['. */
void model_open(struct model_out *m, const char *key, char bracket);
void model_close(struct model_out *m, char bracket); /* '}' or ']' */
void model_text(struct model_out *m, const char *key, const char *text); /* NULL: null */
void model_int(struct model_out *m, const char *key, int64_t value);
/* FIGURE_UNKNOWN is null. */
void model_figure(struct model_out *m, const char *key, int64_t value);
void model_bool(struct model_out *m, const char *key, bool value);
void model_null(struct model_out *m, const char *key);

/* Bytes as base64 text. */
void model_bytes(struct model_out *m, const char *key, const uint8_t *bytes, size_t n);

/* Small numbers in few bytes: seven bits a byte, the lowest first, the top bit says that more
 * follow (LEB128). Zero-initialise. */
struct varints {
	uint8_t *byte;
	size_t nr, cap;
};
void varint_add(struct varints *v, uint64_t value);
/* Of either sign: 0, -1, 1, -2, ... are 0, 1, 2, 3, ... */
void varint_add_signed(struct varints *v, int64_t value);
void varint_release(struct varints *v);

#endif
