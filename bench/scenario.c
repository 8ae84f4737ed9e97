#include "bench/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "zone/zone_check.h"

#define FILE_MAX ((size_t)1 << 20)
#define WORDS_MAX 12

struct reader {
	struct scenario *s;
	const struct host *host;
	const char *path;
	unsigned long line;
	uint32_t group; /* of the launches being read; 0: none */
	uint32_t nr_groups;
	unsigned nr_words;
	char *word[WORDS_MAX];
	unsigned long column[WORDS_MAX];
};

#define wrong(r, at, err, ...)                                                                     \
	error_at(err, ERR_INPUT, (r)->path, (r)->line, (r)->column[at], __VA_ARGS__)

/* The slot of the zone that lives under this name; UINT32_MAX: none. */
static uint32_t find_zone(const struct scenario *s, const char *name)
{
	uint32_t slot = UINT32_MAX;

	for (uint32_t i = 0; i < s->nr_zones; i++)
		if (s->zone[i] && strcmp(s->zone[i]->zone.name, name) == 0)
			slot = i;
	for (size_t i = 0; i < s->nr_steps && slot != UINT32_MAX; i++)
		if (s->step[i].kind == STEP_STOP && s->step[i].slot == slot)
			slot = UINT32_MAX;
	return slot;
}

static int read_bytes(const struct reader *r, unsigned at, int64_t *out, struct error *err)
{
	if (!bytes_parse(r->word[at], out) || *out <= 0 || *out > ZONE_MEMORY_MAX_BYTES ||
	    *out % PAGE_BYTES)
		return wrong(r, at, err, "\"%s\" is not a size in whole pages, such as 300MiB",
			     r->word[at]);
	return 0;
}

static int read_node(const struct reader *r, unsigned at, const char *text, struct plan *p,
		     struct error *err)
{
	int64_t number;

	if (!zone_parse_number(text, 0, INT32_MAX, &number))
		return wrong(r, at, err, "\"%s\" is not a node's number", text);
	for (uint32_t n = 0; n < r->host->nr_nodes; n++) {
		if (r->host->node[n].os_index != number)
			continue;
		if (p->nodes & nodeset_of(n))
			return wrong(r, at, err, "node %s is named twice", text);
		p->nodes |= nodeset_of(n);
		p->vnode[p->nr_vnodes++].node = n;
		return 0;
	}
	return wrong(r, at, err, "host %s has no node %s", r->host->name, text);
}

static int read_nodes(const struct reader *r, unsigned at, struct plan *p, struct error *err)
{
	char *copy = xstrdup(r->word[at]), *rest = copy, *text;
	int rc = 0;

	while (!rc && (text = strtok_r(rest, ",", &rest)))
		rc = read_node(r, at, text, p, err);
	if (!rc && !p->nr_vnodes)
		rc = wrong(r, at, err, "no node");
	free(copy);
	return rc;
}

/* What stands behind the nodes. */
static int read_rest(const struct reader *r, struct scenario_zone *z, int64_t *vcpus,
		     struct error *err)
{
	for (unsigned i = 5; i < r->nr_words; i++) {
		if (strcmp(r->word[i], "vnuma") == 0) {
			z->plan.told = PLAN_TOLD_VNUMA;
			z->plan.memory_rule = PLAN_MEMORY_STRICT;
			continue;
		}
		if (strcmp(r->word[i], "vcpus") != 0 || i + 1 == r->nr_words)
			return wrong(r, i, err, "\"%s\" is neither \"vcpus N\" nor \"vnuma\"",
				     r->word[i]);
		i++;
		if (!zone_parse_number(r->word[i], 1, ZONE_VCPUS_MAX, vcpus))
			return wrong(r, i, err, "\"%s\" is not a number of vCPUs", r->word[i]);
	}
	return 0;
}

static void share_out(struct scenario_zone *z, int64_t vcpus)
{
	struct plan *p = &z->plan;
	int64_t pages = z->zone.memory_bytes / PAGE_BYTES, nr = p->nr_vnodes;

	z->zone.vcpus = z->zone.vcpus_max = (uint32_t)vcpus;
	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		p->vnode[v].vcpus = (uint32_t)(vcpus / nr + (v < vcpus % nr));
		p->vnode[v].memory_bytes = (pages / nr + (v < pages % nr)) * PAGE_BYTES;
	}
}

static int read_start(struct reader *r, struct scenario_step *step, struct error *err)
{
	struct scenario *s = r->s;
	struct scenario_zone *z;
	int64_t vcpus;
	int rc;

	if (r->nr_words < 5 || strcmp(r->word[3], "nodes") != 0)
		return wrong(r, 0, err, "a start is \"start NAME SIZE nodes N,...\"");
	if (find_zone(s, r->word[1]) != UINT32_MAX)
		return wrong(r, 1, err, "there is a zone %s already", r->word[1]);
	s->zone = grow(s->zone, &s->cap_zones, s->nr_zones, sizeof(*s->zone));
	z = s->zone[s->nr_zones] = arena_alloc(&s->arena, sizeof(*z));
	step->slot = s->nr_zones++;
	zone_init(&z->zone);
	z->zone.name = arena_strdup(&s->arena, r->word[1]);
	z->zone.memory_min_bytes = PAGE_BYTES;
	z->zone.virt = ZONE_PVH;
	z->plan.zone = &z->zone;
	z->plan.host = r->host;
	z->plan.pinned = true;
	z->plan.told = PLAN_TOLD_FLAT;
	z->plan.memory_rule = PLAN_MEMORY_STRIPED;
	rc = read_bytes(r, 2, &z->zone.memory_bytes, err);
	if (!rc)
		rc = read_nodes(r, 4, &z->plan, err);
	vcpus = z->plan.nr_vnodes;
	if (!rc)
		rc = read_rest(r, z, &vcpus, err);
	if (rc)
		return rc;
	z->zone.memory_initial_bytes = z->zone.memory_bytes;
	share_out(z, vcpus);
	return 0;
}

