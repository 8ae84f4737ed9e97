#include "bench/sweep/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/output.h"

/* Of text, all rows of a very large sweep. */
#define JOURNAL_BYTES_MAX ((size_t)4 << 30)

static const char first_line[] = "homenode sweep journal 1";

/* A journal that is read, line by line. */
struct reader {
	const char *path;
	char *text;
	size_t size, at, whole; /* whole: bytes of the lines that are */
	unsigned long line;
	bool *seen; /* by row */
	size_t cap_seen, nr_seen;
	int (*take)(void *context, const struct outcome *o, struct error *err);
	void *context;
};

static int damaged(const struct reader *r, struct error *err)
{
	return error_at(err, ERR_INPUT, r->path, r->line, 0,
			"the line is damaged; take it out, and --resume runs its row again");
}

/* The next line, its seal kept. False: the text is over, or its last line is torn. */
static bool next_line(struct reader *r, char line[OUTCOME_LINE_MAX])
{
	const char *at = r->text + r->at;
	const char *end = memchr(at, '\n', r->size - r->at);
	size_t n;

	if (!end)
		return false;
	n = (size_t)(end + 1 - at);
	r->line++;
	r->at += n;
	if (n >= OUTCOME_LINE_MAX)
		n = OUTCOME_LINE_MAX - 1; /* no seal fits any more */
	memcpy(line, at, n);
	line[n] = '\0';
	return true;
}

/* A line that is not what was written: torn where nothing follows it. */
static int bad_line(const struct reader *r, struct error *err)
{
	return r->at == r->size ? 0 : damaged(r, err);
}

/* Each row counts once: a second line of it is what was run twice by hand. */
static int take_row(struct reader *r, const struct outcome *o, struct error *err)
{
	while (o->row >= r->cap_seen) {
		size_t cap = r->cap_seen ? 2 * r->cap_seen : 1024;

		r->seen = xreallocarray(r->seen, cap, sizeof(*r->seen));
		memset(r->seen + r->cap_seen, 0, cap - r->cap_seen);
		r->cap_seen = cap;
	}
	if (r->seen[o->row])
		return 0;
	r->seen[o->row] = true;
	r->nr_seen++;
	return r->take ? r->take(r->context, o, err) : 0;
}

static int read_rows(struct reader *r, struct error *err)
{
	char line[OUTCOME_LINE_MAX];
	int rc = 0;

	r->whole = r->at;
	while (!rc && next_line(r, line)) {
		struct outcome o;

		if (outcome_parse(&o, line, NULL))
			return bad_line(r, err);
		rc = take_row(r, &o, err);
		r->whole = r->at;
	}
	return rc;
}

/* --- what it is ------------------------------------------------------------------------- */

/* "file 12ab.. week.json" -> "week.json is another file than"; what else there is, as it is. */
static int differs(const struct reader *r, const char *was, const char *is, struct error *err)
{
	const char *hash = strncmp(is, "file ", 5) == 0 ? strchr(is + 5, ' ') : NULL;
	const char *name = hash ? hash + 1 : NULL; /* it may have spaces */

	if (name)
		return error_set(err, ERR_USAGE,
				 "%s is of another sweep: %s has changed since; without --resume "
				 "and with --force it begins anew",
				 r->path, name);
	return error_set(err, ERR_USAGE,
			 "%s is of another sweep: it has \"%s\" where this one has \"%s\"; without "
			 "--resume and with --force it begins anew",
			 r->path, was, *is ? is : "nothing");
}

/* The next line without its seal; what is torn here is no journal yet. */
static int next_words(struct reader *r, char line[OUTCOME_LINE_MAX], bool *torn, struct error *err)
{
	*torn = !next_line(r, line);
	if (*torn)
		return 0;
	if (line_unseal(line))
		return 0;
	*torn = r->at == r->size;
	return *torn ? 0 : damaged(r, err);
}

/* Compares the head with what the sweep is; *none: there is no whole head. */
static int read_head(struct reader *r, const char *identity, bool *none, struct error *err)
{
	char line[OUTCOME_LINE_MAX];
	int rc = next_words(r, line, none, err);

	if (rc || *none)
		return rc;
	if (strcmp(line, first_line) != 0)
		return error_set(err, ERR_USAGE, "%s is no journal of this version", r->path);
	for (const char *at = identity; !rc && *at;) {
		size_t n = strcspn(at, "\n");
		char *is = xstrndup(at, n);

		rc = next_words(r, line, none, err);
		if (!rc && !*none && strcmp(line, is) != 0)
			rc = differs(r, line, is, err);
		free(is);
		if (*none)
			break;
		at += n + 1;
	}
	return rc;
}

/* Lines before the first row, whatever they say. */
static int skip_head(struct reader *r, struct error *err)
{
	char line[OUTCOME_LINE_MAX];

	if (!next_line(r, line) || !line_unseal(line) || strcmp(line, first_line) != 0)
		return error_set(err, ERR_INPUT, "%s is no journal of this version", r->path);
	for (;;) {
		struct reader before = *r;

		if (!next_line(r, line))
			return 0;
		if (strncmp(line, "row ", 4) == 0) {
			*r = before;
			return 0;
		}
	}
}

/* --- the file --------------------------------------------------------------------------- */

static int cannot(const struct journal *j, const char *what, struct error *err)
{
	return error_set(err, ERR_MACHINE, "%s: cannot be %s: %s", j->path, what, strerror(errno));
}

