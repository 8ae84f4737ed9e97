#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "probe/chase.h"
#include "probe/kernels.h"
#include "tests/probe/kernels_said.h"

/* Every loop of every set that this processor has does what it says, and nothing else. */
Test(kernels, do_what_they_say)
{
	unsigned tried = 0;
	char why[256];

	for (const struct kernel_set *const *s = kernel_sets; *s; s++) {
		if (!(*s)->usable())
			continue;
		for (unsigned op = 0; op < KERNEL_OPS; op++, tried++)
			cr_expect(kernel_does_as_said(*s, (enum kernel_op)op, why, sizeof(why)),
				  "%s", why);
	}
	cr_expect_geq(tried, KERNEL_OPS);
}

Test(kernels, are_chosen_by_name_or_width)
{
	const struct kernel_set *widest = kernels_choose(NULL);
	enum kernel_op op;

	cr_assert_not_null(widest);
	cr_expect_eq(kernels_choose(widest->name), widest);
	cr_expect_null(kernels_choose("mmx"));
	cr_expect(kernel_parse(&op, "mix-2-1") && op == KERNEL_MIX_2_1);
	cr_expect_not(kernel_parse(&op, "mix"));
}

/* What is counted: 3:1 reads three lines and writes one back of every three. */
Test(kernels, bytes_that_are_moved)
{
	cr_expect_eq(kernel_moves_bytes(KERNEL_READ, 1536), 1536);
	cr_expect_eq(kernel_moves_bytes(KERNEL_WRITE_NT, 1536), 1536);
	cr_expect_eq(kernel_moves_bytes(KERNEL_COPY, 1536), 3072);
	cr_expect_eq(kernel_moves_bytes(KERNEL_TRIAD, 1536), 4608);
	cr_expect_eq(kernel_moves_bytes(KERNEL_MIX_3_1, 1536), 2048);
	cr_expect_eq(kernel_moves_bytes(KERNEL_MIX_2_1, 1536), 2304);
	cr_expect_eq(kernel_moves_bytes(KERNEL_MIX_1_1, 1536), 3072);
}

/* By blocks it is one cycle too: back after all lines, a block's lines one after another;
 * the entries are evenly spread over it. */
Test(kernels, chase_by_blocks)
{
	const size_t lines = 1024, block = 64;
	char *memory = aligned_alloc(64, lines * 64), *seen = calloc(lines, 1);
	void *entry[4], **at = (void **)(void *)memory;
	size_t changes = 0, before = SIZE_MAX, met = 0;

	chase_make_blocks(memory, lines * 64, 64, block * 64, 7, entry, 4);
	at = entry[0];
	for (size_t i = 0; i < lines; i++, at = *at) {
		size_t line = (size_t)((char *)at - memory) / 64;

		cr_assert_not(seen[line], "line %zu twice", line);
		seen[line] = 1;
		changes += line / block != before;
		before = line / block;
		if (i % (lines / 4) == 0)
			met += entry[i / (lines / 4)] == (void *)at;
	}
	cr_expect_eq((void *)at, entry[0]);
	cr_expect_eq(changes, lines / block);
	cr_expect_eq(met, 4);
	free(seen);
	free(memory);
}

/* Each chain goes as far as one alone would. */
Test(kernels, chains_walk_as_one_does)
{
	static const unsigned chains[] = {1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32};
	const size_t lines = 4096;
	char *memory = aligned_alloc(64, lines * 64);
	void *entry[32], *at[32];

	chase_make_blocks(memory, lines * 64, 64, lines * 64, 3, entry, 32);
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		memcpy(at, entry, sizeof(at));
		chase_walk_chains(at, chains[i], 48);
		for (unsigned c = 0; c < chains[i]; c++)
			cr_assert_eq(at[c], chase_walk(entry[c], 48), "%u of %u", c, chains[i]);
	}
	free(memory);
}
