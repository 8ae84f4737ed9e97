/*
 * Replay holds no model of a machine: it reads the record line by line beside
 * the caller's questions. Its parser trusts nothing; every short or odd line is
 * ERR_INPUT with its number.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend_impl.h"
#include "backend/record.h"
#include "backend/record_format.h"
#include "base/alloc.h"
#include "base/units.h"

struct replay {
	struct backend base;
	struct backend_ops ops; /* ours, with the recorded machine's mask */
	char *path;
	FILE *file;
	char *line; /* current, without newline */
	size_t cap;
	unsigned long number;
	int64_t now_ns;
	bool odd; /* the last "now" was none */
	struct host_state *state;
	struct plan_memory *part;
	size_t part_cap;
	struct left_zone *left;
	size_t nr_left, cap_left;
	uint8_t *vnodes; /* by slot, of the zone that runs there; 0: none does */
	size_t nr_slots, cap_slots;
};

static struct replay *replay_of(const struct backend *b)
{
	return (struct replay *)(uintptr_t)b;
}

static int next_line(struct replay *r, struct error *err)
{
	ssize_t n = getline(&r->line, &r->cap, r->file);

	r->number++;
	if (n < 0 && !feof(r->file))
		return error_at(err, ERR_MACHINE, r->path, r->number, 0, "cannot be read: %s",
				strerror(errno));
	if (n < 0)
		return error_at(err, ERR_INPUT, r->path, r->number, 0,
				"the record ends here, but the run goes on");
	if (n && r->line[n - 1] == '\n')
		r->line[n - 1] = '\0';
	return 0;
}

/* A cursor over blank-separated words of the current line. */
static bool word(char **p, char **out)
{
	char *s = *p + strspn(*p, " ");

	if (!*s)
		return false;
	*out = s;
	s += strcspn(s, " ");
	if (*s)
		*s++ = '\0';
	*p = s;
	return true;
}

static bool word_is(char **p, const char *expected)
{
	char *w;

	return word(p, &w) && strcmp(w, expected) == 0;
}

static bool integer(char **p, int64_t min, int64_t max, int64_t *out)
{
	char *w, *end;
	long long v;

	if (!word(p, &w))
		return false;
	errno = 0;
	v = strtoll(w, &end, 10);
	if (errno || *end || v < min || v > max)
		return false;
	*out = v;
	return true;
}

