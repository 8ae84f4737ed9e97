/* Figures from the programs that people have, into hosts and out again. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "host/figures_formats.h"
#include "host/figures_known.h"
#include "tests/temporary.h"

#define FILES "tests/host/figures/"

/* Two packages of a node each, with an L3 of 16 MiB and four cores. */
static struct host *two_nodes(void)
{
	struct host *h = NULL;
	struct error err;

	cr_assert_eq(host_load_text(&h, "two",
				    "package:2 node:1(memory=64000000000) L3:1(size=16777216) "
				    "core:4 pu:1",
				    &err),
		     0, "%s", err.text);
	return h;
}

static int import(struct host *h, struct figures *f, const char *file, uint32_t from, uint32_t to,
		  FILE *warn, struct error *err)
{
	struct figure_source s = {.path = file, .host = h, .from = from, .to = to, .warn = warn};

	figures_begin(f, NULL, NULL);
	return figures_import(f, &s, NULL, err);
}

static void take(struct host *h, const char *file, uint32_t from, uint32_t to)
{
	struct figures f;
	struct error err;

	cr_assert_eq(import(h, &f, file, from, to, NULL, &err), 0, "%s", err.text);
	cr_assert_eq(host_take_figures(h, &f, &err), 0, "%s", err.text);
}

static double value_of(const struct host *h, enum figure_kind kind, uint32_t from, uint32_t to)
{
	const struct figure *f = host_figure(h, kind, from, to);

	return f ? f->value : NAN;
}

static uint32_t cell(const struct host *h, enum host_matrix_kind kind, unsigned from, unsigned to)
{
	return h->matrix[kind].value ? h->matrix[kind].value[from * h->nr_nodes + to]
				     : MATRIX_UNKNOWN;
}

static bool warns(const struct host *h, const char *text)
{
	for (unsigned i = 0; i < h->nr_warnings; i++)
		if (strstr(h->warning[i], text))
			return true;
	return false;
}

#define near(is, expected)                                                                         \
	cr_expect(fabs((double)(is) - (double)(expected)) <= 1e-3 * fabs((double)(expected)),      \
		  "%g is not %g", (double)(is), (double)(expected))

Test(figures, mlc_has_all_of_it)
{
	struct host *h = two_nodes();
	size_t points = 0;

	take(h, FILES "mlc-icelake.txt", FIGURE_UNSAID, FIGURE_UNSAID);
	cr_expect_eq(cell(h, MATRIX_LATENCY, 0, 1), 143);
	cr_expect_eq(cell(h, MATRIX_BANDWIDTH, 1, 0), 53112); /* 55692.3 MB/s in MiB/s */
	near(value_of(h, FIGURE_STREAM_TRIAD, FIGURE_ALL, FIGURE_ALL), 320.1984);
	for (size_t i = 0; i < h->figures->nr; i++)
		points += h->figures->figure[i].kind == FIGURE_LOADED;
	cr_expect_eq(points, 19);
	/* writes by the least squares over R, 3:1, 2:1 and 1:1, of half the machine each */
	cr_expect_eq(host_cell_grade(h, MATRIX_WRITE_BANDWIDTH, 0, 0), GRADE_MEASURED);
	cr_expect_eq(host_cell_grade(h, MATRIX_WRITE_BANDWIDTH, 0, 1), GRADE_NONE);
	near(cell(h, MATRIX_WRITE_BANDWIDTH, 0, 0) * 1048576e-9, 120.33);
	cr_assert_not_null(h->known->curve[0]);
	cr_expect_eq(h->known->curve[0], h->known->curve[1]);
	host_free(h);
}

Test(figures, likwid_says_where_by_its_threads)
{
	struct host *h = two_nodes();

	take(h, FILES "likwid.txt", FIGURE_UNSAID, FIGURE_UNSAID);
	near(value_of(h, FIGURE_READ, 0, 0), 30.72);
	/* 12 GB/s counted, half of it stores, whose lines are fetched: 18, a third written */
	near(value_of(h, FIGURE_MIX, 0, 1), 18.0);
	near(host_figure(h, FIGURE_MIX, 0, 1)->read_share, 2.0 / 3);
	host_free(h);
}

