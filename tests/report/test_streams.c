/* What is read of zones.csv and timeline.csv: where pages are, why zones were refused. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/units.h"
#include "report/refusals.h"
#include "report/series.h"
#include "tests/temporary.h"

#define KEY "topology,workload,policy,memory_policy,allocator,seed,"

static char path[256];

static void write_file(const char *text)
{
	int fd;
	FILE *f;

	fd = mkstemp(temporary_name(path, sizeof(path), "homenode-streams"));
	f = fdopen(fd, "w");
	cr_assert(f);
	fputs(text, f);
	fclose(f);
}

static void remove_file(void)
{
	unlink(path);
}

TestSuite(heat, .fini = remove_file);
TestSuite(refusals, .fini = remove_file);

/* GiB on a node in a column of the first map; one row a node. */
static double gib(const struct heat *h, size_t map, size_t node, size_t column)
{
	return (double)h->map[map].bytes[node * HEAT_COLUMNS + column] / (double)GIB;
}

#define ZONES KEY "outcome,error,host,nodes,vcpus,memory_bytes,spilled_bytes,start_ns,end_ns,"

Test(heat, spilled_pages_are_where_they_went)
{
	struct heat h;
	struct error err = {0};

	/* 2 GiB asked on node 0 of host 0, of which 1 GiB went to node 3; all the time */
	write_file(ZONES "pages_by_node\n"
			 "t,w,p,static,xen,1,stopped,,0,0,1,2147483648,1073741824,0,1200,"
			 "0:262144 3:262144\n"
			 "t,w,p,static,xen,1,refused,ERR_NO_ROOM,,,1,4096,0,5,5,\n"
			 "t,w,q,static,xen,1,live,,1,2,1,1073741824,0,600,1200,2:262144\n");
	cr_assert_eq(heat_load(&h, path, false, &err), 0, "%s", err.text);
	cr_expect_eq(h.nr_maps, 2);
	cr_expect_eq(h.nr_rows, 8, "two hosts of four nodes");
	cr_expect_float_eq(gib(&h, 0, 0, 0), 1.0, 1e-6);
	cr_expect_float_eq(gib(&h, 0, 3, 119), 1.0, 1e-6);
	cr_expect_float_eq(gib(&h, 1, 6, 59), 0.0, 1e-6, "before it began");
	cr_expect_float_eq(gib(&h, 1, 6, 60), 1.0, 1e-6);
	heat_release(&h);
}

Test(heat, without_pages_the_parts_are_even)
{
	struct heat h;
	struct error err = {0};

	write_file(ZONES "pages_by_node\n"
			 "t,w,p,static,xen,1,exited,,0,0 1,2,3221225472,1073741824,0,1200,\n");
	cr_assert_eq(heat_load(&h, path, false, &err), 0, "%s", err.text);
	cr_expect_float_eq(gib(&h, 0, 0, 7), 1.0, 1e-6);
	cr_expect_float_eq(gib(&h, 0, 1, 7), 1.0, 1e-6);
	heat_release(&h);
}

Test(heat, the_timeline_of_one_host_is_the_state_itself)
{
	struct heat h;
	struct error err = {0};

	write_file(KEY "time_s,node_resident_bytes\n"
		       "t,w,p,static,xen,1,60,1073741824 0\n"
		       "t,w,p,static,xen,1,120,3221225472 1073741824\n");
	cr_assert_eq(heat_load(&h, path, true, &err), 0, "%s", err.text);
	cr_expect(h.timeline && h.nr_rows == 2);
	cr_expect_float_eq(gib(&h, 0, 0, 10), 1.0, 1e-6);
	cr_expect_float_eq(gib(&h, 0, 0, 110), 3.0, 1e-6);
	cr_expect_float_eq(gib(&h, 0, 1, 110), 1.0, 1e-6);
	heat_release(&h);
}

Test(heat, what_is_no_list_of_nodes_is_refused)
{
	static const char *const bad[] = {"0:",	  "x",	    "0:1,2",
					  "0 :1", "5000:1", "0:99999999999999999"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[512];
		struct heat h;
		struct error err = {0};

		snprintf(text, sizeof(text),
			 ZONES "pages_by_node\nt,w,p,static,xen,1,live,,0,0,1,4096,0,0,9,\"%s\"\n",
			 bad[i]);
		write_file(text);
		cr_expect_eq(heat_load(&h, path, false, &err), ERR_INPUT, "%s", bad[i]);
		remove_file();
	}
}

#define REASONS "hosts_asked,asked_host,most_host_free_bytes,most_node_free_bytes,reason\n"

