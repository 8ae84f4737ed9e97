/* Traces of things that run clusters: Slurm, Kubernetes, OpenStack; groups and fleets in use. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "tests/zone/workload_text.h"
#include "zone/timestamp.h"

TestSuite(clusters, .fini = remove_files);

static void open_workload(struct workload *w, struct zone_stream **s, const char *name,
			  const char *text, bool skip_bad)
{
	struct error err = {0};

	load_text(w, name, text);
	cr_assert_eq(workload_open(s, w, 1, skip_bad, &err), 0, "%s", err.text);
}

/* Each zone as "NAME vcpus/MiB at+life[ group]", life "-" to the end, seconds. */
static char *all(struct zone_stream *s)
{
	const struct zone_event *e;
	struct error err = {0};
	char *text, life[24];
	size_t n;
	FILE *out = open_memstream(&text, &n);

	for (;;) {
		cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
		if (!e)
			break;
		snprintf(life, sizeof(life), "%lld", (long long)(e->lifetime_ns / NS_PER_S));
		fprintf(out, "%s %u/%lld %lld+%s", e->zone->name, e->zone->vcpus,
			(long long)(e->zone->memory_bytes / MIB), (long long)(e->at_ns / NS_PER_S),
			e->lifetime_ns == NS_NEVER ? "-" : life);
		for (uint32_t i = 0; i < e->zone->nr_devices; i++)
			fprintf(out, " %s", e->zone->device[i]);
		if (e->zone->numa_nodes)
			fprintf(out, " on %u", e->zone->numa_nodes);
		if (e->group)
			fprintf(out, " (%s %s %u)", e->group->name,
				zone_group_rule_names[e->group->rule], e->group->domain);
		fputc('\n', out);
	}
	fclose(out);
	return text;
}

static void expect(const char *name, const char *text, bool skip_bad, const char *want,
		   const char *notes)
{
	const struct zone_stream_stats *stats;
	struct zone_stream *s;
	struct workload w;
	char *got, told[1024] = "";

	open_workload(&w, &s, name, text, skip_bad);
	got = all(s);
	cr_assert_str_eq(got, want, "%s", got);
	stats = zone_stream_stats(s);
	for (int i = 0; i < ZONE_STREAM_NOTES_MAX && stats->note[i].rows; i++)
		snprintf(told + strlen(told), sizeof(told) - strlen(told), "%d %s\n",
			 (int)stats->note[i].rows, stats->note[i].text);
	if (stats->bad_rows)
		snprintf(told + strlen(told), sizeof(told) - strlen(told), "bad %d: %s\n",
			 (int)stats->bad_rows, strrchr(stats->first_bad, '/') + 1);
	cr_assert_str_eq(told, notes, "%s", told);
	free(got);
	zone_stream_close(s);
	workload_release(&w);
}

/* --- times ------------------------------------------------------------------------------- */

static int64_t time_of(const char *text)
{
	int64_t ns = -1;

	return timestamp_parse(text, strlen(text), &ns) ? ns : -1;
}

Test(clusters, timestamps)
{
	cr_assert_eq(time_of("1970-01-01T00:00:00Z"), 0);
	cr_assert_eq(time_of("2026-05-01T12:00:00Z"), 1777636800 * NS_PER_S);
	cr_assert_eq(time_of("2026-05-01T12:00:00"), 1777636800 * NS_PER_S);
	cr_assert_eq(time_of("2026-05-01T14:00:00+02:00"), 1777636800 * NS_PER_S);
	cr_assert_eq(time_of("2026-05-01 06:30:00.25-0530"), 1777636800 * NS_PER_S + 250000000);
	cr_assert_eq(time_of("2024-02-29T00:00:00Z"), 1709164800 * NS_PER_S);
	cr_assert_eq(time_of("2023-02-29T00:00:00Z"), -1);
	cr_assert_eq(time_of("2026-13-01T00:00:00Z"), -1);
	cr_assert_eq(time_of("2026-05-01T24:00:00Z"), -1);
	cr_assert_eq(time_of("2026-05-01T12:00:00."), -1);
	cr_assert_eq(time_of("2026-05-01T12:00:00Zz"), -1);
	cr_assert_eq(time_of("2026-05-01"), -1);
	cr_assert_eq(time_of(""), -1);
}

/* --- Slurm ---------------------------------------------------------------------------------- */

