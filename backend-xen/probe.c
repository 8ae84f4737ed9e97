/*
 * The probe, inside the zone: guest/init.c answers in xenstore. Below the domain's
 * directory, data/homenode/probe takes "ID ARGUMENT..." or "ID stop", data/homenode/begun
 * becomes "ID" when it has begun, data/homenode/result "ID STATUS PARTS" when it is done, with
 * the program's output in result/0 .. result/PARTS-1.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend-xen/answer.h"
#include "backend-xen/machine.h"
#include "backend-xen/pause.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/units.h"

#define LOOK_MS 100
#define ROUNDS 3
#define WINDOW_MS 200

static char *read_below(struct machine *m, uint32_t domid, const char *path)
{
	char *whole = xasprintf("/local/domain/%u/data/homenode/%s", domid, path);
	char *value = xen_store_read(&m->xen, whole);

	free(whole);
	return value;
}

/* Is `word` its first one? "": of anything. */
static bool begins(const char *value, const char *word)
{
	size_t n = strlen(word);

	return value && strncmp(value, word, n) == 0 && (!n || !value[n] || value[n] == ' ');
}

/* What comes behind that word. */
static const char *behind(const char *value, const char *word)
{
	const char *rest = value + strlen(word);

	return *rest == ' ' ? rest + 1 : rest;
}

static int silent(struct machine *m, const struct domain_id *id, const char *path,
		  struct error *err)
{
	if (domain_look_at(&m->xen, id, NULL) != DOMAIN_RUNS)
		return error_set(err, ERR_MACHINE, "domain %u does not run", id->domid);
	return error_set(err, ERR_CANNOT,
			 "domain %u does not write data/homenode/%s within %lld s: does its "
			 "initramfs hold the zone's init and the probe, of this version?",
			 id->domid, path, (long long)(m->options.patience_ns / NS_PER_S));
}

/* Until the value of `path`, or that of `or_path` (NULL: none), begins with the word `begin`; it
 * is the caller's to free, and *other says that it is the second one. */
static int await(struct machine *m, const struct domain_id *id, const char *path,
		 const char *or_path, const char *begin, char **out, bool *other, struct error *err)
{
	int64_t until = monotonic_ns() + m->options.patience_ns;

	for (;;) {
		*other = false;
		*out = read_below(m, id->domid, path);
		if (!begins(*out, begin) && or_path) {
			free(*out);
			*other = true;
			*out = read_below(m, id->domid, or_path);
		}
		if (begins(*out, begin))
			return 0;
		free(*out);
		*out = NULL;
		if (monotonic_ns() > until || domain_look_at(&m->xen, id, NULL) != DOMAIN_RUNS)
			return silent(m, id, path, err);
		if (!pause_ms(m->xen.stop, LOOK_MS))
			return error_set(err, ERR_INTERRUPTED,
					 "stopped by a signal while domain %u was probed",
					 id->domid);
	}
}

/* All parts, one behind the other; the caller frees *out. */
static int join_parts(struct machine *m, uint32_t domid, uint32_t parts, char **out, size_t *size,
		      struct error *err)
{
	char *text = xmalloc((size_t)parts * ANSWER_PART_BYTES_MAX + 1);
	int rc = 0;

	*out = text;
	*size = 0;
	for (uint32_t i = 0; i < parts && !rc; i++) {
		char *path = xasprintf("result/%u", i), *part = read_below(m, domid, path);
		size_t n = part ? strnlen(part, ANSWER_PART_BYTES_MAX) : 0;

		if (part)
			memcpy(text + *size, part, n);
		else
			rc = error_set(err, ERR_CANNOT,
				       "its guest's answer has %u parts, and part %u is not there",
				       parts, i);
		*size += n;
		free(part);
		free(path);
	}
	text[*size] = '\0';
	return rc;
}

