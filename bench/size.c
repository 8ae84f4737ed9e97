#include "bench/size.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/event_queue.h"
#include "base/jobs.h"
#include "base/units.h"
#include "bench/loop/live.h"
#include "bench/loop/run.h"

/* --- what no policy can do without --------------------------------------------- */

struct sums {
	struct live_set live;
	int64_t *bytes; /* by slot */
	uint64_t *departure; /* by slot: number in the queue */
	size_t cap_bytes, cap_departures;
	struct event_queue queue;
	uint64_t vcpus;
	int64_t total_bytes;
	struct size_bound *out;
};

static void come(struct sums *s, const struct zone_event *ev)
{
	uint32_t slot = live_add(&s->live);
	struct size_bound *out = s->out;

	s->bytes = grow(s->bytes, &s->cap_bytes, slot, sizeof(*s->bytes));
	s->departure = grow(s->departure, &s->cap_departures, slot, sizeof(*s->departure));
	s->bytes[slot] = zone_boot_bytes(ev->zone);
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

static uint64_t divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

static uint32_t hosts_for(const struct size_input *in, const struct size_bound *b)
{
	const struct fleet_spec *f = &in->run.workload->fleet;
	int64_t bytes = in->host->memory_bytes - f->dom0_memory_bytes;
	uint64_t vcpus = (uint64_t)in->host->nr_cpus * f->cpu_overcommit_milli / 1000;
	uint64_t hosts =
		bytes > 0 ? divide_up((uint64_t)b->peak_bytes, (uint64_t)bytes) : UINT32_MAX;

	if (f->cpu_overcommit_milli) {
		vcpus = vcpus > f->dom0_vcpus ? vcpus - f->dom0_vcpus : 0;
		if (!vcpus)
			hosts = UINT32_MAX;
		else if (divide_up(b->peak_vcpus, vcpus) > hosts)
			hosts = divide_up(b->peak_vcpus, vcpus);
	}
	hosts = hosts ? hosts : 1;
	return hosts < UINT32_MAX ? (uint32_t)hosts : UINT32_MAX;
}

int size_bound(const struct size_input *in, struct size_bound *out, struct error *err)
{
	const struct workload *w = in->run.workload;
	struct sums s = {.out = out, .live.want_ids = w->source != SOURCE_GENERATOR};
	struct zone_stream *stream = NULL;
	int rc = workload_open(&stream, w, in->run.seed, in->run.skip_bad, err);

	*out = (struct size_bound){.zones = 0};
	if (!rc)
		rc = sum_up(&s, stream, w->duration_ns, err);
	if (!rc && !out->zones)
		rc = error_set(err, ERR_INPUT, "%s: no zone comes%s: there is nothing to size",
			       w->path,
			       w->duration_ns == NS_NEVER ? "" : " before its duration is over");
	out->hosts = hosts_for(in, out);
	zone_stream_close(stream);
	event_queue_release(&s.queue);
	live_release(&s.live);
	free(s.departure);
	free(s.bytes);
	return rc;
}

/* --- the search ------------------------------------------------------------------ */

struct search {
	const struct size_input *in;
	struct workload workload; /* the same, but it ends at the first refusal */
	const struct host **host; /* in->most times the same */
};

static int try_hosts(struct search *s, uint32_t nr, struct row *out, struct error *err)
{
	struct run_input run = s->in->run;
	struct run_result result;
	int rc;

	run.workload = &s->workload;
	run.host = s->host;
	run.nr_hosts = nr;
	run.cost = false;
	run.nr_observers = 0;
	rc = run_row(&run, &result, err);
	*out = result.row;
	return rc;
}

/* The ordinal-th zone that starts; its event belongs to the stream, which stays open. */
static int find_zone(const struct size_input *in, uint64_t ordinal, struct zone_stream **stream,
		     const struct zone_event **ev, struct error *err)
{
	int rc = workload_open(stream, in->run.workload, in->run.seed, in->run.skip_bad, err);

	*ev = NULL;
	while (!rc) {
		rc = zone_stream_next(*stream, ev, err);
		if (rc || !*ev || ((*ev)->kind == ZONE_EVENT_START && !--ordinal))
			break;
	}
	return rc;
}

/* Is it refused by a host on which nobody else lives? Asked of a workload of its own. */
static int too_large(struct search *s, const struct zone_event *ev, bool *out, struct error *err)
{
	struct workload whole = s->workload;
	struct zone_event alone = *ev;
	struct row row;
	int rc;

	alone.at_ns = 0;
	s->workload.source = SOURCE_EVENTS;
	s->workload.event = &alone;
	s->workload.nr_events = 1;
	rc = try_hosts(s, 1, &row, err);
	s->workload = whole;
	*out = !rc && row.zones_refused;
	return rc;
}

static void write_why(const struct row *r, const struct zone_event *ev, bool never, uint32_t hosts,
		      bool each, char why[ERROR_TEXT_MAX])
{
	const char *what = r->refused_no_device	   ? "a device is missing or taken"
			   : r->refused_infeasible ? "its node count cannot be met"
			   : never		   ? "no empty host has room"
						   : "no host has room";
	char size[96] = "", bytes[32];

	if (ev && never)
		snprintf(size, sizeof(size), " asks for %" PRIu32 " vCPUs and %s and",
			 ev->zone->vcpus,
			 bytes_text(zone_boot_bytes(ev->zone), bytes, sizeof(bytes)));
	snprintf(why, ERROR_TEXT_MAX, "%s %" PRIu32 " host%s%s zone %" PRId64 "%s is refused: %s",
		 each ? "with" : "even with", hosts, hosts == 1 ? "" : "s",
		 each ? ", one for each zone that lives," : "", r->first_refusal_zone, size, what);
}

static int say_why(struct search *s, const struct row *r, uint32_t hosts, bool each,
		   char why[ERROR_TEXT_MAX], struct error *err)
{
	struct zone_stream *stream = NULL;
	const struct zone_event *ev;
	bool never = false;
	int rc = find_zone(s->in, (uint64_t)r->first_refusal_zone, &stream, &ev, err);

	if (!rc && ev)
		rc = too_large(s, ev, &never, err);
	if (!rc)
		write_why(r, ev, never, hosts, each, why);
	zone_stream_close(stream);
	return rc;
}

/* Enough hosts, from `low` on, or none up to `most`: *high 0. */
static int find_enough(struct search *s, uint32_t *low, uint32_t most, uint32_t *high,
		       struct row *out, struct error *err)
{
	uint32_t nr = *low;

	*high = 0;
	for (;;) {
		int rc = try_hosts(s, nr, out, err);

		if (!rc && !out->zones_refused)
			*high = nr;
		if (rc || *high || nr == most)
			return rc;
		*low = nr + 1;
		/* sums are seldom far from the truth */
		nr += nr / 4 + 1;
		nr = nr < most ? nr : most;
	}
}

int size_fleet(const struct size_input *in, const struct size_bound *bound, struct size_result *out,
	       struct error *err)
{
	struct search s = {.in = in, .workload = *in->run.workload};
	/* with a host for each zone that lives, more hosts change nothing */
	uint32_t most = bound->peak_zones < in->most ? bound->peak_zones : in->most;
	uint32_t low = bound->hosts, high = 0;
	int rc;

	*out = (struct size_result){.hosts = 0};
	most = most ? most : 1;
	low = low < most ? low : most;
	s.workload.refused = REFUSED_STOP;
	s.host = xcalloc(most, sizeof(*s.host));
	for (uint32_t i = 0; i < most; i++)
		s.host[i] = in->host;
	rc = find_enough(&s, &low, most, &high, &out->row, err);
	if (!rc && !high)
		rc = say_why(&s, &out->row, most, most == bound->peak_zones, out->why, err);
	while (!rc && high && low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct row row;

		rc = try_hosts(&s, middle, &row, err);
		if (rc || row.zones_refused) {
			low = middle + 1;
			continue;
		}
		high = middle;
		out->row = row;
	}
	if (!rc)
		out->hosts = high;
	free(s.host);
	return rc;
}

/* --- several policies ------------------------------------------------------------ */

struct sizing {
	const struct size_input *in;
	const struct size_bound *bound;
	const struct policy *const *policy;
	struct size_result *out;
	pthread_mutex_t lock; /* of the progress */
	struct experiment_progress progress;
};

/* One policy's events, of the run that it is at and those before. */
struct sizing_part {
	struct sizing *all;
	uint64_t events;
};

static void on_progress(void *context, const struct run_progress *p)
{
	struct sizing_part *part = context;
	struct sizing *all = part->all;

	pthread_mutex_lock(&all->lock);
	all->progress.events += p->events > part->events ? p->events - part->events : p->events;
	all->progress.live_zones = p->live_zones;
	part->events = p->events;
	if (all->in->progress)
		all->in->progress(all->in->progress_context, &all->progress);
	pthread_mutex_unlock(&all->lock);
}

static int size_one(void *context, size_t i, const atomic_bool *cancel, struct error *err)
{
	struct sizing *all = context;
	struct sizing_part part = {.all = all};
	struct size_input in = *all->in;

	in.run.policy = all->policy[i];
	in.run.cancel = cancel;
	in.run.progress = on_progress;
	in.run.progress_context = &part;
	pthread_mutex_lock(&all->lock);
	all->progress.begun++;
	pthread_mutex_unlock(&all->lock);
	return size_fleet(&in, all->bound, &all->out[i], err);
}

int size_policies(const struct size_input *in, const struct size_bound *bound,
		  const struct policy *const *policy, size_t nr, struct size_result *out,
		  struct error *err)
{
	struct sizing all = {.in = in,
			     .bound = bound,
			     .policy = policy,
			     .out = out,
			     .progress = {.rows = nr, .share_ppm = -1}};
	struct jobs jobs = {.nr = nr, .threads = in->jobs, .work = size_one, .context = &all};
	int rc;

	pthread_mutex_init(&all.lock, NULL);
	rc = jobs_run(&jobs, err);
	pthread_mutex_destroy(&all.lock);
	return rc;
}
