/* The loop, on the simulator, against figures worked out by hand. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/record.h"
#include "base/alloc.h"
#include "bench/files/timeline_csv.h"
#include "bench/files/zones_csv.h"
#include "bench/loop/run.h"
#include "sim/sim.h"
#include "tests/bench/text.h"
#include "tests/temporary.h"

#define GENERATED                                                                                  \
	"\"duration\":\"2d\",\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\",\"count\":2}]}," \
	"\"generator\":{\"arrivals\":{\"per_hour\":60},\"lifetimes\":{\"exponential\":\"3h\"},"    \
	"\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\",\"weight\":6},"                               \
	"{\"vcpus\":20,\"memory\":\"12GiB\"},{\"vcpus\":2,\"memory\":\"20GiB\"},"                  \
	"{\"vcpus\":2,\"memory\":\"6GiB\",\"devices\":[\"gpu0\"]},"                                \
	"{\"vcpus\":4,\"memory\":\"9GiB\",\"numa_nodes\":2}]}"

static struct host *load_host(void)
{
	struct host *host;
	struct error err;

	cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	return host;
}

struct outcome {
	struct run_result result;
	char *zones, *timeline;
};

static struct outcome run_with(const struct workload *w, const char *policy, uint64_t seed,
			       uint32_t nr_hosts, const struct backend_ops *backend,
			       const char *options, const char *record)
{
	struct host *host = load_host();
	const struct host *hosts[8];
	struct outcome out;
	struct timeline_writer timeline = {.out = NULL};
	struct zones_writer zones = {.out = NULL};
	struct observer observer[] = {{&timeline_observer, &timeline}, {&zones_observer, &zones}};
	struct error err;
	size_t n;
	struct run_input in = {
		.workload = w,
		.policy = policy_find(policy),
		.seed = seed,
		.backend = backend,
		.backend_options = options,
		.record_path = record,
		.host = hosts,
		.nr_hosts = nr_hosts,
		.topology = "epyc-nps4-8n",
		.check = true,
		.observer = observer,
		.nr_observers = 2,
	};

	for (uint32_t i = 0; i < nr_hosts; i++)
		hosts[i] = host;
	zones.out = open_memstream(&out.zones, &n);
	timeline.out = open_memstream(&out.timeline, &n);
	cr_assert_eq(run_row(&in, &out.result, &err), 0, "%s", err.text);
	fclose(zones.out);
	fclose(timeline.out);
	zones_writer_release(&zones);
	timeline_writer_release(&timeline);
	host_free(host);
	/* labels pointed into what is released here */
	out.result.row.workload = out.result.row.topology = "";
	return out;
}

static struct outcome run_sim(const struct workload *w, const char *policy, uint64_t seed)
{
	return run_with(w, policy, seed, 2, &sim_backend, NULL, NULL);
}

static void outcome_free(struct outcome *o)
{
	free(o->zones);
	free(o->timeline);
}

static bool same_row(const struct row *a, const struct row *b)
{
	for (int f = 0; f < NR_SUMMARY_FIGURES; f++)
		if (row_figure(a, (enum summary_figure)f) != row_figure(b, (enum summary_figure)f))
			return false;
	return true;
}

/*
 * One host. A: 2 vCPUs, 4 GiB, all local, for 10 s. B: 8 vCPUs, 20 GiB on a node
 * of 16 GiB: 4 GiB spill to node 0, 32 away from its node (which is the first
 * with 16 GiB free: node 1, so node 0 is 12 away), for 20 s.
 */