#define SACCT "JobID|JobName|Start|End|State|AllocCPUS|ReqMem|NNodes|NodeList|AllocTRES\n"
#define T(time) "2026-05-01T" time

/* clang-format off */
static const char jobs[] = SACCT
	/* later than the next, its size in its TRES; the name is no quoted field */
	"10|\"odd, name|2026-05-01T00:01:00|2026-05-01T01:01:00|COMPLETED|99|99G|1|n1|"
		"billing=4,cpu=4,gres/gpu=2,gres/gpu:a100=2,mem=2.50G,node=1\n"
	"10.batch|batch|2026-05-01T00:01:00|2026-05-01T01:01:00|COMPLETED|4||1|n1|cpu=4,mem=2G\n"
	/* an array's task on two hosts, memory by CPU */
	"11_3|a|2026-05-01T00:00:30|2026-05-01T00:00:40|CANCELLED by 0|6|2Gc|2|n[1-2]|\n"
	/* never ran */
	"12_[4-9%2]|p|Unknown|Unknown|PENDING|0|4000Mn|1|None assigned|\n"
	"13|q|None|2026-05-01T00:00:00|CANCELLED|0|4000Mn|1|None assigned|\n"
	/* still runs; the nodes are counted, memory is by node */
	"14|r|2026-05-01T02:00:00|Unknown|RUNNING|5|1000Mn||g1,n[01-02]|\n"
	/* part of a heterogeneous job, memory of all of it, nothing odd */
	"15+1|h|2026-05-01T02:00:01|2026-05-01T02:00:01|COMPLETED|1|1536M|1|n1|\n";

static const char bad_jobs[] = SACCT
	"1|j|2026-05-01T01:00:00|2026-05-01T00:59:00|COMPLETED|1|1G|1|n1|\n"
	"2|j|2026-05-01T01:00:00|2026-05-01T02:00:00|COMPLETED|1|0n|1|n1|\n"
	"3|j|2026-05-01T01:00:00|2026-05-01T02:00:00|COMPLETED|1|1X|1|n1|\n"
	"4|j|noon|2026-05-01T02:00:00|COMPLETED|1|1G|1|n1|\n"
	"5|j|2026-05-01T01:00:00|2026-05-01T02:00:00|COMPLETED|0|1G|1|n1|\n"
	"6|j|2026-05-01T01:00:00|2026-05-01T02:00:00|COMPLETED|1|1G|1|n1|cpu=1,mem=1Q\n"
	"7|j|2026-05-01T01:00:00|2026-05-01T02:00:00|COMPLETED|1|1G|1|n1|\n"
	"7|j|2026-05-01T01:30:00|2026-05-01T03:00:00|COMPLETED|1|1G|1|n1|\n";
/* clang-format on */

Test(clusters, slurm)
{
	expect("a.sacct", jobs, false,
	       "job11_3-0 3/6144 0+10 (job11_3 anti-affinity 0)\n"
	       "job11_3-1 3/6144 0+10 (job11_3 anti-affinity 0)\n"
	       "job10 4/2560 30+3600 2xgpu\n"
	       "job14-0 2/1000 7170+- (job14 anti-affinity 0)\n"
	       "job14-1 2/1000 7170+- (job14 anti-affinity 0)\n"
	       "job14-2 2/1000 7170+- (job14 anti-affinity 0)\n"
	       "job15+1 1/1536 7171+0\n",
	       "2 run on several nodes: a zone each, of equal parts, on as many hosts\n"
	       "2 are of jobs that never started and are passed over\n");
}

Test(clusters, slurm_with_other_columns)
{
	/* other columns, in another order; times in seconds */
	expect("b.sacct",
	       "End|ReqTRES|JobID|Start|ReqCPUS\n"
	       "1777636860|cpu=2,mem=1G,node=1|7|1777636800|9\n"
	       "1777636861|billing=1|8|1777636801|1\n",
	       false, "job7 2/1024 0+60\njob8 1/1024 1+60\n",
	       "1 state no memory; 1024 MiB a node are assumed\n");
}

