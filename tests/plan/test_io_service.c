#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/io_service.h"
#include "tests/placement/hosts.h"

static struct host *host;
static struct zone zone;
static struct plan plan;

/* A zone on node 2 of eight, where its device is. */
static void begin(void)
{
	static const char *const gpu[] = {"gpu0"};

	host = test_host_seed();
	zone = test_zone("db", 1, GIB);
	zone.device = gpu;
	zone.nr_devices = 1;
	plan = test_plan("edera-compact", host, &zone);
	cr_assert_eq(plan.nodes, nodeset_of(2));
}

static void end(void)
{
	host_free(host);
}

/* dom0's vCPU i may run on node[i]; a negative one: on all. Threads: on `threads` of them. */
static struct io_service service(const int *node, uint32_t nr, uint32_t threads)
{
	struct cpuset vcpu[8] = {0}, real = {0};
	struct io_service s;

	for (uint32_t i = 0; i < nr; i++) {
		vcpu[i] = node[i] < 0 ? host->cpus : host->node[node[i]].cpus;
		if (i < threads)
			cpuset_or(&real, &vcpu[i]);
	}
	io_service_init(&s, host, vcpu, nr, &real);
	return s;
}

static void expect_text(struct io_service s, enum io_locality where, const char *expected)
{
	char *text = io_service_text(&s, &plan);

	cr_expect_eq(io_service_locality(&s, &plan), where);
	if (expected)
		cr_expect_str_eq(text, expected);
	else
		cr_expect_null(text);
	free(text);
	io_service_release(&s);
}

TestSuite(io_service, .init = begin, .fini = end);

Test(io_service, where_its_threads_run)
{
	expect_text(service((int[]){2}, 1, 1), IO_AT_HOME,
		    "dom0 serves disks and networks from node 2, where the zone is");
	expect_text(service((int[]){0, 1}, 2, 2), IO_AWAY,
		    "dom0 serves disks and networks from nodes 0-1 and the zone is on node 2: what "
		    "they carry crosses nodes");
	expect_text(service((int[]){-1}, 1, 1), IO_ANYWHERE,
		    "dom0 serves disks and networks from whichever of nodes 0-7 its threads run "
		    "on and the zone is on node 2: what they carry may cross nodes");
	/* a vCPU is there, but new threads keep off it */
	expect_text(service((int[]){0, 2}, 2, 1), IO_AWAY,
		    "dom0 serves disks and networks from node 0 and the zone is on node 2: what "
		    "they carry crosses nodes");
}

Test(io_service, not_known)
{
	expect_text((struct io_service){0}, IO_NOT_KNOWN, NULL);
	expect_text(service((int[]){2}, 1, 0), IO_NOT_KNOWN, NULL);
}

Test(io_service, vcpus_at_home)
{
	struct io_service s = service((int[]){0, 2, -1, 2}, 4, 4);
	struct cpuset vcpus;
	char *list;

	io_service_at_home(&s, &plan, &vcpus);
	list = cpuset_list(&vcpus);
	cr_expect_str_eq(list, "1,3");
	free(list);
	io_service_release(&s);
}
