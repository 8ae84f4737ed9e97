#include "bench/size/try.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run.h"
#include "zone/initial.h"

/* --- how far it is --------------------------------------------------------------- */

bool size_stopped(const struct size_how *how)
{
	return how->stop && atomic_load(how->stop);
}

void size_tally_init(struct size_tally *t, const struct size_how *how, size_t rows)
{
	*t = (struct size_tally){.how = how, .now = {.rows = rows, .share_ppm = -1}};
	pthread_mutex_init(&t->lock, NULL);
}

static void add_to_tally(struct size_tally *t, size_t begun, size_t done, uint64_t events)
{
	pthread_mutex_lock(&t->lock);
	t->now.begun += begun;
	t->now.done += done;
	t->now.events += events;
	if (t->how->progress)
		t->how->progress(t->how->progress_context, &t->now);
	pthread_mutex_unlock(&t->lock);
}

void size_tally_begin(struct size_tally *t)
{
	add_to_tally(t, 1, 0, 0);
}

void size_tally_end(struct size_tally *t)
{
	add_to_tally(t, 0, 1, 0);
}

void size_tally_release(struct size_tally *t)
{
	pthread_mutex_destroy(&t->lock);
}

/* Of one run. */
struct meter {
	struct size_tally *tally;
	uint64_t events; /* that were added */
	atomic_bool *stop; /* the run's */
};

static void on_progress(void *context, const struct run_progress *p)
{
	struct meter *m = context;
	uint64_t more = p->events > m->events ? p->events - m->events : p->events;

	m->events = p->events;
	if (size_stopped(m->tally->how))
		atomic_store(m->stop, true);
	pthread_mutex_lock(&m->tally->lock);
	m->tally->now.live_zones = p->live_zones;
	pthread_mutex_unlock(&m->tally->lock);
	add_to_tally(m->tally, 0, 0, more);
}

uint32_t size_used_hosts(const struct workload *w)
{
	const struct fleet_initial *i = w->fleet.initial;

	return i && i->nr ? i->node[i->nr - 1].host + 1 : 0;
}

/* --- looking on ------------------------------------------------------------------ */

/* What a live zone counts for. */
struct weight {
	int64_t vcpus, bytes;
};

struct watch {
	struct size_point *point;
	uint64_t refused, allowed; /* one more, and the run may end */
	atomic_bool stop;
	int64_t vcpus, bytes;
	struct weight *weight; /* by slot */
	size_t cap;
	struct wait_queue first; /* a copy of the first zone that was refused, or nothing */
};

static void note_started(struct watch *w, const struct zone_news *n)
{
	struct size_point *p = w->point;
	struct weight *weight;

	w->weight = grow(w->weight, &w->cap, n->slot, sizeof(*w->weight));
	weight = &w->weight[n->slot];
	*weight = (struct weight){n->zone->vcpus, n->zone->memory_bytes};
	w->vcpus += weight->vcpus;
	w->bytes += weight->bytes;
	p->peak_vcpus = w->vcpus > p->peak_vcpus ? w->vcpus : p->peak_vcpus;
	p->peak_bytes = w->bytes > p->peak_bytes ? w->bytes : p->peak_bytes;
}

static void note_refused(struct watch *w, const struct zone_news *n)
{
	struct zone_event ev = {.kind = ZONE_EVENT_START, .lifetime_ns = NS_NEVER, .zone = n->zone};

	if (!w->refused++ && !w->allowed)
		wait_queue_push(&w->first, &ev, n->ordinal);
	if (w->refused > w->allowed)
		atomic_store(&w->stop, true);
}

static int on_zone(void *self, const struct run_view *view, const struct zone_news *n,
		   struct error *err)
{
	struct watch *w = self;

	(void)view;
	(void)err;
	if (n->kind == NEWS_STARTED) {
		note_started(w, n);
	} else if (n->kind == NEWS_LEFT) {
		w->vcpus -= w->weight[n->slot].vcpus;
		w->bytes -= w->weight[n->slot].bytes;
	} else {
		note_refused(w, n);
	}
	return 0;
}

