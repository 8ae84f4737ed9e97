/*
 * What is on a host, read back from what `homenode plan --format json` printed:
 * the placed zones with their vCPUs and memory. Refused zones are passed over.
 */
#ifndef PLAN_PLAN_READ_H
#define PLAN_PLAN_READ_H

#include "base/alloc.h"
#include "base/error.h"
#include "plan/plan.h"

/* Zero-initialise; release frees all. plan[i].zone is zone[i], which knows what
 * the file tells of it: name, vCPUs, boot memory and devices. */
struct plan_list {
	struct plan *plan;
	struct zone *zone;
	size_t nr;
	const char *host; /* on which it was made; "" where the file does not say */
	struct arena arena;
};

/* True when the text is such a document ("policy" beside "zones"), and not a list
 * of zones that are still to be placed. Says nothing about whether it is right. */
bool plan_list_recognise(const char *path, const char *text, size_t size);

/*
 * ERR_INPUT with file:line:column when something is not as plan prints it, or
 * names a node, CPU count or device that `host` does not have. That two zones
 * together take more than there is, is for the caller to see.
 */
int plan_list_parse(struct plan_list *out, const struct host *host, const char *path,
		    const char *text, size_t size, struct error *err) MUST_USE;
void plan_list_release(struct plan_list *l);

#endif
