/* Real machines and broken files, where the collection is at hand. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/units.h"
#include "host/host.h"

#define MALFORMED "../shared/data/topologies/malformed"
#define MACHINES "../shared/data/topologies/machines"

/* What each broken file must come to: NULL and a machine, or a part of the
 * sentence that refuses it. */
static const struct verdict {
	const char *file, *refusal;
	unsigned nodes, cpus;
	int64_t memory_bytes;
} verdicts[] = {
	{"00-ok.xml", NULL, 2, 4, 2 * GIB},
	{"01-empty.xml", "empty", 0, 0, 0},
	{"02-notxml.xml", "not an hwloc XML file", 0, 0, 0},
	{"03-truncated-half.xml", "closing quote", 0, 0, 0},
	{"04-truncated-tail.xml", "cut off", 0, 0, 0},
	{"06-comment-top.xml", NULL, 2, 4, 2 * GIB},
	{"08-comment-before-memattr.xml", "comment", 0, 0, 0},
	{"09-xxe.xml", "DOCTYPE", 0, 0, 0},
	{"10-entity-internal.xml", "DOCTYPE", 0, 0, 0},
	{"11-billion-laughs-attr.xml", "DOCTYPE", 0, 0, 0},
	{"12-billion-laughs-text.xml", "DOCTYPE", 0, 0, 0},
	{"13-param-entity-http.xml", "DOCTYPE", 0, 0, 0},
	{"14-no-doctype.xml", NULL, 2, 4, 2 * GIB},
	{"15-no-xmldecl.xml", NULL, 2, 4, 2 * GIB},
	{"16-single-quotes.xml", NULL, 2, 4, 2 * GIB},
	{"17-utf8-bom.xml", NULL, 2, 4, 2 * GIB},
	{"18-crlf.xml", NULL, 2, 4, 2 * GIB},
	{"19-version3.xml", "version 3.0", 0, 0, 0},
	{"20-version-none.xml", "version 1", 0, 0, 0},
	{"21-dup-pu.xml", "CPU 2 is in the file twice", 0, 0, 0},
	{"22-dup-node-osindex.xml", "node 0 is in the file twice", 0, 0, 0},
	{"23-dup-nodeset.xml", "node 0 is in the file twice", 0, 0, 0},
	{"24-pu-in-both-packages.xml", "node 1", 0, 0, 0},
	{"25-child-outside-parent.xml", "CPU 3", 0, 0, 0},
	{"26-no-root-cpuset.xml", "no cpuset", 0, 0, 0},
	{"27-no-numanode.xml", "does not close", 0, 0, 0},
	{"28-mem-overflow.xml", "local_memory", 0, 0, 0},
	{"29-mem-negative.xml", "local_memory", 0, 0, 0},
	{"30-mem-junk.xml", "local_memory", 0, 0, 0},
	{"31-osindex-huge.xml", "os_index", 0, 0, 0},
	{"32-cpuset-huge.xml", "cpuset", 0, 0, 0},
	{"33-cpuset-infinite.xml", "no end", 0, 0, 0},
	{"34-cpuset-junk.xml", "zzz", 0, 0, 0},
	{"35-dist-nbobjs-short.xml", "3 values", 0, 0, 0},
	{"36-dist-nbobjs-3.xml", "over 3 nodes", 0, 0, 0},
	{"37-dist-nbobjs-huge.xml", "nbobjs", 0, 0, 0},
	{"38-dist-nbobjs-4G.xml", "nbobjs", 0, 0, 0},
	{"39-dist-nbobjs-0.xml", "over 0 nodes", 0, 0, 0},
	{"40-dist-nbobjs-1.xml", "over 1 nodes", 0, 0, 0},
	{"41-dist-unknown-index.xml", "node 7", 0, 0, 0},
	{"42-dist-dup-index.xml", "twice", 0, 0, 0},
	{"43-dist-kind0.xml", "kind", 0, 0, 0},
	{"44-dist-kind-both.xml", "kind", 0, 0, 0},
	{"45-dist-wrong-length.xml", "length", 0, 0, 0},
	{"46-dist-negative.xml", "-1", 0, 0, 0},
	{"47-dist-zero-diag.xml", "0 in matrix", 0, 0, 0},
	{"48-dist-float.xml", "1.0", 0, 0, 0},
	{"49-dist-duplicate-name.xml", "two different matrices", 0, 0, 0},
	{"50-dist-type-unknown.xml", "Banana", 0, 0, 0},
	{"51-dist-asym.xml", NULL, 2, 4, 2 * GIB},
	{"52-dist-before-object.xml", "before the root object", 0, 0, 0},
	{"53-memattr-badtarget.xml", "999", 0, 0, 0},
	{"54-memattr-cpuset-empty.xml", "empty", 0, 0, 0},
	{"55-memattr-cpuset-outside.xml", "not part of the machine", 0, 0, 0},
	{"56-memattr-noinit.xml", "initiator", 0, 0, 0},
	{"57-memattr-flags-mismatch.xml", "flags 6", 0, 0, 0},
	{"58-memattr-flags-0.xml", "flags 0", 0, 0, 0},
	{"59-memattr-dup-pair.xml", "two values", 0, 0, 0},
	{"60-memattr-on-pu-target.xml", NULL, 2, 4, 2 * GIB},
	{"61-unknown-tag-after-root.xml", "<zonesim>", 0, 0, 0},
	{"62-unknown-tag-in-object.xml", "<foo>", 0, 0, 0},
	{"63-unknown-attr.xml", NULL, 2, 4, 2 * GIB},
	{"64-unknown-type.xml", NULL, 2, 4, 2 * GIB},
	{"65-gp-dup.xml", "gp_index 3", 0, 0, 0},
	{"66-gp-missing.xml", "gp_index 3", 0, 0, 0},
	{"67-pci-badbusid.xml", "zz:01", 0, 0, 0},
	{"68-pci-domain32.xml", NULL, 2, 4, 2 * GIB},
	{"69-pci-outside-bridge.xml", NULL, 2, 4, 2 * GIB},
	{"70-deep-nesting.xml", "nested", 0, 0, 0},
	{"71-two-machines.xml", "second root object", 0, 0, 0},
	{"72-root-not-machine.xml", "Package", 0, 0, 0},
	{"73-userdata.xml", NULL, 2, 4, 2 * GIB},
	{"74-info-noname.xml", NULL, 2, 4, 2 * GIB},
	{"75-info-amp.xml", NULL, 2, 4, 2 * GIB},
	{"76-info-raw-amp.xml", "&amp;", 0, 0, 0},
	{"77-nul-byte.xml", "0x00", 0, 0, 0},
	{"78-latin1.xml", "UTF-8", 0, 0, 0},
	{"79-node-cpuset-empty.xml", "node 1", 0, 0, 0},
	{"80-allowed-missing.xml", NULL, 2, 4, 2 * GIB},
	{"81-allowed-subset.xml", NULL, 2, 2, 1 * GIB},
	{"82-offline-pu.xml", NULL, 2, 4, 2 * GIB},
	{"83-node-without-memory.xml", NULL, 2, 4, 1 * GIB},
	{"84-trailing-garbage.xml", "follows the end", 0, 0, 0},
	{"85-attr-order.xml", NULL, 2, 4, 2 * GIB},
	{"86-linebreak-in-tag.xml", NULL, 2, 4, 2 * GIB},
	{"87-extra-space.xml", NULL, 2, 4, 2 * GIB},
	{"88-tab-in-tag.xml", NULL, 2, 4, 2 * GIB},
	{"89-cdata.xml", NULL, 2, 4, 2 * GIB},
	{"90-selfclose-nospace-children.xml", NULL, 2, 4, 2 * GIB},
	{"91-numa-as-normal-v1style.xml", "version 1", 0, 0, 0},
	{"92-info-novalue.xml", NULL, 2, 4, 2 * GIB},
	{"93-pu-no-complete_cpuset.xml", "complete_cpuset", 0, 0, 0},
	{"94-pu-no-cpuset.xml", "no cpuset", 0, 0, 0},
	{"95-pkg-no-cpuset.xml", "no cpuset", 0, 0, 0},
	{"96-pu-no-nodeset.xml", "no nodeset", 0, 0, 0},
	{"97-numa-no-nodeset.xml", "no nodeset", 0, 0, 0},
	{"98-numa-no-osindex.xml", "no os_index", 0, 0, 0},
	{"99-pu-no-osindex.xml", "no os_index", 0, 0, 0},
	{"99b-numa-no-cpuset.xml", "no cpuset", 0, 0, 0},
	{"99c-pci-no-busid.xml", "PCI address", 0, 0, 0},
	{"99d-root-no-nodeset.xml", "no nodeset", 0, 0, 0},
	{"99e-numa-os-huge.xml", "os_index", 0, 0, 0},
	{"99f-nodeset-huge.xml", "no end", 0, 0, 0},
};