Test(clusters, slurm_bad_rows)
{
	expect("a.sacct", bad_jobs, true, "job7 1/1024 0+3600\n",
	       "bad 7: a.sacct:2:25: the job ends before its start (a change of the clock? let "
	       "sacct "
	       "run with TZ=UTC)\n");
	cr_assert_str_eq(error_of("b.sacct",
				  SACCT
				  "2|j|" T("01:00:00") "|" T("02:00:00") "|COMPLETED|1|0n|1|n1|\n",
				  NULL),
			 "b.sacct:2:57: the job asks for all memory of its nodes, and nothing says "
			 "how much that is; let sacct print AllocTRES too");
	cr_assert_str_eq(
		error_of("c.sacct", "JobID|Start|End|ReqMem\n", "slurm-sacct"),
		"c.sacct:1: the header has no number of CPUs: AllocTRES, AllocCPUS, NCPUS, "
		"ReqTRES or ReqCPUS");
	cr_assert_str_eq(error_of("c.sacct", "JobID|Start|End|NCPUS\n", "slurm-sacct"),
			 "c.sacct:1: the header has no memory: AllocTRES, ReqMem or ReqTRES");
}

/* --- Kubernetes ------------------------------------------------------------------------------ */

#define POD(name, uid, created, more, status)                                                      \
	"{\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name                                         \
	"\",\"namespace\":\"ns\",\"uid\":\"" uid "\",\"creationTimestamp\":\"" created "\"" more   \
	",\"annotations\":{\"dev.edera/cpu\":\"2\"}},"                                             \
	"\"spec\":{\"containers\":[{\"name\":\"c\",\"resources\":{\"limits\":{\"memory\":\"2Gi\"," \
	"\"nvidia.com/gpu\":\"1\"}}}]},\"status\":{" status "}}"
#define PODEVENT(uid, reason, message, at)                                                         \
	"{\"kind\":\"Event\",\"involvedObject\":{\"kind\":\"Pod\",\"namespace\":\"ns\",\"name\":"  \
	"\"" uid "\",\"uid\":\"" uid "\"},\"reason\":\"" reason "\",\"message\":\"" message        \
	"\",\"lastTimestamp\":\"" at "\"}"

/* clang-format off */
static const char pods[] =
	"{\"apiVersion\":\"v1\",\"items\":["
	/* events may stand first; a restarted container is no end, Evicted is one */
	PODEVENT("run", "Killing", "Container c failed liveness probe, will be restarted",
		 T("10:10:00Z")) ","
	PODEVENT("gone", "Killing", "Stopping container c", T("10:20:00Z")) ","
	PODEVENT("out", "Evicted", "low on memory", T("10:30:00Z")) ","
	PODEVENT("nobody", "Scheduled", "Successfully assigned", T("10:00:00Z")) ","
	POD("run", "run", T("10:00:00Z"), "", "\"phase\":\"Running\"") ","
	POD("gone", "gone", T("10:00:01Z"), "", "\"phase\":\"Running\"") ","
	POD("out", "out", T("10:00:02Z"), "", "\"phase\":\"Running\"") ","
	POD("wait", "wait", T("10:00:03Z"), "", "\"phase\":\"Pending\"") ","
	/* the last container says when; it is older than all others */
	POD("done", "done", T("09:00:00Z"), "",
	    "\"phase\":\"Succeeded\",\"initContainerStatuses\":[{\"state\":{\"terminated\":"
	    "{\"finishedAt\":\"" T("09:01:00Z") "\"}}}],\"containerStatuses\":[{\"state\":"
	    "{\"terminated\":{\"finishedAt\":\"" T("09:30:00Z") "\"}}}]") ","
	POD("evicted", "e", T("09:00:10Z"), "",
	    "\"phase\":\"Failed\",\"reason\":\"Evicted\",\"conditions\":[{\"lastTransitionTime\":\""
	    T("09:00:40Z") "\"}]") ","
	POD("leaving", "l", T("09:00:20Z"), ",\"deletionTimestamp\":\"" T("09:00:50Z") "\"",
	    "\"phase\":\"Running\"") ","
	"{\"kind\":\"Service\",\"metadata\":{\"name\":\"s\"}}"
	"],\"kind\":\"List\"}";

static const char bad_pods[] =
	"{\"kind\":\"List\",\"items\":["
	POD("a", "a", T("10:00:00Z"), "", "\"phase\":\"Failed\"") ","
	POD("b", "b", "yesterday", "", "\"phase\":\"Running\"") ","
	POD("c", "c", T("10:00:00Z"), "", "\"phase\":\"Running\"") ","
	/* the same pod in a later list; then another of its name while it lives */
	POD("c", "c", T("10:00:00Z"), ",\"deletionTimestamp\":\"" T("10:00:30Z") "\"",
	    "\"phase\":\"Running\"") ","
	POD("c", "d", T("10:00:10Z"), "", "\"phase\":\"Running\"") ","
	POD("c", "e", T("10:00:40Z"), "", "\"phase\":\"Running\"") "]}";
