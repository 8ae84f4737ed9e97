#include "probe/visit.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "probe/chase.h"
#include "probe/machine.h"
#include "probe/stream.h"

#define HUGE_BLOCK_BYTES ((size_t)2 * MIB)
#define SMALL_BLOCK_BYTES ((size_t)256 * KIB) /* 64 pages: they fit the first-level TLB */
#define STREAM_ROUNDS 2
#define ALL_PPM 1000000
#define MOST_TRIES 3

#define RING_FIGURES (1U << CELL_LATENCY | 1U << CELL_LOADED | 1U << CELL_LINES)
#define BULK_FIGURES (~(1U << CELL_LATENCY | 1U << CELL_LINES))

static void list_threads(struct visit *v, const struct cpuset *allowed)
{
	for (uint32_t n = 0; n < v->m->nr; n++) {
		struct cpuset cpus = v->m->node[n].cpus, done = {{0}};

		cpuset_and(&cpus, allowed);
		v->node[n].why = cpuset_empty(&v->m->node[n].cpus) || !cpuset_empty(&cpus)
					 ? NULL
					 : "this process may use no CPU of the node";
		for (unsigned c = cpuset_next(&cpus, 0); c != CPUSET_NONE;
		     c = cpuset_next(&cpus, c + 1)) {
			struct cpuset siblings;
			struct visit_thread *t = &v->thread[v->nr_threads++];

			*t = (struct visit_thread){
				.cpu = c, .node = n, .works = v->m->smt || !cpuset_has(&done, c)};
			machine_siblings(v->m->sysfs, c, &siblings);
			cpuset_or(&done, &siblings);
		}
	}
}

int visit_open(struct visit *v, const struct survey_machine *m, struct error *err)
{
	struct cpuset allowed, *each;
	uint32_t cpus = 0;
	int rc = machine_cpus_allowed(&allowed, err);

	*v = (struct visit){.m = m};
	if (rc)
		return rc;
	for (uint32_t n = 0; n < m->nr; n++)
		cpus += cpuset_count(&m->node[n].cpus);
	v->node = xcalloc(m->nr, sizeof(*v->node));
	v->most = xcalloc((size_t)KERNEL_OPS * m->nr * m->nr, sizeof(*v->most));
	v->thread = xcalloc(cpus + (size_t)1, sizeof(*v->thread));
	list_threads(v, &allowed);
	if (!v->nr_threads)
		return error_set(err, ERR_CANNOT, "this process may use no CPU of any node");
	v->traffic = xcalloc(v->nr_threads, sizeof(*v->traffic));
	each = xcalloc(v->nr_threads, sizeof(*each));
	for (uint32_t t = 0; t < v->nr_threads; t++)
		cpuset_add(&each[t], v->thread[t].cpu);
	rc = crew_open(&v->crew, each, v->nr_threads, err);
	free(each);
	return rc;
}

void visit_close(struct visit *v)
{
	for (uint32_t n = 0; v->node && n < v->m->nr; n++) {
		memory_put(&v->node[n].ring);
		memory_put(&v->node[n].bulk);
	}
	crew_close(v->crew);
	free(v->node);
	free(v->most);
	free(v->thread);
	free(v->traffic);
	*v = (struct visit){.crew = NULL};
}

static int take_node(struct visit *v, uint32_t n, size_t bytes, unsigned figures, struct error *err)
{
	struct visit_node *node = &v->node[n];
	unsigned os_index = v->m->node[n].os_index;
	int rc = 0;

	/* filled with ones: as doubles these are numbers of ordinary size */
	if (figures & BULK_FIGURES)
		rc = memory_get(&node->bulk, v->m->sysfs, bytes, os_index, MEMORY_PAGES_HUGE, err);
	if (rc || !(figures & RING_FIGURES))
		return rc;
	rc = memory_get(&node->ring, v->m->sysfs, bytes, os_index, MEMORY_PAGES_HUGE, err);
	if (!rc)
		chase_make_blocks(node->ring.base, node->ring.bytes, CHASE_LINE_BYTES,
				  node->ring.huge_ppm >= 500000 ? HUGE_BLOCK_BYTES
								: SMALL_BLOCK_BYTES,
				  n, node->entry, TRAFFIC_CHAINS_MAX);
	return rc;
}

int visit_take_memory(struct visit *v, size_t bytes, unsigned figures, struct error *err)
{
	int rc = 0;

	for (uint32_t n = 0; !rc && n < v->m->nr; n++)
		if (v->m->node[n].memory)
			rc = take_node(v, n, bytes, figures, err);
	return rc;
}

static void rest(struct visit *v)
{
	for (uint32_t t = 0; t < v->nr_threads; t++)
		v->traffic[t] = (struct traffic){.kind = TRAFFIC_NONE};
}

