#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/output.h"
#include "base/units.h"
#include "tests/zone/workload_text.h"
#include "zone/zone_check.h"

TestSuite(workload, .fini = remove_files);

#define GENERATOR                                                                                  \
	"\"generator\":{\"arrivals\":{\"per_hour\":1},\"sizes\":[{\"vcpus\":1,\"memory\":"         \
	"\"1GiB\"}],\"lifetimes\":\"never\",\"limit\":1}"

Test(workload, defaults)
{
	struct workload w;

	load_text(&w, "mine.json", "{" GENERATOR "}");
	cr_assert_str_eq(w.name, "mine");
	cr_assert_str_eq(w.note, "");
	cr_assert_eq(w.source, SOURCE_GENERATOR);
	cr_assert_eq(w.duration_ns, NS_NEVER);
	cr_assert_eq(w.timeline_step_ns, 0);
	cr_assert_eq(w.refused, REFUSED_COUNT);
	cr_assert_eq(w.fleet.nr_groups, 1);
	cr_assert_str_eq(w.fleet.group[0].topology, "epyc-nps4-8n");
	cr_assert_eq(w.fleet.group[0].count, 1);
	cr_assert_str_eq(w.fleet.choice, "first-fit");
	cr_assert_eq(w.fleet.cpu_overcommit_milli, 1000);
	cr_assert_eq(w.fleet.dom0_memory_bytes, 0);
	cr_assert_str_eq(w.policy[0], "edera-compact");
	cr_assert_null(w.policy[1]);
	cr_assert_eq(w.nr_seeds, 1);
	cr_assert_eq(w.seed[0], 1);
	cr_assert_eq(w.memory_policies, 0);
	workload_release(&w);
}

Test(workload, every_field)
{
	struct workload w;

	load_text(
		&w, "w.json",
		"{\"name\":\"n\",\"note\":\"from here\",\"duration\":\"2d\",\"refused\":\"queue\","
		"\"timeline_step\":\"30min\",\"fleet\":{\"hosts\":[{\"topology\":\"a\"},{"
		"\"topology\":\"b.xml\",\"count\":3}],\"choice\":\"random\",\"cpu_overcommit\":"
		"1.5,\"dom0_memory\":\"4GiB\",\"dom0_vcpus\":8},\"policies\":[\"p\",\"q\"],"
		"\"memory_policies\":[\"dynamic\",\"static\"],\"seeds\":[3,0]," GENERATOR "}");
	cr_assert_str_eq(w.name, "n");
	cr_assert_str_eq(w.note, "from here");
	cr_assert_eq(w.duration_ns, 2 * NS_PER_DAY);
	cr_assert_eq(w.timeline_step_ns, NS_PER_HOUR / 2);
	cr_assert_eq(w.refused, REFUSED_QUEUE);
	cr_assert_eq(w.fleet.nr_groups, 2);
	cr_assert_str_eq(w.fleet.group[1].topology, "b.xml");
	cr_assert_eq(w.fleet.group[1].count, 3);
	cr_assert_str_eq(w.fleet.choice, "random");
	cr_assert_eq(w.fleet.cpu_overcommit_milli, 1500);
	cr_assert_eq(w.fleet.dom0_memory_bytes, 4 * GIB);
	cr_assert_eq(w.fleet.dom0_vcpus, 8);
	cr_assert_str_eq(w.policy[1], "q");
	cr_assert_null(w.policy[2]);
	cr_assert_eq(w.memory_policies, (1u << ZONE_DYNAMIC) | (1u << ZONE_STATIC));
	cr_assert_eq(w.nr_seeds, 2);
	cr_assert_eq(w.seed[0], 3);
	cr_assert_eq(w.seed[1], 0);
	workload_release(&w);
}

