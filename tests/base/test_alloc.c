#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/rng.h"

Test(alloc, arena_pieces_are_apart_aligned_and_zero)
{
	struct arena a = {0};
	unsigned char *piece[400];
	size_t size[400];
	struct rng r;

	rng_seed(&r, 1, "arena");
	for (int i = 0; i < 400; i++) {
		size[i] = rng_below(&r, i % 50 ? 900 : 200000);
		piece[i] = arena_alloc(&a, size[i]);
		cr_assert_eq((uintptr_t)piece[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < size[i]; j++)
			cr_assert_eq(piece[i][j], 0);
		memset(piece[i], i & 0xff, size[i]);
	}
	for (int i = 0; i < 400; i++)
		for (size_t j = 0; j < size[i]; j++)
			cr_assert_eq(piece[i][j], i & 0xff);
	arena_release(&a);
	cr_assert_null(a.block);
	arena_release(&a);
}

Test(alloc, texts)
{
	struct arena a = {0};
	char *s = xasprintf("%d-%s", 7, "x"), *cut = xstrndup("abcdef", 3);

	cr_assert_str_eq(s, "7-x");
	cr_assert_str_eq(cut, "abc");
	cr_assert_str_eq(arena_printf(&a, "%s-%u", "web", 3u), "web-3");
	cr_assert_str_eq(arena_strndup(&a, "abcdef", 2), "ab");
	cr_assert_str_eq(arena_strdup(&a, ""), "");
	arena_release(&a);
	free(s);
	free(cut);
}

Test(alloc, arrays_grow)
{
	size_t cap = 0;
	int *list = NULL;

	for (size_t nr = 0; nr < 1000; nr++) {
		list = grow(list, &cap, nr, sizeof(*list));
		cr_assert_gt(cap, nr);
		list[nr] = (int)nr;
	}
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(list[i], i);
	free(list);
}

Test(alloc, impossible_sizes_end_the_program, .exit_code = 3)
{
	free(xreallocarray(NULL, SIZE_MAX / 2, 16));
}

/* What is longer than any buffer arrives whole; from the beginning again it is as long as what
 * is written then. */
Test(alloc, streams_into_memory)
{
	char *text;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	xmemstream_flush(f);
	cr_assert_eq(size, 0);
	cr_assert_str_eq(text, "");
	for (unsigned i = 0; i < 100000; i++)
		fprintf(f, "%u;", i % 10);
	xmemstream_flush(f);
	cr_assert_eq(size, 200000);
	cr_assert_eq(strlen(text), size);
	cr_assert_eq(memcmp(text + 199996, "8;9;", 4), 0);
	rewind(f);
	fputs("short", f);
	xmemstream_flush(f);
	cr_assert_eq(size, 5);
	cr_assert_str_eq(text, "short");
	rewind(f);
	xmemstream_flush(f);
	cr_assert_eq(size, 0);
	fputs("more", f);
	xmemstream_close(f);
	cr_assert_str_eq(text, "more");
	free(text);
}
