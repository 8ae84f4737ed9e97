#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/machine.h"
#include "base/alloc.h"
#include "base/units.h"

#define PATIENCE_S 120

static int take_recover(const char *value, enum machine_recover *out, struct error *err)
{
	static const char *const name[] = {"refuse", "destroy", "adopt"};

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, name[i]) == 0) {
			*out = (enum machine_recover)i;
			return 0;
		}
	}
	return error_set(err, ERR_USAGE,
			 "recover is \"refuse\", \"destroy\" or \"adopt\", not \"%s\"", value);
}

static int take_seconds(const char *value, int64_t *out_ns, struct error *err)
{
	char *end;
	long seconds = strtol(value, &end, 10);

	if (end == value || *end || seconds < 1 || seconds > 86400)
		return error_set(err, ERR_USAGE, "wait is 1 to 86400 seconds, not \"%s\"", value);
	*out_ns = seconds * NS_PER_S;
	return 0;
}

static int take(struct machine_options *o, const char *key, const char *value, struct error *err)
{
	if (strcmp(key, "kernel") == 0)
		o->image.kernel = value;
	else if (strcmp(key, "ramdisk") == 0)
		o->image.ramdisk = value;
	else if (strcmp(key, "cmdline") == 0)
		o->image.command_line = value;
	else if (strcmp(key, "recover") == 0)
		return take_recover(value, &o->recover, err);
	else if (strcmp(key, "wait") == 0)
		return take_seconds(value, &o->patience_ns, err);
	else if (strcmp(key, "tsc") == 0 && strcmp(value, "native") == 0)
		o->image.native_tsc = true;
	else if (strcmp(key, "tsc") == 0 && strcmp(value, "default") == 0)
		o->image.native_tsc = false;
	else if (strcmp(key, "tsc") == 0)
		return error_set(err, ERR_USAGE, "tsc is \"default\" or \"native\", not \"%s\"",
				 value);
	else if (strcmp(key, "probe-bytes") != 0)
		return error_set(err, ERR_USAGE,
				 "the xen backend has no option \"%s\"; it takes kernel, ramdisk, "
				 "wait, tsc, probe-bytes, recover and, last, cmdline",
				 key);
	else if (!bytes_parse(value, &o->probe_bytes) || o->probe_bytes < 4096)
		return error_set(err, ERR_USAGE, "probe-bytes takes a size like 64MiB, not \"%s\"",
				 value);
	return 0;
}

int machine_options_read(struct machine_options *out, const char *text, struct error *err)
{
	char *at;
	int rc = 0;

	*out = (struct machine_options){
		.image.command_line = "console=hvc0",
		.patience_ns = PATIENCE_S * NS_PER_S,
		.text = xstrdup(text ? text : ""),
	};
	for (at = out->text; !rc && *at;) {
		char *key = at, *value = at + strcspn(at, "=,"), *end;

		if (*value != '=') {
			rc = error_set(err, ERR_USAGE,
				       "\"%.*s\" among the xen backend's options is no key=value",
				       (int)(value - at), at);
			break;
		}
		*value++ = '\0';
		/* a kernel's command line has commas of its own */
		end = value + (strcmp(key, "cmdline") == 0 ? strlen(value) : strcspn(value, ","));
		at = end + (*end == ',');
		*end = '\0';
		rc = take(out, key, value, err);
	}
	if (rc)
		machine_options_release(out);
	return rc;
}

void machine_options_release(struct machine_options *o)
{
	free(o->text);
	memset(o, 0, sizeof(*o));
}
