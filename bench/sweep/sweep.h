/*
 * A sweep: an experiment of many rows, of which only summary.csv is kept. Rows are handed out by
 * dispatch.h to threads of this process and, where a program brings them, to ranks of others;
 * each comes back as a line (outcome.h), is appended to the journal (journal.h), and at the end
 * all are written in the order of the matrix. The files are the same bytes whoever ran what,
 * when, and in how many pieces.
 */
#ifndef BENCH_SWEEP_SWEEP_H
#define BENCH_SWEEP_SWEEP_H

#include <pthread.h>

#include "bench/files/results.h"
#include "bench/sweep/dispatch.h"
#include "bench/sweep/journal.h"

struct sweep_progress {
	size_t rows, done, running;
	size_t resumed; /* of done: before this process */
	uint64_t events; /* of the others */
	double left_s; /* by as many workers as are running; below 0: unknown */
};

/* Zero-initialise, then sweep_open(). */
struct sweep {
	const struct experiment *x; /* its gatherer, record, progress and jobs do not count */
	struct dispatch dispatch;
	struct journal journal;
	char *directory;
	/* Of each workload of the matrix: what its trace says of its rows, which no journal keeps.
	 */
	struct zone_stream_stats *said;
	pthread_mutex_t lock; /* of all above */
	pthread_cond_t changed;
	bool opened;
	unsigned threads_a_row; /* for rows in clusters, where threads are left */
	int64_t told_ns; /* when progress was shown */
	/* At most every progress_ns, one call at a time; NULL: never. */
	void (*progress)(void *context, const struct sweep_progress *p);
	void *progress_context;
	int64_t progress_ns;
};

/* Who has ranks besides this process's threads. Serves them until sweep_over(): takes rows by
 * sweep_try(), brings back what comes by sweep_deliver() and sweep_fail(). */
struct sweep_ranks {
	int (*serve)(void *self, struct sweep *s, struct error *err);
	void *self;
};

/* Makes the directory, opens the journal in it and takes what it has. */
int sweep_open(struct sweep *s, const struct experiment *x, const char *directory,
	       enum journal_mode mode, const char *identity, struct error *err) MUST_USE;
/* Runs what is not done. ERR_INTERRUPTED when the experiment's stop was set; other errors are
 * those of the lowest row that failed, before which rows that were running came to their end. */
int sweep_run(struct sweep *s, unsigned threads, const struct sweep_ranks *ranks,
	      struct error *err) MUST_USE;
/* summary.csv and run.json; an incomplete sweep writes nothing. What of about's events were before
 * this process is filled in. */
int sweep_write(struct sweep *s, struct results *out, const struct results_about *about,
		struct error *err) MUST_USE;
void sweep_release(struct sweep *s);

/* Runs a row, into a line for the journal; on so many threads where it is in clusters. `tick` is
 * called now and then, NULL: never. */
int sweep_run_row(const struct experiment *x, size_t row, unsigned threads,
		  void (*tick)(void *context), void *tick_context, char line[OUTCOME_LINE_MAX],
		  struct error *err) MUST_USE;

/* For who serves ranks; in any thread. False: none is ready now. */
bool sweep_try(struct sweep *s, size_t *row);
/* A line from elsewhere that is no row of this sweep is ERR_MACHINE. */
int sweep_deliver(struct sweep *s, const char *line, struct error *err) MUST_USE;
void sweep_fail(struct sweep *s, size_t row, int rc, const struct error *err);
bool sweep_over(struct sweep *s);
/* Shows progress when it is time. `self` is the sweep. */
void sweep_tick(void *self);

/*
 * What the sweep is, line by line, for the journal and for ranks to compare: version, options,
 * rows, and the SHA-256 of the file and of every input (NULL-terminated paths). The caller frees.
 */
int sweep_identity(const struct experiment *x, const char *version, const char *file,
		   const char *const *input, char **out, struct error *err) MUST_USE;

#endif
