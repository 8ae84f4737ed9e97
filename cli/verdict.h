/*
 * What policies do better or worse than the first of them, in a line each. The rule is that of the
 * page (report/page/answer.js, errors.js), with the same figures:
 *
 * - Who placed fewer zones is told so and not compared on anything else; a thousandth of what was
 *   offered is "as many".
 * - Two figures differ when they are shown differently, by more than the model's error, and the
 * same way with every seed.
 * - Who stripes, and places more zones but slows all by more than that, is not the most.
 * - Who gives zones less memory than they ask for, in more than a thousandth of the changes beyond
 *   the best of those who place as many, is told so: it refuses, only later.
 * - Recommended is, of those who place as many as the most, hold their memory and do not know what
 *   comes, who is not slower than the fastest; of these who keeps most memory local, to a tenth of
 *   a point; then the shortest distance; the baseline where it is not worse than that.
 */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "schema/schema.h"

enum verdict_figure {
	VERDICT_OFFERED,
	VERDICT_PLACED,
	VERDICT_LOCAL,
	VERDICT_DISTANCE,
	VERDICT_SLOWDOWN,
	VERDICT_REMOTE, /* of the loss, the share of pages far away, ppm */
	VERDICT_MULTI_NODE,
	VERDICT_GROWN, /* changes of memory */
	VERDICT_SHORT, /* of those, that got less than they asked for */
	NR_VERDICT_FIGURES
};

/* Of one seed; FIGURE_UNKNOWN where it is not known. */
struct verdict_sample {
	uint64_t seed;
	int64_t of[NR_VERDICT_FIGURES];
};

struct verdict_contender {
	const char *name;
	bool foresees;
	struct verdict_sample *sample;
	size_t nr, cap;
};

/* Zero-initialise. Names are borrowed. */
struct verdict {
	struct verdict_contender *contender; /* the first is the baseline */
	size_t nr, cap;
	int64_t latency_error_ppm, bandwidth_error_ppm;
};

/* The contender of this name, which is there from now on; valid until the next call. */
struct verdict_contender *verdict_contender(struct verdict *v, const char *name);
/* A sample of it, everything unknown. */
struct verdict_sample *verdict_sample(struct verdict_contender *c, uint64_t seed);
/* The recommended one's name; NULL: there is none. */
const char *verdict_recommended(const struct verdict *v);
/* Nothing where there are not two. */
void verdict_print(const struct verdict *v, FILE *out);
void verdict_release(struct verdict *v);

#endif