static bool integer32(char **p, uint32_t *out)
{
	int64_t v;

	if (!integer(p, 0, UINT32_MAX, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

/* One there is, or 0. */
static bool error_code(char **p, int64_t *out)
{
	return integer(p, INT32_MIN, 0, out) &&
	       (!*out || strcmp(error_name((int)*out), "ERR_UNKNOWN") != 0);
}

static int malformed(struct replay *r, struct error *err)
{
	return error_at(err, ERR_INPUT, r->path, r->number, 0,
			"this is not a line of a homenode record; record the run again");
}

/* More than any machine has. */
#define VCPUS_MAX (1 << 24)
#define BYTES_PER_S_MAX ((int64_t)1 << 53)
#define LATENCY_PS_MAX ((int64_t)1 << 53)

static bool vcpus(char **p, uint32_t *out)
{
	return integer32(p, out) && *out <= VCPUS_MAX;
}

static int read_state(struct replay *r, struct error *err)
{
	int64_t host;
	struct host_state *s;
	char *p;
	bool ok;
	int rc = next_line(r, err);

	if (rc)
		return rc;
	p = r->line;
	if (!word_is(&p, "state") || !integer(&p, 0, (int64_t)r->base.nr_hosts - 1, &host))
		return malformed(r, err);
	s = &r->state[host];
	ok = integer(&p, 0, s->host->memory_bytes, &s->total_free_bytes) &&
	     vcpus(&p, &s->total_vcpus) && integer32(&p, &s->vcpus_limit) &&
	     vcpus(&p, &s->nr_zones) && word_is(&p, "free");
	for (unsigned n = 0; ok && n < s->host->nr_nodes; n++)
		ok = integer(&p, 0, s->host->node[n].memory_bytes, &s->free_bytes[n]);
	ok = ok && word_is(&p, "vcpus");
	for (unsigned n = 0; ok && n < s->host->nr_nodes; n++)
		ok = vcpus(&p, &s->vcpus[n]);
	ok = ok && word_is(&p, "taken");
	for (unsigned d = 0; ok && d < s->host->nr_devices; d++) {
		int64_t taken;

		ok = integer(&p, 0, 1, &taken);
		s->device_taken[d] = ok && taken;
	}
	return ok ? 0 : malformed(r, err);
}

/* All states between this answer and the next question. */
static int read_states(struct replay *r, struct error *err)
{
	int first, rc = 0;

	while (!rc && (first = getc(r->file)) != EOF) {
		if (ungetc(first, r->file) == EOF || first != STATE_FIRST)
			break;
		rc = read_state(r, err);
	}
	return rc;
}

/* The time that follows next, if one does. */
static int read_now(struct replay *r, struct error *err)
{
	int first = getc(r->file), rc;
	char *p;

	if (first == EOF || ungetc(first, r->file) == EOF || first != NOW_FIRST)
		return 0;
	rc = next_line(r, err);
	if (rc)
		return rc;
	p = r->line;
	/* never backwards */
	if (word_is(&p, "now") && integer(&p, r->now_ns, TIME_MAX_NS, &r->now_ns))
		return 0;
	return malformed(r, err);
}

/* Steps that records of earlier programs could hold. */
static bool moves_zone(const char *line)
{
	static const char *const kind[] = {"check repin ", "apply repin ", "check move_memory ",
					   "apply move_memory "};

	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++)
		if (strncmp(line, kind[i], strlen(kind[i])) == 0)
			return true;
	return false;
}

/* The next line must ask `question`; *answer is set to what follows "->". */
static int expect(struct replay *r, const char *question, char **answer, struct error *err)
{
	size_t n = strlen(question);
	int rc = r->odd ? malformed(r, err) : read_now(r, err);

	if (!rc)
		rc = next_line(r, err);
	if (rc)
		return rc;
	if (moves_zone(r->line))
		return error_at(err, ERR_INPUT, r->path, r->number, 0,
				"the record moves a zone that runs (\"%.200s\"), which no run "
				"does any more; record the run again",
				r->line);
	if (strncmp(r->line, question, n) != 0 || strncmp(r->line + n, " -> ", 4) != 0)
		return error_at(err, ERR_INPUT, r->path, r->number, 0,
				"the run asks \"%.200s\" where the record has \"%.200s\"; replay "
				"needs the workload and policy that were recorded",
				question, r->line);
	*answer = r->line + n + 4;
	return 0;
}

static void replay_close(struct backend *b)
{
	struct replay *r = replay_of(b);

	for (uint32_t i = 0; i < r->base.nr_hosts; i++)
		host_state_release(&r->state[i]);
	if (r->file)
		fclose(r->file);
	free(r->state);
	free(r->part);
	free(r->left);
	free(r->vnodes);
	free(r->line);
	free(r->path);
	free(r);
}

/* Zones that a killed run had left when this one began: of the one host. */
static int read_left(struct replay *r, struct error *err)
{
	int first, rc = 0;

	while (!rc && (first = getc(r->file)) != EOF) {
		char *p;

		if (ungetc(first, r->file) == EOF || first != LEFT_FIRST)
			break;
		rc = next_line(r, err);
		if (rc)
			break;
		r->left = grow(r->left, &r->cap_left, r->nr_left, sizeof(*r->left));
		p = r->line;
		if (r->base.nr_hosts != 1 || !word_is(&p, "left") ||
		    !left_zone_read(&r->left[r->nr_left++], p, r->state[0].host))
			rc = malformed(r, err);
	}
	return rc;
}

static int read_header(struct replay *r, struct error *err)
{
	int64_t version, can, hosts;
	char *p, *name;
	int rc = next_line(r, err);

	if (rc)
		return rc;
	p = r->line;
	if (!word_is(&p, "homenode-record") || !integer(&p, 1, INT32_MAX, &version))
		return error_at(err, ERR_INPUT, r->path, 1, 0, "this is not a homenode record");
	if (version > RECORD_VERSION)
		return error_at(err, ERR_INPUT, r->path, 1, 0,
				"record version %" PRId64 " is newer than this program reads (%d)",
				version, RECORD_VERSION);
	if (!word(&p, &name) || !integer(&p, 0, UINT32_MAX, &can) ||
	    !integer(&p, 0, UINT32_MAX, &hosts))
		return malformed(r, err);
	if (hosts != r->base.nr_hosts)
		return error_at(err, ERR_INPUT, r->path, 1, 0,
				"the record has %" PRId64 " hosts, the run asks for %" PRIu32,
				hosts, r->base.nr_hosts);
	r->ops.can = (unsigned)can & replay_backend.can;
	return 0;
}

static int read_path(void *out, const struct backend_option *o, const char *value,
		     struct error *err)
{
	if (!*value)
		return error_set(err, ERR_USAGE, "the replay backend needs its option, %s: %s",
				 o->value, o->meaning);
	*(char **)out = xstrdup(value);
	return 0;
}

static const struct backend_option options[] = {
	{"", "FILE", "the recorded run", .from = "--replay", .read = read_path},
	{0},
};

static int read_options(struct replay *r, const char *text, struct error *err)
{
	char *copy = xstrdup(text ? text : "");
	int rc = backend_options_read("replay", options, copy, &r->path, err);

	free(copy);
	return rc;
}

static int replay_open(struct backend **out, const struct backend_config *config, struct error *err)
{
	struct replay *r = xcalloc(1, sizeof(*r));
	int rc = read_options(r, config->options, err);

	r->ops = replay_backend;
	r->base = (struct backend){.ops = &r->ops, .nr_hosts = config->nr_hosts};
	r->state = xcalloc(config->nr_hosts, sizeof(*r->state));
	for (uint32_t i = 0; i < config->nr_hosts; i++)
		host_state_init(&r->state[i], config->host[i]);
	r->file = rc ? NULL : fopen(r->path, "r");
	if (!rc && !r->file)
		rc = error_set(err, ERR_INPUT, "%s: cannot be opened: %s", r->path,
			       strerror(errno));
	if (!rc)
		rc = read_header(r, err);
	for (uint32_t i = 0; !rc && i < config->nr_hosts; i++)
		rc = read_state(r, err);
	if (!rc)
		rc = read_left(r, err);
	if (rc) {
		replay_close(&r->base);
		return rc;
	}
	*out = &r->base;
	return 0;
}

/* Frees the question. */
static int replay_question(struct replay *r, char *question, struct error *err)
{
	char *answer;
	int64_t code;
	int rc = expect(r, question, &answer, err);

	free(question);
	if (rc)
		return rc;
	if (!error_code(&answer, &code) || (code && !*answer))
		return malformed(r, err);
	if (code)
		(void)error_set(err, (int)code, "%s", answer);
	rc = read_states(r, code ? NULL : err);
	return rc ? rc : (int)code;
}

static int replay_check(struct backend *b, const struct step *s, struct error *err)
{
	return replay_question(replay_of(b), record_step_text("check", s), err);
}

static unsigned vnodes_of(const struct replay *r, uint32_t slot)
{
	return slot < r->nr_slots ? r->vnodes[slot] : 0;
}

static int replay_apply(struct backend *b, const struct step *s, struct error *err)
{
	struct replay *r = replay_of(b);
	int rc = replay_question(r, record_step_text("apply", s), err);

	if (rc)
		return rc;
	if (s->kind == STEP_START) {
		for (; r->nr_slots <= s->slot; r->nr_slots++) {
			r->vnodes = grow(r->vnodes, &r->cap_slots, r->nr_slots, 1);
			r->vnodes[r->nr_slots] = 0;
		}
		r->vnodes[s->slot] = (uint8_t)s->plan->nr_vnodes;
	} else if (s->kind == STEP_STOP && s->slot < r->nr_slots) {
		r->vnodes[s->slot] = 0;
	}
	return 0;
}

static const struct left_zone *replay_left(const struct backend *b, uint32_t number)
{
	const struct replay *r = replay_of(b);

	return number < r->nr_left ? &r->left[number] : NULL;
}

static int replay_correct(struct backend *b, const struct step *s, const int64_t *bytes,
			  struct error *err)
{
	struct replay *r = replay_of(b);
	uint32_t nr_nodes = r->state[s->host].host->nr_nodes;

	return replay_question(r, record_correction_text(s, bytes, nr_nodes), err);
}

static int replay_wait(struct backend *b, int64_t until_ns, struct event *out, struct error *err)
{
	struct replay *r = replay_of(b);
	char question[64], *answer;
	int64_t code, kind, now;
	int rc;

	snprintf(question, sizeof(question), "wait %" PRId64, until_ns);
	rc = expect(r, question, &answer, err);
	if (rc)
		return rc;
	if (!error_code(&answer, &code) || !integer(&answer, 0, EVENT_ZONE_EXITED, &kind) ||
	    !integer(&answer, 0, TIME_MAX_NS, &out->at_ns) || !integer32(&answer, &out->host) ||
	    !integer32(&answer, &out->slot) || !integer(&answer, 0, TIME_MAX_NS, &now) ||
	    out->host >= r->base.nr_hosts)
		return malformed(r, err);
	if (code)
		return error_set(err, (int)code, "the recorded wait failed");
	out->kind = (enum event_kind)kind;
	/* time does not run backwards, and a wait that timed out is over */
	if (out->at_ns < r->now_ns || now < out->at_ns ||
	    (out->kind == EVENT_TIMEOUT && out->at_ns < until_ns))
		return malformed(r, err);
	if (out->kind == EVENT_ZONE_EXITED) {
		if (!vnodes_of(r, out->slot))
			return malformed(r, err);
		r->vnodes[out->slot] = 0;
	}
	r->now_ns = now;
	return read_states(r, err);
}

static const struct host_state *replay_observe(struct backend *b, uint32_t host)
{
	return &replay_of(b)->state[host];
}

static int64_t replay_now_ns(const struct backend *b)
{
	struct replay *r = replay_of(b);

	/* an odd line is left for the next question to report */
	r->odd = read_now(r, NULL) != 0;
	return r->now_ns;
}

static bool read_part(char **p, const struct host *h, struct plan_memory *out)
{
	char *w;
	int n = 0;

	return word(p, &w) &&
	       sscanf(w, "%" SCNu32 ":%" SCNu32 ":%" SCNd64 "%n", &out->vnode, &out->node,
		      &out->bytes, &n) == 3 &&
	       !w[n] && out->node < h->nr_nodes && out->bytes >= 0;
}

static bool part_is_again(const struct measure *m, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (m->part[k].vnode == m->part[i].vnode && m->part[k].node == m->part[i].node)
			return true;
	return false;
}

/* As struct measure promises. */
static bool parts_are_sound(const struct measure *m, unsigned nr_vnodes)
{
	int64_t left = m->resident_bytes - m->unknown_bytes;

	for (uint32_t i = 0; i < m->nr_parts; i++) {
		if (m->part[i].vnode >= nr_vnodes || m->part[i].bytes < 1 ||
		    m->part[i].bytes > left || part_is_again(m, i))
			return false;
		left -= m->part[i].bytes;
	}
	return left == 0 || !(m->fields & (MEASURE_PARTS | MEASURE_NODE_PARTS));
}

static int replay_measure(struct backend *b, uint32_t host, uint32_t slot, struct measure *out,
			  struct error *err)
{
	struct replay *r = replay_of(b);
	char question[64], *p;
	int64_t code, fields;
	int rc;

	snprintf(question, sizeof(question), "measure %" PRIu32 " %" PRIu32, host, slot);
	rc = expect(r, question, &p, err);
	if (rc)
		return rc;
	if (!error_code(&p, &code))
		return malformed(r, err);
	if (code)
		return error_set(err, (int)code, "the recorded measurement failed");
	if (!integer(&p, 0, UINT32_MAX, &fields) ||
	    !integer(&p, 0, r->state[host].host->memory_bytes, &out->resident_bytes) ||
	    !integer(&p, 0, out->resident_bytes, &out->unknown_bytes) ||
	    !integer(&p, 0, BYTES_PER_S_MAX, &out->bandwidth_bytes_per_s) ||
	    !integer(&p, 0, LATENCY_PS_MAX, &out->latency_ps) || !integer32(&p, &out->nr_parts) ||
	    !word_is(&p, "part") ||
	    out->nr_parts > vnodes_of(r, slot) * r->state[host].host->nr_nodes)
		return malformed(r, err);
	out->fields = (unsigned)fields;
	while (r->part_cap < out->nr_parts)
		r->part = grow(r->part, &r->part_cap, r->part_cap, sizeof(*r->part));
	for (uint32_t i = 0; i < out->nr_parts; i++)
		if (!read_part(&p, r->state[host].host, &r->part[i]))
			return malformed(r, err);
	out->part = r->part;
	return parts_are_sound(out, vnodes_of(r, slot)) ? 0 : malformed(r, err);
}

const struct backend_ops replay_backend = {
	.name = "replay",
	.summary = "answers from a recorded run (option: the record's path)",
	/* narrowed to the recorded machine's mask when a record is opened */
	.can = STEP_START | STEP_RESIZE | STEP_PROBE | STEP_STOP | STEP_LOAD,
	.traits = BACKEND_VIRTUAL_CLOCK,
	.option = options,
	.open = replay_open,
	.close = replay_close,
	.now_ns = replay_now_ns,
	.check = replay_check,
	.apply = replay_apply,
	.wait = replay_wait,
	.observe = replay_observe,
	.measure = replay_measure,
	.left = replay_left,
	.correct = replay_correct,
};
