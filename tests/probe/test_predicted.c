/* What the model says of STREAM and of one hot node, on a host whose figures are round. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "cli/probe_out.h"
#include "probe/stream.h"
#include "schema/schema.h"

static struct host *host_with(const char *file)
{
	const struct figure lines = {
		.kind = FIGURE_LINES, .from = FIGURE_ALL, .to = FIGURE_ALL, .value = 256};
	struct host *h = NULL;
	struct figures f;
	struct error err;

	cr_assert_eq(host_load_text(&h, "two",
				    "package:2 node:1(memory=64000000000) L3:1(size=16777216) "
				    "core:4 pu:1",
				    &err),
		     0, "%s", err.text);
	cr_assert_eq(figures_load(&f, file, &err), 0, "%s", err.text);
	cr_assert_eq(figures_add(&f, &lines, &err), 0, "%s", err.text);
	cr_assert_eq(host_take_figures(h, &f, &err), 0, "%s", err.text);
	return h;
}

static void expect(int64_t is, double gb_per_s)
{
	cr_expect_lt(fabs((double)is / 1e9 - gb_per_s), 0.001 * gb_per_s, "%lld is not %g GB/s",
		     (long long)is, gb_per_s);
}

/* Lines in flight are no limit here. */
Test(predicted, by_hand)
{
	double any = 1e9;
	struct survey_cell cell[] = {
		{.figure = CELL_STREAM, .count = STREAM_COPY, .sample = &any, .nr = 1},
		{.figure = CELL_STREAM, .count = STREAM_TRIAD, .sample = &any, .nr = 1},
		{.figure = CELL_HOT, .from = CELL_ALL, .sample = &any, .nr = 1},
		{.figure = CELL_READ, .sample = &any, .nr = 1},
		{.figure = CELL_STREAM, .count = STREAM_TRIAD},
	};
	struct survey s = {.cell = cell, .nr = 5};
	struct host *h = host_with("tests/host/figures/loaded.json");
	int64_t *predicted = probe_predicted(h, &s);

	/* two lines of three are read: 1 / (2/3 / 30 + 1/3 / 20) on the bus, two thirds counted */
	expect(predicted[0], 2.0 / 3 / (2.0 / 3 / 30 + 1.0 / 3 / 20));
	/* three of four, three of four counted */
	expect(predicted[1], 0.75 / (0.75 / 30 + 0.25 / 20));
	/* all that node 0's memory gives, though no path brings more than 12.5 from afar */
	expect(predicted[2], 30);
	cr_expect_eq(predicted[3], FIGURE_UNKNOWN, "what it rests on is no prediction");
	cr_expect_eq(predicted[4], FIGURE_UNKNOWN, "not measured");
	free(predicted);
	host_free(h);
}

/* In full.json node 1's writes follow from a mix, and its latency to node 0 was not measured. */
Test(predicted, what_was_not_measured_predicts_nothing)
{
	double any = 1e9;
	struct survey_cell cell[] = {
		{.figure = CELL_STREAM, .count = STREAM_TRIAD, .sample = &any, .nr = 1},
		{.figure = CELL_HOT, .from = CELL_ALL, .sample = &any, .nr = 1},
	};
	struct survey s = {.cell = cell, .nr = 2};
	struct host *h = host_with("tests/host/figures/full.json");
	int64_t *predicted = probe_predicted(h, &s);

	cr_expect_neq(predicted[0], FIGURE_UNKNOWN);
	cr_expect_eq(predicted[1], FIGURE_UNKNOWN);
	free(predicted);
	host_free(h);
}
