/*
 * homenode-mpi curve DIR: the rows of a sweep that was run, handed out once more on paper. What is
 * measured: how long each row took (the journal), how long a row and its answer are on the way
 * between two ranks, and how long rank 0 takes for an answer: to read it, append it to a journal
 * and send the next row. What follows from it: rank 0 looks for answers every RANKS_NAP_MAX_NS and
 * takes one at a time, in the order in which they come; a rank waits for its next row from the
 * moment it sent the last one. That rows would take as long beside more others is assumed: ranks
 * share no data, but memory bandwidth.
 */
#include "bench/ranks/curve.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/table.h"
#include "base/units.h"
#include "bench/ranks/ranks.h"
#include "bench/sweep/journal.h"

#define ROUNDS 2000

struct rows {
	double *s; /* how long each took, the longest first */
	size_t nr, cap;
	double sum_s;
	size_t bytes; /* of their lines */
	char line[OUTCOME_LINE_MAX]; /* the last */
};

struct costs {
	double trip_s; /* a row there and its line back, nothing done, and half a nap of rank 0 */
	double serve_s; /* rank 0, an answer */
};

static int take_row(void *context, const struct outcome *o, struct error *err)
{
	struct rows *r = context;

	(void)err;
	r->s = grow(r->s, &r->cap, r->nr, sizeof(*r->s));
	r->s[r->nr++] = (double)o->wall_ns / (double)NS_PER_S;
	r->sum_s += (double)o->wall_ns / (double)NS_PER_S;
	outcome_print(o, r->line);
	r->bytes += strlen(r->line);
	return 0;
}

static int longest_first(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x < *y) - (*x > *y);
}

/* --- measured --------------------------------------------------------------------------- */

