#include "firmware/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"

void bytes_put(struct bytes *b, uint64_t value, unsigned width)
{
	size_t at = b->nr;

	bytes_fill(b, 0, width);
	bytes_set(b, at, value, width);
}

void bytes_fill(struct bytes *b, uint8_t value, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		b->data = grow(b->data, &b->cap, b->nr, 1);
		b->data[b->nr++] = value;
	}
}

void bytes_text_field(struct bytes *b, const char *text, size_t width)
{
	size_t length = strlen(text);

	BUG_ON(length > width);
	for (size_t i = 0; i < width; i++)
		bytes_put(b, i < length ? (uint8_t)text[i] : ' ', 1);
}

void bytes_set(struct bytes *b, size_t at, uint64_t value, unsigned width)
{
	BUG_ON(at + width > b->nr);
	for (unsigned i = 0; i < width; i++)
		b->data[at + i] = (uint8_t)(value >> (8 * i));
}

void bytes_release(struct bytes *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

uint64_t bytes_get(const uint8_t *data, unsigned width)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < width; i++)
		value |= (uint64_t)data[i] << (8 * i);
	return value;
}
