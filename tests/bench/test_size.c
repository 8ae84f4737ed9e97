/* How many hosts: against trying every number. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/size.h"
#include "sim/sim.h"
#include "tests/temporary.h"

#define GENERATED                                                                                  \
	"{\"duration\":\"2d\",\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\"}],"             \
	"\"choice\":\"%s\",\"cpu_overcommit\":1.0,\"dom0_memory\":\"4GiB\"},\"policies\":"         \
	"[\"edera-compact\"],\"generator\":{\"arrivals\":{\"per_hour\":60},\"lifetimes\":"         \
	"{\"exponential\":\"6h\"},\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\",\"weight\":6},"      \
	"{\"vcpus\":20,\"memory\":\"12GiB\"},{\"vcpus\":2,\"memory\":\"20GiB\"}]}}"

static void load_text(struct workload *w, const char *text)
{
	char path[256];
	struct error err;
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-size"));

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	memset(w, 0, sizeof(*w));
	cr_assert_eq(workload_load(w, path, NULL, &err), 0, "%s", err.text);
	unlink(path);
}

static struct size_input input_for(const struct workload *w, const struct host *h,
				   const char *policy, uint64_t seed)
{
	return (struct size_input){.run = {.workload = w,
					   .policy = policy_find(policy),
					   .memory = RUN_MEMORY_AS_ASKED,
					   .seed = seed,
					   .backend = &sim_backend,
					   .topology = h->name},
				   .host = h,
				   .most = 1000};
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

static struct host *load_host(void)
{
	struct host *h;
	struct error err;

	cr_assert_eq(host_load(&h, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	return h;
}

static void expect_least(const char *choice, const char *policy, uint64_t seed)
{
	char *text = xasprintf(GENERATED, choice);
	struct host *h = load_host();
	struct workload w;
	struct size_input in;
	struct size_bound bound;
	struct size_result out;
	struct error err;

	load_text(&w, text);
	in = input_for(&w, h, policy, seed);
	cr_assert_eq(size_bound(&in, &bound, &err), 0, "%s", err.text);
	cr_assert_eq(size_fleet(&in, &bound, &out, &err), 0, "%s", err.text);
	cr_assert_gt(out.hosts, 1, "too easy");
	cr_expect_geq(out.hosts, bound.hosts);
	cr_expect_eq((uint64_t)out.row.zones_placed, bound.zones);
	cr_expect_eq(out.row.peak_live_zones, bound.peak_zones);
	cr_expect_eq(refused_with(&in, out.hosts), 0);
	cr_expect_gt(refused_with(&in, out.hosts - 1), 0, "%s, %s: %u hosts", policy, choice,
		     out.hosts);
	/* chosen first-fit, fewer never do */
	for (uint32_t nr = 1; nr < out.hosts && strcmp(choice, "first-fit") == 0; nr++)
		cr_expect_gt(refused_with(&in, nr), 0);
	workload_release(&w);
	host_free(h);
	free(text);
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

static struct size_bound bound_of_events(const char *memory, struct size_result *out, uint32_t most)
{
	char *text = xasprintf(EVENTS, memory);
	struct host *h = load_host();
	struct workload w;
	struct size_input in;
	struct size_bound bound;
	struct error err;

	load_text(&w, text);
	in = input_for(&w, h, "edera-compact", 1);
	in.most = most;
	cr_assert_eq(size_bound(&in, &bound, &err), 0, "%s", err.text);
	cr_assert_eq(size_fleet(&in, &bound, out, &err), 0, "%s", err.text);
	workload_release(&w);
	host_free(h);
	free(text);
	return bound;
}

Test(size, sums_at_the_fullest_moment)
{
	struct size_result out;
	struct size_bound b = bound_of_events("30GiB", &out, 1000);

	cr_expect_eq(b.zones, 4);
	cr_expect_eq(b.peak_zones, 3);
	cr_expect_eq(b.peak_vcpus, 208);
	cr_expect_eq(b.peak_bytes, 101 * GIB, "c and d, not a and b with c");
	cr_expect_eq(b.hosts, 2, "208 vCPUs on 128 CPUs");
	cr_expect_eq(out.hosts, 2);
}

Test(size, what_is_never_enough)
{
	struct size_result out;

	bound_of_events("200GiB", &out, 1000);
	cr_expect_eq(out.hosts, 0);
	cr_expect_not_null(strstr(out.why, "zone 2"), "%s", out.why);
	cr_expect_not_null(strstr(out.why, "one for each zone that lives"), "%s", out.why);
	bound_of_events("30GiB", &out, 1);
	cr_expect_eq(out.hosts, 0);
	cr_expect_not_null(strstr(out.why, "even with 1 host zone 2"), "%s", out.why);
}
