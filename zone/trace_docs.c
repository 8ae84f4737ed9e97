#include "zone/trace_docs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "zone/name_set.h"
#include "zone/timestamp.h"
#include "zone/zone_check.h"

struct docs_zone {
	struct zone zone;
	struct zone_group group; /* name NULL: none */
	uint32_t cluster;
	int64_t at_ns, end_ns;
	size_t place; /* breaks ties of time */
	const struct doc_value *at;
};

/* --- pieces ----------------------------------------------------------------------------- */

int docs_time(const struct doc_value *map, const char *key, int64_t *out_ns, struct error *err)
{
	const struct doc_value *v = doc_member(map, key);
	const char *text;

	if (!v || v->kind == DOC_NULL)
		return 0;
	text = doc_text(v);
	if (text && timestamp_parse(text, strlen(text), out_ns))
		return 0;
	return doc_error(v, err, "\"%s\" must be a time such as \"2026-05-01T12:00:00Z\"", key);
}

static size_t skip_blanks(const char *text, size_t size, size_t at)
{
	while (at < size && isspace((unsigned char)text[at]))
		at++;
	return at;
}

/* Is the text at `at` this key, and its end there? */
static bool is_key(const char *text, size_t size, size_t at, const char *key, char end)
{
	size_t n = strlen(key);

	return size - at > n && memcmp(text + at, key, n) == 0 && text[at + n] == end;
}

bool docs_begin(const char *text, size_t size, const char *const *key)
{
	size_t at = skip_blanks(text, size, 0);
	bool json = at < size && text[at] == (key ? '{' : '[');

	if (json)
		at = skip_blanks(text, size, at + 1);
	if (!key) {
		at = json && at < size && text[at] == '{' ? skip_blanks(text, size, at + 1) : size;
		return at < size && text[at] == '"';
	}
	if (json && (at == size || text[at++] != '"'))
		return false;
	for (; *key && at < size; key++)
		if (is_key(text, size, at, *key, json ? '"' : ':'))
			return true;
	return false;
}

/* --- reading ------------------------------------------------------------------------------ */

int docs_judge(struct doc_stream *s, int rc, struct error *own, struct error *err)
{
	struct zone_stream_stats *stats = &s->base.stats;

	if (rc == ERR_INPUT && s->skip_bad) {
		if (!stats->bad_rows++)
			snprintf(stats->first_bad, sizeof(stats->first_bad), "%.*s",
				 (int)sizeof(stats->first_bad) - 1, own->text);
		return 0;
	}
	if (rc && err)
		*err = *own;
	return rc;
}

/* "2xgpu" and its like are left out where GPUs are ignored. */
static void drop_gpus(struct doc_stream *s, struct zone *z)
{
	const char **kept = arena_alloc(&s->zones.arena, (z->nr_devices + 1) * sizeof(*kept));
	enum zone_device_class class;
	uint32_t nr = 0, count;

	for (uint32_t i = 0; i < z->nr_devices; i++)
		if (!zone_device_any(z->device[i], &class, &count) || class != ZONE_GPU)
			kept[nr++] = z->device[i];
	z->device = kept;
	z->nr_devices = nr;
}

static uint32_t scale(const struct doc_stream *s, uint32_t vcpus)
{
	uint64_t milli = (uint64_t)vcpus * s->vcpu_scale_milli;

	return milli < 1000 ? 1 : (uint32_t)((milli + 999) / 1000);
}

static int check(const struct docs_zone *z, struct error *err)
{
	struct zone_fault fault;

	if (z->end_ns < z->at_ns)
		return doc_error(z->at, err, "zone \"%.80s\" ends before it starts", z->zone.name);
	if (!zone_sound(&z->zone, zone_field_names, &fault))
		return doc_error(z->at, err, "zone \"%.80s\": %s", z->zone.name, fault.text);
	return 0;
}

int docs_cluster(struct doc_stream *s, const struct doc_value *at, const char *what,
		 const char *name, uint32_t *out, struct error *err)
{
	char names[128];

	*out = 0;
	if (!s->fleet->nr_clusters) {
		if (name)
			stream_note(&s->base, fleet_cluster_note(s->fleet));
		return 0;
	}
	fleet_cluster_names(s->fleet, names, sizeof(names));
	if (!name)
		return doc_error(at, err,
				 "there is no \"%s\", which would name one of the fleet's "
				 "clusters: %s",
				 what, names);
	*out = fleet_find_cluster(s->fleet, name, strlen(name));
	if (*out != CLUSTER_NONE)
		return 0;
	return doc_error(at, err, "the fleet has no cluster \"%.80s\"; it has %s", name, names);
}

int docs_add(struct doc_stream *s, const struct doc_value *at, const struct zone *zone,
	     const struct zone_group *group, uint32_t cluster, int64_t at_ns, int64_t end_ns,
	     struct error *err)
{
	struct error own = {.code = 0};
	struct docs_zone z = {
		.zone = *zone, .cluster = cluster, .at_ns = at_ns, .end_ns = end_ns, .at = at};
	int rc;

