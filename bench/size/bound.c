#include "bench/size/bound.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/event_queue.h"
#include "base/units.h"
#include "bench/loop/live.h"
#include "host/host.h"

struct sums {
	struct live_set live;
	int64_t *bytes; /* by slot */
	uint64_t *departure; /* by slot: number in the queue */
	size_t cap_bytes, cap_departures;
	struct event_queue queue;
	uint64_t vcpus;
	int64_t total_bytes;
	bool shrinks; /* balloons move: a zone may be left with its minimum */
	bool all_static;
	struct size_bound *out;
};

static int64_t least_bytes(const struct sums *s, const struct zone *z)
{
	if (s->all_static)
		return z->memory_bytes;
	if (s->shrinks && z->memory_policy == ZONE_DYNAMIC)
		return z->memory_min_bytes;
	return zone_boot_bytes(z);
}

static void come(struct sums *s, const struct zone_event *ev)
{
	uint32_t slot = live_add(&s->live);
	struct size_bound *out = s->out;

	s->bytes = grow(s->bytes, &s->cap_bytes, slot, sizeof(*s->bytes));
	s->departure = grow(s->departure, &s->cap_departures, slot, sizeof(*s->departure));
	s->bytes[slot] = least_bytes(s, ev->zone);
	live_at(&s->live, slot)->vcpus = ev->zone->vcpus;
	s->departure[slot] = UINT64_MAX;
	if (s->live.want_ids)
		live_map(&s->live, slot, ev->id);
	if (ev->lifetime_ns != NS_NEVER && ev->at_ns < NS_NEVER - ev->lifetime_ns) {
		s->departure[slot] = s->queue.inserted;
		event_queue_push(&s->queue, ev->at_ns + ev->lifetime_ns, slot);
	}
	s->vcpus += ev->zone->vcpus;
	s->total_bytes += s->bytes[slot];
	out->zones++;
	if (s->live.nr_live > out->peak_zones)
		out->peak_zones = s->live.nr_live;
	if (s->vcpus > out->peak_vcpus)
		out->peak_vcpus = s->vcpus;
	if (s->total_bytes > out->peak_bytes)
		out->peak_bytes = s->total_bytes;
}

static void leave(struct sums *s, uint32_t slot)
{
	s->vcpus -= live_at(&s->live, slot)->vcpus;
	s->total_bytes -= s->bytes[slot];
	s->departure[slot] = UINT64_MAX;
	live_remove(&s->live, slot);
}

/* Those that are due by then; a zone that was stopped before left its item behind. */
static void leave_until(struct sums *s, int64_t at_ns)
{
	while (event_queue_next_ns(&s->queue) <= at_ns) {
		struct queued q = event_queue_pop(&s->queue);

		if (s->departure[q.slot] == q.number)
			leave(s, q.slot);
	}
}

static int sum_up(struct sums *s, struct zone_stream *stream, int64_t end_ns, struct error *err)
{
	const struct zone_event *ev;

	for (;;) {
		int rc = zone_stream_next(stream, &ev, err);
		uint32_t slot;

		if (rc || !ev || ev->at_ns >= end_ns)
			return rc;
		leave_until(s, ev->at_ns);
		if (ev->kind == ZONE_EVENT_START) {
			come(s, ev);
		} else if (ev->kind == ZONE_EVENT_STOP) {
			slot = live_find(&s->live, ev->id);
			if (slot != SLOT_NONE)
				leave(s, slot);
		}
	}
}

int size_bound(const struct run_input *in, struct size_bound *out, struct error *err)
{
	const struct workload *w = in->workload;
	struct sums s = {.out = out,
			 .live.want_ids = w->source != SOURCE_GENERATOR,
			 .shrinks = workload_resizes(w),
			 .all_static = in->memory == RUN_MEMORY_STATIC};
	struct zone_stream *stream = NULL;
	int rc = workload_open(&stream, w, in->seed, in->skip_bad, err);

	*out = (struct size_bound){.zones = 0};
	if (!rc) {
		rc = sum_up(&s, stream, w->duration_ns, err);
		out->stats = *zone_stream_stats(stream);
	}
	if (!rc && !out->zones)
		rc = error_set(err, ERR_INPUT, "%s: no zone comes%s: there is nothing to size",
			       w->path,
			       w->duration_ns == NS_NEVER ? "" : " before its duration is over");
	zone_stream_close(stream);
	event_queue_release(&s.queue);
	live_release(&s.live);
	free(s.departure);
	free(s.bytes);
	return rc;
}

/* What is left of `all` beside `nr` times `each`, in units of `one`, rounded up. */
static uint64_t units_of(int128 all, int128 each, uint32_t nr, int128 one)
{
	int128 left = all - each * nr;

	if (left <= 0)
		return 0;
	return one > 0 ? (uint64_t)((left + one - 1) / one) : UINT32_MAX;
}

static int128 room_bytes(const struct fleet_spec *f, const struct host *h)
{
	return h && h->memory_bytes > f->dom0_memory_bytes ? h->memory_bytes - f->dom0_memory_bytes
							   : 0;
}

static int128 room_vcpus(const struct fleet_spec *f, const struct host *h)
{
	int128 all = h ? (int128)h->nr_cpus * f->cpu_overcommit_milli / 1000 : 0;

	return all > f->dom0_vcpus ? all - f->dom0_vcpus : 0;
}

uint32_t size_bound_hosts(const struct size_bound *b, const struct fleet_spec *fleet,
			  const struct host *host, const struct host *beside, uint32_t nr)
{
	uint64_t hosts =
		units_of(b->peak_bytes, room_bytes(fleet, beside), nr, room_bytes(fleet, host));
	uint64_t by_vcpus = 0;

	if (fleet->cpu_overcommit_milli)
		by_vcpus = units_of((int128)b->peak_vcpus, room_vcpus(fleet, beside), nr,
				    room_vcpus(fleet, host));
	hosts = by_vcpus > hosts ? by_vcpus : hosts;
	hosts = hosts ? hosts : 1;
	return hosts < UINT32_MAX ? (uint32_t)hosts : UINT32_MAX;
}
