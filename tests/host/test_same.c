#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/units.h"
#include "host/figures.h"
#include "host/same.h"
#include "tests/temporary.h"

/* Two nodes of two CPUs and 64 GiB, 10 and 21 apart. */
static struct host *machine(const char *name)
{
	struct host *h = host_new(name, 2);
	uint32_t *distance = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "SLIT");

	for (unsigned n = 0; n < 2; n++) {
		cpuset_add(&h->node[n].cpus, 2 * n);
		cpuset_add(&h->node[n].cpus, 2 * n + 1);
		h->node[n].memory_bytes = 64 * GIB;
		distance[2 * n + n] = 10;
		distance[2 * n + !n] = 21;
	}
	return h;
}

static void finish(struct host *h)
{
	struct error err = {0};

	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);
}

static void expect_differs(struct host *file, const char *what)
{
	struct host *live = machine("xen");
	struct error err = {0};
	char *sentence = xasprintf("my-host is of another machine than \"xen\": %s", what);

	finish(live);
	finish(file);
	cr_expect_eq(host_same(file, live, &err), ERR_INPUT);
	cr_expect_str_eq(err.text, sentence);
	free(sentence);
	host_free(file);
	host_free(live);
}

static void expect_same(struct host *file)
{
	struct host *live = machine("xen");
	struct error err = {0};

	finish(live);
	finish(file);
	cr_expect_eq(host_same(file, live, &err), 0, "%s", err.text);
	host_free(file);
	host_free(live);
}

Test(same, the_same)
{
	struct host *h = machine("my-host");

	expect_same(h);
	h = machine("my-host");
	h->node[0].memory_bytes = 62 * GIB; /* without the hole, and what a kernel keeps */
	h->node[1].memory_bytes = 63 * GIB;
	expect_same(h);
	/* not known is not another */
	h = machine("my-host");
	h->matrix[MATRIX_DISTANCE].grade = GRADE_ASSUMED;
	h->matrix[MATRIX_DISTANCE].value[1] = 32;
	h->memory_grade = GRADE_ASSUMED;
	h->node[0].memory_bytes = GIB;
	expect_same(h);
}

Test(same, what_differs_is_named)
{
	struct host *h = machine("my-host");

	h->node[1].memory_bytes = 32 * GIB;
	expect_differs(h, "node 1 has 32 GiB there and 64 GiB here");
	h = machine("my-host");
	h->matrix[MATRIX_DISTANCE].value[1] = 32;
	expect_differs(h, "from node 0 to node 1 it is 32 there and 21 here");
	h = machine("my-host");
	h->node[1].cpus = (struct cpuset){0};
	cpuset_add(&h->node[1].cpus, 3);
	expect_differs(h, "node 1 has CPUs 3 there and CPUs 2-3 here");
	h = machine("my-host");
	h->node[1].cpus = (struct cpuset){0};
	expect_differs(h, "node 1 has no CPUs there and CPUs 2-3 here");
	h = machine("my-host");
	h->node[1].os_index = 4;
	expect_differs(h, "node 1 is not there; node 4 is not here");
	h = machine("my-host");
	for (unsigned n = 0; n < 2; n++)
		h->node[n].memory_bytes = GIB;
	h->matrix[MATRIX_DISTANCE].value[1] = h->matrix[MATRIX_DISTANCE].value[2] = 32;
	expect_differs(h, "node 0 has 1 GiB there and 64 GiB here; node 1 has 1 GiB there and "
			  "64 GiB here; from node 0 to node 1 it is 32 there and 21 here; and 1 "
			  "more");
}

static char path[256];

static void put(const char *text)
{
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-same"));
	FILE *f = fdopen(fd, "w");

	cr_assert_not_null(f);
	fputs(text, f);
	cr_assert_eq(fclose(f), 0);
}

static void expect_latency(const struct host *h, unsigned from, unsigned to, uint32_t ns)
{
	cr_expect_eq(host_cell_grade(h, MATRIX_LATENCY, from, to), GRADE_MEASURED);
	cr_expect_eq(h->matrix[MATRIX_LATENCY].value[2 * from + to], ns);
}

