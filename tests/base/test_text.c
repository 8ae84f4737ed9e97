/* Files as people have them: base/input through tables, base/text whole. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/csv.h"
#include "base/text.h"
#include "tests/temporary.h"

/* A file with what a shell command writes; the caller frees and unlinks. */
static char *written_by(const char *command)
{
	char path[256], *line;

	close(mkstemp(temporary_name(path, sizeof(path), "homenode-text")));
	line = xasprintf("(%s) >%s", command, path);
	cr_assert_eq(system(line), 0, "%s", line);
	free(line);
	return xstrdup(path);
}

/* Sums the second column: 1 + 2 + ... + 50000. */
static void sums(const char *packer)
{
	char *command = xasprintf("(echo name,n; seq 50000 | sed 's/.*/x,&/') | %s", packer);
	char *path = written_by(command);
	int64_t sum = 0, n;
	struct error err = {0};
	bool more = true;
	struct csv c;

	cr_assert_eq(csv_open(&c, path, &err), 0, "%s: %s", packer, err.text);
	while (true) {
		cr_assert_eq(csv_next(&c, &more, &err), 0, "%s: %s", packer, err.text);
		if (!more)
			break;
		cr_assert_eq(csv_int(&c, 1, 0, 100000, &n, &err), 0, "%s", err.text);
		sum += n;
	}
	cr_expect(sum == (int64_t)50000 * 50001 / 2, "%s", packer);
	csv_close(&c);
	unlink(path);
	free(path);
	free(command);
}

Test(text, tables_are_read_packed)
{
	sums("cat");
	sums("gzip");
	sums("xz");
	sums("zstd -q");
	sums("bzip2");
	/* several in a row, as log rotation leaves them */
	sums("split -l 9000 --filter gzip");
	sums("split -l 9000 --filter 'zstd -q'");
	sums("split -l 9000 --filter xz");
	sums("split -l 9000 --filter bzip2");
}

Test(text, a_table_that_is_cut_is_no_shorter_table)
{
	static const char *const cut[] = {
		"seq 90000 | gzip | head -c 9000", "seq 90000 | xz | head -c 9000",
		"seq 90000 | zstd -q | head -c 9000", "seq 90000 | bzip2 | head -c 9000",
		/* at the border of two members */
		"seq 90000 | bzip2; echo BZh9 | head -c 4"};

	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		char *path = written_by(cut[i]);
		struct error err = {0};
		bool more = true;
		struct csv c;
		int rc = csv_open(&c, path, &err);

		while (!rc && more)
			rc = csv_next(&c, &more, &err);
		cr_expect_eq(rc, ERR_INPUT, "%s", cut[i]);
		cr_expect_not_null(strstr(err.text, "cut short"), "%s", err.text);
		csv_close(&c);
		unlink(path);
		free(path);
	}
}

static void whole(const char *command, const char *expected)
{
	char *path = written_by(command), *text = NULL;
	struct error err = {0};
	size_t size = 0;

	cr_assert_eq(text_read(path, 100, &text, &size, &err), 0, "%s: %s", command, err.text);
	cr_expect_str_eq(text, expected);
	cr_expect_eq(size, strlen(expected));
	free(text);
	unlink(path);
	free(path);
}

Test(text, whole_texts)
{
	whole("true", "");
	whole("true | gzip", "");
	whole("true | zstd -q", "");
	whole("true | bzip2", "");
	whole("printf '\\357\\273\\277a\\r\\nb'", "a\r\nb");
	whole("printf 'gr\\303\\274n' | iconv -f UTF-8 -t UTF-16 | gzip", "gr\xc3\xbcn");
	/* to the byte; one more is too much */
	whole("head -c 100 /dev/zero | tr '\\000' a | xz",
	      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

Test(text, a_bomb_is_not_unpacked)
{
	char *path = written_by("head -c 300000000 /dev/zero | gzip -1"), *text = NULL;
	struct error err = {0};
	size_t size;

	cr_expect_eq(text_read(path, 1 << 20, &text, &size, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.text, "larger than 1 MiB unpacked"), "%s", err.text);
	cr_expect_null(text);
	unlink(path);
	free(path);
}
