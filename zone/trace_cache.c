#include "zone/trace_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zone/trace_cache_records.h"
#include "zone/zone_check.h"

#define BLOCK ((size_t)1 << 17)

/* What streams share; nothing of it changes. */
struct trace_cache {
	int fd;
	char *path;
	void *map; /* the file; touched behind the events only */
	size_t size;
	struct cache_header header;
	uint64_t names; /* where they begin in the file */
	const struct cache_shape *shape;
	const char *text;
	struct zone_use *use;
};

static int unlike(const struct trace_cache *c, struct error *err, const char *what)
{
	return error_set(err, ERR_INPUT, "%s: %s", c->path, what);
}

/* --- a part of the file, in blocks ------------------------------------------------------ */

struct window {
	uint64_t at, end; /* not read yet */
	char *buf, *next, *stop; /* read and not used yet: next to stop */
};

static void window_open(struct window *w, uint64_t at, uint64_t size)
{
	*w = (struct window){.at = at, .end = at + size, .buf = xmalloc(BLOCK)};
	w->next = w->stop = w->buf;
}

/* More behind what is left; false at the part's end or when reading fails. */
static bool window_fill(struct window *w, int fd)
{
	size_t left = (size_t)(w->stop - w->next), want = BLOCK - left;
	ssize_t n;

	memmove(w->buf, w->next, left);
	want = w->end - w->at < want ? (size_t)(w->end - w->at) : want;
	n = pread(fd, w->buf + left, want, (off_t)w->at);
	w->next = w->buf;
	w->stop = w->buf + left + (n > 0 ? n : 0);
	w->at += n > 0 ? (uint64_t)n : 0;
	return n > 0;
}

/* The next `n` bytes, at most BLOCK; NULL: so many are not there. */
static inline const char *window_take(struct window *w, int fd, size_t n)
{
	const char *at;

	while ((size_t)(w->stop - w->next) < n)
		if (!window_fill(w, fd))
			return NULL;
	at = w->next;
	w->next += n;
	return at;
}

/* --- is it what was written? ------------------------------------------------------------- */

/* Each count is at most the file's length, so the sum does not overflow. */
static bool length_fits(const struct trace_cache *c)
{
	const struct cache_header *h = &c->header;
	uint64_t most = c->size;

	if (h->nr_events > most || h->nr_shapes > most || h->nr_uses > most ||
	    h->nr_samples > most || h->name_bytes > most || h->text_bytes > most)
		return false;
	return most >> 50 == 0 && most == sizeof(*h) + h->nr_events * sizeof(struct cache_event) +
						  h->nr_shapes * sizeof(struct cache_shape) +
						  h->nr_uses * sizeof(struct cache_use) +
						  h->nr_samples * sizeof(struct use_sample) +
						  h->name_bytes + h->text_bytes;
}

static int check_header(struct trace_cache *c, const char *key, struct error *err)
{
	struct cache_header *h = &c->header;

	if (pread(c->fd, h, sizeof(*h), 0) != (ssize_t)sizeof(*h) ||
	    memcmp(h->magic, CACHE_MAGIC, sizeof(h->magic)) != 0)
		return unlike(c, err, "is no cache of a trace");
	if (h->version != CACHE_VERSION || h->header_bytes != sizeof(*h))
		return unlike(c, err, "is a cache that another version of homenode wrote");
	if (memcmp(h->key, key, sizeof(h->key)) != 0)
		return unlike(c, err, "is the cache of something else");
	if (!length_fits(c))
		return unlike(c, err, "is not as long as it was written");
	if (!memchr(h->first_bad, '\0', sizeof(h->first_bad)) ||
	    !memchr(h->first_warning, '\0', sizeof(h->first_warning)))
		return unlike(c, err, "holds a text without an end");
	for (int i = 0; i < ZONE_STREAM_NOTES_MAX; i++)
		if (!memchr(h->note[i].text, '\0', sizeof(h->note[i].text)) ||
		    !memchr(h->note[i].which, '\0', sizeof(h->note[i].which)))
			return unlike(c, err, "holds a text without an end");
	return 0;
}

