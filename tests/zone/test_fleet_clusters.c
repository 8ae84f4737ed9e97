/* Fleets in clusters: what says which hosts a zone is bound to, and what is refused. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "tests/zone/workload_text.h"

#define FLEET                                                                                      \
	"\"fleet\":{\"clusters\":[{\"name\":\"north\",\"hosts\":[{\"topology\":\"a\",\"count\":2}" \
	"]},{\"name\":\"south\",\"hosts\":[{\"topology\":\"b\"},{\"topology\":\"a\"}]}]}"

/* "ordinal name cluster, ..." of one cluster's events, or of all. */
static const char *zones_of(const struct workload *w, uint32_t cluster)
{
	static char text[1024];
	const struct zone_event *ev;
	struct zone_stream *s;
	struct error err;
	int rc = cluster == CLUSTER_NONE ? workload_open(&s, w, 1, false, &err)
					 : workload_open_cluster(&s, w, cluster, 1, false, &err);

	*text = '\0';
	while (!rc && !(rc = zone_stream_next(s, &ev, &err)) && ev)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u %s %u, ",
			 (unsigned)zone_stream_ordinal(s),
			 ev->kind == ZONE_EVENT_START ? ev->zone->name : "stop", ev->cluster);
	cr_assert_eq(rc, 0, "%s", err.text);
	zone_stream_close(s);
	return text;
}

static void expect(const char *text, const char *all, const char *north, const char *south)
{
	struct workload w;

	load_text(&w, "w.json", text);
	cr_assert_str_eq(zones_of(&w, CLUSTER_NONE), all);
	cr_assert_str_eq(zones_of(&w, 0), north);
	cr_assert_str_eq(zones_of(&w, 1), south);
	workload_release(&w);
	remove_files();
}

Test(fleet_clusters, hosts_are_one_behind_the_other)
{
	struct workload w;
	char names[64];

	load_text(&w, "w.json",
		  "{" FLEET ",\"events\":[{\"at\":0,\"start\":{\"name\":\"A\",\"vcpus\":1,"
		  "\"memory\":\"1GiB\"},\"cluster\":\"south\"}]}");
	cr_assert_eq(w.fleet.nr_groups, 3);
	cr_assert_eq(w.fleet.nr_clusters, 2);
	cr_assert_eq(w.fleet.cluster[0].nr_hosts, 2);
	cr_assert_eq(w.fleet.cluster[1].first_host, 2);
	cr_assert_eq(w.fleet.cluster[1].nr_hosts, 2);
	cr_assert_eq(fleet_find_cluster(&w.fleet, "southern", 5), 1);
	cr_assert_eq(fleet_find_cluster(&w.fleet, "southern", 8), CLUSTER_NONE);
	cr_assert_eq(fleet_find_cluster(&w.fleet, "sout", 4), CLUSTER_NONE);
	cr_assert_str_eq(fleet_cluster_names(&w.fleet, names, sizeof(names)), "north and south");
	workload_release(&w);
	remove_files();
}

Test(fleet_clusters, of_events)
{
	expect("{" FLEET ",\"events\":["
	       "{\"at\":0,\"start\":{\"name\":\"A\",\"vcpus\":1,\"memory\":\"1GiB\"},"
	       "\"cluster\":\"south\"},"
	       "{\"at\":1,\"start\":{\"name\":\"B\",\"vcpus\":1,\"memory\":\"1GiB\"},"
	       "\"cluster\":\"north\"},"
	       "{\"at\":2,\"stop\":\"A\"},{\"at\":3,\"stop\":\"B\"}]}",
	       "1 A 1, 2 B 0, 2 stop 1, 2 stop 0, ", "2 B 0, 2 stop 0, ", "1 A 1, 2 stop 1, ");
}

#define CSV "at_s,lifetime_s,vcpus,memory_mib,name,cluster\n"

Test(fleet_clusters, of_a_column)
{
	write_file("t.csv", CSV "0,1,1,512,a,south\n0,1,1,512,b,north\n5,,1,512,c,south\n");
	expect("{" FLEET ",\"trace\":{\"file\":\"t.csv\"}}", "1 a 1, 2 b 0, 3 c 1, ", "2 b 0, ",
	       "1 a 1, 3 c 1, ");
}

