#include "bench/loop/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/options.h"
#include "base/alloc.h"
#include "bench/accounts/books.h"
#include "bench/accounts/pricing.h"
#include "bench/foresight/future.h"
#include "bench/loop/balloons.h"
#include "bench/loop/cluster.h"
#include "bench/loop/departures.h"
#include "bench/loop/placer.h"

/* Events between calls of the progress callback. */
#define PROGRESS_EVENTS 4096

/* One running row: the machine, who places on it, whose books are kept, and what comes. */
struct run {
	const struct run_input *in;
	struct run_result *result;
	struct cluster cluster;
	struct placer placer;
	struct balloons balloons;
	struct audience audience;
	struct books books;
	struct pricing pricing;
	struct schedule known; /* to a policy that foresees */
	struct future *future; /* NULL: the policy does not foresee */
	struct zone_stream *stream;
	const struct zone_event *next; /* next of the stream, NULL at its end */
	struct departures departures;
	struct wait_queue waiting;
	int64_t offered, queued, queue_wait_s;
	int64_t end_ns;
	int64_t sample_ns; /* next sample, NS_NEVER: none */
	uint64_t since_progress;
	bool map_ids, turned, ended;
	const struct run *least; /* of parts that were joined, who read least of the trace */
};

/* --- beginning ---------------------------------------------------------------------- */

/* What the machine is told; the caller frees. */
static char *tell_machine(const struct run_input *in)
{
	const struct balloon_rule *b = &in->workload->balloon;
	struct backend_offer offer[5] = {{NULL, NULL}};
	char exchange[24], extent[24];
	unsigned nr = 0;

	snprintf(exchange, sizeof(exchange), "%u", b->exchange_ppm);
	snprintf(extent, sizeof(extent), "%lld", (long long)b->extent_bytes);
	if (in->allocator)
		offer[nr++] = (struct backend_offer){"allocator", in->allocator};
	offer[nr++] = (struct backend_offer){"exchange", exchange};
	offer[nr++] = (struct backend_offer){"extent", extent};
	if (in->recover)
		offer[nr] = (struct backend_offer){"recover", in->recover};
	return backend_options_text(in->backend, offer,
				    in->backend_options ? in->backend_options : "");
}

static int open_cluster(struct run *r, struct error *err)
{
	const struct run_input *in = r->in;
	const struct fleet_spec *fleet = &in->workload->fleet;
	struct backend_config config = {
		.host = in->host,
		.nr_hosts = in->nr_hosts,
		.cpu_overcommit_milli = fleet->cpu_overcommit_milli,
		.dom0_memory_bytes = fleet->dom0_memory_bytes,
		.dom0_vcpus = fleet->dom0_vcpus,
		.initial = in->cluster ? in->cluster->initial : fleet->initial,
		.seed = in->seed,
		.check = in->check,
		.workload = in->workload->name,
		.stop = in->stop,
		.say = in->say,
		.say_context = in->say_context,
	};
	const struct choice *choice = choice_find(fleet->choice);
	const struct fleet_racks *racks = in->cluster ? in->cluster->racks : fleet->racks;
	char *told;
	int rc;

	if (!choice)
		return error_set(err, ERR_USAGE, "there is no host choice \"%s\"", fleet->choice);
	told = tell_machine(in);
	config.options = told;
	r->cluster.check = in->check;
	r->cluster.books = &r->books;
	r->cluster.audience = &r->audience;
	rc = cluster_open(&r->cluster, choice, in->backend, &config, in->record_path, err);
	if (!rc && racks)
		groups_set_racks(&r->cluster.groups, racks, in->nr_hosts);
	free(told);
	return rc;
}

