/* The ways in which an hwloc topology misleads its reader, one test each. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/host/toy.h"

static void check_cpus(const struct host *h, unsigned node, const char *expected)
{
	char *list = cpuset_list(&h->node[node].cpus);

	cr_expect_str_eq(list, expected, "node index %u", node);
	free(list);
}

static void refuses(const char *xml, const char *part)
{
	struct host *h = NULL;
	struct error err = {0, ""};
	int rc = load_text(&h, xml, &err);

	cr_expect_eq(rc, ERR_INPUT);
	cr_expect_null(h);
	cr_expect(strstr(err.text, part) != NULL, "\"%s\" lacks \"%s\"", err.text, part);
	cr_expect(strchr(err.text, '\n') == NULL, "more than one line: %s", err.text);
	host_free(h);
}

static void refuses_change(const struct toy *toy, const char *from, const char *to,
			   const char *part)
{
	char *xml = toy_xml(toy), *changed = replaced(xml, from, to);

	refuses(changed, part);
	free(changed);
	free(xml);
}

#define PCI(id, address, class)                                                                    \
	"<object type=\"PCIDev\" gp_index=\"" id "\" pci_busid=\"0000:" address                    \
	"\" pci_type=\"" class " [15b3:1021] [15b3:0041] 00\" pci_link_speed=\"31.5\">\n"
#define BRIDGE(id)                                                                                 \
	"<object type=\"Bridge\" gp_index=\"" id "\" bridge_type=\"0-1\" depth=\"0\" "             \
	"bridge_pci=\"0000:[00-0f]\">\n"
#define OSDEV(id, name, type)                                                                      \
	"<object type=\"OSDev\" gp_index=\"" id "\" name=\"" name "\" osdev_type=\"" type "\"/>\n"
#define END "</object>\n"

Test(traps, t01_pci_devices_and_their_names_are_kept)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.in_package = BRIDGE("50") PCI("51", "01:00.0", "0200") OSDEV("52", "mlx5_0", "3")
		OSDEV("53", "eth0", "2") END END;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->nr_devices, 1);
	cr_expect_eq(host_find_device(h, "eth0"), 0);
	cr_expect_eq(host_find_device(h, "mlx5_0"), 0);
	cr_expect_eq(host_find_device(h, "01:00.0"), 0);
	cr_expect_eq(host_find_device(h, "0000:01:00.0"), 0);
	cr_expect_eq(host_find_device(h, "eth1"), -1);
	cr_expect_eq(host_find_device(h, ""), -1);
	cr_expect_eq(h->device[0].nodes, nodeset_of(0));
	cr_expect_eq(h->device[0].class, DEVICE_NIC);
	cr_expect_eq(h->device[0].vendor, 0x15b3);
	/* the network interface comes before the verbs device */
	cr_expect_str_eq(h->device[0].name[0], "eth0");
	host_free(h);
}