Test(run, figures_of_two_zones)
{
	struct workload w;
	struct outcome o;
	const struct row *r;

	load_text(&w, "{\"events\":["
		      "{\"at\":\"0s\",\"start\":{\"name\":\"A\",\"vcpus\":2,\"memory\":\"4GiB\"},"
		      "\"lifetime\":\"10s\"},"
		      "{\"at\":\"0s\",\"start\":{\"name\":\"B\",\"vcpus\":8,\"memory\":\"20GiB\"}},"
		      "{\"at\":\"20s\",\"stop\":\"B\"}]}");
	o = run_with(&w, "edera-compact", 1, 1, &sim_backend, NULL, NULL);
	r = &o.result.row;
	cr_assert_eq(r->zones_offered, 2);
	cr_assert_eq(r->zones_placed, 2);
	cr_assert_eq(r->peak_live_zones, 2);
	cr_assert_eq(r->vcpu_time_s, 2 * 10 + 8 * 20);
	cr_assert_eq(r->zones_multi_node, 0);
	cr_assert_eq(r->zones_spilled, 1);
	cr_assert_eq(r->spilled_bytes, 4 * GIB);
	/* 4 GiB x 10 s + 16 of 20 GiB x 20 s of 440 GiB s */
	cr_assert_eq(r->local_page_ppm, (4 * 10 + 16 * 20) * 1000000 / 440);
	/* B: (16 x 10 + 4 x 12) / 20 = 10.4; A: 10 */
	cr_assert_eq(r->mean_distance_centi, (40 * 1000 + 400 * 1040) / 440);
	cr_assert_eq(r->events, 4);
	outcome_free(&o);
	workload_release(&w);
}

/* Under `flat`, memory is striped over eight nodes and vCPUs go anywhere: an
 * eighth of the pages is local, the mean distance that of the whole matrix. */
Test(run, figures_of_the_blind_baseline)
{
	struct workload w;
	struct outcome o;

	load_text(&w, "{\"events\":[{\"at\":\"0s\",\"start\":{\"name\":\"A\",\"vcpus\":2,"
		      "\"memory\":\"8GiB\"},\"lifetime\":\"1h\"}]}");
	o = run_with(&w, "flat", 1, 1, &sim_backend, NULL, NULL);
	cr_assert_eq(o.result.row.local_page_ppm, 125000);
	cr_assert_eq(o.result.row.mean_distance_centi, (10 + 3 * 12 + 4 * 32) * 100 / 8);
	outcome_free(&o);
	workload_release(&w);
}

/* Three zones of 100 GiB on one host of 128 GiB: one runs, the others are
 * counted, wait their turn, or end the run. */
static struct outcome run_crowd(struct workload *w, const char *refused)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"refused\":\"%s\",\"events\":["
		 "{\"at\":\"0s\",\"start\":{\"name\":\"A\",\"vcpus\":2,\"memory\":\"100GiB\"},"
		 "\"lifetime\":\"10s\"},"
		 "{\"at\":\"1s\",\"start\":{\"name\":\"B\",\"vcpus\":2,\"memory\":\"100GiB\"},"
		 "\"lifetime\":\"10s\"},"
		 "{\"at\":\"2s\",\"start\":{\"name\":\"C\",\"vcpus\":2,\"memory\":\"100GiB\"},"
		 "\"lifetime\":\"10s\"},"
		 "{\"at\":\"3s\",\"start\":{\"name\":\"D\",\"vcpus\":2,\"memory\":\"1GiB\"},"
		 "\"lifetime\":\"10s\"}]}",
		 refused);
	load_text(w, text);
	return run_with(w, "edera-compact", 1, 1, &sim_backend, NULL, NULL);
}

Test(run, refused_zones_are_counted)
{
	struct workload w;
	struct outcome o = run_crowd(&w, "count");

	cr_assert_eq(o.result.row.zones_placed, 2);
	cr_assert_eq(o.result.row.zones_refused, 2);
	cr_assert_eq(o.result.row.refused_no_room, 2);
	cr_assert_eq(o.result.row.first_refusal_zone, 2);
	cr_assert_not_null(strstr(o.zones, "2,B,refused,ERR_NO_ROOM,"), "%s", o.zones);
	outcome_free(&o);
	workload_release(&w);
}