	z.zone.vcpus = scale(s, zone->vcpus);
	z.zone.vcpus_max = scale(s, zone->vcpus_max);
	if (!s->gpus)
		drop_gpus(s, &z.zone);
	if (group)
		z.group = *group;
	z.place = s->nr;
	rc = docs_judge(s, check(&z, &own), &own, err);
	if (rc || own.code)
		return rc;
	s->zone = grow(s->zone, &s->cap, s->nr, sizeof(*s->zone));
	s->zone[s->nr++] = z;
	return 0;
}

static int compare(const void *pa, const void *pb)
{
	const struct docs_zone *a = pa, *b = pb;

	if (a->at_ns != b->at_ns)
		return a->at_ns < b->at_ns ? -1 : 1;
	return (a->place > b->place) - (a->place < b->place);
}

/* A name stands for one zone at a time. */
static int check_names(struct doc_stream *s, struct error *err)
{
	struct name_set names = {0};
	size_t kept = 0;
	int rc = 0;

	for (size_t i = 0; i < s->nr && !rc; i++) {
		const struct docs_zone *z = &s->zone[i];
		struct error own = {.code = 0};

		if (!name_set_add(&names, z->zone.name, z->at_ns, z->end_ns, z->at_ns))
			rc = docs_judge(
				s,
				doc_error(z->at, &own,
					  "zone \"%.80s\" is there already; a name stands for "
					  "one zone at a time",
					  z->zone.name),
				&own, err);
		else
			s->zone[kept++] = *z;
	}
	s->nr = rc ? s->nr : kept;
	name_set_release(&names);
	return rc;
}

/* Times from the earliest that is known. */
static void count_from_first(struct doc_stream *s)
{
	int64_t first = 0;

	for (size_t i = s->nr; i-- > 0;)
		if (s->zone[i].at_ns != DOCS_AT_FIRST)
			first = s->zone[i].at_ns;
	for (size_t i = 0; i < s->nr; i++) {
		struct docs_zone *z = &s->zone[i];

		z->at_ns = z->at_ns == DOCS_AT_FIRST ? 0 : z->at_ns - first;
		if (z->end_ns != NS_NEVER)
			z->end_ns = z->end_ns > first + z->at_ns ? z->end_ns - first : z->at_ns;
	}
}

/* --- the stream ----------------------------------------------------------------------------- */

static int docs_next(struct zone_stream *base, const struct zone_event **out, struct error *err)
{
	struct doc_stream *s = (struct doc_stream *)base;
	const struct docs_zone *z;

	(void)err;
	*out = NULL;
	if (base->stats.done == s->nr)
		return 0;
	z = &s->zone[base->stats.done];
	base->event = (struct zone_event){
		.at_ns = z->at_ns,
		.cluster = z->cluster,
		.id = base->stats.done++,
		.lifetime_ns = z->end_ns == NS_NEVER ? NS_NEVER : z->end_ns - z->at_ns,
		.zone = &z->zone,
		.group = z->group.name ? &z->group : NULL,
	};
	*out = &base->event;
	return 0;
}

static void release_docs(struct doc_stream *s)
{
	for (size_t i = 0; i < s->nr_docs; i++)
		doc_release(&s->doc[i]);
	free(s->doc);
	s->doc = NULL;
	s->nr_docs = 0;
}

static void docs_close(struct zone_stream *base)
{
	struct doc_stream *s = (struct doc_stream *)base;

	release_docs(s);
	zone_list_release(&s->zones);
	free(s->zone);
	free(s);
}

static int load_docs(struct doc_stream *s, const char *path, const struct workload *w,
		     struct error *err)
{
	size_t nr = 1;
	int rc;

	for (const char *const *p = w->trace_with; p && *p; p++)
		nr++;
	s->doc = xcalloc(nr, sizeof(*s->doc));
	rc = doc_load(&s->doc[0], path, DOC_ANY, err);
	for (s->nr_docs = !rc; !rc && s->nr_docs < nr; s->nr_docs += !rc)
		rc = doc_load(&s->doc[s->nr_docs], w->trace_with[s->nr_docs - 1], DOC_ANY, err);
	return rc;
}

int docs_open(struct zone_stream **out, const char *path, const struct workload *w, bool skip_bad,
	      int (*read)(struct doc_stream *s, struct error *err), struct error *err)
{
	static const struct zone_stream_ops ops = {docs_next, docs_close};
	struct doc_stream *s = xcalloc(1, sizeof(*s));
	int rc;

	s->base.ops = &ops;
	s->fleet = &w->fleet;
	s->skip_bad = skip_bad;
	s->gpus = w->trace_gpus;
	s->vcpu_scale_milli = w->vcpu_scale_milli;
	rc = load_docs(s, path, w, err);
	if (!rc)
		rc = read(s, err);
	if (!rc && s->nr)
		qsort(s->zone, s->nr, sizeof(*s->zone), compare);
	if (!rc)
		rc = check_names(s, err);
	if (rc) {
		docs_close(&s->base);
		return rc;
	}
	count_from_first(s);
	release_docs(s);
	s->base.stats.total = s->nr;
	*out = &s->base;
	return 0;
}