/* As short as the messages of a sweep are, as long as its rows' lines. */
static void answer_rounds(int size)
{
	char text[OUTCOME_LINE_MAX] = "";

	for (int i = 0; i < ROUNDS; i++) {
		MPI_Recv(text, sizeof(text), MPI_CHAR, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
		MPI_Send(text, size, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
	}
}

static double time_rounds(void)
{
	char text[OUTCOME_LINE_MAX] = "17";
	int64_t start_ns = monotonic_ns();

	for (int i = 0; i < ROUNDS; i++) {
		MPI_Send(text, 3, MPI_CHAR, 1, 0, MPI_COMM_WORLD);
		MPI_Recv(text, sizeof(text), MPI_CHAR, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
	}
	return (double)(monotonic_ns() - start_ns) / (double)NS_PER_S / ROUNDS;
}

/* What rank 0 does for an answer but the message itself, with a journal in the directory. */
static int time_serving(const char *directory, const char *line, double *out, struct error *err)
{
	char *folder = xasprintf("%s/.curve-%ld", directory, (long)getpid());
	char *path = xasprintf("%s/sweep.journal", folder);
	struct journal j = {.path = NULL};
	struct outcome o;
	int64_t start_ns = 0;
	int rc = make_directories(folder, err);

	if (!rc)
		rc = journal_open(&j, folder, JOURNAL_OVER, "", 1, NULL, NULL, err);
	start_ns = monotonic_ns();
	for (int i = 0; !rc && i < ROUNDS; i++) {
		rc = outcome_parse(&o, line, err);
		if (!rc)
			rc = journal_append(&j, line, err);
	}
	if (!rc)
		rc = journal_sync(&j, err);
	*out = (double)(monotonic_ns() - start_ns) / (double)NS_PER_S / ROUNDS;
	journal_close(&j);
	unlink(path);
	rmdir(folder);
	free(path);
	free(folder);
	return rc;
}

/* --- on paper --------------------------------------------------------------------------- */

/* A heap of times, the earliest first: when each rank's answer is at rank 0. */
static void sift_down(double *t, size_t nr, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		double lower;

		if (child >= nr)
			return;
		if (child + 1 < nr && t[child + 1] < t[child])
			child++;
		if (t[i] <= t[child])
			return;
		lower = t[child];
		t[child] = t[i];
		t[i] = lower;
		i = child;
	}
}

/* When the last of all rows, each `times` times, is back. */
static double end_of(const struct rows *r, size_t times, size_t ranks, const struct costs *c)
{
	size_t all = r->nr * times, used = ranks < all ? ranks : all;
	double *back = xcalloc(used, sizeof(*back));
	double free_s = 0, last = 0;

	for (size_t i = 0; i < all; i++) {
		/* the first ones are there at once */
		double asked = i < used ? 0 : back[0], sent;

		sent = (asked > free_s ? asked : free_s) + c->serve_s;
		free_s = sent;
		back[i < used ? used - 1 - i : 0] = sent + c->trip_s + r->s[i / times];
		last = sent + c->trip_s + r->s[i / times] > last
			       ? sent + c->trip_s + r->s[i / times]
			       : last;
		if (i + 1 == used)
			for (size_t k = used / 2 + 1; k-- > 0;)
				sift_down(back, used, k);
		else if (i >= used)
			sift_down(back, used, 0);
	}
	free(back);
	return last;
}

static void print_curve(const struct rows *r, size_t times, size_t most, const struct costs *c)
{
	double alone = r->sum_s * (double)times;
	struct table *t = table_new();

	table_cell(t, "ranks");
	table_cell(t, "time");
	table_cell(t, "no less than");
	table_cell(t, "faster");
	table_cell(t, "of the ranks");
	table_end_row(t);
	for (size_t n = 1; n <= most; n *= 4) {
		double s = end_of(r, times, n, c);
		double least = alone / (double)n > r->s[0] ? alone / (double)n : r->s[0];

		table_cell(t, "%zu", n);
		table_cell(t, "%.3f s", s);
		table_cell(t, "%.3f s", least);
		table_cell(t, "%.1f", alone / s);
		table_cell(t, "%.1f %%", 100 * alone / s / (double)n);
		table_end_row(t);
	}
	table_print(t, stdout, 0);
	table_free(t);
}

/* --- the command ------------------------------------------------------------------------ */

static void print_measured(const struct rows *r, const struct costs *c, int64_t times)
{
	printf("%zu rows, %.3f s one after the other, the longest %.3f s, the shortest %.3f s\n",
	       r->nr, r->sum_s, r->s[0], r->s[r->nr - 1]);
	printf("a row's answer: %zu bytes; there and back: %.1f us; rank 0, an answer: %.1f us\n",
	       r->bytes / r->nr, c->trip_s * 1e6, c->serve_s * 1e6);
	if (times > 1)
		printf("as if every row were there %lld times\n", (long long)times);
}

/* Rank 0's part, up to the messages. */
static int read_all(const char *directory, struct rows *rows, struct costs *c, struct error *err)
{
	int rc = journal_read(directory, take_row, rows, err);

	if (!rc && !rows->nr)
		rc = error_set(err, ERR_INPUT, "%s: no row of the sweep is done", directory);
	if (rc)
		return rc;
	qsort(rows->s, rows->nr, sizeof(*rows->s), longest_first);
	return time_serving(directory, rows->line, &c->serve_s, err);
}

static int curve(const struct ranks *r, const char *directory, int64_t times, int64_t most,
		 struct error *err)
{
	struct rows rows = {.s = NULL};
	struct costs c = {0, 0};
	int rc = r->rank ? 0 : read_all(directory, &rows, &c, err);
	int size = rc ? -1 : rows.nr ? (int)(rows.bytes / rows.nr) : 0;

	MPI_Bcast(&size, 1, MPI_INT, 0, MPI_COMM_WORLD);
	if (size >= 0 && r->rank == 1)
		answer_rounds(size);
	if (size >= 0 && r->rank == 0) {
		c.trip_s = time_rounds();
		print_measured(&rows, &c, times);
		c.trip_s += (double)RANKS_NAP_MAX_NS / 2 / (double)NS_PER_S;
		print_curve(&rows, (size_t)times, (size_t)most, &c);
	}
	MPI_Barrier(MPI_COMM_WORLD);
	free(rows.s);
	return rc;
}

static int run(const struct args *args, int *status, struct error *err)
{
	struct ranks r = {.nr = 0};
	int64_t times = 1, most = 4096;
	int rc = args_int(args, "times", 1, 1000000, &times, err);

	*status = 0;
	if (!rc)
		rc = args_int(args, "ranks", 1, 1000000, &most, err);
	if (!rc)
		rc = ranks_begin(&r, err);
	if (rc)
		return rc;
	if (r.nr < 2)
		rc = error_set(err, ERR_USAGE,
			       "messages are between two ranks: mpirun -n 2 %s curve "
			       "%s",
			       program_name, args_operand(args, 0));
	else
		rc = curve(&r, args_operand(args, 0), times, most, err);
	ranks_end(&r);
	return rc;
}

static const struct option options[] = {
	{"times", 0, "N", "as if the sweep had every row so often", false},
	{"ranks", 0, "N", "how far to go: 1, 4, 16, ... up to this (default: 4096)", false},
	{0},
};

const struct command cmd_curve = {
	.name = "curve",
	.operands = "DIR",
	.min_operands = 1,
	.max_operands = 1,
	.summary = "what more ranks would make of a sweep that was run",
	.about = "Measures what a message between two ranks costs here and what rank 0 does for a "
		 "row, takes the time of every row from DIR/sweep.journal, and hands the rows out "
		 "on paper.",
	.example = "mpirun -n 2 homenode-mpi curve results/runs/sweep --times 100",
	.option = options,
	.run = run,
};
