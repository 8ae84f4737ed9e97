#include "cost/params/assume.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

static const char *const names[] = {"controllers", "fabric", "read", "write",  "port-read",
				    "port-write",  "link",   "path", "latency"};

static double *member(struct cost_assume *a, const char *name)
{
	double *const value[] = {NULL,	    &a->fabric,	   &a->read,
				 &a->write, &a->port_read, &a->port_write,
				 &a->link,  &a->path,	   &a->local_latency_ns};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0)
			return value[i];
	}
	return NULL;
}

static int one(char *item, struct cost_assume *out, struct error *err)
{
	char *value = strchr(item, '=');
	double *where;
	int64_t n;

	if (!value)
		return error_set(err, ERR_USAGE,
				 "--assume: \"%s\" is not NAME=VALUE, such as fabric=124GB", item);
	*value++ = '\0';
	if (strcmp(item, "controllers") == 0) {
		if (strcmp(value, "package") != 0 && strcmp(value, "node") != 0)
			return error_set(err, ERR_USAGE,
					 "--assume: controllers is \"node\" or \"package\", not "
					 "\"%s\"",
					 value);
		out->package_controllers = strcmp(value, "package") == 0;
		return 0;
	}
	where = member(out, item);
	if (!where)
		return error_set(err, ERR_USAGE,
				 "--assume: unknown figure \"%s\"; there are controllers, fabric, "
				 "read, write, port-read, port-write, link, path and latency",
				 item);
	if (!bytes_parse(value, &n) || n <= 0 || n > INT64_MAX / 4096)
		return error_set(err, ERR_USAGE, "--assume: %s: \"%s\" is not %s", item, value,
				 where == &out->local_latency_ns
					 ? "a number of nanoseconds"
					 : "a size a second, such as 124GB");
	*where = where == &out->local_latency_ns ? (double)n : (double)n / 1e9;
	return 0;
}

int cost_assume_parse(const char *text, struct cost_assume *out, struct error *err)
{
	int rc = 0;

	while (!rc) {
		size_t n = strcspn(text, ",");
		char *item = xstrndup(text, n);

		rc = one(item, out, err);
		free(item);
		if (!text[n])
			break;
		text += n + 1;
	}
	return rc;
}