Test(refusals, kinds_hosts_and_times)
{
	struct refusals r;
	struct error err = {0};
	struct refusal_kind *k;

	write_file(ZONES REASONS
		   "t,w,p,static,xen,1,stopped,,0,0,1,4096,0,0,9,,,,,\n"
		   "t,w,p,static,xen,1,refused,ERR_NO_ROOM,,,2,4096,0,1000000000,1000000000,0,,"
		   "8192,4096,no host has 4 GiB free\n"
		   "t,w,p,static,xen,1,refused,ERR_NO_ROOM,,,4,8192,0,300000000000,300000000000,0,,"
		   "4096,2048,no host has 17.5 GiB free\n"
		   "t,w,p,static,xen,1,refused,ERR_INFEASIBLE,,,8,1,0,5000000000,5000000000,3,7,"
		   "1,1,numa_nodes 2\n"
		   "t,w,q,static,xen,1,refused,ERR_NO_DEVICE,,,1,1,0,0,0,1,2,1,1,gpu0 is taken\n");
	cr_assert_eq(refusals_load(&r, path, &err), 0, "%s", err.text);
	cr_assert_eq(r.nr, 2);
	cr_expect_eq(r.row[0]->zones, 3);
	cr_expect_eq(r.row[0]->unasked, 2);
	cr_assert_eq(r.row[0]->nr_kinds, 2, "figures do not make a kind");
	k = &r.row[0]->kind[0];
	cr_expect_str_eq(k->example, "no host has 4 GiB free");
	cr_expect_eq(k->zones, 2);
	cr_expect_eq(k->first_ns, NS_PER_S);
	cr_expect_eq(k->last_ns, 300 * NS_PER_S);
	cr_expect_eq(k->vcpus.low, 2);
	cr_expect_eq(k->vcpus.high, 4);
	cr_expect_eq(k->host_free_bytes.high, 8192);
	cr_assert_eq(r.row[0]->nr_hosts, 1);
	cr_expect_eq(r.row[0]->host[0].host, 7);
	cr_expect_eq(r.row[1]->host[0].host, 2);
	/* 300 s do not fit 128 bins of 1 s: bins of 4 s, in both rows */
	cr_expect_eq(r.row[0]->bin_ns, 4 * NS_PER_S);
	cr_expect_eq(r.row[1]->bin_ns, 4 * NS_PER_S);
	cr_expect_eq(r.row[0]->bin[0], 1);
	cr_expect_eq(r.row[0]->bin[1], 1);
	cr_expect_eq(r.row[0]->bin[75], 1);
	refusals_release(&r);
}

Test(refusals, more_kinds_than_there_is_room_for_are_counted_together)
{
	struct refusals r;
	struct error err = {0};
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	cr_assert(f);
	fputs(ZONES REASONS, f);
	for (int i = 0; i < 30; i++)
		fprintf(f,
			"t,w,p,static,xen,1,refused,ERR_NO_ROOM,,,1,1,0,0,0,1,%d,1,1,reason %c\n",
			i % 9, 'a' + i % 26);
	fclose(f);
	write_file(text);
	free(text);
	cr_assert_eq(refusals_load(&r, path, &err), 0, "%s", err.text);
	cr_expect_eq(r.row[0]->nr_kinds, REFUSAL_KINDS_MAX);
	cr_expect_str_eq(r.row[0]->kind[REFUSAL_KINDS_MAX - 1].example, "other reasons");
	cr_expect_eq(r.row[0]->kind[REFUSAL_KINDS_MAX - 1].zones, 30 - 11 - 4);
	cr_expect_eq(r.row[0]->nr_hosts, REFUSAL_HOSTS_MAX);
	cr_expect_eq(r.row[0]->host[0].zones, 4, "those asked most come first");
	refusals_release(&r);
}

Test(refusals, a_file_without_reasons_is_read_too)
{
	struct refusals r;
	struct error err = {0};

	write_file(KEY "outcome,error,vcpus,memory_bytes,start_ns\n"
		       "t,w,p,static,xen,1,refused,ERR_NO_ROOM,2,4096,7\n");
	cr_assert_eq(refusals_load(&r, path, &err), 0, "%s", err.text);
	cr_expect(!r.reasons);
	cr_expect_eq(r.row[0]->kind[0].zones, 1);
	refusals_release(&r);
	remove_file();
	write_file(KEY "outcome,vcpus\n");
	cr_expect_eq(refusals_load(&r, path, &err), ERR_INPUT);
}