/* The ID is the caller's to free. */
static int request(struct machine *m, const struct machine_zone *z, const char *arguments,
		   char **id, struct error *err)
{
	char *path = xasprintf("/local/domain/%u/data/homenode/probe", z->domid), *text;
	int rc = owner_still(m, &z->id, err);

	*id = xasprintf("%ld-%u", (long)(monotonic_ns() / NS_PER_MS), ++m->probes);
	text = xasprintf("%s %s", *id, arguments);
	if (!rc && !xs_write(m->xen.xs, XBT_NULL, path, text, (unsigned)strlen(text)))
		rc = error_set(err, ERR_MACHINE, "%s cannot be written: %s", path, strerror(errno));
	free(text);
	free(path);
	return rc;
}

static int read_answer(struct machine *m, uint32_t domid, const char *head,
		       const struct answer_wanted *w, int64_t *out, struct error *err)
{
	char *text = NULL, quote[300];
	uint32_t parts;
	int status, rc = answer_head(head, &status, &parts, err);
	size_t size;

	if (!rc)
		rc = join_parts(m, domid, parts, &text, &size, err);
	if (!rc)
		answer_quote(quote, sizeof(quote), text);
	if (!rc && status)
		rc = error_set(err, ERR_CANNOT, "the probe in domain %u ended with status %d: %s",
			       domid, status, quote);
	else if (!rc)
		rc = answer_figure(text, size, w, out, err);
	free(text);
	return rc;
}

static struct answer_wanted wanted(const struct machine_zone *z, enum answer_kind kind,
				   const char *op)
{
	return (struct answer_wanted){
		.kind = kind, .op = op, .vcpus = z->nr_vcpus, .memory_bytes = z->most_bytes};
}

/* Runs the probe with these arguments, takes them, and waits for its figure. */
static int run(struct machine *m, struct machine_zone *z, char *arguments, struct answer_wanted w,
	       int64_t *out, struct error *err)
{
	int64_t began_ns = monotonic_ns();
	char *id = NULL, *result = NULL;
	bool other;
	int rc = request(m, z, arguments, &id, err);

	if (!rc)
		rc = await(m, &z->id, "result", NULL, id, &result, &other, err);
	w.took_ns = monotonic_ns() - began_ns;
	if (!rc)
		rc = read_answer(m, z->domid, behind(result, id), &w, out, err);
	free(result);
	free(id);
	free(arguments);
	return rc;
}

/* With the size of its arrays where the options say one. */
static char *arguments_of(const struct machine *m, const char *what)
{
	int64_t bytes = m->options.probe_bytes;

	return bytes ? xasprintf("%s --bytes %lldB", what, (long long)bytes) : xstrdup(what);
}

static int await_report(struct machine *m, const struct domain_id *id, struct error *err)
{
	char *report;
	bool other;
	int rc = await(m, id, "report", NULL, "", &report, &other, err);

	free(report);
	return rc;
}

static int probe_all(struct machine *m, struct machine_zone *z, struct error *err)
{
	int rc = run(m, z, arguments_of(m, "stream"), wanted(z, ANSWER_STREAM, NULL),
		     &z->bandwidth_bytes_per_s, err);

	return rc ? rc
		  : run(m, z, arguments_of(m, "chase"), wanted(z, ANSWER_CHASE, NULL),
			&z->latency_ps, err);
}

/* The mean over vCPUs: one of each vnode, one after the other, in its own memory. */
static int probe_chase(struct machine *m, struct machine_zone *z, struct error *err)
{
	int128 sum = 0, weight = 0;

	for (uint32_t v = 0; v < z->nr_vnodes; v++) {
		char *what, *arguments;
		int64_t ps;
		int rc;

		if (!z->vnode_vcpus[v])
			continue;
		what = z->told && z->nr_vnodes > 1
			       ? xasprintf("chase --repeats %d --node %u", ROUNDS, v)
			       : xasprintf("chase --repeats %d", ROUNDS);
		arguments = arguments_of(m, what);
		free(what);
		rc = run(m, z, arguments, wanted(z, ANSWER_CHASE, NULL), &ps, err);
		if (rc)
			return rc;
		sum += (int128)ps * z->vnode_vcpus[v];
		weight += z->vnode_vcpus[v];
		if (!z->told)
			break;
	}
	z->latency_ps = weight ? (int64_t)(sum / weight) : 0;
	return 0;
}

