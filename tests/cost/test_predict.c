/* The closed form against the model, on every shipped host. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cost/at-a-moment/snapshot.h"
#include "cost/before-placing/predict.h"

static const char *const profiles[] = {"stream", "chase", "web", "database", "idle"};

struct worst {
	double bandwidth, slowdown;
	unsigned asked;
};

static void one_ask(const struct host *h, const struct cost_params *p, nodeset nodes,
		    uint32_t vcpus, const char *profile, struct worst *worst)
{
	struct cost_outlook look;
	struct cost_ask ask = {nodes, vcpus, zone_profile_find(profile)};
	struct cost_answer answer;
	struct cost_result r;
	struct cost_work w = {0};
	struct zone z;
	struct plan plan = {.host = h, .pinned = true, .nodes = nodes};
	struct cost_zone zone = {.plan = &plan};
	unsigned n;

	zone_init(&z);
	z.vcpus = z.vcpus_max = vcpus;
	z.profile = ask.profile;
	plan.zone = &z;
	nodeset_for_each (n, nodes) {
		uint32_t v = plan.nr_vnodes++;

		plan.vnode[v] = (struct plan_vnode){
			.node = n, .vcpus = vcpus / nodeset_count(nodes), .memory_bytes = GIB};
		plan.memory[plan.nr_memory++] = (struct plan_memory){v, n, GIB};
	}
	cost_evaluate(p, &zone, 1, &w, &r);
	cost_work_release(&w);
	cost_outlook_init(&look, h, NULL);
	cost_predict(&look, &ask, &answer);
	worst->bandwidth = fmax(
		worst->bandwidth,
		fabs((double)answer.bandwidth_bytes_per_s / (double)r.bandwidth_bytes_per_s - 1));
	worst->slowdown = fmax(worst->slowdown,
			       fabs((double)answer.slowdown_ppm / (double)r.slowdown_ppm - 1));
	worst->asked++;
	cr_assert_gt(answer.work, 0);
}

static void one_host(const char *path, struct worst *worst)
{
	struct cost_params p;
	struct error err;
	struct host *h;
	unsigned a, b;

	cr_assert_eq(host_load(&h, path, &err), 0, "%s: %s", path, err.text);
	cost_params_init(&p, h, NULL);
	for (size_t k = 0; k < 5; k++) {
		for (a = 0; a < h->nr_nodes && a < 8; a++) {
			if (!nodeset_has(h->usable_nodes, a))
				continue;
			one_ask(h, &p, nodeset_of(a), 1, profiles[k], worst);
			one_ask(h, &p, nodeset_of(a), h->node[a].nr_cpus, profiles[k], worst);
			for (b = a + 1; b < h->nr_nodes; b++)
				if (nodeset_has(h->usable_nodes, b))
					one_ask(h, &p, nodeset_of(a) | nodeset_of(b),
						2 * (h->node[a].nr_cpus / 2 + 1), profiles[k],
						worst);
		}
	}
	cost_params_release(&p);
	host_free(h);
}

Test(predict, agrees_with_the_model_on_empty_hosts, .timeout = 60)
{
	struct worst worst = {0};
	struct dirent *e;
	DIR *d = opendir("topologies");

	if (!d)
		cr_skip_test("topologies/ is not there");
	while ((e = readdir(d))) {
		char path[512];

		if (!strstr(e->d_name, ".xml"))
			continue;
		snprintf(path, sizeof(path), "topologies/%s", e->d_name);
		one_host(path, &worst);
	}
	closedir(d);
	cr_assert_gt(worst.asked, 500);
	cr_log_info("bandwidth within %.4f, slowdown within %.4f", worst.bandwidth, worst.slowdown);
	cr_assert_leq(worst.bandwidth, 0.01, "bandwidth: %.3f", worst.bandwidth);
	cr_assert_leq(worst.slowdown, 0.01, "slowdown: %.3f", worst.slowdown);
}

static struct host *epyc(void)
{
	struct host *h;
	struct error err;

	cr_assert_eq(host_load(&h, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	return h;
}

static struct cost_answer ask(const struct host *h, const struct host_state *s, nodeset nodes,
			      uint32_t vcpus, const char *profile)
{
	struct cost_ask question = {nodes, vcpus, profile ? zone_profile_find(profile) : NULL};
	struct cost_outlook look;
	struct cost_answer a;

	cost_outlook_init(&look, h, s);
	cost_predict(&look, &question, &a);
	return a;
}

/* Two nodes give twice the stream of one; data that is shared wants near nodes. */
Test(predict, what_a_policy_needs_to_know)
{
	struct host *h = epyc();
	struct cost_answer one = ask(h, NULL, 0x1, 16, "stream");
	struct cost_answer two = ask(h, NULL, 0x3, 16, "stream");
	struct cost_answer near = ask(h, NULL, 0x3, 16, "database");
	struct cost_answer far = ask(h, NULL, 0x11, 16, "database");

	cr_assert(fabs((double)two.bandwidth_bytes_per_s / (double)one.bandwidth_bytes_per_s - 2) <
		  0.02);
	cr_assert_gt(two.work, one.work);
	cr_assert_gt(near.work, far.work);
	cr_assert_lt(near.latency_ps, far.latency_ps);
	cr_assert_lt(near.slowdown_ppm, far.slowdown_ppm);
	/* nobody is slower than alone where there is nobody else and nothing shared */
	cr_assert_eq(one.slowdown_ppm, 1000000);
	host_free(h);
}

/* Whoever is there already takes something, and never more for being fewer. */
Test(predict, neighbours_count)
{
	struct host *h = epyc();
	struct host_state s;
	int64_t last = INT64_MAX;

	host_state_init(&s, h);
	for (uint32_t vcpus = 0; vcpus <= 96; vcpus += 8) {
		struct cost_answer busy, free;

		s.vcpus[0] = vcpus;
		busy = ask(h, &s, 0x1, 8, "stream");
		free = ask(h, &s, 0x2, 8, "stream");
		cr_assert_leq(busy.work, last, "%u vCPUs", vcpus);
		cr_assert(vcpus == 0 || busy.work < free.work);
		last = busy.work;
	}
	host_state_release(&s);
	host_free(h);
}

/* Equal questions, equal bits; the state of the stack is nothing. */
Test(predict, repeatable)
{
	struct host *h = epyc();
	struct cost_answer first = ask(h, NULL, 0x73, 24, "database"), again;
	volatile char dirt[65536];

	for (size_t i = 0; i < sizeof(dirt); i++)
		dirt[i] = (char)(i * 37 + (size_t)dirt[i / 2] % 3);
	again = ask(h, NULL, 0x73, 24, "database");
	cr_assert_eq(memcmp(&first, &again, sizeof(first)), 0);
	host_free(h);
}