Test(fleet_clusters, of_slurm)
{
	write_file("t.csv", "JobID|Cluster|Start|End|AllocCPUS|ReqMem\n"
			    "1|south|2026-05-01T00:00:01|Unknown|1|1G\n"
			    "2|north|2026-05-01T00:00:00|Unknown|1|1G\n");
	expect("{" FLEET ",\"trace\":{\"file\":\"t.csv\"}}", "1 job2 0, 2 job1 1, ", "1 job2 0, ",
	       "2 job1 1, ");
}

Test(fleet_clusters, of_openstack_and_kubernetes)
{
	write_file("s.json", "[{\"ID\":\"a\",\"Flavor\":\"f\",\"Availability Zone\":\"south\"},"
			     "{\"ID\":\"b\",\"Flavor\":\"f\",\"Availability Zone\":\"north\"}]");
	write_file("f.json", "[{\"ID\":\"1\",\"Name\":\"f\",\"RAM\":1024,\"VCPUs\":1}]");
	expect("{" FLEET ",\"trace\":{\"file\":\"s.json\",\"with\":[\"f.json\"]}}",
	       "1 a 1, 2 b 0, ", "2 b 0, ", "1 a 1, ");
	write_file("p.json",
		   "{\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"name\":\"p\","
		   "\"creationTimestamp\":\"2026-05-01T00:00:00Z\"},\"spec\":{\"nodeSelector\":"
		   "{\"topology.kubernetes.io/zone\":\"south\"},\"containers\":[{\"name\":\"c\"}]}"
		   "}]}");
	expect("{" FLEET ",\"trace\":{\"file\":\"p.json\"}}", "1 p 1, ", "", "1 p 1, ");
}

/* Which rows a cache keeps, and under which key. */
Test(fleet_clusters, of_a_cache)
{
	struct trace_reading how = {.cache = NULL};
	struct workload w;
	struct error err;
	char *folder = xstrdup(write_file("t.csv", CSV "0,1,1,512,a,south\n0,1,1,512,b,north\n"));

	*strrchr(folder, '/') = '\0';
	how.cache = folder;
	for (int round = 0; round < 2; round++) {
		load_text(&w, "w.json", "{" FLEET ",\"trace\":{\"file\":\"t.csv\"}}");
		cr_assert_eq(workload_prepare(&w, &how, &err), 0, "%s", err.text);
		cr_assert_not_null(w.cache);
		cr_assert_str_eq(zones_of(&w, 1), "1 a 1, ");
		workload_release(&w);
	}
	/* other names of clusters are other numbers */
	load_text(&w, "w.json",
		  "{\"fleet\":{\"clusters\":[{\"name\":\"south\",\"hosts\":[{\"topology\":\"a\"}]},"
		  "{\"name\":\"north\",\"hosts\":[{\"topology\":\"a\"}]}]},"
		  "\"trace\":{\"file\":\"t.csv\"}}");
	cr_assert_eq(workload_prepare(&w, &how, &err), 0, "%s", err.text);
	cr_assert_str_eq(zones_of(&w, 0), "1 a 0, ");
	workload_release(&w);
	free(folder);
	remove_files();
}

/* --- what is refused ------------------------------------------------------------------------- */

static void refused(const char *text, const char *want)
{
	cr_assert_str_eq(error_of("w.json", text, NULL), want);
}

#define START "{\"at\":0,\"start\":{\"name\":\"A\",\"vcpus\":1,\"memory\":\"1GiB\"}"

Test(fleet_clusters, names_that_are_none)
{
	refused("{" FLEET ",\"events\":[" START "}]}",
		"w.json:1:150: the field \"cluster\" is missing");
	refused("{" FLEET ",\"events\":[" START ",\"cluster\":\"west\"}]}",
		"w.json:1:215: the fleet has no cluster \"west\"; it has north and south");
	refused("{\"events\":[" START ",\"cluster\":\"west\"}]}",
		"w.json:1:77: the fleet has no \"clusters\", which would say what hosts it has");
	write_file("t.csv", CSV "0,1,1,512,a,south\n0,1,1,512,b,nort\n");
	refused("{" FLEET ",\"trace\":{\"file\":\"t.csv\"}}",
		"t.csv:3:13: the fleet has no cluster \"nort\"; it has north and south");
	write_file("t.csv", CSV "0,1,1,512,a,\n");
	refused("{" FLEET ",\"trace\":{\"file\":\"t.csv\"}}",
		"t.csv:2:13: the row names no cluster; the fleet has north and south");
	write_file("t.csv", "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,512\n");
	refused("{" FLEET ",\"trace\":{\"file\":\"t.csv\"}}",
		"t.csv:1: the header has no column \"cluster\", and the workload's fleet has "
		"clusters");
	write_file("t.csv", "vmid,cpu,mem,at,lt\n1,1,1,0,1\n");
	refused("{" FLEET ",\"trace\":{\"file\":\"t.csv\"}}",
		"w.json:1:156: nothing in format huawei-east-1 names the cluster of hosts that a "
		"zone is bound to: give each cluster a \"trace\" of its own, or the fleet "
		"\"hosts\" in "
		"place of \"clusters\"");
	remove_files();
}

