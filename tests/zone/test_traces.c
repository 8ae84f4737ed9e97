#include <criterion/criterion.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/units.h"
#include "tests/zone/workload_text.h"
#include "zone/name_set.h"
#include "zone/zone_check.h"

#define HUAWEI "../shared/data/traces/huawei-east-1/Huawei-East-1-lt.csv"
#define OPENB "../shared/data/traces/openb/openb_pod_list_default.csv"

TestSuite(traces, .fini = remove_files);

struct sums {
	uint64_t starts, stops, never, devices;
	int64_t vcpus, bytes, last_ns;
	int128 vcpu_ns;
};

/* Devices, those of a class counted one by one. */
static uint64_t nr_asked(const struct zone *z)
{
	enum zone_device_class class;
	uint64_t nr = 0;
	uint32_t count;

	for (uint32_t i = 0; i < z->nr_devices; i++)
		nr += zone_device_any(z->device[i], &class, &count) ? count : 1;
	return nr;
}

static struct sums sum(struct zone_stream *s)
{
	struct sums t = {0};
	const struct zone_event *e;
	struct zone_fault fault;
	struct error err = {0};

	for (;;) {
		cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
		if (!e)
			break;
		cr_assert_geq(e->at_ns, t.last_ns);
		t.last_ns = e->at_ns;
		if (e->kind != ZONE_EVENT_START) {
			t.stops++;
			continue;
		}
		cr_assert(zone_sound(e->zone, zone_field_names, &fault), "%s", fault.text);
		t.starts++;
		t.vcpus += e->zone->vcpus;
		t.bytes += e->zone->memory_bytes;
		t.devices += nr_asked(e->zone);
		if (e->lifetime_ns == NS_NEVER)
			t.never++;
		else
			t.vcpu_ns += (int128)e->zone->vcpus * e->lifetime_ns;
	}
	cr_assert_eq(zone_stream_next(s, &e, &err), 0);
	cr_assert_null(e);
	cr_assert_eq(zone_stream_stats(s)->events, t.starts + t.stops);
	return t;
}

static struct sums sum_file(const char *path, const char *format)
{
	struct error err = {0};
	struct zone_stream *s;
	struct workload w;
	struct sums t;

	cr_assert_eq(workload_load(&w, path, format, &err), 0, "%s", err.text);
	cr_assert_eq(workload_open(&s, &w, 1, false, &err), 0, "%s", err.text);
	t = sum(s);
	cr_assert_eq(zone_stream_stats(s)->done, zone_stream_stats(s)->total);
	zone_stream_close(s);
	workload_release(&w);
	return t;
}

/* Published aggregates of the data set's lifetime form. */
Test(traces, huawei_east_1)
{
	struct sums t;

	if (access(HUAWEI, R_OK) != 0)
		cr_skip_test("the Huawei-East-1 trace is not beside the source");
	t = sum_file(HUAWEI, "huawei-east-1");
	cr_assert_eq(t.starts, 116313);
	cr_assert_eq(t.vcpus, 230982);
	cr_assert_eq(t.bytes, 484351 * GIB);
	cr_assert(t.vcpu_ns == (int128)4914024539 * NS_PER_S);
	cr_assert_eq(t.last_ns, 2678081 * NS_PER_S);
}

/* Aggregates of the default list: cpu_milli 85436012, memory_mib 303546211, one
 * pod of which states no memory. */
Test(traces, openb)
{
	struct sums t;

	if (access(OPENB, R_OK) != 0)
		cr_skip_test("the openb trace is not beside the source");
	t = sum_file(OPENB, "openb");
	cr_assert_eq(t.starts, 8152);
	cr_assert_eq(t.bytes, 303546211 * MIB + ZONE_MEMORY_DEFAULT_BYTES);
	/* rounded up, so between the sum and one vCPU more a pod */
	cr_assert_geq(t.vcpus * 1000, 85436012);
	cr_assert_lt(t.vcpus * 1000, 85436012 + 8152 * 1000);
	/* 3078 shares and 3911 whole GPUs, 16 pods with two, 15 with four, 44 with eight */
	cr_assert_eq(t.devices, 3078 + 3911 + 16 * 2 + 15 * 4 + 44 * 8);
}

