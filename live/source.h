/*
 * Who looks at a host: a table of functions. A Xen host from its dom0 (backend-xen/), this
 * machine's guests of QEMU and containers (backend-linux/), a recording (live/recording.h).
 * A source changes nothing on the host that it looks at.
 *
 *	rc = live_source_open(&source, ops, &where, err);
 *	while (!rc && more) {
 *		rc = live_source_sample(source, &sample, &more, err);
 *		...
 *		live_sample_release(&sample);
 *	}
 *	live_source_close(source);
 */
#ifndef LIVE_SOURCE_H
#define LIVE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "live/sample.h"

/* Where to look; strings are borrowed until close. */
struct live_where {
	const char *path; /* of a recording */
	const char *figures; /* a file of what was measured of the machine (host/same.h); NULL */
	/* Containers to look at: patterns of cgroups' paths, as fnmatch(3) has them,
	 * NULL-terminated; NULL or none: those that hold containers, pods, services and machines.
	 */
	const char *const *cgroups;
};

/* What a source begins with; it is filled by its open. */
struct live_source {
	const struct live_source_ops *ops;
	struct host *host; /* the source's, as long as it is open */
	/* Processor time of the machine for the last sample that is not this process's own. */
	int64_t beside_ns;
	int64_t opened_at_ns, opened_ns; /* both clocks, so that samples' time does not jump */
};

struct live_source_ops {
	const char *name; /* "xen", "this", "recording" */
	const char *summary; /* one line, lower case, no full stop */
	/* Samples come as fast as they are asked for, with the times that they have. */
	bool recorded;
	/* ERR_CANNOT: not in this build or not on this machine; ERR_INPUT; ERR_MACHINE. */
	int (*open)(struct live_source **out, const struct live_where *where, struct error *err);
	/* `out` is empty, of the source's host. *more (true before) becomes false, and nothing but
	 * notes is in `out`, where there is no further sample. */
	int (*sample)(struct live_source *s, struct live_sample *out, bool *more,
		      struct error *err);
	void (*close)(struct live_source *s);
};

int live_source_open(struct live_source **out, const struct live_source_ops *ops,
		     const struct live_where *where, struct error *err) MUST_USE;
/*
 * The host now, and how long that took and cost. `out` is the caller's to release, also where
 * *more becomes false; on failure it is empty.
 */
int live_source_sample(struct live_source *s, struct live_sample *out, bool *more,
		       struct error *err) MUST_USE;
void live_source_close(struct live_source *s); /* NULL is fine */

#endif
