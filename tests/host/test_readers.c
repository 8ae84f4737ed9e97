/* Hosts from what other programs print, and from files packed and encoded in any way:
 * told from the content. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/units.h"
#include "tests/host/toy.h"
#include "tests/temporary.h"

#define MACHINES "tests/host/machines/"

static struct host *machine(const char *file)
{
	char *path = xasprintf(MACHINES "%s", file);
	struct error err = {0, ""};
	struct host *h = NULL;

	cr_assert_eq(host_load(&h, path, &err), 0, "%s", err.text);
	free(path);
	return h;
}

static void has_node(const struct host *h, unsigned n, const char *cpus, unsigned cores,
		     unsigned package, int64_t bytes)
{
	char *list = cpuset_list(&h->node[n].cpus);

	cr_expect_str_eq(list, cpus);
	cr_expect_eq(h->node[n].nr_cores, cores, "node %u: %u cores", n, h->node[n].nr_cores);
	cr_expect_eq(h->node[n].package, package, "node %u", n);
	cr_expect_eq(h->node[n].memory_bytes, bytes, "node %u", n);
	free(list);
}

static void has_distances(const struct host *h, const uint32_t *expected)
{
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_FIRMWARE);
	for (unsigned i = 0; i < h->nr_nodes * h->nr_nodes; i++)
		cr_expect_eq(h->matrix[MATRIX_DISTANCE].value[i], expected[i], "cell %u", i);
}

Test(readers, numactl)
{
	static const uint32_t distances[] = {10, 21, 14, 21, 10, 24, 14, 24, 10};
	struct host *h = machine("numactl.txt");

	cr_assert_eq(h->nr_nodes, 3);
	has_node(h, 0, "0-1,4-5", 4, HOST_NO_PACKAGE, 15937 * MIB);
	has_node(h, 1, "2-3,6-7", 4, HOST_NO_PACKAGE, 16112 * MIB);
	has_node(h, 2, "", 0, HOST_NO_PACKAGE, 32768 * MIB);
	has_distances(h, distances);
	cr_expect_eq(h->memory_grade, GRADE_FIRMWARE);
	cr_expect(warns(h, "nothing of cores"));
	cr_expect(warns(h, "nothing of packages"));
	cr_expect(warns(h, "60.55 GiB are free on nodes in use"));
	cr_expect(warns(h, "--free 0=15000MiB,1=15000MiB,2=32000MiB"));
	host_free(h);
}

Test(readers, what_is_free_is_told_where_it_is_not_all)
{
	char *text = xasprintf("%s", "available: 40 nodes (0-39)\nnode 0 cpus: 0\n");
	struct host *h = NULL;

	for (unsigned n = 0; n < 40; n++) {
		char *more = xasprintf("%snode %u size: 9 MB\nnode %u free: %u MB\n", text, n, n,
				       n ? 7 : 9);

		free(text);
		text = more;
	}
	cr_assert_eq(load_text(&h, text, NULL), 0);
	cr_expect(warns(h, "--free 1=7MiB,2=7MiB"));
	cr_expect(warns(h, ",..."));
	host_free(h);
	cr_assert_eq(load_text(&h,
			       "available: 1 nodes (0)\nnode 0 cpus: 0\nnode 0 size: 9 MB\n"
			       "node 0 free: 9 MB\n",
			       NULL),
		     0);
	cr_expect_not(warns(h, "free"));
	host_free(h);
	free(text);
}

Test(readers, lscpu_offline_cpus)
{
	struct host *h = NULL;

	cr_assert_eq(load_text(&h,
			       "{\"lscpu\":[{\"field\":\"On-line CPU(s) list:\",\"data\":\"0-3\"},"
			       "{\"field\":\"Off-line CPU(s) list:\",\"data\":\"4,6-7\"},"
			       "{\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0-3\"}]}",
			       NULL),
		     0);
	cr_expect_eq(h->nr_cpus, 4);
	cr_expect_eq(h->nr_cpus_offline, 3);
	host_free(h);
}

Test(readers, lscpu_and_rows_of_distances)
{
	static const uint32_t distances[] = {10, 32, 32, 10};
	struct host *h = machine("lscpu.json");

	cr_assert_eq(h->nr_nodes, 2);
	has_node(h, 0, "0-1,4-5", 2, 0, 16 * GIB);
	has_node(h, 1, "2-3,6-7", 2, 1, 16 * GIB);
	has_distances(h, distances);
	cr_expect_str_eq(h->source, "AMD EPYC 7313");
	cr_expect_eq(h->memory_grade, GRADE_ASSUMED);
	cr_expect(warns(h, "4 GiB a CPU are assumed"));
	cr_expect(warns(h, "in the packages' order"));
	host_free(h);
}

Test(readers, lscpu_and_the_kernels_memory)
{
	static const char text[] =
		"{\"lscpu\":[{\"field\":\"Socket(s):\",\"data\":\"1\"},{\"field\":\"Thread(s) per "
		"core:\",\"data\":\"1\"},{\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0-3\"},"
		"{\"field\":\"NUMA node1 CPU(s):\",\"data\":\"4-7\"}]}\n"
		"Node 0 MemTotal:       65641592 kB\nNode 1 MemTotal:       66041484 kB\n";
	struct host *h = NULL;

	cr_assert_eq(load_text(&h, text, NULL), 0);
	has_node(h, 0, "0-3", 4, 0, 65641592 * KIB);
	has_node(h, 1, "4-7", 4, 0, 66041484 * KIB);
	cr_expect_eq(h->memory_grade, GRADE_FIRMWARE);
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_ASSUMED);
	cr_expect_eq(host_distance(h, 0, 1), 12);
	host_free(h);
}

Test(readers, lscpu_and_numactl)
{
	char *lscpu = NULL, *numactl = NULL, *both;
	struct host *h = NULL;
	struct error err = {0, ""};
	size_t size;

	cr_assert_eq(text_read(MACHINES "lscpu.json", 4096, &lscpu, &size, NULL), 0);
	cr_assert_eq(text_read(MACHINES "numactl.txt", 4096, &numactl, &size, NULL), 0);
	both = xasprintf("%.*s%s", (int)(strstr(lscpu, "10 32") - lscpu), lscpu, numactl);
	cr_assert_eq(load_text(&h, both, &err), 0, "%s", err.text);
	cr_assert_eq(h->nr_nodes, 3);
	has_node(h, 0, "0-1,4-5", 2, 0, 15937 * MIB);
	cr_expect_eq(host_distance(h, 1, 2), 24);
	cr_expect_eq(h->memory_grade, GRADE_FIRMWARE);
	host_free(h);
	free(both);
	free(numactl);
	free(lscpu);
}

Test(readers, xl_info)
{
	static const uint32_t distances[] = {10, 20, 20, 10};
	struct host *h = machine("xl-info.txt");

	cr_assert_eq(h->nr_nodes, 2);
	has_node(h, 0, "0-1", 1, 0, 2 * GIB);
	has_node(h, 1, "2-3", 2, 1, 4 * GIB);
	has_distances(h, distances);
	cr_expect_eq(h->nr_warnings, 1);
	cr_expect(warns(h, "but for --free 0=1024MiB,1=3000MiB"));
	cr_assert_eq(h->nr_devices, 2);
	cr_expect_eq(h->device[host_find_device(h, "41:00.0")].nodes, nodeset_of(1));
	host_free(h);
}

Test(readers, libvirts_capabilities)
{
	static const uint32_t distances[] = {10, 21, 21, 10};
	struct host *h = machine("capabilities.xml");

	cr_assert_eq(h->nr_nodes, 2);
	has_node(h, 0, "0-1,4-5", 2, 0, 16000000 * KIB);
	has_node(h, 1, "2-3", 2, 1, 16000000 * KIB);
	has_distances(h, distances);
	cr_expect_str_eq(h->source, "AMD EPYC-Milan");
	cr_assert_eq(h->nr_l3s, 1);
	cr_expect_eq(h->l3[0].size_bytes, 32 * MIB);
	cr_expect_eq(h->l3[0].nodes, 1);
	host_free(h);
}

Test(readers, a_synthetic_description)
{
	struct host *h = NULL;

	cr_assert_eq(host_load_text(&h, "s", "package:2 node:2(memory=8GiB) core:4 pu:2", NULL), 0);
	cr_assert_eq(h->nr_nodes, 4);
	has_node(h, 0, "0-7", 4, 0, 8 * GIB);
	has_node(h, 3, "24-31", 4, 1, 8 * GIB);
	cr_expect_eq(h->memory_grade, GRADE_FIRMWARE);
	cr_expect_str_eq(h->name, "s");
	host_free(h);
	cr_assert_eq(load_text(&h, "node:2 pu:2\n", NULL), 0);
	cr_expect_eq(h->memory_grade, GRADE_ASSUMED);
	cr_expect(warns(h, "nothing of memory"));
	host_free(h);
	cr_expect(host_is_synthetic("socket:2 L3:2 core:4"));
	cr_expect(host_is_synthetic("2 4 2"));
	cr_expect_not(host_is_synthetic("2"));
	cr_expect_not(host_is_synthetic("host 2"));
	cr_expect_not(host_is_synthetic("a:x 2"));
	cr_expect_not(host_is_synthetic("2:2 4"));
	cr_expect_not(host_is_synthetic("10 20\n20 10"));
	cr_expect_not(host_is_synthetic("epyc-nps4-8n"));
	cr_expect_not(host_is_synthetic("cpu:4"));
	cr_expect_not(host_is_synthetic("<pu:2>"));
	cr_expect_not(host_is_synthetic("node:2 pu:2\nnode:2 pu:2"));
}

Test(readers, a_synthetic_description_with_no_size_for_nodes)
{
	static const struct {
		const char *text;
		int64_t bytes; /* of all nodes */
		enum host_grade grade;
	} cases[] = {
		{"node:2(memory=0) pu:2", 2 * GIB, GRADE_ASSUMED},
		{"2 4 2", 8 * GIB, GRADE_ASSUMED},
		{"(memory=8GiB) node:2 pu:2", 2 * GIB, GRADE_ASSUMED},
		{"core:2(memory=4GiB) pu:2", GIB, GRADE_ASSUMED},
		{"package:2 NUMANode:1(memory=0x100000000) L3:1 pu:2", 8 * GIB, GRADE_FIRMWARE},
		{"node:2(indexes=1,0 memory=3GiB) pu:2", 6 * GIB, GRADE_FIRMWARE},
		{"package:2 [numa(memory=4GiB)] [numa] pu:2", 8 * GIB, GRADE_FIRMWARE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0, ""};
		struct host *h = NULL;

		cr_assert_eq(load_text(&h, cases[i].text, &err), 0, "%s", err.text);
		cr_expect_eq(h->memory_bytes, cases[i].bytes, "%s", cases[i].text);
		cr_expect_eq(h->memory_grade, cases[i].grade, "%s", cases[i].text);
		cr_expect_eq(warns(h, "1 GiB a node is assumed"), cases[i].grade == GRADE_ASSUMED,
			     "%s", cases[i].text);
		host_free(h);
	}
}

