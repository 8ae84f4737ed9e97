#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "host/host.h"
#include "tests/temporary.h"

/* Values that differ by cell; nodes without CPUs start no access, and `hole` is left
 * out. */
static void invent(struct host *h, enum host_matrix_kind kind, uint32_t first, unsigned hole)
{
	uint32_t *value = host_matrix_new(h, kind, GRADE_MEASURED, "test");

	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++)
		if (i != hole && h->node[i / h->nr_nodes].nr_cpus &&
		    h->node[i % h->nr_nodes].memory_bytes)
			value[i] = first + i;
}

static struct host *reload(const char *text)
{
	char path[256];
	struct host *h;
	struct error err = {0};
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-calibrate"));
	FILE *out = fdopen(fd, "w");

	cr_assert_not_null(out);
	fputs(text, out);
	cr_assert_eq(fclose(out), 0);
	cr_assert_eq(host_load(&h, path, &err), 0, "%s", err.text);
	unlink(path);
	return h;
}

static void expect_matrix(const struct host *a, const struct host *b, enum host_matrix_kind kind)
{
	cr_assert_eq(b->matrix[kind].grade, GRADE_MEASURED);
	for (unsigned i = 0; i < a->nr_nodes * a->nr_nodes; i++)
		cr_expect_eq(a->matrix[kind].value[i], b->matrix[kind].value[i],
			     "%s: cell %u of %d", a->name, i, (int)kind);
}

static void expect_same_machine(const struct host *a, const struct host *b)
{
	cr_assert_eq(a->nr_nodes, b->nr_nodes);
	for (unsigned n = 0; n < a->nr_nodes; n++) {
		cr_expect(cpuset_equal(&a->node[n].cpus, &b->node[n].cpus));
		cr_expect_eq(a->node[n].memory_bytes, b->node[n].memory_bytes);
		cr_expect_eq(a->node[n].nr_cores, b->node[n].nr_cores);
		cr_expect_str_eq(a->node[n].kind, b->node[n].kind);
	}
	cr_expect_eq(a->nr_devices, b->nr_devices);
	cr_expect_eq(a->nr_l3s, b->nr_l3s);
	cr_expect_str_eq(a->source, b->source);
	cr_expect_eq(memcmp(a->matrix[MATRIX_DISTANCE].value, b->matrix[MATRIX_DISTANCE].value,
			    sizeof(uint32_t) * a->nr_nodes * a->nr_nodes),
		     0);
}

static void calibrate_and_reload(const char *path, unsigned hole)
{
	struct host *h, *back, *again;
	struct error err = {0};
	char *text, *twice;

	cr_assert_eq(host_load(&h, path, &err), 0, "%s", err.text);
	invent(h, MATRIX_LATENCY, 80, hole);
	invent(h, MATRIX_BANDWIDTH, 9000, hole);
	cr_assert_eq(host_calibrated_xml(&text, h, "<\"made\" & up>", &err), 0, "%s", err.text);
	cr_expect_not_null(strstr(text, "homenodeMeasured"));
	back = reload(text);
	expect_same_machine(h, back);
	expect_matrix(h, back, MATRIX_LATENCY);
	expect_matrix(h, back, MATRIX_BANDWIDTH);

	/* measured anew: what was there before gives way */
	invent(h, MATRIX_LATENCY, 200, hole);
	cr_assert_eq(host_calibrated_xml(&twice, h, "again", &err), 0, "%s", err.text);
	again = reload(twice);
	expect_matrix(h, again, MATRIX_LATENCY);
	host_free(again);
	free(twice);
	host_free(back);
	host_free(h);
	free(text);
}

Test(calibrate, shipped_hosts_come_back_with_their_figures)
{
	calibrate_and_reload("topologies/epyc-nps4-8n.xml", UINT32_MAX);
	calibrate_and_reload("topologies/epyc-nps4-8n-smt.xml", 3);
}

/* Sparse ids, memory without CPUs, matrices that a user had put in. */
Test(calibrate, every_shipped_host)
{
	FILE *names = popen("ls topologies/*.xml", "r");
	char path[256];
	unsigned nr = 0;

	cr_assert_not_null(names);
	while (fgets(path, sizeof(path), names)) {
		path[strcspn(path, "\n")] = '\0';
		calibrate_and_reload(path, UINT32_MAX);
		nr++;
	}
	pclose(names);
	cr_expect_geq(nr, 5);
}

Test(calibrate, this_machine)
{
	struct host *h, *back;
	struct error err = {0};
	char *text;

	cr_assert_eq(host_load_this(&h, &err), 0, "%s", err.text);
	invent(h, MATRIX_LATENCY, 80, UINT32_MAX);
	invent(h, MATRIX_BANDWIDTH, 9000, UINT32_MAX);
	cr_assert_eq(host_calibrated_xml(&text, h, "test", &err), 0, "%s", err.text);
	back = reload(text);
	cr_expect_eq(back->nr_nodes, h->nr_nodes);
	expect_matrix(h, back, MATRIX_LATENCY);
	expect_matrix(h, back, MATRIX_BANDWIDTH);
	host_free(back);
	host_free(h);
	free(text);
}

Test(calibrate, a_file_that_has_gone)
{
	struct host *h;
	struct error err = {0};
	char *text;

	cr_assert_eq(host_load(&h, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	free(h->path);
	h->path = xstrdup("topologies/no-such-host.xml");
	cr_expect_neq(host_calibrated_xml(&text, h, "test", &err), 0);
	cr_expect_null(text);
	cr_expect_not_null(strstr(err.text, "no-such-host.xml"));
	host_free(h);
}

/* hwloc 1 has no place for what is measured: the file comes out as version 2. */
Test(calibrate, a_version_1_file)
{
	calibrate_and_reload("tests/host/machines/version1.xml", UINT32_MAX);
}

/* hwloc is handed UTF-8, whatever the file says of itself. */
Test(calibrate, a_version_1_file_in_utf_16)
{
	char path[256], *command;

	close(mkstemp(temporary_name(path, sizeof(path), "homenode-calibrate")));
	command = xasprintf("sed '1s/UTF-8/UTF-16/' tests/host/machines/version1.xml | "
			    "iconv -f UTF-8 -t UTF-16 >%s",
			    path);
	cr_assert_eq(system(command), 0);
	calibrate_and_reload(path, UINT32_MAX);
	unlink(path);
	free(command);
}

/* What is no hwloc XML comes out as one. */
Test(calibrate, what_is_no_xml)
{
	struct host *h, *back;
	struct error err = {0};
	char *text;

	cr_assert_eq(host_load(&h, "tests/host/machines/numactl.txt", &err), 0, "%s", err.text);
	invent(h, MATRIX_LATENCY, 80, UINT32_MAX);
	cr_assert_eq(host_calibrated_xml(&text, h, "test", &err), 0, "%s", err.text);
	back = reload(text);
	expect_same_machine(h, back);
	expect_matrix(h, back, MATRIX_LATENCY);
	host_free(back);
	host_free(h);
	free(text);
}
