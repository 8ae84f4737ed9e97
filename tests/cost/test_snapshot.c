/* The model on hosts whose figures are known by hand. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cost/at-a-moment/snapshot.h"
#include "cost/params/assume.h"
#include "cost/params/slit.h"
#include "host/host.h"

/* 4 nodes of 8 cores, two a package, latencies and bandwidths as measured. */
static struct host *two_sockets(bool measured)
{
	struct host *h = host_new("test", 4);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "test");
	struct error err;

	h->nr_packages = 2;
	for (uint32_t n = 0; n < 4; n++) {
		h->node[n].package = n / 2;
		for (unsigned c = 0; c < 8; c++)
			cpuset_add(&h->node[n].cpus, n * 8 + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = 8;
		h->node[n].memory_bytes = 16 * GIB;
		for (uint32_t m = 0; m < 4; m++)
			d[n * 4 + m] = n == m ? 10 : n / 2 == m / 2 ? 12 : 32;
	}
	if (measured) {
		uint32_t *l = host_matrix_new(h, MATRIX_LATENCY, GRADE_MEASURED, "test");
		uint32_t *b = host_matrix_new(h, MATRIX_BANDWIDTH, GRADE_MEASURED, "test");

		for (uint32_t i = 0; i < 16; i++) {
			l[i] = d[i] == 10 ? 100 : d[i] == 12 ? 110 : 200;
			b[i] = d[i] == 10 ? 40000 : d[i] == 12 ? 30000 : 20000;
		}
	}
	cr_assert_eq(host_finish(h, &err), 0);
	return h;
}

static struct zone a_zone(uint32_t vcpus, const struct zone_profile *profile)
{
	struct zone z;

	zone_init(&z);
	z.vcpus = z.vcpus_max = vcpus;
	z.memory_bytes = z.memory_initial_bytes = 4 * GIB;
	z.profile = profile;
	return z;
}

/* vCPUs on node `cpu`, pages on node `memory`. */
static struct plan a_plan(const struct host *h, const struct zone *z, uint32_t cpu, uint32_t memory)
{
	struct plan p = {.zone = z, .host = h, .told = PLAN_TOLD_VNUMA, .pinned = true};

	p.nodes = nodeset_of(cpu);
	p.nr_vnodes = p.nr_memory = 1;
	p.vnode[0] = (struct plan_vnode){
		.node = cpu, .vcpus = z->vcpus, .memory_bytes = zone_boot_bytes(z)};
	p.memory[0] = (struct plan_memory){0, memory, zone_boot_bytes(z)};
	return p;
}

static void evaluate(const struct host *h, const struct plan *plan, uint32_t nr,
		     struct cost_result *out)
{
	struct cost_zone zone[8] = {{0}};
	struct cost_params p;
	struct cost_work w = {0};

	for (uint32_t i = 0; i < nr; i++)
		zone[i].plan = &plan[i];
	cost_params_init(&p, h, NULL);
	cost_evaluate(&p, zone, nr, &w, out);
	cost_work_release(&w);
	cost_params_release(&p);
}

static void near(int64_t is, double expected)
{
	cr_assert(fabs((double)is - expected) <= 0.01 * expected, "%lld, expected %g",
		  (long long)is, expected);
}

Test(snapshot, chaser)
{
	struct host *h = two_sockets(true);
	struct zone z = a_zone(1, zone_profile_find("chase"));
	struct plan p[2] = {a_plan(h, &z, 0, 0), a_plan(h, &z, 0, 2)};
	struct cost_result r;

	evaluate(h, &p[0], 1, &r);
	near(r.latency_ps, 100e3);
	near(r.bandwidth_bytes_per_s, 0.64e9); /* a line in 100 ns */
	near(r.slowdown_ppm, 1e6);
	/* the matrix is measured, how it rises under load is not */
	cr_assert_eq(r.basis.grade[COST_LOCAL_LATENCY], GRADE_MEASURED);
	cr_assert_eq(cost_latency_grade(&r.basis), GRADE_ASSUMED);
	evaluate(h, &p[1], 1, &r);
	near(r.latency_ps, 200e3);
	near(r.slowdown_ppm, 2e6);
	cr_assert_gt(r.cause_ppm[COST_REMOTE], 950000);
	cr_assert_eq(r.remote_ppm, 1000000);
	host_free(h);
}