/* clang-format on */

Test(clusters, kubernetes)
{
	expect("pods.json", pods, false,
	       "ns/done 2/2048 0+1800 1xgpu\n"
	       "ns/evicted 2/2048 10+30 1xgpu\n"
	       "ns/leaving 2/2048 20+30 1xgpu\n"
	       "ns/run 2/2048 3600+- 1xgpu\n"
	       "ns/gone 2/2048 3601+1199 1xgpu\n"
	       "ns/out 2/2048 3602+1798 1xgpu\n"
	       "ns/wait 2/2048 3603+- 1xgpu\n",
	       "1 are neither pods nor events and are passed over\n"
	       "1 are events of pods that no list has; nothing says how large those were\n");
}

/* Events in a document of their own, vCPUs scaled, GPUs not asked for, warnings counted. */
Test(clusters, kubernetes_in_a_workload)
{
	struct zone_stream *s;
	struct workload w;
	char *got;

	write_file("events.json",
		   "{\"kind\":\"EventList\",\"items\":["
		   "{\"regarding\":{\"kind\":\"Pod\",\"namespace\":\"ns\",\"name\":\"p\"},"
		   "\"reason\":\"Killing\",\"note\":\"Stopping container c\",\"eventTime\":null,"
		   "\"series\":{\"lastObservedTime\":\"" T("10:00:09.5Z") "\"}}]}");
	write_file("p.json",
		   "{\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"name\":\"p\",\"namespace\":"
		   "\"ns\",\"creationTimestamp\":\"" T(
			   "10:00:00Z") "\"},\"spec\":{\"containers\":"
					"[{\"name\":\"c\",\"resources\":{\"limits\":{\"memory\":"
					"\"2Gi\",\"cpu\":\"3\","
					"\"nvidia.com/gpu\":\"1\"}}}]}}]}");
	open_workload(&w, &s, "w.json",
		      "{\"trace\":{\"file\":\"p.json\",\"with\":[\"events.json\"],\"vcpu_scale\":3,"
		      "\"gpus\":\"ignore\"}}",
		      false);
	got = all(s);
	cr_assert_str_eq(got, "ns/p 3/2048 0+9\n", "%s", got);
	cr_assert_eq(zone_stream_stats(s)->warnings, 1);
	cr_assert(strstr(zone_stream_stats(s)->first_warning,
			 "p.json:1:48: warning: pod \"p\": no dev.edera/cpu annotation, 1 vCPU "
			 "assumed (CPU limits do not count)"),
		  "%s", zone_stream_stats(s)->first_warning);
	free(got);
	zone_stream_close(s);
	workload_release(&w);
}

Test(clusters, kubernetes_bad_pods)
{
	expect("a.json", bad_pods, true, "ns/c 2/2048 0+30 1xgpu\nns/c 2/2048 40+- 1xgpu\n",
	       "1 are of pods that came again later\n"
	       "bad 3: a.json:1:380: \"creationTimestamp\" must be a time such as "
	       "\"2026-05-01T12:00:00Z\"\n");
	cr_assert_str_eq(
		error_of("b.json", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[]}", NULL),
		"b.json: holds no zone");
	cr_assert_str_eq(error_of("c.json",
				  "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":"
				  "{\"containers\":[{\"name\":\"c\"}]}}",
				  NULL),
			 "c.json:1:1: pod \"p\" has no creationTimestamp; this is how a cluster "
			 "prints it: kubectl get pods -o json");
}

/* --- OpenStack ------------------------------------------------------------------------------- */

