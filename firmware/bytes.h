/* A growing piece of memory with little-endian numbers in it, as ACPI has them. */
#ifndef FIRMWARE_BYTES_H
#define FIRMWARE_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. */
struct bytes {
	uint8_t *data;
	size_t nr, cap;
};

/* The low `width` bytes of `value`; width 1 to 8. */
void bytes_put(struct bytes *b, uint64_t value, unsigned width);
void bytes_fill(struct bytes *b, uint8_t value, size_t nr);
/* Exactly `width` characters, spaces after the end of the text. */
void bytes_text_field(struct bytes *b, const char *text, size_t width);
/* Overwrite what is there already. */
void bytes_set(struct bytes *b, size_t at, uint64_t value, unsigned width);
void bytes_release(struct bytes *b);

uint64_t bytes_get(const uint8_t *data, unsigned width);

#endif
