/*
 * Nova's fit of a guest with 8 NUMA cells to a host with 16 (launchpad bug 1978372;
 * openstack/nova 099a6f63af, whose message has the times): 16!/8! = 518,918,400
 * ways to pair them, all tried when the guest does not fit. Six minutes in Python,
 * three seconds once pairs that were tried are remembered.
 *
 * The policy nova is asked as `homenode plan` asks it. The walk over all pairings is made
 * here too, for its answer: the policy must give the same nodes, or the same refusal.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/units.h"
#include "bench/reproduce/reproduce.h"
#include "placement/policy.h"

#define CELLS 16
#define GUEST 8
#define CELLS_MAX 16
#define CELL_CPUS 8
#define CELL_BYTES (16 * GIB)
#define CALLS 2000
#define RUNS 7

static struct host *make_host(unsigned cells)
{
	struct host *h = host_new("nova", cells);
	struct error err;

	for (unsigned n = 0; n < cells; n++) {
		for (unsigned c = 0; c < CELL_CPUS; c++)
			cpuset_add(&h->node[n].cpus, n * CELL_CPUS + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = CELL_CPUS;
		h->node[n].memory_bytes = CELL_BYTES;
	}
	BUG_ON(host_finish(h, &err));
	return h;
}

/* The guest takes half of each of its cells; `room` of the host's have that free, in
 * amounts and places that are drawn. */
static void draw_state(struct host_state *s, const struct host *h, unsigned room)
{
	unsigned at[CELLS_MAX];
	struct rng rng;

	host_state_init(s, h);
	rng_seed(&rng, room, "nova");
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		unsigned k = (unsigned)rng_below(&rng, n + 1);

		at[n] = at[k];
		at[k] = n;
	}
	for (unsigned i = 0; i < h->nr_nodes; i++) {
		int64_t half = CELL_BYTES / 2, drawn = (int64_t)rng_below(&rng, 100) * MIB;

		host_state_set_free(s, at[i], i < room ? half + drawn : half - MIB - drawn);
		s->vcpus[at[i]] = i < room ? (uint32_t)rng_below(&rng, 3) : CELL_CPUS;
		s->total_vcpus += s->vcpus[at[i]];
	}
}

struct walk {
	uint8_t cell[CELLS_MAX]; /* the host's, in the order in which they are tried */
	bool fits[CELLS_MAX]; /* by the same index */
	unsigned nr, k;
	uint64_t pairings; /* tried */
};

/* Most free CPUs first, of equals most free memory, of equals the lower number. */
static bool goes_before(const struct host_state *s, unsigned a, unsigned b)
{
	if (s->vcpus[a] != s->vcpus[b])
		return s->vcpus[a] < s->vcpus[b];
	if (s->free_bytes[a] != s->free_bytes[b])
		return s->free_bytes[a] > s->free_bytes[b];
	return a < b;
}

static void walk_init(struct walk *w, const struct host_state *s, unsigned k)
{
	*w = (struct walk){.nr = s->host->nr_nodes, .k = k};
	for (unsigned n = 0; n < w->nr; n++) {
		unsigned place = 0;

		for (unsigned m = 0; m < w->nr && w->nr > k; m++)
			place += m != n && goes_before(s, m, n);
		place = w->nr > k ? place : n;
		w->cell[place] = (uint8_t)n;
		w->fits[place] = s->free_bytes[n] >= CELL_BYTES / 2 &&
				 s->vcpus[n] + CELL_CPUS / 2 <= CELL_CPUS;
	}
}

static bool pairing_fits(struct walk *w, const unsigned *order)
{
	w->pairings++;
	for (unsigned i = 0; i < w->k; i++) {
		if (!w->fits[order[i]])
			return false;
	}
	return true;
}

/* Permutations of k of the cells in lexicographic order, as itertools makes them;
 * true and `out` filled with the first that fits. */
static bool walk(struct walk *w, uint8_t *out)
{
	unsigned order[CELLS_MAX], left[CELLS_MAX], i;

	for (i = 0; i < w->nr; i++)
		order[i] = i;
	for (i = 0; i < w->k; i++)
		left[i] = w->nr - i;
	while (!pairing_fits(w, order)) {
		for (i = w->k; i-- > 0;) {
			unsigned moved = order[i];

			if (--left[i]) {
				unsigned j = w->nr - left[i];

				order[i] = order[j];
				order[j] = moved;
				break;
			}
			memmove(&order[i], &order[i + 1], (w->nr - i - 1) * sizeof(*order));
			order[w->nr - 1] = moved;
			left[i] = w->nr - i;
		}
		if (i == UINT_MAX)
			return false;
	}
	for (i = 0; i < w->k; i++)
		out[i] = w->cell[order[i]];
	return true;
}

struct answer {
	bool fits;
	uint8_t node[CELLS_MAX];
};

static struct zone guest(unsigned cells)
{
	struct zone z;