Test(traces, formats_are_recognised)
{
	struct workload w;

	load_text(&w, "a.csv", "vmid,cpu,mem,at,lt\n");
	cr_assert_str_eq(w.trace_format->name, "huawei-east-1");
	cr_assert_str_eq(w.name, "a");
	workload_release(&w);
	load_text(&w, "b.csv", "vmid,cpu,memory,time,type\n");
	cr_assert_str_eq(w.trace_format->name, "huawei-east-1");
	workload_release(&w);
	load_text(&w, "c.csv", "lifetime_s,at_s,vcpus,memory_mib\n");
	cr_assert_str_eq(w.trace_format->name, "homenode-csv");
	workload_release(&w);
	load_text(&w, "d.csv", "name,cpu_milli,memory_mib,num_gpu,creation_time,deletion_time\n");
	cr_assert_str_eq(w.trace_format->name, "openb");
	workload_release(&w);
	cr_assert_str_eq(error_of("e.csv", "a,b\n", NULL),
			 "e.csv:1:1: the header has no column of any known trace format "
			 "(`homenode list formats`), and the line is no row of one that has no "
			 "header");
	/* the form that it has most columns of, and what that form lacks */
	cr_assert_str_eq(error_of("e.csv", "vmid,cpu,mem,at\n", NULL),
			 "e.csv:1:1: the header is of no known trace format; the nearest, "
			 "huawei-east-1, also needs \"lt\"");
	cr_assert_str_eq(error_of("e.csv", "name,vcpus,memory_mib,at_s\n", NULL),
			 "e.csv:1:1: the header is of no known trace format; the nearest, "
			 "homenode-csv, also needs \"lifetime_s\"");
	cr_assert_str_eq(error_of("e.csv", "a,b\n", "azure"),
			 "there is no trace format \"azure\"; `homenode list formats` names them");
	cr_assert_str_eq(error_of("e.csv", "a,b\n", "openbb"),
			 "there is no trace format \"openbb\"; did you mean \"openb\"?");
	for (int i = 0; trace_formats[i]; i++)
		cr_assert_eq(trace_format_find(trace_formats[i]->name), trace_formats[i]);
}

static struct zone_stream *open_text(struct workload *w, const char *name, const char *text)
{
	struct error err = {0};
	struct zone_stream *s;

	load_text(w, name, text);
	cr_assert_eq(workload_open(&s, w, 1, false, &err), 0, "%s", err.text);
	return s;
}

static const struct zone_event *next(struct zone_stream *s)
{
	const struct zone_event *e;
	struct error err = {0};

	cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
	return e;
}

Test(traces, homenode_rows)
{
	struct workload w;
	struct zone_stream *s = open_text(&w, "t.csv",
					  "at_s,lifetime_s,vcpus,memory_mib,name,numa_nodes,"
					  "placement,memory_policy,virt,devices\n"
					  "0,60.5,4,6144,web,2,scatter,static,pvh,nic0;gpu1\n"
					  "0.000000001,,1,512.0001,,,,,,\n");
	const struct zone_event *e = next(s);

	cr_assert_eq(e->kind, ZONE_EVENT_START);
	cr_assert_eq(e->at_ns, 0);
	cr_assert_eq(e->lifetime_ns, 60 * NS_PER_S + NS_PER_S / 2);
	cr_assert_str_eq(e->zone->name, "web");
	cr_assert_eq(e->zone->vcpus, 4);
	cr_assert_eq(e->zone->memory_bytes, 6 * GIB);
	cr_assert_eq(e->zone->numa_nodes, 2);
	cr_assert_eq(e->zone->spread, ZONE_SCATTER);
	cr_assert_eq(e->zone->memory_policy, ZONE_STATIC);
	cr_assert_eq(e->zone->virt, ZONE_PVH);
	cr_assert_eq(e->zone->nr_devices, 2);
	cr_assert_str_eq(e->zone->device[0], "nic0");
	cr_assert_str_eq(e->zone->device[1], "gpu1");
	e = next(s);
	cr_assert_eq(e->at_ns, 1);
	cr_assert_eq(e->lifetime_ns, NS_NEVER);
	cr_assert_str_eq(e->zone->name, "z1");
	cr_assert_eq(e->zone->memory_bytes, 512 * MIB + PAGE_BYTES);
	cr_assert_eq(e->zone->memory_initial_bytes, e->zone->memory_bytes);
	cr_assert_eq(e->zone->memory_min_bytes, ZONE_MEMORY_FLOOR_BYTES);
	cr_assert_eq(e->zone->nr_devices, 0);
	cr_assert_eq(e->zone->numa_nodes, 0);
	cr_assert_null(next(s));
	zone_stream_close(s);
	workload_release(&w);
}

