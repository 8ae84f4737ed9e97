/*
 * Any bytes as values in xenstore: what a guest writes of its boot, leases, the launch lock and
 * what a killed run wrote beside a zone. Values are separated by bytes of 0xff, in the order of
 * `key`. What is accepted is consistent, what is shown is printable, and every wait has an end.
 *	build/clang/tests/fuzz/fuzz_xenstore -max_len=8192 -max_total_time=60 CORPUS
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/boot_stage.h"
#include "backend-xen/lease.h"
#include "backend/left.h"
#include "base/alloc.h"
#include "host/host.h"
#include "tests/backend-xen/fake_store.h"

#define LEASE "0123456789abcdef0123456789abcdef"
#define LEASE_PATH "/tool/homenode/lease/" LEASE
#define LEFT "/local/domain/7/homenode/left"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const key[] = {
	"/local/domain/7/data/homenode/report",
	"/local/domain/7/control/feature-poweroff",
	LEASE_PATH,
	LAUNCH_PATH,
	LEFT,
};
#define NR_KEYS (sizeof(key) / sizeof(key[0]))

static void fill(struct fake_store *map, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < NR_KEYS; i++) {
		const uint8_t *end = size ? memchr(data, 0xff, size) : NULL;
		size_t n = end ? (size_t)(end - data) : size;

		if (n)
			fake_store_set(map, key[i], data, n);
		data += n + (end != NULL);
		size -= n + (end != NULL);
	}
}

static void expect_printable(const char *text)
{
	char *tame = xstrdup(text);

	text_tame(tame);
	BUG_ON(strcmp(tame, text) != 0);
	free(tame);
}

static void boot(const struct store *s)
{
	char lie[BOOT_LIE_MAX];
	enum boot_stage at = boot_stage(s, 7, lie);

	BUG_ON(at == BOOT_REPORTS && *lie);
	expect_printable(lie);
}

static void lease(const struct fake_store *map, const struct store *s)
{
	struct lease_place here = {.boot = "x", .pid_namespace = 1, .pid = 1}, again;
	struct lease_watch w = {.id = LEASE};
	const char *is = fake_store_get(map, key[2]);
	char text[LEASE_TEXT_MAX];
	uint64_t beat, beat_again;

	if (is && strlen(is) < sizeof(text) && lease_parse(is, &beat, &again)) {
		struct lease_place place = again;

		BUG_ON(!lease_parse(lease_text(beat, &place, text), &beat_again, &again));
		BUG_ON(beat != beat_again || memcmp(&place, &again, sizeof(place)) != 0);
	}
	lease_look(&w, s, &here, 0);
	lease_look(&w, s, &here, LEASE_EXPIRES_NS);
	BUG_ON(w.life != LEASE_DEAD);
	expect_printable(w.seen);
}

static void lock(const struct store *s)
{
	struct lease_place here = {.boot = "x", .pid_namespace = 1, .pid = 1};
	struct launch_lock l = {.id = "fedcba9876543210fedcba9876543210"};
	struct error err = {0};
	bool held = false;
	int rc = 0;

	for (int i = 0; !rc && !held && i < 3; i++)
		rc = launch_try(&l, s, &here, i * LEASE_EXPIRES_NS, &held, &err);
	BUG_ON(rc ? !err.text[0] : !held);
}

static void left(const struct fake_store *map, const struct host *host)
{
	static struct left_zone l, again;
	const char *text = fake_store_get(map, LEFT);
	struct zone z;
	char *copy;

	if (!text || !left_zone_read(&l, text, host))
		return;
	copy = left_zone_copy_text(&l);
	BUG_ON(!left_zone_read(&again, copy, host) || memcmp(&l, &again, sizeof(l)) != 0);
	free(copy);
	zone_init(&z);
	z.name = l.name;
	z.vcpus = l.vcpus;
	z.vcpus_max = l.vcpus_max;
	z.memory_bytes = l.most_bytes;
	z.memory_initial_bytes = l.boot_bytes;
	z.memory_min_bytes = l.least_bytes;
	BUG_ON(!left_zone_is(&l, &z));
	l.plan.zone = &z;
	plan_assert(&l.plan);
}

/* The sources' root is where this runs. */
static struct host *the_host(void)
{
	static struct host *host;
	struct error err = {0};

	if (!host && host_load(&host, "topologies/epyc-nps4-8n.xml", &err))
		bug_at(__FILE__, __LINE__, "%s", err.text);
	return host;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fake_store map = {.broken = 0};
	struct store s = fake_store(&map);

	fill(&map, data, size);
	boot(&s);
	lease(&map, &s);
	left(&map, the_host());
	lock(&s);
	fake_store_release(&map);
	return 0;
}