static int check_sum(const struct trace_cache *c, struct error *err)
{
	struct cache_header blank = c->header;
	struct cache_sum sum = {{0}};
	struct window w;
	const char *bytes;
	uint64_t left = c->size - sizeof(blank);

	blank.checksum = 0;
	cache_sum_add(&sum, &blank, sizeof(blank));
	window_open(&w, sizeof(blank), left);
	while (left) {
		size_t n = left < BLOCK ? (size_t)left : BLOCK;

		bytes = window_take(&w, c->fd, n);
		if (!bytes)
			break;
		cache_sum_add(&sum, bytes, n);
		left -= n;
	}
	free(w.buf);
	if (left || cache_sum_end(&sum) != c->header.checksum)
		return unlike(c, err, "is damaged: its checksum is another");
	return 0;
}

/* Characters that no name has, by the rule that all names are read by; names are too many to
 * ask it for each. */
static void fill_bad_characters(bool bad[256])
{
	struct zone_fault fault;
	struct zone z;

	zone_init(&z);
	bad[0] = false;
	for (int i = 1; i < 256; i++) {
		const char name[] = {(char)i, '\0'};

		z.name = name;
		bad[i] = !zone_sound(&z, zone_field_names, &fault);
	}
}

static bool names_are_sound(const struct trace_cache *c)
{
	bool never[256];
	uint64_t left = c->header.name_bytes;
	struct window w;
	bool bad = false;

	fill_bad_characters(never);
	window_open(&w, c->names, left);
	while (left && !bad) {
		size_t n = left < BLOCK ? (size_t)left : BLOCK;
		const char *p = window_take(&w, c->fd, n);

		if (!p)
			break;
		for (size_t i = 0; i < n; i++)
			bad |= never[(unsigned char)p[i]];
		left -= n;
	}
	free(w.buf);
	return !left && !bad;
}

/* --- shapes and uses ---------------------------------------------------------------------- */

static bool text_at(const struct trace_cache *c, uint64_t *at)
{
	const char *end;

	if (*at >= c->header.text_bytes)
		return false;
	end = memchr(c->text + *at, '\0', c->header.text_bytes - *at);
	if (!end)
		return false;
	*at = (uint64_t)(end - c->text) + 1;
	return true;
}

static void profile_of(const struct cache_shape *s, struct zone_profile *out)
{
	*out = (struct zone_profile){
		.demand_bytes_per_s = s->demand_bytes_per_s,
		.read_share_ppm = s->read_share_ppm,
		.stall_share_ppm = s->stall_share_ppm,
		.sharing_share_ppm = s->sharing_share_ppm,
		.parallelism = s->parallelism,
	};
	memcpy(out->name, s->profile, sizeof(out->name));
}

/* All but its name; `device` and `profile` are where those of a zone go that has some. Returns
 * the text behind its devices. */
static inline const char *zone_of(const struct trace_cache *c, const struct cache_shape *s,
				  struct zone *z, const char **device, struct zone_profile *profile)
{
	const char *text = c->text + s->first_text;

	z->vcpus = s->vcpus;
	z->vcpus_max = s->vcpus_max;
	z->memory_bytes = s->memory_bytes;
	z->memory_initial_bytes = s->initial_bytes;
	z->memory_min_bytes = s->min_bytes;
	z->memory_policy = (enum zone_memory_policy)s->memory_policy;
	z->numa_nodes = s->numa_nodes;
	z->spread = (enum zone_spread)s->spread;
	z->virt = (enum zone_virt)s->virt;
	z->nr_devices = s->nr_devices;
	z->device = s->nr_devices ? device : NULL;
	z->profile = s->has_profile ? profile : NULL;
	for (uint32_t i = 0; i < s->nr_devices; i++, text += strlen(text) + 1)
		device[i] = text;
	if (s->has_profile)
		profile_of(s, profile);
	return text;
}

static int check_shape(const struct trace_cache *c, const struct cache_shape *s, struct error *err)
{
	const char *device[ZONE_DEVICES_MAX];
	uint64_t at = s->first_text;
	struct zone_profile profile;
	struct zone_fault fault;
	struct zone z;

	if (s->memory_policy > ZONE_STATIC || s->spread > ZONE_SCATTER || s->virt > ZONE_PVH ||
	    s->nr_devices > ZONE_DEVICES_MAX || s->use > c->header.nr_uses ||
	    s->group_rule > ZONE_GROUP_RULES || s->first_text > c->header.text_bytes ||
	    !memchr(s->profile, '\0', sizeof(s->profile)))
		return unlike(c, err, "holds a zone that cannot be");
	for (uint32_t i = 0; i < s->nr_devices + (s->group_rule > 0); i++)
		if (!text_at(c, &at))
			return unlike(c, err, "holds a text without an end");
	zone_init(&z);
	(void)zone_of(c, s, &z, device, &profile);
	if (!zone_sound(&z, zone_field_names, &fault))
		return error_set(err, ERR_INPUT, "%s: holds a zone that cannot be: %s", c->path,
				 fault.text);
	return 0;
}