/* Who looks on. Dynamic memory goes before those who ask it; those of the caller last. */
static void gather_audience(struct run *r, struct schedule *write)
{
	struct audience *a = &r->audience;
	const struct run_input *in = r->in;

	a->view = (struct run_view){
		.in = in,
		.cluster = &r->cluster,
		.waiting = &r->waiting,
		.totals = &r->books.totals,
		.stranded = &r->books.stranded,
		.balloons = &r->balloons,
		.pricing = in->cost ? &r->pricing : NULL,
	};
	audience_add(a, &totals_observer, &r->books.totals);
	audience_add(a, &stranded_observer, &r->books.stranded);
	if (in->memory != RUN_MEMORY_STATIC && workload_resizes(in->workload))
		audience_add(a, &balloons_observer, &r->balloons);
	if (in->policy->remembers)
		audience_add(a, &placer_observer, &r->placer);
	if (in->cost)
		audience_add(a, &pricing_observer, &r->pricing);
	if (r->future)
		audience_add(a, &future_observer, r->future);
	if (write)
		audience_add(a, &schedule_observer, write);
	for (unsigned i = 0; i < in->nr_observers; i++)
		audience_add(a, in->observer[i].ops, in->observer[i].self);
}

static int open_stream(struct run *r, struct error *err)
{
	const struct run_input *in = r->in;
	const struct workload *w = in->workload;

	if (!in->cluster)
		return workload_open(&r->stream, w, in->seed, in->skip_bad, err);
	return workload_open_cluster(&r->stream, w, (uint32_t)(in->cluster - w->fleet.cluster),
				     in->seed, in->skip_bad, err);
}

/* `write` and `known` may be NULL: what this run is like, and what one before was. */
static int start_up(struct run *r, struct schedule *write, const struct schedule *known,
		    struct error *err)
{
	const struct workload *w = r->in->workload;
	int rc = open_cluster(r, err);

	if (!rc)
		rc = open_stream(r, err);
	if (rc)
		return rc;
	stranded_init(&r->books.stranded, r->cluster.state, r->in->nr_hosts,
		      w->fleet.cpu_overcommit_milli);
	balloons_init(&r->balloons, &r->cluster, w, r->in->seed);
	if (r->in->cost)
		pricing_init(&r->pricing, r->in->host, r->in->nr_hosts);
	if (known)
		r->future = future_new(known, r->in->host, w->horizon_ns, w->branch);
	placer_init(&r->placer, r->in, &r->cluster, r->future);
	gather_audience(r, write);
	r->map_ids = workload_names_zones(w, r->in->skip_bad);
	r->cluster.live.want_ids = r->map_ids;
	r->end_ns = w->duration_ns;
	r->sample_ns = r->audience.wants_samples ? 0 : NS_NEVER;
	rc = audience_begin(&r->audience, err);
	return rc ? rc : zone_stream_next(r->stream, &r->next, err);
}

/* --- zones that come, wait and go ------------------------------------------------------ */

static int refuse(struct run *r, const struct zone *z, uint64_t ordinal, const struct refusal *why,
		  struct error *err)
{
	totals_refused(&r->books.totals, why->code, ordinal, r->cluster.now_ns,
		       r->audience.view.place);
	return audience_tell(&r->audience,
			     &(struct zone_news){.kind = NEWS_REFUSED,
						 .at_ns = r->cluster.now_ns,
						 .ordinal = ordinal,
						 .zone = z,
						 .refusal = why},
			     err);
}

/* Offer it; when it runs, remember when it goes and by which name it is stopped. */
static int admit(struct run *r, const struct zone_event *ev, uint64_t ordinal, bool *placed,
		 struct error *err)
{
	uint32_t slot;
	int64_t start_ns;
	int rc = placer_offer(&r->placer, ev, ordinal, &slot, placed, err);

	if (rc || !*placed)
		return rc;
	start_ns = live_at(&r->cluster.live, slot)->start_ns;
	/* later than time can be told is never: of zones that had to wait */
	if (ev->lifetime_ns <= TIME_MAX_NS - start_ns)
		departures_push(&r->departures, start_ns + ev->lifetime_ns, ordinal, slot);
	if (r->map_ids)
		live_map(&r->cluster.live, slot, ev->id);
	return 0;
}

static int on_start(struct run *r, const struct zone_event *ev, struct error *err)
{
	uint64_t ordinal = zone_stream_ordinal(r->stream);
	bool queue = r->in->workload->refused == REFUSED_QUEUE, placed = false;
	int rc = 0;

	r->offered++;
	/* first come, first served: nobody overtakes those who wait */
	if (!r->waiting.nr)
		rc = admit(r, ev, ordinal, &placed, err);
	if (rc || placed)
		return rc;
	if (queue && r->cluster.live.nr_live) {
		wait_queue_push(&r->waiting, ev, ordinal);
		r->queued++;
		return 0;
	}
	if (r->in->workload->refused == REFUSED_STOP)
		r->result->stopped_early = r->ended = true;
	return refuse(r, ev->zone, ordinal, &r->placer.refusal, err);
}