static int read_other(const struct reader *r, struct scenario_step *step, struct error *err)
{
	bool balloon = step->kind == STEP_RESIZE;

	if (r->nr_words != (balloon ? 3 : 2))
		return wrong(r, 0, err,
			     balloon ? "a balloon is \"balloon NAME SIZE\""
				     : "a stop is \"stop NAME\"");
	step->slot = find_zone(r->s, r->word[1]);
	if (step->slot == UINT32_MAX)
		return wrong(r, 1, err, "there is no zone %s here", r->word[1]);
	if (!balloon)
		return 0;
	if (read_bytes(r, 2, &step->bytes, err))
		return ERR_INPUT;
	if (step->bytes > r->s->zone[step->slot]->zone.memory_bytes)
		return wrong(r, 2, err, "zone %s started with less than %s", r->word[1],
			     r->word[2]);
	return 0;
}

static int read_group(struct reader *r, bool begin, struct error *err)
{
	if (r->nr_words != 1 || begin == (r->group != 0))
		return wrong(r, 0, err,
			     "\"together\" and \"end\" stand alone, one after the other");
	r->group = begin ? ++r->nr_groups : 0;
	return 0;
}

static int read_step(struct reader *r, const char *text, struct error *err)
{
	struct scenario *s = r->s;
	struct scenario_step step = {.text = arena_strdup(&s->arena, text), .group = r->group};
	bool begin = strcmp(r->word[0], "together") == 0;
	int rc;

	if (begin || strcmp(r->word[0], "end") == 0)
		return read_group(r, begin, err);
	if (strcmp(r->word[0], "start") == 0)
		step.kind = STEP_START;
	else if (strcmp(r->word[0], "balloon") == 0)
		step.kind = STEP_RESIZE;
	else if (strcmp(r->word[0], "stop") == 0)
		step.kind = STEP_STOP;
	else
		return wrong(r, 0, err, "\"%s\" is not start, balloon, stop, together or end",
			     r->word[0]);
	if (r->group && step.kind != STEP_START)
		return wrong(r, 0, err, "only launches happen together");
	rc = step.kind == STEP_START ? read_start(r, &step, err) : read_other(r, &step, err);
	if (rc)
		return rc;
	s->step = grow(s->step, &s->cap_steps, s->nr_steps, sizeof(*s->step));
	s->step[s->nr_steps++] = step;
	return 0;
}

static int read_line(struct reader *r, char *line, struct error *err)
{
	char *at = line, *text, *end;
	int rc;

	line[strcspn(line, "#\r")] = '\0';
	at += strspn(at, " \t");
	for (end = at + strlen(at); end > at && strchr(" \t", end[-1]);)
		*--end = '\0';
	if (!*at)
		return 0;
	if (strchr(at, '"') || strchr(at, '('))
		return error_at(err, ERR_INPUT, r->path, r->line, 0,
				"quotes and brackets name nothing");
	text = xstrdup(at);
	r->nr_words = 0;
	while (*at) {
		size_t n = strcspn(at, " \t");

		if (r->nr_words == WORDS_MAX) {
			free(text);
			return error_at(err, ERR_INPUT, r->path, r->line,
					(unsigned long)(at - line) + 1, "too many words");
		}
		r->column[r->nr_words] = (unsigned long)(at - line) + 1;
		r->word[r->nr_words++] = at;
		at += n;
		if (*at)
			*at++ = '\0';
		at += strspn(at, " \t");
	}
	rc = read_step(r, text, err);
	free(text);
	return rc;
}

static const char *name_of(struct arena *a, const char *path)
{
	const char *base = strrchr(path, '/');
	const char *dot;

	base = base ? base + 1 : path;
	dot = strrchr(base, '.');
	return dot && dot != base ? arena_strndup(a, base, (size_t)(dot - base))
				  : arena_strdup(a, base);
}

int scenario_load(struct scenario *out, const char *path, const struct host *host,
		  struct error *err)
{
	struct reader r = {.s = out, .host = host, .path = path};
	char *text, *at;
	size_t size;
	int rc = text_read(path, FILE_MAX, &text, &size, err);

	if (rc)
		return rc;
	out->name = name_of(&out->arena, path);
	for (at = text; !rc && at;) {
		char *next = strchr(at, '\n');

		if (next)
			*next++ = '\0';
		r.line++;
		rc = read_line(&r, at, err);
		at = next;
	}
	if (!rc && r.group)
		rc = error_at(err, ERR_INPUT, path, r.line, 0, "\"together\" without \"end\"");
	if (!rc && !out->nr_steps)
		rc = error_at(err, ERR_INPUT, path, 0, 0, "no step");
	free(text);
	if (rc)
		scenario_release(out);
	return rc;
}

void scenario_release(struct scenario *s)
{
	free(s->step);
	free(s->zone);
	arena_release(&s->arena);
	*s = (struct scenario){0};
}
