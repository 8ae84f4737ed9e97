/*
 * Any bytes as a trace's cache, with a header and a checksum that fit, so that what is behind
 * them is looked at: nothing that cannot be is handed out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "zone/trace_cache.h"
#include "zone/trace_cache_records.h"
#include "zone/zone_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNTS 7

static const char key[] = "0123456701234567012345670123456701234567012345670123456701234567";

static size_t body_bytes(const struct cache_header *h)
{
	return h->nr_events * sizeof(struct cache_event) +
	       h->nr_shapes * sizeof(struct cache_shape) + h->nr_uses * sizeof(struct cache_use) +
	       h->nr_samples * sizeof(struct use_sample) + h->name_bytes + h->text_bytes;
}

/* The first bytes count; the others are what is counted, zeros when they end. */
static void write_file(FILE *f, const uint8_t *data, size_t size)
{
	struct cache_header h = {
		.version = CACHE_VERSION,
		.header_bytes = sizeof(h),
		.nr_events = data[0] % 16,
		.nr_shapes = data[1] % 8,
		.nr_uses = data[2] % 4,
		.nr_samples = data[3] % 8,
		.name_bytes = data[4],
		.text_bytes = data[5] % 64,
		.bad_rows = data[6],
	};
	size_t n = sizeof(h) + body_bytes(&h), have = size - COUNTS;
	char *file = calloc(1, n);
	struct cache_sum sum = {{0}};

	memcpy(h.magic, CACHE_MAGIC, sizeof(h.magic));
	memcpy(h.key, key, sizeof(h.key));
	memcpy(file, &h, sizeof(h));
	memcpy(file + sizeof(h), data + COUNTS, have < n - sizeof(h) ? have : n - sizeof(h));
	cache_sum_add(&sum, file, n);
	h.checksum = cache_sum_end(&sum);
	memcpy(file, &h, sizeof(h));
	fwrite(file, 1, n, f);
	free(file);
}

static void drain(struct zone_stream *s)
{
	const struct zone_event *e;
	struct zone_fault fault;
	struct use_cursor cursor;
	struct error err = {0};
	int64_t last_ns = 0;

	for (;;) {
		int rc = zone_stream_next(s, &e, &err);

		BUG_ON(rc && (rc != err.code || !*err.text));
		if (rc || !e)
			break;
		BUG_ON(e->at_ns < last_ns);
		last_ns = e->at_ns;
		if (e->kind != ZONE_EVENT_START)
			continue;
		BUG_ON(!zone_sound(e->zone, zone_field_names, &fault));
		if (!e->use)
			continue;
		use_begin(&cursor, e->use, e->zone->memory_bytes, 0, 1, e->id);
		for (int i = 0; i < 10 && cursor.next_ns != NS_NEVER; i++)
			use_step(&cursor);
	}
	zone_stream_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	struct trace_cache *cache;
	struct zone_stream *s;
	struct error err = {0};
	FILE *f;
	int rc;

	if (size < COUNTS)
		return 0;
	if (!*path)
		snprintf(path, sizeof(path), "/tmp/homenode-fuzz-cache-%ld", (long)getpid());
	f = fopen(path, "wb");
	BUG_ON(!f);
	/* as they are, too */
	if (data[6] % 8 == 7)
		fwrite(data, 1, size, f);
	else
		write_file(f, data, size);
	fclose(f);
	rc = trace_cache_load(&cache, path, key, &err);
	unlink(path);
	if (rc) {
		BUG_ON(!*err.text || cache);
		return 0;
	}
	BUG_ON(trace_cache_open(&s, cache, &err));
	drain(s);
	trace_cache_free(cache);
	return 0;
}
