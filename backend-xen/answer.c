#include "backend-xen/answer.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

#define QUOTE_MAX 160
#define DIGITS_MAX 18 /* of a number that fits */

static const struct form {
	const char *probe, *prefix, *suffix; /* of best, median, worst */
	const char *bytes; /* its memory, or an array of it */
	int64_t arrays;
	bool time, best;
} forms[] = {
	[ANSWER_STREAM] = {"stream", "triad_", "_bytes_per_s", "array_bytes", 3, false, true},
	[ANSWER_CHASE] = {"chase", "latency_", "_ps", "bytes", 1, true, false},
	[ANSWER_KERNEL] = {"kernel", "", "_bytes_per_s", "bytes", 1, false, false},
	[ANSWER_LOAD] = {"load", "", "_bytes_per_s", "bytes", 1, false, false},
};

struct text {
	const char *at;
	size_t size;
};

static bool is_text(const struct text *t, const char *word)
{
	return t->size == strlen(word) && memcmp(t->at, word, t->size) == 0;
}

/* Everything up to `end`, which is taken off with it. */
static struct text take(struct text *from, char end)
{
	const char *to = memchr(from->at, end, from->size);
	struct text out = {from->at, to ? (size_t)(to - from->at) : from->size};
	size_t used = to ? out.size + 1 : out.size;

	from->at += used;
	from->size -= used;
	return out;
}

static bool number(const struct text *t, int64_t *out)
{
	*out = 0;
	if (!t->size || t->size > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < t->size; i++) {
		if (t->at[i] < '0' || t->at[i] > '9')
			return false;
		*out = *out * 10 + (t->at[i] - '0');
	}
	return true;
}

void answer_quote(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
	text_tame(out);
}

int answer_head(const char *text, int *status, uint32_t *parts, struct error *err)
{
	struct text rest = {text, strlen(text)}, word = take(&rest, ' ');
	char quote[QUOTE_MAX];
	int64_t s = 0, n = 0;

	if (number(&word, &s) && number(&rest, &n) && s <= 255 && n <= ANSWER_PARTS_MAX) {
		*status = (int)s;
		*parts = (uint32_t)n;
		return 0;
	}
	answer_quote(quote, sizeof(quote), text);
	return error_set(err, ERR_CANNOT,
			 "its guest ends a probe with \"%s\", which is no status (0 to 255) with a "
			 "number of parts (at most %d)",
			 quote, ANSWER_PARTS_MAX);
}

/* The one line of this probe; the text has lines of printable characters only. */
static int find_line(struct text all, const char *probe, struct text *out, struct error *err)
{
	unsigned found = 0;

	for (size_t i = 0; i < all.size; i++)
		if (all.at[i] != '\n' && (all.at[i] < ' ' || all.at[i] > '~'))
			return error_set(err, ERR_CANNOT,
					 "its guest's answer is no text: byte %zu is 0x%02x", i,
					 (unsigned char)all.at[i]);
	while (all.size) {
		struct text line = take(&all, '\n'), rest = line, word = take(&rest, ' ');

		if (word.size < 6 || memcmp(word.at, "probe=", 6) != 0)
			continue;
		word.at += 6;
		word.size -= 6;
		if (!is_text(&word, probe))
			continue;
		*out = line;
		found++;
	}
	return found == 1 ? 0
			  : error_set(err, ERR_CANNOT,
				      "its guest's answer has %u lines of probe=%s, not one", found,
				      probe);
}

/* The value of PREFIX NAME SUFFIX, which must be there once. */
static int find_value(struct text line, const char *prefix, const char *name, const char *suffix,
		      struct text *out, struct error *err)
{
	unsigned found = 0;
	char key[64];

	snprintf(key, sizeof(key), "%s%s%s", prefix, name, suffix);
	while (line.size) {
		struct text word = take(&line, ' '), before = take(&word, '=');

		if (!is_text(&before, key))
			continue;
		*out = word;
		found++;
	}
	return found == 1 ? 0
			  : error_set(err, ERR_CANNOT,
				      "its guest's answer has %s %u times, not once", key, found);
}

