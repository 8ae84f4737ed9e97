#include "report/model_out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "schema/schema.h"

static void print_text(const char *text, FILE *out)
{
	fputc('"', out);
	while (*text) {
		size_t n = utf8_character(text);

		if (n == 0)
			fputc('?', out);
		else if (n > 1)
			fwrite(text, 1, n, out);
		else if ((unsigned char)*text < ' ' || *text == '<' || *text == 0x7f)
			fprintf(out, "\\u%04x", (unsigned)*text);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
		text += n ? n : 1;
	}
	fputc('"', out);
}

static void begin(struct model_out *m, const char *key)
{
	if (m->comma)
		fputc(',', m->file);
	if (key) {
		print_text(key, m->file);
		fputc(':', m->file);
	}
	m->comma = true;
}

void model_open(struct model_out *m, const char *key, char bracket)
{
	begin(m, key);
	fputc(bracket, m->file);
	m->comma = false;
}

void model_close(struct model_out *m, char bracket)
{
	fputc(bracket, m->file);
	m->comma = true;
}

void model_text(struct model_out *m, const char *key, const char *text)
{
	if (!text) {
		model_null(m, key);
		return;
	}
	begin(m, key);
	print_text(text, m->file);
}

void model_int(struct model_out *m, const char *key, int64_t value)
{
	begin(m, key);
	fprintf(m->file, "%" PRId64, value);
}

void model_figure(struct model_out *m, const char *key, int64_t value)
{
	if (is_known(value))
		model_int(m, key, value);
	else
		model_null(m, key);
}

void model_bool(struct model_out *m, const char *key, bool value)
{
	begin(m, key);
	fputs(value ? "true" : "false", m->file);
}

void model_null(struct model_out *m, const char *key)
{
	begin(m, key);
	fputs("null", m->file);
}

void model_bytes(struct model_out *m, const char *key, const uint8_t *bytes, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789+/";

	begin(m, key);
	fputc('"', m->file);
	for (size_t i = 0; i < n; i += 3) {
		uint32_t three = (uint32_t)bytes[i] << 16;

		three |= i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0;
		three |= i + 2 < n ? bytes[i + 2] : 0;
		fputc(digit[three >> 18], m->file);
		fputc(digit[three >> 12 & 63], m->file);
		fputc(i + 1 < n ? digit[three >> 6 & 63] : '=', m->file);
		fputc(i + 2 < n ? digit[three & 63] : '=', m->file);
	}
	fputc('"', m->file);
}

void varint_add(struct varints *v, uint64_t value)
{
	do {
		v->byte = grow(v->byte, &v->cap, v->nr, 1);
		v->byte[v->nr++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		value >>= 7;
	} while (value);
}

void varint_add_signed(struct varints *v, int64_t value)
{
	varint_add(v, value < 0 ? ((uint64_t) - (value + 1) << 1 | 1) : (uint64_t)value << 1);
}

void varint_release(struct varints *v)
{
	free(v->byte);
	*v = (struct varints){0};
}
