/*
 * How the xen backend asks a guest to probe (backend-xen/probe.c), with a guest and a xenstore
 * of the test's own, so that no Xen is needed: what the guest answers, and when, is known.
 */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/units.h"

#define KERNEL                                                                                     \
	"probe=kernel repeats=3 op=read threads=1 bytes=4096 best_bytes_per_s=3000000 "            \
	"median_bytes_per_s=2000000 worst_bytes_per_s=1000000\n"
#define CHASE                                                                                      \
	"probe=chase repeats=3 bytes=4096 hops=64 latency_best_ps=17000 latency_median_ps=18000 "  \
	"latency_worst_ps=19000\n"
#define LOAD(op)                                                                                   \
	"probe=load-begun op=" op " threads=1 bytes=4096\nprobe=load op=" op " threads=1 "         \
	"bytes=4096 best_bytes_per_s=3000000 median_bytes_per_s=2500000 "                          \
	"worst_bytes_per_s=1000000\n"

static struct guest {
	const char *says; /* its answer to what is not a load */
	const char *load; /* to a load that is ended */
	const char *parts; /* what it says that there are of them; NULL: the truth */
	int status;
	int64_t takes_ns;
	bool mute, gone, refuses_load, taken;
	char id[64], asked[512], working[64];
	int64_t at_ns; /* of the question */
} guest;

/* --- what the backend calls --- */

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned len)
{
	(void)h, (void)t;
	cr_expect_str_eq(path, "/local/domain/7/data/homenode/probe");
	snprintf(guest.asked, sizeof(guest.asked), "%.*s", (int)len, (const char *)data);
	if (!strstr(guest.asked, " stop"))
		snprintf(guest.id, sizeof(guest.id), "%.*s", (int)strcspn(guest.asked, " "),
			 guest.asked);
	guest.at_ns = monotonic_ns();
	return true;
}

static bool is_load(void)
{
	return strstr(guest.asked, " load ") || strstr(guest.asked, " stop");
}

static char *result_head(void)
{
	const char *text = is_load() ? guest.load : guest.says;

	if (guest.mute || monotonic_ns() - guest.at_ns < guest.takes_ns)
		return NULL;
	if (strstr(guest.asked, " load ") && !guest.refuses_load)
		return NULL;
	return xasprintf("%s %d %s", guest.id, guest.status,
			 guest.parts ? guest.parts
			 : text	     ? "1"
				     : "0");
}

char *xen_store_read(struct xen *x, const char *path)
{
	(void)x;
	if (strstr(path, "/report"))
		return xstrdup("1 1");
	if (strstr(path, "/begun"))
		return guest.mute || guest.refuses_load ? NULL : xstrdup(guest.id);
	if (strstr(path, "/result/0"))
		return xstrdup(is_load() ? guest.load : guest.says);
	return strstr(path, "/result/") ? NULL : result_head();
}

int owner_still(struct machine *m, const struct domain_id *id, struct error *e)
{
	(void)m, (void)id;
	return guest.taken ? error_set(e, ERR_MACHINE, "taken over") : 0;
}

enum domain_life domain_look_at(struct xen *x, const struct domain_id *id, int64_t *bytes)
{
	(void)x, (void)bytes;
	cr_expect_eq(id->uuid[0], 0x5a, "numbers are used again");
	return guest.gone ? DOMAIN_GONE : DOMAIN_RUNS;
}

bool pause_ms(const atomic_bool *stop, int64_t ms)
{
	(void)stop;
	int64_t until = monotonic_ns() + ms * NS_PER_MS / 10;

	while (monotonic_ns() < until)
		;
	return true;
}

/* --- tests --- */

static struct machine machine;
static struct machine_zone zone;
static struct error err;

static void begin(void)
{
	guest = (struct guest){.says = KERNEL, .load = LOAD("read"), .takes_ns = 350 * NS_PER_MS};
	machine = (struct machine){.options.patience_ns = NS_PER_S};
	zone = (struct machine_zone){.live = true,
				     .id = {.domid = 7, .uuid = {0x5a}},
				     .nr_vnodes = 1,
				     .nr_vcpus = 1,
				     .vnode_vcpus = {1},
				     .most_bytes = 128 * MIB};
	err = (struct error){.code = 0};
}