Test(traces, huawei_events)
{
	struct workload w;
	struct zone_stream *s = open_text(&w, "t.csv",
					  "vmid,cpu,memory,time,type\n7,1,2,0.0,0\n9,4,8,0.0,0\n"
					  "7,1,2,1.25,1\n3,1,1,2.0,1\n7,2,4,3.0,0\n");
	const struct zone_event *e = next(s);

	cr_assert_eq(e->id, 7);
	cr_assert_eq(e->lifetime_ns, NS_NEVER);
	cr_assert_str_eq(e->zone->name, "vm7");
	cr_assert_eq(next(s)->zone->memory_bytes, 8 * GIB);
	e = next(s);
	cr_assert_eq(e->kind, ZONE_EVENT_STOP);
	cr_assert_eq(e->id, 7);
	cr_assert_eq(e->at_ns, NS_PER_S + NS_PER_S / 4);
	/* a VM from before the file */
	e = next(s);
	cr_assert_eq(e->kind, ZONE_EVENT_STOP);
	cr_assert_eq(e->id, 3);
	/* a number may come again */
	e = next(s);
	cr_assert_eq(e->kind, ZONE_EVENT_START);
	cr_assert_eq(e->zone->vcpus, 2);
	cr_assert_null(next(s));
	zone_stream_close(s);
	workload_release(&w);
}

/* Both forms of the same VMs end each VM at the same time. */
Test(traces, huawei_many_alive)
{
	static char text[400000];
	size_t n = (size_t)sprintf(text, "vmid,cpu,memory,time,type\n");
	struct workload w;
	struct zone_stream *s;
	struct sums t;

	for (int i = 0; i < 5000; i++)
		n += (size_t)sprintf(text + n, "%d,1,2,%d.0,0\n", i * 64, i);
	for (int i = 0; i < 5000; i += 2)
		n += (size_t)sprintf(text + n, "%d,1,2,%d.0,1\n", i * 64, 5000 + i);
	for (int i = 0; i < 5000; i += 2)
		n += (size_t)sprintf(text + n, "%d,1,2,%d.0,0\n", i * 64, 10000 + i);
	s = open_text(&w, "t.csv", text);
	t = sum(s);
	cr_assert_eq(t.starts, 7500);
	cr_assert_eq(t.stops, 2500);
	zone_stream_close(s);
	workload_release(&w);
}

#define OPENB_HEADER "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time\n"

Test(traces, openb_is_sorted_and_follows_its_rules)
{
	static const char text[] = OPENB_HEADER "late,4001,1024,2,1000,20,30\n"
						"early,0,0,0,0,10,\n"
						"tie,1000,1,1,300,20,20\n";
	struct workload w;
	struct zone_stream *s = open_text(&w, "t.csv", text);
	const struct zone_event *e = next(s);

	cr_assert_str_eq(e->zone->name, "early");
	cr_assert_eq(e->zone->vcpus, 1);
	cr_assert_eq(e->zone->memory_bytes, ZONE_MEMORY_DEFAULT_BYTES);
	cr_assert_eq(e->lifetime_ns, NS_NEVER);
	e = next(s);
	cr_assert_str_eq(e->zone->name, "late");
	cr_assert_eq(e->zone->vcpus, 5);
	cr_assert_eq(e->zone->nr_devices, 1);
	cr_assert_str_eq(e->zone->device[0], "2xgpu");
	e = next(s);
	cr_assert_str_eq(e->zone->name, "tie");
	cr_assert_eq(e->lifetime_ns, 0);
	cr_assert_eq(e->zone->nr_devices, 1);
	cr_assert_null(next(s));
	zone_stream_close(s);
	workload_release(&w);
}

