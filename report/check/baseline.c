#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/sha256.h"
#include "report/check/baseline.h"

/* A summary is a few hundred bytes a row. */
#define SUMMARY_MAX ((size_t)64 << 20)

/* The caller frees. */
static char *record_path(const char *path)
{
	size_t n = strlen(path);

	if (n > 4 && strcmp(path + n - 4, ".csv") == 0)
		n -= 4;
	return xasprintf("%.*s.json", (int)n, path);
}

int baseline_load(struct baseline *out, const char *path, struct error *err)
{
	char *record = record_path(path);
	int rc;

	*out = (struct baseline){0};
	if (access(path, F_OK) != 0)
		rc = error_set(err, ERR_INPUT,
			       "there is no baseline %s; --update --reason TEXT makes one of the "
			       "run",
			       path);
	else
		rc = sheet_load(&out->summary, path,
				"make the baseline anew: homenode check RUN --baseline FILE "
				"--update --accept-worse --reason TEXT",
				err);
	if (!rc)
		rc = file_sha256(path, out->actual_sha256, err);
	if (!rc && access(record, F_OK) == 0)
		rc = baseline_read_record(out, record, err);
	free(record);
	if (rc)
		baseline_release(out);
	return rc;
}

void baseline_release(struct baseline *b)
{
	sheet_release(&b->summary);
	arena_release(&b->arena);
	*b = (struct baseline){0};
}

int baseline_check_reason(const char *reason, struct error *err)
{
	const char *p = reason;

	while (p && isspace((unsigned char)*p))
		p++;
	if (!p || !*p || strpbrk(p, "\r\n"))
		return error_set(err, ERR_USAGE,
				 "--update needs --reason with one line that says why the figures "
				 "may change");
	return 0;
}

/* The summary goes over byte for byte. */
static int write_both(struct output *summary, struct output *record, const struct baseline *old,
		      const struct run_dir *run, const char *reason, struct error *err)
{
	char *text = NULL, sha256[SHA256_HEX];
	size_t n = 0;
	int rc = file_read(run->summary.path, SUMMARY_MAX, &text, &n, err);

	if (!rc) {
		fwrite(text, 1, n, summary->file);
		text_sha256(text, n, sha256);
		baseline_write_record(old, run, sha256, reason, record->file);
		rc = output_commit(summary, err);
	}
	if (!rc)
		rc = output_commit(record, err);
	free(text);
	return rc;
}

int baseline_update(const char *path, const struct run_dir *run, const char *reason,
		    struct error *err)
{
	struct output summary = {0}, record = {0};
	char *record_file = record_path(path);
	struct baseline old = {0};
	int rc = baseline_check_reason(reason, err);

	if (!rc && !run->complete)
		rc = error_set(err, ERR_INPUT, "%s was interrupted and cannot be a baseline",
			       run->path);
	if (!rc && access(record_file, F_OK) == 0)
		rc = baseline_read_record(&old, record_file, err);
	if (!rc)
		rc = output_open(&summary, path, err);
	if (!rc)
		rc = output_open(&record, record_file, err);
	if (!rc)
		rc = write_both(&summary, &record, &old, run, reason, err);
	output_abandon(&record);
	output_abandon(&summary);
	baseline_release(&old);
	free(record_file);
	return rc;
}