static const char servers[] =
	"[{\"ID\":\"a\",\"Name\":\"web 1\",\"Status\":\"ACTIVE\",\"Flavor\":\"m1.small\","
	"\"Created At\":\"" T(
		"10:00:05Z") "\"},"
			     "{\"ID\":\"b\",\"Name\":\"web "
			     "1\",\"Status\":\"SHUTOFF\",\"Flavor\":\"m1.large\","
			     "\"Created At\":\"" T(
				     "10:00:00Z") "\"},"
						  "{\"ID\":\"c\",\"Name\":\"old\",\"Status\":"
						  "\"ACTIVE\",\"Flavor Name\":\"m1.small\","
						  "\"Flavor ID\":\"2\"},"
						  "{\"ID\":\"d\",\"Name\":\"x\",\"Status\":"
						  "\"ERROR\",\"Flavor\":\"m1.small\"},"
						  "{\"ID\":\"e\",\"Name\":\"x\",\"Status\":"
						  "\"SHELVED_OFFLOADED\",\"Flavor\":\"m1.small\"}]";
static const char flavors[] =
	"[{\"ID\":\"1\",\"Name\":\"m1.small\",\"RAM\":2048,\"VCPUs\":1,\"Properties\":{}},"
	"{\"ID\":\"2\",\"Name\":\"m1.large\",\"RAM\":8192,\"VCPUs\":4,\"Properties\":"
	"{\"hw:numa_nodes\":\"2\",\"hw:cpu_policy\":\"dedicated\"}}]";

Test(clusters, openstack)
{
	write_file("servers.json", servers);
	write_file("flavors.json", flavors);
	write_file("groups.json", "[{\"ID\":\"g\",\"Name\":\"n\",\"Policy\":\"anti-affinity\","
				  "\"Members\":[\"a\",\"b\"]},"
				  "{\"ID\":\"h\",\"Name\":\"m\",\"Policies\":[\"soft-affinity\"],"
				  "\"Members\":[\"c\"]}]");
	expect("w.json",
	       "{\"trace\":{\"file\":\"servers.json\",\"with\":[\"groups.json\",\"flavors.json\"]}"
	       "}",
	       false,
	       "c 4/8192 0+- on 2\n"
	       "b 4/8192 0+- on 2 (g anti-affinity 0)\n"
	       "a 1/2048 5+- (g anti-affinity 0)\n",
	       "2 have a flavor whose properties (CPU or PCI policy, page size, devices) are not "
	       "used\n"
	       "1 have no \"Created At\" and are there from the beginning\n"
	       "1 are of servers in soft groups, which bind nobody\n"
	       "2 are of servers that hold no room (deleted, shelved or failed) and are passed "
	       "over\n");
	/* an older client: properties are a text */
	write_file("flavors.json", "[{\"ID\":\"2\",\"Name\":\"m1.large\",\"RAM\":1024,\"VCPUs\":2,"
				   "\"Properties\":\"hw:cpu_x='1', hw:numa_nodes='2'\"}]");
	expect("w.json", "{\"trace\":{\"file\":\"servers.json\",\"with\":[\"flavors.json\"]}}",
	       true, "c 2/1024 0+- on 2\nb 2/1024 0+- on 2\n",
	       "1 have no \"Created At\" and are there from the beginning\n"
	       "2 are of servers that hold no room (deleted, shelved or failed) and are passed "
	       "over\n"
	       "bad 1: servers.json:1:2: no flavor \"m1.small\" is there; name what `openstack "
	       "flavor "
	       "list --all --long -f json` prints in the trace's \"with\"\n");
}

Test(clusters, only_documents_have_others_beside_them)
{
	write_file("t.csv", "at_s,lifetime_s,vcpus,memory_mib\n0,,1,100\n");
	cr_assert_str_eq(
		error_of("w.json", "{\"trace\":{\"file\":\"t.csv\",\"with\":[\"x\"]}}", NULL),
		"w.json:1:33: a trace in format homenode-csv has no documents that go with "
		"it");
}

/* --- libvirt --------------------------------------------------------------------------------- */

Test(clusters, libvirt)
{
	expect("stats.txt",
	       "\nDomain: 'web'\n  state.state=1\n  state.reason=5\n  vcpu.current=2\n"
	       "  vcpu.maximum=4\n  vcpu.0.state=1\n  balloon.current=1048576\n"
	       "  balloon.maximum=2097152\n\n"
	       "Domain: 'off'\n  state.state=5\n  vcpu.maximum=1\n  balloon.maximum=1024\n\r\n"
	       "Domain: 'paused'\r\n  state.state=3\r\n  vcpu.current=1\r\n"
	       "  balloon.maximum=524288\r\n"
	       "Domain: 'no size'\n  state.state=1\n"
	       "Domain: 'web'\n  vcpu.current=1\n  balloon.maximum=524288\n",
	       true, "web 2/2048 0+-\npaused 1/512 0+-\n",
	       "1 are domains that do not run and are passed over\n"
	       "bad 2: stats.txt:20: domain \"no size\" has no vcpu.current; let virsh domstats "
	       "print --state --vcpu --balloon\n");
	cr_assert_str_eq(error_of("a.txt", "Domain: 'a'\n  vcpu.current=two\n", NULL),
			 "a.txt:2: vcpu.current must be a whole number");
	cr_assert_str_eq(error_of("a.txt",
				  "Domain: 'a'\n  vcpu.current=1\n  balloon.maximum=4\n"
				  "Domain: 'a'\n  vcpu.current=1\n  balloon.maximum=4\n",
				  NULL),
			 "a.txt:4: domain \"a\" is there already; a name stands for one zone at a "
			 "time");
}

