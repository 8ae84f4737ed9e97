/*
 * What the sources of zones (generator, list of events, traces) share: an open
 * stream. Private to zone/.
 */
#ifndef ZONE_STREAM_H
#define ZONE_STREAM_H

#include "zone/workload.h"

struct zone_stream_ops {
	/* Sets *out; NULL at the end, and at every call after it. Counting is done by the caller.
	 */
	int (*next)(struct zone_stream *s, const struct zone_event **out, struct error *err);
	void (*close)(struct zone_stream *s); /* frees the stream too */
};

/* First member of every source's own stream. */
struct zone_stream {
	const struct zone_stream_ops *ops;
	struct zone_stream_stats stats;
	struct zone_event event; /* the one handed out */
	const char *path; /* of a trace, which must hold a zone; else NULL */
	/* Brings `stats` up to date, before somebody looks; NULL: they are. */
	void (*update)(struct zone_stream *s);
	uint64_t starts; /* handed out, or another cluster's */
	bool one_cluster; /* only events of `cluster` are handed out */
	uint32_t cluster;
};

/* "z0", "z1", ...: what zones without a name are called, in the order of their
 * start. Counting up in text costs a tenth of writing a number anew. */
#define STREAM_NAME_SIZE 24
struct stream_name {
	char text[STREAM_NAME_SIZE]; /* the current name */
	unsigned digits; /* 0: before the first */
};
void stream_name_widen(struct stream_name *n); /* after 9, 99, ... */
/* On to the next name. */
static inline void stream_name_next(struct stream_name *n)
{
	unsigned i = n->digits;

	for (; i > 0; i--) {
		if (n->text[i] != '9') {
			n->text[i]++;
			return;
		}
		n->text[i] = '0';
	}
	stream_name_widen(n);
}

/* One more row has `text` to it; its count so far. */
struct zone_stream_note *stream_note(struct zone_stream *s, const char *text);

/* A stream over `nr` events that outlive it. */
int stream_of_events(struct zone_stream **out, const struct zone_event *event, size_t nr,
		     struct error *err) MUST_USE;

#endif
