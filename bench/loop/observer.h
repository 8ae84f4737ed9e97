/*
 * Who wants to know what happens while a row runs. The loop (bench/loop/run.h) decides and
 * carries out; what the files and columns say is the business of observers, each with books
 * of its own: prices, the writers of timeline.csv and zones.csv,
 * probes, and those of callers. Totals and stranded capacity are told by name, before them
 * (bench/accounts/books.h); as observers they only fill in the row.
 *
 * An observer is a constant table and a pointer to its books. Everything is told in the
 * order in which it happened, to observers in the order of the list; a row is run by one
 * thread, so books of one row need no lock. An observer changes nothing but its books; one
 * that measures (probing.h) asks the machine for what changes nothing either.
 */
#ifndef BENCH_LOOP_OBSERVER_H
#define BENCH_LOOP_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/backend.h"
#include "plan/plan.h"
#include "zone/workload.h"

/* What can happen to a zone, in the order in which it does. */
enum news {
	NEWS_STARTED, /* it runs */
	NEWS_MOVED, /* its memory is of another amount, or elsewhere */
	NEWS_LEAVING, /* it is about to stop, or has just exited: its slot is still its own */
	NEWS_LEFT, /* what it had is free again; its slot is handed out anew after this */
	NEWS_ALIVE, /* the row ends while it runs; said after everything else */
	NEWS_REFUSED, /* it is turned away for good */
	NR_NEWS
};
#define NEWS(kind) (1u << (kind))

/* Why a zone was refused, as far as somebody wanted to know. */
struct refusal {
	int code; /* ERR_NO_ROOM, ERR_INFEASIBLE, ERR_NO_DEVICE */
	uint32_t hosts_asked; /* those that had the memory and vCPUs in sum, and said no */
	uint32_t host; /* the first of them */
	uint32_t hosts_barred; /* those with room that the rule of its group excluded */
	/* The first host's word, or the group's rule; empty unless some observer has
	 * `wants_reasons`. */
	struct error why;
};

/* Pointers are lent until the call returns. */
struct zone_news {
	enum news kind;
	int64_t at_ns;
	uint64_t ordinal; /* of the zone, in order of arrival, from 1 */
	uint32_t host, slot, vcpus; /* not for REFUSED */
	const struct zone *zone; /* STARTED, REFUSED: as the row's memory policy has it */
	const struct zone_event *event; /* STARTED: what it came with */
	const struct plan *plan; /* STARTED; MOVED: what plan_locality() needs of it */
	const struct measure *measure; /* STARTED, MOVED; parts have their vnodes */
	const struct plan_locality *before; /* not STARTED: what held until now */
	const struct plan_locality *now; /* STARTED, MOVED: where its memory is */
	const struct refusal *refusal; /* REFUSED */
	const char *outcome; /* LEAVING, ALIVE: "stopped", "exited", "live" */
};

/* Books that other observers may look into, and the machine; everything is read only. */
struct run_view {
	const struct run_input *in;
	struct cluster *cluster;
	const struct wait_queue *waiting;
	const struct totals *totals;
	const struct stranded *stranded;
	struct balloons *balloons;
	struct pricing *pricing; /* NULL: the row has no prices */
	/* Where in the stream it is: so many events of this instant's came before what happens,
	 * those of other clusters and of before counted too; 0: none of this instant yet. */
	uint64_t place;
};

/* Of what happens when the row is over: those who wait are refused, those who live told of. */
#define PLACE_WAITING (UINT64_MAX - 1)
#define PLACE_ALIVE UINT64_MAX

struct run_result;

/* How soon a zone leaves: each time what the time before fetched can be looked at. */
enum nearness {
	NEAR_FAR,
	NEAR_NEARER,
	NEAR_NEXT,
};

struct observer {
	const struct observer_ops *ops;
	void *self;
};

struct observer_ops {
	const char *name;
	unsigned wants; /* NEWS() bits that on_zone is called for */
	bool wants_reasons; /* refusals come with a sentence, which costs to write */
	/* Each may be NULL. Errors end the row. */
	int (*on_begin)(void *self, const struct run_view *view, struct error *err);
	int (*on_zone)(void *self, const struct run_view *view, const struct zone_news *news,
		       struct error *err);
	/* The zone in `slot` leaves soon, unless it has left before its time: what the books
	 * know of it may be fetched. Said some departures ahead, of most zones, and again
	 * where somebody else comes to leave before. */
	void (*on_expected)(void *self, uint32_t slot, enum nearness near);
	/* Before what happens at `at_ns`; in steps of the workload's timeline. */
	void (*on_sample)(void *self, const struct run_view *view, int64_t at_ns);
	/* The row is over, also where it was stopped by a signal: columns are filled in. */
	void (*on_row)(void *self, const struct run_view *view, struct run_result *out);
	/* Of who can look on where a row is run in parts (bench/clusters/); NULL: such a row
	 * cannot have it. Who looks at one part in its place, with books of its own, which its
	 * `release` frees; and then what all of them saw, in the order of the parts. */
	int (*split)(void *self, struct observer *part, struct error *err);
	int (*join)(void *self, const struct observer *part, size_t nr, struct error *err);
	void (*release)(void *self);
};

#define OBSERVERS_MAX 16

/* The observers of one row. Zero-initialise. */
struct audience {
	struct run_view view;
	unsigned nr, nr_of[NR_NEWS];
	unsigned nr_expecting;
	bool wants_reasons, wants_samples;
	struct observer all[OBSERVERS_MAX];
	/* Those that want a kind, the function at hand: every event of a row passes here. */
	struct listener {
		int (*on_zone)(void *self, const struct run_view *view,
			       const struct zone_news *news, struct error *err);
		void *self;
	} of[NR_NEWS][OBSERVERS_MAX];
	struct observer expecting[OBSERVERS_MAX]; /* those that have on_expected */
};

void audience_add(struct audience *a, const struct observer_ops *ops, void *self);
int audience_begin(struct audience *a, struct error *err) MUST_USE;
void audience_sample(const struct audience *a, int64_t at_ns);
void audience_end(const struct audience *a, struct run_result *out);

/* False: news of this kind need not be put together. */
static inline bool audience_wants(const struct audience *a, enum news kind)
{
	return a->nr_of[kind] > 0;
}

MUST_USE static inline int audience_tell(const struct audience *a, const struct zone_news *news,
					 struct error *err)
{
	const struct listener *l = a->of[news->kind];
	int rc = 0;

	for (const struct listener *end = l + a->nr_of[news->kind]; l < end && !rc; l++)
		rc = l->on_zone(l->self, &a->view, news, err);
	return rc;
}

static inline void audience_expect(const struct audience *a, uint32_t slot, enum nearness near)
{
	for (unsigned i = 0; i < a->nr_expecting; i++)
		a->expecting[i].ops->on_expected(a->expecting[i].self, slot, near);
}

#endif
