/* Sorted in memory and through a file: the same order, that of equal keys kept. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "base/sorter.h"
#include "tests/temporary.h"

struct piece {
	struct sort_key key;
	uint64_t number;
};

static int by_key_then_number(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;

	if (a->key.whole != b->key.whole)
		return a->key.whole < b->key.whole ? -1 : 1;
	if (a->key.billionths != b->key.billionths)
		return a->key.billionths < b->key.billionths ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* Pieces of 8 to some thousand bytes. */
static void sorts(size_t nr, size_t memory, uint64_t seed)
{
	struct piece *want = calloc(nr + 1, sizeof(*want));
	struct sorter *s = sorter_new(memory);
	static char filler[5000];
	struct error err = {0};
	const char *bytes;
	struct rng r;
	size_t n;

	rng_seed(&r, seed, "sorter");
	for (size_t i = 0; i < nr; i++) {
		struct sort_key key = {(int64_t)rng_below(&r, 50) - 25, (uint32_t)rng_below(&r, 3)};

		want[i] = (struct piece){key, i};
		cr_assert_eq(sorter_add(s, key, &want[i].number, sizeof(want[i].number), filler,
					i % sizeof(filler), &err),
			     0, "%s", err.text);
	}
	qsort(want, nr, sizeof(*want), by_key_then_number);
	cr_assert_eq(sorter_finish(s, &err), 0, "%s", err.text);
	for (size_t i = 0; i < nr; i++) {
		uint64_t number;

		cr_assert_eq(sorter_next(s, &bytes, &n, &err), 0, "%s", err.text);
		cr_assert_not_null(bytes);
		memcpy(&number, bytes, sizeof(number));
		cr_assert_eq(number, want[i].number, "piece %zu of %zu", i, nr);
		cr_assert_eq(n, sizeof(number) + number % sizeof(filler));
	}
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(sorter_next(s, &bytes, &n, &err), 0, "%s", err.text);
		cr_assert_null(bytes);
	}
	sorter_free(s);
	free(want);
}

Test(sorter, in_memory)
{
	sorts(0, 1 << 20, 1);
	sorts(1, 1 << 20, 1);
	sorts(3000, (size_t)64 << 20, 2);
}

Test(sorter, through_a_file)
{
	/* every piece a run, some runs, runs longer than what is read of them at once */
	sorts(40, 1, 3);
	sorts(3000, 100000, 4);
	sorts(3000, 1 << 20, 5);
	sorts(3000, 4 << 20, 6);
}

/* What the heap holds, the part that is mapped too; 0 where nobody counts (sanitizers). */
static size_t held(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* Sixty-four times what it may use: a buffer of 256 KiB for each when they are merged, and no more
 * while they come than the bytes and where they are, each of which is doubled as it grows. */
Test(sorter, memory_is_bounded, .timeout = 120)
{
	const size_t memory = 1 << 20, pieces = 64 * 1024, size = 1000;
	const size_t runs = pieces * (size + 64) / memory + 1;
	struct sorter *s = sorter_new(memory);
	size_t before = held(), most_given = 0, most_taken = 0, n;
	char *piece = calloc(1, size);
	const char *bytes;
	struct error err;
	struct rng r;

	if (!before)
		cr_skip_test("nobody counts the heap here");
	rng_seed(&r, 1, "sorter");
	for (size_t i = 0; i < pieces; i++) {
		struct sort_key key = {(int64_t)rng_below(&r, 1000000), 0};

		cr_assert_eq(sorter_add(s, key, piece, size, NULL, 0, &err), 0, "%s", err.text);
		most_given = held() > most_given ? held() : most_given;
	}
	cr_assert_eq(sorter_finish(s, &err), 0, "%s", err.text);
	do {
		cr_assert_eq(sorter_next(s, &bytes, &n, &err), 0, "%s", err.text);
		most_taken = held() > most_taken ? held() : most_taken;
	} while (bytes);
	cr_expect_lt(most_given - before, 2 * memory + 65536, "%zu", most_given - before);
	cr_expect_lt(most_taken - before, 2 * memory + runs * 256 * 1024 + 65536, "%zu",
		     most_taken - before);
	/* the bound is one that can be met: it is the merge that takes most */
	cr_expect_gt(most_taken - before, runs * 128 * 1024);
	sorter_free(s);
	free(piece);
}

Test(sorter, leaves_nothing_behind)
{
	char folder[256];
	struct dirent *entry;
	DIR *d;

	cr_assert(mkdtemp(temporary_name(folder, sizeof(folder), "sorter-test")));
	setenv("TMPDIR", folder, 1);
	sorts(300, 1000, 7);
	d = opendir(folder);
	while ((entry = readdir(d)))
		cr_expect(*entry->d_name == '.' && strlen(entry->d_name) < 3, "%s", entry->d_name);
	closedir(d);
	cr_expect_eq(rmdir(folder), 0);
	setenv("TMPDIR", "/nonexistent/folder", 1);
	{
		struct sorter *s = sorter_new(1);
		struct error err = {0};
		struct sort_key key = {0, 0};

		cr_expect_eq(sorter_add(s, key, "x", 1, NULL, 0, &err), 0);
		cr_expect_eq(sorter_add(s, key, "x", 1, NULL, 0, &err), ERR_MACHINE);
		cr_expect_not_null(strstr(err.text, "/nonexistent/folder"), "%s", err.text);
		sorter_free(s);
	}
}
