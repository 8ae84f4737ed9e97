/* Zones that a killed run left and that go on under the next one. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/backend_impl.h"
#include "backend/record.h"
#include "base/alloc.h"
#include "base/units.h"
#include "bench/files/zones_csv.h"
#include "bench/loop/run.h"
#include "sim/sim.h"
#include "tests/temporary.h"

#define LEFT_SLOT 1000 /* and on: zones that were left, until they go on */
#define LEFT_MAX 4

/* A simulated host on which zones run already, in place of a Xen host's. */
static struct {
	struct backend base;
	struct backend *inner;
	const char *text[LEFT_MAX]; /* as xenstore has them */
	struct left_zone left[LEFT_MAX];
	struct zone zone[LEFT_MAX];
	uint32_t nr;
	bool ended; /* meanwhile: none can go on */
} host_left;

static int left_open(struct backend **out, const struct backend_config *config, struct error *err);

static void left_close(struct backend *b)
{
	(void)b;
	backend_close(host_left.inner);
}

static int64_t left_now_ns(const struct backend *b)
{
	(void)b;
	return backend_now_ns(host_left.inner);
}

static int left_check(struct backend *b, const struct step *s, struct error *err)
{
	(void)b;
	if (s->kind != STEP_START || !s->left)
		return backend_check(host_left.inner, s, err);
	return host_left.ended || s->left > host_left.nr
		       ? error_set(err, ERR_CANNOT, "it has ended meanwhile")
		       : 0;
}

static int left_apply(struct backend *b, const struct step *s, struct error *err)
{
	struct step stop = {.kind = STEP_STOP, .slot = LEFT_SLOT + s->left - 1}, start = *s;

	(void)b;
	if (s->kind != STEP_START || !s->left)
		return backend_apply(host_left.inner, s, err);
	cr_assert_eq(backend_apply(host_left.inner, &stop, err), 0, "%s", err->text);
	start.left = 0;
	return backend_apply(host_left.inner, &start, err);
}

static int left_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	(void)b;
	return backend_wait(host_left.inner, until_ns, out, err);
}

static const struct host_state *left_observe(struct backend *b, uint32_t host)
{
	(void)b;
	return backend_observe(host_left.inner, host);
}

static int left_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			struct error *err)
{
	(void)b;
	return backend_measure(host_left.inner, host, slot, out, err);
}

static const struct left_zone *left_left(const struct backend *b, uint32_t number)
{
	(void)b;
	return number < host_left.nr ? &host_left.left[number] : NULL;
}

static const struct backend_ops left_backend = {
	.name = "left",
	.summary = "a host on which zones run already",
	.can = STEP_START | STEP_STOP,
	.open = left_open,
	.close = left_close,
	.now_ns = left_now_ns,
	.check = left_check,
	.apply = left_apply,
	.wait = left_wait,
	.observe = left_observe,
	.measure = left_measure,
	.left = left_left,
};

/* What a domain of the killed run is: it has its memory. */
static void run_already(uint32_t i)
{
	struct left_zone *l = &host_left.left[i];
	struct step start = {.kind = STEP_START, .slot = LEFT_SLOT + i, .plan = &l->plan};
	struct error err = {0};

	zone_init(&host_left.zone[i]);
	host_left.zone[i].name = l->name;
	host_left.zone[i].vcpus = host_left.zone[i].vcpus_max = l->vcpus;
	host_left.zone[i].memory_bytes = host_left.zone[i].memory_initial_bytes = l->most_bytes;
	host_left.zone[i].memory_policy = ZONE_STATIC;
	l->plan.zone = &host_left.zone[i];
	cr_assert_eq(backend_apply(host_left.inner, &start, &err), 0, "%s", err.text);
	l->plan.zone = NULL;
}

static int left_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	int rc = backend_open(&host_left.inner, &sim_backend, config, err);

	cr_assert_str_eq(config->workload, "mix");
	host_left.base = (struct backend){.ops = &left_backend, .nr_hosts = config->nr_hosts};
	*out = &host_left.base;
	for (host_left.nr = 0; host_left.text[host_left.nr]; host_left.nr++) {
		cr_assert(left_zone_read(&host_left.left[host_left.nr],
					 host_left.text[host_left.nr], config->host[0]));
		run_already(host_left.nr);
	}
	return rc;
}

static char said[4 * ERROR_TEXT_MAX];

