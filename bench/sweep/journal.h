/*
 * The journal of a sweep: what it is, then a line for every row that is done, each with a
 * checksum, appended and never changed. Killed at any moment, a sweep has all rows whose lines
 * are whole; only the last line can be torn, and it is cut off.
 *
 * What a sweep is, is text: the version, the options, the SHA-256 of every file it reads. A
 * journal of another text is not gone on with.
 */
#ifndef BENCH_SWEEP_JOURNAL_H
#define BENCH_SWEEP_JOURNAL_H

#include "bench/sweep/outcome.h"

/* Zero-initialise. */
struct journal {
	char *path;
	int fd; /* valid while path is not NULL */
	int64_t synced_ns;
	bool unsynced;
};

enum journal_mode {
	JOURNAL_NEW, /* ERR_USAGE where one is that is not complete */
	JOURNAL_OVER, /* whatever is there is gone */
	JOURNAL_RESUME, /* what is there is taken; none is fine */
};

/* What a journal lacks to the sweep that asks for it is said in a sentence (ERR_USAGE), as is that
 * another process writes it. `take` gets every row there is, each once. */
int journal_open(struct journal *j, const char *directory, enum journal_mode mode,
		 const char *identity, size_t nr_rows,
		 int (*take)(void *context, const struct outcome *o, struct error *err),
		 void *context, struct error *err) MUST_USE;
/* A line of outcome_print(). With the system when it returns: a kill loses none of it. On the
 * disk within JOURNAL_SYNC_NS of appends: a power cut may lose so much. */
#define JOURNAL_SYNC_NS (50 * 1000 * 1000)
int journal_append(struct journal *j, const char *line, struct error *err) MUST_USE;
/* Everything is on the disk. */
int journal_sync(struct journal *j, struct error *err) MUST_USE;
void journal_close(struct journal *j); /* zeroed is fine */

/* All rows of a journal in a directory, whatever its sweep. */
int journal_read(const char *directory,
		 int (*take)(void *context, const struct outcome *o, struct error *err),
		 void *context, struct error *err) MUST_USE;

#endif
