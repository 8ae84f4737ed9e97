/*
 * A baseline: a summary, and beside it (FILE.csv: FILE.json) its record: the
 * inputs it was made from, why it is as it is. Without a record inputs are not
 * compared.
 */
#ifndef REPORT_CHECK_BASELINE_H
#define REPORT_CHECK_BASELINE_H

#include "report/run_dir.h"

struct baseline {
	struct sheet summary;
	bool record;
	const char *summary_sha256; /* of the record, of the file */
	char actual_sha256[65];
	struct run_input *input;
	size_t nr_inputs;
	const char **reason; /* oldest first */
	size_t nr_reasons;
	struct arena arena;
};

int baseline_load(struct baseline *out, const char *path, struct error *err) MUST_USE;
void baseline_release(struct baseline *b); /* zeroed is fine */
/* ERR_USAGE unless it is one line, and not empty. */
int baseline_check_reason(const char *reason, struct error *err) MUST_USE;
/* Make `run`, which must be whole, the baseline. Earlier reasons are kept. Both files are written
 * whole before the first takes its place; on failure those of before are there. */
int baseline_update(const char *path, const struct run_dir *run, const char *reason,
		    struct error *err) MUST_USE;

struct output;
/* baseline_json.c */
int baseline_read_record(struct baseline *b, const char *path, struct error *err) MUST_USE;
void baseline_write_record(const struct baseline *old, const struct run_dir *run,
			   const char *sha256, const char *reason, FILE *out);

#endif
