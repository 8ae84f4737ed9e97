#include "probe/matrix.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/units.h"
#include "probe/chase.h"
#include "probe/crew.h"
#include "probe/machine.h"
#include "probe/memory.h"
#include "probe/stream.h"

#define BYTES_MIN (256 * MIB)
#define HOPS ((uint64_t)1 << 20)

/* The largest caches of any initiator. */
static void find_caches(const struct matrix_request *r, struct matrix_facts *facts)
{
	facts->cache_from = "-";
	for (uint32_t n = 0; n < r->nr; n++) {
		const char *from;
		int64_t bytes;

		if (cpuset_empty(&r->node[n].cpus))
			continue;
		bytes = machine_last_cache_bytes(r->sysfs, &r->node[n].cpus, &from);
		if (bytes <= facts->cache_bytes)
			continue;
		facts->cache_bytes = bytes;
		facts->cache_from = from;
	}
}

static size_t choose_bytes(const struct matrix_request *r, const struct matrix_facts *facts)
{
	int64_t enough = facts->cache_bytes * STREAM_CACHE_FACTOR;

	return r->bytes ? r->bytes : (size_t)(enough < BYTES_MIN ? BYTES_MIN : enough);
}

/* One pinned thread for each CPU of the node. */
static int open_crew(struct crew **out, const struct matrix_node *node, struct error *err)
{
	struct cpuset *each = xcalloc(cpuset_count(&node->cpus), sizeof(*each));
	uint32_t nr = 0;
	int rc;

	for (unsigned c = cpuset_next(&node->cpus, 0); c != CPUSET_NONE;
	     c = cpuset_next(&node->cpus, c + 1))
		cpuset_add(&each[nr++], c);
	rc = crew_open(out, each, nr, err);
	free(each);
	return rc ? error_prefix(err, "node %u", node->os_index) : 0;
}

static void chase_cell(struct crew *crew, const struct matrix_request *r, const struct memory *m,
		       struct matrix_cell *cell)
{
	struct chase_result result;

	chase_run(
		crew,
		&(struct chase_request){
			.memory = m->base, .bytes = m->bytes, .hops = HOPS, .repeats = r->repeats},
		&result);
	cell->latency_ps = result.median_ps;
	cell->latency_best_ps = result.best_ps;
	cell->latency_worst_ps = result.worst_ps;
}

static void read_cell(struct crew *crew, const struct matrix_request *r, const struct memory *m,
		      struct matrix_cell *cell)
{
	uint32_t nr = crew_size(crew);
	struct stream_part *part = xcalloc(nr, sizeof(*part));
	size_t each = m->bytes / nr / CHASE_LINE_BYTES * (CHASE_LINE_BYTES / sizeof(double));
	struct stream_rate rate;

	for (uint32_t i = 0; i < nr; i++)
		part[i] = (struct stream_part){.a = (double *)m->base + each * i, .nr = each};
	stream_read_run(crew, part, r->repeats, &rate);
	cell->read_bytes_per_s = rate.best_bytes_per_s;
	cell->read_worst_bytes_per_s = rate.worst_bytes_per_s;
	free(part);
}

struct measurement {
	const struct matrix_request *r;
	struct matrix_cell *cell;
	uint32_t done, total; /* pairs, each half done by either probe */
};

/* One probe of a target's memory by every initiator. */
static int probe_target(struct measurement *job, uint32_t to, const struct memory *m,
			void (*probe)(struct crew *crew, const struct matrix_request *r,
				      const struct memory *m, struct matrix_cell *cell),
			struct error *err)
{
	const struct matrix_request *r = job->r;

	for (uint32_t from = 0; from < r->nr; from++) {
		struct crew *crew = NULL;
		int rc;

		if (cpuset_empty(&r->node[from].cpus))
			continue;
		rc = open_crew(&crew, &r->node[from], err);
		if (rc)
			return rc;
		probe(crew, r, m, &job->cell[from * r->nr + to]);
		crew_close(crew);
		job->cell[from * r->nr + to].measured = true;
		job->done++;
		if (r->progress)
			r->progress(r->context, job->done, job->total);
	}
	return 0;
}

static int measure_target(struct measurement *job, uint32_t to, struct matrix_facts *facts,
			  struct error *err)
{
	const struct matrix_request *r = job->r;
	struct memory m = {0};
	int rc = memory_get(&m, r->sysfs, facts->bytes, r->node[to].os_index, MEMORY_PAGES_HUGE,
			    err);

	if (!rc && (facts->least_huge_ppm < 0 || m.huge_ppm < facts->least_huge_ppm))
		facts->least_huge_ppm = m.huge_ppm;
	if (!rc)
		facts->bytes = m.bytes;
	/* reading first: the chase's pointers would be denormal numbers, which are slow */
	if (!rc)
		rc = probe_target(job, to, &m, read_cell, err);
	if (!rc)
		rc = probe_target(job, to, &m, chase_cell, err);
	memory_put(&m);
	return rc;
}

int matrix_measure(const struct matrix_request *r, struct matrix_cell *cell,
		   struct matrix_facts *facts, struct error *err)
{
	struct measurement job = {.r = r, .cell = cell};
	uint32_t initiators = 0, targets = 0;
	int64_t preempted = machine_preempted();
	int rc = 0;

	BUG_ON(!r->repeats || r->repeats > STREAM_REPEATS_MAX);
	*facts = (struct matrix_facts){.least_huge_ppm = -1};
	find_caches(r, facts);
	facts->bytes = choose_bytes(r, facts);
	for (uint32_t n = 0; n < r->nr; n++) {
		initiators += !cpuset_empty(&r->node[n].cpus);
		targets += r->node[n].memory;
	}
	for (uint32_t i = 0; i < r->nr * r->nr; i++)
		cell[i] = (struct matrix_cell){.measured = false};
	job.total = 2 * initiators * targets;
	for (uint32_t to = 0; !rc && to < r->nr; to++)
		if (r->node[to].memory)
			rc = measure_target(&job, to, facts, err);
	facts->preempted = machine_preempted() - preempted;
	return rc;
}