Test(workload, events)
{
	const struct zone_event *e;
	struct zone_stream *s;
	struct workload w;

	load_text(
		&w, "w.json",
		"{\"events\":[{\"at\":1,\"start\":{\"name\":\"A\",\"vcpus\":4,\"memory\":\"6GiB\","
		"\"devices\":[\"nic0\"]},\"lifetime\":\"2h\"},{\"at\":\"1s\",\"start\":{\"name\":"
		"\"B\",\"vcpus\":1,\"memory\":\"1GiB\"}},{\"at\":\"1min\",\"resize\":\"A\","
		"\"memory\":\"3GiB\"},{\"at\":\"1h\",\"stop\":\"A\"},{\"at\":\"1h\",\"start\":{"
		"\"name\":\"A\",\"vcpus\":2,\"memory\":\"1GiB\"}},{\"at\":\"2h\",\"stop\":\"A\"}"
		"]}");
	cr_assert_eq(w.nr_events, 6);
	cr_assert_eq(workload_open(&s, &w, 1, false, NULL), 0);
	cr_assert_eq(zone_stream_next(s, &e, NULL), 0);
	cr_assert_eq(e->kind, ZONE_EVENT_START);
	cr_assert_eq(e->at_ns, NS_PER_S);
	cr_assert_eq(e->lifetime_ns, 2 * NS_PER_HOUR);
	cr_assert_str_eq(e->zone->name, "A");
	cr_assert_str_eq(e->zone->device[0], "nic0");
	cr_assert_eq(w.event[1].lifetime_ns, NS_NEVER);
	cr_assert_eq(w.event[2].kind, ZONE_EVENT_RESIZE);
	cr_assert_eq(w.event[2].id, e->id);
	cr_assert_eq(w.event[2].bytes, 3 * GIB);
	cr_assert_eq(w.event[3].kind, ZONE_EVENT_STOP);
	cr_assert_eq(w.event[3].id, e->id);
	cr_assert_neq(w.event[4].id, e->id);
	cr_assert_eq(w.event[5].id, w.event[4].id);
	for (int i = 0; i < 6; i++)
		cr_assert_eq(zone_stream_next(s, &e, NULL), 0);
	cr_assert_null(e);
	zone_stream_close(s);
	workload_release(&w);
}

static void fails(const char *text, const char *sentence)
{
	cr_expect_str_eq(error_of("w.json", text, NULL), sentence);
}

Test(workload, wrong_fields_are_located)
{
	fails("{\"nmae\":\"x\"," GENERATOR "}",
	      "w.json:1:2: unknown field \"nmae\" in a workload; did you mean \"name\"?");
	fails("{\n\"name\":\"\"," GENERATOR "}", "w.json:2:8: \"name\" must not be empty");
	fails("{\"duration\":0," GENERATOR "}", "w.json:1:13: \"duration\" must be more than 0");
	fails("{\"refused\":\"drop\"," GENERATOR "}",
	      "w.json:1:12: \"refused\" must be one of \"count\", \"queue\", \"stop\"");
	fails("{\"fleet\":{\"hosts\":[]}," GENERATOR "}",
	      "w.json:1:19: \"hosts\" is empty; a fleet needs a host");
	fails("{\"fleet\":{\"hosts\":[{\"topology\":\"a\",\"count\":0}]}," GENERATOR "}",
	      "w.json:1:44: \"count\" must be between 1 and 1000000, not 0");
	fails("{\"fleet\":{\"hosts\":[{\"count\":1}]}," GENERATOR "}",
	      "w.json:1:20: the field \"topology\" is missing");
	fails("{\"fleet\":{\"cpu_overcommit\":-1}," GENERATOR "}",
	      "w.json:1:28: \"cpu_overcommit\" must be between 0 and 1000, not -1");
	fails("{\"policies\":[]," GENERATOR "}",
	      "w.json:1:13: \"policies\" must hold 1 to 1000 names");
	fails("{\"policies\":[\"a\",\n\"a\"]," GENERATOR "}", "w.json:2:1: \"a\" is listed twice");
	fails("{\"policies\":[1]," GENERATOR "}",
	      "w.json:1:14: \"policies\" must hold names in quotes");
	fails("{\"memory_policies\":[\"static\",\"big\"]," GENERATOR "}",
	      "w.json:1:30: a memory policy is \"static\" or \"dynamic\", not \"big\"");
	fails("{\"seeds\":[1,-1]," GENERATOR "}",
	      "w.json:1:13: a seed is a whole number, 0 or more");
	fails("{\"seeds\":[1,1]," GENERATOR "}", "w.json:1:13: seed 1 is listed twice");
	fails("{\"seeds\":[]," GENERATOR "}",
	      "w.json:1:10: \"seeds\" must hold 1 to 10000 numbers");
	fails("{}", "w.json:1:1: a workload has exactly one of \"generator\", \"events\" and "
		    "\"trace\"");
	fails("{\"events\":[]," GENERATOR "}",
	      "w.json:1:1: a workload has exactly one of \"generator\", \"events\" and \"trace\"");
	fails("{\"trace\":{}}", "w.json:1:10: the field \"file\" is missing");
	fails("{\"trace\":{\"file\":\"x\",\"format\":\"y\"}}",
	      "w.json:1:31: there is no trace format \"y\"; `homenode list formats` names them");
	fails("{\"trace\":{\"file\":\"x.csv\",\"vcpu_scale\":0}}",
	      "w.json:1:39: \"vcpu_scale\" must be between 0.001 and 1000, not 0");
}