Test(traps, t02_groups_keep_nodes_inside_a_package_apart)
{
	struct toy toy = {
		.pus = 0xff,
		.package = {0xff},
		.node = {{0, 0x0f, 0, 1 << 30, NULL}, {1, 0xf0, 0, 1 << 30, NULL}},
		.nr_nodes = 2,
		.tail = TOY_SLIT,
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	check_cpus(h, 0, "0-3");
	check_cpus(h, 1, "4-7");
	cr_expect_eq(h->node[1].package, 0);
	cr_expect_eq(h->nr_cpus, 8);
	host_free(h);
}

Test(traps, t03_memory_nodes_do_not_take_their_neighbours_cpus)
{
	struct toy toy = {
		.pus = 0xff,
		.package = {0xff},
		.node = {{0, 0x0f, 0, 1 << 30, NULL},
			 {1, 0xf0, 0, 1 << 30, NULL},
			 {2, 0x0f, 0, 1 << 28, "HBM"},
			 {3, 0xff, 0, 1 << 29, "NVM"},
			 {4, 0, 0, 1 << 27, NULL}},
		.nr_nodes = 5,
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	check_cpus(h, 0, "0-3");
	check_cpus(h, 1, "4-7");
	for (unsigned n = 2; n < 5; n++)
		check_cpus(h, n, "");
	cr_expect_str_eq(h->node[2].kind, "HBM");
	cr_expect_str_eq(h->node[3].kind, "NVM");
	cr_expect_str_eq(h->node[4].kind, "DRAM");
	cr_expect_eq(h->nr_cpus, 8);
	cr_expect_eq(h->usable_nodes, 3);
	cr_expect_eq(h->memory_nodes, 31);
	cr_expect_eq(h->node[4].package, 0);
	cr_expect_not(warns(h, "node 2 lists only"));
	host_free(h);
}

Test(traps, t03_two_plain_nodes_with_one_cpuset_are_warned_of)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.node[2] = (struct toy_node){2, 0x3, 0, 1 << 30, NULL};
	toy.nr_nodes = 3;
	h = load_toy(&toy);
	cr_assert(h);
	check_cpus(h, 0, "0-1");
	check_cpus(h, 2, "");
	cr_expect(warns(h, "node 2 lists only"));
	host_free(h);
}

Test(traps, t04_memoryless_node_is_not_usable)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.node[1].memory = 0;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->cpu_nodes, 3);
	cr_expect_eq(h->usable_nodes, 1);
	cr_expect_eq(h->memory_bytes, 1 << 30);
	host_free(h);
}

Test(traps, t04_cpus_without_a_node_are_homeless)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.nr_nodes = 1;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->nr_nodes, 1);
	cr_expect_eq(h->nr_cpus, 2);
	cr_expect_eq(h->nr_cpus_homeless, 2);
	check_cpus(h, 0, "0-1");
	cr_expect(warns(h, "2 CPUs belong to no node"));
	host_free(h);
}

Test(traps, t05_a_comment_inside_is_refused_outside_it_is_not)
{
	struct toy toy = toy_two;
	char *xml = toy_xml(&toy);
	char *outside = replaced(xml, "<topology", "<!-- licence --><topology");
	struct host *h = NULL;

	refuses_change(&toy, "<object type=\"Package\" os_index=\"1\"",
		       "<!-- second --><object type=\"Package\" os_index=\"1\"", "comment");
	cr_expect_eq(load_text(&h, outside, NULL), 0);
	cr_assert(h);
	cr_expect_eq(h->nr_nodes, 2);
	host_free(h);
	free(outside);
	free(xml);
}

Test(traps, t06_an_unknown_tag_after_the_root_is_refused)
{
	struct toy toy = toy_two;

	toy.tail = "<zonesim grade=\"1\"/>\n" TOY_SLIT;
	char *xml = toy_xml(&toy);
	refuses(xml, "<zonesim>");
	free(xml);
}

Test(traps, t07_a_matrix_goes_by_its_own_order)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.tail = "<distances2 type=\"NUMANode\" nbobjs=\"2\" kind=\"5\" name=\"NUMALatency\" "
		   "indexing=\"os\">\n<indexes length=\"4\">1 0 </indexes>\n"
		   "<u64values length=\"12\">10 24 21 11 </u64values>\n</distances2>\n";
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(host_distance(h, 1, 1), 10);
	cr_expect_eq(host_distance(h, 1, 0), 24);
	cr_expect_eq(host_distance(h, 0, 1), 21);
	cr_expect_eq(host_distance(h, 0, 0), 11);
	host_free(h);
}

#define V1_SETS(cpus, nodes)                                                                       \
	"cpuset=\"" cpus "\" complete_cpuset=\"" cpus "\" online_cpuset=\"" cpus                   \
	"\" allowed_cpuset=\"" cpus "\" nodeset=\"" nodes "\" complete_nodeset=\"" nodes           \
	"\" allowed_nodeset=\"" nodes "\""
#define V1_PU(i, cpus, nodes)                                                                      \
	"<object type=\"PU\" os_level=\"-1\" os_index=\"" i "\" " V1_SETS(cpus, nodes) "/>\n"

