/* Launches that lose their memory to somebody else between plan and build. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/backend_impl.h"
#include "backend/record.h"
#include "base/units.h"
#include "bench/files/zones_csv.h"
#include "bench/loop/placer.h"
#include "bench/loop/run.h"
#include "sim/sim.h"
#include "tests/temporary.h"

#define OTHERS_SLOT 1000 /* and on: zones of somebody else */

/* A simulated host on which somebody else is quicker `left` times. */
static struct {
	struct backend base;
	struct backend *inner;
	unsigned left, taken;
	bool at_check; /* before the machine is asked, else while the zone is built */
} other;

/* All that the planned node has. */
static void take(const struct step *s)
{
	static struct plan p;
	const struct host_state *state = backend_observe(other.inner, s->host);
	uint32_t node = s->plan->vnode[0].node;
	struct zone z;
	struct step start = {.kind = STEP_START, .slot = OTHERS_SLOT + other.taken++, .plan = &p};
	struct error err;

	zone_init(&z);
	z.name = "other";
	z.vcpus = z.vcpus_max = 1;
	z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = state->free_bytes[node];
	z.memory_policy = ZONE_STATIC;
	p.zone = &z;
	p.host = state->host;
	p.nodes = nodeset_of(node);
	p.nr_vnodes = p.nr_memory = 1;
	p.vnode[0] = (struct plan_vnode){.node = node, .vcpus = 1, .memory_bytes = z.memory_bytes};
	p.memory[0] = (struct plan_memory){0, node, z.memory_bytes};
	cr_assert_eq(backend_apply(other.inner, &start, &err), 0, "%s", err.text);
	other.left--;
}

static int other_open(struct backend **out, const struct backend_config *config, struct error *err);

static void other_close(struct backend *b)
{
	(void)b;
	backend_close(other.inner);
}

static int64_t other_now_ns(const struct backend *b)
{
	(void)b;
	return backend_now_ns(other.inner);
}

static int other_check(struct backend *b, const struct step *s, struct error *err)
{
	(void)b;
	if (s->kind == STEP_START && other.at_check && other.left) {
		take(s);
		return error_set(err, ERR_NO_ROOM, "node %u was quick", s->plan->vnode[0].node);
	}
	return backend_check(other.inner, s, err);
}

static int other_apply(struct backend *b, const struct step *s, struct error *err)
{
	(void)b;
	if (s->kind == STEP_START && !other.at_check && other.left) {
		take(s);
		return error_set(err, ERR_NO_ROOM, "node %u was quick", s->plan->vnode[0].node);
	}
	return backend_apply(other.inner, s, err);
}

static int other_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	(void)b;
	return backend_wait(other.inner, until_ns, out, err);
}

static const struct host_state *other_observe(struct backend *b, uint32_t host)
{
	(void)b;
	return backend_observe(other.inner, host);
}

static int other_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			 struct error *err)
{
	(void)b;
	return backend_measure(other.inner, host, slot, out, err);
}

static const struct backend_ops other_backend = {
	.name = "other",
	.summary = "a host that is shared with somebody quick",
	.can = STEP_START | STEP_STOP,
	.open = other_open,
	.close = other_close,
	.now_ns = other_now_ns,
	.check = other_check,
	.apply = other_apply,
	.wait = other_wait,
	.observe = other_observe,
	.measure = other_measure,
};

static int other_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	other.base = (struct backend){.ops = &other_backend, .nr_hosts = config->nr_hosts};
	*out = &other.base;
	return backend_open(&other.inner, &sim_backend, config, err);
}

/* What is said while a row runs. */
static struct {
	unsigned nr, last;
	char text[8][ERROR_TEXT_MAX];
} said;

static void hear(void *context, const char *sentence)
{
	const char *count = strstr(sentence, " is planned anew (");

	cr_assert_eq(context, &said);
	cr_assert_lt(said.nr, 8);
	cr_assert(count && strstr(count, "of 3): "), "%s", sentence);
	said.last = (unsigned)atoi(strchr(count, '(') + 1);
	snprintf(said.text[said.nr++], sizeof(said.text[0]), "%s", strstr(count, "): "));
}

/* A file of its own with this text; the caller frees the name. */
static char *file_with(const char *name, const char *text)
{
	char path[256];
	int fd = mkstemp(temporary_name(path, sizeof(path), name));

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return strdup(path);
}