Test(traces, options_of_a_workload)
{
	struct workload w;
	struct zone_stream *s;
	const struct zone_event *e;

	write_file("t.csv", OPENB_HEADER "a,4001,1024,2,1000,20,30\n");
	s = open_text(&w, "w.json",
		      "{\"trace\":{\"file\":\"t.csv\",\"vcpu_scale\":0.5,\"gpus\":\"ignore\"}}");
	e = next(s);
	cr_assert_eq(e->zone->vcpus, 3);
	cr_assert_eq(e->zone->nr_devices, 0);
	zone_stream_close(s);
	workload_release(&w);
}

static void fails(const char *format, const char *text, const char *sentence)
{
	cr_expect_str_eq(error_of("t.csv", text, format), sentence);
}

Test(traces, bad_rows_are_located)
{
	static const char h[] = "huawei-east-1", own[] = "homenode-csv", o[] = "openb";

	fails(h, "", "t.csv: the file is empty; its first line must name the columns");
	fails(h, "vmid,cpu,mem,at\n",
	      "t.csv:1: the header has no column \"lt\"; this format needs vmid,cpu,mem,at,lt");
	fails(h, "vmid,cpu,mem,at,lt\n0,1,2,0.0\n",
	      "t.csv:2: the row has 4 fields where the header has 5");
	fails(h, "vmid,cpu,mem,at,lt\n0,0,2,0.0,5.0\n",
	      "t.csv:2:3: \"cpu\" must be a whole number from 1 to 4096, not \"0\"");
	fails(h, "vmid,cpu,mem,at,lt\n0,1,0,0.0,5.0\n", "t.csv:2:5: a zone needs memory");
	fails(h, "vmid,cpu,mem,at,lt\n0,1,2,0.0,-5\n",
	      "t.csv:2:11: \"lt\" must be a number of seconds such as 12 or 12.5 (not negative, no "
	      "exponent, below 4611686018, which is 146 years), not \"-5\"");
	fails(h, "vmid,cpu,mem,at,lt\n0,1,2,9.0,1\n1,1,2,8.5,1\n",
	      "t.csv:3:7: the row is before the one above it; --sort puts rows in the order of "
	      "\"at\"");
	fails(h, "vmid,cpu,mem,at,lt\n1,4,8,0,10\n1,4,8,5,10\n",
	      "t.csv:3:1: zone \"vm1\" is there already; a name stands for one zone at a time");
	fails(h, "vmid,cpu,mem,at,lt\n1,4,8,0,10\n1,4,8,10,10\n", "");
	fails(h, "vmid,cpu,memory,time,type\n5,1,2,0,0\n5,1,2,1,0\n",
	      "t.csv:3:1: VM 5 is created twice without a deletion between");
	fails(h, "vmid,cpu,memory,time,type\n5,1,2,0,2\n",
	      "t.csv:2:9: \"type\" must be a whole number from 0 to 1, not \"2\"");
	fails(own, "at_s,lifetime_s,vcpu,memory_mib\n",
	      "t.csv:1:17: unknown column \"vcpu\"; did you mean \"vcpus\"?");
	fails(own, "at_s,lifetime_s,vcpus,memory_mib,virt\n0,1,1,1024,xen\n",
	      "t.csv:2:12: \"virt\" must be one of auto, pv, pvh");
	fails(own, "at_s,lifetime_s,vcpus,memory_mib,devices\n0,1,1,1024,nic0;;gpu0\n",
	      "t.csv:2:12: \"devices\" must be 1 to 64 names with a semicolon between them: "
	      "nic0;gpu1");
	fails(own, "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,9999999999999\n",
	      "t.csv:2:7: \"memory_mib\" must be a number from 0 to 4294967296 (decimals allowed), "
	      "not \"9999999999999\"");
	fails(own, "at_s,lifetime_s,vcpus,memory_mib,numa_nodes,virt\n0,1,4,1024,2,pv\n",
	      "t.csv:2:12: numa_nodes needs a PVH guest: a PV guest cannot be told of nodes; set "
	      "virt to pvh or auto, or leave numa_nodes out");
	fails(own, "at_s,lifetime_s,vcpus,memory_mib,devices\n0,1,4,1024,nic0;nic0\n",
	      "t.csv:2:12: devices names \"nic0\" twice; a device is passed through once");
	fails(o, OPENB_HEADER "a b,1000,1024,0,0,1,5\n",
	      "t.csv:2:1: name must not contain blanks, quotes, commas, semicolons, backslashes or "
	      "control characters");
	fails(o, OPENB_HEADER "a,1000,1024,0,0,,5\n",
	      "t.csv:2:17: \"creation_time\" must be a number of seconds such as 12 or 12.5 (not "
	      "negative, no exponent, below 4611686018, which is 146 years), not \"\"");
	fails(o, OPENB_HEADER "a,1000,1024,0,0,9,5\n",
	      "t.csv:2:19: the pod is deleted before its creation");
	fails(o, OPENB_HEADER "a,1000,1024,65,0,9,10\n",
	      "t.csv:2:13: \"num_gpu\" must be a whole number from 0 to 64, not \"65\"");
	fails(o, "name,cpu_milli,memory_mib,creation_time\n",
	      "t.csv:1: the header has no column \"num_gpu\"; this format needs "
	      "name,cpu_milli,memory_mib,num_gpu");
}