Test(figures, stream_is_of_all_nodes_unless_said)
{
	struct host *h = two_nodes();

	take(h, FILES "stream.txt", FIGURE_UNSAID, FIGURE_UNSAID);
	near(value_of(h, FIGURE_STREAM_COPY, FIGURE_ALL, FIGURE_ALL), 50.0);
	near(value_of(h, FIGURE_MIX, FIGURE_ALL, FIGURE_ALL), 72.0);
	host_free(h);
	h = two_nodes();
	take(h, FILES "stream.txt", 1, FIGURE_UNSAID);
	near(value_of(h, FIGURE_MIX, 1, 1), 72.0);
	host_free(h);
}

Test(figures, lmbench_takes_random_order_and_enough_processes)
{
	struct host *h = two_nodes();

	take(h, FILES "lmbench.txt", 0, 1);
	near(value_of(h, FIGURE_LATENCY, 0, 1), 95.678);
	near(value_of(h, FIGURE_READ, 0, 1), 29.0);
	cr_expect(isnan(value_of(h, FIGURE_MIX, 0, 1))); /* one process says nothing */
	host_free(h);
}

Test(figures, multichase_and_multiload)
{
	struct host *h = two_nodes();

	take(h, FILES "multichase.txt", 1, 0);
	take(h, FILES "multiload.txt", 0, FIGURE_UNSAID);
	near(value_of(h, FIGURE_LATENCY, 1, 0), 92.4);
	near(value_of(h, FIGURE_LOADED, 0, 0), 120.5);
	near(host_figure(h, FIGURE_LOADED, 0, 0)->load, 20000 * 1048576e-9);
	near(value_of(h, FIGURE_READ, 0, 0), 28000 * 1048576e-9);
	host_free(h);
}

Test(figures, hmat_is_what_firmware_says)
{
	struct host *h = two_nodes();

	take(h, FILES "hmat", FIGURE_UNSAID, FIGURE_UNSAID);
	cr_expect_eq(cell(h, MATRIX_LATENCY, 1, 1), 90);
	cr_expect_eq(cell(h, MATRIX_LATENCY, 0, 1), MATRIX_UNKNOWN);
	cr_expect_eq(cell(h, MATRIX_WRITE_BANDWIDTH, 0, 0), 168000);
	cr_expect_eq(host_cell_grade(h, MATRIX_BANDWIDTH, 0, 0), GRADE_FIRMWARE);
	/* what somebody measured comes first, cell by cell */
	take(h, FILES "likwid.txt", FIGURE_UNSAID, FIGURE_UNSAID);
	cr_expect_eq(host_cell_grade(h, MATRIX_BANDWIDTH, 0, 0), GRADE_MEASURED);
	cr_expect_eq(host_cell_grade(h, MATRIX_BANDWIDTH, 1, 1), GRADE_FIRMWARE);
	cr_expect_eq(h->matrix[MATRIX_BANDWIDTH].grade, GRADE_FIRMWARE);
	host_free(h);
}

Test(figures, numactl_gives_distances_where_they_were_assumed)
{
	struct host *h = two_nodes();

	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_ASSUMED);
	take(h, FILES "numactl.txt", FIGURE_UNSAID, FIGURE_UNSAID);
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_FIRMWARE);
	cr_expect_eq(host_distance(h, 0, 1), 21);
	host_free(h);
}

/* Written and read again, a list is the same facts. */
Test(figures, json_comes_back)
{
	struct host *h = two_nodes();
	struct figures f, back;
	struct error err;
	char *line;

	cr_assert_eq(import(h, &f, FILES "full.json", 0, 0, NULL, &err), 0, "%s", err.text);
	cr_expect_eq(f.nr, 3 + 4 + 1 + 1 + 5 + 2 + 1 + 1);
	line = figures_line(&f);
	cr_assert_eq(figures_parse(&back, "line", line, strlen(line), &err), 0, "%s", err.text);
	cr_assert_eq(back.nr, f.nr);
	cr_expect_str_eq(back.machine, "two boards");
	for (size_t i = 0; i < f.nr; i++) {
		cr_expect_eq(back.figure[i].kind, f.figure[i].kind);
		cr_expect_eq(back.figure[i].from, f.figure[i].from);
		cr_expect_eq(back.figure[i].to, f.figure[i].to);
		near(back.figure[i].value, f.figure[i].value);
		near(back.figure[i].load, f.figure[i].load);
	}
	figures_release(&back);
	figures_release(&f);
	free(line);
	host_free(h);
}

