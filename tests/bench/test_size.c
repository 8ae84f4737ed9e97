/* How many hosts: against trying every number. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/run.h"
#include "bench/size/study.h"
#include "sim/sim.h"
#include "tests/bench/text.h"

#define GENERATED                                                                                  \
	"{\"duration\":\"10h\",\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\"}],"            \
	"\"choice\":\"%s\",\"cpu_overcommit\":1.0,\"dom0_memory\":\"4GiB\"},\"policies\":"         \
	"[\"edera-compact\"],\"generator\":{\"arrivals\":{\"per_hour\":40},\"lifetimes\":"         \
	"{\"exponential\":\"6h\"},\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\",\"weight\":6},%s]}}"

/* Beyond a node of 16 CPUs and 16 GiB; and within, where policies do not spill. */
#define LARGE "{\"vcpus\":20,\"memory\":\"12GiB\"},{\"vcpus\":2,\"memory\":\"20GiB\"}"
#define SMALL "{\"vcpus\":8,\"memory\":\"5GiB\"},{\"vcpus\":2,\"memory\":\"12GiB\"}"

/* A workload of one kind of host, sized under a policy. */
struct sized {
	char *text;
	struct host *host;
	struct workload workload;
	struct size_shape shape;
	struct size_how how;
	struct size_question question;
	struct size_answer out;
};

