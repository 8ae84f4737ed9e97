/* Leases and the launch lock on a map, with a clock of the test's own. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend-xen/lease.h"
#include "tests/backend-xen/fake_store.h"

#define ONE "11111111111111111111111111111111"
#define TWO "22222222222222222222222222222222"

static struct fake_store map;
static struct store store;
static struct lease_place elsewhere = {.boot = "boot", .pid_namespace = 7, .pid = 1};

static void begin(void)
{
	store = fake_store(&map);
}

static void end(void)
{
	fake_store_release(&map);
}

static void put(const char *id, uint64_t beat, const struct lease_place *place)
{
	char path[LEASE_TEXT_MAX], text[LEASE_TEXT_MAX];

	lease_text(beat, place, text);
	fake_store_set(&map, lease_path(id, path), text, strlen(text));
}

static enum lease_life look(struct lease_watch *w, double seconds)
{
	struct lease_place here;

	lease_place_here(&here);
	lease_look(w, &store, &here, (int64_t)(seconds * NS_PER_S));
	return w->life;
}

Test(lease, text_is_read_as_it_was_written, .init = begin, .fini = end)
{
	static const char *const bad[] = {"",
					  "1",
					  "1 boot 7",
					  "1 boot 7 8 ",
					  "1 boot 7 8 9",
					  "-1 boot 7 8",
					  "1  7 8",
					  "1 boot 7 0",
					  "1 boot 7 4294967296",
					  "18446744073709551616 boot 7 8",
					  "1 0123456789012345678901234567890123456789 7 8"};
	char text[LEASE_TEXT_MAX];
	struct lease_place place;
	uint64_t beat;

	cr_assert(lease_parse(lease_text(UINT64_MAX, &elsewhere, text), &beat, &place));
	cr_assert_eq(beat, UINT64_MAX);
	cr_assert_str_eq(place.boot, "boot");
	cr_assert_eq(place.pid_namespace, 7);
	cr_assert_eq(place.pid, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect(!lease_parse(bad[i], &beat, &place), "\"%s\"", bad[i]);
}

Test(lease, ids)
{
	char id[LEASE_ID_MAX + 1], other[LEASE_ID_MAX + 1];
	struct error err;

	cr_assert_eq(lease_draw(id, &err), 0);
	cr_assert_eq(lease_draw(other, &err), 0);
	cr_assert(lease_is_id(id));
	cr_assert_str_neq(id, other);
	cr_expect(!lease_is_id(""));
	cr_expect(!lease_is_id("1234 5678")); /* a PID of an earlier program */
	cr_expect(!lease_is_id(ONE "1"));
	cr_expect(!lease_is_id("../../../../local/domain/0/name/"));
}

/* In a PID namespace that is not ours only the beat counts: while nothing is known, it is not dead,
 * and one beat is life, whatever the clocks say. */
Test(lease, elsewhere_lives_while_it_beats, .init = begin, .fini = end)
{
	struct lease_watch w = {.id = ONE};

	put(ONE, 5, &elsewhere);
	cr_assert_eq(look(&w, 1000), LEASE_UNKNOWN);
	cr_assert_eq(look(&w, 1019.9), LEASE_UNKNOWN);
	put(ONE, 6, &elsewhere);
	cr_assert_eq(look(&w, 1019.95), LEASE_ALIVE);
	/* known once and for all */
	cr_assert_eq(look(&w, 2000), LEASE_ALIVE);
}

Test(lease, elsewhere_expires_when_it_does_not, .init = begin, .fini = end)
{
	struct lease_watch w = {.id = ONE};
	char path[LEASE_TEXT_MAX];

	put(ONE, 5, &elsewhere);
	cr_assert_eq(look(&w, 3), LEASE_UNKNOWN);
	cr_assert_eq(look(&w, 22.9), LEASE_UNKNOWN);
	cr_assert_eq(look(&w, 23), LEASE_DEAD);
	cr_assert(lease_bury(&w, &store));
	cr_assert_null(fake_store_get(&map, lease_path(ONE, path)));
}

/* It had stood still only, and beat between the last look and the end. */
Test(lease, a_late_beat_saves_it, .init = begin, .fini = end)
{
	struct lease_watch w = {.id = ONE};
	char path[LEASE_TEXT_MAX];

	put(ONE, 5, &elsewhere);
	look(&w, 0);
	cr_assert_eq(look(&w, 20), LEASE_DEAD);
	put(ONE, 6, &elsewhere);
	cr_assert(!lease_bury(&w, &store));
	cr_assert_eq(w.life, LEASE_ALIVE);
	cr_assert_not_null(fake_store_get(&map, lease_path(ONE, path)));
}

Test(lease, none_is_dead, .init = begin, .fini = end)
{
	struct lease_watch w = {.id = ONE};

	cr_assert_eq(look(&w, 0), LEASE_DEAD);
	cr_assert(lease_bury(&w, &store));
}

/* A xenstored that does not answer kills nobody. */
Test(lease, unreadable_is_not_dead, .init = begin, .fini = end)
{
	struct lease_watch w = {.id = ONE};

	put(ONE, 5, &elsewhere);
	look(&w, 0);
	map.broken = EIO;
	cr_assert_eq(look(&w, 19), LEASE_UNKNOWN);
	cr_assert_eq(look(&w, 60), LEASE_UNKNOWN);
	map.broken = 0;
	cr_assert_eq(look(&w, 70), LEASE_UNKNOWN);
	cr_assert_eq(look(&w, 80), LEASE_DEAD);
}

