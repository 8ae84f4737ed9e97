/* What is waited for, and how long: values, balloons, signals. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "backend-xen/balloon_watch.h"
#include "backend-xen/boot_stage.h"
#include "backend-xen/pause.h"
#include "backend-xen/store.h"
#include "base/clock.h"
#include "base/units.h"
#include "tests/backend-xen/fake_store.h"

/* --- values that guests write --- */

static enum store_value text_of(const char *value, size_t size, size_t max, char *out)
{
	struct fake_store map = {.broken = 0};
	struct store s = fake_store(&map);
	enum store_value kind;

	fake_store_set(&map, "data/x", value, size);
	kind = store_text(&s, "data/x", max, out);
	fake_store_release(&map);
	return kind;
}

Test(store, text_is_bounded_and_printable)
{
	char out[STORE_VALUE_MAX + 1], full[64];

	cr_expect_eq(text_of("1 5", 3, 8, out), STORE_TEXT);
	cr_expect_str_eq(out, "1 5");
	cr_expect_eq(text_of("", 0, 8, out), STORE_TEXT);
	cr_expect_eq(text_of("Z\303\274rich", 7, 8, out), STORE_TEXT);
	memset(full, 'a', sizeof(full));
	cr_expect_eq(text_of(full, 8, 8, out), STORE_TEXT);
	cr_expect_eq(text_of(full, 9, 8, out), STORE_ODD);
	cr_expect_str_eq(out, "aaaaaaaa");
	cr_expect_eq(text_of("a\0b", 3, 8, out), STORE_ODD);
	cr_expect_eq(text_of("a\033[2Jb", 6, 8, out), STORE_ODD);
	cr_expect_str_eq(out, "a?[2Jb"); /* as it may be shown */
	cr_expect_eq(text_of("1\n2", 3, 8, out), STORE_ODD);
	cr_expect_eq(text_of(NULL, 0, 8, out), STORE_ABSENT);
	cr_expect_str_eq(out, "");
}

Test(store, unreadable_is_not_absent)
{
	struct fake_store map = {.broken = EIO};
	struct store s = fake_store(&map);
	char out[9];

	cr_expect_eq(store_text(&s, "data/x", 8, out), STORE_UNREADABLE);
}

/* --- what a guest says of its boot --- */

static enum boot_stage stage_of(const char *report, size_t size, const char *poweroff, char *lie)
{
	struct fake_store map = {.broken = 0};
	struct store s = fake_store(&map);
	enum boot_stage at;

	if (report)
		fake_store_set(&map, "/local/domain/7/data/homenode/report", report, size);
	if (poweroff)
		fake_store_set(&map, "/local/domain/7/control/feature-poweroff", poweroff,
			       strlen(poweroff));
	at = boot_stage(&s, 7, lie);
	fake_store_release(&map);
	return at;
}

Test(boot, stages)
{
	char lie[BOOT_LIE_MAX];

	cr_expect_eq(stage_of(NULL, 0, NULL, lie), BOOT_SILENT);
	cr_expect_eq(stage_of(NULL, 0, "1", lie), BOOT_LISTENS);
	cr_expect_eq(stage_of(NULL, 0, "11", lie), BOOT_SILENT);
	cr_expect_eq(stage_of("1 3", 3, NULL, lie), BOOT_REPORTS);
	cr_expect_str_eq(lie, "");
}

/* What cannot be counts for nothing, and is shown so that it can be. */
Test(boot, lies)
{
	static const char *const lies[] = {"", "1", "0 3", "1 65", "100 1", "1 -1", "1 3 ", "yes"};
	char lie[BOOT_LIE_MAX], endless[4096];

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		cr_expect_eq(stage_of(lies[i], strlen(lies[i]), "1", lie), BOOT_LISTENS);
		cr_expect(strstr(lie, lies[i]), "%s", lie);
	}
	memset(endless, '9', sizeof(endless));
	cr_expect_eq(stage_of(endless, sizeof(endless), NULL, lie), BOOT_SILENT);
	cr_expect_lt(strlen(lie), 80);
	cr_expect_eq(stage_of("1\0 3", 4, NULL, lie), BOOT_SILENT);
	cr_expect_eq(stage_of("\033]0;x\a", 6, NULL, lie), BOOT_SILENT);
	cr_expect(strstr(lie, "\"?]0;x?...\""), "%s", lie);
}

/* --- balloons --- */

