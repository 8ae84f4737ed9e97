/* Programs that measure memory too, and what of ours is like what of theirs. */
#ifndef BENCH_AGREEMENT_PEERS_H
#define BENCH_AGREEMENT_PEERS_H

#include "base/alloc.h"
#include "bench/agreement/compare.h"

struct setup {
	const char *probe; /* path of homenode-probe */
	const char *stream, *multichase; /* STREAM's source, multichase's folder; NULL */
	const char *folder; /* for what is built */
	unsigned cpu; /* everything runs there */
	size_t array_bytes; /* of one of STREAM's arrays, and of what is alike */
};

/* Every comparison that can be made here; *out is the caller's, see peers_free(). Why one
 * cannot be is said on `said`. ERR_INPUT: a source does not build. */
int peers_list(struct comparison **out, size_t *nr, const struct setup *s, FILE *said,
	       struct error *err) MUST_USE;
void peers_free(struct comparison *c, size_t nr);

#endif
