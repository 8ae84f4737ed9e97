#include "cost/over-time/node_ledger.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"

#define ZONES_MIN 4

void node_ledger_release(struct node_ledger *n)
{
	free(n->zones);
}

/* Brings the sums to now_ns. */
static void advance(struct node_ledger *n, struct node_states *s, int64_t now_ns)
{
	uint64_t ns = (uint64_t)(now_ns - n->since_ns);

	n->since_ns = now_ns;
	if (!ns)
		return;
	for (uint32_t i = 0; i < n->nr; i++)
		node_state_prefetch_rates(s, n->state, n->zones[i].home);
	for (uint32_t i = 0; i < n->nr; i++) {
		struct node_zones *z = &n->zones[i];
		const uint64_t *rate = node_state_rates(s, n->state, z->home);

		for (int a = 0; a < NODE_ACCOUNTS; a++)
			z->sum[a] += (uint128)rate[a] * ns;
	}
}

static struct node_zones *zones_of(const struct node_ledger *n, uint32_t class)
{
	for (uint32_t i = 0; i < n->nr; i++) {
		if (n->zones[i].class == class)
			return &n->zones[i];
	}
	return NULL;
}

static struct node_zones *new_zones(struct node_ledger *n, struct node_states *s, uint32_t class)
{
	struct node_zones *z;

	if (n->nr == n->cap) {
		BUG_ON(n->nr > UINT16_MAX / 2);
		n->cap = (uint16_t)(n->cap ? 2 * n->cap : ZONES_MIN);
		n->zones = xreallocarray(n->zones, n->cap, sizeof(*n->zones));
	}
	z = &n->zones[n->nr++];
	*z = (struct node_zones){.class = class, .home = s->classes->class[class].home};
	zone_class_hold(s->classes, class);
	return z;
}

static void end_zones(struct node_ledger *n, struct node_states *s, struct node_zones *z)
{
	zone_class_drop(s->classes, z->class);
	*z = n->zones[--n->nr];
}

static void widen(const struct node_zones *z, uint128 out[ACCOUNTS])
{
	for (int a = 0; a < ACCOUNTS; a++)
		out[a] = 0;
	for (int a = 0; a < NODE_ACCOUNTS; a++)
		out[node_account_of[a]] = z->sum[a];
}

void node_ledger_join(struct node_ledger *n, struct node_states *s, uint32_t class, int64_t now_ns,
		      uint128 before[ACCOUNTS])
{
	struct node_zones *z;

	node_state_prefetch_next(s, n->state, s->classes->class[class].home, false);
	advance(n, s, now_ns);
	z = zones_of(n, class);
	if (!z)
		z = new_zones(n, s, class);
	z->zones++;
	n->state = node_state_next(s, n->state, z->home, false);
	widen(z, before);
}

void node_ledger_bring(struct node_ledger *n, struct node_states *s, uint32_t class, uint32_t zones,
		       const uint128 sum[ACCOUNTS], int64_t now_ns)
{
	uint128 wide[ACCOUNTS];
	struct node_zones *z;

	advance(n, s, now_ns);
	z = new_zones(n, s, class);
	z->zones = zones;
	for (int a = 0; a < NODE_ACCOUNTS; a++)
		z->sum[a] = sum[node_account_of[a]];
	widen(z, wide);
	for (int a = 0; a < ACCOUNTS; a++)
		BUG_ON(wide[a] != sum[a]); /* nothing is lost */
	for (uint32_t i = 0; i < zones; i++)
		n->state = node_state_next(s, n->state, z->home, false);
}

void node_ledger_leave(struct node_ledger *n, struct node_states *s, uint32_t class, int64_t now_ns)
{
	struct node_zones *z;

	advance(n, s, now_ns);
	z = zones_of(n, class);
	BUG_ON(!z);
	n->state = node_state_next(s, n->state, z->home, true);
	if (!--z->zones)
		end_zones(n, s, z);
}

bool node_ledger_take(struct node_ledger *n, struct node_states *s, int64_t now_ns, uint32_t *class,
		      uint32_t *zones, uint128 sum[ACCOUNTS])
{
	struct node_zones *z;

	advance(n, s, now_ns);
	if (!n->nr)
		return false;
	z = &n->zones[n->nr - 1];
	*class = z->class;
	*zones = z->zones;
	widen(z, sum);
	for (; z->zones; z->zones--)
		n->state = node_state_next(s, n->state, z->home, true);
	end_zones(n, s, z);
	return true;
}

void node_ledger_read(struct node_ledger *n, struct node_states *s, uint32_t class, int64_t now_ns,
		      uint128 out[ACCOUNTS])
{
	const struct node_zones *z = zones_of(n, class);

	BUG_ON(!z);
	/* who reads mostly leaves */
	node_state_prefetch_next(s, n->state, z->home, true);
	advance(n, s, now_ns);
	widen(z, out);
}

int128 node_ledger_lost(const struct node_ledger *n, struct node_states *s)
{
	int128 sum = 0;

	for (uint32_t i = 0; i < n->nr; i++) {
		const struct node_zones *z = &n->zones[i];
		const uint64_t *rate = node_state_rates(s, n->state, z->home);

		sum += ((int128)ACCOUNT_UNIT - rate[NODE_SPEED]) *
		       s->classes->class[z->class].flow[0].vcpus_micro * z->zones;
	}
	return sum;
}