static const char v1_text[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc.dtd\">\n"
	"<topology>\n<object type=\"Machine\" os_level=\"-1\" os_index=\"0\" " V1_SETS(
		"0x0000000f",
		"0x00000003") ">\n"
			      "<distances nbobjs=\"2\" relative_depth=\"1\" "
			      "latency_base=\"10.000000\">\n"
			      "<latency value=\"1.000000\"/><latency value=\"1.600000\"/>"
			      "<latency value=\"1.600000\"/><latency "
			      "value=\"1.000000\"/></distances>\n"
			      "<object type=\"NUMANode\" os_level=\"-1\" os_index=\"0\" " V1_SETS(
				      "0x00000003",
				      "0x00000001") " local_memory=\"1073741824\">\n" V1_PU("0",
											    "0x0000"
											    "0001",
											    "0x0000"
											    "0001")
				      V1_PU("1", "0x00000002",
					    "0x00000001") "</object>\n"
							  "<object type=\"NUMANode\" "
							  "os_level=\"-1\" os_index=\"1\" " V1_SETS(
								  "0x0000000c",
								  "0x00000002") " local_memory="
										"\"2147483648\">"
										"\n" V1_PU("2",
											   "0x00000"
											   "004",
											   "0x00000"
											   "002")
											V1_PU("3",
											      "0x00"
											      "0000"
											      "08",
											      "0x00"
											      "0000"
											      "02") "</object>\n"
												    "</object>\n</topology>\n";

Test(traps, t08_version_1_matrices_have_no_name_and_no_scale_of_the_environment)
{
	struct host *h = NULL;
	struct error err = {0, ""};

	setenv("HWLOC_XML_V1DIST_SCALE", "10", 1);
	cr_assert_eq(load_text(&h, v1_text, &err), 0, "%s", err.text);
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_FIRMWARE);
	cr_expect_eq(host_distance(h, 0, 0), 10);
	cr_expect_eq(host_distance(h, 0, 1), 16);
	check_cpus(h, 1, "2-3");
	cr_expect_eq(h->node[1].memory_bytes, (int64_t)2 << 30);
	cr_expect_eq(h->node[0].package, HOST_NO_PACKAGE);
	cr_expect(getenv("HWLOC_XML_V1DIST_SCALE") != NULL);
	host_free(h);
}

Test(traps, t08_version_1_fractions_come_out_as_slit)
{
	char *xml = replaced(v1_text, "latency_base=\"10.000000\"", "latency_base=\"1.000000\"");
	struct host *h = NULL;

	cr_assert_eq(load_text(&h, xml, NULL), 0);
	cr_expect_eq(host_distance(h, 1, 1), 10);
	cr_expect_eq(host_distance(h, 1, 0), 16);
	cr_expect(warns(h, "fractions"));
	host_free(h);
	free(xml);
}

#define MATRIX(type, kind, name, indexing, index_length, indexes, length, values)                  \
	"<distances2 type=\"" type "\" nbobjs=\"2\" kind=\"" kind "\" name=\"" name                \
	"\" indexing=\"" indexing "\">\n<indexes length=\"" index_length "\">" indexes             \
	"</indexes>\n<u64values length=\"" length "\">" values "</u64values>\n</distances2>\n"

Test(traps, t09_of_several_matrices_each_finds_its_place)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.tail = MATRIX("PU", "9", "XGMIBandwidth", "os", "4", "0 1 ", "8", "7 8 8 7 ")
		MATRIX("NUMANode", "6", "MeasuredLatencyNs", "os", "4", "0 1 ", "14",
		       "90 140 141 91 ") MATRIX("NUMANode", "10", "MeasuredBandwidthMiBs", "os",
						"4", "1 0 ", "20", "4000 3000 2000 1000 ")
			MATRIX("NUMANode", "10", "MeasuredWriteBandwidthMiBs", "os", "4", "0 1 ",
			       "16", "500 400 300 200 ") MATRIX("NUMANode", "6", "SomethingElse",
								"os", "4", "0 1 ", "8", "1 2 2 1 ")
				TOY_SLIT;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(host_distance(h, 0, 1), 21);
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_FIRMWARE);
	cr_expect_eq(h->matrix[MATRIX_LATENCY].grade, GRADE_MEASURED);
	cr_expect_eq(h->matrix[MATRIX_LATENCY].value[2], 141);
	cr_expect_eq(h->matrix[MATRIX_BANDWIDTH].value[0], 1000);
	cr_expect_eq(h->matrix[MATRIX_BANDWIDTH].value[1], 2000);
	cr_expect_eq(h->matrix[MATRIX_BANDWIDTH].grade, GRADE_MEASURED);
	cr_expect_eq(h->matrix[MATRIX_WRITE_BANDWIDTH].value[3], 200);
	cr_expect(warns(h, "SomethingElse"));
	host_free(h);
}