Test(figures, partial_ones_leave_the_rest_unknown)
{
	struct host *h = two_nodes();

	take(h, FILES "full.json", FIGURE_UNSAID, FIGURE_UNSAID);
	cr_expect_eq(cell(h, MATRIX_LATENCY, 1, 0), MATRIX_UNKNOWN);
	cr_expect_eq(cell(h, MATRIX_LATENCY, 1, 1), 91);
	near(cell(h, MATRIX_WRITE_BANDWIDTH, 0, 0) * 1048576e-9, 20.0);
	/* 1 = 25 (0.5 / 31 + 0.5 / w) */
	near(cell(h, MATRIX_WRITE_BANDWIDTH, 1, 1) * 1048576e-9, 1 / (2.0 / 25 - 1.0 / 31));
	near(h->known->lines, 12);
	near(h->known->link[1], 20);
	cr_expect_null(h->known->curve[1]);
	/* 27 of the 30 GB/s that it reads alone; idle is the least of them */
	cr_assert_eq(h->known->curve[0]->nr, 5);
	near(h->known->curve[0]->load[4], 0.9);
	near(h->known->curve[0]->factor[4], 2.0);
	host_free(h);
}

/* Curves of two shares of reads, and of a link, from points of both. */
Test(figures, curves_of_mixes_and_links)
{
	struct host *h = two_nodes();
	const struct host_curve *c;

	take(h, FILES "loaded.json", FIGURE_UNSAID, FIGURE_UNSAID);
	c = h->known->curve[0];
	cr_assert_not_null(c);
	near(c->read_share, 1);
	near(c->factor[2], 2);
	cr_assert_not_null(c->fewer);
	near(c->fewer->read_share, 0.667);
	/* of 1 / (0.667 / 30 + 0.333 / 20) GB/s that it gives at this share */
	near(c->fewer->load[2], 24 * (0.667 / 30 + 0.333 / 20));
	near(c->fewer->factor[2], 2.5);
	cr_expect_null(c->fewer->fewer);
	/* CPUs of package 1 on memory of package 0: node 0 adds 90 x (1.4 - 1) ns at 15 of its
	 * 30 GB/s, of 150 ns idle and 216 measured the link adds 30 */
	c = h->known->link_curve[2];
	cr_assert_not_null(c);
	cr_assert_eq(c->nr, 3);
	near(c->load[2], 15.0 / 20);
	near(c->factor[2], 180.0 / 150);
	cr_expect_null(h->known->link_curve[1], "node 1 has no points of its own");
	cr_expect(warns(h, "3 points of latency under load are not used (node 0 on memory of node "
			   "1, read share 1)"));
	cr_expect(warns(h, "2 points of latency under load are not used (node 0 on memory of node "
			   "0, read share 0.25)"));
	host_free(h);
}

/* A host file with all of it says the same again. */
Test(figures, a_calibrated_host_comes_back)
{
	struct host *h = two_nodes(), *back;
	struct error err;
	char *xml;

	take(h, FILES "full.json", FIGURE_UNSAID, FIGURE_UNSAID);
	cr_assert_eq(host_calibrated_xml(&xml, h, "test", &err), 0, "%s", err.text);
	cr_assert_eq(host_load_text(&back, "back", xml, &err), 0, "%s", err.text);
	for (int k = MATRIX_LATENCY; k < MATRIX_KINDS; k++)
		for (unsigned i = 0; i < 4; i++) {
			enum host_matrix_kind kind = (enum host_matrix_kind)k;

			cr_expect_eq(cell(back, kind, i / 2, i % 2), cell(h, kind, i / 2, i % 2));
			cr_expect_eq(host_cell_grade(back, kind, i / 2, i % 2),
				     host_cell_grade(h, kind, i / 2, i % 2));
		}
	cr_expect_eq(back->node[0].nr_cores, 4);
	near(back->known->lines, 12);
	cr_assert_eq(back->known->curve[0]->nr, 5);
	near(back->known->curve[0]->factor[3], 1.4);
	free(xml);
	host_free(back);
	host_free(h);
}