static void refuses(const char *text, const char *part)
{
	struct error err = {0, ""};
	struct host *h = NULL;

	cr_expect_eq(load_text(&h, text, &err), ERR_INPUT, "%s", text);
	cr_expect(strstr(err.text, part) != NULL, "\"%s\" lacks \"%s\"", err.text, part);
	for (const char *p = err.text; *p; p++)
		cr_expect((unsigned char)*p >= 0x20 && *p != 0x7f, "byte 0x%02x", (unsigned)*p);
	host_free(h);
}

Test(readers, what_contradicts_itself_is_refused)
{
	refuses("available: 2 nodes (0-1)\nnode 0 cpus: 0\nnode 1 cpus: 0\n",
		"CPU 0 is there twice");
	refuses("available: 1 nodes (0)\nnode 0 cpus: 9999\n", "CPU 9999 is not below");
	refuses("available: 2 nodes (0-1)\nnode 0 cpus: 0\nnode 0 size: 1 MB\nnode 0 size: 2 MB\n",
		"memory of node 0 is there twice");
	refuses("available: 1 nodes (5000)\nnode 5000 cpus: 0\n", "node 5000 is too much");
	refuses("available: 0 nodes (\ncpus:\n", "names no NUMA node");
	refuses("{\"lscpu\":[{\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0-x\"}]}",
		"no list of CPUs");
	refuses("{\"lscpu\":[{\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0-3\"}]}\n10 20\n20 10\n",
		"a row of 2 distances, but there are 1 nodes");
	refuses("{\"lscpu\": [", ":1:");
	refuses("cpu_topology :\n  0: 0 0 0\nnuma_info :\n  0: x\n",
		"line of node 0 has no memory");
	refuses("<capabilities><host><topology><cells><cell id='0'><memory>much</memory></cell>"
		"</cells></topology></host></capabilities>",
		":1:");
	refuses("<capabilities/>", "names no NUMA node");
	refuses("node:2 core:x pu:2", "hwloc refuses");
	refuses("socket:2 core:4", "cannot use non-PU type for last level");
	refuses("foo:2 bar:4", "unknown object type");
	refuses("<domain/>", "its root is <domain>");
	refuses("just some words\n", "not an hwloc XML file, nor what numactl");
}