static void hear(void *context, const char *sentence)
{
	(void)context;
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s\n", sentence);
}

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

/* a stops by itself after 10 s, b at the workload's word at 30 s. */
static struct outcome run_mix(const struct backend_ops *backend, const char *options,
			      const char *record)
{
	static const char text[] =
		"{\"name\":\"mix\",\"duration\":\"1m\",\"events\":["
		"{\"at\":\"5s\",\"start\":{\"name\":\"a\",\"vcpus\":1,\"memory\":\"4GiB\","
		"\"memory_policy\":\"static\"},\"lifetime\":\"10s\"},"
		"{\"at\":\"9s\",\"start\":{\"name\":\"b\",\"vcpus\":1,\"memory\":\"4GiB\","
		"\"memory_policy\":\"static\"}},"
		"{\"at\":\"30s\",\"stop\":\"b\"}]}";
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
	};

	path = path ? path : file_with("left", text);
	said[0] = '\0';
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

#define GIB4 "4294967296"
/* Static zones of one vnode, told of it and pinned */
#define LEFT_ZONE(ordinal, name, node, bytes)                                                      \
	"1 " ordinal " 1 1 " bytes " " bytes " 314572800 0 1 0 0 " node ",1," bytes "; 0," node    \
	"," bytes "; " name " mix"
#define A_ON_5 LEFT_ZONE("1", "a", "5", GIB4)
#define B_ON_6 LEFT_ZONE("2", "b", "6", GIB4)

static void expect_line(const struct outcome *o, const char *begin, const char *what)
{
	const char *at = strstr(o->zones, begin), *has = at ? strstr(at, what) : NULL;

	cr_assert(has && has < at + strcspn(at, "\n"), "%s%s", begin, o->zones);
}

/* Both are where they were, not where the policy would put them, from their START until their STOP
 * of the workload. */
Test(left, goes_on)
{
	struct outcome o;

	host_left.text[0] = B_ON_6;
	host_left.text[1] = A_ON_5;
	o = run_mix(&left_backend, NULL, NULL);
	cr_assert_eq(o.row.zones_offered, 2);
	cr_assert_eq(o.row.zones_placed, 2);
	cr_assert_eq(o.row.local_page_ppm, 1000000);
	expect_line(&o, "1,a,stopped,,0,5,1," GIB4 ",0,", "5000000000,15000000000");
	expect_line(&o, "2,b,stopped,,0,6,1," GIB4 ",0,", "9000000000,30000000000");
	expect_line(&o, "1,a,", "5:1048576");
	cr_assert_str_empty(said);
	free(o.zones);
}

/* Who is another zone of the workload, or another size, stays; the zones are launched anew. */
Test(left, matches_only_what_is_asked_for)
{
	static const char *const other[] = {LEFT_ZONE("3", "a", "5", GIB4),
					    LEFT_ZONE("1", "c", "5", GIB4),
					    LEFT_ZONE("1", "a", "5", "2147483648")};

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		struct outcome o;

		host_left.text[0] = other[i];
		host_left.text[1] = NULL;
		o = run_mix(&left_backend, NULL, NULL);
		cr_assert_eq(o.row.zones_placed, 2);
		cr_assert_null(strstr(o.zones, "5:1048576"), "%s", o.zones);
		free(o.zones);
	}
}

/* It ended before its START came: another is launched, and said. */
Test(left, that_cannot_go_on_is_launched_anew)
{
	struct outcome o;

	host_left.text[0] = A_ON_5;
	host_left.ended = true;
	o = run_mix(&left_backend, NULL, NULL);
	cr_assert_eq(o.row.zones_placed, 2);
	cr_assert(strstr(said, "zone a does not go on as it was left: it has ended meanwhile"),
		  "%s", said);
	free(o.zones);
}

/* The record of such a run answers like the machine did. */
Test(left, recorded)
{
	char *path = file_with("record", "");
	struct outcome live, again;

	host_left.text[0] = A_ON_5;
	live = run_mix(&left_backend, NULL, path);
	again = run_mix(&replay_backend, path, NULL);
	expect_line(&again, "1,a,stopped,,0,5,", "5:1048576");
	cr_assert_str_eq(live.zones, again.zones);
	free(live.zones);
	free(again.zones);
	free(path);
}

/* --- the line -------------------------------------------------------------------------------- */