#define NR_VERDICTS (sizeof(verdicts) / sizeof(verdicts[0]))

static void check_verdict(const struct verdict *v)
{
	char *path = xasprintf("%s/%s", MALFORMED, v->file);
	struct error err = {0, ""};
	struct host *h = NULL;
	int rc = host_load(&h, path, &err);

	if (v->refusal) {
		cr_expect(rc == ERR_INPUT && !h, "%s: not refused", v->file);
		cr_expect(strstr(err.text, v->refusal) != NULL, "%s: %s", v->file, err.text);
		cr_expect(strncmp(err.text, path, strlen(path)) == 0, "no place: %s", err.text);
		cr_expect(strchr(err.text, '\n') == NULL, "several lines: %s", err.text);
	} else {
		cr_expect(rc == 0 && h, "%s: %s", v->file, err.text);
		if (h)
			cr_expect(h->nr_nodes == v->nodes && h->nr_cpus == v->cpus &&
					  h->memory_bytes == v->memory_bytes,
				  "%s: %u nodes, %u CPUs, %lld bytes", v->file, h->nr_nodes,
				  h->nr_cpus, (long long)h->memory_bytes);
	}
	host_free(h);
	free(path);
}

static bool is_xml(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && strcmp(name + n - 4, ".xml") == 0;
}