/* Through the descriptor that holds the lock: closing another would let go of it. */
static int read_text(struct journal *j, struct reader *r, struct error *err)
{
	off_t size = lseek(j->fd, 0, SEEK_END);
	ssize_t n;

	if (size < 0 || (size_t)size > JOURNAL_BYTES_MAX)
		return cannot(j, "read", err);
	r->text = xmalloc((size_t)size + 1);
	while (r->size < (size_t)size) {
		n = pread(j->fd, r->text + r->size, (size_t)size - r->size, (off_t)r->size);
		if (n <= 0)
			return cannot(j, "read", err);
		r->size += (size_t)n;
	}
	return 0;
}

static int write_all(struct journal *j, const char *text, struct error *err)
{
	size_t n = strlen(text);

	while (n) {
		ssize_t done = write(j->fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return cannot(j, "written", err);
		text += done;
		n -= (size_t)done;
	}
	j->unsynced = true;
	return 0;
}

/* Some file systems know no locks; then nobody is kept out. */
static int lock(struct journal *j, struct error *err)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(j->fd, F_SETLK, &all) == 0 || (errno != EACCES && errno != EAGAIN))
		return 0;
	return error_set(err, ERR_USAGE,
			 "%s: another sweep writes it; wait for its end, or choose "
			 "another --output",
			 j->path);
}

static int write_head(struct journal *j, const char *identity, struct error *err)
{
	char line[OUTCOME_LINE_MAX];
	int rc;

	if (ftruncate(j->fd, 0) != 0)
		return cannot(j, "emptied", err);
	snprintf(line, sizeof(line), "%s", first_line);
	line_seal(line);
	rc = write_all(j, line, err);
	while (!rc && *identity) {
		size_t n = strcspn(identity, "\n");

		BUG_ON(n > OUTCOME_LINE_MAX / 2);
		snprintf(line, sizeof(line), "%.*s", (int)n, identity);
		line_seal(line);
		rc = write_all(j, line, err);
		identity += n + 1;
	}
	return rc ? rc : journal_sync(j, err);
}

static int resume(struct journal *j, struct reader *r, const char *identity, struct error *err)
{
	bool none = false;
	int rc = read_head(r, identity, &none, err);

	if (!rc && none)
		return write_head(j, identity, err);
	if (!rc)
		rc = read_rows(r, err);
	if (!rc && r->whole < r->size && ftruncate(j->fd, (off_t)r->whole) != 0)
		rc = cannot(j, "cut behind its last whole line", err);
	return rc;
}

/* One that is complete is only the record of what was; another holds work. */
static int begin(struct journal *j, struct reader *r, const char *identity, size_t nr_rows,
		 struct error *err)
{
	r->take = NULL;
	if (r->size && (skip_head(r, NULL) || read_rows(r, NULL)))
		return error_set(err, ERR_USAGE,
				 "%s is there already, and cannot be read; --force begins anew",
				 j->path);
	if (r->nr_seen && r->nr_seen < nr_rows)
		return error_set(err, ERR_USAGE,
				 "%s has %zu rows that are done: --resume goes on behind them, "
				 "--force begins anew",
				 j->path, r->nr_seen);
	return write_head(j, identity, err);
}

int journal_open(struct journal *j, const char *directory, enum journal_mode mode,
		 const char *identity, size_t nr_rows,
		 int (*take)(void *context, const struct outcome *o, struct error *err),
		 void *context, struct error *err)
{
	struct reader r = {.take = take, .context = context};
	int rc;

	j->path = xasprintf("%s/sweep.journal", directory);
	j->fd = open(j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (j->fd < 0) {
		rc = cannot(j, "opened", err);
		free(j->path);
		j->path = NULL;
		return rc;
	}
	r.path = j->path;
	rc = lock(j, err);
	if (!rc)
		rc = read_text(j, &r, err);
	if (!rc && mode == JOURNAL_RESUME)
		rc = resume(j, &r, identity, err);
	else if (!rc && mode == JOURNAL_NEW)
		rc = begin(j, &r, identity, nr_rows, err);
	else if (!rc)
		rc = write_head(j, identity, err);
	free(r.text);
	free(r.seen);
	return rc;
}

int journal_append(struct journal *j, const char *line, struct error *err)
{
	int rc = write_all(j, line, err);

	if (!rc && monotonic_ns() - j->synced_ns >= JOURNAL_SYNC_NS)
		rc = journal_sync(j, err);
	return rc;
}

int journal_sync(struct journal *j, struct error *err)
{
	if (j->unsynced && fsync(j->fd) != 0)
		return cannot(j, "written to the disk", err);
	j->unsynced = false;
	j->synced_ns = monotonic_ns();
	return 0;
}

void journal_close(struct journal *j)
{
	if (j->path)
		close(j->fd);
	free(j->path);
	*j = (struct journal){.path = NULL};
}

int journal_read(const char *directory,
		 int (*take)(void *context, const struct outcome *o, struct error *err),
		 void *context, struct error *err)
{
	char *path = xasprintf("%s/sweep.journal", directory);
	struct reader r = {.path = path, .take = take, .context = context};
	int rc = file_read(path, JOURNAL_BYTES_MAX, &r.text, &r.size, err);

	if (!rc)
		rc = skip_head(&r, err);
	if (!rc)
		rc = read_rows(&r, err);
	free(r.text);
	free(r.seen);
	free(path);
	return rc;
}
