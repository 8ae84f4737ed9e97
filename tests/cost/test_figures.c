/* What was measured beside the matrices, in the model; and what a result says it rests on. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cost/flows/equilibrium.h"
#include "cost/params/error_table.h"
#include "cost/params/loaded_latency.h"
#include "cost/params/params.h"
#include "host/figures.h"
#include "host/figures_known.h"

#define near(is, expected)                                                                         \
	cr_expect(fabs((double)(is) - (double)(expected)) <= 1e-4 * fabs((double)(expected)),      \
		  "%g is not %g", (double)(is), (double)(expected))

/* Two packages of a node with two chiplets each. */
static struct host *two_packages(void)
{
	struct host *h = NULL;
	struct error err;

	cr_assert_eq(host_load_text(&h, "two",
				    "package:2 node:1(memory=64000000000) L3:2(size=16777216) "
				    "core:6 pu:1",
				    &err),
		     0, "%s", err.text);
	return h;
}

static void take(struct host *h, const struct figure *list, size_t nr)
{
	struct figures f;
	struct error err;

	figures_begin(&f, "test", NULL);
	for (size_t i = 0; i < nr; i++)
		cr_assert_eq(figures_add(&f, &list[i], &err), 0, "%s", err.text);
	cr_assert_eq(host_take_figures(h, &f, &err), 0, "%s", err.text);
}

Test(figures, ports_links_and_lines_are_what_was_measured)
{
	static const struct figure list[] = {
		{.kind = FIGURE_PORT_READ, .from = 0, .to = 0, .value = 50},
		{.kind = FIGURE_PORT_WRITE, .from = 0, .to = 0, .value = 28},
		{.kind = FIGURE_LINK, .from = 1, .to = 0, .value = 90},
		{.kind = FIGURE_LINES, .from = FIGURE_ALL, .to = FIGURE_ALL, .value = 20},
	};
	struct host *h = two_packages();
	struct cost_params p;
	struct cost_basis b;

	take(h, list, 4);
	cost_params_init(&p, h, NULL);
	near(p.port_read[p.first_port[0]], 50);
	near(p.port_write[p.first_port[0]], 28);
	near(p.link[0 * p.nr_sockets + 1], 90); /* data of package 0, read by 1 */
	near(p.lines_per_core, 20);
	/* node 1's ports are still assumed: the worst of all counts */
	b = cost_params_basis(&p, true, true);
	cr_expect_eq(b.grade[COST_PORT_BANDWIDTH], GRADE_ASSUMED);
	cost_params_release(&p);
	host_free(h);
}

/* Half of 1:1 is written, through two ports. */
Test(figures, a_mix_says_what_ports_write)
{
	static const struct figure list[] = {
		{.kind = FIGURE_READ, .from = 0, .to = 0, .value = 100},
		{.kind = FIGURE_READ, .from = 1, .to = 1, .value = 100},
		{.kind = FIGURE_MIX, .from = 0, .to = 0, .value = 112, .read_share = 0.5},
		{.kind = FIGURE_MIX, .from = 1, .to = 1, .value = 112, .read_share = 0.5},
	};
	struct host *h = two_packages();
	struct cost_params p;
	struct cost_basis b;

	take(h, list, 2);
	cost_params_init(&p, h, NULL);
	b = cost_params_basis(&p, false, true);
	cr_expect_eq(b.grade[COST_READ_BANDWIDTH], GRADE_MEASURED);
	cr_expect_eq(b.grade[COST_WRITE_BANDWIDTH], GRADE_ASSUMED);
	cr_expect_eq(cost_bandwidth_grade(&b), GRADE_ASSUMED);
	b = cost_params_basis(&p, false, false); /* nobody writes */
	cr_expect_eq(cost_bandwidth_grade(&b), GRADE_MEASURED);
	cost_params_release(&p);
	take(h, list, 4);
	cost_params_init(&p, h, NULL);
	near(p.port_write[p.first_port[0]], 28);
	b = cost_params_basis(&p, false, true);
	cr_expect_eq(b.grade[COST_WRITE_BANDWIDTH], GRADE_MEASURED);
	cost_params_release(&p);
	host_free(h);
}

/* Straight between points; from idle to the first; beyond the last as published curves. */
Test(figures, a_curve_is_followed)
{
	struct host_curve c;
	const double load[] = {2, 5, 8}, ns[] = {100, 120, 180};

	cr_assert(figures_curve(&c, 3, load, ns, 10, 90));
	near(loaded_latency_on(&c, 0), 1);
	near(loaded_latency_on(&c, 0.1), 1 + (100.0 / 90 - 1) / 2);
	near(loaded_latency_on(&c, 0.35), (110.0 / 90));
	near(loaded_latency_on(&c, 0.8), 2);
	near(loaded_latency_on(&c, 1), 2 * loaded_latency(1) / loaded_latency(0.8));
	near(loaded_latency_on(NULL, 0.5), loaded_latency(0.5));
}