#define LSCPU_2                                                                                    \
	"{\"lscpu\":[{\"field\":\"On-line CPU(s) list:\",\"data\":\"0-3\"},\n"                     \
	"{\"field\":\"NUMA node(s):\",\"data\":\"2\"},\n"                                          \
	"{\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0-1\"}"
#define XL_2                                                                                       \
	"host : dom0\nnr_cpus : %s\nnr_nodes : %s\ncpu_topology :\n  0: 0 0 0\n  1: 0 0 1\n"       \
	"numa_info :\n  0: 100 50 10,20\n  1: 100 50 20,10\n"

static void xl_refuses(const char *cpus, const char *nodes, const char *part)
{
	char *text = xasprintf(XL_2, cpus, nodes);

	refuses(text, part);
	free(text);
}

Test(readers, what_was_cut_off_is_refused)
{
	struct host *h = NULL;
	char *xl;

	refuses("x\navailable: 4 nodes (0-3)\nnode 0 cpus: 0\nnode 1 cpus: 1\n",
		":2: numactl -H says that there are 4 NUMA nodes, and this text has 2");
	refuses("available: 1 nodes (0)\nnode 0 cpus: 0\nnode 1 cpus: 1\n", ":1: ");
	refuses(LSCPU_2 "]}", ":2: lscpu says that there are 2 NUMA nodes, and this text has 1");
	refuses("{\"lscpu\":[{\"field\":\"On-line CPU(s) list:\",\"data\":\"0-3\"},"
		"{\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0-1\"}]}",
		"CPU 2 is on-line, but in no node's list");
	cr_expect_eq(load_text(&h, LSCPU_2 ",{\"field\":\"NUMA node1 CPU(s):\",\"data\":\"2-3\"}]}",
			       NULL),
		     0);
	host_free(h);
	xl_refuses("3", "2", ":2: xl info -n says that there are 3 CPUs, and this text has 2");
	xl_refuses("2", "3",
		   ":3: xl info -n says that there are 3 NUMA nodes, and this text has 2");
	xl = xasprintf(XL_2, "1", "2"); /* a CPU is offline, and listed */
	cr_expect_eq(load_text(&h, xl, NULL), 0);
	host_free(h);
	free(xl);
	refuses("<capabilities><host><topology>\n<cells num='2'><cell id='0'/></cells></topology>"
		"</host></capabilities>",
		":2: virsh capabilities says that there are 2 NUMA nodes, and this text has 1");
	refuses("<capabilities><host><topology><cells num='1'><cell id='0'><cpus num='2'><cpu "
		"id='0'/></cpus></cell></cells></topology></host></capabilities>",
		"2 CPUs in this cell, and this text has 1");
}

