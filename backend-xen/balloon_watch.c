#include "backend-xen/balloon_watch.h"

#include <stdlib.h>

#include "base/units.h"

#define SETTLED_NS NS_PER_S

void balloon_watch_begin(struct balloon_watch *w, int64_t from_bytes, int64_t target_bytes,
			 int64_t patience_ns, int64_t now_ns)
{
	int64_t way = llabs(target_bytes - from_bytes);

	*w = (struct balloon_watch){
		.target_bytes = target_bytes,
		.has_bytes = from_bytes,
		.patience_ns = patience_ns,
		.limit_ns = patience_ns + way / BALLOON_SLOWEST_BYTES_PER_S * NS_PER_S,
		.begin_ns = now_ns,
		.changed_ns = now_ns,
	};
}

enum balloon_way balloon_watch_look(struct balloon_watch *w, int64_t has_bytes, int64_t now_ns)
{
	if (has_bytes != w->has_bytes)
		w->changed_ns = now_ns;
	w->has_bytes = has_bytes;
	if (has_bytes == w->target_bytes)
		return BALLOON_THERE;
	if (llabs(has_bytes - w->target_bytes) <= BALLOON_NEAR_PAGES * PAGE_BYTES &&
	    now_ns - w->changed_ns > SETTLED_NS)
		return BALLOON_THERE;
	if (now_ns - w->changed_ns > w->patience_ns)
		return BALLOON_STANDS;
	return now_ns - w->begin_ns > w->limit_ns ? BALLOON_CRAWLS : BALLOON_MOVES;
}
