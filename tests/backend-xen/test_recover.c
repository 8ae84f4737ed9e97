/*
 * Zones that a killed run left (backend-xen/recover.c): what is written beside a zone, and what
 * another run knows of it when it goes on. With a xenstore and domains of the test's own.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/machine.h"
#include "backend-xen/store_xen.h"
#include "base/alloc.h"
#include "base/units.h"
#include "tests/backend-xen/fake_store.h"

static struct fake_store xenstore;
static enum domain_life life;
static bool taken;
static int quieted, unpaused, destroyed;
static struct orphan orphan;

/* --- what it calls --- */

struct store store_of(struct xs_handle *xs)
{
	(void)xs;
	return fake_store(&xenstore);
}

const char *lease_keeper_id(const struct lease_keeper *k)
{
	(void)k;
	return "0123456789abcdef0123456789abcdef";
}

int owner_lock(struct machine *m, struct error *err)
{
	(void)m, (void)err;
	return 0;
}

void owner_unlock(struct machine *m)
{
	(void)m;
}

int owner_orphans(struct machine *m, bool bury, struct orphan **out, size_t *nr, struct error *err)
{
	(void)m, (void)bury, (void)err;
	*out = xcalloc(1, sizeof(**out));
	**out = orphan;
	*nr = 1;
	return 0;
}

int owner_claim(struct machine *m, const struct orphan *o, struct error *err)
{
	(void)m, (void)o, (void)err;
	return 0;
}

int owner_still(struct machine *m, const struct domain_id *id, struct error *err)
{
	(void)m, (void)id;
	return taken ? error_set(err, ERR_MACHINE, "taken over") : 0;
}

enum domain_life domain_look_at(struct xen *x, const struct domain_id *id, int64_t *bytes)
{
	(void)x, (void)id;
	if (bytes)
		*bytes = 512 * MIB;
	return life;
}

int domain_unpause(struct xen *x, uint32_t domid, struct error *err)
{
	(void)x, (void)domid, (void)err;
	unpaused++;
	return 0;
}

int domain_destroy(struct xen *x, const struct domain_id *id, const char *owner, struct error *err)
{
	(void)x, (void)id, (void)owner, (void)err;
	destroyed++;
	return 0;
}

char *residency_text(struct machine *m, uint32_t domid)
{
	(void)m, (void)domid;
	return xstrdup("somewhere");
}

int balloon_move(struct machine *m, struct machine_zone *z, int64_t bytes, struct error *err)
{
	(void)m, (void)z, (void)bytes, (void)err;
	return 0;
}

int probe_quiet(struct machine *m, const struct machine_zone *z, struct error *err)
{
	(void)m, (void)err;
	cr_expect_eq(z->domid, 9);
	quieted++;
	return 0;
}

/* --- tests --- */

static struct machine machine;
static struct host *host;
static struct zone zone;
static struct plan plan;
static struct machine_zone built;
static struct error err;

static void begin(void)
{
	host = host_new("xen", 2);
	for (unsigned n = 0; n < 2; n++) {
		host->node[n].memory_bytes = GIB;
		cpuset_add(&host->node[n].cpus, 2 * n);
		cpuset_add(&host->node[n].cpus, 2 * n + 1);
	}
	cr_assert_eq(host_finish(host, &err), 0, "%s", err.text);
	zone = (struct zone){.name = (char *)"z",
			     .vcpus = 3,
			     .vcpus_max = 3,
			     .memory_bytes = 512 * MIB,
			     .memory_initial_bytes = 512 * MIB,
			     .memory_min_bytes = 512 * MIB};
	plan = (struct plan){.zone = &zone,
			     .host = host,
			     .told = PLAN_TOLD_VNUMA,
			     .pinned = true,
			     .nodes = 3,
			     .nr_vnodes = 2,
			     .vnode = {{.node = 0, .vcpus = 2, .memory_bytes = 256 * MIB},
				       {.node = 1, .vcpus = 1, .memory_bytes = 256 * MIB}},
			     .nr_memory = 2,
			     .memory = {{.vnode = 0, .node = 0, .bytes = 256 * MIB},
					{.vnode = 1, .node = 1, .bytes = 256 * MIB}}};
	machine = (struct machine){
		.host = host, .workload = "two", .seed = 5, .options.recover = RECOVER_ADOPT};
	built = (struct machine_zone){.domid = 9, .exact = true};
	orphan = (struct orphan){.id.domid = 9, .name = "z"};
	life = DOMAIN_PAUSED;
}

