/* What a large run rests on: what a zone takes, and that nothing depends on how the machine
 * is asked. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "bench/files/timeline_csv.h"
#include "bench/files/zones_csv.h"
#include "bench/loop/cluster.h"
#include "bench/loop/run.h"
#include "sim/sim.h"
#include "tests/bench/text.h"
#include "tests/temporary.h"

struct fleet_of {
	struct host *model;
	const struct host **host;
	uint32_t nr;
};

static void fleet_open(struct fleet_of *f, uint32_t nr)
{
	struct error err;

	cr_assert_eq(host_load(&f->model, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	f->nr = nr;
	f->host = calloc(nr, sizeof(*f->host));
	for (uint32_t i = 0; i < nr; i++)
		f->host[i] = f->model;
}

static void fleet_close(struct fleet_of *f)
{
	free(f->host);
	host_free(f->model);
}

static struct run_input input_for(const struct fleet_of *f, const struct workload *w,
				  const char *policy)
{
	return (struct run_input){
		.workload = w,
		.policy = policy_find(policy),
		.seed = 1,
		.backend = &sim_backend,
		.host = f->host,
		.nr_hosts = f->nr,
		.topology = "epyc-nps4-8n",
	};
}

/* --- bytes a zone ---------------------------------------------------------------------- */

struct resident {
	long before, at_most;
	uint32_t live;
};

static long resident_pages(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long all, resident = 0;

	if (f && fscanf(f, "%ld %ld", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident;
}

static int begin(void *self, const struct run_view *view, struct error *err)
{
	struct resident *r = self;

	(void)view;
	(void)err;
	r->before = resident_pages();
	return 0;
}

static void sample(void *self, const struct run_view *view, int64_t at_ns)
{
	struct resident *r = self;
	uint32_t live = view->cluster->live.nr_live;

	(void)at_ns;
	if (live > r->live) {
		r->live = live;
		r->at_most = resident_pages();
	}
}

static const struct observer_ops resident_observer = {
	.name = "resident",
	.on_begin = begin,
	.on_sample = sample,
};

Test(large_run, a_live_zone_takes_96_bytes_at_most)
{
	struct resident r = {0};
	struct observer o = {&resident_observer, &r};
	struct workload w;
	struct fleet_of f;
	struct run_input in;
	struct run_result out;
	struct error err;

	if (ADDRESS_SANITIZER)
		return; /* takes more for itself */
	fleet_open(&f, 12500);
	load_text(&w, "{\"duration\":\"1h\",\"timeline_step\":\"10m\",\"fleet\":{\"hosts\":["
		      "{\"topology\":\"epyc-nps4-8n\"}]},\"generator\":{\"initial\":300000,"
		      "\"arrivals\":{\"per_hour\":1000},\"lifetimes\":{\"exponential\":\"100d\"},"
		      "\"sizes\":[{\"vcpus\":2,\"memory\":\"1GiB\"},"
		      "{\"vcpus\":1,\"memory\":\"2GiB\"}]}}");
	in = input_for(&f, &w, "edera-compact");
	in.observer = &o;
	in.nr_observers = 1;
	if (!resident_pages())
		return; /* this system does not tell */
	cr_assert_eq(run_row(&in, &out, &err), 0, "%s", err.text);
	cr_assert_geq(r.live, 290000);
	cr_assert_leq((r.at_most - r.before) * sysconf(_SC_PAGESIZE), 96L * r.live,
		      "%ld bytes for %u zones", (r.at_most - r.before) * sysconf(_SC_PAGESIZE),
		      r.live);
	workload_release(&w);
	fleet_close(&f);
}

/* --- how the machine is asked ------------------------------------------------------------ */

struct texts {
	struct run_result result;
	char *zones, *timeline;
};

static struct texts run_texts(struct run_input in)
{
	struct texts t;
	struct timeline_writer timeline = {.out = NULL};
	struct zones_writer zones = {.out = NULL};
	struct observer observer[] = {{&timeline_observer, &timeline}, {&zones_observer, &zones}};
	struct error err;
	size_t n;

	in.observer = observer;
	in.nr_observers = 2;
	zones.out = open_memstream(&t.zones, &n);
	timeline.out = open_memstream(&t.timeline, &n);
	cr_assert_eq(run_row(&in, &t.result, &err), 0, "%s", err.text);
	fclose(zones.out);
	fclose(timeline.out);
	zones_writer_release(&zones);
	timeline_writer_release(&timeline);
	return t;
}

static void expect_same(const struct texts *a, const struct texts *b, const char *what)
{
	cr_assert_str_eq(a->zones, b->zones, "zones.csv: %s", what);
	cr_assert_str_eq(a->timeline, b->timeline, "timeline.csv: %s", what);
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		cr_assert_eq(row_figure(&a->result.row, (enum summary_figure)f),
			     row_figure(&b->result.row, (enum summary_figure)f), "column %d: %s", f,
			     what);
}

static void texts_free(struct texts *t)
{
	free(t->zones);
	free(t->timeline);
}

static void compare(const struct fleet_of *f, const struct workload *w, const char *policy,
		    const char *allocator)
{
	struct run_input in = input_for(f, w, policy);
	struct texts plain, checked, recorded;
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), "record"));

	cr_assert_geq(fd, 0);
	close(fd);
	in.allocator = allocator;
	plain = run_texts(in);
	in.check = true;
	checked = run_texts(in);
	in.check = false;
	in.record_path = path;
	recorded = run_texts(in);
	expect_same(&plain, &checked, "checked");
	expect_same(&plain, &recorded, "recorded");
	cr_assert_gt(plain.result.row.zones_refused + plain.result.row.zones_queued, 0,
		     "some ask in vain");
	texts_free(&plain);
	texts_free(&checked);
	texts_free(&recorded);
	unlink(path);
}

