#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/output.h"
#include "base/sha256.h"
#include "tests/temporary.h"

static char dir[256];

static void make_dir(void)
{
	cr_assert_not_null(mkdtemp(temporary_name(dir, sizeof(dir), "homenode-output")));
}

/* However a zone or workload is called, its file lies where it is put. */
Test(output, names_become_file_names)
{
	static const char *const pair[][2] = {
		{"web-1.a", "web-1.a"},
		{"..", "_."},
		{".", "_"},
		{"", "_"},
		{".hidden", "_hidden"},
		{"-rf", "_rf"},
		{"../../x<script>", "_._.._x_script_"},
		{"a b/c\n", "a_b_c_"},
		{"\xc3\xbc", "__"},
		{"--", "_-"},
	};
	char *long_name = xcalloc(1, 400), *file;

	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		file = file_name_of(pair[i][0]);
		cr_expect_str_eq(file, pair[i][1]);
		free(file);
	}
	memset(long_name, 'a', 399);
	file = file_name_of(long_name);
	cr_expect_eq(strlen(file), OUTPUT_NAME_MAX);
	free(file);
	free(long_name);
}

static unsigned files_in(const char *path)
{
	DIR *d = opendir(path);
	unsigned nr = 0;

	cr_assert_not_null(d);
	while (readdir(d))
		nr++;
	closedir(d);
	return nr - 2; /* . and .. */
}

static void remove_dir(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	cr_assert_not_null(d);
	while ((e = readdir(d))) {
		char *path = xasprintf("%s/%s", dir, e->d_name);

		remove(path);
		free(path);
	}
	closedir(d);
	rmdir(dir);
}

TestSuite(output, .init = make_dir, .fini = remove_dir);

static void content_is(const char *path, const char *expected)
{
	struct error err;
	char *text;
	size_t size;

	cr_assert_eq(file_read(path, 1000, &text, &size, &err), 0, "%s", err.text);
	cr_assert_str_eq(text, expected);
	cr_assert_eq(size, strlen(expected));
	free(text);
}

Test(output, appears_whole_on_commit)
{
	char *path = xasprintf("%s/rows.csv", dir);
	struct error err = {0};
	struct output o;

	cr_assert_eq(output_open(&o, path, &err), 0, "%s", err.text);
	fputs("old", o.file);
	cr_assert_eq(access(path, F_OK), -1, "nothing is there before the commit");
	cr_assert_eq(output_commit(&o, &err), 0, "%s", err.text);
	content_is(path, "old");
	/* a second version that is abandoned leaves the first */
	cr_assert_eq(output_open(&o, path, &err), 0);
	fputs("new", o.file);
	output_abandon(&o);
	output_abandon(&o);
	content_is(path, "old");
	cr_assert_eq(output_open(&o, path, &err), 0);
	fputs("new", o.file);
	cr_assert_eq(output_commit(&o, &err), 0);
	output_abandon(&o);
	content_is(path, "new");
	cr_assert_eq(files_in(dir), 1, "no temporary file is left");
	free(path);
}

Test(output, a_text_is_one_file)
{
	char *path = xasprintf("%s/text", dir);
	struct error err = {0};

	cr_assert_eq(output_text(path, "one\ntwo\n", &err), 0, "%s", err.text);
	content_is(path, "one\ntwo\n");
	cr_assert_eq(files_in(dir), 1, "no temporary file is left");
	cr_assert_eq(output_text("/no/such/place/x", "one", &err), ERR_MACHINE);
	free(path);
}

/* Also those that replace another: who may read is the umask's to say. */
Test(output, obeys_the_umask)
{
	static const mode_t masks[] = {022, 077, 002, 027};
	char *path = xasprintf("%s/private", dir);
	struct error err = {0};
	struct output o;
	struct stat st;

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		mode_t before = umask(masks[i]);

		cr_assert_eq(output_open(&o, path, &err), 0, "%s", err.text);
		cr_assert_eq(output_commit(&o, &err), 0, "%s", err.text);
		umask(before);
		cr_assert_eq(stat(path, &st), 0);
		cr_expect_eq(st.st_mode & 0777, 0666 & ~masks[i]);
	}
	free(path);
}

