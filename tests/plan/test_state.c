/* What is taken, given back, and the steps between two plans. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

#include "tests/placement/hosts.h"

Test(state, give_undoes_take)
{
	static const char *const nic[] = {"nic0"};
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 40, 60 * GIB);
	struct host_state s;
	struct plan p;

	z.device = nic;
	z.nr_devices = 1;
	host_state_init(&s, h);
	cr_assert_eq(s.total_free_bytes, 128 * GIB);
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	host_state_take(&s, &p);
	cr_assert_eq(s.total_free_bytes, 68 * GIB);
	cr_assert_eq(s.free_bytes[5], 0);
	cr_assert_eq(s.vcpus[5], 14);
	cr_assert_eq(s.total_vcpus, 40);
	cr_assert_eq(s.device_taken[host_find_device(h, "nic0")], 1);
	cr_assert_eq(s.nr_zones, 1);
	host_state_give(&s, &p);
	cr_assert_eq(s.total_free_bytes, 128 * GIB);
	for (unsigned n = 0; n < 8; n++) {
		cr_assert_eq(s.free_bytes[n], 16 * GIB);
		cr_assert_eq(s.vcpus[n], 0);
	}
	cr_assert_eq(s.device_taken[host_find_device(h, "nic0")], 0);
	cr_assert_eq(s.nr_zones + s.total_vcpus, 0);
	host_state_release(&s);
	host_free(h);
}

Test(state, taking_twice_what_is_there_is_a_bug, .signal = SIGABRT)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, 10 * GIB);
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	if (test_place("edera-compact", &s, &z, &p, NULL) == 0) {
		host_state_take(&s, &p);
		host_state_take(&s, &p);
	}
}

Test(state, dom0_by_size)
{
	static const unsigned cpus[] = {2, 0, 4};
	static const int64_t bytes[] = {3 * GIB, GIB, 2 * GIB};
	struct host *h = test_host_done(test_host(3, cpus, bytes, 20));
	struct error err = {0};
	struct host_state s;

	host_state_init(&s, h);
	cr_assert_eq(host_state_take_dom0(&s, GIB, 3, &err), 0);
	/* 262144 pages by 3:1:2 are 131072, 43690.67, 87381.33 */
	cr_assert_eq(s.free_bytes[0], 3 * GIB - 131073 * PAGE_BYTES);
	cr_assert_eq(s.free_bytes[1], GIB - 43690 * PAGE_BYTES);
	cr_assert_eq(s.free_bytes[2], 2 * GIB - 87381 * PAGE_BYTES);
	cr_assert_eq(s.total_free_bytes, 5 * GIB);
	cr_assert_eq(s.vcpus[0], 2);
	cr_assert_eq(s.vcpus[2], 1);
	cr_assert_eq(s.total_vcpus, 3);
	cr_assert_eq(s.nr_zones, 0);
	cr_assert_eq(host_state_take_dom0(&s, 6 * GIB, 0, &err), ERR_NO_ROOM);
	cr_assert(strstr(err.text, "5 GiB"), "%s", err.text);
	cr_assert_eq(s.total_free_bytes, 5 * GIB);
	/* a node that is nearly full: the others give more */
	host_state_set_free(&s, 0, PAGE_BYTES);
	cr_assert_eq(host_state_take_dom0(&s, s.total_free_bytes, 13, &err), 0);
	cr_assert_eq(s.total_free_bytes, 0);
	cr_assert_eq(s.vcpus[0] + s.vcpus[2], 16);
	cr_assert_eq(s.vcpus[1], 0);
	host_state_release(&s);
	host_free(h);
}