#define A "{\"at\":0,\"start\":{\"name\":\"A\",\"vcpus\":1,\"memory\":\"1GiB\"}}"

Test(workload, wrong_events_are_located)
{
	fails("{\"events\":[]}", "w.json:1:11: \"events\" is empty; nothing would happen");
	fails("{\"events\":[1]}", "w.json:1:12: an event must be an object with exactly one of "
				  "\"start\", \"stop\" and \"resize\"");
	fails("{\"events\":[{\"at\":0}]}",
	      "w.json:1:12: an event must be an object with exactly one "
	      "of \"start\", \"stop\" and \"resize\"");
	fails("{\"events\":[{\"at\":0,\"stop\":\"A\"}]}",
	      "w.json:1:27: no event before this one starts a zone named \"A\"");
	fails("{\"events\":[{\"at\":0,\"stop\":\"A\",\"lifetime\":1}]}",
	      "w.json:1:31: unknown field \"lifetime\" in the event");
	fails("{\"events\":[" A ",\n" A "]}", "w.json:2:25: zone \"A\" is running already; stop it "
					      "first or name this one otherwise");
	fails("{\"events\":[" A
	      ",\n{\"at\":1,\"stop\":\"A\"},\n{\"at\":2,\"resize\":\"A\",\"memory\":"
	      "1}]}",
	      "w.json:3:18: zone \"A\" was stopped by an event before this one");
	fails("{\"events\":[" A ",\n{\"at\":2,\"resize\":\"A\",\"memory\":\"2GiB\"}]}",
	      "w.json:2:31: zone \"A\" can have between 300 MiB and 1 GiB of memory");
	fails("{\"events\":[{\"at\":5,\"start\":{\"name\":\"S\",\"vcpus\":1,\"memory\":\"1GiB\","
	      "\"memory_policy\":\"static\"}},\n{\"at\":5,\"resize\":\"S\",\"memory\":\"1GiB\"}]}",
	      "w.json:2:18: zone \"S\" is static: its memory never changes");
	fails("{\"events\":[{\"at\":5,\"start\":{\"name\":\"S\",\"vcpus\":1,\"memory\":\"1GiB\"}},"
	      "\n{\"at\":4,\"stop\":\"S\"}]}",
	      "w.json:2:7: the event is before the one above it; events must be in the order of "
	      "their times");
	fails("{\"events\":[{\"at\":0,\"start\":{\"name\":\"A\",\"vcpus\":0,\"memory\":\"1GiB\"}}]"
	      "}",
	      "w.json:1:48: \"vcpus\" must be between 1 and 4096, not 0");
	fails("{\"events\":[{\"at\":0,\"lifetime\":0,\"start\":{\"name\":\"A\",\"vcpus\":1,"
	      "\"memory\":1}}]}",
	      "w.json:1:31: \"lifetime\" must be more than 0");
}