/* After room was made: those who wait, in order, while the first one fits. When
 * nothing lives any more and it still does not fit, it never will. */
static int serve_waiting(struct run *r, struct error *err)
{
	while (r->waiting.nr) {
		struct waiting *w = r->waiting.first;
		bool placed;
		int rc = admit(r, &w->event, w->ordinal, &placed, err);

		if (rc)
			return rc;
		if (!placed && r->cluster.live.nr_live)
			return 0;
		if (placed)
			r->queue_wait_s += (r->cluster.now_ns - w->event.at_ns) / NS_PER_S;
		else
			rc = refuse(r, &w->zone, w->ordinal, &r->placer.refusal, err);
		waiting_free(wait_queue_pop(&r->waiting));
		if (rc)
			return rc;
	}
	return 0;
}

static inline int made_room(struct run *r, struct error *err)
{
	return r->waiting.nr ? serve_waiting(r, err) : 0;
}

static int on_stop(struct run *r, const struct zone_event *ev, struct error *err)
{
	/* what was said was said of another zone */
	static const struct refusal unsaid = {.code = ERR_NO_ROOM};
	uint32_t slot = live_find(&r->cluster.live, ev->id);
	struct waiting *w;
	int rc = 0;

	if (slot != SLOT_NONE) {
		rc = cluster_stop(&r->cluster, slot, err);
		return rc ? rc : made_room(r, err);
	}
	w = wait_queue_remove(&r->waiting, ev->id);
	if (w)
		rc = refuse(r, &w->zone, w->ordinal, &unsaid, err);
	else
		r->result->unknown_stops++;
	waiting_free(w);
	return rc;
}

static int on_resize(struct run *r, const struct zone_event *ev, struct error *err)
{
	uint32_t slot = live_find(&r->cluster.live, ev->id);
	bool grew_host;
	int rc;

	/* a row may make a static zone of it, which never changes */
	if (slot == SLOT_NONE || r->in->memory == RUN_MEMORY_STATIC) {
		r->result->unknown_stops += slot == SLOT_NONE;
		return 0;
	}
	rc = balloons_resize(&r->balloons, slot, ev->bytes, &grew_host, err);
	return !rc && grew_host ? made_room(r, err) : rc;
}

static int on_stream_event(struct run *r, struct error *err)
{
	int rc;

	r->audience.view.place = zone_stream_place(r->stream);
	switch (r->next->kind) {
	case ZONE_EVENT_STOP:
		rc = on_stop(r, r->next, err);
		break;
	case ZONE_EVENT_RESIZE:
		rc = on_resize(r, r->next, err);
		break;
	case ZONE_EVENT_START:
	default:
		rc = on_start(r, r->next, err);
		break;
	}
	return rc ? rc : zone_stream_next(r->stream, &r->next, err);
}

/* So many departures ahead a zone is fetched, and its host when the zone is there. */
#define AHEAD_ZONE 12
#define AHEAD_HOST 6
#define AHEAD_NEXT 3

static void expect_departures(const struct run *r)
{
	const struct departure *d = departures_ahead(&r->departures, AHEAD_ZONE);

	if (d) {
		cluster_expect_zone(&r->cluster, departure_slot(d));
		audience_expect(&r->audience, departure_slot(d), NEAR_FAR);
	}
	d = departures_ahead(&r->departures, AHEAD_HOST);
	if (d) {
		cluster_expect_host_of(&r->cluster, departure_slot(d));
		audience_expect(&r->audience, departure_slot(d), NEAR_NEARER);
	}
	d = departures_ahead(&r->departures, AHEAD_NEXT);
	if (d)
		audience_expect(&r->audience, departure_slot(d), NEAR_NEXT);
}

