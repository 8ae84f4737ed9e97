/* A recording of a host as the page of homenode report draws it. */
#ifndef CLI_RECORDED_PAGE_H
#define CLI_RECORDED_PAGE_H

#include "base/alloc.h"
#include "live/recording.h"
#include "report/page.h"

struct recorded_page {
	struct page_recording page;
	struct recording *file;
	struct arena arena;
};

int recorded_page_load(struct recorded_page *out, const char *path, struct error *err) MUST_USE;
/* Of the host; as long as it is loaded. */
const struct host *recorded_page_host(const struct recorded_page *r);
void recorded_page_release(struct recorded_page *r); /* zeroed is fine */

#endif