Test(fleet_clusters, fleets_that_are_none)
{
	refused("{\"fleet\":{\"clusters\":[]}}",
		"w.json:1:22: \"clusters\" must hold 1 to 1000 clusters");
	refused("{\"fleet\":{\"hosts\":[{\"topology\":\"a\"}],\"clusters\":[]}}",
		"w.json:1:19: give \"hosts\" or \"clusters\", not both");
	refused("{\"fleet\":{\"clusters\":[{\"name\":\"a\",\"hosts\":[]}]}}",
		"w.json:1:43: \"hosts\" is empty; a cluster needs a host");
	refused("{\"fleet\":{\"clusters\":[{\"name\":\"a\",\"hosts\":[{\"topology\":\"x\"}]},"
		"{\"name\":\"a\",\"hosts\":[{\"topology\":\"x\"}]}]}}",
		"w.json:1:71: there are two clusters \"a\"");
	refused("{\"refused\":\"stop\"," FLEET "}",
		"w.json:1:39: a fleet in clusters does not stop at the first refused zone: what "
		"happens in one is not known in the others");
}

/* A fleet without clusters takes such a trace as it is, and says so. */
Test(fleet_clusters, none_are_asked_for)
{
	const struct zone_event *ev;
	struct zone_stream *s;
	struct workload w;
	struct error err;

	write_file("t.csv", CSV "0,1,1,512,a,south\n0,1,1,512,b,\n");
	load_text(&w, "w.json", "{\"trace\":{\"file\":\"t.csv\"}}");
	cr_assert_eq(workload_open(&s, &w, 1, false, &err), 0, "%s", err.text);
	while (!zone_stream_next(s, &ev, &err) && ev)
		cr_assert_eq(ev->cluster, 0);
	cr_assert_eq(zone_stream_stats(s)->note[0].rows, 1);
	cr_assert(strstr(zone_stream_stats(s)->note[0].text, "go anywhere"));
	zone_stream_close(s);
	workload_release(&w);
	remove_files();
}

/* What is taken before the first zone, and the racks, are each cluster's own part. */
Test(fleet_clusters, what_is_taken)
{
	struct workload w;

	write_file("racks.csv", "host_id,rack_id\n0,5\n1,6\n2,6\n");
	load_text(&w, "w.json",
		  "{\"fleet\":{\"clusters\":[{\"name\":\"north\",\"hosts\":[{\"topology\":\"a\","
		  "\"count\":2}]},{\"name\":\"south\",\"hosts\":[{\"topology\":\"a\",\"count\":2}]}"
		  "],\"initial\":[{\"host\":1,\"count\":2,\"nodes\":[{\"vcpus\":3}]}],"
		  "\"racks\":\"racks.csv\"},\"events\":[" START ",\"cluster\":\"north\"}]}");
	cr_assert_eq(w.fleet.cluster[0].initial->nr, 1);
	cr_assert_eq(w.fleet.cluster[0].initial->node[0].host, 1);
	cr_assert_eq(w.fleet.cluster[1].initial->nr, 1);
	cr_assert_eq(w.fleet.cluster[1].initial->node[0].host, 0);
	cr_assert_eq(w.fleet.cluster[0].racks->nr_hosts, 2);
	cr_assert_eq(w.fleet.cluster[1].racks->nr_hosts, 1);
	cr_assert_eq(w.fleet.cluster[1].racks->rack[0], w.fleet.cluster[0].racks->rack[1]);
	workload_release(&w);
	refused("{\"fleet\":{\"clusters\":[{\"name\":\"n\",\"hosts\":[{\"topology\":\"a\"}]}],"
		"\"initial\":[{\"host\":1,\"nodes\":[{\"vcpus\":3}]}]}}",
		"w.json:1:74: it speaks of host 1, and the fleet has 1 (counted from 0)");
	remove_files();
}
