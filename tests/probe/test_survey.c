#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "probe/machine.h"
#include "probe/survey.h"

#define EVERYTHING ((1U << CELL_FIGURES) - 1)

/* This machine's first node that has memory and CPUs that may be used, as three:
 * itself, one without CPUs, one without memory. */
static void three_nodes(struct survey_node node[3])
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
			node[i] = (struct survey_node){.os_index = n, .cpus = cpus, .memory = true};
		node[1].cpus = (struct cpuset){{0}};
		node[2].memory = false;
		return;
	}
	cr_skip_test("no node here has 64 MiB free and a CPU that may be used");
}

static struct survey_request request(const struct survey_node *node, uint32_t nr, unsigned figures)
{
	return (struct survey_request){.machine = {.node = node, .nr = nr, .nr_packages = 1},
				       .figures = figures,
				       .bytes = 4 * MIB,
				       .repeats = 2,
				       .warm_ns = NS_PER_MS,
				       .window_ns = 2 * NS_PER_MS};
}

static void count_calls(void *context, const struct survey_cell *c, uint32_t done, uint32_t total)
{
	uint32_t *calls = context;

	cr_expect_eq(done, (*calls)++);
	cr_expect_geq(total, 16, "more where a figure lies apart from others alike");
	cr_expect(c->figure == CELL_LATENCY || c->figure == CELL_READ);
}

/* Initiators with CPUs, targets with memory, and no others; each as often as was asked. */
Test(survey, every_pair_that_there_is)
{
	struct survey_node node[3];
	struct survey s;
	struct error err = {0};
	uint32_t calls = 0;
	struct survey_request r;

	three_nodes(node);
	r = request(node, 3, 1U << CELL_LATENCY | 1U << CELL_READ);
	r.progress = count_calls;
	r.context = &calls;
	cr_assert_eq(survey_run(&s, &r, &err), 0, "%s", err.text);
	cr_expect_geq(calls, 16, "two initiators, two targets, two figures, twice");
	cr_expect_eq(s.done, 16);
	cr_assert_eq(s.nr, 8);
	cr_expect_eq(s.bytes, 4 * MIB, "whole pages of 2 MiB");
	cr_expect_gt(s.cache_bytes, 0);
	for (uint32_t i = 0; i < s.nr; i++) {
		const struct survey_cell *c = &s.cell[i];
		struct cell_value v = cell_value(c);

		cr_expect(c->from != 1 && c->to != 2);
		cr_expect(!c->why && c->nr >= 2 && v.median > 0);
		cr_expect(c->figure == CELL_READ ? v.worst <= v.median && v.median <= v.best
						 : v.best <= v.median && v.median <= v.worst);
	}
	survey_release(&s);
}

static unsigned count_kind(const struct survey *s, enum cell_figure f, bool measured)
{
	unsigned nr = 0;

	for (uint32_t i = 0; i < s->nr; i++)
		nr += s->cell[i].figure == f && (s->cell[i].nr > 0) == measured;
	return nr;
}

