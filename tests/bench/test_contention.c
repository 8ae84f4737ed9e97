/*
 * Zones measured among neighbours, on a machine that is the simulator with a probe of its own:
 * what it says follows from who is at work, so that every figure is known.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend_impl.h"
#include "bench/files/contending.h"
#include "bench/files/probing.h"
#include "bench/loop/run.h"
#include "cost/at-a-moment/snapshot.h"
#include "schema/schema.h"
#include "sim/sim.h"
#include "tests/bench/text.h"

#define NEVER UINT32_MAX

static struct pretended {
	struct backend_ops ops;
	struct step at_work[4]; /* by slot; .work WORK_NONE: it is not */
	int64_t rate[4], latency[4];
	uint32_t liar; /* the slot whose loads end in a lie; NEVER */
	uint32_t crowded; /* the slot whose probes find its CPUs taken; NEVER */
	int begun, asked_of_liar;
} machine;

static int pretend_open(struct backend **out, const struct backend_config *config,
			struct error *err)
{
	int rc = sim_backend.open(out, config, err);

	if (!rc)
		(*out)->ops = &machine.ops;
	return rc;
}

static unsigned others_at_work(uint32_t slot)
{
	unsigned nr = 0;

	for (uint32_t i = 0; i < 4; i++)
		nr += i != slot && machine.at_work[i].work != WORK_NONE;
	return nr;
}

/* 10 GB/s, and one less for each neighbour at work; 100 ns, and 10 more. */
static int pretend_probe(const struct step *s, struct error *err)
{
	unsigned others = others_at_work(s->slot);

	machine.rate[s->slot] = machine.latency[s->slot] = 0;
	if (s->slot == machine.crowded)
		return error_set(err, ERR_NO_ROOM, "its CPUs are taken");
	if (s->work == WORK_CHASE || s->work == WORK_NONE)
		machine.latency[s->slot] = 100000 + 10000 * (int64_t)others;
	if (s->work != WORK_CHASE)
		machine.rate[s->slot] = 10000000000 - 1000000000 * (int64_t)others;
	return 0;
}

static int pretend_load(const struct step *s, struct error *err)
{
	struct step *was = &machine.at_work[s->slot];
	bool ends = was->work != WORK_NONE;

	cr_expect_eq(ends, s->work == WORK_NONE, "loads end before others begin");
	machine.rate[s->slot] = ends ? was->bytes + 5 : 0;
	*was = *s;
	machine.begun += !ends;
	machine.asked_of_liar += s->slot == machine.liar && !ends;
	if (ends && s->slot == machine.liar)
		return error_set(err, ERR_CANNOT, "the guest lies");
	return 0;
}

static int pretend_apply(struct backend *b, const struct step *s, struct error *err)
{
	if (s->kind == STEP_PROBE)
		return pretend_probe(s, err);
	if (s->kind == STEP_LOAD)
		return pretend_load(s, err);
	return sim_backend.apply(b, s, err);
}

static int pretend_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			   struct error *err)
{
	int rc = sim_backend.measure(b, host, slot, out, err);

	if (rc)
		return rc;
	out->bandwidth_bytes_per_s = machine.rate[slot];
	out->latency_ps = machine.latency[slot];
	out->fields |= out->bandwidth_bytes_per_s ? MEASURE_BANDWIDTH : 0;
	out->fields |= out->latency_ps ? MEASURE_LATENCY : 0;
	return 0;
}

static void pretend(void)
{
	machine = (struct pretended){.ops = sim_backend, .liar = NEVER, .crowded = NEVER};
	machine.ops.can |= STEP_PROBE | STEP_LOAD;
	machine.ops.open = pretend_open;
	machine.ops.apply = pretend_apply;
	machine.ops.apply_and_measure = NULL;
	machine.ops.measure = pretend_measure;
}

#define ZONE(name, vcpus)                                                                          \
	"{\"at\":\"0s\",\"start\":{\"name\":\"" name "\",\"vcpus\":" vcpus                         \
	",\"memory\":\"1GiB\",\"memory_policy\":\"static\"}}"
#define WORK(events)                                                                               \
	"{\"duration\":\"1h\",\"fleet\":{\"cpu_overcommit\":2,\"hosts\":"                          \
	"[{\"topology\":\"epyc-nps4-8n\",\"count\":1}]},\"events\":[" events "]}"
#define BIG                                                                                        \
	"{\"at\":\"0s\",\"start\":{\"name\":\"big\",\"vcpus\":112,\"memory\":\"98GiB\","           \
	"\"memory_policy\":\"static\",\"numa_nodes\":7}}"

static int run_with(const char *text, struct observer observer, const struct backend_ops *backend,
		    uint32_t nr_hosts, struct error *err)
{
	const struct host *hosts[2];
	struct run_result result;
	struct workload w;
	struct host *host;
	int rc;

	load_text(&w, text);
	cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", err), 0, "%s", err->text);
	hosts[0] = hosts[1] = host;
	rc = run_row(&(struct run_input){.workload = &w,
					 .policy = policy_find("edera-compact"),
					 .seed = 1,
					 .backend = backend,
					 .host = hosts,
					 .nr_hosts = nr_hosts,
					 .topology = "epyc-nps4-8n",
					 .check = true,
					 .observer = &observer,
					 .nr_observers = 1},
		     &result, err);
	host_free(host);
	workload_release(&w);
	return rc;
}

