/*
 * Traces of fleets: every quirk of their formats, on a few rows made up for it; and sums of the
 * published ones, where they are beside the source.
 */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "tests/zone/workload_text.h"
#include "zone/zone_check.h"

#define TRACES "../shared/data/traces/"

TestSuite(fleet_traces, .fini = remove_files);

static char told[8192];

static void tell(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void tell(const char *fmt, ...)
{
	size_t used = strlen(told);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(told + used, sizeof(told) - used, fmt, ap);
	va_end(ap);
}

/* "+name vCPUs MiB at for-ever", "-at", "~MiB at": seconds, "ever" for no end. */
static void tell_event(const struct zone_event *e)
{
	const struct zone *z = e->zone;
	double at_s = (double)e->at_ns / 1e9;

	if (e->kind == ZONE_EVENT_STOP) {
		tell("-%llu at %g\n", (unsigned long long)e->id, at_s);
	} else if (e->kind == ZONE_EVENT_RESIZE) {
		tell("~%llu to %lld at %g\n", (unsigned long long)e->id,
		     (long long)(e->bytes / MIB), at_s);
	} else {
		tell("+%s %u %lld at %g ", z->name, z->vcpus, (long long)(z->memory_bytes / MIB),
		     at_s);
		if (e->lifetime_ns == NS_NEVER)
			tell("ever");
		else
			tell("for %g", (double)e->lifetime_ns / 1e9);
		tell("%s%s\n", z->nr_devices ? " " : "", z->nr_devices ? z->device[0] : "");
	}
}

/* All that a stream says, and its notes: "3 rows have no end". */
static const char *tell_all(struct zone_stream *s)
{
	const struct zone_stream_stats *stats = zone_stream_stats(s);
	const struct zone_event *e;
	struct error err = {0};

	*told = '\0';
	for (;;) {
		cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
		if (!e)
			break;
		tell_event(e);
	}
	if (stats->bad_rows)
		tell("%llu bad\n", (unsigned long long)stats->bad_rows);
	for (int i = 0; i < ZONE_STREAM_NOTES_MAX && stats->note[i].rows; i++)
		tell("%llu %s%s\n", (unsigned long long)stats->note[i].rows, stats->note[i].text,
		     stats->note[i].which);
	return told;
}

static bool sort;

static const char *read_trace(const char *path, const char *format, bool skip_bad)
{
	struct error err = {0};
	struct zone_stream *s;
	struct workload w;

	cr_assert_eq(workload_load(&w, path, format, &err), 0, "%s", err.text);
	workload_set_machine(&w, 64, 256 * GIB);
	w.sort = sort;
	cr_assert_eq(workload_open(&s, &w, 1, skip_bad, &err), 0, "%s", err.text);
	tell_all(s);
	zone_stream_close(s);
	workload_release(&w);
	return told;
}

/* A trace of this text, on a machine of 64 vCPUs and 256 GiB. */
static const char *tells(const char *name, const char *text)
{
	return read_trace(write_file(name, text), NULL, false);
}

#define IDS ",sub/+=x,dep=="
#define USE ",99.3,3.4,10.1,"

Test(fleet_traces, azure_v1)
{
	cr_expect_str_eq(tells("vmtable.csv",
			       "a+/=" IDS ",0,2591700" USE "Delay-insensitive,1,1.75\n"
			       "bX" IDS ",0,1539300" USE "Interactive,1,0.75\n"
			       "cX" IDS ",300,2591700" USE "Unkown,8,56\n"
			       "dX" IDS ",900,1200" USE "Unknown,2,3.5\n"),
			 "+a+/= 1 1792 at 0 ever\n"
			 "+bX 1 768 at 0 for 1.5393e+06\n"
			 "+cX 8 57344 at 300 ever\n"
			 "+dX 2 3584 at 900 for 300\n"
			 "2 are created at 0, before the window: they come together\n"
			 "2 are deleted at the window's end or after it: they stay\n");
	/* with a header, in the names of V1; other columns need not be there */
	cr_expect_str_eq(tells("vmtable.csv", "vmid,vmcreated,vmdeleted,vmcorecount,vmmemory\n"
					      "a,300,900,4,7\n"),
			 "+a 4 7168 at 300 for 600\n");
	cr_expect_str_eq(error_of("t.csv", "a" IDS ",900,600" USE "Unkown,1,2\n", NULL),
			 "t.csv:1:21: the VM is deleted before its creation");
	cr_expect_str_eq(error_of("t.csv",
				  "a" IDS ",900,1200" USE "Unkown,1,2\nb" IDS ",600,900" USE
				  "Unkown,1,2\n",
				  NULL),
			 "t.csv:2:17: the row is before the one above it; --sort puts rows in "
			 "the order of \"vmcreated\"");
	sort = true;
	cr_expect_str_eq(tells("t.csv", "a" IDS ",900,\"1200\"" USE "Unkown,1,2\nb" IDS
					",600,900" USE "Unkown,1,2\n"),
			 "+b 1 2048 at 600 for 300\n+a 1 2048 at 900 for 300\n");
	sort = false;
}

Test(fleet_traces, azure_v2_buckets)
{
	cr_expect_str_eq(tells("v2.csv", "a" IDS ",300,600" USE "Unknown,>24,>64\n"
					 "b" IDS ",300,600" USE "Unknown,24,64\n"),
			 "+a 32 131072 at 300 for 300\n"
			 "+b 24 65536 at 300 for 300\n"
			 "1 have \">24\" cores, read as 32\n"
			 "1 have \">64\" GB, read as 128\n");
	cr_expect_str_eq(error_of("t.csv", "a" IDS ",300,600" USE "Unknown,>99,2\n", NULL),
			 "t.csv:1:47: \"vmcorecountbucket\" must be a whole number from 1 to 4096, "
			 "not \">99\"");
}

/* A first line that is neither a header nor a row of a shape is not guessed at; --trace NAME
 * makes it a row. */
Test(fleet_traces, no_header_is_no_guess)
{
	cr_expect_str_eq(error_of("t.csv", "1,2,3\n", NULL),
			 "t.csv:1:1: the header has no column of any known trace format (`homenode "
			 "list formats`), and the line is no row of one that has no header");
	cr_expect_str_eq(
		error_of("t.csv", "a" IDS ",x,600" USE "Unknown,1,2\n", "azure-vmtable"),
		"t.csv:1:17: \"vmcreated\" must be a number of seconds such as 12 or 12.5 "
		"(not negative, no exponent, below 4611686018, which is 146 years), not \"x\"");
	cr_expect_str_eq(error_of("t.csv", "# a comment\n\nvmid,cpu,mem,at,lt\n0,1,2,0,5\n", NULL),
			 "");
}

#define RNN "arrival_s,vcpu,mem_gb,batch,life_lo_s,life_hi_s,censored\n"
#define RANGE "have a lifetime that is known to a range: its middle is taken\n"
#define STILL "were still there when the record ended: they stay\n"
#define BATCH "come in batches of one tenant, by which nothing is placed\n"

Test(fleet_traces, azure_v1_re_encoded)
{
	static const char same[] = "+z0 8 14336 at 1.8e+06 for 300\n"
				   "+z1 1 768 at 1.8e+06 for 5550\n"
				   "+z2 2 3584 at 1.8003e+06 ever\n"
				   "3 " BATCH;

	cr_expect_str_eq(tells("vms.csv", RNN "1800000,8,14,0,300,300,0\n"
					      "1800000,1,0.75,1,3900,7200,0\n"
					      "1800300,2,3.5,2,900,900,1\n"),
			 "+z0 8 14336 at 1.8e+06 for 300\n"
			 "+z1 1 768 at 1.8e+06 for 5550\n"
			 "+z2 2 3584 at 1.8003e+06 ever\n"
			 "3 " BATCH "1 " RANGE "1 " STILL);
	write_file("v1.txt", "1800000 m,|,a,|\n1800300 g,|\n");
	write_file("life.txt", "1800000 U1,|,U13,|\n1800300 C3,|\n");
	tells("w.json", "{\"trace\":{\"file\":\"v1.txt\",\"lifetimes\":\"life.txt\"}}");
	cr_expect_eq(strncmp(told, same, strlen(same) - strlen("3 " BATCH)), 0, "%s", told);
	cr_expect(strstr(told, "3 " BATCH) && strstr(told, "1 " RANGE) && strstr(told, "1 " STILL));
	/* without lifetimes everything stays, and that is said */
	cr_expect_str_eq(tells("v1.txt", "1800000 m,|\n"),
			 "+z0 8 14336 at 1.8e+06 ever\n"
			 "1 have no lifetime (\"lifetimes\" of the trace, a file of its own): they "
			 "stay\n"
			 "1 " BATCH);
	cr_expect_str_eq(error_of("v1.txt", "300 a,|\n600 a,Q,|\n", NULL),
			 "v1.txt:2: a flavour must be a letter from a to p, not \"Q,|\"");
	write_file("v1.txt", "300 a,|\n600 a,Q,b,|\n500 c\n");
	cr_expect_not_null(
		strstr(read_trace(write_file("v1.txt", "300 a,|\n600 a,Q,b,|\n"), NULL, true),
		       "+z2 1 1792 at 600 ever\n1 bad\n"));
}

#define VM "vmId,tenantId,vmTypeId,priority,starttime,endtime\n"
#define TYPE "id,vmTypeId,machineId,core,memory,hdd,ssd,nic\n"
#define PACKING(more) "{\"trace\":{\"file\":\"vm.csv\",\"types\":\"type.csv\"" more "}}"

Test(fleet_traces, azure_packing)
{
	write_file("type.csv", TYPE "1,10,0,0.5,0.25,,0.1,\n2,10,1,0.25,0.125,,,\n"
				    "3,11,1,0.1,0.1,,,\n4,12,0,1,1,,,\n");
	write_file("vm.csv", VM "4,2,10,0,-9,-1\n1,1,10,0,-3.5,2.5\n2,1,11,1,0.25,NULL\n"
				"3,2,12,0,1,1.5\n5,2,11,0,1,\n");
	/* the commonest machine is 1; 12 cannot run there */
	cr_expect_str_eq(
		tells("w.json", PACKING(",\"machine\":{\"vcpus\":40,\"memory\":\"100GiB\"}")),
		"+vm1 10 12800 at 0 for 216000\n"
		"+vm2 4 10240 at 21600 ever\n"
		"+vm3 40 102400 at 86400 for 43200\n"
		"+vm5 4 10240 at 86400 ever\n"
		"2 start before the record: they come together at its beginning\n"
		"1 end before the record: left out\n"
		"3 are sized as on the commonest type of machine, 1\n"
		"2 have no end within 90 days: they stay\n"
		"1 are of low priority, perhaps evicted early: they live as in the trace\n"
		"1 cannot run on the commonest type of machine: sized as on their first\n");
	/* a machine that was named: 11 cannot run on it */
	cr_expect_str_eq(tells("w.json", PACKING(",\"machine\":{\"type\":\"0\"}")),
			 "+vm1 32 65536 at 0 for 216000\n"
			 "+vm3 64 262144 at 86400 for 43200\n"
			 "2 start before the record: they come together at its beginning\n"
			 "1 end before the record: left out\n"
			 "1 ask for disks or network, which are not used\n"
			 "2 have no end within 90 days: they stay\n"
			 "1 are of low priority, perhaps evicted early: they live as in the trace\n"
			 "2 cannot run on that type of machine: left out\n");
	cr_expect_str_eq(error_of("w.json",
				  PACKING(",\"machine\":{\"vcpus\":4,\"memory\":\"4GiB\","
					  "\"type\":\"7\"}"),
				  NULL) +
				 strlen("type.csv"),
			 ": no type of VM can run on a machine \"7\"");
	cr_expect_str_eq(error_of("vm.csv", VM, NULL) + strlen("vm.csv"),
			 ": sizes are in another table; name it: \"types\": \"vmType.csv\" in the "
			 "workload's \"trace\"");
}

/* The database itself, made by the sqlite3 program where that is. */
Test(fleet_traces, azure_packing_database)
{
	char command[2048], path[1024];

	if (system("command -v sqlite3 >/dev/null") != 0)
		cr_skip_test("sqlite3 is not installed");
	snprintf(path, sizeof(path), "%s", write_file("p.sqlite", ""));
	snprintf(command, sizeof(command),
		 "sqlite3 %s 'CREATE TABLE vm(vmId INTEGER, tenantId INTEGER, vmTypeId INTEGER, "
		 "priority INTEGER, starttime REAL, endtime REAL); CREATE TABLE vmType(id INTEGER, "
		 "vmTypeId INTEGER, machineId INTEGER, core REAL, memory REAL, hdd REAL, ssd REAL, "
		 "nic REAL); INSERT INTO vmType VALUES(1,10,1,0.25,0.125,NULL,0.5,NULL),"
		 "(2,11,1,0.1,0.1,NULL,NULL,NULL); INSERT INTO vm VALUES(3,1,11,0,1,1.5),"
		 "(1,1,10,0,-3.5,2.5),(2,1,99,1,0.25,NULL),(4,1,10,1,0.25,NULL),"
		 /* SQLite keeps texts in columns of numbers, and would take them for 0 */
		 "(5,1,10,0,\"soon\",2),(6,1,10,0,0.5,\"late\"),"
		 /* while the first of the name lives, and after it */
		 "(1,1,10,0,1,2),(3,1,11,0,1.5,2)'",
		 path);
	cr_assert_eq(system(command), 0);
	if (strstr(error_of_file(path), "built without"))
		cr_skip_test("built without libsqlite3");
	cr_expect_not_null(strstr(error_of_file(path), "sizes are parts of a machine"));
	cr_expect_str_eq(
		read_trace(path, NULL, true),
		"+vm1 16 32768 at 0 for 216000\n"
		"+vm4 16 32768 at 21600 ever\n"
		"+vm3 7 26214 at 86400 for 43200\n"
		"+vm3 7 26214 at 129600 for 43200\n"
		"4 bad\n"
		"1 start before the record: they come together at its beginning\n"
		"5 are sized as on the commonest type of machine, 1\n"
		"3 ask for disks or network, which are not used\n"
		"1 have no end within 90 days: they stay\n"
		"1 are of low priority, perhaps evicted early: they live as in the trace\n");
	snprintf(command, sizeof(command), "gzip -f %s", path);
	cr_assert_eq(system(command), 0);
	snprintf(command, sizeof(command), "%s.gz", path);
	cr_expect_not_null(strstr(error_of_file(command), "unpack it first"));
}

#define G11(time, job, task, machine, type, cpu, memory)                                           \
	time ",," job "," task "," machine "," type ",usr=,3,9," cpu "," memory ",0.2,0\n"

Test(fleet_traces, google_2011)
{
	cr_expect_str_eq(
		tells("task_events.csv",
		      "#Time stamp (microseconds),Missing info\n" /* as CloudSim Plus has it */
		      G11("0", "6253771429", "0", "7", "0", "0.125", "0.25") G11(
			      "0", "6253771429", "0", "7", "1", "0.125",
			      "0.25") G11("10000000", "2", "1", "", "1", "0.01",
					  "0") G11("11000000", "6253771429", "0", "7", "8", "0.25",
						   "0.125") G11("11500000", "6253771429", "0", "7",
								"8", "0.25", "0.5")
			      G11("12000000", "6253771429", "0", "7", "2", "0.25", "0.125") G11(
				      "13000000", "6253771429", "0", "9", "1", "0.25",
				      "0.125") G11("14000000", "3", "0", "", "5", "0.25", "0.125")
				      G11("15000000", "6253771429", "0", "9", "4", "0.25", "0.125")
					      G11("16000000", "2", "1", "", "7", "0.25", "0.125")
						      G11("9223372036854775807", "2", "1", "", "6",
							  "0.01", "0")),
		"+6253771429-0 8 65536 at 0 ever\n"
		"+2-1 1 1024 at 10 ever\n"
		"~0 to 32768 at 11\n"
		"~0 to 65536 at 11.5\n"
		"-0 at 12\n"
		"+6253771429-0 16 32768 at 13 ever\n"
		"-2 at 15\n"
		"2 name the machine they were placed on, which is not used\n"
		"3 have a priority, which is not used: nobody gives way\n"
		"3 ask for local disk, which is not used\n"
		"1 ask for no memory and get 1024 MiB\n"
		"1 change the CPUs of a running task, which keeps what it began with\n"
		"1 give a running task more memory than it began with: it gets that\n"
		"1 are evictions by the cluster's own scheduler: the zone ends there\n"
		"1 are after the trace's end (2^63-1): not used\n");
	/* made up rows, and tasks that must not share a machine */
	cr_expect_str_eq(tells("t.csv", "5000000,2,1,0,,1,,,0,0.5,0.5,,1\n"),
			 "+1-0 32 131072 at 5 ever\n"
			 "1 must be on another machine than the rest of their job: not used\n"
			 "1 were made up where the trace misses some, and are read as others\n");
	cr_expect_str_eq(error_of("t.csv", G11("0", "1", "0", "", "1", "0.1", "0.1"), NULL),
			 "t.csv:1:20: \"CPU request\" is a part of a machine; say what that has: "
			 "\"machine\": {\"vcpus\": 64, \"memory\": \"256GiB\"} in the workload's "
			 "\"trace\"");
	cr_expect_not_null(strstr(
		read_trace(write_file("t.csv", G11("0", "1", "0", "", "1", "0.1",
						   "0.1") G11("1", "1", "0", "", "1", "0.1", "0.1")
						       G11("2", "1", "0", "", "9", "0.1", "0.1")),
			   NULL, true),
		"2 bad\n"));
}

Test(fleet_traces, google_2019)
{
	static const char told_of[] = "+5-0 1 5242 at 0 ever\n"
				      "~0 to 2621 at 2\n"
				      "-0 at 3\n"
				      "1 run in a reservation, which is a zone itself: not counted "
				      "twice\n";

	cr_expect_str_eq(
		tells("instance_events.csv",
		      "time,type,collection_id,instance_index,resource_request.cpus,"
		      "resource_request.memory,alloc_collection_id\n"
		      "0,0,5,0,0.01,0.02,0\n0,3,5,0,0.01,0.02,0\n1000000,3,6,0,1e-2,2e-3,5\n"
		      "2000000,UPDATE_RUNNING,5,0,0.01,0.01,0\n3000000,6,5,0,,,0\n"),
		told_of);
	/* as BigQuery exports it: texts for integers, nested objects, nothing for null */
	cr_expect_str_eq(
		tells("instance_events-000000000000.json",
		      "{\"time\":\"0\",\"type\":\"3\",\"collection_id\":\"5\",\"instance_index\":"
		      "\"0\","
		      "\"resource_request\":{\"cpus\":0.01,\"memory\":0.02},\"constraint\":[]}\n"
		      "{\"resource_request\":{\"cpus\":1e-2,\"memory\":2.0e-3},\"time\":"
		      "\"1000000\","
		      "\"type\":\"3\",\"collection_id\":\"6\",\"instance_index\":\"0\","
		      "\"alloc_collection_id\":\"5\"}\n"
		      "{\"time\":\"2000000\",\"type\":\"10\",\"collection_id\":\"5\","
		      "\"instance_index\":\"0\",\"resource_request\":{\"cpus\":0.01,\"memory\":0."
		      "01}}\n"
		      "{\"time\":\"3000000\",\"type\":\"6\",\"collection_id\":\"5\","
		      "\"instance_index\":\"0\",\"resource_request\":null}\n"),
		told_of);
	cr_expect_str_eq(error_of("t.csv",
				  "{\"time\":\"0\",\"type\":\"0\",\"collection_id\":\"5\","
				  "\"instance_index\":\"0\",\"resource_request\":{\"cpus\":0,"
				  "\"memory\":0}}\n{\"time\":\n",
				  "google-2019") +
				 strlen("t.csv:2"),
			 ": the line is no JSON object, as those above it are");
}

Test(fleet_traces, alibaba_2017)
{
	cr_expect_str_eq(tells("container_event.csv", "0,Create,3,21,4,0.5,0.1,0|1|32|33\n"
						      "-20,Create,4,21,8,0,0.1,\n"
						      "60,Remove,3,21,4,0.5,0.1,0|1|32|33\n"),
			 "+instance-3 4 131072 at 0 ever\n"
			 "+instance-4 8 1024 at 0 ever\n"
			 "-3 at 60\n"
			 "2 are from before the trace: they come together\n"
			 "2 name the machine they were placed on, which is not used\n"
			 "1 name the CPUs they were pinned to, which are not used\n"
			 "2 ask for disk, which is not used\n"
			 "1 state no memory and get 1024 MiB\n");
	cr_expect_str_eq(tells("t.csv", "0,Create,3,21,4,0.5,0.1,0|1\n"), told);
}

Test(fleet_traces, alibaba_2018)
{
	/* by container, not by time */
	cr_expect_str_eq(tells("container_meta.csv", "c_2,m_1,900,app_1,started,400,800,1.5625\n"
						     "c_2,m_2,1000,app_1,started,400,800,3.125\n"
						     "c_2,m_2,1500,app_1,stopped,400,800,3.125\n"
						     "c_1,m_1,0,app_1,started,250,400,101\n"
						     "c_1,m_1,0,app_1,stopped,250,400,101\n"
						     "c_3,m_1,5,app_1,allocated,100,100,-1\n"),
			 "+c_1 3 1024 at 0 ever\n"
			 "+c_3 1 1024 at 5 ever\n"
			 "+c_2 4 4096 at 900 for 600\n"
			 "3 name the machine they were placed on, which is not used\n"
			 "3 should be spread over failure domains (app_du), which is not used\n"
			 "1 change the size of a running container, which keeps its first\n"
			 "1 move a running container to another machine, which is not used\n"
			 "2 state no valid memory and get 1024 MiB\n"
			 "1 are from before the record: they come together\n"
			 "1 stop after the record: they stay\n");
}

Test(fleet_traces, alibaba_gpu_2020)
{
	cr_expect_str_eq(tells("pai_task_table.csv",
			       "4f05,tensorflow,1.0,Terminated,1739162.0,1739200.0,600.0,29.296875,"
			       "50.0,MISC\n"
			       "4f06,ps,2.0,Running,100.0,,250.0,4.0,,\n"
			       "4f06,worker,1.0,Waiting,,,600.0,4.0,100.0,T4\n"
			       "4f07,worker,1.0,Failed,200.0,300.0,,,800.0,V100\n"),
			 "+4f06-ps-0 3 4096 at 100 ever\n"
			 "+4f06-ps-1 3 4096 at 100 ever\n"
			 "+4f07-worker 1 1024 at 200 for 100 8xgpu\n"
			 "+4f05-tensorflow 6 30000 at 1.73916e+06 for 38 1xgpu\n"
			 "1 ask for a part of a GPU and take it whole\n"
			 "2 name a model of GPU (gpu_type), which is not used\n"
			 "1 have no end: they stay\n"
			 "1 never began: left out\n"
			 "1 state no CPUs or no memory and get 1 vCPU, 1024 MiB\n");
}

/* Instances have times of their own, and the sizes of their tasks. */
Test(fleet_traces, alibaba_gpu_2020_instances)
{
	static const char instances[] = "j1,worker,i1,w1,id,Terminated,200.0,260.0,m1\n"
					"j1,worker,i2,w2,id,Running,100.0,,m2\n"
					"j1,ps,i3,w3,id,Waiting,,,\n";

	write_file("task.csv", "j1,worker,2.0,Terminated,90.0,300.0,600.0,4.0,200.0,T4\n"
			       "j1,ps,1.0,Waiting,,,100.0,1.0,,\n");
	write_file("instance.csv", instances);
	cr_expect_str_eq(
		tells("w.json", "{\"trace\":{\"file\":\"instance.csv\",\"types\":\"task.csv\"}}"),
		"+w2 6 4096 at 100 ever 2xgpu\n"
		"+w1 6 4096 at 200 for 60 2xgpu\n"
		"2 name a model of GPU (gpu_type), which is not used\n"
		"2 name the machine they were placed on, which is not used\n"
		"1 have no end: they stay\n"
		"1 never began: left out\n");
	cr_expect_str_eq(error_of("instance.csv", instances, NULL) + strlen("instance.csv"),
			 ": sizes are in another table; name it: \"types\": "
			 "\"pai_task_table.csv\" in the workload's \"trace\"");
	write_file("instance.csv", "j9,worker,i1,w1,id,Terminated,200.0,260.0,m1\n");
	cr_expect_not_null(strstr(
		error_of("w.json", "{\"trace\":{\"file\":\"instance.csv\",\"types\":\"task.csv\"}}",
			 NULL),
		"instance.csv:1:4: the instance's task is not in the table of tasks"));
}

/* What a workload says of a trace whose format does not heed it is no help. */
Test(fleet_traces, what_a_format_does_not_heed)
{
#define T(more) "{\"trace\":{\"file\":\"v.csv\"," more "}}"
	write_file("v.csv", "vmid,cpu,mem,at,lt\n0,1,2,0,1\n");
	cr_expect_str_eq(
		error_of("w.json", T("\"machine\":{\"vcpus\":4,\"memory\":\"1GiB\"}"), NULL),
		"w.json:1:36: sizes in format huawei-east-1 are no parts of a machine");
	cr_expect_str_eq(error_of("w.json", T("\"types\":\"x\""), NULL),
			 "w.json:1:34: a trace in format huawei-east-1 has its sizes itself");
	cr_expect_str_eq(error_of("w.json", T("\"lifetimes\":\"x\""), NULL),
			 "w.json:1:38: a trace in format huawei-east-1 has its lifetimes itself");
	write_file("v.csv", G11("0", "1", "0", "", "1", "0.1", "0.1"));
	cr_expect_str_eq(error_of("w.json", T("\"machine\":{\"type\":\"5\"}"), NULL),
			 "w.json:1:44: a trace in format google-2011 has no types of machine");
#undef T
}

Test(fleet_traces, alibaba_dlrm)
{
	cr_expect_str_eq(
		tells("dlrm.csv",
		      "instance_sn,role,app_name,cpu_request,cpu_limit,gpu_request,gpu_limit,rdma_"
		      "request,"
		      "rdma_limit,memory_request,memory_limit,disk_request,disk_limit,"
		      "max_instance_per_node,creation_time,scheduled_time,deletion_time\n"
		      "instance_1,CN,app_1,64,64,0,0,1,1,320.0,320.0,255.0,300.0,-1,1435629.0,"
		      "1435629.0,"
		      "1435760.0\n"
		      "instance_0,HN,app_0,12,12,1,1,25,25,120.0,120.0,640.0,800.0,8,,,\n"
		      "instance_2,HN,app_0,12,12,1,1,0,0,120.0,120.0,0.0,0.0,-1,NaN,NaN,60\n"),
		"+instance_0 12 122880 at 0 ever 1xgpu\n"
		"+instance_2 12 122880 at 0 for 60 1xgpu\n"
		"+instance_1 64 327680 at 1.43563e+06 for 131\n"
		"2 ask for a share of RDMA bandwidth, which is not used\n"
		"2 ask for disk, which is not used\n"
		"1 have no end: they stay\n"
		"2 are from before the trace: they come together\n"
		"1 may share a node with only so many of their app: not used\n");
}

#define POD                                                                                        \
	"name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"        \
	"deletion_time,scheduled_time\n"

Test(fleet_traces, openb)
{
	cr_expect_str_eq(tells("pods.csv",
			       POD "a,12000,16384,1,1000,,LS,Running,20,30,20\n"
				   "b,3152,0,1,460,,BE,Pending,10,15,\n"
				   "c,8000,30517,2,1000,V100M16|V100M32,LS,Failed,10,,10\n"),
			 "+b 4 1024 at 10 for 5 1xgpu\n"
			 "+c 8 30517 at 10 ever 2xgpu\n"
			 "+a 12 16384 at 20 for 10 1xgpu\n"
			 "1 are of another qos than LS, which is not used: nobody gives way\n"
			 "1 ask for a part of a GPU and take it whole\n"
			 "1 state no memory and get 1024 MiB\n"
			 "1 name models of GPUs (gpu_spec), which are not used\n");
	/* openb_pod_list_multigpu*.csv */
	cr_expect_str_eq(tells("pods.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n"
					   "b,8000,1024,8,1000\na,8000,1024,0,0\n"),
			 "+b 8 1024 at 0 ever 8xgpu\n"
			 "+a 8 1024 at 0 ever\n"
			 "2 have no times: they come together, in the order of rows, and stay\n");
}

/* Every format says its columns, and where to get a trace; no first line is of two. */
Test(fleet_traces, formats_say_what_they_are)
{
	for (int i = 0; trace_formats[i]; i++) {
		const struct trace_format *f = trace_formats[i];

		cr_expect(strlen(f->summary) <= 60, "%s: %zu", f->name, strlen(f->summary));
		cr_expect(f->source && *f->source, "%s", f->name);
		cr_expect(!f->licence || f->where, "%s", f->name);
		cr_expect(!!f->open != !!f->open_path, "%s", f->name);
		cr_expect_not_null(trace_format_columns(f, 0), "%s", f->name);
		for (const struct trace_column *c = trace_format_columns(f, 0); c && c->name; c++)
			cr_expect(c->meaning && *c->meaning, "%s: %s", f->name, c->name);
	}
}

struct sums {
	uint64_t starts, never;
	int64_t vcpus, bytes;
	int128 vcpu_ns;
};

static struct sums sum_file(const char *path, const char *lifetimes)
{
	struct sums t = {0};
	const struct zone_event *e;
	struct error err = {0};
	struct zone_stream *s;
	struct workload w;

	cr_assert_eq(workload_load(&w, path, NULL, &err), 0, "%s", err.text);
	w.lifetimes_path = lifetimes;
	cr_assert_eq(workload_open(&s, &w, 1, false, &err), 0, "%s", err.text);
	while (!zone_stream_next(s, &e, &err) && e) {
		t.starts++;
		t.vcpus += e->zone->vcpus;
		t.bytes += e->zone->memory_bytes;
		t.never += e->lifetime_ns == NS_NEVER;
		if (e->lifetime_ns != NS_NEVER)
			t.vcpu_ns += (int128)e->zone->vcpus * e->lifetime_ns;
	}
	cr_assert_eq(err.code, 0, "%s", err.text);
	zone_stream_close(s);
	workload_release(&w);
	return t;
}

/* Published: 1,200,998 VMs to learn from, 259,159 to try on; the latter expanded are the same. */
Test(fleet_traces, azure_v1_published)
{
	static const char dev[] = TRACES "azure-v1/v1.dev.txt.gz";
	struct sums t, v;

	if (access(dev, R_OK) != 0)
		cr_skip_test("the re-encoded Azure trace is not beside the source");
	t = sum_file(TRACES "azure-v1/v1.train.txt.gz", NULL);
	cr_expect_eq(t.starts, 1200998);
	t = sum_file(dev, TRACES "azure-v1/v1.dev.c2100000.txt.gz");
	cr_expect_eq(t.starts, 259159);
	v = sum_file(TRACES "azure-v1/azure_v1_dev_vms.csv.gz", NULL);
	cr_expect_eq(v.starts, t.starts);
	cr_expect_eq(v.vcpus, t.vcpus);
	cr_expect_eq(v.bytes, t.bytes);
	cr_expect_eq(v.never, t.never);
	cr_expect(v.vcpu_ns == t.vcpu_ns);
}

/* Ten rows as published, which are in no order. */
Test(fleet_traces, azure_v1_sample)
{
	static const char sample[] = TRACES "formats/vmtable.csv.gz";
	struct error err = {0};
	const struct zone_event *e;
	struct zone_stream *s;
	struct workload w;
	int rc;

	if (access(sample, R_OK) != 0)
		cr_skip_test("the sample of Azure's trace is not beside the source");
	cr_assert_eq(workload_load(&w, sample, NULL, &err), 0, "%s", err.text);
	cr_expect_str_eq(w.trace_format->name, "azure-vmtable");
	cr_assert_eq(workload_open(&s, &w, 1, false, &err), 0);
	while (!(rc = zone_stream_next(s, &e, &err)) && e)
		;
	cr_expect_eq(rc, ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "vmtable.csv.gz:4:"));
	zone_stream_close(s);
	workload_release(&w);
}

Test(fleet_traces, google_2011_sample)
{
	static const char sample[] = TRACES "formats/task-events-sample-1.csv";

	if (access(sample, R_OK) != 0)
		cr_skip_test("the sample of Google's trace is not beside the source");
	read_trace(sample, NULL, false);
	/* SCHEDULE rows: 11 of them; 3 zones of job 2, one of which was evicted and came again */
	cr_expect_not_null(strstr(told, "11 have a priority"));
	cr_expect_not_null(strstr(told, "1 are evictions by"));
}