static const char *loop_of(enum step_work work)
{
	static const char *const op[NR_WORKS] = {
		[WORK_READ] = "read", [WORK_WRITE] = "write-nt", [WORK_MIX] = "mix-2-1"};

	return op[work];
}

static int probe_loop(struct machine *m, struct machine_zone *z, enum step_work work,
		      struct error *err)
{
	struct answer_wanted w = wanted(z, ANSWER_KERNEL, loop_of(work));
	char *what = xasprintf("kernel --op %s --repeats %d --window %d", w.op, ROUNDS, WINDOW_MS);
	char *arguments = arguments_of(m, what);

	free(what);
	w.least_ns = ROUNDS * WINDOW_MS * NS_PER_MS;
	return run(m, z, arguments, w, &z->bandwidth_bytes_per_s, err);
}

int probe_zone(struct machine *m, struct machine_zone *z, enum step_work work, struct error *err)
{
	int rc = z->load_id ? error_set(err, ERR_CANNOT, "the zone is at work: end its load first")
			    : await_report(m, &z->id, err);

	if (rc)
		return rc;
	z->bandwidth_bytes_per_s = z->latency_ps = 0;
	if (work == WORK_NONE)
		rc = probe_all(m, z, err);
	else if (work == WORK_CHASE)
		rc = probe_chase(m, z, err);
	else
		rc = probe_loop(m, z, work, err);
	if (rc)
		z->bandwidth_bytes_per_s = z->latency_ps = 0;
	return rc;
}

/* --- loads ------------------------------------------------------------------------------ */

int probe_quiet(struct machine *m, const struct machine_zone *z, struct error *err)
{
	char *id = NULL;
	int rc = request(m, z, "stop", &id, err);

	free(id);
	return rc;
}

static int begin_load(struct machine *m, struct machine_zone *z, const struct step *s,
		      struct error *err)
{
	const char *op = loop_of(s->work);
	char *what = s->bytes ? xasprintf("load --op %s --limit %lld", op, (long long)s->bytes)
			      : xasprintf("load --op %s", op);
	char *arguments = arguments_of(m, what), *id = NULL, *begun = NULL, *stop = NULL;
	struct answer_wanted w = wanted(z, ANSWER_LOAD, op);
	int64_t nothing;
	bool over = false;
	int rc = await_report(m, &z->id, err);

	if (!rc)
		rc = request(m, z, arguments, &id, err);
	z->load_ns = monotonic_ns();
	/* one that cannot begin has ended, with its reason */
	if (!rc)
		rc = await(m, &z->id, "begun", "result", id, &begun, &over, err);
	if (!rc && over)
		rc = read_answer(m, z->domid, behind(begun, id), &w, &nothing, err);
	if (!rc && over)
		rc = error_set(err, ERR_CANNOT, "its guest's load ended at once");
	if (!rc) {
		z->load_id = id;
		z->load_work = s->work;
		id = NULL;
	}
	/* should it begin after all, it is not to go on */
	if (id)
		(void)request(m, z, "stop", &stop, NULL);
	free(stop);
	free(begun);
	free(id);
	free(arguments);
	free(what);
	return rc;
}

static int end_load(struct machine *m, struct machine_zone *z, struct error *err)
{
	struct answer_wanted w = wanted(z, ANSWER_LOAD, loop_of(z->load_work));
	char *id = NULL, *result = NULL, *load = z->load_id;
	bool other;
	int rc = request(m, z, "stop", &id, err);

	z->load_id = NULL;
	if (!rc)
		rc = await(m, &z->id, "result", NULL, load, &result, &other, err);
	w.took_ns = monotonic_ns() - z->load_ns;
	if (!rc)
		rc = read_answer(m, z->domid, behind(result, load), &w, &z->bandwidth_bytes_per_s,
				 err);
	free(result);
	free(load);
	free(id);
	return rc;
}

int probe_load(struct machine *m, struct machine_zone *z, const struct step *s, struct error *err)
{
	int rc = 0;

	z->bandwidth_bytes_per_s = z->latency_ps = 0;
	if (z->load_id)
		rc = end_load(m, z, err);
	return rc || s->work == WORK_NONE ? rc : begin_load(m, z, s, err);
}
