/* What is read of zones.csv and timeline.csv: where pages are, when zones were refused. */
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

Test(refusals, when_they_were)
{
	struct refusals r;
	struct error err = {0};

	write_file(ZONES "reason\n"
			 "t,w,p,static,xen,1,stopped,,0,0,1,4096,0,0,9,\n"
			 "t,w,p,static,xen,1,refused,,,,2,4096,0,1000000000,1000000000,x\n"
			 "t,w,p,static,xen,1,refused,,,,4,8192,0,300000000000,300000000000,x\n"
			 "t,w,p,static,xen,1,refused,,,,8,1,0,5000000000,5000000000,x\n"
			 "t,w,q,static,xen,1,refused,,,,1,1,0,0,0,x\n");
	cr_assert_eq(refusals_load(&r, path, &err), 0, "%s", err.text);
	cr_assert_eq(r.nr, 2);
	cr_expect_eq(r.row[0]->zones, 3);
	cr_expect_eq(r.row[1]->zones, 1);
	cr_expect_str_eq(r.row[1]->name, "q static xen seed 1");
	/* 300 s do not fit 128 bins of 1 s: bins of 4 s, in both rows */
	cr_expect_eq(r.row[0]->bin_ns, 4 * NS_PER_S);
	cr_expect_eq(r.row[1]->bin_ns, 4 * NS_PER_S);
	cr_expect_eq(r.row[0]->bin[0], 1);
	cr_expect_eq(r.row[0]->bin[1], 1);
	cr_expect_eq(r.row[0]->bin[75], 1);
	refusals_release(&r);
	remove_file();
	write_file(KEY "outcome,vcpus\n");
	cr_expect_eq(refusals_load(&r, path, &err), ERR_INPUT);
}