/* The i-th of `nr` shares of a node's memory for this thread. False: too small. */
static bool give_share(struct visit *v, uint32_t thread, enum kernel_op op, uint32_t to, uint32_t i,
		       uint32_t nr)
{
	const struct memory *m = &v->node[to].bulk;

	v->traffic[thread] = traffic_share(op, m->base, m->bytes, i, nr);
	return v->traffic[thread].span.bytes > 0;
}

/* `most` cores of a node, of those in `among` unless that is NULL; returns how many there are. */
static uint32_t find_cores(const struct visit *v, uint32_t node, const struct cpuset *among,
			   uint32_t most, uint32_t *out)
{
	uint32_t nr = 0;

	for (uint32_t t = 0; t < v->nr_threads && nr < most; t++)
		if (v->thread[t].node == node && v->thread[t].works &&
		    (!among || cpuset_has(among, v->thread[t].cpu)))
			out[nr++] = t;
	return nr;
}

static void keep(struct survey_cell *c, double value, double load)
{
	if (c->nr == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 8;
		c->sample = xreallocarray(c->sample, c->cap, sizeof(*c->sample));
		c->load = xreallocarray(c->load, c->cap, sizeof(*c->load));
	}
	c->load[c->nr] = load;
	c->sample[c->nr++] = value;
}

static bool run(struct visit *v, struct traffic_result *out)
{
	traffic_run(v->crew,
		    &(struct traffic_request){.set = v->set,
					      .member = v->traffic,
					      .warm_ns = v->warm_ns,
					      .window_ns = v->window_ns,
					      .stop = v->stop},
		    out);
	v->moved += out->moved;
	return out->whole;
}

static bool run_bandwidth(struct visit *v, struct survey_cell *c)
{
	struct traffic_result result;

	if (!run(v, &result))
		return false;
	keep(c, (double)result.bytes_per_s, 0);
	return true;
}

/* `nr` threads share a node's memory. */
static bool share_out(struct visit *v, struct survey_cell *c, const uint32_t *thread, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		if (!give_share(v, thread[i], c->op, c->to, i, nr))
			c->why = "the memory is too small for so many threads";
	return !c->why;
}

static bool visit_own(struct visit *v, struct survey_cell *c, uint32_t *thread)
{
	const struct cpuset *among = c->figure == CELL_PORT ? &v->m->l3[c->l3] : NULL;
	uint32_t most = among ? c->count : UINT32_MAX;
	uint32_t nr = find_cores(v, c->from, among, most, thread);

	if (among && nr < c->count && c->nr == 0)
		c->why = "those CPUs are not different cores that may be used";
	return c->why || !share_out(v, c, thread, nr) || run_bandwidth(v, c);
}

static bool visit_hot(struct visit *v, struct survey_cell *c, uint32_t *thread)
{
	uint32_t nr = 0;

	for (uint32_t n = 0; n < v->m->nr; n++)
		nr += find_cores(v, n, NULL, UINT32_MAX, thread + nr);
	return !share_out(v, c, thread, nr) || run_bandwidth(v, c);
}

/* Every core of a package on another's nodes in turn: core i of a node takes target i of
 * the package, so that all controllers there are asked. */
static bool aim(struct visit *v, struct survey_cell *c, uint32_t from, uint32_t to,
		uint32_t *thread)
{
	uint32_t target[64], targets = 0, cores = 0, shares;

	for (uint32_t n = 0; n < v->m->nr; n++) {
		if (v->m->node[n].package == to && v->m->node[n].memory && targets < 64)
			target[targets++] = n;
		if (v->m->node[n].package == from)
			cores += find_cores(v, n, NULL, UINT32_MAX, thread + cores);
	}
	if (!targets || !cores)
		c->why = "one of the packages has no CPUs or no memory";
	if (c->why)
		return false;
	shares = (cores + targets - 1) / targets;
	for (uint32_t i = 0; i < cores; i++)
		if (!give_share(v, thread[i], c->op, target[i % targets], i / targets, shares))
			c->why = "the memory is too small for so many threads";
	return !c->why;
}

static bool visit_link(struct visit *v, struct survey_cell *c, uint32_t *thread)
{
	if (!aim(v, c, c->from, c->to, thread) || (c->both && !aim(v, c, c->to, c->from, thread)))
		return true;
	return run_bandwidth(v, c);
}

/* `thread` follows `chains` chains through the memory of `to`. */
static void give_chase(struct visit *v, uint32_t thread, uint32_t to, uint32_t nr)
{
	struct traffic *t = &v->traffic[thread];

	*t = (struct traffic){.kind = TRAFFIC_CHASE, .chains = nr};
	for (uint32_t i = 0; i < nr; i++)
		t->at[i] = v->node[to].entry[i * TRAFFIC_CHAINS_MAX / nr];
}

/* Where its chain is goes on with the next visit, or lines would still be in a cache. */
static void note_chase(struct visit *v, uint32_t thread, uint32_t to, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		v->node[to].entry[i * TRAFFIC_CHAINS_MAX / nr] = v->traffic[thread].at[i];
}