static void end(void)
{
	recover_end(&machine);
	host_free(host);
	fake_store_release(&xenstore);
}

Test(xen_recover, as_it_was_launched, .init = begin, .fini = end)
{
	struct step s = {.kind = STEP_START, .ordinal = 3, .plan = &plan}, on = s;
	struct machine_zone fresh = {0}, z = {0};

	cr_assert_eq(recover_note(&machine, &built, &s, &err), 0, "%s", err.text);
	cr_assert_eq(recover_begin(&machine, &err), 0, "%s", err.text);
	cr_assert_not_null(xen_left(&machine.base, 0));
	on.left = 1;
	cr_assert_eq(recover_go_on(&machine, &on, &z, &err), 0, "%s", err.text);
	machine_zone_plan(&fresh, &plan);
	cr_expect(z.live && z.told && fresh.told);
	cr_expect_eq(z.nr_vcpus, 3);
	cr_expect_eq(z.nr_vnodes, 2);
	cr_expect_eq(z.vnode_vcpus[0], 2, "or nobody follows pointers there");
	cr_expect_eq(z.vnode_vcpus[1], 1);
	cr_expect_eq(z.vcpus[0], 2);
	cr_expect_eq(z.vcpus[1], 1);
	cr_expect_eq(unpaused, 1);
	cr_expect_eq(quieted, 1, "it may be at work for the run that was killed");
	cr_expect_eq(recover_check(&machine, &on, &err), ERR_CANNOT, "once");
}

Test(xen_recover, taken_by_another, .init = begin, .fini = end)
{
	struct step s = {.kind = STEP_START, .ordinal = 3, .plan = &plan}, on = s;
	struct machine_zone z = {0};

	cr_assert_eq(recover_note(&machine, &built, &s, &err), 0, "%s", err.text);
	cr_assert_eq(recover_begin(&machine, &err), 0, "%s", err.text);
	on.left = 1;
	taken = true;
	cr_expect_eq(recover_go_on(&machine, &on, &z, &err), ERR_MACHINE);
	cr_expect(!z.live && !unpaused && !quieted);
}

/* Of 4096 bytes that xenstore takes in one message the path and a NUL are a part. */
Test(xen_recover, too_long_for_xenstore, .init = begin, .fini = end)
{
	struct step s = {.kind = STEP_START, .ordinal = 3, .plan = &plan};
	char name[LEFT_NAME_MAX + 1] = "";
	size_t longest = 0;

	memset(name, ' ', LEFT_NAME_MAX);
	zone.name = name;
	machine.workload = name;
	/* a piece more each time: some lines end between what fits and 4096 */
	for (plan.nr_memory = 1; plan.nr_memory < PLAN_MEMORY_MAX; plan.nr_memory++) {
		struct machine_zone other = {.domid = 100 + plan.nr_memory, .exact = true};
		char *text, *at = xasprintf("/local/domain/%u/homenode/left", other.domid);
		const char *is;

		plan.memory[plan.nr_memory - 1] =
			(struct plan_memory){.node = 1, .bytes = (int64_t)1 << 50};
		cr_expect_eq(recover_note(&machine, &other, &s, &err), 0, "%s", err.text);
		text = left_zone_text(&plan, machine.workload, machine.seed, s.ordinal);
		is = fake_store_get(&xenstore, at);
		cr_expect(!is || strlen(is) + strlen(at) + 1 <= 4096);
		longest = strlen(text) > longest ? strlen(text) : longest;
		free(text);
		free(at);
		fake_store_release(&xenstore);
		memset(&xenstore, 0, sizeof(xenstore));
	}
	cr_expect_gt(longest, 4096, "%zu", longest);
}
