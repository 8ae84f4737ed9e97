#include "backend/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend_impl.h"
#include "backend/record_format.h"
#include "base/alloc.h"
#include "base/output.h"

/* What of a host's state can change by itself: others use a live machine too. */
struct written {
	int64_t free_bytes[NODES_MAX];
	uint32_t vcpus[NODES_MAX], limit;
};

struct recorder {
	struct backend base;
	struct backend_ops ops; /* the inner one's name and mask, our functions */
	struct backend *inner;
	struct output file;
	struct written *written; /* by host */
	int64_t now_ns; /* as last written */
	bool kept; /* nothing is written any more */
};

static struct recorder *recorder_of(const struct backend *b)
{
	return (struct recorder *)(uintptr_t)b;
}

char *record_step_text(const char *verb, const struct step *s)
{
	const struct plan *p = s->plan;
	char *text, *more;

	text = xasprintf("%s %s %" PRIu32 " %" PRIu32 " %" PRId64 " ", verb, step_name(s->kind),
			 s->host, s->slot, s->left ? (int64_t)s->left : s->bytes);
	if (!p) {
		bool works = s->work || s->kind == STEP_LOAD;

		more = xasprintf("%s-%s%s", text, works ? " " : "",
				 works ? work_name(s->work) : "");
		free(text);
		return more;
	}
	more = xasprintf("%s%s:%d:%d:", text, p->zone->name, (int)p->told, (int)p->pinned);
	free(text);
	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		text = more;
		more = xasprintf("%s%" PRIu32 ",%" PRIu32 ",%" PRId64 ";", text, p->vnode[i].node,
				 p->vnode[i].vcpus, p->vnode[i].memory_bytes);
		free(text);
	}
	return more;
}

static void write_state(struct recorder *r, uint32_t host)
{
	const struct host_state *s = backend_observe(r->inner, host);
	struct written *w = &r->written[host];
	FILE *f = r->file.file;

	memcpy(w->free_bytes, s->free_bytes, s->host->nr_nodes * sizeof(*w->free_bytes));
	memcpy(w->vcpus, s->vcpus, s->host->nr_nodes * sizeof(*w->vcpus));
	w->limit = s->vcpus_limit;
	fprintf(f, "state %" PRIu32 " %" PRId64 " %" PRIu32 " %" PRIu32 " %" PRIu32 " free", host,
		s->total_free_bytes, s->total_vcpus, s->vcpus_limit, s->nr_zones);
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		fprintf(f, " %" PRId64, s->free_bytes[n]);
	fputs(" vcpus", f);
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		fprintf(f, " %" PRIu32, s->vcpus[n]);
	fputs(" taken", f);
	for (unsigned d = 0; d < s->host->nr_devices; d++)
		fprintf(f, " %u", s->device_taken[d]);
	fputc('\n', f);
}

static void write_changed(struct recorder *r, uint32_t host)
{
	const struct host_state *s = backend_observe(r->inner, host);
	const struct written *w = &r->written[host];
	unsigned nr = s->host->nr_nodes;

	if (memcmp(w->free_bytes, s->free_bytes, nr * sizeof(*w->free_bytes)) ||
	    memcmp(w->vcpus, s->vcpus, nr * sizeof(*w->vcpus)) || w->limit != s->vcpus_limit)
		write_state(r, host);
}

static int record_step(struct backend *b, const struct step *s, struct error *err, bool apply)
{
	struct recorder *r = recorder_of(b);
	struct error own = {0};
	char *question = record_step_text(apply ? "apply" : "check", s);
	int rc = apply ? backend_apply(r->inner, s, &own) : backend_check(r->inner, s, &own);

	fprintf(r->file.file, "%s -> %d %s\n", question, rc, rc ? own.text : "");
	free(question);
	if (apply)
		write_state(r, s->host);
	else
		write_changed(r, s->host);
	if (rc && err)
		*err = own;
	return rc;
}

static int recorder_check(struct backend *b, const struct step *s, struct error *err)
{
	return record_step(b, s, err, false);
}

static int recorder_apply(struct backend *b, const struct step *s, struct error *err)
{
	return record_step(b, s, err, true);
}

static int recorder_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	struct recorder *r = recorder_of(b);
	int rc = backend_wait(r->inner, until_ns, out, err);
	int64_t now = backend_now_ns(r->inner);

	fprintf(r->file.file,
		"wait %" PRId64 " -> %d %d %" PRId64 " %" PRIu32 " %" PRIu32 " %" PRId64 "\n",
		until_ns, rc, rc ? 0 : (int)out->kind, rc ? 0 : out->at_ns, rc ? 0 : out->host,
		rc ? 0 : out->slot, now);
	r->now_ns = rc ? r->now_ns : now;
	if (!rc && out->kind != EVENT_TIMEOUT)
		write_state(r, out->host);
	else if (r->base.nr_hosts == 1) /* a live machine is one host; a fleet is simulated */
		write_changed(r, 0);
	return rc;
}

static const struct host_state *recorder_observe(struct backend *b, uint32_t host)
{
	return backend_observe(recorder_of(b)->inner, host);
}

