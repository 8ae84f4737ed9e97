/* What other programs read: JSON against a golden file, xl.cfg against a checker
 * of libxl's rules, CSV by its columns. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/output.h"
#include "tests/placement/hosts.h"

#define GOLDEN "tests/golden/plan-golden-seven.json"

static char *seven_json(void)
{
	static const char *const nic[] = {"nic0"};
	struct zone z[8] = {
		test_zone("A", 4, 6 * GIB),   test_zone("B", 4, 6 * GIB),
		test_zone("C", 32, 24 * GIB), test_zone("D", 8, 20 * GIB),
		test_zone("E", 4, 4 * GIB),   test_zone("F", 16, 12 * GIB),
		test_zone("G", 48, 30 * GIB), test_zone("H", 4, 99 * GIB),
	};
	struct plan_result result[8] = {0};
	struct plan plan[8];
	struct explain why[8] = {0}, lint[8] = {0};
	struct error err[8] = {0};
	struct host *h = test_host_seed();
	struct host_state s;
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	z[4].nr_devices = 1;
	z[4].device = nic;
	host_state_init(&s, h);
	for (unsigned i = 0; i < 8; i++) {
		struct policy_input in = {.host = h, .state = &s, .zone = &z[i], .why = &why[i]};

		result[i].zone = &z[i];
		if (policy_place(policy_find("edera-compact"), &in, &plan[i], &err[i]) == 0) {
			result[i].plan = &plan[i];
			policy_lint(&plan[i], &s, &lint[i]);
			host_state_take(&s, &plan[i]);
		} else {
			result[i].error_code = err[i].code;
			result[i].error_text = err[i].text;
		}
		result[i].reason = why[i].line;
		result[i].nr_reasons = (uint32_t)why[i].nr;
		result[i].warning = lint[i].line;
		result[i].nr_warnings = (uint32_t)lint[i].nr;
	}
	plan_print_json(h, "edera-compact", result, 8, f);
	fclose(f);
	for (unsigned i = 0; i < 8; i++) {
		explain_release(&why[i]);
		explain_release(&lint[i]);
	}
	host_state_release(&s);
	host_free(h);
	return text;
}

/* HOMENODE_GOLDEN=rewrite writes it anew; look at the difference then. */
Test(json, golden_seven)
{
	const char *rewrite = getenv("HOMENODE_GOLDEN");
	char *text = seven_json(), *want;
	struct error err = {0};
	size_t size;

	if (rewrite && strcmp(rewrite, "rewrite") == 0) {
		struct output o;

		cr_assert_eq(output_open(&o, GOLDEN, &err), 0, "%s", err.text);
		fputs(text, o.file);
		cr_assert_eq(output_commit(&o, &err), 0, "%s", err.text);
	}
	cr_assert_eq(file_read(GOLDEN, 1 << 20, &want, &size, &err), 0, "%s", err.text);
	cr_assert_str_eq(text, want);
	free(want);
	free(text);
}

/* The documented members, read back by another reader's eyes. */
Test(json, members)
{
	char *text = seven_json();
	json_t *doc = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *zones, *g, *h;
	const char *name, *policy, *cpus;
	int placed, spilled_ok;
	json_int_t node, vnode, bytes, spilled, d;

	cr_assert_not_null(doc);
	cr_assert_eq(json_unpack(doc, "{s:s, s:s, s:o}", "host", &name, "policy", &policy, "zones",
				 &zones),
		     0);
	cr_assert_str_eq(name, "epyc-nps4-8n");
	g = json_array_get(zones, 6);
	h = json_array_get(zones, 7);
	cr_assert_eq(json_unpack(g, "{s:b, s:[I], s:I}", "placed", &placed, "nodes", &node,
				 "spilled_bytes", &spilled),
		     0);
	cr_assert(placed && node == 7 && spilled == 6 * GIB);
	cr_assert_eq(json_unpack(g, "{s:[{},{s:I, s:[I], s:s, s:I}]}", "vnodes", "node", &node,
				 "vcpus", &vnode, "cpus", &cpus, "memory_bytes", &bytes),
		     0);
	cr_assert(node == 5 && vnode == 16 && bytes == 10 * GIB);
	cr_assert_str_eq(cpus, "80-95");
	cr_assert_eq(json_unpack(g, "{s:[{},{},{},{s:I, s:I, s:I}]}", "memory", "node", &node,
				 "vnode", &vnode, "bytes", &bytes),
		     0);
	cr_assert(node == 7 && vnode == 2 && bytes == 6 * GIB);
	cr_assert_eq(json_unpack(g, "{s:[[I]]}", "distances", &d), 0);
	cr_assert_eq(d, 10);
	spilled_ok = json_array_size(json_object_get(g, "warnings")) == 3;
	cr_assert(spilled_ok);
	cr_assert_eq(json_unpack(h, "{s:b, s:s}", "placed", &placed, "error", &name), 0);
	cr_assert(!placed);
	cr_assert_str_eq(name, "ERR_NO_ROOM");
	cr_assert_eq(json_unpack(h, "{s:[s]}", "reasons", &name), 0);
	cr_assert(strstr(name, "99 GiB of memory asked"), "%s", name);
	cr_assert_null(json_object_get(h, "nodes"));
	json_decref(doc);
	free(text);
}