static int run_it(const char *text, const char *levels, const struct backend_ops *backend,
		  uint32_t nr_hosts, struct contention_list *out, struct error *err)
{
	struct contention_levels read;
	struct contending c = {.list = out, .levels = &read};
	int rc;

	cr_assert(contention_levels_read(&read, levels));
	rc = run_with(text, (struct observer){&contending_observer, &c}, backend, nr_hosts, err);
	contending_release(&c);
	return rc;
}

static void run_text(const char *text, const char *levels, const struct backend_ops *backend,
		     struct contention_list *out)
{
	struct error err = {0};

	*out = (struct contention_list){.nr = 0};
	cr_assert_eq(run_it(text, levels, backend, 1, out, &err), 0, "%s", err.text);
}

static const struct contention_point *find(const struct contention_list *l, const char *name,
					   enum step_work work, uint32_t level)
{
	for (size_t i = 0; i < l->nr; i++)
		if (strcmp(l->point[i].name, name) == 0 && l->point[i].work == work &&
		    l->point[i].level_percent == level)
			return &l->point[i];
	cr_assert_fail("no point %s %s %u", name, work_name(work), level);
	return NULL;
}

Test(contention, every_zone_among_its_neighbours)
{
	const struct contention_point *p;
	struct contention_list l;

	pretend();
	run_text(WORK(ZONE("A", "4") "," ZONE("B", "4") "," ZONE("C", "2")), "50,100", &machine.ops,
		 &l);
	/* three zones, four works, three levels */
	cr_assert_eq(l.nr, 36);
	/* 24 points under load, two neighbours each */
	cr_expect_eq(machine.begun, 48);
	for (uint32_t i = 0; i < 4; i++)
		cr_expect_eq(machine.at_work[i].work, WORK_NONE, "zone %u is still at work", i);
	for (size_t i = 0; i < l.nr; i++) {
		unsigned neighbours = l.point[i].level_percent ? 2 : 0;

		p = &l.point[i];
		cr_expect_null(p->reason, "%s", p->reason);
		cr_expect_eq(p->neighbours, neighbours);
		cr_expect_eq(p->found, p->work == WORK_CHASE
					       ? 100000 + 10000 * (int64_t)neighbours
					       : 10000000000 - 1000000000 * (int64_t)neighbours);
		cr_expect_gt(p->predicted, 0);
		cr_expect_gt(p->stated_error_ppm, 0);
	}
	p = find(&l, "A", WORK_READ, 0);
	cr_expect_eq(p->found_load, 0);
	cr_expect_eq(p->predicted_load, 0);
	/* without a limit the pretended machine says 5; with one 5 more than it */
	cr_expect_eq(find(&l, "A", WORK_READ, 100)->found_load, 10);
	/* neighbours chase nothing: they read; half of what each would get alone */
	cr_expect_eq(find(&l, "A", WORK_CHASE, 50)->found_load - 10,
		     find(&l, "B", WORK_READ, 0)->predicted / 2 +
			     find(&l, "C", WORK_READ, 0)->predicted / 2);
	contention_release(&l);
}

/* Two alike on one node, who could each have more than half of it: halves. */
Test(contention, predictions_share_a_node)
{
	struct contention_list l;
	const struct contention_point *a, *alone;

	/* the big one leaves them the last node */
	run_text(WORK(BIG "," ZONE("A", "8") "," ZONE("B", "8")), "0,100", &sim_backend, &l);
	a = find(&l, "A", WORK_READ, 100);
	alone = find(&l, "A", WORK_READ, 0);
	cr_assert_str_eq(a->nodes, find(&l, "B", WORK_READ, 100)->nodes);
	cr_expect_str_eq(a->reason, "the sim backend measures nothing");
	cr_expect_eq(a->found, FIGURE_UNKNOWN);
	cr_expect_eq(a->predicted, find(&l, "B", WORK_READ, 100)->predicted);
	cr_expect_eq(2 * a->predicted, alone->predicted);
	cr_expect_gt(find(&l, "A", WORK_CHASE, 100)->predicted,
		     find(&l, "A", WORK_CHASE, 0)->predicted);
	contention_release(&l);
}