Test(traces, bad_rows_can_be_skipped)
{
	struct error err = {0};
	struct zone_stream *s;
	struct workload w;
	struct sums t;

	load_text(&w, "t.csv",
		  "at_s,lifetime_s,vcpus,memory_mib\n0,1,1,1024\nx,1,1,1024\n2,1,1\n1,1,2,1024\n");
	cr_assert_eq(workload_open(&s, &w, 1, true, &err), 0);
	t = sum(s);
	cr_assert_eq(t.starts, 2);
	cr_assert_eq(t.vcpus, 3);
	cr_assert_eq(zone_stream_stats(s)->bad_rows, 2);
	cr_assert(strstr(zone_stream_stats(s)->first_bad, "t.csv:3:1: \"at_s\" must be a number"));
	zone_stream_close(s);
	workload_release(&w);
}

/* A name stands for one zone at a time, in every format. */
Test(traces, names)
{
	static const char one[] = "at_s,lifetime_s,vcpus,memory_mib,name\n0,10,4,1024,a\n";
	static const char openb[] = "name,cpu_milli,memory_mib,num_gpu,creation_time,deletion_"
				    "time\np1,1000,2600,0,50,60\n";
	char text[512];

	snprintf(text, sizeof(text), "%s5,10,4,1024,a\n", one);
	cr_assert_str_eq(error_of("t.csv", text, NULL),
			 "t.csv:3:13: zone \"a\" is there already; a name stands for one zone at a "
			 "time");
	snprintf(text, sizeof(text), "%s10,,4,1024,a\n10,1,1,1,b\n", one);
	cr_assert_str_eq(error_of("t.csv", text, NULL), "", "after it has ended");
	snprintf(text, sizeof(text), "%s10,,4,1024,a\n900,1,1,1,a\n", one);
	cr_assert_str_eq(error_of("t.csv", text, NULL),
			 "t.csv:4:11: zone \"a\" is there already; a name stands for one zone at a "
			 "time");
	/* pods stand in any order */
	snprintf(text, sizeof(text), "%sp1,1000,2600,0,0,50\np1,1000,2600,0,60,\n", openb);
	cr_assert_str_eq(error_of("t.csv", text, NULL), "");
	/* and are taken in the order of time: the later one comes under a name in use */
	snprintf(text, sizeof(text), "%sp1,1000,2600,0,0,51\n", openb);
	cr_assert_str_eq(error_of("t.csv", text, NULL),
			 "t.csv:2:1: zone \"p1\" is there already; a name stands for one zone at a "
			 "time");
}

