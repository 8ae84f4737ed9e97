/* How many hosts: against trying every number. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/run.h"
#include "bench/size.h"
#include "sim/sim.h"
#include "tests/bench/text.h"

#define GENERATED                                                                                  \
	"{\"duration\":\"2d\",\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\"}],"             \
	"\"choice\":\"%s\",\"cpu_overcommit\":1.0,\"dom0_memory\":\"4GiB\"},\"policies\":"         \
	"[\"edera-compact\"],\"generator\":{\"arrivals\":{\"per_hour\":60},\"lifetimes\":"         \
	"{\"exponential\":\"6h\"},\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\",\"weight\":6},"      \
	"{\"vcpus\":20,\"memory\":\"12GiB\"},{\"vcpus\":2,\"memory\":\"20GiB\"}]}}"

/* A workload of one kind of host, sized under a policy. */
struct sized {
	char *text;
	struct host *host;
	struct workload workload;
	struct size_input in;
	struct size_bound bound;
	struct size_result out;
};

/* Takes over the text. */
static void size_text(struct sized *s, char *text, const char *policy, uint64_t seed, uint32_t most)
{
	struct error err;

	s->text = text;
	cr_assert_eq(host_load(&s->host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	load_text(&s->workload, text);
	s->in = (struct size_input){.run = {.workload = &s->workload,
					    .policy = policy_find(policy),
					    .memory = RUN_MEMORY_AS_ASKED,
					    .seed = seed,
					    .backend = &sim_backend,
					    .topology = s->host->name},
				    .host = s->host,
				    .most = most};
	cr_assert_eq(size_bound(&s->in, &s->bound, &err), 0, "%s", err.text);
	cr_assert_eq(size_fleet(&s->in, &s->bound, &s->out, &err), 0, "%s", err.text);
}

static void sized_release(struct sized *s)
{
	workload_release(&s->workload);
	host_free(s->host);
	free(s->text);
}

static int64_t refused_with(const struct size_input *in, uint32_t nr)
{
	const struct host *host[64];
	struct run_input run = in->run;
	struct run_result result;
	struct error err;

	cr_assert_leq(nr, 64);
	for (uint32_t i = 0; i < nr; i++)
		host[i] = in->host;
	run.host = host;
	run.nr_hosts = nr;
	cr_assert_eq(run_row(&run, &result, &err), 0, "%s", err.text);
	return result.row.zones_refused;
}

static void expect_least(const char *choice, const char *policy, uint64_t seed)
{
	struct sized s;

	size_text(&s, xasprintf(GENERATED, choice), policy, seed, 1000);
	cr_assert_gt(s.out.hosts, 1, "too easy");
	cr_expect_geq(s.out.hosts, s.bound.hosts);
	cr_expect_eq((uint64_t)s.out.row.zones_placed, s.bound.zones);
	cr_expect_eq(s.out.row.peak_live_zones, s.bound.peak_zones);
	cr_expect_eq(refused_with(&s.in, s.out.hosts), 0);
	cr_expect_gt(refused_with(&s.in, s.out.hosts - 1), 0, "%s, %s: %u hosts", policy, choice,
		     s.out.hosts);
	/* chosen first-fit, fewer never do */
	for (uint32_t nr = 1; nr < s.out.hosts && strcmp(choice, "first-fit") == 0; nr++)
		cr_expect_gt(refused_with(&s.in, nr), 0);
	sized_release(&s);
}

Test(size, least_number_of_hosts)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		expect_least("first-fit", "edera-compact", seed);
		expect_least("first-fit", "libxl", seed);
		expect_least("worst-fit", "homenode", seed);
	}
}

/* 3 zones at once at most: the first is stopped before the fourth comes, the second
 * ends by itself at that very moment. */
#define EVENTS                                                                                     \
	"{\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\"}]},"                                \
	"\"policies\":[\"edera-compact\"],\"events\":["                                            \
	"{\"at\":\"0s\",\"start\":{\"name\":\"a\",\"vcpus\":100,\"memory\":\"60GiB\"}},"           \
	"{\"at\":\"1s\",\"start\":{\"name\":\"b\",\"vcpus\":100,\"memory\":\"%s\"},"               \
	"\"lifetime\":\"9s\"},"                                                                    \
	"{\"at\":\"2s\",\"start\":{\"name\":\"c\",\"vcpus\":8,\"memory\":\"1GiB\"}},"              \
	"{\"at\":\"5s\",\"stop\":\"a\"},"                                                          \
	"{\"at\":\"10s\",\"start\":{\"name\":\"d\",\"vcpus\":90,\"memory\":\"100GiB\"}}]}"

static void size_events(struct sized *s, const char *memory, uint32_t most)
{
	size_text(s, xasprintf(EVENTS, memory), "edera-compact", 1, most);
}

Test(size, sums_at_the_fullest_moment)
{
	struct sized s;

	size_events(&s, "30GiB", 1000);
	cr_expect_eq(s.bound.zones, 4);
	cr_expect_eq(s.bound.peak_zones, 3);
	cr_expect_eq(s.bound.peak_vcpus, 208);
	cr_expect_eq(s.bound.peak_bytes, 101 * GIB, "c and d, not a and b with c");
	cr_expect_eq(s.bound.hosts, 2, "208 vCPUs on 128 CPUs");
	cr_expect_eq(s.out.hosts, 2);
	sized_release(&s);
}

Test(size, what_is_never_enough)
{
	struct sized s;

	size_events(&s, "200GiB", 1000);
	cr_expect_eq(s.out.hosts, 0);
	cr_expect_not_null(strstr(s.out.why, "zone 2"), "%s", s.out.why);
	cr_expect_not_null(strstr(s.out.why, "one for each zone that lives"), "%s", s.out.why);
	sized_release(&s);
	size_events(&s, "30GiB", 1);
	cr_expect_eq(s.out.hosts, 0);
	cr_expect_not_null(strstr(s.out.why, "even with 1 host zone 2"), "%s", s.out.why);
	sized_release(&s);
}