/* A generator with one part replaced. */
static void part_fails(const char *arrivals, const char *sizes, const char *lifetimes,
		       const char *more, const char *sentence)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"generator\":{\n\"arrivals\":%s,\n\"sizes\":%s,\n\"lifetimes\":%s\n%s}}",
		 arrivals ? arrivals : "{\"per_hour\":1}",
		 sizes ? sizes : "[{\"vcpus\":1,\"memory\":\"1GiB\"}]",
		 lifetimes ? lifetimes : "\"never\"", more ? more : ",\"limit\":1");
	fails(text, sentence);
}

Test(workload, wrong_generators_are_located)
{
	part_fails("{}", NULL, NULL, NULL, "w.json:2:12: the field \"per_hour\" is missing");
	part_fails("{\"per_hour\":0}", NULL, NULL, NULL,
		   "w.json:2:24: \"per_hour\" must be between 1e-06 and 1e+09, not 0");
	part_fails("{\"per_hour\":1,\"daily\":{\"amplitude\":2}}", NULL, NULL, NULL,
		   "w.json:2:47: \"amplitude\" must be between 0 and 1, not 2");
	part_fails("{\"per_hour\":1,\"hourly\":[1]}", NULL, NULL, NULL,
		   "w.json:2:35: \"hourly\" must hold 24 numbers, one an hour");
	part_fails("{\"per_hour\":1,\"bursts\":{\"share\":1,\"size\":[5,4]}}", NULL, NULL, NULL,
		   "w.json:2:56: the largest burst must be a whole number from 5 to 1000000");
	part_fails("{\"per_hour\":1,\"bursts\":{\"share\":1,\"size\":[5]}}", NULL, NULL, NULL,
		   "w.json:2:53: \"size\" must be two numbers, the smallest and the largest burst: "
		   "[20, 50]");
	part_fails(NULL, "[]", NULL, NULL, "w.json:3:9: \"sizes\" must hold 1 to 4096 sizes");
	part_fails(NULL, "[{\"vcpus\":1,\"memory\":1,\"weight\":0}]", NULL, NULL,
		   "w.json:3:9: at least one size needs a weight above 0");
	part_fails(NULL, "[{\"name\":\"x\",\"vcpus\":1,\"memory\":1}]", NULL, NULL,
		   "w.json:3:11: unknown field \"name\" in a size");
	part_fails(NULL, "[{\"vcpus\":1,\"memory\":\"1Q\"}]", NULL, NULL,
		   "w.json:3:30: \"memory\" must be a size such as \"6GiB\" or \"512MiB\" (B, KiB, "
		   "MiB, GiB, TiB; kB, MB, GB, TB), or a number of bytes");
	part_fails(NULL, NULL, "[]", NULL,
		   "w.json:4:13: \"lifetimes\" must hold 1 to 62 quantiles");
	part_fails(NULL, NULL, "[[0.5,\"1h\"],[0.5,\"2h\"]]", NULL,
		   "w.json:4:26: a share must be a number from 0 to 1, larger than the one before");
	part_fails(NULL, NULL, "[[0.5,\"1h\"],[1,\"1s\"]]", NULL,
		   "w.json:4:28: a lifetime must not be shorter than the one before");
	part_fails(
		NULL, NULL, "[[0.5,\"soon\"]]", NULL,
		"w.json:4:19: a lifetime must be a duration above 0 such as \"26s\", \"1.5h\" or "
		"\"3d\", or a whole number of seconds");
	part_fails(NULL, NULL, "[0.5]", NULL,
		   "w.json:4:14: a quantile is a pair of a share and a lifetime: [0.5, \"43min\"]");
	part_fails(NULL, NULL, "{\"mean\":1}", NULL,
		   "w.json:4:14: unknown field \"mean\" in "
		   "\"lifetimes\"");
	part_fails(NULL, NULL, "{\"exponential\":0}", NULL,
		   "w.json:4:28: \"exponential\" must be more than 0");
	part_fails(NULL, NULL, NULL, "",
		   "w.json:1:14: a generator needs an end: a \"duration\" of the workload or a "
		   "\"limit\" of zones");
	part_fails(NULL, NULL, NULL, ",\"initial\":\"stationary\"",
		   "w.json:5:12: zones that never end have no stationary number; give a number");
}