/* What firmware says of the other pairs stays firmware's. */
Test(figures, what_was_not_measured_does_not_become_measured)
{
	struct host *h = two_nodes(), *back;
	struct error err;
	char *xml;

	take(h, FILES "hmat", FIGURE_UNSAID, FIGURE_UNSAID);
	take(h, FILES "likwid.txt", FIGURE_UNSAID, FIGURE_UNSAID);
	cr_assert_eq(host_calibrated_xml(&xml, h, "test", &err), 0, "%s", err.text);
	cr_assert_eq(host_load_text(&back, "back", xml, &err), 0, "%s", err.text);
	cr_expect_eq(host_cell_grade(back, MATRIX_BANDWIDTH, 0, 0), GRADE_MEASURED);
	cr_expect_eq(host_cell_grade(back, MATRIX_BANDWIDTH, 1, 1), GRADE_FIRMWARE);
	cr_expect_eq(host_cell_grade(back, MATRIX_LATENCY, 1, 1), GRADE_FIRMWARE);
	free(xml);
	host_free(back);
	host_free(h);
}

Test(figures, a_file_beside_the_host_is_taken)
{
	char folder[256], *path, *side, *command;
	struct error err = {0};
	struct host *h;

	cr_assert_not_null(mkdtemp(temporary_name(folder, sizeof(folder), "homenode-figures")));
	path = xasprintf("%s/my.xml", folder);
	side = xasprintf("%s/my.figures.json", folder);
	command = xasprintf("cp topologies/epyc-nps4-8n.xml %s; "
			    "sed 's/\\[0, 1\\]/[0, 99]/' " FILES "full.json >%s",
			    path, side);
	cr_assert_eq(system(command), 0);
	cr_assert_eq(host_load(&h, path, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "my.figures.json:8:"), "%s", err.text);
	cr_expect_not_null(strstr(err.text, "node 99 is not in this host"), "%s", err.text);
	free(command);
	command = xasprintf("cp " FILES "full.json %s", side);
	cr_assert_eq(system(command), 0);
	cr_assert_eq(host_load(&h, path, &err), 0, "%s", err.text);
	cr_expect(warns(h, "my.figures.json"));
	cr_expect_eq(cell(h, MATRIX_LATENCY, 0, 1), 150);
	host_free(h);
	unlink(path);
	unlink(side);
	rmdir(folder);
	free(path);
	free(side);
	free(command);
}

/* --- what is refused ------------------------------------------------------------------- */

/* The sentence that a text is refused with; "" when it is taken. */
static const char *refusal(const char *text, struct error *err)
{
	struct host *h = two_nodes();
	struct figures f;
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-figures"));
	FILE *out = fdopen(fd, "w");
	int rc;

	fputs(text, out);
	cr_assert_eq(fclose(out), 0);
	rc = import(h, &f, path, 0, FIGURE_UNSAID, NULL, err);
	if (!rc)
		rc = host_take_figures(h, &f, err);
	figures_release(&f);
	host_free(h);
	unlink(path);
	return rc ? err->text : "";
}

Test(figures, mlc_nodes_are_numbers_of_nodes)
{
	static const char begin[] = "Intel(R) Memory Latency Checker - v3.11\n"
				    "Measuring idle latencies for random access (in ns)...\n"
				    "\t\tNuma node\nNuma node\t     0\t     1\t\n";
	char *text = xasprintf("%s       1e70\t  90.1\t 140.2\t\n", begin);
	struct error err = {0};

	cr_assert(strstr(refusal(text, &err), "no node has this number"), "%s", err.text);
	free(text);
}

static char *one_figure(const char *figure)
{
	return xasprintf("{\"homenode_figures\": 1, \"figures\": [\n%s]}", figure);
}

