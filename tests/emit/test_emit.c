/* xl.cfg against a checker of libxl's rules; xl itself reads some in xl.sh. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "emit/emit.h"
#include "tests/placement/hosts.h"

static char *xl_text_with(const struct plan *p, const struct io_service *io)
{
	const struct emit_format *format = emit_find("xl");
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct emit_input in = {.plan = p, .policy = "some", .io = io};
	struct emit_notes notes = {0};

	format->limits(&in, &notes);
	format->print(&in, &notes, f);
	emit_notes_release(&notes);
	fclose(f);
	return text;
}

static char *xl_text(const struct plan *p)
{
	return xl_text_with(p, NULL);
}

/* NAME = NUMBER at the start of a line. */
static long xl_number(const char *text, const char *name)
{
	char key[64];
	const char *at;

	snprintf(key, sizeof(key), "\n%s = ", name);
	at = strstr(text, key);
	cr_assert_not_null(at, "no %s", name);
	return strtol(at + strlen(key), NULL, 10);
}

/* Marks vCPUs of "0-3,8" and returns how many. */
static unsigned mark_vcpus(const char *list, unsigned char *seen)
{
	char *copy = xstrndup(list, strcspn(list, "\""));
	struct cpuset set = {0};
	unsigned nr = 0;

	cr_assert(cpuset_parse(&set, copy), "%s", copy);
	for (unsigned v = cpuset_next(&set, 0); v != CPUSET_NONE; v = cpuset_next(&set, v + 1)) {
		cr_assert_eq(seen[v]++, 0, "vCPU %u in two vnodes", v);
		nr++;
	}
	free(copy);
	return nr;
}

/* libxl's own rules for vNUMA (emit/xl.c). */
static unsigned check_vnuma(const char *text, const struct plan *p)
{
	unsigned char seen[CPUS_MAX] = {0};
	unsigned vnodes = 0, vcpus = 0;
	long total = 0;
	const char *line = strstr(text, "\nvnuma = [\n");

	if (!line)
		return 0;
	while ((line = strstr(line, "\n\t[ \"pnode="))) {
		char *end;
		unsigned long pnode = strtoul(line + strlen("\n\t[ \"pnode="), &end, 10);
		unsigned distances = 1;

		cr_assert_eq(pnode, p->host->node[p->vnode[vnodes].node].os_index);
		cr_assert_eq(strncmp(end, "\", \"size=", 9), 0, "%s", end);
		total += strtol(end + 9, &end, 10);
		cr_assert_eq(strncmp(end, "\", ", 3), 0, "%s", end);
		if (strncmp(end, "\", \"vcpus=", 10) == 0)
			vcpus += mark_vcpus(end + 10, seen);
		end = strstr(end, "vdistances=");
		cr_assert_not_null(end);
		for (; *end != '"'; end++)
			distances += *end == ',';
		cr_assert_eq(distances, p->nr_vnodes);
		line = end;
		vnodes++;
	}
	cr_assert_eq(vnodes, p->nr_vnodes);
	cr_assert_eq(vcpus, p->zone->vcpus_max);
	cr_assert_eq(total, xl_number(text, "maxmem"));
	cr_assert_eq(xl_number(text, "memory"), xl_number(text, "maxmem"));
	return vnodes;
}

static unsigned count_entries(const char *text)
{
	const char *at = strstr(text, "\ncpus = [");
	unsigned quotes = 0;

	cr_assert_not_null(at);
	for (; *at != ']'; at++)
		quotes += *at == '"';
	return quotes / 2;
}

/* No guest that libxl 4.17 cannot build. */
static void check_type(const char *text, unsigned vnodes)
{
	bool pci = strstr(text, "\npci = "), pv = strstr(text, "\ntype = \"pv\"\n");

	cr_assert(!strstr(text, "\ntype = \"pvh\"\n") || (!vnodes && !pci), "%s", text);
	cr_assert(!pv || !vnodes, "%s", text);
	if (!pv && (vnodes || pci))
		cr_assert_eq(xl_number(text, "memory"), xl_number(text, "maxmem"));
}

static unsigned check_xl(const char *text, const struct plan *p)
{
	int64_t mib = (p->zone->memory_bytes + MIB - 1) / MIB;
	unsigned vnodes;

	cr_assert_eq(xl_number(text, "vcpus"), p->zone->vcpus);
	cr_assert_eq(xl_number(text, "maxvcpus"), p->zone->vcpus_max);
	cr_assert_eq(count_entries(text), p->zone->vcpus_max);
	cr_assert_eq(xl_number(text, "maxmem"), mib);
	for (const char *c = text; *c; c++)
		cr_assert(isprint((unsigned char)*c) || *c == '\n' || *c == '\t');
	vnodes = check_vnuma(text, p);
	check_type(text, vnodes);
	return vnodes;
}