	zone_init(&z);
	z.name = "guest";
	z.vcpus = z.vcpus_max = cells * CELL_CPUS / 2;
	z.memory_bytes = z.memory_initial_bytes = (int64_t)cells * CELL_BYTES / 2;
	z.memory_min_bytes = PAGE_BYTES;
	z.numa_nodes = cells;
	return z;
}

static struct answer homenode_answer(const struct host_state *s, const struct zone *z,
				     int64_t *ns_per_call)
{
	const struct policy_input in = {.host = s->host, .state = s, .zone = z};
	const struct policy *nova = policy_find("nova");
	static struct plan plan;
	struct answer a = {0};
	int64_t best_ns = NS_NEVER;

	for (int r = 0; r < RUNS; r++) {
		int64_t start_ns = process_cpu_ns(), took_ns;

		for (int i = 0; i < CALLS; i++)
			a.fits = policy_place(nova, &in, &plan, NULL) == 0;
		took_ns = (process_cpu_ns() - start_ns) / CALLS;
		best_ns = took_ns < best_ns ? took_ns : best_ns;
	}
	*ns_per_call = best_ns;
	for (uint32_t i = 0; a.fits && i < plan.nr_vnodes; i++)
		a.node[i] = (uint8_t)plan.vnode[i].node;
	return a;
}

struct result {
	struct answer homenode, walk;
	bool same;
	int64_t homenode_ns, walk_ns;
	uint64_t pairings;
};

static struct result fit(const struct host *h, unsigned k, unsigned room)
{
	struct zone z = guest(k);
	struct host_state s;
	struct result r = {.walk = {0}};
	struct walk w;
	int64_t start_ns;

	draw_state(&s, h, room);
	r.homenode = homenode_answer(&s, &z, &r.homenode_ns);
	start_ns = process_cpu_ns();
	walk_init(&w, &s, k);
	r.walk.fits = walk(&w, r.walk.node);
	r.walk_ns = process_cpu_ns() - start_ns;
	r.pairings = w.pairings;
	r.same = r.homenode.fits == r.walk.fits && memcmp(r.homenode.node, r.walk.node, k) == 0;
	host_state_release(&s);
	return r;
}

static void print_row(const struct result *r, unsigned room)
{
	char inputs[80], ours[80], error[80];

	snprintf(inputs, sizeof(inputs), "16 cells, %u with room; guest of 8", room);
	snprintf(ours, sizeof(ours), "%" PRId64 " ns (all %" PRIu64 " pairings, in C: %.1f s)",
		 r->homenode_ns, r->pairings, (double)r->walk_ns / 1e9);
	snprintf(error, sizeof(error), "%s answer: %s", r->same ? "same" : "other",
		 r->walk.fits ? "fits" : "does not fit");
	table_row(&(struct table_row){
		.what = "Nova, numa_fit_instance_to_host, time",
		.inputs = inputs,
		.published = "6 min; 3 s with its caches",
		.ours = ours,
		.error = error,
		.source = "openstack/nova 099a6f63af",
	});
}

static void print_line(const struct result *r, unsigned cells, unsigned k, unsigned room)
{
	printf("%u,%u,%u,%s,", cells, k, room, r->homenode.fits ? "fits" : "refused");
	for (unsigned i = 0; r->homenode.fits && i < k; i++)
		printf("%s%d", i ? " " : "", r->homenode.node[i]);
	printf(",%s,%" PRIu64 ",%" PRId64 ",%" PRId64 "\n", r->same ? "same" : "other", r->pairings,
	       r->homenode_ns, r->walk_ns);
}

static int nova(const struct args *args, int *status, struct error *err)
{
	int64_t cells = CELLS, k = GUEST, from;
	struct host *h;
	int rc = args_int(args, "cells", 1, CELLS_MAX, &cells, err);

	if (!rc)
		rc = args_int(args, "guest", 1, cells, &k, err);
	if (rc)
		return rc;
	h = make_host((unsigned)cells);
	from = args_flag(args, "all") ? 0 : k - 1;
	for (int64_t room = from; room <= (args_flag(args, "all") ? cells : k - 1); room++) {
		struct result r = fit(h, (unsigned)k, (unsigned)room);

		if (args_flag(args, "table"))
			print_row(&r, (unsigned)room);
		else
			print_line(&r, (unsigned)cells, (unsigned)k, (unsigned)room);
		*status |= !r.same;
	}
	host_free(h);
	return 0;
}

static const struct option options[] = {
	{"cells", 0, "N", "NUMA cells of the host (default 16)", false},
	{"guest", 0, "N", "cells of the guest (default 8)", false},
	{"all", 0, NULL, "from no cell with room to all, not one too few alone", false},
	OPTION_DATA,
	OPTION_TABLE,
	{0},
};

const struct command case_nova = {
	.name = "nova",
	.operands = "",
	.summary = "Nova's fit of 8 guest cells to 16 host cells, which took six minutes",
	.about = "Prints cells,guest,cells with room,answer,nodes,same or other than the walk over "
		 "all pairings,pairings,nanoseconds of a decision,nanoseconds of the walk.",
	.example = "bench/reproduce/nova",
	.option = options,
	.run = nova,
};
