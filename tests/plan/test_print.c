/* What other programs read: JSON against a golden file, CSV by its columns. */
#include <criterion/criterion.h>
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
			policy_lint(policy_find("edera-compact"), &plan[i], &s, &lint[i]);
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