Test(readers, a_wrapped_list_of_cpus_is_refused)
{
	refuses("available: 2 nodes (0-1)\nnode 0 cpus: 0 1\n 2 3\nnode 0 size: 1 MB\n"
		"node 1 cpus: 4 5\n 6 7\nnode 1 size: 1 MB\n",
		":3: numbers alone below a node's list of CPUs");
	refuses(LSCPU_2
		",{\"field\":\"NUMA node1 CPU(s):\",\"data\":\"2-3\"}]}\nnode 0 cpus: 0\n1\n",
		":5: numbers alone");
}

Test(readers, a_newer_hwloc_is_named)
{
	refuses("<topology version=\"3.0\"><object type=\"Machine\"/><info name=\"hwlocVersion\" "
		"value=\"3.0.1\"/></topology>",
		"version 3.0, written by hwloc 3.0.1");
}

/* --- bytes ------------------------------------------------------------------------- */

/* What `command` makes of the toy's XML, loaded. */
static int load_through(const char *command, struct host **out, struct error *err)
{
	char from[256], to[256], *xml = toy_xml(&toy_two), *line;
	int fd = mkstemp(temporary_name(from, sizeof(from), "homenode-bytes")), rc;
	FILE *f = fdopen(fd, "w");

	fputs(xml, f);
	fclose(f);
	close(mkstemp(temporary_name(to, sizeof(to), "homenode-bytes")));
	line = xasprintf("(%s) <%s >%s", command, from, to);
	cr_assert_eq(system(line), 0, "%s", line);
	rc = host_load(out, to, err);
	unlink(from);
	unlink(to);
	free(line);
	free(xml);
	return rc;
}