static int64_t recorder_now_ns(const struct backend *b)
{
	struct recorder *r = recorder_of(b);
	int64_t now = backend_now_ns(r->inner);

	/* a wall clock goes on between waits; a simulated one does not */
	if (now != r->now_ns)
		fprintf(r->file.file, "now %" PRId64 "\n", now);
	r->now_ns = now;
	return now;
}

static int recorder_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			    struct error *err)
{
	struct recorder *r = recorder_of(b);
	FILE *f = r->file.file;
	int rc = backend_measure(r->inner, host, slot, out, err);

	if (rc) {
		fprintf(f, "measure %" PRIu32 " %" PRIu32 " -> %d\n", host, slot, rc);
		return rc;
	}
	fprintf(f,
		"measure %" PRIu32 " %" PRIu32 " -> 0 %u %" PRId64 " %" PRId64 " %" PRId64
		" %" PRId64 " %" PRIu32 " part",
		host, slot, out->fields, out->resident_bytes, out->unknown_bytes,
		out->bandwidth_bytes_per_s, out->latency_ps, out->nr_parts);
	for (uint32_t i = 0; i < out->nr_parts; i++)
		fprintf(f, " %" PRIu32 ":%" PRIu32 ":%" PRId64, out->part[i].vnode,
			out->part[i].node, out->part[i].bytes);
	fputc('\n', f);
	return 0;
}

char *record_correction_text(const struct step *s, const int64_t *bytes, uint32_t nr_nodes)
{
	char *text = record_step_text("correct", s), *more;

	for (uint32_t n = 0; n < nr_nodes; n++) {
		more = xasprintf("%s %" PRId64, text, bytes[n]);
		free(text);
		text = more;
	}
	return text;
}

static int recorder_correct(struct backend *b, const struct step *s, const int64_t *bytes,
			    struct error *err)
{
	struct recorder *r = recorder_of(b);
	uint32_t nr_nodes = backend_observe(r->inner, s->host)->host->nr_nodes;
	char *question = record_correction_text(s, bytes, nr_nodes);
	struct error own = {0};
	int rc = backend_correct(r->inner, s, bytes, &own);

	fprintf(r->file.file, "%s -> %d %s\n", question, rc, rc ? own.text : "");
	free(question);
	write_state(r, s->host);
	if (rc && err)
		*err = own;
	return rc;
}

static int keep(struct recorder *r, struct error *err)
{
	struct error own = {0};

	r->kept = true;
	return output_commit(&r->file, &own)
		       ? error_set(err, ERR_MACHINE, "the record was not kept: %s", own.text)
		       : 0;
}

static const struct left_zone *recorder_left(const struct backend *b, uint32_t number)
{
	return backend_left(recorder_of(b)->inner, number);
}

static void write_left(struct recorder *r)
{
	const struct left_zone *l;

	for (uint32_t i = 0; (l = backend_left(r->inner, i)); i++) {
		char *text = left_zone_copy_text(l);

		fprintf(r->file.file, "left %s\n", text);
		free(text);
	}
}

static void recorder_close(struct backend *b)
{
	struct recorder *r = recorder_of(b);
	struct error err = {0};

	backend_close(r->inner);
	if (!r->kept && keep(r, &err))
		fprintf(stderr, "homenode: %s\n", err.text);
	free(r->written);
	free(r);
}

int recorder_keep(struct backend *b, struct error *err)
{
	return b->ops->close == recorder_close ? keep(recorder_of(b), err) : 0;
}

static int recorder_not_opened_by_ops(struct backend **out, const struct backend_config *config,
				      struct error *err)
{
	(void)out;
	(void)config;
	return error_set(err, ERR_CANNOT, "a recorder wraps an open backend");
}

int recorder_open(struct backend **out, struct backend *inner, const char *path,
		  const struct backend_config *config, struct error *err)
{
	struct recorder *r = xcalloc(1, sizeof(*r));
	int rc = output_open(&r->file, path, err);

	*out = NULL;
	if (rc) {
		backend_close(inner);
		free(r);
		return rc;
	}
	r->ops = *inner->ops;
	r->ops.open = recorder_not_opened_by_ops;
	r->ops.close = recorder_close;
	r->ops.now_ns = recorder_now_ns;
	r->ops.check = recorder_check;
	r->ops.apply = recorder_apply;
	r->ops.apply_and_measure = NULL;
	r->ops.wait = recorder_wait;
	r->ops.observe = recorder_observe;
	r->ops.measure = recorder_measure;
	r->ops.expect_host = NULL;
	r->ops.expect_zone = NULL;
	r->ops.left = recorder_left;
	r->ops.correct = inner->ops->correct ? recorder_correct : NULL;
	r->ops.bounds = NULL;
	r->base = (struct backend){.ops = &r->ops, .nr_hosts = config->nr_hosts};
	r->inner = inner;
	r->written = xcalloc(config->nr_hosts, sizeof(*r->written));
	fprintf(r->file.file, "homenode-record %d %s %u %" PRIu32 "\n", RECORD_VERSION,
		inner->ops->name, inner->ops->can, config->nr_hosts);
	for (uint32_t i = 0; i < config->nr_hosts; i++)
		write_state(r, i);
	write_left(r);
	*out = &r->base;
	return 0;
}