struct outcome {
	struct row row;
	char *zones;
};

/* Two zones of 4 GiB, one after the other. */
static struct outcome run_two(const struct backend_ops *backend, const char *options,
			      const char *record)
{
	static const char text[] =
		"{\"duration\":\"1h\",\"events\":["
		"{\"at\":\"0s\",\"start\":{\"name\":\"A\",\"vcpus\":1,\"memory\":\"4GiB\"}},"
		"{\"at\":\"9s\",\"start\":{\"name\":\"B\",\"vcpus\":1,\"memory\":\"4GiB\"}}]}";
	static char *path; /* each test is a process */
	const struct host *hosts[1];
	struct run_result result;
	struct workload w;
	struct outcome out;
	struct host *host;
	struct error err;
	size_t n;
	struct zones_writer zones = {.out = NULL};
	struct observer observer = {&zones_observer, &zones};
	struct run_input in = {
		.workload = &w,
		.policy = policy_find("edera-compact"),
		.seed = 1,
		.backend = backend,
		.backend_options = options,
		.record_path = record,
		.host = hosts,
		.nr_hosts = 1,
		.topology = "epyc-nps4-8n",
		.observer = &observer,
		.nr_observers = 1,
		.say = hear,
		.say_context = &said,
	};

	path = path ? path : file_with("lost", text);
	memset(&said, 0, sizeof(said));
	memset(&w, 0, sizeof(w));
	cr_assert_eq(workload_load(&w, path, NULL, &err), 0, "%s", err.text);
	cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s", err.text);
	hosts[0] = host;
	zones.out = open_memstream(&out.zones, &n);
	cr_assert_eq(run_row(&in, &result, &err), 0, "%s", err.text);
	fclose(zones.out);
	zones_writer_release(&zones);
	out.row = result.row;
	workload_release(&w);
	host_free(host);
	return out;
}

static void expect_said(unsigned nr)
{
	cr_assert_eq(said.nr, nr, "%u sentences", said.nr);
	for (unsigned i = 0; i < nr; i++) {
		cr_assert(strstr(said.text[i], "was quick"), "%s", said.text[i]);
		/* planned on what is free then: never the same node again */
		cr_assert(!i || strcmp(said.text[i], said.text[i - 1]) != 0, "%s", said.text[i]);
	}
}

/* Twice too late, while it is built or before: the third plan holds. */
Test(lost, planned_anew)
{
	for (int at_check = 0; at_check < 2; at_check++) {
		struct outcome o;

		other.left = 2;
		other.at_check = at_check;
		o = run_two(&other_backend, NULL, NULL);
		expect_said(2);
		cr_assert_eq(o.row.zones_offered, 2);
		cr_assert_eq(o.row.zones_placed, 2);
		cr_assert_eq(o.row.zones_refused, 0);
		/* nothing of the lost launches is left: both zones have all their memory */
		cr_assert_eq(o.row.local_page_ppm, 1000000);
		cr_assert_eq(o.row.peak_live_zones, 2);
		free(o.zones);
	}
}

/* Somebody is always quicker: it is refused, and the next zone is offered. */
Test(lost, refused_in_the_end)
{
	struct outcome o;

	other.left = PLACER_PLANS_AGAIN + 1;
	other.at_check = false;
	o = run_two(&other_backend, NULL, NULL);
	expect_said(PLACER_PLANS_AGAIN);
	cr_assert_eq(said.last, PLACER_PLANS_AGAIN);
	cr_assert_eq(o.row.zones_placed, 1);
	cr_assert_eq(o.row.zones_refused, 1);
	cr_assert_eq(o.row.refused_no_room, 1);
	cr_assert(strstr(o.zones, "was quick"), "%s", o.zones);
	free(o.zones);
}

/* The record of such a run answers like the machine did. */
Test(lost, recorded)
{
	for (int at_check = 0; at_check < 2; at_check++) {
		char *path = file_with("record", "");
		struct outcome live, again;

		other.left = 2;
		other.at_check = at_check;
		live = run_two(&other_backend, NULL, path);
		again = run_two(&replay_backend, path, NULL);
		expect_said(2);
		cr_assert_str_eq(live.zones, again.zones);
		free(live.zones);
		free(again.zones);
		free(path);
	}
}
