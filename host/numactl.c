#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "host/draft.h"
#include "host/readers.h"

bool numactl_is(const char *text)
{
	const char *available = strstr(text, "available: ");

	return available && strstr(available, " nodes (") && strstr(available, "cpus:");
}

int numactl_host(struct host **out, const char *path, const char *text, struct error *err)
{
	struct draft *d = xmalloc(sizeof(*d));
	unsigned seen;
	int rc;

	draft_init(d, path, "numactl -H");
	rc = draft_lines(d, text, &seen, err);
	if (!rc)
		rc = draft_host(out, d, err);
	draft_release(d);
	free(d);
	return rc;
}