/* Those who leave at one instant are all gone before anybody takes their room. */
static int on_departures(struct run *r, int64_t until, struct error *err)
{
	const struct live_set *live = &r->cluster.live;
	bool left = false;
	int rc = 0;

	while (!rc && departures_next_ns(&r->departures) <= until) {
		struct departure d = departures_pop(&r->departures);
		uint32_t slot = departure_slot(&d);

		expect_departures(r);
		/* a zone that was stopped before its time left its entry behind */
		if (live_at(live, slot)->ordinal != departure_number(&d))
			continue;
		rc = cluster_stop(&r->cluster, slot, err);
		left = true;
	}
	return rc || !left ? rc : made_room(r, err);
}

static int on_tick(struct run *r, struct error *err)
{
	bool grew_host;
	int rc = balloons_turn(&r->balloons, &grew_host, err);

	return !rc && grew_host ? made_room(r, err) : rc;
}

static int on_machine_event(struct run *r, const struct event *ev, struct error *err)
{
	int rc = cluster_forget(&r->cluster, ev->slot, err);

	return rc ? rc : made_room(r, err);
}

/* --- the loop ------------------------------------------------------------------------- */

/* A week in hours; streams without an end get an hour too. timeline.csv counts in seconds:
 * a shorter step would put several samples under one time. */
static int64_t sample_step_ns(const struct workload *w)
{
	int64_t step = w->timeline_step_ns;

	if (!step)
		step = w->duration_ns == NS_NEVER ? NS_PER_HOUR : w->duration_ns / 168;
	return step > NS_PER_S ? step : NS_PER_S;
}

/* Of a row, so that one odd time fills no disk: a century in hours, a year in half minutes. */
#define SAMPLES_MAX 1000000

static int take_samples(struct run *r, int64_t to_ns, struct error *err)
{
	int64_t step_ns = sample_step_ns(r->in->workload);
	char step[32], to[32];

	if (to_ns / step_ns >= SAMPLES_MAX)
		return error_set(
			err, ERR_INPUT,
			"in steps of %s the timeline would have more than %d rows when the "
			"next event comes, after %s: say a longer \"timeline_step\"",
			duration_text(step_ns, step, sizeof(step)), SAMPLES_MAX,
			duration_text(to_ns, to, sizeof(to)));
	for (; r->sample_ns <= to_ns; r->sample_ns += step_ns)
		audience_sample(&r->audience, r->sample_ns);
	return 0;
}

/* Samples up to and including `to_ns`, before what happens then. */
static inline int sample_until(struct run *r, int64_t to_ns, struct error *err)
{
	return r->sample_ns <= to_ns ? take_samples(r, to_ns, err) : 0;
}

static void report_progress(struct run *r)
{
	const struct zone_stream_stats *s = zone_stream_stats(r->stream);
	struct run_progress p = {
		.events = r->books.totals.events,
		.done = s->done,
		.total = s->total,
		.now_ns = r->cluster.now_ns,
		.duration_ns = r->end_ns,
		.live_zones = r->cluster.live.nr_live,
	};

	if (r->in->progress)
		r->in->progress(r->in->progress_context, &p);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What comes next: a departure, the stream's event (departures of the same time
 * were inserted before it and go first), or the end. */
static int64_t next_ns(const struct run *r, int64_t leaves_ns)
{
	int64_t next = leaves_ns;

	next = earlier(next, balloons_next_ns(&r->balloons));
	next = earlier(next, r->next ? r->next->at_ns : NS_NEVER);
	return earlier(next, r->end_ns);
}

/* The stream has ended and nobody will leave: so has the run, even if those who stay
 * would go on breathing for ever. */
static bool nothing_comes(const struct run *r, int64_t leaves_ns, int64_t until)
{
	return until == NS_NEVER || (!r->next && leaves_ns == NS_NEVER && r->end_ns == NS_NEVER);
}

