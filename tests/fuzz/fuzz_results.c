/*
 * Any bytes as the files that a run leaves behind; the first says which. What is refused must
 * say why.
 *	build/clang/tests/fuzz/fuzz_results -max_len=4096 -max_total_time=60 CORPUS
 */
#include "report/check/check.h"
#include "report/refusals.h"
#include "report/residency.h"
#include "report/series.h"
#include "tests/fuzz/file_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int summary(const char *path, struct error *err)
{
	struct sheet s;
	int rc = sheet_load(&s, path, "", err);

	for (size_t i = 0; !rc && i < s.nr; i++)
		BUG_ON(sheet_find(&s, &s, i) != i);
	if (!rc)
		sheet_release(&s);
	return rc;
}

static int timeline(const char *path, struct error *err)
{
	struct series s;
	int rc = series_load(&s, path, err);

	if (!rc)
		series_release(&s);
	return rc;
}

static int refused(const char *path, struct error *err)
{
	struct refusals r;
	int rc = refusals_load(&r, path, err);

	if (!rc)
		refusals_release(&r);
	return rc;
}

static int residency(const char *path, struct error *err)
{
	struct residency_file f = {0};
	int rc = residency_load(&f, path, err);

	if (!rc)
		residency_release(&f);
	return rc;
}

static int rules(const char *path, struct error *err)
{
	const struct sheet none = {0};
	struct rules r;
	int rc = rules_load(&r, path, &none, &none, err);

	if (!rc)
		rules_release(&r);
	return rc;
}

static int run_record(const char *path, struct error *err)
{
	struct run_dir r = {0};
	int rc = run_dir_read_about(&r, path, err);

	run_dir_release(&r);
	return rc;
}

static int baseline_record(const char *path, struct error *err)
{
	struct baseline b = {0};
	int rc = baseline_read_record(&b, path, err);

	baseline_release(&b);
	return rc;
}

static int (*const readers[])(const char *path, struct error *err) = {
	summary, timeline, refused, residency, rules, run_record, baseline_record,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = {0};
	int rc;

	if (!size)
		return 0;
	rc = readers[data[0] % (sizeof(readers) / sizeof(readers[0]))](file_of(data + 1, size - 1),
								       &err);
	BUG_ON(rc && (rc != err.code || !err.text[0]));
	return 0;
}