#define CROWDED(refused)                                                                           \
	"{\"duration\":\"2d\",\"refused\":\"" refused "\",\"fleet\":{\"hosts\":["                  \
	"{\"topology\":\"epyc-nps4-8n\",\"count\":3}],\"cpu_overcommit\":2},"                      \
	"\"generator\":{\"arrivals\":{\"per_hour\":60},\"lifetimes\":{\"exponential\":\"4h\"},"    \
	"\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\",\"weight\":6},"                               \
	"{\"vcpus\":20,\"memory\":\"12GiB\"},{\"vcpus\":2,\"memory\":\"20GiB\"},"                  \
	"{\"vcpus\":2,\"memory\":\"6GiB\",\"devices\":[\"gpu0\"]},"                                \
	"{\"vcpus\":4,\"memory\":\"8GiB\",\"memory_initial\":\"2GiB\",\"numa_nodes\":2}],"         \
	"\"memory_use\":[{\"pattern\":\"diurnal\",\"low\":0.1,\"high\":0.9,\"noise\":0.05}]}}"

/* Also where the machine refuses what the policy accepts: home-strict. */
Test(large_run, asked_once_or_twice_says_the_same)
{
	static const char *const policy[] = {"edera-compact", "flat", "random"};
	static const char *const text[] = {CROWDED("count"), CROWDED("queue")};
	struct fleet_of f;

	fleet_open(&f, 3);
	for (size_t t = 0; t < 2; t++) {
		struct workload w;

		load_text(&w, text[t]);
		for (size_t p = 0; p < 3; p++) {
			compare(&f, &w, policy[p], "xen");
			compare(&f, &w, policy[p], "home-strict");
		}
		workload_release(&w);
	}
	fleet_close(&f);
}

/* --- stops by id ------------------------------------------------------------------------- */

/* Zones with lifetimes that are stopped before: what was left in the queue finds the slot
 * empty, or with another zone in it. */
Test(large_run, stopped_before_their_time)
{
	struct zone_event ev[4000];
	struct workload w;
	struct fleet_of f;
	struct run_result out;
	struct run_input in;
	struct zone z;
	struct error err;

	zone_init(&z);
	fleet_open(&f, 2);
	for (uint64_t i = 0; i < 2000; i++) {
		ev[2 * i] = (struct zone_event){.kind = ZONE_EVENT_START,
						.at_ns = (int64_t)i * NS_PER_S,
						.id = i,
						.lifetime_ns = 5 * NS_PER_S,
						.zone = &z};
		/* one in two is stopped early; the others find nobody by that id */
		ev[2 * i + 1] = (struct zone_event){.kind = ZONE_EVENT_STOP,
						    .at_ns = (int64_t)i * NS_PER_S,
						    .id = i % 2 ? i - 1 : i + 1000000};
	}
	workload_defaults(&w);
	w.source = SOURCE_EVENTS;
	w.event = ev;
	w.nr_events = 4000;
	w.duration_ns = NS_NEVER;
	in = input_for(&f, &w, "edera-compact");
	in.check = true;
	cr_assert_eq(run_row(&in, &out, &err), 0, "%s", err.text);
	cr_assert_eq(out.row.zones_placed, 2000);
	cr_assert_eq(out.unknown_stops, 1000);
	/* those that stay live five seconds, those that are stopped one */
	cr_assert_eq(out.row.vcpu_time_s, 1000 * 5 + 1000 * 1);
	fleet_close(&f);
}