static bool series_is_sound(const struct zone_use *u)
{
	for (size_t i = 1; i < u->nr_samples; i++)
		if (u->sample[i].at_s <= u->sample[i - 1].at_s)
			return false;
	return u->nr_samples > 0;
}

static bool use_is_sound(const struct zone_use *u)
{
	if (u->pattern == USE_SERIES)
		return series_is_sound(u);
	return (unsigned)u->pattern < USE_SERIES && u->low_ppm <= u->high_ppm &&
	       u->high_ppm <= 1000000 && u->change_ppm <= 1000000 && u->noise_ppm <= 1000000 &&
	       u->spread_ppm <= 1000000 && u->step_ns > 0 && u->period_ns > 0 && u->length_ns > 0;
}

static int read_uses(struct trace_cache *c, const struct cache_use *r,
		     const struct use_sample *sample, struct error *err)
{
	uint64_t left = c->header.nr_samples;

	c->use = xcalloc(c->header.nr_uses + 1, sizeof(*c->use));
	for (uint64_t i = 0; i < c->header.nr_uses; i++, r++) {
		if (r->nr_samples > left)
			return unlike(c, err, "holds a memory use that cannot be");
		c->use[i] = (struct zone_use){
			.pattern = (enum use_pattern)r->pattern,
			.low_ppm = r->low_ppm,
			.high_ppm = r->high_ppm,
			.change_ppm = r->change_ppm,
			.noise_ppm = r->noise_ppm,
			.step_ns = r->step_ns,
			.period_ns = r->period_ns,
			.length_ns = r->length_ns,
			.spread_ppm = r->spread_ppm,
			.sample = sample,
			.nr_samples = r->nr_samples,
		};
		if (!use_is_sound(&c->use[i]))
			return unlike(c, err, "holds a memory use that cannot be");
		sample += r->nr_samples;
		left -= r->nr_samples;
	}
	return 0;
}

/* --- the file ------------------------------------------------------------------------------ */

static int map_file(struct trace_cache *c, struct error *err)
{
	c->map = mmap(NULL, c->size, PROT_READ, MAP_PRIVATE, c->fd, 0);
	if (c->map != MAP_FAILED)
		return 0;
	c->map = NULL;
	return error_set(err, ERR_MACHINE, "%s: cannot be read: %s", c->path, strerror(errno));
}

static int read_parts(struct trace_cache *c, struct error *err)
{
	const struct cache_header *h = &c->header;
	const struct cache_event *events =
		(const void *)((const char *)c->map + sizeof(struct cache_header));
	const struct cache_use *uses;
	const struct use_sample *samples;
	int rc;

	c->shape = (const void *)(events + h->nr_events);
	uses = (const void *)(c->shape + h->nr_shapes);
	samples = (const void *)(uses + h->nr_uses);
	c->names = (uint64_t)((const char *)(samples + h->nr_samples) - (const char *)c->map);
	c->text = (const char *)c->map + c->names + h->name_bytes;
	rc = read_uses(c, uses, samples, err);
	if (!rc && !names_are_sound(c))
		rc = unlike(c, err, "holds a name that cannot be");
	for (uint64_t i = 0; i < h->nr_shapes && !rc; i++)
		rc = check_shape(c, &c->shape[i], err);
	return rc;
}

int trace_cache_load(struct trace_cache **out, const char *path, const char *key, struct error *err)
{
	struct trace_cache *c = xcalloc(1, sizeof(*c));
	struct stat st;
	int rc;

	*out = NULL;
	c->path = xstrdup(path);
	c->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0 && errno == ENOENT) {
		trace_cache_free(c);
		return 0;
	}
	if (c->fd < 0 || fstat(c->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		rc = unlike(c, err, "cannot be read");
		trace_cache_free(c);
		return rc;
	}
	c->size = (size_t)st.st_size;
	rc = check_header(c, key, err);
	if (!rc)
		rc = check_sum(c, err);
	if (!rc)
		rc = map_file(c, err);
	if (!rc)
		rc = read_parts(c, err);
	if (rc)
		trace_cache_free(c);
	else
		*out = c;
	return rc;
}

bool trace_cache_names_zones(const struct trace_cache *c)
{
	return c->header.nr_named > 0;
}