Test(contention, a_liar_is_shown_and_left_out)
{
	const struct contention_point *p;
	struct contention_list l;

	pretend();
	machine.liar = 1; /* B */
	run_text(WORK(ZONE("A", "1") "," ZONE("B", "1") "," ZONE("C", "1")), "100", &machine.ops,
		 &l);
	cr_assert_eq(l.nr, 24);
	/* three times it was believed to begin, then no more */
	cr_expect_eq(machine.asked_of_liar, 3);
	p = find(&l, "A", WORK_CHASE, 100);
	cr_expect_str_eq(p->reason, "neighbour B: the guest lies");
	cr_expect_eq(p->found, FIGURE_UNKNOWN, "nothing that was measured beside a lie counts");
	cr_expect_eq(p->found_load, FIGURE_UNKNOWN);
	cr_expect_eq(p->neighbours, 2);
	p = find(&l, "A", WORK_MIX, 100);
	cr_expect_null(p->reason);
	cr_expect_eq(p->neighbours, 1);
	cr_expect_eq(p->found, 9000000000);
	cr_expect_str_eq(find(&l, "B", WORK_READ, 0)->reason, "the guest lies");
	cr_expect_eq(find(&l, "C", WORK_READ, 100)->neighbours, 1);
	contention_release(&l);
}

Test(contention, a_disturbed_point_is_not_measured)
{
	struct contention_list l;

	pretend();
	machine.crowded = 0;
	run_text(WORK(ZONE("A", "1") "," ZONE("B", "1")), "100", &machine.ops, &l);
	for (int w = WORK_CHASE; w < NR_WORKS; w++) {
		cr_expect_str_eq(find(&l, "A", (enum step_work)w, 0)->reason, "its CPUs are taken");
		/* as a neighbour it is as good as any */
		cr_expect_null(find(&l, "B", (enum step_work)w, 100)->reason);
		cr_expect_eq(find(&l, "B", (enum step_work)w, 100)->neighbours, 1);
	}
	contention_release(&l);
}

Test(contention, more_vcpus_than_cpus)
{
	struct contention_list l;

	pretend();
	/* 128 CPUs: with seven nodes taken whole, two zones of 10 vCPUs share 16 */
	run_text(WORK(BIG "," ZONE("A", "10") "," ZONE("B", "10")), "100", &machine.ops, &l);
	cr_expect_null(find(&l, "A", WORK_READ, 0)->reason);
	cr_assert_not_null(find(&l, "A", WORK_READ, 100)->reason);
	cr_expect(strstr(find(&l, "A", WORK_READ, 100)->reason, " has 16 CPUs for 20 vCPUs"), "%s",
		  find(&l, "A", WORK_READ, 100)->reason);
	contention_release(&l);
}

Test(contention, who_left_is_not_there)
{
	struct contention_list l;

	pretend();
	run_text(WORK(ZONE("A", "1") ",{\"at\":\"0s\",\"lifetime\":\"1m\",\"start\":{\"name\":"
				     "\"gone\",\"vcpus\":1,\"memory\":\"1GiB\"}}"),
		 "25,100", &machine.ops, &l);
	/* alone, levels are one */
	cr_expect_eq(l.nr, 4);
	cr_expect_eq(find(&l, "A", WORK_WRITE, 0)->found, 10000000000);
	contention_release(&l);
}

/* A plain probe without a figure is no end of the run either. */
Test(contention, probes_that_fail)
{
	struct probe_list l = {.nr = 0};
	struct probing p = {.list = &l};
	struct error err = {0};

	pretend();
	machine.crowded = 0;
	cr_assert_eq(run_with(WORK(ZONE("A", "1") "," ZONE("B", "1")),
			      (struct observer){&probing_observer, &p}, &machine.ops, 1, &err),
		     0, "%s", err.text);
	cr_assert_eq(l.nr, 2);
	cr_expect_not(l.record[0].measured);
	cr_expect_eq(l.record[0].found.chase_ps, 0);
	cr_expect(l.record[1].measured);
	cr_expect_eq(l.record[1].found.chase_ps, 100000);
	cr_expect_eq(l.record[1].found.triad_bytes_per_s, 10000000000);
	probe_list_release(&l);
}

Test(contention, one_host)
{
	struct contention_list l = {.nr = 0};
	struct error err = {0};

	cr_expect_eq(run_it(WORK(ZONE("A", "1")), "100", &sim_backend, 2, &l, &err), ERR_USAGE);
	cr_expect(strstr(err.text, "--hosts 1"), "%s", err.text);
	contention_release(&l);
}

Test(contention, levels)
{
	static const char *const odd[] = {"",
					  "101",
					  "-1",
					  "50,",
					  ",50",
					  "50 ",
					  "1.5",
					  "50,50",
					  "100,50",
					  "x",
					  "0x10",
					  "+5",
					  "99999999999999999999"};
	struct contention_levels l;

	cr_assert(contention_levels_read(&l, "25,100"));
	cr_assert_eq(l.nr, 3);
	cr_expect_eq(l.percent[0], 0);
	cr_expect_eq(l.percent[2], 100);
	cr_assert(contention_levels_read(&l, "0"));
	cr_expect_eq(l.nr, 1);
	cr_assert(contention_levels_read(&l, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"));
	cr_expect_not(contention_levels_read(&l, "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"));
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		cr_expect_not(contention_levels_read(&l, odd[i]), "\"%s\"", odd[i]);
}
