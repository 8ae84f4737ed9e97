/*
 * What a part of a row leaves for when all parts are done: whole numbers, small ones in few
 * bytes, and texts, in a file without a name (base/scratch.h), written once and then read from
 * its beginning as often as needed. Written and read for every event of a row, so out of a
 * buffer of its own.
 */
#ifndef BENCH_CLUSTERS_TAPE_H
#define BENCH_CLUSTERS_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"

#define TAPE_NUMBER_BYTES 10 /* the longest */

/* Zero-initialise. */
struct tape {
	FILE *file;
	const char *directory; /* for messages; borrowed */
	uint8_t *buf;
	size_t at, end; /* writing: filled up to `at`; reading: left from `at` to `end` */
	bool short_of; /* reading: there was less than asked for */
};

/* `directory` NULL: the usual. */
int tape_open(struct tape *t, const char *directory, struct error *err) MUST_USE;
void tape_close(struct tape *t); /* zeroed is fine */
/* To the beginning, to be read: ERR_MACHINE when something could not be written. */
int tape_rewind(struct tape *t, struct error *err) MUST_USE;
int tape_lost(const struct tape *t,
	      struct error *err) MUST_USE; /* it cannot be read: the sentence */

void tape_make_room(struct tape *t, size_t n); /* writing: n bytes, at most 4096 */
void tape_fetch(struct tape *t, size_t n); /* reading: as many as there are */
void tape_write_bytes(struct tape *t, const void *bytes, size_t n);
bool tape_read_bytes(struct tape *t, void *out, size_t n);
/* So many bytes to another file. */
bool tape_copy(struct tape *t, size_t n, FILE *out);

/* Into a buffer with room; the place behind it. */
static inline uint8_t *tape_put(uint8_t *p, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*p++ = (uint8_t)(value | 0x80);
	*p++ = (uint8_t)value;
	return p;
}

static inline uint8_t *tape_put_signed(uint8_t *p, int64_t value)
{
	return tape_put(p, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static inline void tape_write(struct tape *t, uint64_t value)
{
	tape_make_room(t, TAPE_NUMBER_BYTES);
	t->at = (size_t)(tape_put(t->buf + t->at, value) - t->buf);
}

/* 0, and short_of, where nothing is left. */
static inline uint64_t tape_read(struct tape *t)
{
	uint64_t value = 0;

	if (t->end - t->at < TAPE_NUMBER_BYTES)
		tape_fetch(t, TAPE_NUMBER_BYTES);
	if (t->at < t->end && t->buf[t->at] < 0x80)
		return t->buf[t->at++];
	for (unsigned shift = 0; t->at < t->end && shift < 64; shift += 7) {
		uint8_t c = t->buf[t->at++];

		value |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return value;
	}
	t->short_of = true;
	return 0;
}

static inline int64_t tape_read_signed(struct tape *t)
{
	uint64_t value = tape_read(t);

	return (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
}

/* Is nothing left? */
static inline bool tape_ended(struct tape *t)
{
	if (t->at == t->end)
		tape_fetch(t, 1);
	return t->at == t->end;
}

#endif
