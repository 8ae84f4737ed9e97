/* The cheapest mix of two shapes: against every mix there is. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "bench/loop/run.h"
#include "bench/size/study.h"
#include "sim/sim.h"
#include "tests/bench/text.h"

/* Many CPUs with little memory, and the other way round. */
#define CPUS "node:2(memory=16GB) core:32 pu:1"
#define MEMORY "node:2(memory=128GB) core:8 pu:1"

#define WORKLOAD                                                                                   \
	"{\"duration\":\"12h\",\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\"}],"            \
	"\"cpu_overcommit\":1.0},\"policies\":[\"edera-compact\"],\"generator\":{\"arrivals\":"    \
	"{\"per_hour\":20},\"lifetimes\":{\"exponential\":\"4h\"},\"sizes\":[{\"vcpus\":8,"        \
	"\"memory\":\"1GiB\"},{\"vcpus\":1,\"memory\":\"12GiB\"}]}}"

#define MOST 40

static bool is_taken(const struct size_question *q, uint32_t a, uint32_t b,
		     const struct size_shape *shape)
{
	const struct host *host[2 * MOST];
	struct workload counted = *q->workload;
	struct run_input in = {.workload = &counted,
			       .policy = q->policy,
			       .memory = q->memory,
			       .seed = q->seed,
			       .backend = &sim_backend,
			       .topology = "t",
			       .host = host,
			       .nr_hosts = a + b};
	struct run_result result;
	struct error err;

	cr_assert_leq(a + b, 2 * MOST);
	counted.refused = REFUSED_STOP;
	for (uint32_t i = 0; i < a + b; i++)
		host[i] = shape[i < a ? 0 : 1].host;
	cr_assert_eq(run_row(&in, &result, &err), 0, "%s", err.text);
	return !result.row.zones_refused;
}

/* The price of the cheapest of all mixes that costs less than `below`; else that. */
static int64_t cheapest(const struct size_question *q, const struct size_shape *shape,
			int64_t below)
{
	for (uint32_t a = 1; a <= MOST; a++) {
		for (uint32_t b = 1; b <= MOST; b++) {
			int64_t price = shape[0].price_micro * a + shape[1].price_micro * b;

			if (price < below && is_taken(q, a, b, shape))
				below = price;
		}
	}
	return below;
}

static int64_t price_of(const struct size_line *line)
{
	return size_price_micro(&line->question, line->answer.hosts);
}

static void check(struct size_study *s, uint32_t mixes, bool exact)
{
	const struct size_shape *shape = s->kase->shape;
	struct size_lines l;
	struct error err;
	int64_t alone, all;

	s->mixes = mixes;
	cr_assert_eq(size_study_find(s, &l, &err), 0, "%s", err.text);
	cr_assert_eq(size_study_finish(s, &l, NULL, NULL, &err), 0, "%s", err.text);
	cr_assert(l.line[0].answer.hosts && l.line[1].answer.hosts, "%s%s", l.line[0].answer.why,
		  l.line[1].answer.why);
	cr_assert_eq(l.nr, 3, "two shapes, and a mix that is cheaper");
	alone = price_of(&l.line[0]) < price_of(&l.line[1]) ? price_of(&l.line[0])
							    : price_of(&l.line[1]);
	all = cheapest(&l.line[0].question, shape, alone);
	cr_expect_lt(price_of(&l.line[2]), alone);
	cr_expect(l.line[2].cheapest && !l.line[0].cheapest && !l.line[1].cheapest);
	cr_expect_eq(l.line[2].answer.hosts > 0 && l.line[2].question.nr_beside > 0, true);
	cr_expect_str_eq(l.line[2].question.topology, "cpus+memory");
	cr_expect_eq(l.mix[0].sampled, !exact);
	if (exact)
		cr_expect_eq(price_of(&l.line[2]), all, "%ld, not %ld", (long)price_of(&l.line[2]),
			     (long)all);
	else
		cr_expect_geq(price_of(&l.line[2]), all);
	/* one less of the shape that is counted is not enough */
	cr_expect_not(size_point_of(&l.line[2].answer, l.line[2].answer.hosts - 1) &&
		      size_point_of(&l.line[2].answer, l.line[2].answer.hosts - 1)->meets);
	size_lines_release(&l);
}

Test(mix, cheapest_of_all_there_are)
{
	static const int64_t prices[][2] = {{1000000, 1000000}, {1700000, 1000000}};
	struct size_shape shape[2] = {{.name = "cpus", .most = MOST},
				      {.name = "memory", .most = MOST}};
	const char *const topology[] = {CPUS, MEMORY};
	const struct policy *policy = policy_find("edera-compact");
	enum run_memory memory = RUN_MEMORY_AS_ASKED;
	struct host *host[2];
	struct workload w;
	uint64_t seed = 1;
	struct size_case kase = {"", &w, shape};
	struct size_study s = {.how = {.goals = {0, FIGURE_UNKNOWN},
				       .around = 1,
				       .most = 1000,
				       .backend = &sim_backend,
				       .jobs = 3},
			       .kase = &kase,
			       .nr_cases = 1,
			       .nr_shapes = 2,
			       .policy = &policy,
			       .nr_policies = 1,
			       .memory = &memory,
			       .nr_memories = 1,
			       .seed = &seed,
			       .nr_seeds = 1};
	struct error err;

	load_text(&w, WORKLOAD);
	for (size_t i = 0; i < 2; i++) {
		cr_assert_eq(host_load_text(&host[i], "t", topology[i], &err), 0, "%s", err.text);
		shape[i].host = host[i];
	}
	for (size_t p = 0; p < 2; p++) {
		shape[0].price_micro = prices[p][0];
		shape[1].price_micro = prices[p][1];
		check(&s, 1000, true);
		check(&s, 2, false);
	}
	host_free(host[0]);
	host_free(host[1]);
	workload_release(&w);
}