static void on_row(void *self, const struct run_view *view, struct run_result *out)
{
	const struct watch *w = self;

	(void)out;
	w->point->end_ns = view->cluster->now_ns;
}

static const struct observer_ops watch_observer = {
	.name = "size",
	.wants = NEWS(NEWS_STARTED) | NEWS(NEWS_LEFT) | NEWS(NEWS_REFUSED),
	.on_zone = on_zone,
	.on_row = on_row,
};

/* --- one run --------------------------------------------------------------------- */

/* The hosts in their order; the caller frees. */
static const struct host **fleet_of(const struct size_question *q, uint32_t hosts, uint32_t beside)
{
	const struct host **all = xcalloc((size_t)hosts + beside, sizeof(*all));

	for (uint32_t i = 0; i < hosts + beside; i++) {
		bool other = q->beside_first ? i < beside : i >= hosts;

		all[i] = other ? q->beside->host : q->shape->host;
	}
	return all;
}

static struct run_input input_of(const struct size_trial *t, const struct workload *w)
{
	const struct size_question *q = t->question;

	return (struct run_input){
		.workload = w,
		.policy = q->policy,
		.memory = q->memory,
		.seed = q->seed,
		.backend = t->how->backend,
		.allocator = t->how->allocator,
		.topology = q->topology,
		.cost = t->priced,
		.skip_bad = t->how->skip_bad,
		.cancel = t->cancel,
	};
}

/* Is it refused where nobody else lives, too? Asked of a workload of its own. */
static int find_never(const struct size_trial *t, const struct zone_event *ev,
		      struct size_point *out, struct error *err)
{
	const struct size_question *q = t->question;
	struct workload alone = *q->workload;
	struct run_input in = input_of(t, &alone);
	uint32_t others = q->nr_beside > 0;
	const struct host **host = fleet_of(q, 1, others);
	struct run_result result;
	int rc;

	alone.source = SOURCE_EVENTS;
	alone.event = ev;
	alone.nr_events = 1;
	alone.extra_arrivals_ppm = 0;
	alone.fleet.initial = NULL;
	alone.refused = REFUSED_COUNT;
	in.host = host;
	in.nr_hosts = 1 + others;
	in.cost = false;
	rc = run_row(&in, &result, err);
	free(host);
	if (rc)
		return rc;
	/* what was refused by chance may be taken another time */
	out->never = result.row.zones_refused > 0 && !result.drew;
	out->zone_vcpus = ev->zone->vcpus;
	out->zone_bytes = zone_boot_bytes(ev->zone);
	return 0;
}

static void judge(const struct size_trial *t, const struct run_result *result,
		  struct size_point *out)
{
	const struct size_goals *g = &t->how->goals;
	const struct row *r = &result->row;

	out->row = *r;
	out->priced = t->priced;
	out->drew = result->drew || t->question->workload->extra_arrivals_ppm != 0;
	out->peak_zones = r->peak_live_zones;
	out->refused_ppm = ppm(r->zones_refused, r->zones_offered);
	out->meets =
		out->whole &&
		(int128)r->zones_refused * 1000000 <= (int128)g->refused_ppm * r->zones_offered &&
		(!is_known(g->local_ppm) ||
		 (is_known(r->local_page_ppm) && r->local_page_ppm >= g->local_ppm));
}

static int begin(const struct size_trial *t, struct run_input *in, struct watch *w,
		 struct observer *all, struct error *err)
{
	unsigned nr = 0;
	int rc = 0;

	if (t->gatherer && t->gatherer->on_begin)
		rc = t->gatherer->on_begin(t->gatherer_self, t->row, in, err);
	all[nr++] = (struct observer){&watch_observer, w};
	for (unsigned i = 0; !rc && i < in->nr_observers; i++)
		all[nr++] = in->observer[i];
	in->observer = all;
	in->nr_observers = nr;
	in->stop = &w->stop;
	return rc;
}