Test(snapshot, stream)
{
	struct zone_profile reads = *zone_profile_find("stream");
	struct host *h = two_sockets(true);
	struct zone z = a_zone(8, &reads);
	struct plan p[3] = {a_plan(h, &z, 0, 0), a_plan(h, &z, 0, 0), a_plan(h, &z, 1, 1)};
	struct cost_result r[3];
	double node = 40000 * 1048576.0;

	reads.read_share_ppm = 1000000;
	evaluate(h, p, 1, r);
	near(r[0].bandwidth_bytes_per_s, node);
	near(r[0].slowdown_ppm, 1e6);
	/* two on a node share its controller; one on the next node has its own */
	evaluate(h, p, 3, r);
	near(r[0].bandwidth_bytes_per_s, node / 2);
	cr_assert_eq(r[0].bandwidth_bytes_per_s, r[1].bandwidth_bytes_per_s);
	near(r[2].bandwidth_bytes_per_s, node);
	near(r[0].slowdown_ppm, 2e6);
	cr_assert_gt(r[0].cause_ppm[COST_CONTROLLER] + r[0].cause_ppm[COST_CORES], 990000);
	/* mixes: the time share of reads and writes */
	reads.read_share_ppm = 500000;
	evaluate(h, p, 1, r);
	near(r[0].bandwidth_bytes_per_s, node / (0.5 + 0.5 / 0.71));
	/* remote: the path's cell */
	reads.read_share_ppm = 1000000;
	p[0] = a_plan(h, &z, 0, 1);
	evaluate(h, p, 1, r);
	near(r[0].bandwidth_bytes_per_s, 30000 * 1048576.0);
	cr_assert_gt(r[0].cause_ppm[COST_LINK], 500000);
	host_free(h);
}

/* Pages in two places go at one pace: the slow half holds up the fast one. */
Test(snapshot, coupled)
{
	struct zone_profile reads = *zone_profile_find("stream");
	struct host *h = two_sockets(true);
	struct zone z = a_zone(8, &reads);
	struct plan p = a_plan(h, &z, 0, 0);
	struct cost_result r;

	reads.read_share_ppm = 1000000;
	p.nr_memory = 2;
	p.memory[0].bytes = 1 * GIB;
	p.memory[1] = (struct plan_memory){0, 2, 3 * GIB};
	evaluate(h, &p, 1, &r);
	near(r.bandwidth_bytes_per_s, 20000 * 1048576.0 / 0.75);
	host_free(h);
}

Test(snapshot, grades_and_classes)
{
	struct host *h = two_sockets(false);
	struct cost_assume a = {0};
	struct cost_params p;
	struct error err;

	cost_params_init(&p, h, NULL);
	cr_assert_eq(p.grade[COST_LOCAL_LATENCY], GRADE_ASSUMED);
	cr_assert_eq(p.latency_ns[0], 100);
	near((int64_t)p.latency_ns[1], 114);
	near((int64_t)p.latency_ns[2], 190);
	cost_params_release(&p);
	cr_assert_eq(cost_assume_parse("latency=80,controllers=package,fabric=50GB", &a, &err), 0);
	cost_params_init(&p, h, &a);
	cr_assert_eq(p.latency_ns[0], 80);
	cr_assert_eq(p.controller[0], p.controller[1]);
	cr_assert_neq(p.controller[1], p.controller[2]);
	cr_assert_eq(p.fabric[0], 50);
	cost_params_release(&p);
	cr_assert_eq(cost_assume_parse("fabric=0", &a, &err), ERR_USAGE);
	cr_assert_eq(cost_assume_parse("fabirc=1GB", &a, &err), ERR_USAGE);
	cr_assert_eq(cost_assume_parse("link", &a, &err), ERR_USAGE);
	cr_assert_eq(slit_ratio(32, true), 2.5);
	host_free(h);
}

/* Six zones of all kinds in every rotation: the same bytes. */
Test(snapshot, order_of_zones)
{
	static const char *const name[] = {"stream", "chase", "web", "database", "idle", "stream"};
	struct host *h = two_sockets(true);
	struct zone z[6];
	struct plan p[6], turned[6];
	struct cost_result r[6], s[6];

	for (uint32_t i = 0; i < 6; i++) {
		z[i] = a_zone(2 + i, zone_profile_find(name[i]));
		p[i] = a_plan(h, &z[i], i % 4, (i * 3) % 4);
	}
	evaluate(h, p, 6, r);
	for (uint32_t k = 1; k < 6; k++) {
		for (uint32_t i = 0; i < 6; i++)
			turned[i] = p[(i + k) % 6];
		evaluate(h, turned, 6, s);
		for (uint32_t i = 0; i < 6; i++)
			cr_assert_eq(memcmp(&s[i], &r[(i + k) % 6], sizeof(s[i])), 0);
	}
	host_free(h);
}

/* Neighbours that read the zone's node from elsewhere never help; causes add up. */
Test(snapshot, neighbours)
{
	struct host *h = two_sockets(true);
	struct zone web = a_zone(4, NULL), stream = a_zone(8, zone_profile_find("stream"));
	struct plan p[4] = {a_plan(h, &web, 0, 0)};
	struct cost_result r[4];
	int64_t last = 1000000;

	for (uint32_t nr = 1; nr <= 4; nr++) {
		int64_t sum = 0;

		evaluate(h, p, nr, r);
		cr_assert_geq(r[0].slowdown_ppm, last - 2000, "%u zones", nr);
		last = r[0].slowdown_ppm;
		for (int c = 0; c < COST_CAUSES; c++)
			sum += r[0].cause_ppm[c];
		cr_assert(sum == 0 || sum == 1000000);
		if (nr < 4)
			p[nr] = a_plan(h, &stream, nr, 0);
	}
	cr_assert_gt(last, 1100000);
	host_free(h);
}