Test(run, refused_zones_wait_in_order)
{
	struct workload w;
	struct outcome o = run_crowd(&w, "queue");

	/* B from 10 (waited 9), C and, behind it, D from 20 (18 and 17) */
	cr_assert_eq(o.result.row.zones_placed, 4);
	cr_assert_eq(o.result.row.zones_refused, 0);
	cr_assert_eq(o.result.row.zones_queued, 3);
	cr_assert_eq(o.result.row.queue_wait_s, 9 + 18 + 17);
	outcome_free(&o);
	workload_release(&w);
}

/*
 * Nodes 0 and 1 are left at one instant, node 0 by the one that came first; on node 0 lives
 * L. The zone that waits has both to choose from, and node 1 has more free.
 */
Test(run, those_who_leave_together_are_gone_before_anybody_comes)
{
	static const char *const memory[] = {"15GiB",	"15.5GiB", "15.5GiB", "15.5GiB", "15.5GiB",
					     "15.5GiB", "15.5GiB", "15.5GiB", "768MiB"};
	char text[4096] = "{\"refused\":\"queue\",\"events\":[";
	struct workload w;
	struct outcome o;
	size_t n = strlen(text);

	for (size_t i = 0; i < 9; i++)
		n += (size_t)snprintf(
			text + n, sizeof(text) - n,
			"{\"at\":0,\"start\":{\"name\":\"%c\",\"vcpus\":1,\"memory\":\"%s\","
			"\"numa_nodes\":1},\"lifetime\":\"%ds\"},",
			(char)('A' + i), memory[i], i < 2 ? 10 : 100);
	snprintf(text + n, sizeof(text) - n,
		 "{\"at\":\"1s\",\"start\":{\"name\":\"W\",\"vcpus\":1,\"memory\":\"10GiB\","
		 "\"numa_nodes\":1},\"lifetime\":\"10s\"}]}");
	load_text(&w, text);
	o = run_with(&w, "edera-compact", 1, 1, &sim_backend, NULL, NULL);
	cr_assert_eq(o.result.row.queue_wait_s, 9);
	cr_assert_not_null(strstr(o.zones, "\n10,W,stopped,,0,1,"), "%s", o.zones);
	outcome_free(&o);
	workload_release(&w);
}

Test(run, a_refused_zone_ends_the_run)
{
	struct workload w;
	struct outcome o = run_crowd(&w, "stop");

	cr_assert(o.result.stopped_early);
	cr_assert_eq(o.result.row.zones_offered, 2);
	cr_assert_eq(o.result.row.zones_placed, 1);
	outcome_free(&o);
	workload_release(&w);
}

/* A zone that can never run does not keep the others waiting for ever. */
Test(run, what_never_fits_is_refused_from_the_queue)
{
	struct workload w;
	struct outcome o;

	load_text(&w,
		  "{\"refused\":\"queue\",\"events\":["
		  "{\"at\":\"0s\",\"start\":{\"name\":\"A\",\"vcpus\":2,\"memory\":\"1GiB\"},"
		  "\"lifetime\":\"10s\"},"
		  "{\"at\":\"1s\",\"start\":{\"name\":\"B\",\"vcpus\":2,\"memory\":\"900GiB\"}},"
		  "{\"at\":\"2s\",\"start\":{\"name\":\"C\",\"vcpus\":2,\"memory\":\"1GiB\"},"
		  "\"lifetime\":\"10s\"}]}");
	o = run_with(&w, "edera-compact", 1, 1, &sim_backend, NULL, NULL);
	cr_assert_eq(o.result.row.zones_placed, 2);
	cr_assert_eq(o.result.row.zones_refused, 1);
	outcome_free(&o);
	workload_release(&w);
}

/* Same inputs, same bytes; another seed, other figures; every event checked. */
Test(run, same_seed_same_bytes, .timeout = 120)
{
	static const char *const names[] = {"edera-compact", "edera-scatter", "flat"};
	struct workload w;

	load_text(&w, "{" GENERATED "}");
	for (size_t i = 0; i < 3; i++) {
		struct outcome a = run_sim(&w, names[i], 1), b = run_sim(&w, names[i], 1);
		struct outcome c = run_sim(&w, names[i], 2);

		cr_assert(same_row(&a.result.row, &b.result.row));
		cr_assert_str_eq(a.zones, b.zones);
		cr_assert_str_eq(a.timeline, b.timeline);
		cr_assert(!same_row(&a.result.row, &c.result.row));
		cr_assert_gt(a.result.row.zones_placed, 1000);
		cr_assert_gt(a.result.row.zones_refused, 0);
		cr_assert_eq(a.result.row.zones_placed + a.result.row.zones_refused,
			     a.result.row.zones_offered);
		outcome_free(&a);
		outcome_free(&b);
		outcome_free(&c);
	}
	workload_release(&w);
}

