#include "bench/clusters/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/scratch.h"

int order_compare(const struct order_key *a, const struct order_key *b)
{
	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return (a->part > b->part) - (a->part < b->part);
}

void order_push(struct order *o, const struct order_key *key)
{
	size_t i = o->nr;

	o->heap = grow(o->heap, &o->cap, o->nr, sizeof(*o->heap));
	for (o->nr++; i && order_compare(key, &o->heap[(i - 1) / 2]) < 0; i = (i - 1) / 2)
		o->heap[i] = o->heap[(i - 1) / 2];
	o->heap[i] = *key;
}

struct order_key order_pop(struct order *o)
{
	struct order_key first = o->heap[0], last = o->heap[--o->nr];
	size_t i = 0, child;

	for (; (child = 2 * i + 1) < o->nr; i = child) {
		if (child + 1 < o->nr && order_compare(&o->heap[child + 1], &o->heap[child]) < 0)
			child++;
		if (order_compare(&last, &o->heap[child]) <= 0)
			break;
		o->heap[i] = o->heap[child];
	}
	o->heap[i] = last;
	return first;
}

void order_release(struct order *o)
{
	free(o->heap);
	*o = (struct order){0};
}

void order_write(FILE *f, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		putc_unlocked((int)(value & 0x7f) | 0x80, f);
	putc_unlocked((int)value, f);
}

void order_write_signed(FILE *f, int64_t value)
{
	order_write(f, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

bool order_read(FILE *f, uint64_t *out)
{
	uint64_t value = 0;
	unsigned shift = 0;
	int c;

	while ((c = getc_unlocked(f)) != EOF && shift < 64) {
		value |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
		if (c < 0x80) {
			*out = value;
			return true;
		}
	}
	return false;
}

bool order_read_signed(FILE *f, int64_t *out)
{
	uint64_t value;

	if (!order_read(f, &value))
		return false;
	*out = (int64_t)(value >> 1 ^ (value & 1 ? UINT64_MAX : 0));
	return true;
}

int order_rewind(FILE *f, const char *directory, struct error *err)
{
	bool bad = fflush(f) != 0 || ferror(f);
	int code = errno;

	if (!bad) {
		rewind(f);
		return 0;
	}
	return error_set(err, ERR_MACHINE, "%s: what a part of a row did cannot be kept there: %s",
			 scratch_directory(directory), strerror(code));
}
