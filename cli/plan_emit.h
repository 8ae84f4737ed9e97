/*
 * `homenode plan --emit`: a file for each placed zone in --output's directory, or the
 * one zone's on standard output; what a file cannot say goes to standard error too.
 */
#ifndef CLI_PLAN_EMIT_H
#define CLI_PLAN_EMIT_H

#include <stdbool.h>

#include "base/error.h"
#include "emit/emit.h"
#include "firmware/guest_map.h"
#include "plan/plan.h"

struct args;

/* Zeroed: nothing is written. Strings are the arguments'. */
struct emission {
	const char *name; /* "xl"; NULL: none */
	const struct emit_format *format; /* NULL: ACPI tables */
	enum guest_layout layout; /* of those */
	const char *directory; /* NULL: standard output, instead of the plan */
	const char *policy;
	const struct io_service *io; /* NULL: of no live host */
	bool quiet; /* nothing on standard error */
};

int emission_read(struct emission *e, const struct args *args, struct error *err) MUST_USE;
/* Several zones need a directory, and two zones must not end up in one file, and each
 * file's name must be one that can be written. */
int emission_check(const struct emission *e, const struct zone *zone, size_t nr,
		   struct error *err) MUST_USE;
/* To the directory, or to standard output. Refused zones have no file; on standard output
 * the refusal is said on standard error. */
int emission_write(const struct emission *e, const struct host *h, const struct plan_result *result,
		   size_t nr, struct error *err) MUST_USE;

/* Is standard output the file's? */
static inline bool emission_alone(const struct emission *e)
{
	return e->name && !e->directory;
}

#endif