/* Names come and go by the thousand; those that ended make room. */
Test(traces, many_names)
{
	struct name_set s = {0};

	for (int64_t i = 0; i < 100000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", (int)(i % 300));
		cr_assert(name_set_add(&s, name, i, i + 200, i), "%d", (int)i);
		cr_assert_not(name_set_add(&s, name, i + 199, i + 300, i));
	}
	cr_assert_leq(s.cap, 1024);
	cr_assert_leq(s.nr_slots, 2048);
	name_set_release(&s);
}

/* Against a list that is looked through: names that count up, names by chance, and the one
 * after the other. */
Test(traces, names_in_any_order)
{
	enum { NR = 300 };
	char name[NR][40];
	int64_t start[NR], end[NR];
	struct rng r;

	rng_seed(&r, 1, "names");
	for (int turn = 0; turn < 100; turn++) {
		struct name_set s = {0};
		int nr = 0;

		for (int i = 0; i < NR; i++) {
			bool used = false;

			snprintf(name[nr], sizeof(name[nr]), "%s%d",
				 i % 9 ? "n" : "a-name-that-is-somewhat-long-",
				 i < turn * 5 ? i : (int)rng_below(&r, 60));
			start[nr] = i;
			end[nr] = i + (int64_t)rng_below(&r, 40);
			for (int k = 0; k < nr; k++)
				used |= strcmp(name[k], name[nr]) == 0 && start[k] < end[nr] &&
					start[nr] < end[k];
			cr_assert_eq(name_set_add(&s, name[nr], start[nr], end[nr], i), !used, "%s",
				     name[nr]);
			nr += !used;
		}
		name_set_release(&s);
	}
}

/* Nothing is not success. */
Test(traces, a_trace_holds_a_zone)
{
	static const char head[] = "at_s,lifetime_s,vcpus,memory_mib\n";
	const struct zone_event *e;
	struct error err = {0};
	struct zone_stream *s;
	struct workload w;

	cr_assert_str_eq(error_of("t.csv", head, NULL), "t.csv: holds no zone");
	load_text(&w, "t.csv", "at_s,lifetime_s,vcpus,memory_mib\n0,1,x,1\n0,1,y,1\n");
	cr_assert_eq(workload_open(&s, &w, 1, true, &err), 0);
	cr_assert_eq(zone_stream_next(s, &e, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.text, "t.csv: holds no zone; all of its 2 rows are bad: "));
	cr_assert_not_null(strstr(err.text, "t.csv:2:5: \"vcpus\" must be a whole number"));
	zone_stream_close(s);
	workload_release(&w);
}

/* "at id name" of all events, or the error; skipping bad rows, which are counted. */
static const char *sorted_events(const char *text)
{
	static char out[2000];
	const struct trace_reading how = {.sort = true};
	const struct zone_event *e;
	struct error err = {0};
	struct zone_stream *s;
	struct workload w;
	size_t n = 0;

	load_text(&w, "t.csv", text);
	cr_assert_eq(workload_prepare(&w, &how, &err), 0, "%s", err.text);
	cr_assert_eq(workload_open(&s, &w, 1, true, &err), 0, "%s", err.text);
	for (;;) {
		cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
		if (!e)
			break;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%g %s%s\n", (double)e->at_ns / 1e9,
				      e->zone ? "" : "stop ", e->zone ? e->zone->name : "");
	}
	n += (size_t)snprintf(out + n, sizeof(out) - n, "%d bad",
			      (int)zone_stream_stats(s)->bad_rows);
	if (*zone_stream_stats(s)->first_bad)
		snprintf(out + n, sizeof(out) - n, " %s",
			 strrchr(zone_stream_stats(s)->first_bad, '/') + 1);
	cr_expect_eq(zone_stream_stats(s)->done, zone_stream_stats(s)->total);
	zone_stream_close(s);
	workload_release(&w);
	return out;
}