int size_try(const struct size_trial *t, struct run_result *result, struct size_point *out,
	     struct error *err)
{
	const struct size_question *q = t->question;
	struct workload counted = *q->workload;
	struct run_input in = input_of(t, &counted);
	struct observer observer[RUN_OBSERVERS_MAX];
	struct watch w = {.point = out};
	struct meter meter = {t->tally, 0, &w.stop};
	const struct host **host = fleet_of(q, t->hosts, q->nr_beside);
	int rc;

	*out = (struct size_point){.hosts = t->hosts};
	w.allowed = t->whole ? UINT64_MAX
			     : (uint64_t)((uint128)t->zones * (uint128)t->how->goals.refused_ppm /
					  1000000);
	counted.refused = REFUSED_COUNT;
	in.host = host;
	in.nr_hosts = t->hosts + q->nr_beside;
	in.progress = on_progress;
	in.progress_context = &meter;
	rc = begin(t, &in, &w, observer, err);
	if (!rc)
		rc = run_row(&in, result, err);
	out->whole = !rc;
	if (rc == ERR_INTERRUPTED && !size_stopped(t->how) && atomic_load(&w.stop) &&
	    !(t->cancel && atomic_load(t->cancel)))
		rc = 0;
	if (!rc)
		judge(t, result, out);
	if (!rc && w.first.nr)
		rc = find_never(t, &w.first.first->event, out, err);
	wait_queue_release(&w.first);
	free(w.weight);
	free(host);
	return rc;
}

/* --- no answer ------------------------------------------------------------------- */

static void write_refused(const struct size_goals *g, const struct size_point *p, const char *with,
			  char why[ERROR_TEXT_MAX])
{
	const struct row *r = &p->row;
	const char *what = r->refused_no_device	   ? "a device is missing or taken"
			   : r->refused_infeasible ? "its node count cannot be met"
			   : p->never		   ? "no empty host has room"
						   : "no host has room";
	char bytes[32], share[40];

	if (p->never)
		snprintf(why, ERROR_TEXT_MAX,
			 "zone %" PRId64 " asks for %" PRIu32 " vCPUs and %s and is refused: %s",
			 r->first_refusal_zone, p->zone_vcpus,
			 bytes_text(p->zone_bytes, bytes, sizeof(bytes)), what);
	else if (!g->refused_ppm)
		snprintf(why, ERROR_TEXT_MAX, "%s zone %" PRId64 " is refused: %s", with,
			 r->first_refusal_zone, what);
	else
		snprintf(why, ERROR_TEXT_MAX,
			 "%s more than %s of the zones are refused, zone %" PRId64 " first: %s",
			 with,
			 unit_text_signed(UNIT_SHARE, g->refused_ppm, -1, share, sizeof(share)),
			 r->first_refusal_zone, what);
}

void size_write_why(const struct size_how *how, const struct size_bound *bound,
		    const struct size_question *question, const struct size_point *last,
		    char why[ERROR_TEXT_MAX])
{
	const struct size_goals *g = &how->goals;
	uint32_t hosts = last->hosts + question->nr_beside;
	char with[96], is[40], asked[40];

	if (hosts >= bound->peak_zones + size_used_hosts(question->workload))
		snprintf(with, sizeof(with),
			 "with %" PRIu32 " host%s, one for each zone that lives,", hosts,
			 hosts == 1 ? "" : "s");
	else
		snprintf(with, sizeof(with), "even with %" PRIu32 " host%s", hosts,
			 hosts == 1 ? "" : "s");
	if (!last->whole || last->refused_ppm > g->refused_ppm)
		write_refused(g, last, with, why);
	else
		snprintf(why, ERROR_TEXT_MAX, "%s %s of the memory is local, below %s", with,
			 unit_text_signed(UNIT_SHARE, last->row.local_page_ppm, -1, is, sizeof(is)),
			 unit_text_signed(UNIT_SHARE, g->local_ppm, -1, asked, sizeof(asked)));
}