Test(traps, t09_two_slits_that_differ_are_refused_equal_ones_are_not)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.tail = TOY_SLIT TOY_SLIT;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(host_distance(h, 0, 1), 21);
	host_free(h);
	refuses_change(&toy, "10 21 21 10", "10 22 22 10", "two different matrices");
}

Test(traps, t10_a_missing_matrix_is_assumed_and_said)
{
	struct host *h = load_toy(&toy_two);

	cr_assert(h);
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_ASSUMED);
	cr_expect_eq(host_distance(h, 0, 0), 10);
	cr_expect_eq(host_distance(h, 0, 1), 32);
	cr_expect(warns(h, "assumed"));
	host_free(h);
}

Test(traps, t10_asymmetry_is_kept_and_said_zero_is_refused)
{
	struct toy toy = toy_two;
	char *xml, *changed;
	struct host *h = NULL;

	toy.tail = TOY_SLIT;
	xml = toy_xml(&toy);
	changed = replaced(xml, "10 21 21 10", "10 21 24 10");
	cr_assert_eq(load_text(&h, changed, NULL), 0);
	cr_expect_eq(host_distance(h, 0, 1), 21);
	cr_expect_eq(host_distance(h, 1, 0), 24);
	cr_expect(warns(h, "one way as the other"));
	host_free(h);
	refuses_change(&toy, "10 21 21 10 ", "0 210 21 10 ", "0 in matrix");
	refuses_change(&toy, "length=\"12\">10 21 21 10 ",
		       "length=\"30\">10 18446744073709551615 21 10 ", "18446744073709551615");
	free(changed);
	free(xml);
}