/* Where files need no name, as on all file systems that tests run on, nothing of a program that is
 * killed is left. */
Test(output, nothing_is_there_before_the_commit)
{
	char *path = xasprintf("%s/rows.csv", dir);
	struct error err = {0};
	struct output o;

	cr_assert_eq(output_open(&o, path, &err), 0, "%s", err.text);
	fputs("text", o.file);
	fflush(o.file);
	if (o.temporary)
		cr_skip_test("this file system has no files without a name");
	cr_expect_eq(files_in(dir), 0);
	output_abandon(&o);
	cr_expect_eq(files_in(dir), 0);
	free(path);
}

Test(output, failed_commit_leaves_nothing)
{
	char *path = xasprintf("%s/taken", dir);
	struct error err = {0};
	struct output o;

	cr_assert_eq(output_open(&o, path, &err), 0);
	fputs("text", o.file);
	cr_assert_eq(mkdir(path, 0777), 0); /* a directory cannot be replaced by a file */
	cr_assert_eq(output_commit(&o, &err), ERR_MACHINE);
	cr_assert_not_null(strstr(err.text, "cannot be written"));
	cr_assert_eq(files_in(dir), 1);
	free(path);
}

Test(output, full_disk_is_an_error)
{
	struct error err = {0};
	struct output o;
	char *path = xasprintf("%s/full", dir);

	if (access("/dev/full", W_OK) != 0)
		cr_skip_test("there is no /dev/full here");
	cr_assert_eq(output_open(&o, path, &err), 0);
	cr_assert_not_null(freopen("/dev/full", "w", o.file));
	fputs("text", o.file);
	cr_assert_eq(output_commit(&o, &err), ERR_MACHINE);
	cr_assert_eq(access(path, F_OK), -1);
	cr_assert_eq(files_in(dir), 0);
	free(path);
}

Test(output, no_directory)
{
	struct error err = {0};
	struct output o;

	cr_assert_eq(output_open(&o, "/no/such/place/x", &err), ERR_MACHINE);
	cr_assert_not_null(strstr(err.text, "/no/such/place/x"));
	output_abandon(&o);
}

Test(output, directories)
{
	char *deep = xasprintf("%s/a/b/c", dir), *b = xasprintf("%s/a/b", dir),
	     *a = xasprintf("%s/a", dir), *file = xasprintf("%s/f", dir),
	     *under = xasprintf("%s/f/x", dir);
	struct error err = {0};
	struct output o;

	cr_assert_eq(make_directories(deep, &err), 0, "%s", err.text);
	cr_assert_eq(make_directories(deep, &err), 0, "%s", err.text);
	cr_assert_eq(access(deep, W_OK), 0);
	cr_assert_eq(output_open(&o, file, &err), 0);
	cr_assert_eq(output_commit(&o, &err), 0);
	cr_assert_eq(make_directories(under, &err), ERR_MACHINE);
	rmdir(deep);
	rmdir(b);
	rmdir(a);
	free(deep);
	free(b);
	free(a);
	free(file);
	free(under);
}

Test(output, reading_and_hashing)
{
	char *path = xasprintf("%s/abc", dir), *text, hex[65];
	struct error err = {0};
	struct output o;
	size_t size;

	cr_assert_eq(output_open(&o, path, &err), 0);
	fputs("abc", o.file);
	cr_assert_eq(output_commit(&o, &err), 0);
	/* FIPS 180's example */
	cr_assert_eq(file_sha256(path, hex, &err), 0);
	cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	cr_assert_eq(file_read(path, 2, &text, &size, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.text, "is larger than"));
	cr_assert_eq(file_read(path, 3, &text, &size, &err), 0);
	free(text);
	cr_assert_eq(file_read(dir, 10, &text, &size, &err), ERR_INPUT);
	cr_assert_eq(file_sha256("/no/such/file", hex, &err), ERR_INPUT);
	free(path);
}