Test(xen_probe, one_work, .init = begin)
{
	cr_assert_eq(probe_zone(&machine, &zone, WORK_READ, &err), 0, "%s", err.text);
	cr_expect_eq(zone.bandwidth_bytes_per_s, 2000000);
	cr_expect_eq(zone.latency_ps, 0);
	cr_expect(strstr(guest.asked, " kernel --op read --repeats 3 --window 200"), "%s",
		  guest.asked);
	guest.says = CHASE;
	machine.options.probe_bytes = 4096;
	cr_assert_eq(probe_zone(&machine, &zone, WORK_CHASE, &err), 0, "%s", err.text);
	cr_expect_eq(zone.latency_ps, 18000);
	cr_expect_eq(zone.bandwidth_bytes_per_s, 0, "of the probe before");
	cr_expect(strstr(guest.asked, " chase --repeats 3 --bytes 4096B"), "%s", guest.asked);
}

static void cannot(const char *why)
{
	cr_expect_eq(probe_zone(&machine, &zone, WORK_READ, &err), ERR_CANNOT, "%s", err.text);
	cr_expect(strstr(err.text, why), "\"%s\" does not say \"%s\"", err.text, why);
	cr_expect_eq(zone.bandwidth_bytes_per_s, 0, "nothing of it counts");
	err.text[0] = '\0';
}

Test(xen_probe, lies, .init = begin)
{
	guest.says = LOAD("read");
	cannot("0 lines of probe=kernel");
	guest.says = KERNEL;
	guest.parts = "65";
	cannot("no status");
	guest.parts = "-1";
	cannot("no status");
	guest.parts = "4";
	cannot("has 4 parts, and part 1 is not there");
	guest.parts = NULL;
	guest.status = 2;
	guest.says = "homenode-probe: \x1b[31mno\n";
	cannot("ended with status 2: homenode-probe: ?[31mno");
	guest.status = 0;
	guest.says = KERNEL;
	guest.takes_ns = 0;
	cannot("and what it says takes 600 ms");
}

Test(xen_probe, no_answer, .init = begin)
{
	guest.mute = true;
	cannot("does not write data/homenode/result within 1 s");
	guest.gone = true;
	cr_expect_eq(probe_zone(&machine, &zone, WORK_READ, &err), ERR_MACHINE);
	cr_expect(strstr(err.text, "domain 7 does not run"), "%s", err.text);
}

Test(xen_probe, another_owner, .init = begin)
{
	guest.taken = true;
	cr_expect_eq(probe_zone(&machine, &zone, WORK_READ, &err), ERR_MACHINE);
	cr_expect_eq(probe_quiet(&machine, &zone, &err), ERR_MACHINE);
	cr_expect_str_empty(guest.asked);
	guest.taken = false;
	cr_assert_eq(probe_quiet(&machine, &zone, &err), 0, "%s", err.text);
	cr_expect(strstr(guest.asked, " stop"), "%s", guest.asked);
}

Test(xen_probe, loads, .init = begin)
{
	struct step s = {.kind = STEP_LOAD, .work = WORK_READ, .bytes = 5000000}, end = {0};

	guest.takes_ns = 0;
	cr_assert_eq(probe_load(&machine, &zone, &s, &err), 0, "%s", err.text);
	cr_expect(strstr(guest.asked, " load --op read --limit 5000000"), "%s", guest.asked);
	cr_expect_eq(probe_zone(&machine, &zone, WORK_READ, &err), ERR_CANNOT, "it is at work");
	cr_assert_eq(probe_load(&machine, &zone, &end, &err), 0, "%s", err.text);
	cr_expect_eq(zone.bandwidth_bytes_per_s, 2500000);
	cr_expect_null(zone.load_id);
	/* there is none to end */
	cr_expect_eq(probe_load(&machine, &zone, &end, &err), 0, "%s", err.text);
	cr_expect_eq(zone.bandwidth_bytes_per_s, 0);
	/* an answer of another loop */
	s.work = WORK_MIX;
	s.bytes = 0;
	cr_assert_eq(probe_load(&machine, &zone, &s, &err), 0, "%s", err.text);
	cr_expect_null(strstr(guest.asked, "--limit"));
	cr_expect_eq(probe_load(&machine, &zone, &end, &err), ERR_CANNOT);
	cr_expect(strstr(err.text, "asked for op=mix-2-1"), "%s", err.text);
	cr_expect_eq(zone.bandwidth_bytes_per_s, 0);
	cr_expect_null(zone.load_id);
	/* one that ends before it has begun */
	guest.refuses_load = true;
	guest.status = 2;
	guest.load = "homenode-probe: too little memory\n";
	cr_expect_eq(probe_load(&machine, &zone, &s, &err), ERR_CANNOT);
	cr_expect(strstr(err.text, "too little memory"), "%s", err.text);
	cr_expect_null(zone.load_id);
	cr_expect(strstr(guest.asked, " stop"), "should it begin after all: %s", guest.asked);
}
