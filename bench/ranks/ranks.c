#include "bench/ranks/ranks.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

enum tag {
	TAG_STATE, /* how a rank got on, and what its sweep is: agree() */
	TAG_ROW, /* to a rank: run this */
	TAG_STOP, /* to a rank: no more */
	TAG_DONE, /* from a rank: a row's line */
	TAG_FAILED, /* from a rank: "ROW CODE SENTENCE" */
};

/* Between looks at messages, where some came just now. */
#define NAP_MIN_NS 20000

/* Longer and longer, back to the shortest by nap = 0. */
static void sleep_a_little(long *nap_ns)
{
	struct timespec t = {0, *nap_ns ? *nap_ns : NAP_MIN_NS};

	nanosleep(&t, NULL);
	*nap_ns = 2 * t.tv_nsec < RANKS_NAP_MAX_NS ? 2 * t.tv_nsec : RANKS_NAP_MAX_NS;
}

static void send_text(const char *text, int to, enum tag tag)
{
	MPI_Send(text, (int)strlen(text) + 1, MPI_CHAR, to, (int)tag, MPI_COMM_WORLD);
}

/* A message that is there; the caller frees. */
static char *receive(const MPI_Status *there)
{
	char *text;
	int size;

	MPI_Get_count(there, MPI_CHAR, &size);
	text = xmalloc((size_t)size + 1);
	MPI_Recv(text, size, MPI_CHAR, there->MPI_SOURCE, there->MPI_TAG, MPI_COMM_WORLD,
		 MPI_STATUS_IGNORE);
	text[size] = '\0';
	return text;
}

/* The next message from `source`, of this tag or of any (-1). */
static char *wait_for(int source, int tag, MPI_Status *status)
{
	long nap_ns = 0;
	int there = 0;

	for (;;) {
		MPI_Iprobe(source, tag < 0 ? MPI_ANY_TAG : tag, MPI_COMM_WORLD, &there, status);
		if (there)
			return receive(status);
		sleep_a_little(&nap_ns);
	}
}

/* --- is it the same sweep? -------------------------------------------------------------- */

static char *host_name(void)
{
	char name[MPI_MAX_PROCESSOR_NAME + 1] = "";
	int size = 0;

	MPI_Get_processor_name(name, &size);
	return xstrdup(name);
}

/* Line i of two texts differs: in what a person would look at. */
static int say_difference(int rank, const char *host, const char *mine, const char *theirs,
			  struct error *err)
{
	const char *line = mine;
	size_t n;

	for (size_t i = 0; mine[i] && mine[i] == theirs[i]; i++)
		if (mine[i] == '\n')
			line = mine + i + 1;
	n = strcspn(line, "\n");
	theirs += line - mine;
	if (strncmp(line, "file ", 5) == 0 && strncmp(theirs, "file ", 5) == 0) {
		const char *name = memchr(line + 5, ' ', n - 5);

		return error_set(err, ERR_INPUT,
				 "rank %d on %s reads another %.*s than rank 0: give all machines "
				 "the same files",
				 rank, host, (int)(line + n - name - 1), name + 1);
	}
	return error_set(err, ERR_INPUT, "rank %d on %s runs \"%.*s\", rank 0 \"%.*s\"", rank, host,
			 (int)strcspn(theirs, "\n"), theirs, (int)n, line);
}

/* What one rank says: its code, host, and sentence or identity, a line each. */
static int judge(int rank, char *text, const char *identity, struct error *err)
{
	char *host = strchr(text, '\n'), *rest;
	int rc = (int)strtol(text, NULL, 10);

	BUG_ON(!host);
	*host++ = '\0';
	rest = strchr(host, '\n');
	BUG_ON(!rest);
	*rest++ = '\0';
	if (rc)
		return error_set(err, rc, "rank %d on %s: %s", rank, host, rest);
	return strcmp(rest, identity) == 0 ? 0 : say_difference(rank, host, identity, rest, err);
}

/* The lowest rank that is different is named. */
static int judge_all(const struct ranks *r, int rc, const char *identity, struct error *err)
{
	for (int i = 1; i < r->nr; i++) {
		MPI_Status status;
		char *text = wait_for(i, TAG_STATE, &status);

		if (!rc)
			rc = judge(i, text, identity, err);
		free(text);
	}
	return rc;
}