/* Between the curves of two shares of reads; outside them the nearer one. */
Test(figures, curves_of_shares_are_mixed)
{
	struct host_curve reads, mixed;
	const double load[] = {2, 5, 8}, ns[] = {100, 120, 180}, more[] = {100, 140, 260};

	cr_assert(figures_curve(&reads, 3, load, ns, 10, 100));
	cr_assert(figures_curve(&mixed, 3, load, more, 10, 100));
	reads.read_share = 1;
	mixed.read_share = 0.6;
	reads.fewer = &mixed;
	near(loaded_latency_at(&reads, 0.8, 1), 1.8);
	near(loaded_latency_at(&reads, 0.8, 0.9), 1.8 + (2.6 - 1.8) / 4);
	near(loaded_latency_at(&reads, 0.8, 0.6), 2.6);
	near(loaded_latency_at(&reads, 0.8, 0.1), 2.6);
	near(loaded_latency_at(NULL, 0.5, 0.5), loaded_latency(0.5));
}

/* A zone whose reads fill half the memory sees the curve of its share of reads, and one on the
 * other package's memory what the link adds as well. */
Test(figures, measured_curves_reach_the_result)
{
	struct host *h = NULL;
	struct figures f;
	struct error err;
	struct cost_params p;
	double share[2] = {1, 0};
	struct flow flow = {
		.nr_nodes = 2, .vcpus = 4, .lines = 1e3, .demand = 15, .reads = 1, .share = share};
	struct flows flows = {.flow = &flow, .nr = 1};
	struct equilibrium_work work = {0};

	cr_assert_eq(host_load_text(&h, "two",
				    "package:2 node:1(memory=64000000000) L3:1(size=16777216) "
				    "core:4 pu:1",
				    &err),
		     0, "%s", err.text);
	cr_assert_eq(figures_load(&f, "tests/host/figures/loaded.json", &err), 0, "%s", err.text);
	cr_assert_eq(host_take_figures(h, &f, &err), 0, "%s", err.text);
	cost_params_init(&p, h, NULL);
	p.lines_per_core = 1e3;
	(void)flows_equilibrium(&flows, &p, &work);
	near(flow.now.latency_ns, 126);
	/* 1 / (0.667 / 30 + 0.333 / 20) = 25.72 GB/s, of which 12 make 135 ns */
	flow.reads = 0.667;
	flow.demand = 12;
	(void)flows_equilibrium(&flows, &p, &work);
	near(flow.now.latency_ns, 135);
	flow.node = 1;
	flow.reads = 1;
	flow.demand = 8;
	(void)flows_equilibrium(&flows, &p, &work);
	near(flow.now.latency_ns, 177);
	equilibrium_work_release(&work);
	cost_params_release(&p);
	host_free(h);
}

Test(figures, a_basis_is_kept_and_joined)
{
	struct cost_basis a = {{0}}, b = {{0}}, c;

	a.grade[COST_READ_BANDWIDTH] = GRADE_MEASURED;
	a.grade[COST_LOCAL_LATENCY] = GRADE_FIRMWARE;
	b.grade[COST_READ_BANDWIDTH] = GRADE_FIRMWARE;
	b.grade[COST_WRITE_BANDWIDTH] = GRADE_ASSUMED;
	c = cost_basis_join(&a, &b);
	cr_expect_eq(c.grade[COST_READ_BANDWIDTH], GRADE_FIRMWARE);
	cr_expect_eq(c.grade[COST_LOCAL_LATENCY], GRADE_FIRMWARE);
	cr_expect_eq(cost_bandwidth_grade(&c), GRADE_ASSUMED);
	cr_expect_eq(cost_latency_grade(&c), GRADE_FIRMWARE);
	a = cost_basis_of_code(cost_basis_code(&c));
	cr_expect_eq(memcmp(&a, &c, sizeof(a)), 0);
}

/* Better inputs have never had larger errors, and what nobody published is said. */
Test(figures, errors_are_of_the_combination)
{
	struct cost_basis b = {{0}};
	int64_t assumed;
	char *text;

	b.grade[COST_READ_BANDWIDTH] = GRADE_MEASURED;
	b.grade[COST_WRITE_BANDWIDTH] = GRADE_ASSUMED;
	assumed = cost_bandwidth_error_ppm(&b);
	text = cost_bandwidth_text(&b);
	cr_expect_not_null(strstr(text, "reads probed, writes assumed; "), "%s", text);
	free(text);
	b.grade[COST_WRITE_BANDWIDTH] = GRADE_MEASURED;
	cr_expect_lt(cost_bandwidth_error_ppm(&b), assumed);
	b.grade[COST_WRITE_BANDWIDTH] = GRADE_FIRMWARE;
	cr_expect_null(error_find(ERROR_BANDWIDTH, &b));
	text = cost_bandwidth_text(&b);
	cr_expect_not_null(strstr(text, "no published machine"), "%s", text);
	free(text);
	b.grade[COST_READ_BANDWIDTH] = b.grade[COST_WRITE_BANDWIDTH] = GRADE_ASSUMED;
	assumed = cost_bandwidth_error_ppm(&b);
	b.grade[COST_WRITE_BANDWIDTH] = GRADE_FIRMWARE;
	cr_expect_eq(cost_bandwidth_error_ppm(&b), assumed);
}
