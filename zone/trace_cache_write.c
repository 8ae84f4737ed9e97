#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/map.h"
#include "base/output.h"
#include "base/scratch.h"
#include "zone/trace_cache.h"
#include "zone/trace_cache_records.h"

#define BLOCK ((size_t)1 << 18)
/* With so many shapes of zones in memory, forget them: the next ones are written again. */
#define KNOWN_MAX 65536

/* In the order of the file. */
enum part { SHAPES, USES, SAMPLES, NAMES, TEXTS, PARTS };

/* A shape that is in the file: its record without what is counted there, its texts and,
 * where it is a pattern, its use. */
struct known_shape {
	const char *bytes;
	size_t size;
	uint32_t number;
};

struct cache_writer {
	struct output output;
	FILE *part[PARTS]; /* events go into the file itself */
	struct cache_header header;
	struct map by_hash; /* to `known` */
	struct known_shape *known;
	size_t nr_known, cap_known;
	struct arena arena; /* of known shapes */
	char *bytes; /* of the shape at hand */
	size_t size, cap, texts; /* of it all; of its texts */
};

static void start_header(struct cache_header *h, const char *key)
{
	*h = (struct cache_header){
		.version = CACHE_VERSION,
		.header_bytes = sizeof(*h),
	};
	memcpy(h->magic, CACHE_MAGIC, sizeof(h->magic));
	memcpy(h->key, key, sizeof(h->key));
}

/* --- shapes of zones ---------------------------------------------------------------- */

static void add_bytes(struct cache_writer *w, const void *bytes, size_t n)
{
	while (w->cap - w->size < n) {
		w->cap = 2 * w->cap + n;
		w->bytes = xreallocarray(w->bytes, w->cap, 1);
	}
	memcpy(w->bytes + w->size, bytes, n);
	w->size += n;
}

static void describe_profile(struct cache_shape *s, const struct zone_profile *p)
{
	if (!p)
		return;
	s->has_profile = 1;
	s->demand_bytes_per_s = p->demand_bytes_per_s;
	s->read_share_ppm = p->read_share_ppm;
	s->stall_share_ppm = p->stall_share_ppm;
	s->sharing_share_ppm = p->sharing_share_ppm;
	s->parallelism = p->parallelism;
	memcpy(s->profile, p->name, strlen(p->name));
}

static struct cache_use describe_use(const struct zone_use *u)
{
	return (struct cache_use){
		.pattern = u->pattern,
		.low_ppm = u->low_ppm,
		.high_ppm = u->high_ppm,
		.change_ppm = u->change_ppm,
		.noise_ppm = u->noise_ppm,
		.spread_ppm = u->spread_ppm,
		.step_ns = u->step_ns,
		.period_ns = u->period_ns,
		.length_ns = u->length_ns,
		.nr_samples = u->pattern == USE_SERIES ? u->nr_samples : 0,
	};
}

static void write_use(struct cache_writer *w, const struct zone_use *u)
{
	struct cache_use r = describe_use(u);

	fwrite(&r, sizeof(r), 1, w->part[USES]);
	if (r.nr_samples)
		fwrite(u->sample, sizeof(*u->sample), r.nr_samples, w->part[SAMPLES]);
	w->header.nr_uses++;
	w->header.nr_samples += r.nr_samples;
}

/* All that there is to say of the zone but its name and samples, into w->bytes. */
static void describe(struct cache_writer *w, const struct zone_event *e)
{
	const struct zone *z = e->zone;
	struct cache_shape s = {
		.memory_bytes = z->memory_bytes,
		.initial_bytes = z->memory_initial_bytes,
		.min_bytes = z->memory_min_bytes,
		.vcpus = z->vcpus,
		.vcpus_max = z->vcpus_max,
		.numa_nodes = z->numa_nodes,
		.memory_policy = (uint8_t)z->memory_policy,
		.spread = (uint8_t)z->spread,
		.virt = (uint8_t)z->virt,
		.nr_devices = z->nr_devices,
	};

	if (e->group) {
		s.group_rule = (uint32_t)e->group->rule + 1;
		s.group_domain = e->group->domain;
	}
	describe_profile(&s, z->profile);
	w->size = 0;
	add_bytes(w, &s, sizeof(s));
	for (uint32_t i = 0; i < z->nr_devices; i++)
		add_bytes(w, z->device[i], strlen(z->device[i]) + 1);
	if (e->group)
		add_bytes(w, e->group->name, strlen(e->group->name) + 1);
	w->texts = w->size - sizeof(s);
	if (e->use) {
		struct cache_use use = describe_use(e->use);

		add_bytes(w, &use, sizeof(use));
	}
}