Test(traps, t11_node_numbers_may_be_sparse)
{
	struct toy toy = {
		.pus = 0xf,
		.package = {0x3, 0xc},
		.node = {{252, 0, 1, 1 << 28, "GPUMemory"},
			 {8, 0xc, 1, 1 << 30, NULL},
			 {0, 0x3, 0, 1 << 30, NULL}},
		.nr_nodes = 3,
		.tail = "<distances2 type=\"NUMANode\" nbobjs=\"3\" kind=\"5\" "
			"name=\"NUMALatency\" indexing=\"os\">\n<indexes length=\"8\">252 0 8 "
			"</indexes>\n<u64values length=\"27\">10 80 81 82 10 40 83 41 10 "
			"</u64values>\n</distances2>\n",
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	cr_expect_eq(h->node[0].os_index, 0);
	cr_expect_eq(h->node[1].os_index, 8);
	cr_expect_eq(h->node[2].os_index, 252);
	cr_expect_eq(host_find_node(h, 252), 2);
	cr_expect_eq(host_find_node(h, 2), -1);
	check_cpus(h, 1, "2-3");
	cr_expect_eq(host_distance(h, 2, 0), 80);
	cr_expect_eq(host_distance(h, 2, 1), 81);
	cr_expect_eq(host_distance(h, 0, 2), 82);
	cr_expect_eq(host_distance(h, 1, 0), 41);
	host_free(h);
}

Test(traps, t12_an_l3_may_serve_several_nodes_or_be_absent)
{
	struct toy toy = {
		.pus = 0xff,
		.package = {0xff},
		.l3_bytes = 32 << 20,
		.node = {{0, 0x0f, 0, 1 << 30, NULL}, {1, 0xf0, 0, 1 << 30, NULL}},
		.nr_nodes = 2,
		.tail = TOY_SLIT,
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	cr_assert_eq(h->nr_l3s, 1);
	cr_expect_eq(h->l3[0].nodes, 3);
	cr_expect_eq(cpuset_count(&h->l3[0].cpus), 8);
	cr_expect_eq(h->l3[0].size_bytes, 32 << 20);
	host_free(h);
	toy.l3_bytes = 0;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->nr_l3s, 0);
	host_free(h);
}

Test(traps, t13_a_device_on_all_nodes_is_on_an_unknown_one)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.in_package = BRIDGE("50") PCI("51", "01:00.0", "0302") END PCI("52", "02:00.0", "0300")
		END PCI("53", "03:00.0", "1200") END PCI("54", "04:00.0", "0108") END END;
	toy.in_machine = BRIDGE("60") PCI("61", "05:00.0", "0380") END PCI("62", "06:00.0", "0300")
		OSDEV("63", "cuda0", "5") END END;
	h = load_toy(&toy);
	cr_assert(h);
	cr_assert_eq(h->nr_devices, 6);
	cr_expect_eq(h->device[host_find_device(h, "01:00.0")].nodes, 1);
	cr_expect_eq(h->device[host_find_device(h, "05:00.0")].nodes, 0);
	cr_expect(warns(h, "2 of 6 devices have no known node"));
	cr_expect_eq(h->device[host_find_device(h, "01:00.0")].class, DEVICE_GPU);
	cr_expect_eq(h->device[host_find_device(h, "02:00.0")].class, DEVICE_OTHER);
	cr_expect_eq(h->device[host_find_device(h, "03:00.0")].class, DEVICE_GPU);
	cr_expect_eq(h->device[host_find_device(h, "04:00.0")].class, DEVICE_STORAGE);
	cr_expect_eq(h->device[host_find_device(h, "05:00.0")].class, DEVICE_GPU);
	/* a VGA card with a compute driver is no console */
	cr_expect_eq(h->device[host_find_device(h, "cuda0")].class, DEVICE_GPU);
	host_free(h);
}

Test(traps, t13_on_one_node_every_device_is_there)
{
	struct toy toy = {
		.pus = 0x3,
		.package = {0x3},
		.node = {{0, 0x3, 0, 1 << 30, NULL}},
		.nr_nodes = 1,
		.in_machine = BRIDGE("60") PCI("61", "05:00.0", "0200") END END,
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	cr_expect_eq(h->device[0].nodes, 1);
	cr_expect_eq(h->nr_warnings, 0);
	host_free(h);
}

Test(traps, t14_offline_and_disallowed_cpus_are_not_used)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.complete = 0xff;
	toy.allowed = 0xd;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->nr_cpus_offline, 4);
	cr_expect_eq(h->nr_cpus_disallowed, 1);
	cr_expect_eq(h->nr_cpus, 3);
	check_cpus(h, 0, "0");
	check_cpus(h, 1, "2-3");
	cr_expect(warns(h, "1 CPUs were out of bounds"));
	host_free(h);
}

#define LOCAL_PAIRS                                                                                \
	"<memattr name=\"Latency\" flags=\"6\">\n"                                                 \
	"<memattr_value target_obj_type=\"NUMANode\" target_obj_gp_index=\"100\" value=\"96\" "    \
	"initiator_cpuset=\"0x3\"/>\n"                                                             \
	"<memattr_value target_obj_type=\"NUMANode\" target_obj_gp_index=\"101\" value=\"97\" "    \
	"initiator_cpuset=\"0xc\"/>\n</memattr>\n"                                                 \
	"<memattr name=\"ReadLatency\" flags=\"6\">\n"                                             \
	"<memattr_value target_obj_type=\"NUMANode\" target_obj_gp_index=\"100\" value=\"95\" "    \
	"initiator_cpuset=\"0x3\"/>\n</memattr>\n"