static int agree(void *self, int rc, const char *identity, struct error *err)
{
	struct ranks *r = self;
	char *host, *text;

	if (r->rank == 0) {
		rc = judge_all(r, rc, identity, err);
	} else {
		host = host_name();
		text = xasprintf("%d\n%s\n%s", rc, host, rc ? err->text : identity);
		send_text(text, 0, TAG_STATE);
		free(text);
		free(host);
	}
	MPI_Bcast(&rc, 1, MPI_INT, 0, MPI_COMM_WORLD);
	return rc;
}

/* --- rank 0 ----------------------------------------------------------------------------- */

static void dismiss(void *self)
{
	const struct ranks *r = self;

	for (int i = 1; i < r->nr; i++)
		send_text("", i, TAG_STOP);
}

/* A row that came back, or did not. */
static int take_message(struct sweep *s, const char *text, int tag, struct error *err)
{
	struct error failure = {0};
	char *at;
	size_t row;
	int code;

	if (tag == TAG_DONE)
		return sweep_deliver(s, text, err);
	row = strtoull(text, &at, 10);
	code = (int)strtol(at, &at, 10);
	sweep_fail(s, row, error_set(&failure, code, "%s", *at ? at + 1 : at), &failure);
	return 0;
}

/* All messages that are there. True: there were some. */
static bool take_messages(struct sweep *s, bool *idle, int *rc, struct error *err)
{
	bool any = false;

	for (;;) {
		MPI_Status status;
		struct error late = {0};
		char *text;
		int there = 0, rc2;

		MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
		if (!there)
			return any;
		text = receive(&status);
		rc2 = take_message(s, text, status.MPI_TAG, *rc ? &late : err);
		*rc = *rc ? *rc : rc2;
		idle[status.MPI_SOURCE] = true;
		any = true;
		free(text);
	}
}

static void hand_out(const struct ranks *r, struct sweep *s, bool *idle)
{
	for (int i = 1; i < r->nr; i++) {
		char text[24];
		size_t row;

		if (!idle[i])
			continue;
		if (!sweep_try(s, &row))
			return;
		idle[i] = false;
		snprintf(text, sizeof(text), "%zu", row);
		send_text(text, i, TAG_ROW);
	}
}

static int serve(void *self, struct sweep *s, struct error *err)
{
	const struct ranks *r = self;
	bool *idle = xcalloc((size_t)r->nr, sizeof(*idle));
	long nap_ns = 0;
	int rc = 0;

	memset(idle, true, (size_t)r->nr * sizeof(*idle));
	while (!sweep_over(s)) {
		if (take_messages(s, idle, &rc, err))
			nap_ns = 0;
		hand_out(r, s, idle);
		sweep_tick(s);
		sleep_a_little(&nap_ns);
	}
	dismiss(self);
	free(idle);
	return rc;
}

/* --- the others ------------------------------------------------------------------------- */

static void run_one(const struct experiment *x, const char *text)
{
	struct error err = {0};
	char line[OUTCOME_LINE_MAX], *said;
	size_t row = strtoull(text, NULL, 10);
	int rc = sweep_run_row(x, row, 1, NULL, NULL, line, &err);

	if (!rc) {
		send_text(line, 0, TAG_DONE);
		return;
	}
	said = xasprintf("%zu %d %s", row, rc, err.text);
	send_text(said, 0, TAG_FAILED);
	free(said);
}

static int follow(void *self, const struct experiment *x, struct error *err)
{
	bool more = true;

	(void)self;
	(void)err;
	while (more) {
		MPI_Status status;
		char *text = wait_for(0, -1, &status);

		more = status.MPI_TAG == TAG_ROW;
		if (more)
			run_one(x, text);
		free(text);
	}
	return 0;
}

/* --- begin and end ---------------------------------------------------------------------- */

int ranks_begin(struct ranks *r, struct error *err)
{
	int level;

	/* a rank that fails ends the job: MPI_ERRORS_ARE_FATAL is the default */
	if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS)
		return error_set(err, ERR_MACHINE, "MPI cannot be begun");
	MPI_Comm_rank(MPI_COMM_WORLD, &r->rank);
	MPI_Comm_size(MPI_COMM_WORLD, &r->nr);
	r->team = (struct sweep_team){
		.rank = (unsigned)r->rank,
		.nr = (unsigned)r->nr,
		.agree = agree,
		.serve = serve,
		.dismiss = dismiss,
		.follow = follow,
		.self = r,
	};
	if (level >= MPI_THREAD_FUNNELED)
		return 0;
	ranks_end(r);
	return error_set(err, ERR_CANNOT, "this MPI knows no threads beside its own");
}

void ranks_end(struct ranks *r)
{
	(void)r;
	MPI_Finalize();
}
