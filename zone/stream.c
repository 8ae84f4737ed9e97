#include "zone/stream.h"

#include <stdlib.h>
#include <string.h>

/* Nothing is not success: whoever asked may be a script. */
static int holds_no_zone(const struct zone_stream *s, struct error *err)
{
	const struct zone_stream_stats *stats = &s->stats;

	if (!stats->bad_rows)
		return error_set(err, ERR_INPUT, "%s: holds no zone", s->path);
	return error_set(err, ERR_INPUT, "%s: holds no zone; all of its %llu rows are bad: %s",
			 s->path, (unsigned long long)stats->bad_rows, stats->first_bad);
}

int zone_stream_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	int rc;

	do {
		rc = s->ops->next(s, out, err);
		if (rc || !*out)
			break;
		s->stats.events++;
		s->starts += (*out)->kind == ZONE_EVENT_START;
	} while (s->one_cluster && (*out)->cluster != s->cluster);
	return rc || *out || s->stats.events || !s->path ? rc : holds_no_zone(s, err);
}

const struct zone_stream_stats *zone_stream_stats(struct zone_stream *s)
{
	if (s->update)
		s->update(s);
	return &s->stats;
}

uint64_t zone_stream_place(const struct zone_stream *s)
{
	return s->stats.events;
}

uint64_t zone_stream_ordinal(const struct zone_stream *s)
{
	return s->starts;
}

struct zone_stream_note *stream_note(struct zone_stream *s, const char *text)
{
	struct zone_stream_note *note = s->stats.note;

	for (int i = 0; i < ZONE_STREAM_NOTES_MAX; i++) {
		if (note[i].text && note[i].text != text)
			continue;
		note[i].text = text;
		note[i].rows++;
		return &note[i];
	}
	BUG_ON(true);
	return NULL;
}

void zone_stream_close(struct zone_stream *s)
{
	if (s)
		s->ops->close(s);
}

void stream_name_widen(struct stream_name *n)
{
	BUG_ON(n->digits + 2 >= STREAM_NAME_SIZE);
	n->text[0] = 'z';
	n->text[1] = n->digits ? '1' : '0';
	n->digits++;
	n->text[n->digits] = '0';
	n->text[n->digits + 1] = '\0';
}

struct event_stream {
	struct zone_stream base;
	const struct zone_event *event;
	size_t nr;
};

static int event_next(struct zone_stream *s, const struct zone_event **out, struct error *err)
{
	struct event_stream *e = (struct event_stream *)s;

	(void)err;
	*out = s->stats.done < e->nr ? &e->event[s->stats.done++] : NULL;
	return 0;
}

static void event_close(struct zone_stream *s)
{
	free(s);
}

int stream_of_events(struct zone_stream **out, const struct zone_event *event, size_t nr,
		     struct error *err)
{
	static const struct zone_stream_ops ops = {event_next, event_close};
	struct event_stream *e = xcalloc(1, sizeof(*e));

	(void)err;
	e->base.ops = &ops;
	e->base.stats.total = nr;
	e->event = event;
	e->nr = nr;
	*out = &e->base;
	return 0;
}
