/* Lists of changes, from the shortest on. For live/advise/. */
#ifndef LIVE_ADVISE_SEARCH_H
#define LIVE_ADVISE_SEARCH_H

#include "live/advise/scene.h"

struct beam; /* what is kept of one length */
struct search {
	struct scene *scene;
	uint32_t max_steps, width;
	bool thorough;
	int64_t least_gain; /* of each step */
	struct beam *beam; /* max_steps + 1 */
	struct position scratch;
	struct plan *plan; /* scratch: CHANGES_MAX */
	const struct position *from; /* whose moves are told */
};

void search_run(struct search *s, struct scene *scene);
/* The position that loses least after so many steps at most; from the shortest of equals. */
const struct position *search_best(const struct search *s, uint32_t steps);
void search_release(struct search *s);

#endif