Test(traps, t15_hmat_gives_local_pairs_and_the_rest_is_unknown)
{
	struct toy toy = toy_two;
	const struct host_matrix *m;
	struct host *h;

	toy.tail = LOCAL_PAIRS;
	h = load_toy(&toy);
	cr_assert(h);
	m = &h->matrix[MATRIX_LATENCY];
	cr_assert(m->value);
	cr_expect_eq(m->grade, GRADE_FIRMWARE);
	cr_expect_eq(m->value[0], 95, "read latency before the general one");
	cr_expect_eq(m->value[1], MATRIX_UNKNOWN);
	cr_expect_eq(m->value[2], MATRIX_UNKNOWN);
	cr_expect_eq(m->value[3], 97);
	cr_expect_eq(h->matrix[MATRIX_BANDWIDTH].grade, GRADE_NONE);
	cr_expect_null(h->matrix[MATRIX_BANDWIDTH].value);
	host_free(h);
}

Test(traps, t15_a_calibrated_file_says_so)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.tail = LOCAL_PAIRS;
	toy.info = "<info name=\"homenodeMeasured\" value=\"probe, 2 h\"/>\n"
		   "<info name=\"homenodeSource\" value=\"rack 4 &amp; 5\"/>\n";
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->matrix[MATRIX_LATENCY].grade, GRADE_MEASURED);
	cr_expect_str_eq(h->source, "rack 4 & 5");
	host_free(h);
}

Test(traps, t16_memory_is_what_the_file_says_to_the_byte)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.node[0].memory = 16838033408;
	toy.node[1].memory = 4097;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->node[0].memory_bytes, 16838033408);
	cr_expect_eq(h->memory_bytes, 16838033408 + 4097);
	host_free(h);
}