static uint64_t hash_bytes(const char *bytes, size_t n)
{
	struct cache_sum sum = {{n}};

	cache_sum_add(&sum, bytes, n);
	return cache_sum_end(&sum);
}

/* Its number. */
static uint32_t write_shape(struct cache_writer *w, const struct zone_use *use)
{
	struct cache_shape s;

	memcpy(&s, w->bytes, sizeof(s));
	if (use) {
		write_use(w, use);
		s.use = (uint32_t)w->header.nr_uses;
	}
	s.first_text = w->header.text_bytes;
	fwrite(&s, sizeof(s), 1, w->part[SHAPES]);
	fwrite(w->bytes + sizeof(s), 1, w->texts, w->part[TEXTS]);
	w->header.text_bytes += w->texts;
	return (uint32_t)w->header.nr_shapes++;
}

static void forget_shapes(struct cache_writer *w)
{
	map_release(&w->by_hash);
	arena_release(&w->arena);
	w->nr_known = 0;
}

/* Number of the shape that is described. */
static uint32_t shape_number(struct cache_writer *w, const struct zone_use *use)
{
	struct known_shape *k;
	uint64_t hash;
	size_t at;

	/* no two series are the same */
	if (use && use->pattern == USE_SERIES)
		return write_shape(w, use);
	hash = hash_bytes(w->bytes, w->size);
	for (uint32_t i = map_first(&w->by_hash, hash, &at); i != MAP_NONE;
	     i = map_next(&w->by_hash, hash, &at)) {
		k = &w->known[i];
		if (k->size == w->size && memcmp(k->bytes, w->bytes, w->size) == 0)
			return k->number;
	}
	if (w->nr_known == KNOWN_MAX)
		forget_shapes(w);
	w->known = grow(w->known, &w->cap_known, w->nr_known, sizeof(*w->known));
	k = &w->known[w->nr_known];
	map_add(&w->by_hash, hash, (uint32_t)w->nr_known++);
	k->size = w->size;
	k->bytes = memcpy(arena_alloc(&w->arena, w->size), w->bytes, w->size);
	k->number = write_shape(w, use);
	return k->number;
}

/* --- events ------------------------------------------------------------------------- */

static void write_start(struct cache_writer *w, const struct zone_event *e, struct cache_event *r)
{
	size_t n = strlen(e->zone->name);

	r->value = e->lifetime_ns;
	describe(w, e);
	r->shape = shape_number(w, e->use);
	BUG_ON(n > UINT8_MAX);
	r->name_length = (uint8_t)n;
	fwrite(e->zone->name, 1, n + 1, w->part[NAMES]);
	w->header.name_bytes += n + 1;
}

static int write_event(struct cache_writer *w, const struct zone_event *e, const char *path,
		       struct error *err)
{
	struct cache_event r = {.at_ns = e->at_ns,
				.id = e->id,
				.kind = (uint8_t)e->kind,
				.cluster = (uint16_t)e->cluster};

	if (w->header.nr_shapes == UINT32_MAX)
		return error_set(err, ERR_MACHINE, "%s: too many shapes of zones for a cache",
				 path);
	if (e->kind == ZONE_EVENT_START)
		write_start(w, e, &r);
	else if (e->kind == ZONE_EVENT_RESIZE)
		r.value = e->bytes;
	fwrite(&r, sizeof(r), 1, w->output.file);
	w->header.nr_events++;
	w->header.nr_named += e->kind != ZONE_EVENT_START;
	return 0;
}