Test(xl, whole)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("C", 32, 24 * GIB);
	struct host_state s;
	struct plan p;
	char *text;

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-scatter", &s, &z, &p, NULL), 0);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 2);
	cr_assert(strstr(text, "name = \"C\"\ntype = \"hvm\"\n"), "%s", text);
	cr_assert(strstr(text, "[ \"pnode=0\", \"size=12288\", \"vcpus=0-15\", "
			       "\"vdistances=10,32\" ],\n"),
		  "%s", text);
	cr_assert(strstr(text, "[ \"pnode=4\", \"size=12288\", \"vcpus=16-31\", "
			       "\"vdistances=32,10\" ],\n"),
		  "%s", text);
	free(text);
	host_state_release(&s);
	host_free(h);
}

Test(xl, one_node_needs_no_vnuma_and_pv_cannot)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("a/b\n\"", 4, GIB);
	struct host_state s;
	struct plan p;
	char *text;

	host_state_init(&s, h);
	z.memory_policy = ZONE_DYNAMIC;
	z.memory_initial_bytes = z.memory_min_bytes = GIB / 2;
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 0);
	cr_assert_eq(xl_number(text, "memory"), 512);
	cr_assert(strstr(text, "\nname = \"a_b__\"\ntype = \"pvh\"\n"), "%s", text);
	free(text);
	z.vcpus = z.vcpus_max = 20;
	z.virt = ZONE_PV;
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 0);
	cr_assert(strstr(text, "type = \"pv\""));
	free(text);
	host_state_release(&s);
	host_free(h);
}

/* Dynamic memory boots whole where vnuma or a device wants it so; with memory on other
 * nodes there is no vnuma. */
Test(xl, spill_and_dynamic_are_said)
{
	static const char *const gpu[] = {"gpu0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("big", 20, 20 * GIB);
	struct host_state s;
	struct plan p;
	char *text;

	host_state_init(&s, h);
	z.memory_policy = ZONE_DYNAMIC;
	z.memory_bytes = 30 * GIB;
	z.device = gpu;
	z.nr_devices = 1;
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 2);
	cr_assert(strstr(text, "it boots with all 30 GiB of it"), "%s", text);
	cr_assert(strstr(text, ": xl mem-set big 20480\n"), "%s", text);
	cr_assert(strstr(text, "pci = [ \"0000:41:00.0\", ]"), "%s", text);
	free(text);
	z.memory_bytes = 50 * GIB; /* a node has 16 */
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 0);
	cr_assert(strstr(text, "a node is"), "%s", text);
	free(text);
	z.memory_initial_bytes = 40 * GIB;
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	cr_assert_gt(p.spilled_bytes, 0);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 0);
	cr_assert(strstr(text, "part of this"), "%s", text);
	cr_assert(strstr(text, "type = \"hvm\""), "%s", text);
	free(text);
	host_state_release(&s);
	host_free(h);
}

/* Of a zone that insists on PVH: no vnuma, and another way is named. */
Test(xl, pvh_is_not_told)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 20, GIB);
	struct host_state s;
	struct plan p;
	char *text;

	host_state_init(&s, h);
	z.virt = ZONE_PVH;
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	cr_assert_eq(p.told, PLAN_TOLD_VNUMA);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 0);
	cr_assert(strstr(text, "type = \"pvh\""), "%s", text);
	cr_assert(strstr(text, "--backend xen"), "%s", text);
	free(text);
	host_state_release(&s);
	host_free(h);
}