static void loads_through(const char *command)
{
	struct error err = {0, ""};
	struct host *h = NULL;

	cr_assert_eq(load_through(command, &h, &err), 0, "%s: %s", command, err.text);
	cr_expect_eq(h->nr_nodes, 2);
	cr_expect_eq(h->nr_cpus, 4);
	cr_expect_eq(h->memory_bytes, 2 * GIB);
	host_free(h);
}

Test(bytes, packed_and_encoded_in_any_way)
{
	loads_through("cat");
	loads_through("gzip");
	loads_through("xz");
	loads_through("zstd -q");
	loads_through("bzip2");
	loads_through("tee /dev/null | gzip; printf '<!-- end -->' | gzip");
	loads_through("iconv -f UTF-8 -t UTF-16");
	loads_through("iconv -f UTF-8 -t UTF-16LE");
	loads_through("iconv -f UTF-8 -t UTF-16BE | xz");
	loads_through("sed '1s/UTF-8/utf-16/' | "
		      "iconv -f UTF-8 -t UTF-16");
	loads_through("sed '1s/UTF-8/UTF-16LE/' | "
		      "iconv -f UTF-8 -t UTF-16LE | gzip");
	loads_through("printf '\\357\\273\\277'; cat");
	loads_through("sed 's/$/\\r/'");
}

static void refuses_through(const char *command, const char *part)
{
	struct error err = {0, ""};
	struct host *h = NULL;

	cr_expect_eq(load_through(command, &h, &err), ERR_INPUT, "%s", command);
	cr_expect(strstr(err.text, part) != NULL, "%s: \"%s\"", command, err.text);
	cr_expect_null(h);
	for (const char *p = err.text; *p; p++)
		cr_expect((unsigned char)*p >= 0x20 && *p != 0x7f, "byte 0x%02x", (unsigned)*p);
}

Test(bytes, what_is_no_text_is_named)
{
	refuses_through("gzip | head -c 100", "cut short");
	refuses_through("xz | head -c 200", "cut short");
	refuses_through("zstd -q | head -c 200", "cut short");
	refuses_through("gzip; echo more", "damaged");
	refuses_through("head -c 6000000 /dev/zero | gzip", "larger than 4 MiB unpacked");
	refuses_through("head -c 6000000 /dev/zero | zstd -q", "larger than 4 MiB unpacked");
	refuses_through("printf 'PK\\003\\004xxxx'", "a zip archive; unpack it first");
	refuses_through("bzip2 | head -c 200", "cut short");
	refuses_through("printf '\\211PNG\\r\\n\\032\\n'", "a PNG image");
	refuses_through("printf '\\001\\002\\003'", "binary data");
	refuses_through("iconv -f UTF-8 -t UTF-32", "UTF-32");
	refuses_through("printf '<\\033[31m>'", "binary data");
	refuses_through("printf '<a b=\"\\001\"/>'", "binary data");
}
