/*
 * Whether a balloon gets anywhere. Its guest moves it, as fast as it likes: one that stands still,
 * and one that goes on for ever, a page now and then, end after a time that is known beforehand.
 */
#ifndef BACKEND_XEN_BALLOON_WATCH_H
#define BACKEND_XEN_BALLOON_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* A guest counts a few pages otherwise than the hypervisor: what comes this near and
 * stays for a second is there. */
#define BALLOON_NEAR_PAGES 64
/* In all a balloon may take as long as it may stand still, and so long as this takes. Linux gives
 * and takes some hundred MiB a second; the emulated host some tens. */
#define BALLOON_SLOWEST_BYTES_PER_S ((int64_t)16 << 20)

enum balloon_way {
	BALLOON_MOVES,
	BALLOON_THERE,
	BALLOON_STANDS, /* for as long as it may */
	BALLOON_CRAWLS, /* and has had all its time */
};

struct balloon_watch {
	int64_t target_bytes, has_bytes;
	int64_t patience_ns, limit_ns, begin_ns, changed_ns;
};

void balloon_watch_begin(struct balloon_watch *w, int64_t from_bytes, int64_t target_bytes,
			 int64_t patience_ns, int64_t now_ns);
enum balloon_way balloon_watch_look(struct balloon_watch *w, int64_t has_bytes, int64_t now_ns);

#endif