Test(state, dom0_of_a_host_without_memory)
{
	static const unsigned cpus[] = {2, 2};
	static const int64_t bytes[] = {0, 0};
	struct host *h = test_host_done(test_host(2, cpus, bytes, 20));
	struct error err = {0};
	struct host_state s;

	host_state_init(&s, h);
	cr_assert_eq(host_state_take_dom0(&s, 0, 1, &err), 0);
	cr_assert_eq(s.total_vcpus, 1);
	cr_assert_eq(host_state_take_dom0(&s, GIB, 0, &err), ERR_NO_ROOM);
	cr_assert(strstr(err.text, "has only 0 B free"), "%s", err.text);
	host_state_release(&s);
	host_free(h);
}

Test(plan, offline_vcpus_are_dealt_level)
{
	static const unsigned cpus[] = {2, 4, 4};
	static const int64_t bytes[] = {3 * GIB, 2 * GIB, GIB};
	struct host *h = test_host_done(test_host(3, cpus, bytes, 20));
	struct zone z = test_zone("z", 7, GIB);
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	z.vcpus_max = 12;
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	cr_assert_eq(p.nr_vnodes, 3); /* 2 + 3 + 2 */
	/* to 2 + 4 + 4 while there are CPUs, then two more to the emptiest */
	cr_assert_eq(plan_offline_vcpus(&p, 0), 2);
	cr_assert_eq(plan_offline_vcpus(&p, 1), 1);
	cr_assert_eq(plan_offline_vcpus(&p, 2), 2);
	cr_assert_eq(plan_first_vcpu(&p, 2), 5);
	cr_assert_eq(plan_first_offline_vcpu(&p, 0), 7);
	cr_assert_eq(plan_first_offline_vcpu(&p, 2), 10);
	host_state_release(&s);
	host_free(h);
}

Test(plan, cpus_of_a_vnode)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 20, GIB);
	struct cpuset cpus;
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-compact", &s, &z, &p, NULL), 0);
	plan_cpus(&p, 1, &cpus);
	cr_assert(cpuset_equal(&cpus, &h->node[1].cpus));
	cr_assert_eq(test_place("flat", &s, &z, &p, NULL), 0);
	plan_cpus(&p, 1, &cpus);
	cr_assert(cpuset_equal(&cpus, &h->cpus));
	host_state_release(&s);
	host_free(h);
}

Test(diff, start_resize_stop_nothing)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, GIB);
	struct step step[PLAN_STEPS_MAX];
	struct host_state s;
	struct plan a, b;

	host_state_init(&s, h);
	cr_assert_eq(test_place("edera-compact", &s, &z, &a, NULL), 0);
	b = a;
	cr_assert_eq(plan_diff(NULL, NULL, 3, 9, step), 0);
	cr_assert_eq(plan_diff(NULL, &a, 3, 9, step), 1);
	cr_assert_eq(step[0].kind, STEP_START);
	cr_assert_eq(step[0].plan, &a);
	cr_assert(step[0].host == 3 && step[0].slot == 9);
	cr_assert_eq(plan_diff(&a, &b, 3, 9, step), 0);
	b.vnode[0].memory_bytes = GIB / 2;
	cr_assert_eq(plan_diff(&a, &b, 3, 9, step), 1);
	cr_assert_eq(step[0].kind, STEP_RESIZE);
	cr_assert_eq(step[0].bytes, GIB / 2);
	cr_assert_eq(plan_diff(&a, NULL, 3, 9, step), 1);
	cr_assert_eq(step[0].kind, STEP_STOP);
	cr_assert_str_eq(step_name(step[0].kind), "stop");
	host_state_release(&s);
	host_free(h);
}

Test(diff, placement_never_changes, .signal = SIGABRT)
{
	struct host *h = test_host_seed();
	struct zone z = test_zone("z", 4, GIB);
	struct step step[PLAN_STEPS_MAX];
	struct host_state s;
	struct plan a, b;

	host_state_init(&s, h);
	if (test_place("edera-compact", &s, &z, &a, NULL) == 0) {
		b = a;
		b.vnode[0].node = 1;
		plan_diff(&a, &b, 0, 0, step);
	}
}
