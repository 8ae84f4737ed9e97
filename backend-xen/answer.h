/*
 * What a guest says that its probe measured (guest/init.c, probe/record.h). A guest is not
 * trusted: a text is taken only if it is one line of the probe that was asked for, with every
 * figure that belongs to it once, within what any machine can do, in order (best, median,
 * worst), of no more threads and memory than the zone has, and measured in no more time than
 * the answer took. Anything else is ERR_CANNOT with a sentence that says what is impossible.
 */
#ifndef BACKEND_XEN_ANSWER_H
#define BACKEND_XEN_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define ANSWER_PARTS_MAX 64
#define ANSWER_PART_BYTES_MAX 4096 /* a value of xenstore's */
#define ANSWER_BYTES_MAX ((size_t)64 * 1024)

/* What nothing is faster, or slower, than. */
#define ANSWER_LATENCY_PS_MIN 100 /* a cycle of any processor takes longer */
#define ANSWER_LATENCY_PS_MAX 1000000000 /* a millisecond a load */
#define ANSWER_RATE_MIN 1000 /* bytes a second */
#define ANSWER_RATE_MAX_THREAD 1000000000000 /* the same, of a thread */

enum answer_kind { ANSWER_STREAM, ANSWER_CHASE, ANSWER_KERNEL, ANSWER_LOAD };

struct answer_wanted {
	enum answer_kind kind;
	const char *op; /* KERNEL, LOAD: the loop that was asked for */
	uint32_t vcpus; /* of the zone */
	int64_t memory_bytes; /* that it has at most */
	int64_t took_ns; /* from the question to the answer */
	int64_t least_ns; /* that the probe takes by what was asked; 0: not known */
};

/* "STATUS PARTS" behind the ID; what comes of it is within bounds. */
int answer_head(const char *text, int *status, uint32_t *parts, struct error *err) MUST_USE;

/* The figure: STREAM's best triad, the median of others; ps or bytes a second. */
int answer_figure(const char *text, size_t size, const struct answer_wanted *w, int64_t *out,
		  struct error *err) MUST_USE;

/* What it said for people: its first line, cut and tamed, into out[size]. */
void answer_quote(char *out, size_t size, const char *text);

#endif
