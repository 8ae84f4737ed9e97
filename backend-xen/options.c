#include "backend-xen/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

#define PATIENCE_S 120
#define PATIENCE_MAX_S 86400
#define PROBE_MIN_BYTES 4096

static int read_kernel(void *out, const struct backend_option *o, const char *value,
		       struct error *err)
{
	(void)o, (void)err;
	((struct machine_options *)out)->image.kernel = value;
	return 0;
}

static int read_ramdisk(void *out, const struct backend_option *o, const char *value,
			struct error *err)
{
	(void)o, (void)err;
	((struct machine_options *)out)->image.ramdisk = value;
	return 0;
}

static int read_command_line(void *out, const struct backend_option *o, const char *value,
			     struct error *err)
{
	(void)o, (void)err;
	((struct machine_options *)out)->image.command_line = value;
	return 0;
}

static int read_recover(void *out, const struct backend_option *o, const char *value,
			struct error *err)
{
	unsigned rule;
	int rc = backend_option_word(o, value, &rule, err);

	if (!rc)
		((struct machine_options *)out)->recover = (enum machine_recover)rule;
	return rc;
}

static int read_wait(void *out, const struct backend_option *o, const char *value,
		     struct error *err)
{
	int64_t seconds;
	int rc = backend_option_number(o, value, 1, PATIENCE_MAX_S, &seconds, err);

	if (!rc)
		((struct machine_options *)out)->patience_ns = seconds * NS_PER_S;
	return rc;
}

static int read_tsc(void *out, const struct backend_option *o, const char *value, struct error *err)
{
	unsigned native;
	int rc = backend_option_word(o, value, &native, err);

	if (!rc)
		((struct machine_options *)out)->image.native_tsc = native;
	return rc;
}

static int read_probe_bytes(void *out, const struct backend_option *o, const char *value,
			    struct error *err)
{
	int64_t *bytes = &((struct machine_options *)out)->probe_bytes;

	if (bytes_parse_option(value, bytes) && *bytes >= PROBE_MIN_BYTES)
		return 0;
	return error_set(err, ERR_USAGE, "option %s takes a size like 64MiB, not \"%s\"", o->key,
			 value);
}

const struct backend_option machine_option[] = {
	{"kernel", "PATH", "an ELF image with a PVH entry, or a bzImage; needed to launch",
	 .read = read_kernel},
	{"ramdisk", "PATH", "its initramfs", .read = read_ramdisk},
	{"wait", "SECONDS",
	 "how long a launch, a balloon or a probe may make no progress (default: 120)",
	 .read = read_wait},
	{"recover", "refuse|destroy|adopt",
	 "what becomes of zones that a killed run left (default: refuse, and name them)",
	 .from = "--recover", .read = read_recover},
	{"tsc", "default|native", "native: guests read the CPU's own counter, never emulated",
	 .read = read_tsc},
	{"probe-bytes", "SIZE", "size of a probe's arrays (default: by the guest's caches)",
	 .read = read_probe_bytes},
	{"cmdline", "TEXT", "the kernel's command line, commas too; last (default: console=hvc0)",
	 .rest = true, .read = read_command_line},
	{0},
};

int machine_options_read(struct machine_options *out, const char *text, struct error *err)
{
	int rc;

	*out = (struct machine_options){
		.image.command_line = "console=hvc0",
		.patience_ns = PATIENCE_S * NS_PER_S,
		.text = xstrdup(text ? text : ""),
	};
	rc = backend_options_read("xen", machine_option, out->text, out, err);
	if (rc)
		machine_options_release(out);
	return rc;
}

void machine_options_release(struct machine_options *o)
{
	free(o->text);
	memset(o, 0, sizeof(*o));
}
