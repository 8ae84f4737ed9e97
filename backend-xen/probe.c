/*
 * The probe, inside the zone: guest/init.c answers in xenstore. Below the domain's
 * directory, data/homenode/probe takes "ID ARGUMENT...", data/homenode/result becomes
 * "ID STATUS PARTS" with the program's output in result/0 .. result/PARTS-1.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/units.h"

#define LOOK_MS 100
#define PARTS_MAX 64

static char *read_below(struct machine *m, uint32_t domid, const char *path)
{
	char *whole = xasprintf("/local/domain/%u/data/homenode/%s", domid, path);
	char *value = xen_store_read(&m->xen, whole);

	free(whole);
	return value;
}

/* Until the path's value begins with `begin`; the caller frees *out. */
static int await(struct machine *m, uint32_t domid, const char *path, const char *begin, char **out,
		 struct error *err)
{
	int64_t until = monotonic_ns() + m->options.patience_ns;

	for (;;) {
		*out = read_below(m, domid, path);
		if (*out && strncmp(*out, begin, strlen(begin)) == 0)
			return 0;
		free(*out);
		*out = NULL;
		if (domain_look(&m->xen, domid, NULL) != DOMAIN_RUNS)
			return error_set(err, ERR_MACHINE, "domain %u does not run", domid);
		if (monotonic_ns() > until)
			return error_set(err, ERR_MACHINE,
					 "domain %u does not write data/homenode/%s within %lld s: "
					 "does its initramfs hold the zone's init and the probe?",
					 domid, path,
					 (long long)(m->options.patience_ns / NS_PER_S));
		if (!pause_ms(m->xen.stop, LOOK_MS))
			return error_set(err, ERR_INTERRUPTED,
					 "stopped by a signal while domain %u was probed", domid);
	}
}

static char *join_parts(struct machine *m, uint32_t domid, unsigned long parts)
{
	char *text = xstrdup("");

	for (unsigned long i = 0; i < parts && i < PARTS_MAX; i++) {
		char *path = xasprintf("result/%lu", i), *part = read_below(m, domid, path);
		char *more = xasprintf("%s%s", text, part ? part : "");

		free(text);
		free(part);
		free(path);
		text = more;
	}
	return text;
}

/* Runs the probe with these arguments; its output is the caller's to free. */
static int ask(struct machine *m, uint32_t domid, const char *arguments, char **output, int *status,
	       struct error *err)
{
	char *path = xasprintf("/local/domain/%u/data/homenode/probe", domid);
	char *id = xasprintf("%ld-%u ", (long)(monotonic_ns() / NS_PER_MS), ++m->probes);
	char *request = xasprintf("%s%s", id, arguments), *result = NULL, *end;
	int rc = 0;

	if (!xs_write(m->xen.xs, XBT_NULL, path, request, (unsigned)strlen(request)))
		rc = error_set(err, ERR_MACHINE, "%s cannot be written: %s", path, strerror(errno));
	if (!rc)
		rc = await(m, domid, "result", id, &result, err);
	if (!rc) {
		*status = (int)strtol(result + strlen(id), &end, 10);
		*output = join_parts(m, domid, strtoul(end, NULL, 10));
	}
	free(result);
	free(request);
	free(id);
	free(path);
	return rc;
}

/* "key=N" in the probe's line, N > 0. */
static bool figure(const char *output, const char *key, int64_t *out)
{
	size_t n = strlen(key);

	for (const char *at = output; (at = strstr(at, key)); at += n) {
		if ((at != output && at[-1] != ' ' && at[-1] != '\n') || at[n] != '=')
			continue;
		*out = strtoll(at + n + 1, NULL, 10);
		return *out > 0;
	}
	return false;
}

static int run(struct machine *m, struct machine_zone *z, const char *which, const char *key,
	       int64_t *out, struct error *err)
{
	int64_t bytes = m->options.probe_bytes;
	char *arguments =
		bytes ? xasprintf("%s --bytes %lldB", which, (long long)bytes) : xstrdup(which);
	char *output = NULL;
	int status = 0, rc = ask(m, z->domid, arguments, &output, &status, err);

	if (!rc && (status || !figure(output, key, out))) {
		output[strcspn(output, "\n")] = '\0';
		rc = error_set(err, ERR_MACHINE,
			       "the probe in domain %u ended with status %d%s: %.300s", z->domid,
			       status, status ? "" : " and without a figure", output);
	}
	free(output);
	free(arguments);
	return rc;
}

int probe_zone(struct machine *m, struct machine_zone *z, struct error *err)
{
	char *report;
	int rc = await(m, z->domid, "report", "", &report, err);

	if (rc)
		return rc;
	free(report);
	rc = run(m, z, "stream", "triad_best_bytes_per_s", &z->bandwidth_bytes_per_s, err);
	if (!rc)
		rc = run(m, z, "chase", "latency_median_ps", &z->latency_ps, err);
	z->probed = !rc;
	return rc;
}