Test(traces, sorted)
{
	static const char head[] = "at_s,lifetime_s,vcpus,memory_mib,name\n";
	char text[1000];

	/* rows of one time stay as they are, also where some decimals say it */
	snprintf(text, sizeof(text),
		 "%s7,1,1,64,c\n0.5,1,1,64,a\n7.0,1,1,64,\"d\"\n\n7,1,1,64,e\r\n0.25,1,1,64,b\n",
		 head);
	cr_expect_str_eq(sorted_events(text), "0.25 b\n0.5 a\n7 c\n7 d\n7 e\n0 bad");
	/* in their own lines, behind what stands above them */
	snprintf(text, sizeof(text), "%s9,1,1,64,a\nx,1,1,64,b\n3,1,1\n1,1,1,64,c\n", head);
	cr_expect_str_eq(sorted_events(text), "1 c\n9 a\n2 bad t.csv:4: the row has 3 fields where "
					      "the header has 5");
	/* what is checked of rows is checked in their order */
	snprintf(text, sizeof(text), "%s5,9,1,64,a\n1,4,1,64,a\n2,9,1,64,a\n", head);
	cr_expect_str_eq(sorted_events(text), "1 a\n5 a\n1 bad t.csv:4:10: zone \"a\" is there "
					      "already; a name stands for one zone at a time");
	cr_expect_str_eq(sorted_events("vmid,cpu,memory,time,type\n1,1,1,50,1\n1,1,1,60,0\n"
				       "1,1,1,2,0\n"),
			 "2 vm1\n50 stop \n60 vm1\n0 bad");
	cr_expect_str_eq(sorted_events("vmid,cpu,mem,at,lt\n1,1,1,50,1\n2,1,1,2,1\n"),
			 "2 vm2\n50 vm1\n0 bad");
	cr_expect_str_eq(sorted_events("name,cpu_milli,memory_mib,num_gpu,creation_time,"
				       "deletion_time\nb,1,64,0,50,60\na,1,64,0,3,\n"),
			 "3 a\n50 b\n0 bad");
}

/* What a format has no column for. */
Test(traces, sorted_by_what)
{
	const struct trace_reading how = {.sort = true};
	struct error err = {0};
	struct zone_stream *s;
	struct workload w;

	load_text(&w, "t.csv", "vm,t_s,cpu_pct,mem_used_kb,cores,mem_prov_kb\nx,0,1,1,1,1\n");
	cr_assert_eq(workload_prepare(&w, &how, &err), 0);
	cr_expect_eq(workload_open(&s, &w, 1, false, &err), ERR_USAGE);
	cr_expect_not_null(strstr(err.text, "rows in format gwa-t-12-condensed have no one time"),
			   "%s", err.text);
	workload_release(&w);
	load_text(&w, "e.json",
		  "{\"events\": [{\"at\": \"0s\", \"start\": {\"name\": \"a\", "
		  "\"vcpus\": 1, \"memory\": \"1GiB\"}}]}");
	cr_expect_eq(workload_prepare(&w, &how, &err), ERR_USAGE);
	cr_expect_not_null(strstr(err.text, "--sort is for traces"), "%s", err.text);
	workload_release(&w);
}

/* Memory follows the zones that live: read eight times as many rows of some format. */
static long kib_of_reading(const char *header, int rows)
{
	char path[400];
	struct rusage usage;
	FILE *f;

	snprintf(path, sizeof(path), "%s", write_file("t.csv", ""));
	f = fopen(path, "w");
	cr_assert(f);
	fprintf(f, "%s\n", header);
	for (int i = 0; i < rows; i++)
		fprintf(f, "%d,1,1,%d,%d\n", i / 2, i / 2, strstr(header, "type") ? i % 2 : 0);
	fclose(f);
	(void)sum_file(path, NULL);
	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

Test(traces, memory_does_not_grow_with_their_length, .timeout = 120)
{
	static const char *const header[] = {"vmid,cpu,mem,at,lt", "vmid,cpu,memory,time,type"};

	if (ADDRESS_SANITIZER)
		cr_skip_test("the sanitizer keeps what was freed");
	for (size_t i = 0; i < 2; i++) {
		long small = kib_of_reading(header[i], 50000);

		cr_expect_leq(kib_of_reading(header[i], 400000) - small, 1024, "%s", header[i]);
	}
}