/* Every figure has a value or a reason, and never both. */
Test(survey, everything_is_measured_or_says_why)
{
	struct survey_node node[3];
	struct survey s;
	struct error err = {0};
	struct survey_request r;

	three_nodes(node);
	r = request(node, 1, EVERYTHING);
	r.machine.l3 = &node[0].cpus;
	r.machine.nr_l3 = 1;
	cr_assert_eq(survey_run(&s, &r, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < s.nr; i++)
		cr_expect_neq(s.cell[i].nr > 0, s.cell[i].why != NULL, "%s %s: %u, %s",
			      cell_figure_name(s.cell[i].figure), cell_kind(&s.cell[i]),
			      s.cell[i].nr, s.cell[i].why);
	cr_expect_eq(count_kind(&s, CELL_LINK, false), 1, "one package has no link");
	cr_expect_eq(count_kind(&s, CELL_HOT, false), 1);
	cr_expect_eq(count_kind(&s, CELL_LATENCY, true), 1);
	cr_expect_eq(count_kind(&s, CELL_STREAM, true), 4);
	cr_expect_eq(count_kind(&s, CELL_LINES, true), 11);
	cr_expect_gt(count_kind(&s, CELL_PORT, true), 1);
	/* eight levels of reads, and seven of a mix: idle is idle */
	cr_expect_eq(count_kind(&s, CELL_LOADED, true) + count_kind(&s, CELL_LOADED, false), 15);
	survey_release(&s);
}

/* By reads and a mix on own memory; by reads to and fro for each distance. */
Test(survey, loaded_curves_there_and_back)
{
	static const uint32_t distance[] = {10, 12, 32, 12, 10, 32, 32, 32, 10};
	struct survey_node node[3] = {{.memory = true}, {.memory = true}, {.memory = true}};
	const struct survey_machine m = {.node = node, .nr = 3, .distance = distance};
	uint32_t ways[3][3] = {{0}}, mixed = 0, nr;
	struct survey_cell *cell;

	for (unsigned n = 0; n < 2; n++)
		for (unsigned c = 0; c < 2; c++)
			cpuset_add(&node[n].cpus, 2 * n + c);
	nr = cells_list(&cell, &m, 1U << CELL_LOADED);
	for (uint32_t i = 0; i < nr; i++) {
		mixed += cell[i].op == KERNEL_MIX_2_1;
		ways[cell[i].from][cell[i].to] += cell[i].op == KERNEL_READ;
	}
	cr_expect_eq(mixed, 14);
	cr_expect(ways[0][0] == 8 && ways[1][1] == 8, "own");
	cr_expect(ways[0][1] == 8 && ways[1][0] == 8, "at distance 12, both ways");
	cr_expect(ways[0][2] == 8 && ways[2][0] == 0, "at 32; node 2 has no CPUs");
	cr_expect_eq(ways[1][2], 0, "from the first node only");
	cells_free(cell, nr);
}

/* Samples that ride with others or cannot be had take no time. */
Test(survey, says_how_long)
{
	struct survey_node node = {.memory = true};
	struct survey_request r = {.machine = {.node = &node, .nr = 1, .nr_packages = 1},
				   .figures =
					   1U << CELL_LATENCY | 1U << CELL_LINK | 1U << CELL_STREAM,
				   .repeats = 7,
				   .warm_ns = 300 * NS_PER_MS,
				   .window_ns = NS_PER_S};

	cpuset_add(&node.cpus, 0);
	cr_expect_eq(survey_expected_ns(&r), 2 * 7 * 1300 * NS_PER_MS);
}

/* Two packages: reads, 1:1 and both ways, to and fro. */
Test(survey, links_between_packages)
{
	struct survey_node node[3];
	struct survey s;
	struct error err = {0};
	struct survey_request r;

	three_nodes(node);
	node[1] = node[0];
	node[1].package = 1;
	r = request(node, 2, 1U << CELL_LINK | 1U << CELL_HOT);
	r.machine.nr_packages = 2;
	cr_assert_eq(survey_run(&s, &r, &err), 0, "%s", err.text);
	cr_expect_eq(count_kind(&s, CELL_LINK, true), 5);
	cr_expect_eq(count_kind(&s, CELL_HOT, true), 1);
	survey_release(&s);
}

/* What cannot be measured is not measured a little. */
Test(survey, refusals)
{
	struct survey_node node[3];
	struct survey s;
	struct error err = {0};
	struct survey_request r;

	three_nodes(node);
	r = request(node, 1, 1U << CELL_READ);
	r.bytes = (size_t)1 << 50;
	cr_expect_eq(survey_run(&s, &r, &err), ERR_NO_ROOM);
	survey_release(&s);
	r.bytes = MIB;
	r.kernels = "none";
	cr_expect_eq(survey_run(&s, &r, &err), ERR_CANNOT);
	survey_release(&s);
	r.kernels = NULL;
	node[0].os_index = 4000;
	cr_expect_eq(survey_run(&s, &r, &err), ERR_CANNOT);
	survey_release(&s);
	node[0].cpus = (struct cpuset){{0}};
	cpuset_add(&node[0].cpus, CPUS_MAX - 1);
	cr_expect_eq(survey_run(&s, &r, &err), ERR_CANNOT);
	survey_release(&s);
}

/* A node whose CPUs are not ours stays unknown, with the reason; the others are measured. */
Test(survey, cpus_of_others)
{
	struct survey_node node[3];
	struct survey s;
	struct error err = {0};
	struct survey_request r;

	three_nodes(node);
	node[1].cpus = (struct cpuset){{0}};
	cpuset_add(&node[1].cpus, CPUS_MAX - 1);
	r = request(node, 2, 1U << CELL_LATENCY);
	cr_assert_eq(survey_run(&s, &r, &err), 0, "%s", err.text);
	cr_expect_eq(count_kind(&s, CELL_LATENCY, true), 2);
	cr_expect_eq(count_kind(&s, CELL_LATENCY, false), 2);
	for (uint32_t i = 0; i < s.nr; i++)
		cr_expect_eq(s.cell[i].why != NULL, s.cell[i].from == 1);
	survey_release(&s);
}

static void stop_at_three(void *context, const struct survey_cell *c, uint32_t done, uint32_t total)
{
	(void)c;
	(void)total;
	if (done == 3)
		atomic_store((atomic_bool *)context, true);
}

/* A signal ends it with the whole samples that there are. */
Test(survey, a_signal_keeps_what_was_measured)
{
	struct survey_node node[3];
	struct survey s;
	struct error err = {0};
	struct survey_request r;
	atomic_bool stop;

	atomic_init(&stop, false);
	three_nodes(node);
	r = request(node, 3, 1U << CELL_READ);
	r.stop = &stop;
	r.progress = stop_at_three;
	r.context = &stop;
	cr_assert_eq(survey_run(&s, &r, &err), 0, "%s", err.text);
	cr_expect(s.stopped);
	cr_expect_eq(s.done, 3);
	cr_expect_eq(count_kind(&s, CELL_READ, true), 3);
	survey_release(&s);
}

Test(survey, a_time_box_keeps_what_was_measured)
{
	struct survey_node node[3];
	struct survey s;
	struct error err = {0};
	struct survey_request r;

	three_nodes(node);
	r = request(node, 1, 1U << CELL_READ);
	r.time_ns = 1;
	cr_assert_eq(survey_run(&s, &r, &err), 0, "%s", err.text);
	cr_expect(s.late && !s.stopped);
	cr_expect_eq(count_kind(&s, CELL_READ, true), 0);
	survey_release(&s);
}

/* The median of an even number is the worse one; the interval is Student's. */
Test(survey, values)
{
	double latency[] = {100, 104, 90, 101}, rate[] = {7, 9, 8, 10};
	struct survey_cell c = {.figure = CELL_LATENCY, .sample = latency, .nr = 4};
	struct cell_value v = cell_value(&c);

	cr_expect_eq(v.median, 101);
	cr_expect_eq(v.best, 90);
	cr_expect_eq(v.worst, 104);
	/* deviation of 100, 104, 90, 101 is 6.0759; t(3) = 3.182 */
	cr_expect_lt(fabs(v.half - 3.182 * 6.0759 / 2), 0.01, "%g", v.half);
	c = (struct survey_cell){.figure = CELL_READ, .sample = rate, .nr = 4};
	v = cell_value(&c);
	cr_expect_eq(v.median, 8);
	cr_expect_eq(v.best, 10);
	cr_expect_eq(v.worst, 7);
	c.nr = 1;
	cr_expect_eq(cell_value(&c).half, 0);
}

/* Alike: the same figure over the same distance. */
Test(survey, alike)
{
	static const uint32_t distance[] = {10, 12, 32, 12, 10, 32, 32, 32, 10};
	const struct survey_machine m = {.nr = 3, .distance = distance};
	struct survey_cell a = {.figure = CELL_READ, .from = 0, .to = 1}, b = a;

	b.from = 1;
	b.to = 0;
	cr_expect(cell_alike(&m, &a, &b));
	b.to = 2;
	cr_expect_not(cell_alike(&m, &a, &b), "12 and 32");
	b = a;
	b.op = KERNEL_WRITE_NT;
	cr_expect_not(cell_alike(&m, &a, &b));
}

struct sentences {
	char text[4096];
};

static void collect(void *context, const char *sentence)
{
	struct sentences *s = context;

	strncat(s->text, sentence, sizeof(s->text) - strlen(s->text) - 2);
	strcat(s->text, "\n");
}

Test(survey, conditions_are_judged)
{
	struct conditions before = {.steal_ticks = 10,
				    .all_ticks = 1000,
				    .hinted_pages = 5,
				    .swapped_pages = 0,
				    .running = 1,
				    .slowest_khz = 3000000,
				    .fastest_khz = 3000000};
	struct conditions after = before;
	struct sentences s = {""};

	after.all_ticks += 1000;
	conditions_judge(&before, &after, 2, collect, &s);
	cr_expect_str_eq(s.text, "");
	after.steal_ticks += 25;
	after.hinted_pages += 7;
	after.swapped_pages += 3;
	after.preempted += 100;
	after.balancing = after.ksm = 1;
	after.slowest_khz = 2000000;
	strcpy(after.governor, "powersave");
	before.running = 4;
	conditions_judge(&before, &after, 2, collect, &s);
	cr_expect_not_null(strstr(s.text, "took 2.5 % of the CPUs' time"), "%s", s.text);
	cr_expect_not_null(strstr(s.text, "moved 7 pages"));
	cr_expect_not_null(strstr(s.text, "3 pages were swapped"));
	cr_expect_not_null(strstr(s.text, "taken away 100 times"));
	cr_expect_not_null(strstr(s.text, "numa_balancing=0"));
	cr_expect_not_null(strstr(s.text, "KSM"));
	cr_expect_not_null(strstr(s.text, "between 2000 and 3000 MHz"));
	cr_expect_not_null(strstr(s.text, "powersave"));
	cr_expect_not_null(strstr(s.text, "3 other threads"));
}

/* Of a machine made of files: four CPUs of two cores behind one L3. */
static void put(const char *root, unsigned cpu, const char *siblings)
{
	char text[256];
	FILE *f;

	snprintf(text, sizeof(text), "mkdir -p %s/devices/system/cpu/cpu%u/topology", root, cpu);
	cr_assert_eq(system(text), 0);
	snprintf(text, sizeof(text), "%s/devices/system/cpu/cpu%u/topology/thread_siblings_list",
		 root, cpu);
	f = fopen(text, "w");
	cr_assert_not_null(f);
	fprintf(f, "%s\n", siblings);
	fclose(f);
}

static uint32_t most_of_port(const struct survey_machine *m)
{
	struct survey_cell *cell;
	uint32_t nr = cells_list(&cell, m, 1U << CELL_PORT), most = 0, writes = 0;

	for (uint32_t i = 0; i < nr; i++) {
		most = cell[i].count > most ? cell[i].count : most;
		writes += cell[i].op == KERNEL_WRITE_NT;
	}
	cr_expect_eq(writes, 1, "by all that work");
	cells_free(cell, nr);
	return most;
}

/* One thread a core counts, or all of them where that was asked for. */
Test(survey, ports_count_cores)
{
	char root[] = "/tmp/homenode-cores-XXXXXX", command[64];
	struct survey_node node = {.memory = true};
	struct cpuset l3;
	struct survey_machine m = {.node = &node, .nr = 1, .l3 = &l3, .nr_l3 = 1, .sysfs = root};

	cr_assert_not_null(mkdtemp(root));
	for (unsigned c = 0; c < 4; c++)
		put(root, c, c % 2 ? "1,3" : "0,2");
	cr_assert(cpuset_parse(&node.cpus, "0-3"));
	l3 = node.cpus;
	cr_expect_eq(most_of_port(&m), 2);
	m.smt = true;
	cr_expect_eq(most_of_port(&m), 4);
	snprintf(command, sizeof(command), "rm -r %s", root);
	cr_expect_eq(system(command), 0);
}