/* What is bundled loads, says where it comes from, runs, and ends. */
Test(workload, bundled)
{
	DIR *d = opendir("workloads");
	struct dirent *entry;
	int nr = 0;

	cr_assert(d);
	while ((entry = readdir(d))) {
		const struct zone_event *e;
		struct error err = {0};
		struct zone_fault fault;
		struct zone_stream *s;
		struct workload w;
		char path[512];

		if (!strstr(entry->d_name, ".json"))
			continue;
		snprintf(path, sizeof(path), "workloads/%s", entry->d_name);
		cr_assert_eq(workload_load(&w, path, NULL, &err), 0, "%s", err.text);
		cr_assert_eq(strncmp(w.name, entry->d_name, strlen(w.name)), 0);
		cr_assert(strlen(w.note) > 40);
		cr_assert_lt(w.duration_ns, NS_NEVER);
		cr_assert_eq(workload_open(&s, &w, w.seed[0], false, &err), 0, "%s", err.text);
		do {
			cr_assert_eq(zone_stream_next(s, &e, &err), 0, "%s", err.text);
			cr_assert(!e || zone_sound(e->zone, zone_field_names, &fault), "%s",
				  fault.text);
		} while (e);
		cr_assert_gt(zone_stream_stats(s)->events, 0);
		zone_stream_close(s);
		workload_release(&w);
		nr++;
	}
	closedir(d);
	cr_assert_geq(nr, 6);
}

/* The examples in the documentation are workloads. */
Test(workload, documented_example)
{
	struct error err = {0};
	struct workload w;
	char *text, *from, *to;
	size_t size;

	cr_assert_eq(file_read("docs/formats-workloads.md", 1 << 20, &text, &size, &err), 0, "%s",
		     err.text);
	from = strstr(text, "```json\n{");
	cr_assert(from);
	to = strstr(from + 8, "```");
	cr_assert(to);
	*to = '\0';
	load_text(&w, "doc.json", from + 8);
	cr_assert_str_eq(w.name, "two-a-minute");
	workload_release(&w);
	free(text);
}

Test(workload, balloon_and_use_are_read_strictly)
{
	fails("{\"balloon\":{\"grow_above\":0.15}}", "w.json:1:26: \"grow_above\" must be at least "
						     "twice \"shrink_below\", or zones shrink "
						     "and grow for ever");
	fails("{\"balloon\":{\"extent\":\"8KiB\"}}",
	      "w.json:1:22: \"extent\" must be \"4KiB\" or \"2MiB\"");
	fails("{\"balloon\":{\"headrom\":1}}",
	      "w.json:1:13: unknown field \"headrom\" in the balloon; did you mean \"headroom\"?");
	fails("{\"events\":[{\"at\":0,\"start\":{\"name\":\"a\",\"vcpus\":1,"
	      "\"memory\":\"1GiB\"},\"memory_use\":{\"pattern\":\"tide\"}}]}",
	      "w.json:1:91: \"pattern\" must be one of \"constant\", \"diurnal\", \"walk\", "
	      "\"bursts\", \"leak\"");
	fails("{\"events\":[{\"at\":0,\"start\":{\"name\":\"a\",\"vcpus\":1,"
	      "\"memory\":\"1GiB\"},\"memory_use\":{\"pattern\":\"walk\",\"low\":0.5,"
	      "\"high\":0.4}}]}",
	      "w.json:1:115: \"high\" must not be below \"low\"");
}