/* --- groups and fleets in use ------------------------------------------------------------------
 */

Test(clusters, huawei_two_node)
{
	expect("r.csv",
	       "flavor_vcpus,flavor_ram,numa,strategy,group,domain\n"
	       "8,16,1,fault_domain,0,1\n"
	       "32,64,2,,,\n"
	       "4,8,1,affinity,0,\n"
	       "4,8,1,anti-affinity,12,\n"
	       /* bad ones */
	       "4,8,1,near,1,\n"
	       "4,8,1,affinity,,\n"
	       "4,8,1,,3,\n"
	       "4,8,1,fault_domain,3,\n"
	       "4,8,0,,,\n"
	       "2,4,1,,,\n",
	       true,
	       "vm0 8/16384 0+- on 1 (0 fault-domain 1)\n"
	       "vm1 32/65536 1+- on 2\n"
	       "vm2 4/8192 2+- on 1 (0 affinity 0)\n"
	       "vm3 4/8192 3+- on 1 (12 anti-affinity 0)\n"
	       "vm4 2/4096 4+- on 1\n",
	       "bad 5: r.csv:6:7: \"strategy\" must be empty, affinity, anti-affinity or "
	       "fault_domain\n");
}

Test(clusters, groups_in_our_own_table)
{
	expect("t.csv",
	       "at_s,lifetime_s,vcpus,memory_mib,name,group,group_rule,fault_domain\n"
	       "0,,1,100,a,db,anti-affinity,\n"
	       "0,,1,100,b,,,\n"
	       "0,,1,100,c,db,fault-domain,3\n",
	       false,
	       "a 1/100 0+- (db anti-affinity 0)\nb 1/100 0+-\nc 1/100 0+- (db fault-domain 3)\n",
	       "");
	cr_assert_str_eq(
		error_of("u.csv",
			 "at_s,lifetime_s,vcpus,memory_mib,group,group_rule\n"
			 "0,,1,100,db,\n",
			 NULL),
		"u.csv:2:10: a group has a name in \"group\" and a rule in \"group_rule\"");
	cr_assert_str_eq(error_of("u.csv",
				  "at_s,lifetime_s,vcpus,memory_mib,group,group_rule,fault_domain\n"
				  "0,,1,100,db,affinity,1\n",
				  NULL),
			 "u.csv:2:13: \"fault_domain\" says which, under the rule fault-domain and "
			 "no other");
}

#define START "{\"at\":0,\"start\":{\"name\":\"a\",\"vcpus\":1,\"memory\":\"1GiB\"},\"group\":"

Test(clusters, groups_in_events)
{
	expect("w.json",
	       "{\"events\":[" START "{\"name\":\"g\",\"rule\":\"fault-domain\",\"domain\":2}}]}",
	       false, "a 1/1024 0+- (g fault-domain 2)\n", "");
	cr_assert_str_eq(error_of("w.json", "{\"events\":[" START "{\"name\":\"g\"}}]}", NULL),
			 "w.json:1:75: the field \"rule\" is missing");
	cr_assert_str_eq(error_of("w.json",
				  "{\"events\":[" START "{\"name\":\"g\",\"rule\":\"affinity\","
				  "\"domain\":1}}]}",
				  NULL),
			 "w.json:1:114: \"domain\" is for groups with the rule fault-domain");
}

static const struct fleet_initial *initial_of(struct workload *w, const char *initial)
{
	char *text = xasprintf("{\"fleet\":{\"initial\":%s},\"events\":[{\"at\":0,\"start\":"
			       "{\"name\":\"a\",\"vcpus\":1,\"memory\":\"1GiB\"}}]}",
			       initial);

	load_text(w, "w.json", text);
	free(text);
	return w->fleet.initial;
}