static bool reads(const char *text, struct left_zone *out)
{
	static struct host *host;
	struct error err;

	if (!host)
		cr_assert_eq(host_load(&host, "topologies/epyc-nps4-8n.xml", &err), 0, "%s",
			     err.text);
	return left_zone_read(out, text, host);
}

Test(left, line_is_read_as_it_was_written)
{
	struct left_zone *l = xmalloc(sizeof(*l)), *again = xmalloc(sizeof(*again));
	struct zone z;
	char *text;

	zone_init(&z);
	z.name = "a b%\033[2J\303\274";
	z.vcpus = 3;
	z.vcpus_max = 4;
	z.memory_bytes = 2 * GIB;
	z.memory_initial_bytes = GIB;
	z.memory_min_bytes = 512 * MIB;
	cr_assert(reads(A_ON_5, l));
	l->plan.zone = &z;
	l->plan.nr_vnodes = 2;
	l->plan.vnode[0] = (struct plan_vnode){.node = 5, .vcpus = 2, .memory_bytes = 512 * MIB};
	l->plan.vnode[1] = (struct plan_vnode){.node = 2, .vcpus = 1, .memory_bytes = 512 * MIB};
	l->plan.nr_memory = 3;
	l->plan.memory[0] = (struct plan_memory){0, 5, 512 * MIB};
	l->plan.memory[1] = (struct plan_memory){1, 2, 500 * MIB};
	l->plan.memory[2] = (struct plan_memory){1, 3, 12 * MIB};
	text = left_zone_text(&l->plan, "a mix", 7, 9);
	cr_assert(text && reads(text, again), "%s", text);
	cr_assert_str_eq(again->name, z.name);
	cr_assert_str_eq(again->workload, "a mix");
	cr_assert(left_zone_is(again, &z));
	cr_assert_eq(again->seed, 7);
	cr_assert_eq(again->ordinal, 9);
	cr_assert_eq(again->plan.nodes, nodeset_of(5) | nodeset_of(2));
	cr_assert_eq(again->plan.spilled_bytes, 12 * MIB);
	again->plan.zone = &z;
	plan_assert(&again->plan);
	for (const char *c = text; *c; c++)
		cr_assert((unsigned char)*c >= ' ');
	z.vcpus = 2;
	cr_assert(!left_zone_is(again, &z));
	free(text);
	free(again);
	free(l);
}

Test(left, line_that_cannot_be_is_refused)
{
	static const char *const bad[] = {
		"",
		"1",
		/* a node that is not there, twice, a vnode that is not there */
		LEFT_ZONE("1", "a", "8", GIB4),
		"1 1 2 2 2 2 2 0 1 0 0 1,1,1;1,1,1; 0,1,1;1,1,1; a mix",
		"1 1 1 1 2 2 2 0 1 0 0 1,1,2; 1,1,2; a mix",
		/* sums that are none: memory, vCPUs, sizes the wrong way round */
		"1 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,1; a mix",
		"1 1 2 2 2 2 2 0 1 0 0 1,1,2; 0,1,2; a mix",
		"1 1 1 1 2 2 3 0 1 0 0 1,1,2; 0,1,2; a mix",
		"1 1 1 1 1 2 2 0 1 0 0 1,1,2; 0,1,2; a mix",
		"1 1 2 1 2 2 2 0 1 0 0 1,2,2; 0,1,2; a mix",
		"1 1 1 1 3 3 2 0 1 0 0 1,1,2; 0,1,2; a mix",
		/* words that are none, nothing, more */
		"1 1 1 1 2 2 2 2 1 0 0 1,1,2; 0,1,2; a mix",
		"1 1 1 1 2 2 2 0 1 0 4 1,1,2; 0,1,2; a mix",
		"1 1 1 1 2 2 2 0 1 0 0  0,1,2; a mix",
		"1 0 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a mix",
		"-1 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a mix",
		"1 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a",
		"1 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a mix more",
		"1 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a%0 mix",
		"1 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a%00 mix",
		"18446744073709551616 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a mix",
	};
	struct left_zone *l = xmalloc(sizeof(*l));

	cr_assert(reads("1 1 1 1 2 2 2 0 1 0 0 1,1,2; 0,1,2; a mix", l));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect(!reads(bad[i], l), "\"%s\"", bad[i]);
	free(l);
}