void trace_cache_free(struct trace_cache *c)
{
	if (!c)
		return;
	if (c->map)
		munmap(c->map, c->size);
	if (c->fd >= 0)
		close(c->fd);
	free(c->use);
	free(c->path);
	free(c);
}

/* --- a stream of it -------------------------------------------------------------------------- */

struct cache_stream {
	struct zone_stream base;
	const struct trace_cache *cache;
	struct window events, names;
	struct zone zone;
	const char *device[ZONE_DEVICES_MAX];
	struct zone_profile profile;
	struct zone_group group;
};

static int changed(const struct cache_stream *s, struct error *err)
{
	return unlike(s->cache, err, "holds an event that cannot be, or is being changed");
}

static int start_zone(struct cache_stream *s, const struct cache_event *r, struct error *err)
{
	const struct trace_cache *c = s->cache;
	const char *name = window_take(&s->names, c->fd, r->name_length + 1u);
	const struct cache_shape *shape;
	const char *behind;

	if (r->shape >= c->header.nr_shapes || r->value < 0 || !r->name_length || !name ||
	    name[r->name_length])
		return changed(s, err);
	shape = &c->shape[r->shape];
	behind = zone_of(c, shape, &s->zone, s->device, &s->profile);
	s->base.event.group = NULL;
	if (shape->group_rule) {
		s->group = (struct zone_group){
			behind, (enum zone_group_rule)(shape->group_rule - 1), shape->group_domain};
		s->base.event.group = &s->group;
	}
	s->zone.name = name;
	s->base.event.lifetime_ns = r->value;
	s->base.event.bytes = 0;
	s->base.event.zone = &s->zone;
	s->base.event.use = shape->use ? &c->use[shape->use - 1] : NULL;
	return 0;
}

static int cache_next(struct zone_stream *base, const struct zone_event **out, struct error *err)
{
	struct cache_stream *s = (struct cache_stream *)base;
	struct zone_event *e = &base->event;
	const struct cache_event *r;
	int rc = 0;

	*out = NULL;
	if (base->stats.done == base->stats.total)
		return 0;
	r = (const void *)window_take(&s->events, s->cache->fd, sizeof(*r));
	if (!r || r->at_ns < e->at_ns || r->kind > ZONE_EVENT_RESIZE ||
	    (r->kind != ZONE_EVENT_START && !s->cache->header.nr_named))
		return changed(s, err);
	base->stats.done++;
	e->at_ns = r->at_ns;
	e->kind = (enum zone_event_kind)r->kind;
	e->cluster = r->cluster;
	e->id = r->id;
	if (e->kind == ZONE_EVENT_START) {
		rc = start_zone(s, r, err);
	} else {
		e->lifetime_ns = NS_NEVER;
		e->bytes = r->value;
		e->zone = NULL;
		e->use = NULL;
		e->group = NULL;
	}
	*out = rc ? NULL : e;
	return rc;
}

static void cache_close(struct zone_stream *base)
{
	struct cache_stream *s = (struct cache_stream *)base;

	free(s->events.buf);
	free(s->names.buf);
	free(s);
}

static struct zone_stream_note note_of(const struct cache_note *n)
{
	struct zone_stream_note note = {.text = n->text, .rows = n->rows};

	strcpy(note.which, n->which);
	return note;
}

int trace_cache_open(struct zone_stream **out, const struct trace_cache *c, struct error *err)
{
	static const struct zone_stream_ops ops = {cache_next, cache_close};
	struct cache_stream *s = xcalloc(1, sizeof(*s));

	(void)err;
	s->base.ops = &ops;
	s->cache = c;
	window_open(&s->events, sizeof(c->header),
		    c->header.nr_events * sizeof(struct cache_event));
	window_open(&s->names, c->names, c->header.name_bytes);
	zone_init(&s->zone);
	s->base.stats.total = c->header.nr_events;
	for (int i = 0; i < ZONE_STREAM_NOTES_MAX && c->header.note[i].rows; i++)
		s->base.stats.note[i] = note_of(&c->header.note[i]);
	s->base.stats.warnings = c->header.warnings;
	memcpy(s->base.stats.first_warning, c->header.first_warning,
	       sizeof(s->base.stats.first_warning));
	s->base.stats.bad_rows = c->header.bad_rows;
	memcpy(s->base.stats.first_bad, c->header.first_bad, sizeof(s->base.stats.first_bad));
	*out = &s->base;
	return 0;
}