static void is_node(const struct fleet_initial *i, size_t at, uint32_t host, uint32_t node,
		    uint32_t vcpus, int64_t mib)
{
	cr_assert_lt(at, i->nr);
	cr_assert_eq(i->node[at].host, host);
	cr_assert_eq(i->node[at].node, node);
	cr_assert_eq(i->node[at].vcpus, vcpus);
	cr_assert_eq(i->node[at].bytes, mib * MIB);
}

Test(clusters, initial_state)
{
	const struct fleet_initial *i;
	struct workload w;
	size_t nr;

	write_file("taken.csv", "node,host,vcpus,memory_mib\n1,2,3,4.5\n0,0,1,2\n");
	i = initial_of(&w, "\"taken.csv\"");
	cr_assert(!i->free);
	cr_assert_eq(i->nr, 2);
	is_node(i, 0, 0, 0, 1, 2);
	cr_assert_eq(i->node[1].bytes, 9 * MIB / 2);
	cr_assert_eq(initial_of_host(i, 2, &nr), &i->node[1]);
	cr_assert_eq(nr, 1);
	cr_assert_null(initial_of_host(i, 1, &nr));
	cr_assert_eq(nr, 0);
	workload_release(&w);

	write_file("free.csv", "CPU1,RAM1,CPU2,RAM2\n16,32,32,64\n0,0,8,1\n");
	i = initial_of(&w, "\"free.csv\"");
	cr_assert(i->free);
	cr_assert_eq(i->nr, 4);
	is_node(i, 1, 0, 1, 32, 64 * 1024);
	is_node(i, 2, 1, 0, 0, 0);
	workload_release(&w);

	i = initial_of(&w, "[{\"host\":4,\"count\":2,\"nodes\":[{},{\"vcpus\":8,\"memory\":"
			   "\"1GiB\"}]}]");
	cr_assert_eq(i->nr, 4);
	is_node(i, 1, 4, 1, 8, 1024);
	is_node(i, 3, 5, 1, 8, 1024);
	workload_release(&w);
}

Test(clusters, initial_state_is_strict)
{
	static const struct {
		const char *table, *sentence;
	} bad[] = {
		{"a,b\n",
		 "i.csv:1: the header must name host,node,vcpus,memory_mib (what is taken) or "
		 "CPU1,RAM1,CPU2,RAM2 (what is free)"},
		{"host,node,vcpus,memory_mib\n0,0,1,1\n0,0,2,2\n",
		 "i.csv: node 0 of host 0 is there twice"},
		{"host,node,vcpus,memory_mib\n0,-1,1,1\n", "i.csv:2:3: "},
		{"CPU1,RAM1,CPU2,RAM2\n1,1,1,x\n", "i.csv:2:7: "},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *got;

		write_file("i.csv", bad[i].table);
		got = error_of("w.json", "{\"fleet\":{\"initial\":\"i.csv\"},\"events\":[]}", NULL);
		cr_assert_eq(strncmp(got, bad[i].sentence, strlen(bad[i].sentence)), 0, "%s", got);
	}
	write_file("r.csv", "host_id,rack_id\nhost-0,5\nhost-2,5\n");
	cr_assert_str_eq(
		error_of("w.json", "{\"fleet\":{\"racks\":\"r.csv\"},\"events\":[]}", NULL),
		"r.csv:3:1: the row must name host 1; hosts come in order, from 0 on");
}

Test(clusters, racks)
{
	struct workload w;

	write_file("r.csv", "host_id,rack_id\nhost-0,5\n1,9\nhost-2,5\n");
	load_text(
		&w, "w.json",
		"{\"fleet\":{\"racks\":\"r.csv\"},\"events\":[{\"at\":0,\"start\":{\"name\":\"a\","
		"\"vcpus\":1,\"memory\":\"1GiB\"}}]}");
	cr_assert_eq(w.fleet.racks->nr_hosts, 3);
	cr_assert_eq(w.fleet.racks->nr_racks, 2);
	cr_assert_eq(w.fleet.racks->rack[0], 0);
	cr_assert_eq(w.fleet.racks->rack[1], 1);
	cr_assert_eq(w.fleet.racks->rack[2], 0);
	workload_release(&w);
}