Test(figures, nonsense_is_refused_at_its_place)
{
	static const struct {
		const char *figure, *says;
	} bad[] = {
		{"{\"figure\": \"latency\", \"unit\": \"ns\", \"values\": [[0]]}", ":2:"},
		{"{\"figure\": \"latency\", \"unit\": \"ns\", \"values\": [[-5]]}", "1 ns to 1 ms"},
		{"{\"figure\": \"latency\", \"unit\": \"GB/s\", \"values\": [[5]]}", "is no unit"},
		{"{\"figure\": \"latency\", \"values\": [[5]]}", "unit"},
		{"{\"figure\": \"lattency\", \"unit\": \"ns\", \"values\": [[5]]}", "no figure"},
		{"{\"figure\": \"read\", \"unit\": \"GB/s\", \"values\": [[\"5\"]]}", "a number"},
		{"{\"figure\": \"read\", \"unit\": \"B/s\", \"values\": [[30]]}", "unit"},
		{"{\"figure\": \"read\", \"unit\": \"GB/s\", \"values\": [[1,2,3]]}", "node 2"},
		{"{\"figure\": \"read\", \"unit\": \"GB/s\", \"node\": 7, \"value\": 1}", "node 7"},
		{"{\"figure\": \"mix\", \"unit\": \"GB/s\", \"node\": 0, \"value\": 1}",
		 "read_share"},
		{"{\"figure\": \"loaded\", \"unit\": \"ns\", \"load_unit\": \"GB/s\", \"points\": "
		 "[[1]]}",
		 "two numbers"},
		{"{\"figure\": \"read\", \"unit\": \"GB/s\", \"node\": 0, \"value\": 30},\n"
		 "{\"figure\": \"read\", \"unit\": \"GB/s\", \"node\": 0, \"value\": 40}",
		 ":3:"},
		{"{\"figure\": \"link\", \"unit\": \"GB/s\", \"values\": [[5]]}", "link to itself"},
		{"{\"figure\": \"read\", \"unit\": \"GB/s\", \"value\": 5, \"total\": 6}",
		 "one of"},
	};
	struct error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = one_figure(bad[i].figure);

		cr_expect_not_null(strstr(refusal(text, &err), bad[i].says), "%s: %s",
				   bad[i].figure, err.text);
		free(text);
	}
}

Test(figures, outputs_that_break_off_are_refused)
{
	struct error err;

	cr_expect_not_null(strstr(refusal("Measuring idle latencies (in ns)...\n\tNuma node\nNuma "
					  "node\t0\t1\n 0\t89.2\n",
					  &err),
				  ":4: the row has fewer"),
			   "%s", err.text);
	cr_expect_not_null(strstr(refusal("Measuring idle latencies (in ns)...\n", &err),
				  "announced and not there"));
	cr_expect_not_null(strstr(refusal("LIKWID MICRO BENCHMARK\nGroup: 0 Thread 0 Global Thread "
					  "0 running on hwthread 0 - Vector\n",
					  &err),
				  "no MByte/s"));
	cr_expect_not_null(strstr(refusal("LIKWID MICRO BENCHMARK\nGroup: 0 Thread 0 Global Thread "
					  "0 running on hwthread 99 - Vector\n",
					  &err),
				  "99 is not in this host"));
	cr_expect_not_null(strstr(refusal("Function    Best Rate MB/s\nCopy:\n", &err),
				  ":2: Copy: has no rate"));
	cr_expect_not_null(strstr(refusal("Samples , ChaseThds, LdAvgMibs\n1, 2\n", &err),
				  ":2: twelve values"));
	cr_expect_not_null(strstr(refusal("[lmbench3.0\n512.00 123\n", &err),
				  ":2: two numbers, and nothing says of what"));
	cr_expect_not_null(strstr(refusal("hello\n", &err), "no known program"));
}

Test(figures, what_looks_exchanged_is_warned_of)
{
	struct host *h = two_nodes();
	struct figures f;
	struct error err;

	figures_begin(&f, "test", NULL);
	for (uint32_t i = 0; i < 4; i++)
		cr_assert_eq(figures_add(&f,
					 &(struct figure){.kind = FIGURE_LATENCY,
							  .from = i / 2,
							  .to = i % 2,
							  .value = i / 2 == i % 2 ? 150 : 90},
					 &err),
			     0);
	cr_assert_eq(host_take_figures(h, &f, &err), 0);
	cr_expect(warns(h, "are rows and columns exchanged"));
	host_free(h);
}

/* Points anywhere, at one load, or falling, make a curve that rises from 1. */
Test(figures, curves_rise_from_one)
{
	const double load[] = {5, 1, 5, 9, 0}, ns[] = {110, 100, 130, 120, 101};
	struct host_curve c;

	cr_assert(figures_curve(&c, 5, load, ns, 0, 0));
	cr_assert_eq(c.nr, 3);
	near(c.load[0], 1.0 / 9);
	near(c.factor[0], 1.01);
	near(c.factor[1], 1.3);
	near(c.factor[2], 1.3);
	cr_expect_not(figures_curve(&c, 0, load, ns, 0, 0));
}