/* Who leaves soon, as it was told, by slot. */
struct expected {
	unsigned told[4096][3]; /* of the zone that is there, by nearness */
	unsigned left, in_time;
};

static void count_expected(void *self, uint32_t slot, enum nearness near)
{
	struct expected *e = self;

	cr_assert_lt(slot, 4096);
	e->told[slot][near]++;
}

static int compare_expected(void *self, const struct run_view *view, const struct zone_news *n,
			    struct error *err)
{
	struct expected *e = self;
	unsigned *told = e->told[n->slot];

	(void)view;
	(void)err;
	e->left++;
	e->in_time += told[NEAR_FAR] && told[NEAR_NEARER] && told[NEAR_NEXT];
	memset(told, 0, sizeof(e->told[0]));
	return 0;
}

/* Nearly every zone is told of before it leaves, and none that stays for long. */
Test(run, books_are_told_who_leaves_soon)
{
	static const struct observer_ops ops = {.name = "expected",
						.wants = NEWS(NEWS_LEFT),
						.on_zone = compare_expected,
						.on_expected = count_expected};
	struct expected *e = calloc(1, sizeof(*e));
	const struct observer observer = {&ops, e};
	struct host *host = load_host();
	const struct host *hosts[] = {host, host};
	struct run_result result;
	struct workload w;
	struct error err;
	struct run_input in = {.workload = &w,
			       .policy = policy_find("edera-compact"),
			       .seed = 1,
			       .backend = &sim_backend,
			       .host = hosts,
			       .nr_hosts = 2,
			       .topology = "epyc-nps4-8n",
			       .observer = &observer,
			       .nr_observers = 1};
	unsigned waiting = 0;

	load_text(&w, "{" GENERATED "}");
	cr_assert_eq(run_row(&in, &result, &err), 0, "%s", err.text);
	for (int slot = 0; slot < 4096; slot++)
		waiting += e->told[slot][NEAR_FAR] > 0;
	cr_expect_gt(e->left, 1000);
	cr_expect_gt(e->in_time, e->left * 8 / 10);
	cr_expect_leq(waiting, 16, "they are the next");
	free(e);
	workload_release(&w);
	host_free(host);
}

/* The same zones arrive whatever the policy. */
Test(run, policies_see_the_same_zones)
{
	struct workload w;
	struct outcome a, b;

	load_text(&w, "{" GENERATED "}");
	a = run_sim(&w, "edera-compact", 1);
	b = run_sim(&w, "flat", 1);
	cr_assert_eq(a.result.row.zones_offered, b.result.row.zones_offered);
	cr_assert_lt(b.result.row.local_page_ppm, a.result.row.local_page_ppm);
	outcome_free(&a);
	outcome_free(&b);
	workload_release(&w);
}

/* A recorded run is replayed without a machine, and gives the same row. */
Test(run, a_recorded_run_is_a_test)
{
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), "homenode-record"));
	struct workload w;
	struct outcome a, b;

	cr_assert_geq(fd, 0);
	close(fd);
	load_text(&w, "{" GENERATED "}");
	a = run_with(&w, "edera-compact", 1, 2, &sim_backend, NULL, path);
	b = run_with(&w, "edera-compact", 1, 2, &replay_backend, path, NULL);
	cr_assert(same_row(&a.result.row, &b.result.row));
	cr_assert_str_eq(a.zones, b.zones);
	unlink(path);
	outcome_free(&a);
	outcome_free(&b);
	workload_release(&w);
}

