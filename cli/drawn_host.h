/* A host as report/ draws it: host/ and report/ do not know each other. */
#ifndef CLI_DRAWN_HOST_H
#define CLI_DRAWN_HOST_H

#include "base/alloc.h"
#include "host/host.h"
#include "report/page.h"

/* `host` has to live as long as `out`; the rest is the arena's. */
void drawn_host_init(struct page_host *out, const struct host *host, struct arena *a);

#endif