static int find_number(struct text line, const struct form *f, const char *name, int64_t min,
		       int64_t max, int64_t *out, struct error *err)
{
	bool figure = f != NULL;
	struct text value;
	int rc = find_value(line, figure ? f->prefix : "", name, figure ? f->suffix : "", &value,
			    err);

	if (rc)
		return rc;
	if (number(&value, out) && *out >= min && *out <= max)
		return 0;
	return error_set(
		err, ERR_CANNOT,
		"its guest's answer is impossible: %s%s%s=%.*s is not between %lld and %lld",
		figure ? f->prefix : "", name, figure ? f->suffix : "",
		(int)(value.size < 40 ? value.size : 40), value.at, (long long)min, (long long)max);
}

/* As many threads and as much memory as the zone can have, and the loop that was asked for. */
static int check_shape(struct text line, const struct form *f, const struct answer_wanted *w,
		       int64_t *threads, struct error *err)
{
	struct text op;
	int64_t bytes;
	int rc = find_number(line, NULL, f->bytes, 1, w->memory_bytes / f->arrays, &bytes, err);

	*threads = 1;
	if (!rc && !f->time)
		rc = find_number(line, NULL, "threads", 1, w->vcpus, threads, err);
	if (rc || !w->op)
		return rc;
	rc = find_value(line, "", "op", "", &op, err);
	if (!rc && !is_text(&op, w->op))
		rc = error_set(err, ERR_CANNOT,
			       "its guest was asked for op=%s and answers for op=%.*s", w->op,
			       (int)(op.size < 40 ? op.size : 40), op.at);
	return rc;
}

/* What it says it did takes so long at least. */
static int check_time(struct text line, const struct form *f, const struct answer_wanted *w,
		      int64_t fastest, struct error *err)
{
	int64_t least_ns = w->least_ns, hops, repeats;
	int rc = 0;

	if (f->time) {
		rc = find_number(line, NULL, "hops", 1, INT64_MAX / 2, &hops, err);
		if (!rc)
			rc = find_number(line, NULL, "repeats", 1, 1000, &repeats, err);
		if (rc)
			return rc;
		least_ns =
			(double)hops * (double)repeats * (double)fastest / 1000 < 1e18
				? (int64_t)((double)hops * (double)repeats * (double)fastest / 1000)
				: INT64_MAX / 2;
	}
	/* clocks of guests are a little fast or slow, and some run in emulators */
	if (least_ns / 2 <= w->took_ns)
		return 0;
	return error_set(err, ERR_CANNOT,
			 "its guest's answer is impossible: it came after %lld ms, and what it "
			 "says takes %lld ms",
			 (long long)(w->took_ns / NS_PER_MS), (long long)(least_ns / NS_PER_MS));
}

int answer_figure(const char *text, size_t size, const struct answer_wanted *w, int64_t *out,
		  struct error *err)
{
	const struct form *f = &forms[w->kind];
	int64_t best, median, worst, threads, min, max;
	struct text line;
	int rc;

	if (size > ANSWER_BYTES_MAX)
		return error_set(err, ERR_CANNOT, "its guest's answer is longer than %zu KiB",
				 ANSWER_BYTES_MAX / 1024);
	rc = find_line((struct text){text, size}, f->probe, &line, err);
	if (!rc)
		rc = check_shape(line, f, w, &threads, err);
	if (rc)
		return rc;
	min = f->time ? ANSWER_LATENCY_PS_MIN : ANSWER_RATE_MIN;
	max = f->time ? ANSWER_LATENCY_PS_MAX : threads * ANSWER_RATE_MAX_THREAD;
	rc = find_number(line, f, "best", min, max, &best, err);
	if (!rc)
		rc = find_number(line, f, "worst", min, max, &worst, err);
	if (!rc && f->time)
		rc = find_number(line, f, "median", best, worst, &median, err);
	else if (!rc)
		rc = find_number(line, f, "median", worst, best, &median, err);
	if (!rc)
		rc = check_time(line, f, w, best, err);
	if (!rc)
		*out = f->best ? best : median;
	return rc;
}