static struct balloon_watch watch_of(int64_t from_mib, int64_t to_mib)
{
	struct balloon_watch w;

	balloon_watch_begin(&w, from_mib * MIB, to_mib * MIB, 120 * NS_PER_S, 0);
	return w;
}

static enum balloon_way at(struct balloon_watch *w, int64_t has_bytes, int64_t seconds)
{
	return balloon_watch_look(w, has_bytes, seconds * NS_PER_S);
}

Test(balloon, arrives)
{
	struct balloon_watch w = watch_of(512, 256);

	cr_assert_eq(at(&w, 512 * MIB, 1), BALLOON_MOVES);
	cr_assert_eq(at(&w, 300 * MIB, 2), BALLOON_MOVES);
	cr_assert_eq(at(&w, 256 * MIB, 3), BALLOON_THERE);
	/* near enough, when it stays */
	w = watch_of(512, 256);
	cr_assert_eq(at(&w, 256 * MIB + 64 * PAGE_BYTES, 5), BALLOON_MOVES);
	cr_assert_eq(at(&w, 256 * MIB + 64 * PAGE_BYTES, 6), BALLOON_MOVES);
	cr_assert_eq(at(&w, 256 * MIB + 64 * PAGE_BYTES, 7), BALLOON_THERE);
	w = watch_of(512, 256);
	at(&w, 256 * MIB + 65 * PAGE_BYTES, 5);
	cr_assert_eq(at(&w, 256 * MIB + 65 * PAGE_BYTES, 7), BALLOON_MOVES);
}

Test(balloon, stands_still)
{
	struct balloon_watch w = watch_of(256, 512);

	cr_assert_eq(at(&w, 300 * MIB, 100), BALLOON_MOVES);
	cr_assert_eq(at(&w, 300 * MIB, 220), BALLOON_CRAWLS);
	w = watch_of(256, 512);
	cr_assert_eq(at(&w, 256 * MIB, 120), BALLOON_MOVES);
	cr_assert_eq(at(&w, 256 * MIB, 121), BALLOON_STANDS);
}

/* A page a minute is progress, and ends all the same: in 120 s and what 256 MiB take. */
Test(balloon, a_page_a_minute_is_not_waited_for)
{
	struct balloon_watch w = watch_of(512, 256);
	int64_t has = 512 * MIB, s = 0;

	do {
		s += 60;
		has -= PAGE_BYTES;
	} while (s < 100000 && at(&w, has, s) == BALLOON_MOVES);
	cr_assert_eq(at(&w, has, s), BALLOON_CRAWLS);
	cr_assert_eq(s, 180);
}

/* Nor one that swings around its target so that it never settles. */
Test(balloon, swinging_is_not_waited_for)
{
	struct balloon_watch w = watch_of(512, 256);
	enum balloon_way way = BALLOON_MOVES;
	int64_t s = 0;

	for (; s < 100000 && way == BALLOON_MOVES; s++)
		way = at(&w, 256 * MIB + (1 + s % 2) * PAGE_BYTES, s);
	cr_assert_eq(way, BALLOON_CRAWLS);
}

/* A large one has its time: 1 TiB at some hundred MiB a second. */
Test(balloon, a_large_one_has_its_time)
{
	struct balloon_watch w = watch_of(1 << 20, 1 << 10);
	int64_t has = ((int64_t)1 << 20) * MIB, s = 0;

	while (has > 1024 * MIB) {
		cr_assert_eq(at(&w, has, s++), BALLOON_MOVES);
		has -= has - 1024 * MIB > 100 * MIB ? 100 * MIB : has - 1024 * MIB;
	}
	cr_assert_eq(at(&w, has, s), BALLOON_THERE);
}

/* --- signals --- */

static atomic_bool stop;

static void on_alarm(int number)
{
	(void)number;
	atomic_store(&stop, true);
}

/* The signal that came while nobody slept counts, too. */
Test(pause, ends_when_asked)
{
	struct sigaction action = {.sa_handler = on_alarm};
	int64_t begin;

	atomic_store(&stop, false);
	cr_assert(pause_ms(&stop, 1));
	sigaction(SIGALRM, &action, NULL);
	raise(SIGALRM);
	begin = monotonic_ns();
	cr_assert(!pause_ms(&stop, 3600 * 1000));
	cr_assert_lt(monotonic_ns() - begin, 600 * NS_PER_S);
	cr_assert(!pause_ms(&stop, 0));
}