static bool visit_chase(struct visit *v, struct survey_cell *c, uint32_t *thread)
{
	uint32_t chains = c->figure == CELL_LINES ? c->count : 1;
	struct traffic_result result;

	if (!find_cores(v, c->from, NULL, 1, thread))
		return true;
	give_chase(v, thread[0], c->to, chains);
	if (!run(v, &result))
		return false;
	note_chase(v, thread[0], c->to, chains);
	keep(c, (double)result.load_ps, 0);
	return true;
}

/* The first core chases, the others load it with `limit` bytes/s each. */
static bool chase_under(struct visit *v, struct survey_cell *c, const uint32_t *thread, uint32_t nr,
			double limit, struct traffic_result *out)
{
	rest(v);
	if (c->level_ppm && !share_out(v, c, thread + 1, nr - 1))
		return true;
	for (uint32_t i = 1; c->level_ppm && i < nr; i++)
		v->traffic[thread[i]].limit_bytes_per_s = (int64_t)limit;
	give_chase(v, thread[0], c->to, 1);
	if (!run(v, out))
		return false;
	note_chase(v, thread[0], c->to, 1);
	return true;
}

static bool visit_loaded(struct visit *v, struct survey_cell *c, uint32_t *thread)
{
	uint32_t nr = find_cores(v, c->from, NULL, UINT32_MAX, thread);
	double *most = &v->most[(c->op * v->m->nr + c->from) * v->m->nr + c->to], limit = 0;
	struct traffic_result result = {.whole = true};

	if (nr < 2) {
		c->why = "the node has one core, and none is left to load it";
		return true;
	}
	/* of several: one in which others had a CPU is no limit */
	for (int i = 0; c->level_ppm && !c->why && i < MOST_TRIES && (i || *most <= 0); i++) {
		if (!chase_under(v, c, thread, nr, 0, &result))
			return false;
		if ((double)result.bytes_per_s > *most)
			*most = (double)result.bytes_per_s;
	}
	if (c->level_ppm < ALL_PPM)
		limit = *most * (double)c->level_ppm / ALL_PPM / (nr - 1) + 1;
	if (c->why)
		return true;
	if (!chase_under(v, c, thread, nr, limit, &result))
		return false;
	/* what came in its way at first is no limit */
	if (c->level_ppm == ALL_PPM && (double)result.bytes_per_s > *most)
		*most = (double)result.bytes_per_s;
	keep(c, (double)result.load_ps, (double)result.bytes_per_s);
	return true;
}

static bool visit_stream(struct visit *v, struct survey_cell *c, uint32_t *thread)
{
	struct stream_part *part = xcalloc(v->nr_threads, sizeof(*part)), *share;
	uint32_t nr = find_cores(v, c->from, NULL, UINT32_MAX, thread);
	const struct memory *m = &v->node[c->to].bulk;
	struct stream_result result;
	struct error err;

	share = xcalloc(nr + (size_t)1, sizeof(*share));
	if (nr && stream_divide(m->base, m->bytes, share, nr)) {
		for (uint32_t i = 0; i < nr; i++)
			part[thread[i]] = share[i];
		if (stream_run(v->crew, part, STREAM_ROUNDS, &result, &err))
			c->why = "the arrays did not hold what was computed: this machine errs";
		for (unsigned k = 0; !c->why && k < STREAM_KERNELS; k++)
			keep(&c[k], (double)result.rate[k].best_bytes_per_s, 0);
	}
	free(share);
	free(part);
	return true;
}

static const char *why_not(const struct visit *v, const struct survey_cell *c)
{
	if (c->figure == CELL_LINK || c->from == CELL_ALL)
		return NULL;
	return v->node[c->from].why;
}

bool visit_cell(struct visit *v, struct survey_cell *c)
{
	static bool (*const visits[])(struct visit * v, struct survey_cell * c,
				      uint32_t * thread) = {
		[CELL_LATENCY] = visit_chase, [CELL_READ] = visit_own,
		[CELL_WRITE] = visit_own,     [CELL_MIX] = visit_own,
		[CELL_LINK] = visit_link,     [CELL_HOT] = visit_hot,
		[CELL_PORT] = visit_own,      [CELL_LOADED] = visit_loaded,
		[CELL_LINES] = visit_chase,   [CELL_STREAM] = visit_stream};
	uint32_t *thread;
	bool whole;

	if (!c->why)
		c->why = why_not(v, c);
	if (!c->why && !v->set->non_temporal && kernel_is_non_temporal(c->op))
		c->why = "this processor has no stores past the caches that are known here";
	if (c->why || c->rides)
		return true;
	rest(v);
	thread = xcalloc(v->nr_threads, sizeof(*thread));
	whole = visits[c->figure](v, c, thread);
	free(thread);
	return whole;
}