/* Static memory never moves; dynamic memory follows the use, the same way twice,
 * with every invariant checked at every event, under every allocator. */
Test(run, dynamic_memory_is_conserved_and_repeatable, .timeout = 120)
{
	static const char *const options[] = {"allocator=xen,exchange=500000",
					      "allocator=most-free,extent=2097152",
					      "allocator=slit", "allocator=xen,exchange=0"};
	struct workload w;

	load_text(&w, "{\"duration\":\"2d\",\"generator\":{\"arrivals\":{\"per_hour\":6},"
		      "\"lifetimes\":{\"exponential\":\"10h\"},\"initial\":\"stationary\","
		      "\"sizes\":[{\"vcpus\":1,\"memory\":\"3GiB\",\"memory_initial\":\"1GiB\"},"
		      "{\"vcpus\":4,\"memory\":\"8GiB\",\"numa_nodes\":2,"
		      "\"memory_initial\":\"2GiB\"}],"
		      "\"memory_use\":[{\"pattern\":\"walk\",\"low\":0.02,\"high\":0.95,"
		      "\"change\":0.2},{\"pattern\":\"bursts\"}]}}");
	for (size_t i = 0; i < 4; i++) {
		struct outcome a =
			run_with(&w, "edera-compact", 1, 1, &sim_backend, options[i], NULL);
		struct outcome b =
			run_with(&w, "edera-compact", 1, 1, &sim_backend, options[i], NULL);

		cr_assert(same_row(&a.result.row, &b.result.row), "%s", options[i]);
		cr_assert_str_eq(a.zones, b.zones);
		cr_assert_str_eq(a.timeline, b.timeline);
		cr_assert_gt(a.result.row.balloon_steps, 1000);
		cr_assert_gt(a.result.row.zones_multi_node, 0);
		if (strstr(options[i], "slit"))
			cr_assert_lt(a.result.row.wrong_vnode_page_ppm, 50000);
		outcome_free(&a);
		outcome_free(&b);
	}
	workload_release(&w);
}

static atomic_bool stop_now = true;

/* Run it with a signal that came before. */
static void run_stopped(const char *text, struct run_result *out)
{
	struct host *host = load_host();
	const struct host *hosts[1] = {host};
	struct workload w;
	struct error err = {0};
	struct run_input in = {
		.workload = &w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = &sim_backend,
		.host = hosts,
		.nr_hosts = 1,
		.topology = "x",
		.stop = &stop_now,
	};

	load_text(&w, text);
	workload_stop_on(&w, &stop_now);
	cr_assert_eq(run_row(&in, out, &err), ERR_INTERRUPTED);
	host_free(host);
	workload_release(&w);
}

/* A signal ends the run between events, with what was reached. */
Test(run, a_signal_ends_it_cleanly)
{
	struct run_result result;

	run_stopped("{\"duration\":\"365d\",\"generator\":{\"arrivals\":{\"per_hour\":1000},"
		    "\"lifetimes\":{\"exponential\":\"10min\"},"
		    "\"sizes\":[{\"vcpus\":1,\"memory\":\"1GiB\"}]}}",
		    &result);
	cr_assert_gt(result.row.events, 0);
	cr_assert_lt(result.row.events, 20000);
}

/* So it does while a trace is opened that is read whole before its first zone. */
Test(run, a_signal_ends_it_while_a_trace_is_opened)
{
	struct run_result result;
	char path[256], *text;
	FILE *f = fdopen(mkstemp(temporary_name(path, sizeof(path), "containers")), "w");

	cr_assert(f);
	fputs("c_1,m_1,0,app_1,started,250,400,101\n", f);
	fclose(f);
	text = xasprintf("{\"fleet\":{\"hosts\":[{\"topology\":\"epyc-nps4-8n\",\"count\":1}]},"
			 "\"trace\":{\"file\":\"%s\",\"format\":\"alibaba-2018\"}}",
			 path);
	run_stopped(text, &result);
	cr_assert_eq(result.row.events, 0);
	unlink(path);
	free(text);
}
