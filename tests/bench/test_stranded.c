/* Stranded capacity and fragments, on a host whose figures can be worked out by hand. */
#include <criterion/criterion.h>

#include "bench/accounts/stranded.h"
#include "plan/plan.h"
#include "schema/schema.h"
#include "tests/placement/hosts.h"

static struct host *host;
static struct host_state state;
static struct stranded stranded;
static int64_t vcpu_ppm, memory_ppm, fr16_ppm;

/* Two nodes of 40 CPUs and 40 GiB: a balanced zone has 1 GiB a vCPU. */
static void open_all(void)
{
	const unsigned cpus[] = {40, 40};
	const int64_t bytes[] = {40 * GIB, 40 * GIB};
	const struct host_state *list[] = {&state};
	static const struct host_state *kept[1];

	host = test_host_done(test_host(2, cpus, bytes, 20));
	host_state_init(&state, host);
	kept[0] = list[0];
	stranded_init(&stranded, kept, 1, 0);
}

static void close_all(void)
{
	stranded_release(&stranded);
	host_state_release(&state);
	host_free(host);
}

TestSuite(stranded, .init = open_all, .fini = close_all);

/* A zone on one node comes (sign 1) or goes. */
static void change(int sign, unsigned node, uint32_t vcpus, int64_t bytes)
{
	state.vcpus[node] += (uint32_t)sign * vcpus;
	state.total_vcpus += (uint32_t)sign * vcpus;
	host_state_set_free(&state, node, state.free_bytes[node] - sign * bytes);
	stranded_after(&stranded, 0, sign * (int64_t)vcpus, sign * bytes);
}

Test(stranded, an_empty_host)
{
	stranded_result(&stranded, &vcpu_ppm, &memory_ppm, &fr16_ppm);
	/* nothing was ever placed: there is no fullest moment */
	cr_expect_eq(vcpu_ppm, FIGURE_UNKNOWN);
	cr_expect_eq(memory_ppm, FIGURE_UNKNOWN);
	cr_expect_eq(fr16_ppm, FIGURE_UNKNOWN);
}

Test(stranded, what_has_no_counterpart)
{
	change(1, 0, 10, 30 * GIB); /* leaves 30 vCPUs and 10 GiB */
	change(1, 1, 30, 5 * GIB); /* leaves 10 vCPUs and 35 GiB */
	stranded_result(&stranded, &vcpu_ppm, &memory_ppm, &fr16_ppm);
	cr_expect_eq(vcpu_ppm, 20 * 1000000 / 80);
	cr_expect_eq(memory_ppm, 25 * 1000000 / 80);
	/* 30 + 10 vCPUs are free; one 16-vCPU zone fits: 24 of 40 are fragments */
	cr_expect_eq(fr16_ppm, 24 * 1000000 / 40);
}

Test(stranded, at_the_fullest_moment)
{
	change(1, 0, 8, 8 * GIB);
	change(1, 1, 24, 24 * GIB); /* fullest: 32 and 16 free */
	change(-1, 1, 24, 24 * GIB);
	change(1, 1, 4, 4 * GIB);
	stranded_result(&stranded, &vcpu_ppm, &memory_ppm, &fr16_ppm);
	cr_expect_eq(vcpu_ppm, 0);
	cr_expect_eq(memory_ppm, 0);
	cr_expect_eq(fr16_ppm, 0);
}