/* --- the file ----------------------------------------------------------------------- */

static int open_parts(struct cache_writer *w, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
	int rc = output_open(&w->output, path, err);

	for (int i = 0; i < PARTS && !rc; i++)
		rc = scratch_open(&w->part[i], directory, err);
	free(directory);
	return rc;
}

static int write_failed(const char *path, struct error *err)
{
	return error_set(err, ERR_MACHINE, "%s: cannot be written: %s", path, strerror(errno));
}

static int append_parts(struct cache_writer *w, const char *path, struct error *err)
{
	char *block = xmalloc(BLOCK);
	bool good = true;
	size_t n;

	for (int i = 0; i < PARTS; i++) {
		good &= !ferror(w->part[i]) && fflush(w->part[i]) == 0;
		rewind(w->part[i]);
		while (good && (n = fread(block, 1, BLOCK, w->part[i])) > 0)
			good = fwrite(block, 1, n, w->output.file) == n;
		good &= !ferror(w->part[i]);
	}
	free(block);
	good = good && fflush(w->output.file) == 0;
	return good ? 0 : write_failed(path, err);
}

/* The header, once as it is for the checksum and once with it. */
static int write_header(struct cache_writer *w)
{
	return fseeko(w->output.file, 0, SEEK_SET) == 0 &&
	       fwrite(&w->header, sizeof(w->header), 1, w->output.file) == 1 &&
	       fflush(w->output.file) == 0;
}

static int seal(struct cache_writer *w, const char *path, struct error *err)
{
	struct cache_sum sum = {{0}};
	char *block = xmalloc(BLOCK);
	bool good = write_header(w);
	off_t at = 0;
	ssize_t n;

	while (good && (n = pread(fileno(w->output.file), block, BLOCK, at)) != 0) {
		good = n > 0;
		at += n;
		if (good)
			cache_sum_add(&sum, block, (size_t)n);
	}
	free(block);
	w->header.checksum = cache_sum_end(&sum);
	return good && write_header(w) ? 0 : write_failed(path, err);
}

static int drain(struct cache_writer *w, struct zone_stream *s, const char *path, struct error *err)
{
	const struct zone_event *e;
	int rc;

	while (!(rc = zone_stream_next(s, &e, err)) && e && !rc)
		rc = write_event(w, e, path, err);
	for (int i = 0; i < ZONE_STREAM_NOTES_MAX && s->stats.note[i].rows; i++) {
		BUG_ON(strlen(s->stats.note[i].text) >= CACHE_NOTE_MAX);
		w->header.note[i].rows = s->stats.note[i].rows;
		strcpy(w->header.note[i].text, s->stats.note[i].text);
		strcpy(w->header.note[i].which, s->stats.note[i].which);
	}
	w->header.warnings = s->stats.warnings;
	memcpy(w->header.first_warning, s->stats.first_warning, strlen(s->stats.first_warning));
	w->header.bad_rows = s->stats.bad_rows;
	memcpy(w->header.first_bad, s->stats.first_bad, strlen(s->stats.first_bad));
	return rc;
}

static void release(struct cache_writer *w)
{
	output_abandon(&w->output);
	for (int i = 0; i < PARTS; i++)
		if (w->part[i])
			fclose(w->part[i]);
	forget_shapes(w);
	free(w->known);
	free(w->bytes);
}

int trace_cache_write(const char *path, const char *key, struct zone_stream *s, struct error *err)
{
	struct cache_writer w = {.nr_known = 0};
	int rc = open_parts(&w, path, err);

	start_header(&w.header, key);
	if (!rc && !write_header(&w))
		rc = write_failed(path, err);
	if (!rc)
		rc = drain(&w, s, path, err);
	if (!rc)
		rc = append_parts(&w, path, err);
	if (!rc)
		rc = seal(&w, path, err);
	if (!rc)
		rc = output_commit(&w.output, err);
	release(&w);
	return rc;
}