static int turn(struct run *r, struct error *err)
{
	int64_t leaves_ns = departures_next_ns(&r->departures), until = next_ns(r, leaves_ns);
	struct event ev;
	int rc;

	if (nothing_comes(r, leaves_ns, until)) {
		r->ended = true;
		return 0;
	}
	rc = backend_wait(r->cluster.backend, until, &ev, err);
	if (!rc)
		rc = sample_until(r, ev.at_ns, err);
	if (rc)
		return rc;
	if (ev.at_ns > r->cluster.now_ns)
		r->audience.view.place = 0;
	r->cluster.now_ns = ev.at_ns;
	r->turned = true;
	if (ev.kind != EVENT_TIMEOUT)
		return on_machine_event(r, &ev, err);
	if (until == r->end_ns) {
		r->result->duration_reached = r->ended = true;
		return 0;
	}
	if (leaves_ns <= until)
		return on_departures(r, until, err);
	if (balloons_next_ns(&r->balloons) <= until)
		return on_tick(r, err);
	return on_stream_event(r, err);
}

/* Looked at after each event; of those who set none, one that nobody sets. */
static const atomic_bool *flag_of(const atomic_bool *flag)
{
	static const atomic_bool never;

	return flag ? flag : &never;
}

static bool is_set(const atomic_bool *flag)
{
	return atomic_load_explicit(flag, memory_order_relaxed);
}

int run_on(struct run *r, struct error *err)
{
	const atomic_bool *stop = flag_of(r->in->stop), *cancel = flag_of(r->in->cancel);

	while (!r->ended) {
		int rc = turn(r, err);

		if (rc)
			return rc;
		if (is_set(stop) || is_set(cancel))
			return error_set(err, ERR_INTERRUPTED, "stopped by a signal");
		if (++r->since_progress < PROGRESS_EVENTS)
			continue;
		r->since_progress = 0;
		report_progress(r);
	}
	return 0;
}

/* --- the end -------------------------------------------------------------------------- */

/* Zones that still wait or live when the run ends. */
int run_finish(struct run *r, struct error *err)
{
	struct waiting *w;
	int rc = 0;

	r->audience.view.place = PLACE_WAITING;
	r->placer.refusal.code = ERR_NO_ROOM;
	while (!rc && (w = wait_queue_pop(&r->waiting))) {
		rc = refuse(r, &w->zone, w->ordinal, &r->placer.refusal, err);
		waiting_free(w);
	}
	r->audience.view.place = PLACE_ALIVE;
	return rc ? rc : cluster_tell_alive(&r->cluster, err);
}

/* Was a random number drawn that comes from the seed? */
static bool drew(const struct run *r)
{
	return r->in->workload->source == SOURCE_GENERATOR || placer_drew(&r->placer) ||
	       r->balloons.followed > 0;
}

void run_fill(struct run *r)
{
	const struct zone_stream_stats *s =
		zone_stream_stats(r->least ? r->least->stream : r->stream);
	struct run_result *out = r->result;

	out->row.zones_offered = r->offered;
	out->row.zones_queued = r->queued;
	out->row.queue_wait_s = r->queue_wait_s;
	out->row.event_ties = (int64_t)r->departures.ties;
	audience_end(&r->audience, out);
	out->decision_ns = placer_decision_ns(&r->placer);
	out->drew |= drew(r);
	out->bad_rows = s->bad_rows;
	snprintf(out->first_bad, sizeof(out->first_bad), "%s", s->first_bad);
	out->warnings = s->warnings;
	memcpy(out->first_warning, s->first_warning, sizeof(out->first_warning));
	memcpy(out->note, s->note, sizeof(out->note));
}

void run_close(struct run *r)
{
	if (!r)
		return;
	zone_stream_close(r->stream);
	placer_release(&r->placer);
	balloons_release(&r->balloons);
	pricing_release(&r->pricing);
	stranded_release(&r->books.stranded);
	future_free(r->future);
	schedule_release(&r->known);
	departures_release(&r->departures);
	wait_queue_release(&r->waiting);
	cluster_close(&r->cluster);
	free(r);
}

static void label_row(const struct run_input *in, struct row *row)
{
	row_init(row);
	row->topology = in->topology;
	row->workload = in->workload->name;
	row->policy = in->policy->name;
	row->memory_policy = run_memory_name(in->memory);
	row->allocator = in->allocator ? in->allocator : "";
	row->seed = in->seed;
	row->foresees = in->policy->foresees_by != NULL;
	row->hosts = in->nr_hosts;
}

static struct run *run_new(const struct run_input *in, struct run_result *out)
{
	struct run *r = xcalloc(1, sizeof(*r));