/* A file of a zone on node 2, where dom0's vCPU i may run on node[i] alone. */
static char *served_text(const unsigned *node, uint32_t nr)
{
	static const char *const gpu[] = {"gpu0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("db", 4, GIB);
	struct cpuset vcpu[8], real = {0};
	struct io_service io;
	struct plan p;
	char *text;

	z.device = gpu;
	z.nr_devices = 1;
	p = test_plan("edera-compact", h, &z);
	for (uint32_t i = 0; i < nr; i++) {
		vcpu[i] = h->node[node[i]].cpus;
		cpuset_or(&real, &vcpu[i]);
	}
	io_service_init(&io, h, vcpu, nr, &real);
	text = xl_text_with(&p, &io);
	cr_expect_eq(check_xl(text, &p), 0);
	io_service_release(&io);
	host_free(h);
	return text;
}

/* Who serves its disks: commands where that is elsewhere, and only there. */
Test(xl, served_elsewhere)
{
	char *text = served_text((unsigned[]){2, 2}, 2);

	cr_expect_null(strstr(text, "taskset"), "%s", text);
	free(text);
	/* a vCPU is at home: threads onto it */
	text = served_text((unsigned[]){0, 2}, 2);
	cr_expect_not_null(strstr(text, "whichever of nodes 0,2"), "%s", text);
	cr_expect_null(strstr(text, "vcpu-pin"), "%s", text);
	cr_expect_not_null(strstr(text, "\n#\tid=$(xl domid db)\n"), "%s", text);
	cr_expect_not_null(strstr(text, "\n#\t\ttaskset -apc 1 $pid\n"), "%s", text);
	free(text);
	/* none is: the third is for node 2 */
	text = served_text((unsigned[]){0, 0, 0, 0}, 4);
	cr_expect_not_null(strstr(text, "\n#\txl vcpu-pin 0 3 32-47\n"), "%s", text);
	cr_expect_not_null(strstr(text, "taskset -apc 3 $pid"), "%s", text);
	cr_expect_null(strstr(text, "dom0_max_vcpus"), "%s", text);
	free(text);
	/* there is no third */
	text = served_text((unsigned[]){0}, 1);
	cr_expect_not_null(strstr(text, "boot Xen with dom0_max_vcpus=9"), "%s", text);
	free(text);
}

/* The SLIT's rule: 10 on the diagonal, 11 to 254 beside it, scaled by the host's own. */
Test(xl, distances_are_those_of_the_slit)
{
	static const struct {
		uint32_t own, far;
		const char *told;
	} cases[] = {{10, 12, "10,12"}, {10, 255, "10,254"},  {10, 10, "10,11"},
		     {20, 42, "10,21"}, {10, 4000, "10,254"}, {1, 8, "10,80"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host *h = test_host_seed();
		struct zone z = test_zone("z", 20, GIB);
		struct host_state s;
		struct plan p;
		char *text, *want;

		host_state_init(&s, h);
		cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
		for (unsigned n = 0; n < h->nr_nodes * h->nr_nodes; n++)
			h->matrix[MATRIX_DISTANCE].value[n] =
				n % (h->nr_nodes + 1) ? cases[i].far : cases[i].own;
		text = xl_text(&p);
		want = xasprintf("\"vcpus=0-9\", \"vdistances=%s\" ]", cases[i].told);
		cr_assert(strstr(text, want), "%s in %s", want, text);
		free(want);
		free(text);
		host_state_release(&s);
		host_free(h);
	}
}

/* Any plan on any host comes out as something libxl's rules accept. */
Test(xl, random)
{
	static const char *const names[] = {"edera-compact", "edera-scatter", "flat"};
	unsigned with_vnuma = 0;

	for (unsigned i = 0; i < 600; i++) {
		const char *device[4];
		struct host_state s;
		struct host *h;
		struct zone z;
		struct plan p;
		struct rng r;
		char key[32], *text;

		snprintf(key, sizeof(key), "xl %u", i);
		rng_seed(&r, 4, key);
		h = test_host_random(&r);
		host_state_init(&s, h);
		z = test_zone_random(&r, h, device);
		if (test_place(names[i % 3], &s, &z, &p, NULL) == 0) {
			text = xl_text(&p);
			with_vnuma += check_xl(text, &p) > 1;
			free(text);
		}
		host_state_release(&s);
		host_free(h);
	}
	cr_assert_gt(with_vnuma, 20, "%u", with_vnuma);
}

/* Every format writes every plan, in plain ASCII, with its notes in the head. */
Test(formats, random)
{
	static const char *const names[] = {"libvirt", "qemu", "numactl", "systemd", "k8s"};
	static const char *const deciders[] = {"edera-compact", "flat", "libxl", "nova",
					       "incus-balanced"};

	for (unsigned i = 0; i < 600; i++) {
		const struct emit_format *format = emit_find(names[i % 5]);
		struct emit_notes notes = {0};
		const char *device[4];
		struct emit_input in;
		struct host_state s;
		struct host *h;
		struct zone z;
		struct plan p;
		struct rng r;
		char key[32], *text = NULL;
		size_t size;
		FILE *f;

		snprintf(key, sizeof(key), "emit %u", i);
		rng_seed(&r, 4, key);
		h = test_host_random(&r);
		host_state_init(&s, h);
		z = test_zone_random(&r, h, device);
		in = (struct emit_input){.plan = &p, .policy = deciders[i / 5 % 5]};
		if (test_place(in.policy, &s, &z, &p, NULL) == 0) {
			f = open_memstream(&text, &size);
			format->limits(&in, &notes);
			format->print(&in, &notes, f);
			fclose(f);
			for (uint32_t n = 0; n < notes.nr; n++)
				cr_assert(strstr(text, "Note: "), "%s", text);
			for (const char *c = text; *c; c++)
				cr_assert(isprint((unsigned char)*c) || *c == '\n' || *c == '\t');
			emit_notes_release(&notes);
			free(text);
		}
		host_state_release(&s);
		host_free(h);
	}
}