Test(same, figures_are_taken)
{
	struct host *h = machine("xen");
	struct error err = {0};

	finish(h);
	put("{\"homenode_figures\": 1, \"figures\": [{\"figure\": \"latency\", \"unit\": \"ns\", "
	    "\"values\": [[90, 140], [141, 91]]}]}");
	cr_assert_eq(host_take_file(h, path, &err), 0, "%s", err.text);
	expect_latency(h, 0, 1, 140);
	cr_expect_str_eq(h->name, "xen");
	cr_expect_null(h->path);
	unlink(path);
	put("{\"homenode_figures\": 1, \"figures\": [{\"figure\": \"latency\", \"unit\": \"ns\", "
	    "\"values\": [90, 140, 141]}]}");
	cr_expect_eq(host_take_file(h, path, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "node 2 is not in this host"), "%s", err.text);
	unlink(path);
	host_free(h);
}

/* A calibrated host file of the same machine: its matrices, curves and all. */
Test(same, a_calibrated_host_is_taken)
{
	struct host *live = machine("xen"), *file = machine("my-host");
	struct figures f;
	struct error err = {0};
	char *text;

	finish(live);
	finish(file);
	figures_begin(&f, "homenode probe", NULL);
	cr_assert_eq(figures_add(&f,
				 &(struct figure){
					 .kind = FIGURE_LATENCY, .from = 1, .to = 0, .value = 150},
				 &err),
		     0);
	cr_assert_eq(figures_add(&f,
				 &(struct figure){.kind = FIGURE_LINES,
						  .from = FIGURE_ALL,
						  .to = FIGURE_ALL,
						  .value = 17},
				 &err),
		     0);
	cr_assert_eq(host_take_figures(file, &f, &err), 0, "%s", err.text);
	cr_assert_eq(host_calibrated_xml(&text, file, "test", &err), 0, "%s", err.text);
	put(text);
	free(text);
	cr_assert_eq(host_take_file(live, path, &err), 0, "%s", err.text);
	expect_latency(live, 1, 0, 150);
	cr_assert_not_null(host_figure(live, FIGURE_LINES, FIGURE_ALL, FIGURE_ALL));
	host_free(live);
	live = machine("xen");
	live->node[0].memory_bytes = 128 * GIB;
	finish(live);
	cr_expect_eq(host_take_file(live, path, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "node 0 has 64 GiB there and 128 GiB here"));
	cr_expect_null(live->figures, "nothing is taken of another machine");
	unlink(path);
	host_free(live);
	host_free(file);
}

/* As lstopo writes what firmware says, which a hypervisor does not tell: memory attributes, and no
 * word of a measurement. */
Test(same, firmware_is_taken_where_the_machine_says_less)
{
	struct host *live = machine("xen"), *file = machine("my-host");
	struct error err = {0};
	char *text, *word;

	finish(live);
	finish(file);
	host_set_cell(file, MATRIX_BANDWIDTH, 0, 0, 50000, GRADE_MEASURED, "test");
	cr_assert_eq(host_calibrated_xml(&text, file, "test", &err), 0, "%s", err.text);
	while ((word = strstr(text, "homenodeMeasured")) ||
	       (word = strstr(text, "homenodeFigures")))
		*word = 'H';
	put(text);
	free(text);
	cr_assert_eq(host_take_file(live, path, &err), 0, "%s", err.text);
	cr_expect_eq(host_cell_grade(live, MATRIX_BANDWIDTH, 0, 0), GRADE_FIRMWARE);
	cr_expect_eq(live->matrix[MATRIX_BANDWIDTH].value[0], 50000);
	unlink(path);
	host_free(file);
	host_free(live);
}

Test(same, nothing_to_take)
{
	struct host *live = machine("xen");
	struct error err = {0};

	finish(live);
	put("available: 2 nodes (0-1)\nnode 0 cpus: 0 1\nnode 0 size: 65536 MB\nnode 1 cpus: 2 3\n"
	    "node 1 size: 65536 MB\nnode distances:\nnode   0   1\n  0:  10  21\n  1:  21  10\n");
	cr_expect_eq(host_take_file(live, path, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "no latency and no bandwidth"), "%s", err.text);
	cr_expect_eq(host_take_file(live, "/nonexistent.xml", &err), ERR_INPUT);
	unlink(path);
	host_free(live);
}
