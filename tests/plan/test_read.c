/* What plan printed, read back as the host's state. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan_read.h"
#include "tests/placement/hosts.h"

static struct host *host;
static struct error err;

static void open_host(void)
{
	host = test_host_seed();
	err = (struct error){0};
}

static void close_host(void)
{
	host_free(host);
}

TestSuite(plan_read, .init = open_host, .fini = close_host);

static char *print(const struct plan_result *r, size_t nr)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	plan_print_json(host, "edera-compact", r, nr, f);
	fclose(f);
	return text;
}

/* Place, print, read, and take: the same state comes out. */
Test(plan_read, gives_back_the_state)
{
	const char *gpu[] = {"gpu0"};
	struct zone zone[4] = {test_zone("small", 4, 6 * GIB), test_zone("wide", 40, 30 * GIB),
			       test_zone("fat", 2, 20 * GIB), test_zone("never", 400, GIB)};
	struct plan plan[4];
	struct plan_result result[4] = {{0}};
	struct plan_list l = {0};
	struct host_state was, is;
	char *text;

	zone[0].device = gpu;
	zone[0].nr_devices = 1;
	host_state_init(&was, host);
	host_state_init(&is, host);
	for (int i = 0; i < 4; i++) {
		result[i].zone = &zone[i];
		if (test_place("edera-compact", &was, &zone[i], &plan[i], NULL))
			continue;
		result[i].plan = &plan[i];
		host_state_take(&was, &plan[i]);
	}
	cr_assert(!result[3].plan);
	text = print(result, 4);
	cr_assert(plan_list_recognise("p.json", text, strlen(text)));
	cr_assert_eq(plan_list_parse(&l, host, "p.json", text, strlen(text), &err), 0, "%s",
		     err.text);
	cr_assert_eq(l.nr, 3);
	for (size_t i = 0; i < l.nr; i++) {
		cr_expect_eq(l.plan[i].spilled_bytes, plan[i].spilled_bytes);
		host_state_take(&is, &l.plan[i]);
	}
	cr_expect_arr_eq(is.free_bytes, was.free_bytes, host->nr_nodes * sizeof(*is.free_bytes));
	cr_expect_arr_eq(is.vcpus, was.vcpus, host->nr_nodes * sizeof(*is.vcpus));
	cr_expect_arr_eq(is.device_taken, was.device_taken, host->nr_devices);
	cr_expect_eq(is.total_vcpus, was.total_vcpus);
	for (size_t i = 0; i < l.nr; i++)
		host_state_give(&is, &l.plan[i]);
	cr_expect_eq(is.total_free_bytes, host->memory_bytes);
	plan_list_release(&l);
	host_state_release(&was);
	host_state_release(&is);
	free(text);
}

Test(plan_read, zones_are_not_plans)
{
	const char *zones = "{\"zones\":[{\"name\":\"a\",\"vcpus\":1,\"memory\":\"1GiB\"}]}";

	cr_expect_not(plan_list_recognise("z", zones, strlen(zones)));
	cr_expect_not(plan_list_recognise("z", "zones:\n", 7));
}

/* Each with one thing wrong, and where it is said to be. */
Test(plan_read, says_what_is_wrong)
{
	static const struct {
		const char *zone, *says;
	} c[] = {
		{"{\"placed\":true,\"vnodes\":[],\"memory\":[]}", "\"zone\""},
		{"{\"zone\":\"a\"}", "\"placed\""},
		{"{\"zone\":\"a\",\"placed\":true,\"vnodes\":[],\"memory\":[]}", "1 to 64 items"},
		{"{\"zone\":\"a\",\"placed\":true,\"vnodes\":[{\"node\":9,\"vcpus\":[0],"
		 "\"memory_bytes\":4096}],\"memory\":[]}",
		 "no node 9"},
		{"{\"zone\":\"a\",\"placed\":true,\"vnodes\":[{\"node\":1,\"vcpus\":[0],"
		 "\"memory_bytes\":4097}],\"memory\":[]}",
		 "whole pages"},
		{"{\"zone\":\"a\",\"placed\":true,\"vnodes\":[{\"node\":1,\"vcpus\":[0],"
		 "\"memory_bytes\":4096},{\"node\":1,\"vcpus\":[1],\"memory_bytes\":4096}],"
		 "\"memory\":[]}",
		 "two vnodes on node 1"},
		{"{\"zone\":\"a\",\"placed\":true,\"vnodes\":[{\"node\":1,\"vcpus\":[0],"
		 "\"memory_bytes\":4096}],\"memory\":[{\"node\":1,\"vnode\":1,\"bytes\":4096}]}",
		 "\"vnode\""},
		{"{\"zone\":\"a\",\"placed\":true,\"devices\":[\"gpu9\"],\"vnodes\":[{\"node\":1,"
		 "\"vcpus\":[0],\"memory_bytes\":4096}],\"memory\":[{\"node\":1,\"vnode\":0,"
		 "\"bytes\":4096}]}",
		 "not a device of host"},
		{"7", "must be an object"},
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct plan_list l = {0};
		char text[1024];
		int n = snprintf(text, sizeof(text), "{\"policy\":\"p\",\"zones\":[\n%s]}",
				 c[i].zone);

		cr_expect_eq(plan_list_parse(&l, host, "s.json", text, (size_t)n, &err), ERR_INPUT);
		cr_expect(strstr(err.text, c[i].says), "case %zu: %s", i, err.text);
		cr_expect(strncmp(err.text, "s.json:2:", 9) == 0, "case %zu: %s", i, err.text);
		cr_expect(!l.nr && !l.plan);
	}
}