	BUG_ON(in->nr_observers > RUN_OBSERVERS_MAX);
	BUG_ON(in->workload->fleet.nr_clusters && !in->cluster);
	memset(out, 0, sizeof(*out));
	label_row(in, &out->row);
	r->in = in;
	r->result = out;
	return r;
}

/* Of one that has begun. */
static int run_through(struct run *r, struct error *err)
{
	int rc = run_on(r, err), rc2 = 0;

	if (!rc || rc == ERR_INTERRUPTED) {
		rc2 = run_finish(r, rc ? NULL : err);
		run_fill(r);
	}
	return rc ? rc : rc2;
}

/* What becomes of the trace under another policy, for one that foresees. */
static int foresee(const struct run_input *in, struct schedule *out, struct run_result *result,
		   struct error *err)
{
	struct run_input before = *in;
	struct run *r;
	int rc;

	before.policy = in->policy->foresees_by;
	before.record_path = NULL;
	before.cost = before.check = false;
	before.nr_observers = 0;
	before.progress = NULL;
	schedule_init(out, in->nr_hosts);
	r = run_new(&before, result);
	rc = start_up(r, out, NULL, err);
	if (!rc)
		rc = run_through(r, err);
	out->end_ns = r->cluster.now_ns;
	run_close(r);
	return rc;
}

int run_open(struct run **out, const struct run_input *in, struct run_result *result,
	     struct error *err)
{
	bool foresees = in->policy->foresees_by != NULL;
	struct schedule known;
	int rc = 0;

	*out = NULL;
	if (foresees)
		rc = foresee(in, &known, result, err);
	*out = run_new(in, result);
	if (foresees)
		(*out)->known = known;
	return rc ? rc : start_up(*out, NULL, foresees ? &(*out)->known : NULL, err);
}

int run_row(const struct run_input *in, struct run_result *out, struct error *err)
{
	struct run *r;
	int rc = run_open(&r, in, out, err);

	if (!rc)
		rc = run_through(r, err);
	if (!rc)
		rc = cluster_keep_record(&r->cluster, err);
	run_close(r);
	return rc;
}

/* --- between parts -------------------------------------------------------------------- */

struct cluster *run_cluster(struct run *r)
{
	return &r->cluster;
}

int run_restart(struct run *r, const uint32_t *slot, const struct plan *const *plan, uint32_t nr,
		struct error *err)
{
	int rc;

	BUG_ON(r->in->policy->remembers);
	for (uint32_t i = 0; i < nr; i++)
		balloons_replan(&r->balloons, slot[i], plan[i]);
	rc = cluster_restart(&r->cluster, slot, plan, nr, err);
	return rc ? rc : made_room(r, err);
}

/* --- in parts ------------------------------------------------------------------------- */

int64_t run_reached_ns(const struct run *r)
{
	return r->turned ? r->cluster.now_ns : -1;
}

int run_on_to(struct run *r, int64_t end_ns, struct error *err)
{
	bool reached = r->result->duration_reached;
	int rc = 0;

	if (r->cluster.now_ns < end_ns) {
		r->end_ns = end_ns;
		r->ended = false;
		rc = run_on(r, err);
	}
	/* where nothing ever came */
	if (!rc && r->sample_ns <= end_ns)
		rc = sample_until(r, end_ns, err);
	r->result->duration_reached = reached;
	return rc;
}

void run_join(struct run *r, const struct run *part)
{
	const struct run *least = r->least ? r->least : r;
	struct run_result *out = r->result;

	out->row.hosts += part->result->row.hosts;
	out->unknown_stops += part->result->unknown_stops;
	out->duration_reached |= part->result->duration_reached;
	out->drew |= drew(part);
	r->offered += part->offered;
	r->queued += part->queued;
	r->queue_wait_s += part->queue_wait_s;
	r->departures.ties += part->departures.ties;
	totals_join(&r->books.totals, &part->books.totals);
	balloons_join(&r->balloons, &part->balloons);
	placer_join(&r->placer, &part->placer);
	if (r->in->cost)
		pricing_join(&r->pricing, &part->pricing);
	r->least =
		zone_stream_stats(part->stream)->events < zone_stream_stats(least->stream)->events
			? part
			: least;
}
