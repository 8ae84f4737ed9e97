/*
 * What would mend a host: given where its zones are, the smallest list of changes that wins back
 * most of what they lose, in an order in which each step finds its room. Nothing is changed and
 * nothing printed here.
 *
 * What zones lose is speed: of a zone of n vCPUs with a slowdown of s against the same zone alone
 * with every page at home, n (1 - 1/s) vCPUs; all of a host are the sum, in billionths of a vCPU
 * (cost/over-time/ledger.h, at one moment). A change of a zone's number of nodes also counts what
 * it could then reach alone, where that is less than before: fewer controllers.
 *
 * Steps, by what runs the zone:
 *	pin	Xen, QEMU, containers: vCPUs to other nodes, pages stay
 *	move	QEMU, containers: vCPUs to other nodes and pages after them, while it runs
 *	restart	Xen, the simulator: anew on these nodes, memory all there
 *	shrink	Xen, QEMU, the simulator: its balloon takes memory from it, for another's room;
 *		which pages the guest hands back is its own choice, taken to be of all nodes alike
 *
 * dom0 is never changed, nor is a zone that is kept, nor one whose place is not known; a zone whose
 * devices' nodes are known stays on one of them. A node is given no more vCPUs than it has CPUs,
 * times the host's own overcommit where that is above 1, unless it has more already.
 *
 * The search: from each list of up to n steps some that lose least are kept and extended by one
 * change or by one that first makes room for another (what lies there goes elsewhere before, gives
 * up memory, or stops together with it). Small hosts are searched thoroughly; on large ones only
 * the zones that lose most are looked at. tests/live/ holds it against every sequence.
 */
#ifndef LIVE_ADVISE_ADVISE_H
#define LIVE_ADVISE_ADVISE_H

#include "base/alloc.h"
#include "cost/at-a-moment/snapshot.h"
#include "live/sample.h"
#include "placement/policy.h"

enum advice_kind { ADVICE_PIN, ADVICE_MOVE, ADVICE_RESTART, ADVICE_SHRINK };
const char *advice_kind_name(enum advice_kind kind); /* "pin", "move", "restart", "shrink" */

#define ADVICE_STEPS_MAX 64

/* Everything is borrowed. */
struct advise_ask {
	const struct live_sample *sample;
	const struct cost_params *params; /* of the sample's host */
	const struct policy *policy; /* what placement should have been; its sets are tried too */
	const struct zone_profile *profile; /* of all zones; NULL: the default */
	const bool *keep; /* by zone of the sample: not to be changed; NULL: none */
	uint32_t max_steps; /* at most ADVICE_STEPS_MAX */
	int64_t mend_ppm; /* of what the longest list wins back, the list is to win this */
	int64_t shrink_ppm; /* of what a zone has, most that its balloon is asked for; 0: nothing */
	bool stay_dynamic; /* no zone is made static */
	uint32_t overcommit_milli; /* vCPUs a CPU; 0: as the host has it, 1000 at least */
};

struct advice_step {
	enum advice_kind kind;
	uint32_t zone; /* of the sample */
	/* It stops before those of the next step start, as each needs the other's room. */
	bool with_next;
	/* Restart: with all of its maximum at once, and no balloon. */
	bool makes_static;
	const struct plan *plan; /* as it is then; memory[] is where its pages are */
	int64_t moved_bytes; /* copied, or handed out anew; SHRINK: given up */
	int64_t gain_nano_vcpus; /* of the host's loss; with those it is made with, at the last */
};

/* What a zone loses most to. */
enum advice_cause {
	ADVICE_NOTHING, /* less than half a hundredth: the model knows no better */
	ADVICE_DRIFTED, /* part of its pages are on other nodes */
	ADVICE_WRONG_NODE, /* most of its pages are where its vCPUs are not */
	ADVICE_NO_HOME, /* its vCPUs run anywhere */
	ADVICE_CROWDED, /* its nodes are fetched from by too many */
};
const char *advice_cause_name(enum advice_cause c); /* "drifted pages", ... */

struct advice_zone {
	const char *unknown; /* not known: why; then the rest is not filled. NULL: known */
	const char *fixed; /* why it is not changed; NULL: it may be */
	struct cost_result now, then; /* slowdown_ppm: by the model, at a moment */
	enum advice_cause cause;
	nodeset runs_on, runs_then;
	nodeset policy_nodes; /* where the policy would have put it; 0: refused, or it is fixed */
};

struct advice {
	struct advice_zone *zone; /* as many as the sample has */
	struct advice_step *step;
	uint32_t nr_steps;
	int64_t lost_nano_vcpus, then_nano_vcpus; /* of the host: now, after the steps */
	int64_t best_nano_vcpus; /* after as many steps as were asked for at most */
	uint32_t best_steps; /* so many would do for that */
	/* Had the policy placed all that may be changed; LIVE_UNKNOWN: it refuses some. */
	int64_t policy_nano_vcpus;
	uint32_t policy_refused;
	uint32_t vcpus; /* of the zones whose place is known */
	struct cost_basis basis;
	struct arena arena; /* holds everything */
};

/* Deterministic. advice_release() frees. */
void advise(const struct advise_ask *ask, struct advice *out);
void advice_release(struct advice *a);

#endif