Test(files, every_broken_file_is_understood_or_refused, .timeout = 300)
{
	DIR *dir = opendir(MALFORMED);
	struct dirent *e;
	size_t seen = 0;

	if (!dir)
		cr_skip_test("the collection of broken topologies is not at " MALFORMED);
	while ((e = readdir(dir)) != NULL) {
		size_t i = 0;

		if (!is_xml(e->d_name))
			continue;
		while (i < NR_VERDICTS && strcmp(verdicts[i].file, e->d_name) != 0)
			i++;
		cr_expect(i < NR_VERDICTS, "%s has no verdict", e->d_name);
		if (i == NR_VERDICTS)
			continue;
		check_verdict(&verdicts[i]);
		seen++;
	}
	closedir(dir);
	cr_expect_eq(seen, NR_VERDICTS);
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	for (const char *p = strstr(text, part); p; p = strstr(p + 1, part))
		n++;
	return n;
}

static int64_t sum(const char *text, const char *before)
{
	int64_t total = 0;

	for (const char *p = strstr(text, before); p; p = strstr(p + 1, before))
		total += strtoll(p + strlen(before), NULL, 10);
	return total;
}

/* Counted in the text, without hwloc and without our reader. */
static void check_machine(const char *path)
{
	struct error err = {0, ""};
	struct host *h = NULL;
	char *text;
	size_t size;
	unsigned cpus = 0;

	cr_assert_eq(file_read(path, 4 << 20, &text, &size, &err), 0);
	cr_expect(host_load(&h, path, &err) == 0, "%s", err.text);
	if (!h) {
		free(text);
		return;
	}
	for (unsigned n = 0; n < h->nr_nodes; n++) {
		cpus += h->node[n].nr_cpus;
		cr_expect(h->node[n].nr_cores <= h->node[n].nr_cpus);
	}
	cr_expect(h->nr_nodes == count(text, "type=\"NUMANode\" os_index="), "%s", path);
	cr_expect_eq(cpus, h->nr_cpus);
	cr_expect(cpus + h->nr_cpus_disallowed + h->nr_cpus_homeless == count(text, "type=\"PU\""),
		  "%s: %u CPUs", path, cpus);
	cr_expect(h->nr_packages == count(text, "type=\"Package\""), "%s", path);
	if (!h->nr_cpus_disallowed)
		cr_expect(h->memory_bytes == sum(text, "local_memory=\""), "%s", path);
	cr_expect((h->matrix[MATRIX_DISTANCE].grade == GRADE_FIRMWARE) ==
			  (count(text, "<distances2 type=\"NUMANode\"") > 0),
		  "%s", path);
	host_free(h);
	free(text);
}