Test(traps, t17_packages_are_as_many_as_the_file_has)
{
	struct toy toy = {
		.pus = 0xf,
		.node = {{0, 0x3, 0, 1 << 30, NULL}, {1, 0xc, 0, 1 << 30, NULL}},
		.nr_nodes = 2,
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	cr_expect_eq(h->nr_packages, 0);
	cr_expect_eq(h->node[0].package, HOST_NO_PACKAGE);
	cr_expect_eq(host_distance(h, 0, 1), 32);
	host_free(h);
	/* a node over two packages counts for the one with its first CPU */
	toy.package[0] = 0x1;
	toy.package[1] = 0x2;
	toy.package[2] = 0xc;
	toy.node[0].cpus = 0x1;
	toy.node[2] = (struct toy_node){2, 0x2, 0, 1 << 30, NULL};
	toy.nr_nodes = 3;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(h->nr_packages, 3);
	cr_expect_eq(h->node[1].package, 2);
	cr_expect_eq(h->node[2].package, 1);
	host_free(h);
}

Test(traps, t18_an_inconsistent_tree_is_refused_and_nothing_aborts)
{
	/* package 1 claims CPU 1, which is package 0's */
	refuses_change(&toy_two, "os_index=\"1\" cpuset=\"0xc\" complete_cpuset=\"0xc\"",
		       "os_index=\"1\" cpuset=\"0xe\" complete_cpuset=\"0xe\"", "CPU");
	refuses_change(&toy_two, "complete_cpuset=\"0x8\" ", "", "no complete_cpuset");
}

/* A one-socket machine of hwloc 1: the matrix hangs in the Package. */
Test(traps, t19_version_1_matrices_count_wherever_they_are)
{
	char *opened = replaced(
		v1_text, "<distances",
		"<object type=\"Package\" " V1_SETS("0x0000000f", "0x00000003") ">"
										"<distances");
	char *xml = replaced(opened, "</object>\n</topology>", "</object></object>\n</topology>");
	struct host *h = NULL;
	struct error err = {0, ""};

	cr_assert_eq(load_text(&h, xml, &err), 0, "%s", err.text);
	cr_expect_eq(h->matrix[MATRIX_DISTANCE].grade, GRADE_FIRMWARE);
	cr_expect_eq(host_distance(h, 0, 1), 16);
	cr_expect_eq(h->node[1].package, 0);
	host_free(h);
	free(xml);
	free(opened);
}

Test(traps, t19_a_version_1_matrix_over_some_nodes_is_said)
{
	static const char part[] = "<distances nbobjs=\"2\" relative_depth=\"1\" "
				   "latency_base=\"1.0\"><latency value=\"10\"/><latency "
				   "value=\"12\"/><latency value=\"12\"/><latency value=\"10\"/>"
				   "</distances><object type=\"PU\"";
	char *xml = replaced(v1_text, "<object type=\"PU\"", part), *bad;
	struct host *h = NULL;

	cr_assert_eq(load_text(&h, xml, NULL), 0);
	cr_expect_eq(host_distance(h, 0, 1), 16);
	cr_expect(warns(h, "1 matrices of the file are not over all nodes"));
	host_free(h);
	bad = replaced(xml, "value=\"12\"", "value=\"x\"");
	refuses(bad, "\"x\" is no latency");
	free(bad);
	bad = replaced(xml, "<latency value=\"10\"/>", "");
	refuses(bad, "does not hold 2 x 2 values");
	free(bad);
	free(xml);
}

Test(traps, t20_a_pci_domain_may_have_more_than_four_digits)
{
	struct toy toy = toy_two;
	struct host *h;

	toy.in_package = BRIDGE("50") "<object type=\"PCIDev\" gp_index=\"51\" "
				      "pci_busid=\"10000:e1:00.0\" pci_type=\"0108 [8086:0a54] "
				      "[8086:4702] 00\"/>\n" END;
	h = load_toy(&toy);
	cr_assert(h);
	cr_expect_eq(host_find_device(h, "10000:e1:00.0"), 0);
	cr_expect_eq(h->device[0].class, DEVICE_STORAGE);
	host_free(h);
}

Test(traps, t21_memory_of_devices_is_nobodys_and_tiers_are_told_apart)
{
	struct toy toy = {
		.pus = 0xf,
		.package = {0xf},
		.node = {{0, 0xf, 0, 1 << 30, NULL},
			 {1, 0xf, 0, 3 << 29, "GPUMemory"},
			 {2, 0xf, 0, 1 << 28, "HBM"},
			 {3, 0xf, 0, 1 << 27, "CXL-DRAM"},
			 {4, 0xf, 0, 1 << 26, "NVM"}},
		.nr_nodes = 5,
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	cr_expect_eq(h->node[1].memory, MEMORY_DEVICE);
	cr_expect_eq(h->node[1].memory_bytes, 0);
	cr_expect_eq(h->node[1].device_bytes, 3 << 29);
	cr_expect_eq(h->node[2].memory, MEMORY_FAST);
	cr_expect_eq(h->node[3].memory, MEMORY_SLOW);
	cr_expect_eq(h->node[4].memory, MEMORY_SLOW);
	cr_expect_eq(h->memory_nodes, 0x1d);
	cr_expect_eq(h->slow_nodes, 0x18);
	cr_expect_eq(h->usable_nodes, 1);
	cr_expect_eq(h->memory_bytes, (1 << 30) + (1 << 28) + (1 << 27) + (1 << 26));
	cr_expect(warns(h, "node 1 is a device's memory (GPUMemory, 1.5 GiB)"), "%s",
		  h->warning[0]);
	host_free(h);
}

static void expect_kind(const char *kind, enum host_memory memory, bool known)
{
	struct toy toy = {
		.pus = 0xf,
		.package = {0xf},
		.node = {{0, 0xf, 0, 1 << 30, NULL}, {1, 0xf, 0, 1 << 28, kind}},
		.nr_nodes = 2,
	};
	struct host *h = load_toy(&toy);

	cr_assert(h);
	cr_expect_eq(h->node[1].memory, memory, "%s is %s", kind,
		     host_memory_name(h->node[1].memory));
	cr_expect_eq(h->node[1].memory_bytes, memory == MEMORY_DEVICE ? 0 : 1 << 28, "%s", kind);
	cr_expect_eq(warns(h, "of a kind that is not known"), !known, "%s", kind);
	host_free(h);
}

Test(traps, t21_kinds_in_any_case_and_unknown_ones)
{
	static const char *const slow[] = {"cxl",   "CXL-NVM", "cxl-dram", "nvm",
					   "PMEM",  "pmem",    "NVDIMM",   "Optane",
					   "Tier1", "tier 2",  "TIER-10"};
	static const char *const device[] = {"gpumemory", "GPU", "CXL-GPUMemory", "vram"};
	static const char *const dram[] = {"dram", "DDR5", "LPDDR5X", "Tier0"};
	static const char *const unknown[] = {"foo", "Tier", "Tier1x", "slow"};

	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		expect_kind(slow[i], MEMORY_SLOW, true);
	for (size_t i = 0; i < sizeof(device) / sizeof(device[0]); i++)
		expect_kind(device[i], MEMORY_DEVICE, true);
	for (size_t i = 0; i < sizeof(dram) / sizeof(dram[0]); i++)
		expect_kind(dram[i], MEMORY_DRAM, true);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		expect_kind(unknown[i], MEMORY_DRAM, false);
	expect_kind("hbm3", MEMORY_FAST, true);
}

/* Nodes without CPUs and nodes without memory of hwloc 1, where hwloc 2 drops them. */
Test(traps, t22_version_1_nodes_without_memory_stay)
{
	char *xml = replaced(v1_text, " local_memory=\"2147483648\"", "");
	char *closed =
		replaced(xml, "allowed_nodeset=\"0x00000003\"", "allowed_nodeset=\"0x00000001\"");
	struct host *h = NULL;
	struct error err = {0, ""};

	cr_assert_eq(load_text(&h, closed, &err), 0, "%s", err.text);
	cr_expect_eq(h->nr_nodes, 2);
	cr_expect_eq(h->usable_nodes, 1);
	cr_expect_eq(h->cpu_nodes, 3);
	cr_expect_eq(h->node[1].memory_bytes, 0);
	cr_expect(warns(h, "node 1: 2 CPUs without memory"), "%s", h->warning[0]);
	host_free(h);
	free(closed);
	free(xml);
}

Test(limits, too_large_too_deep_too_many)
{
	char *big = malloc((5u << 20) + 1), *xml;
	struct toy toy = toy_two;

	memset(big, ' ', 5u << 20);
	big[5u << 20] = '\0';
	refuses(big, "4 MiB");
	free(big);
	toy.in_machine = NULL;
	xml = toy_xml(&toy);
	char *huge = replaced(xml, "type=\"PU\" os_index=\"3\"", "type=\"PU\" os_index=\"4096\"");
	refuses(huge, "4095");
	free(huge);
	free(xml);
}

Test(limits, more_nodes_than_supported_is_one_sentence)
{
	char *text = NULL, *xml;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct toy toy = toy_two;

	for (unsigned n = 2; n < 66; n++) {
		fprintf(f,
			"<object type=\"NUMANode\" os_index=\"%u\" cpuset=\"0x0\" "
			"complete_cpuset=\"0x0\" ",
			n);
		for (int k = 0; k < 2; k++) {
			fprintf(f, "%snodeset=\"0x%08x", k ? "complete_" : "", 1u << n % 32);
			for (unsigned z = 0; z < n / 32; z++)
				fputs(",0x0", f);
			fputs("\" ", f);
		}
		fprintf(f, "gp_index=\"%u\" local_memory=\"4096\"/>\n", 200 + n);
	}
	fclose(f);
	toy.in_machine = text;
	xml = toy_xml(&toy);
	refuses(xml, "more than 64 NUMA nodes");
	free(xml);
	free(text);
}

Test(files, missing_and_unreadable)
{
	struct host *h = NULL;
	struct error err = {0, ""};

	cr_expect_eq(host_load(&h, "no/such/file.xml", &err), ERR_INPUT);
	cr_expect(strstr(err.text, "no/such/file.xml") != NULL);
	cr_expect_null(h);
	cr_expect(host_load(&h, "/", &err) != 0);
}