/* Takes over the text. */
static void prepare(struct sized *s, char *text, const char *policy, uint64_t seed, uint32_t most)
{
	struct error err;

	*s = (struct sized){.text = text};
	cr_assert_eq(host_load(&s->host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	load_text(&s->workload, text);
	s->shape = (struct size_shape){"epyc-nps4-8n", s->host, FIGURE_UNKNOWN, 1000000};
	s->how = (struct size_how){.goals = {0, FIGURE_UNKNOWN},
				   .around = 2,
				   .most = most,
				   .backend = &sim_backend,
				   .jobs = 1};
	s->question = (struct size_question){.workload = &s->workload,
					     .policy = policy_find(policy),
					     .memory = RUN_MEMORY_AS_ASKED,
					     .seed = seed,
					     .topology = s->shape.name,
					     .shape = &s->shape};
}

static void find(struct sized *s)
{
	struct error err;

	cr_assert_eq(size_find(&s->how, &s->question, &s->out, 1, &err), 0, "%s", err.text);
}

static void sized_release(struct sized *s)
{
	size_answer_release(&s->out);
	workload_release(&s->workload);
	host_free(s->host);
	free(s->text);
}

/* The run by itself, without all that size does. */
static struct row row_with(const struct sized *s, uint32_t nr)
{
	const struct host *host[64];
	struct run_input run = {.workload = &s->workload,
				.policy = s->question.policy,
				.memory = s->question.memory,
				.seed = s->question.seed,
				.backend = &sim_backend,
				.topology = "t",
				.host = host,
				.nr_hosts = nr};
	struct run_result result;
	struct error err;

	cr_assert_leq(nr, 64);
	for (uint32_t i = 0; i < nr; i++)
		host[i] = s->host;
	cr_assert_eq(run_row(&run, &result, &err), 0, "%s", err.text);
	return result.row;
}

/* The same by the plainest means. */
static bool meets_with(const struct sized *s, uint32_t nr)
{
	const struct size_goals *g = &s->how.goals;
	struct row r = row_with(s, nr);

	return r.zones_refused * 1000000 <= g->refused_ppm * r.zones_offered &&
	       (!is_known(g->local_ppm) || r.local_page_ppm >= g->local_ppm);
}

/* Every number up to a few beyond the answer, by a plain scan. */
static void expect_answer(struct sized *s)
{
	uint32_t least = 0, last_miss = 0;

	find(s);
	cr_assert_gt(s->out.hosts, 1, "too easy: %s", s->out.why);
	for (uint32_t nr = 1; nr <= s->out.hosts + s->how.around; nr++) {
		bool meets = meets_with(s, nr);

		least = meets && !least ? nr : least;
		last_miss = meets ? last_miss : nr;
		if (nr >= s->out.hosts)
			cr_expect(meets, "%s: %u hosts miss a goal", s->question.policy->name, nr);
		if (nr == s->out.hosts - 1)
			cr_expect_not(meets, "%s: %u hosts do", s->question.policy->name, nr);
	}
	/* where goals once met stay met, there is no doubt */
	if (least > last_miss)
		cr_expect_eq(s->out.hosts, least, "%s", s->question.policy->name);
}

Test(size, least_number_of_hosts)
{
	static const char *const choice[] = {"first-fit", "worst-fit"};

	for (size_t p = 0; policies[p]; p++) {
		struct sized s;

		if (policies[p]->foresees_by)
			continue; /* trying what may come is slow; it has a test of its own */
		prepare(&s, xasprintf(GENERATED, choice[p % 2], SMALL), policies[p]->name,
			1 + p % 3, 1000);
		expect_answer(&s);
		cr_expect_eq(size_point_of(&s.out, s.out.hosts)->row.peak_live_zones,
			     s.out.bound.peak_zones);
		cr_expect_geq(s.out.hosts, s.out.by_sums);
		sized_release(&s);
	}
}

Test(size, some_may_be_refused)
{
	static const char *const policy[] = {"edera-compact", "libxl", "homenode", "nova"};

	for (size_t p = 0; p < 4; p++) {
		struct sized s;
		uint32_t none_refused;

		prepare(&s, xasprintf(GENERATED, "first-fit", SMALL), policy[p], 2, 1000);
		expect_answer(&s);
		none_refused = s.out.hosts;
		size_answer_release(&s.out);
		s.how.goals.refused_ppm = 150000;
		expect_answer(&s);
		cr_expect_lt(s.out.hosts, none_refused);
		size_answer_release(&s.out);
		/* from a guess that is too high, down to one host */
		s.how.goals.refused_ppm = 1000000;
		find(&s);
		cr_expect_eq(s.out.hosts, 1);
		sized_release(&s);
	}
}

Test(size, local_memory_is_a_goal)
{
	struct sized s;
	int64_t local;

	prepare(&s, xasprintf(GENERATED, "worst-fit", LARGE), "edera-compact", 1, 1000);
	find(&s);
	local = size_point_of(&s.out, s.out.hosts)->row.local_page_ppm;
	size_answer_release(&s.out);
	s.how.goals.local_ppm = local + 20000;
	expect_answer(&s);
	size_answer_release(&s.out);
	s.how.goals = (struct size_goals){1000000, 1000000};
	s.how.most = 4;
	find(&s);
	cr_expect_eq(s.out.hosts, 0);
	cr_expect_not_null(strstr(s.out.why, "of the memory is local, below 100.00 %"), "%s",
			   s.out.why);
	sized_release(&s);
}

/* Threads try other sizes meanwhile; the answers are the same. */
Test(size, threads_change_nothing)
{
	struct sized one;
	struct size_question question[3];
	struct size_answer many[3] = {{.hosts = 0}};
	struct error err;

	prepare(&one, xasprintf(GENERATED, "worst-fit", LARGE), "edera-compact", 1, 1000);
	for (size_t i = 0; i < 3; i++) {
		question[i] = one.question;
		question[i].seed = 1 + i;
	}
	one.how.jobs = 7;
	cr_assert_eq(size_find(&one.how, question, many, 3, &err), 0, "%s", err.text);
	one.how.jobs = 1;
	for (size_t i = 0; i < 3; i++) {
		one.question.seed = 1 + i;
		find(&one);
		cr_expect_eq(many[i].hosts, one.out.hosts);
		cr_expect_eq(many[i].tried, one.out.tried);
		cr_expect_eq(many[i].by_sums, one.out.by_sums);
		cr_expect_eq(size_point_of(&many[i], many[i].hosts)->row.local_page_ppm,
			     size_point_of(&one.out, one.out.hosts)->row.local_page_ppm);
		size_answer_release(&one.out);
		size_answer_release(&many[i]);
	}
	sized_release(&one);
}

/* 3 zones at once at most: the first is stopped before the fourth comes, the second
 * ends by itself at that very moment. */
#define EVENTS                                                                                     \
	"{\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\"}]},"                                \
	"\"policies\":[\"edera-compact\"],\"events\":["                                            \
	"{\"at\":\"0s\",\"start\":{\"name\":\"a\",\"vcpus\":100,\"memory\":\"60GiB\"%s}},"         \
	"{\"at\":\"1s\",\"start\":{\"name\":\"b\",\"vcpus\":100,\"memory\":\"%s\"},"               \
	"\"lifetime\":\"9s\"},"                                                                    \
	"{\"at\":\"2s\",\"start\":{\"name\":\"c\",\"vcpus\":8,\"memory\":\"1GiB\"}},"              \
	"{\"at\":\"5s\",\"stop\":\"a\"},"                                                          \
	"{\"at\":\"10s\",\"start\":{\"name\":\"d\",\"vcpus\":90,\"memory\":\"100GiB\"}}]}"

static void find_events(struct sized *s, const char *memory, uint32_t most)
{
	prepare(s, xasprintf(EVENTS, "", memory), "edera-compact", 1, most);
	s->question.memory = RUN_MEMORY_STATIC;
	find(s);
}

Test(size, sums_at_the_fullest_moment)
{
	const struct size_point *p;
	struct sized s;

	find_events(&s, "30GiB", 1000);
	cr_expect_eq(s.out.bound.zones, 4);
	cr_expect_eq(s.out.bound.peak_zones, 3);
	cr_expect_eq(s.out.bound.peak_vcpus, 208);
	cr_expect_eq(s.out.bound.peak_bytes, 101 * GIB, "c and d, not a and b with c");
	cr_expect_eq(s.out.by_sums, 2, "208 vCPUs on 128 CPUs");
	cr_expect_eq(s.out.hosts, 2);
	p = size_point_of(&s.out, 2);
	cr_assert(p);
	cr_expect_eq(p->peak_zones, 3);
	cr_expect_eq(p->peak_vcpus, 208);
	cr_expect_eq(p->peak_bytes, 101 * GIB);
	cr_expect_eq(p->end_ns, 10 * NS_PER_S);
	sized_release(&s);
}

Test(size, one_that_foresees)
{
	struct sized s;

	prepare(&s, xasprintf(EVENTS, "", "30GiB"), "oracle", 1, 1000);
	s.question.memory = RUN_MEMORY_STATIC;
	expect_answer(&s);
	cr_expect_eq(s.out.hosts, 2);
	sized_release(&s);
}

/* Where a balloon may shrink a zone, its minimum is all that is needed for sure. */
Test(size, sums_of_what_balloons_leave)
{
	struct sized s;

	prepare(&s,
		xasprintf(EVENTS,
			  ",\"memory_min\":\"2GiB\",\"memory_initial\":\"50GiB\"},"
			  "\"memory_use\":{\"pattern\":\"constant\",\"low\":0.02",
			  "30GiB"),
		"edera-compact", 1, 1000);
	s.question.memory = RUN_MEMORY_DYNAMIC;
	find(&s);
	cr_expect_lt(s.out.bound.peak_bytes, 50 * GIB);
	cr_expect_eq(s.out.by_sums, 2);
	sized_release(&s);
}

Test(size, what_is_never_enough)
{
	struct sized s;

	find_events(&s, "200GiB", 1000);
	cr_expect_eq(s.out.hosts, 0);
	cr_expect_eq(s.out.tried, 1, "no size is tried once it is known that none will do");
	cr_expect_str_eq(
		s.out.why,
		"zone 2 asks for 100 vCPUs and 200 GiB and is refused: no empty host has room");
	sized_release(&s);
	find_events(&s, "30GiB", 1);
	cr_expect_eq(s.out.hosts, 0);
	cr_expect_not_null(strstr(s.out.why, "even with 1 host zone 2"), "%s", s.out.why);
	sized_release(&s);
}