Test(files, every_machine_loads_as_its_text_says, .timeout = 300)
{
	DIR *dir = opendir(MACHINES);
	struct timespec begin, end;
	struct dirent *e;
	unsigned nr = 0;
	double ms;

	if (!dir)
		cr_skip_test("the collection of machines is not at " MACHINES);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	while ((e = readdir(dir)) != NULL) {
		char *path;

		if (!is_xml(e->d_name))
			continue;
		path = xasprintf("%s/%s", MACHINES, e->d_name);
		check_machine(path);
		free(path);
		nr++;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	closedir(dir);
	ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 +
	     (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
	cr_expect(nr > 0);
	cr_log_info("%u machines, %.1f ms each", nr, ms / nr);
}

static struct host *machine(const char *name)
{
	char *path = xasprintf("%s/%s.xml", MACHINES, name);
	struct host *h = NULL;
	int rc = host_load(&h, path, NULL);

	free(path);
	return rc ? NULL : h;
}

static void has_cpus(const struct host *h, unsigned node, const char *expected)
{
	char *list = cpuset_list(&h->node[node].cpus);

	cr_expect(strcmp(list, expected) == 0, "%s node %u: %s", h->name, node, list);
	free(list);
}

Test(files, eight_node_epyc)
{
	struct host *h = machine("amd-epyc9555-2p-8n-4gpu");

	if (!h)
		cr_skip_test("the collection of machines is not at " MACHINES);
	cr_expect_str_eq(h->name, "amd-epyc9555-2p-8n-4gpu");
	has_cpus(h, 0, "0-15,128-143");
	has_cpus(h, 7, "112-127,240-255");
	cr_expect_eq(h->node[3].package, 0);
	cr_expect_eq(h->node[4].package, 1);
	cr_expect_eq(h->node[0].nr_cores, 16);
	cr_expect_eq(host_distance(h, 0, 0), 10);
	cr_expect_eq(host_distance(h, 0, 3), 12);
	cr_expect_eq(host_distance(h, 0, 4), 32);
	cr_expect_eq(h->matrix[MATRIX_LATENCY].value[0], 110);
	cr_expect_eq(h->matrix[MATRIX_BANDWIDTH].value[9], 115200);
	cr_expect_eq(h->device[host_find_device(h, "96:00.0")].nodes, nodeset_of(6));
	cr_expect_eq(h->device[host_find_device(h, "96:00.0")].class, DEVICE_GPU);
	cr_expect_eq(h->device[host_find_device(h, "53:00.0")].class, DEVICE_OTHER);
	host_free(h);
}

Test(files, odd_machines)
{
	struct host *h = machine("intel-clx-2p-8n-pmem");

	if (!h)
		cr_skip_test("the collection of machines is not at " MACHINES);
	cr_expect_eq(h->usable_nodes, 0xf, "PMEM nodes have no CPUs of their own");
	cr_expect_eq(h->nr_cpus, 112);
	host_free(h);
	h = machine("ibm-power9-6n-gpumem-butte-fromv1");
	cr_assert(h);
	cr_expect_eq(host_find_node(h, 8), 1);
	cr_expect_eq(host_find_node(h, 252), 2);
	cr_expect_eq(h->cpu_nodes, 3);
	host_free(h);
	h = machine("intel-e5-2695v4-2p-2n-smtoff");
	cr_assert(h);
	cr_expect_eq(h->nr_cpus_offline, 36);
	host_free(h);
	h = machine("intel-knl7250-8n-snc4flat-fromv1");
	cr_assert(h);
	cr_expect_eq(h->usable_nodes, 0xf);
	cr_expect_str_eq(h->node[4].kind, "MCDRAM");
	host_free(h);
	h = machine("amd-opteron4n4c-cgroup");
	cr_assert(h);
	cr_expect_eq(h->usable_nodes, 0);
	cr_expect_eq(h->nr_cpus_homeless, 4);
	host_free(h);
}
