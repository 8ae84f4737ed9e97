/* What is there and what may be done with it; positions, and what they lose. For live/advise/. */
#ifndef LIVE_ADVISE_SCENE_H
#define LIVE_ADVISE_SCENE_H

#include "live/advise/advise.h"
#include "plan/host_state.h"

struct ledger;

/* A zone whose place is known. */
struct actor {
	uint32_t number; /* in the sample */
	const struct live_zone *zone;
	struct zone asked;
	const struct plan *now;
	const char *fixed; /* why nothing may be done; NULL: it may */
	enum advice_kind how; /* MOVE or RESTART */
	bool can_pin, can_shrink;
	bool can_tell; /* a restart can tell it of several nodes */
	/* Alone on its present nodes, and on others as far as somebody asked. */
	struct reach {
		nodeset nodes;
		double lost; /* share of its speed that it cannot reach there */
	} * reach;
	size_t nr_reaches, cap_reaches;
	int64_t alone_bandwidth, alone_latency_ps;
};

struct scene {
	const struct advise_ask *ask;
	const struct host *host;
	uint32_t nr;
	struct actor *actor;
	const char **unknown; /* by zone of the sample: why it is no actor; NULL: it is one */
	uint32_t vcpus_limit[NODES_MAX];
	struct ledger *ledger; /* actors by slot */
	const struct plan **in_ledger; /* the plan it has of each; NULL: some other */
	struct cost_work work;
	struct arena arena;
};

/* `a` holds what results keep. */
void scene_init(struct scene *s, const struct advise_ask *ask, struct arena *a);
void scene_release(struct scene *s);

/* Where all actors are, and what is free. */
struct position {
	const struct plan **at; /* by actor */
	struct host_state books;
	int64_t lost;
	int64_t cost; /* of the steps, as lost speed */
	uint32_t nr_steps;
	struct advice_step *step; /* of those before; zones as actors */
	uint32_t *shrunk; /* ppm that was taken of each actor so far */
};
void position_init(struct position *p, const struct scene *s, uint32_t max_steps);
void position_copy(struct position *to, const struct position *from, const struct scene *s);
void position_release(struct position *p);
/* As it is. */
void position_now(struct position *p, struct scene *s);

/* What the zones lose there; `changed` are actors whose plans will not stay as they are. */
int64_t scene_lost(struct scene *s, const struct position *p, const uint32_t *changed,
		   uint32_t nr_changed);
/* The model's word for each actor. */
void scene_price(struct scene *s, const struct position *p, struct cost_result *out);

/* One change, and those that belong together. */
struct change {
	enum advice_kind kind;
	uint32_t actor;
	nodeset nodes; /* not of SHRINK */
	int64_t bytes; /* SHRINK: that it gives up */
};
#define CHANGES_MAX 2
struct compound {
	struct change change[CHANGES_MAX];
	uint32_t nr;
	bool together; /* all stop before the first starts */
};
/* Carries it out in `p`, whose plans of the actors are then `plan`'s, in the order of the
 * changes. False: a step would lack room, and `p` is worthless. */
bool compound_apply(const struct scene *s, const struct compound *c, struct position *p,
		    struct plan plan[CHANGES_MAX]);
/* Bytes by node of a plan. */
void plan_node_bytes(const struct plan *p, int64_t *bytes);
/* Copied or handed out anew as a change makes `to` of `from`. */
int64_t change_moves(const struct change *c, const struct plan *from, const struct plan *to);

/* Calls `tell` for each compound that is worth a look from here; those that lack room too. With
 * `pairs` also two that do not make room for each other. */
void moves_from(struct scene *s, const struct position *p, bool thorough, bool pairs,
		void (*tell)(void *self, const struct compound *c), void *self);

#endif