static char *xl_text(const struct plan *p)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	plan_print_xl(p, f);
	fclose(f);
	return text;
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

/* libxl's own rules for vNUMA (see docs of plan_print_xl). */
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

static unsigned check_xl(const char *text, const struct plan *p)
{
	int64_t mib = (p->zone->memory_bytes + MIB - 1) / MIB;

	cr_assert_eq(xl_number(text, "vcpus"), p->zone->vcpus);
	cr_assert_eq(xl_number(text, "maxvcpus"), p->zone->vcpus_max);
	cr_assert_eq(count_entries(text), p->zone->vcpus_max);
	cr_assert_eq(xl_number(text, "maxmem"), mib);
	for (const char *c = text; *c; c++)
		cr_assert(isprint((unsigned char)*c) || *c == '\n' || *c == '\t');
	return check_vnuma(text, p);
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
	cr_assert(strstr(text, "name = \"C\"\ntype = \"pvh\"\n"), "%s", text);
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
	cr_assert_eq(strncmp(text, "name = \"a_b__\"\n", 15), 0, "%s", text);
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

Test(xl, spill_and_dynamic_are_said)
{
	static const char *const gpu[] = {"gpu0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("big", 20, 40 * GIB);
	struct host_state s;
	struct plan p;
	char *text;

	host_state_init(&s, h);
	z.memory_policy = ZONE_DYNAMIC;
	z.memory_bytes = 50 * GIB;
	z.device = gpu;
	z.nr_devices = 1;
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	text = xl_text(&p);
	cr_assert_eq(check_xl(text, &p), 2);
	cr_assert(strstr(text, "# The plan spills 8 GiB"), "%s", text);
	cr_assert(strstr(text, "#\txl mem-set big 40960\n"), "%s", text);
	cr_assert(strstr(text, "pci = [ \"0000:41:00.0\", ]"), "%s", text);
	free(text);
	host_state_release(&s);
	host_free(h);
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
	cr_assert_gt(with_vnuma, 50);
}

Test(text, csv_quotes_and_columns)
{
	struct host *h = test_host_seed();
	struct zone a = test_zone("a,\"b\"", 4, 20 * GIB), b = test_zone("b", 1, GIB);
	struct plan_result result[2] = {{.zone = &a}, {.zone = &b}};
	struct host_state s;
	struct plan p;
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-compact", &s, &a, &p, NULL), 0);
	result[0].plan = &p;
	result[1].error_code = ERR_INFEASIBLE;
	plan_print_csv(h, "edera-compact", result, 2, f);
	fclose(f);
	cr_assert_str_eq(text, "host,policy,zone,vcpus,memory_bytes,placed,error,told,nodes,"
			       "local_bytes,spilled_bytes,mean_distance_centi\n"
			       "epyc-nps4-8n,edera-compact,\"a,\"\"b\"\"\",4,21474836480,1,,flat,0,"
			       "17179869184,4294967296,1040\n"
			       "epyc-nps4-8n,edera-compact,b,1,1073741824,0,ERR_INFEASIBLE,,,,,\n");
	free(text);
	host_state_release(&s);
	host_free(h);
}

Test(text, table_and_sentences)
{
	static const char *const why[] = {"because"};
	struct host *h = test_host_seed();
	struct zone a = test_zone("a", 20, 20 * GIB), b = test_zone("b", 1, GIB);
	struct plan_result result[2] = {{.zone = &a, .reason = why, .nr_reasons = 1},
					{.zone = &b, .reason = why, .nr_reasons = 1}};
	struct host_state s;
	struct plan p;
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-compact", &s, &a, &p, NULL), 0);
	result[0].plan = &p;
	result[1].error_code = ERR_INFEASIBLE;
	result[1].error_text = "no";
	plan_print_text(h, "edera-compact", result, 2, false, f);
	fclose(f);
	cr_assert(strstr(text, "10+10"), "%s", text);
	cr_assert(strstr(text, "b: refused (ERR_INFEASIBLE): no\n  - because\n"), "%s", text);
	cr_assert_null(strstr(text, "\na:\n"));
	free(text);
	host_state_release(&s);
	host_free(h);
}
