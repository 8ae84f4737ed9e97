#include <criterion/criterion.h>
#include <string.h>

#include "base/units.h"
#include "probe/machine.h"
#include "probe/matrix.h"

/* This machine's first node that has memory and CPUs that may be used, as three:
 * itself, one without CPUs, one without memory. */
static void three_nodes(struct matrix_node node[3])
{
	struct cpuset nodes, mine, cpus;
	struct error err;

	cr_assert_eq(machine_cpus_allowed(&mine, &err), 0, "%s", err.text);
	machine_nodes(NULL, &nodes);
	memset(node, 0, 3 * sizeof(*node));
	for (unsigned n = cpuset_next(&nodes, 0); n != CPUSET_NONE;
	     n = cpuset_next(&nodes, n + 1)) {
		cr_assert(machine_node_cpus(NULL, n, &cpus));
		cpuset_and(&cpus, &mine);
		if (cpuset_empty(&cpus) || machine_node_available(NULL, n) < 64 * MIB)
			continue;
		for (int i = 0; i < 3; i++)
			node[i] = (struct matrix_node){n, cpus, true};
		node[1].cpus = (struct cpuset){{0}};
		node[2].memory = false;
		return;
	}
	cr_skip_test("no node here has 64 MiB free and a CPU that may be used");
}

static void count_calls(void *context, uint32_t done, uint32_t total)
{
	uint32_t *calls = context;

	cr_expect_eq(done, ++*calls);
	cr_expect_eq(total, 8);
}

static void expect_cell(const struct matrix_cell *c, bool measured)
{
	cr_assert_eq(c->measured, measured);
	if (!measured) {
		cr_expect_eq(c->latency_ps, 0);
		cr_expect_eq(c->read_bytes_per_s, 0);
		return;
	}
	cr_expect(c->latency_best_ps > 0 && c->latency_best_ps <= c->latency_ps &&
		  c->latency_ps <= c->latency_worst_ps);
	cr_expect(c->read_worst_bytes_per_s > 0 &&
		  c->read_worst_bytes_per_s <= c->read_bytes_per_s);
}

Test(matrix, every_pair_that_there_is)
{
	struct matrix_node node[3];
	struct matrix_cell cell[9];
	struct matrix_facts facts;
	struct error err = {0};
	uint32_t calls = 0;
	struct matrix_request r = {.node = node,
				   .nr = 3,
				   .bytes = 4 * MIB,
				   .repeats = 2,
				   .progress = count_calls,
				   .context = &calls};

	three_nodes(node);
	memset(cell, 0xff, sizeof(cell));
	cr_assert_eq(matrix_measure(&r, cell, &facts, &err), 0, "%s", err.text);
	cr_expect_eq(calls, 8, "two initiators, two targets, two probes");
	cr_expect_eq(facts.bytes, 4 * MIB, "whole pages of 2 MiB");
	cr_expect_gt(facts.cache_bytes, 0);
	for (int from = 0; from < 3; from++)
		for (int to = 0; to < 3; to++)
			expect_cell(&cell[from * 3 + to], from != 1 && to != 2);
}

/* What cannot be measured is not measured a little. */
Test(matrix, refusals)
{
	struct matrix_node node[3];
	struct matrix_cell cell[9];
	struct matrix_facts facts;
	struct error err = {0};
	struct matrix_request r = {.node = node, .nr = 1, .bytes = (size_t)1 << 50, .repeats = 1};

	three_nodes(node);
	cr_expect_eq(matrix_measure(&r, cell, &facts, &err), ERR_NO_ROOM);
	r.bytes = MIB;
	node[0].cpus = (struct cpuset){{0}};
	cpuset_add(&node[0].cpus, CPUS_MAX - 1);
	cr_expect_eq(matrix_measure(&r, cell, &facts, &err), ERR_CANNOT);
	cr_expect_not_null(strstr(err.text, "node"), "%s", err.text);
	node[0].os_index = 4000;
	cr_expect_eq(matrix_measure(&r, cell, &facts, &err), ERR_CANNOT);
}