/* A process of this namespace that has ended is dead at once; one that is there is not alive for
 * that, as its number may be another's. */
Test(lease, here_a_process_that_ended_is_dead_at_once, .init = begin, .fini = end)
{
	struct lease_watch w = {.id = ONE}, alive = {.id = TWO}, boot = {.id = ONE};
	struct lease_place place;
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	cr_assert_gt(child, 0);
	lease_place_here(&place);
	cr_assert_neq(place.pid_namespace, 0);
	cr_assert_eq(place.pid, (uint64_t)getpid());
	put(TWO, 1, &place);
	cr_assert_eq(waitpid(child, NULL, 0), child);
	place.pid = (uint64_t)child;
	put(ONE, 1, &place);
	cr_assert_eq(look(&w, 0), LEASE_DEAD);
	cr_assert_eq(look(&alive, 0), LEASE_UNKNOWN);
	cr_assert_eq(look(&alive, 20), LEASE_DEAD);
	/* the same numbers of another boot, or namespace, say nothing */
	memcpy(place.boot, "another", sizeof("another"));
	put(ONE, 1, &place);
	cr_assert_eq(look(&boot, 0), LEASE_UNKNOWN);
	boot = (struct lease_watch){.id = ONE};
	lease_place_here(&place);
	place.pid = (uint64_t)child;
	place.pid_namespace++;
	put(ONE, 1, &place);
	cr_assert_eq(look(&boot, 0), LEASE_UNKNOWN);
}

/* Garbage is watched like any text: dead when it stands still. */
Test(lease, odd_text_expires, .init = begin, .fini = end)
{
	struct lease_watch w = {.id = ONE};
	char path[LEASE_TEXT_MAX];

	fake_store_set(&map, lease_path(ONE, path), "\0\1\2garbage", 10);
	cr_assert_eq(look(&w, 0), LEASE_UNKNOWN);
	cr_assert_eq(look(&w, 20), LEASE_DEAD);
}

/* --- the launch lock --- */

static bool tried(struct launch_lock *l, double seconds)
{
	struct lease_place here;
	struct error err;
	bool held;

	lease_place_here(&here);
	cr_assert_eq(launch_try(l, &store, &here, (int64_t)(seconds * NS_PER_S), &held, &err), 0,
		     "%s", err.text);
	return held;
}

Test(launch, one_at_a_time, .init = begin, .fini = end)
{
	struct launch_lock one = {.id = ONE}, two = {.id = TWO};

	put(ONE, 1, &elsewhere);
	put(TWO, 1, &elsewhere);
	cr_assert(tried(&one, 0));
	/* for as long as it beats, however long that is */
	for (int i = 0; i < 100; i++) {
		put(ONE, (uint64_t)i, &elsewhere);
		cr_assert(!tried(&two, i * 10));
	}
	launch_release(&one, &store);
	cr_assert(tried(&two, 1000));
	launch_release(&one, &store); /* not its own any more */
	cr_assert_str_eq(fake_store_get(&map, LAUNCH_PATH), TWO);
	launch_release(&two, &store);
	cr_assert_null(fake_store_get(&map, LAUNCH_PATH));
}

Test(launch, a_dead_holder_loses_it, .init = begin, .fini = end)
{
	struct launch_lock one = {.id = ONE}, two = {.id = TWO};

	put(ONE, 1, &elsewhere);
	cr_assert(tried(&one, 0));
	cr_assert(!tried(&two, 5));
	cr_assert(!tried(&two, 24.9));
	cr_assert(tried(&two, 25));
	launch_release(&one, &store);
	cr_assert_str_eq(fake_store_get(&map, LAUNCH_PATH), TWO);
}

/* It beat once while it was waited for, and died then. */
Test(launch, a_holder_that_dies_later_loses_it_too, .init = begin, .fini = end)
{
	struct launch_lock one = {.id = ONE}, two = {.id = TWO};

	put(ONE, 1, &elsewhere);
	cr_assert(tried(&one, 0));
	cr_assert(!tried(&two, 1));
	put(ONE, 2, &elsewhere);
	cr_assert(!tried(&two, 2));
	cr_assert(!tried(&two, 3));
	cr_assert(tried(&two, 23));
}

Test(launch, errors_are_told, .init = begin, .fini = end)
{
	struct launch_lock one = {.id = ONE};
	struct lease_place here = elsewhere;
	struct error err;
	bool held;

	fake_store_set(&map, LAUNCH_PATH, "two\nlines", 9);
	cr_assert_eq(launch_try(&one, &store, &here, 0, &held, &err), ERR_MACHINE);
	cr_assert(!held && strstr(err.text, "xenstore-rm"), "%s", err.text);
	map.broken = EIO;
	cr_assert_eq(launch_try(&one, &store, &here, 0, &held, &err), ERR_MACHINE);
	cr_assert(!held && strstr(err.text, LAUNCH_PATH), "%s", err.text);
}
