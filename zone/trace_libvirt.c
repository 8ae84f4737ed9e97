/*
 * The domains of a libvirt host, as `virsh domstats` prints them (libvirt/libvirt@3a344d55,
 * tools/virsh-domain-monitor.c, cmdDomstats; the keys are those of
 * virConnectGetAllDomainStats()):
 *	Domain: 'web'
 *	  state.state=1
 *	  vcpu.current=2
 *	  vcpu.maximum=4
 *	  balloon.current=2097152
 *	  balloon.maximum=4194304
 * Several hosts' are one file after the other. Other lines are passed over.
 *
 * - It is a moment: all domains are there from the beginning and stay.
 * - vCPUs are those that are online, with the maximum as their ceiling; memory is the
 *   balloon's maximum, with what it has now as the start. Both are KiB.
 * - Domains that are shut off, being shut off, or crashed hold no memory and are passed over.
 *   One without a state is one that runs (--state was not asked for).
 * - virsh list and dumpxml are no use here: the one says no size, the other is not read.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "zone/stream.h"
#include "zone/trace_rows.h"
#include "zone/zone_check.h"

#define LIBVIRT_FILE_MAX ((size_t)256 << 20)

/* virDomainState, include/libvirt/libvirt-domain.h */
enum { DOMAIN_SHUTDOWN = 4, DOMAIN_SHUTOFF = 5, DOMAIN_CRASHED = 6 };

enum { STATE, VCPUS, VCPUS_MAX, MEMORY, MEMORY_MAX, DOMAIN_KEYS };
static const char *const domain_keys[] = {"state.state", "vcpu.current", "vcpu.maximum",
					  "balloon.current", "balloon.maximum"};

struct domain {
	const char *name;
	unsigned long line;
	int64_t value[DOMAIN_KEYS]; /* -1: not said */
};

struct libvirt_stream {
	struct zone_stream base;
	struct arena names;
	struct zone *zone;
	size_t nr, cap;
	uint32_t vcpu_scale_milli;
	const char *path;
	struct name_set known;
	bool skip_bad;
};

static uint32_t scaled(const struct libvirt_stream *s, int64_t vcpus)
{
	int64_t milli = vcpus * s->vcpu_scale_milli;

	return milli < 1000 ? 1 : (uint32_t)((milli + 999) / 1000);
}

static int make_zone(struct libvirt_stream *s, const struct domain *d, struct zone *z,
		     struct error *err)
{
	const int64_t *v = d->value;
	int64_t vcpus = v[VCPUS] > 0 ? v[VCPUS] : v[VCPUS_MAX];
	int64_t most = v[VCPUS_MAX] > vcpus ? v[VCPUS_MAX] : vcpus;
	struct zone_fault fault;

	zone_init(z);
	z->name = d->name;
	if (vcpus <= 0 || v[MEMORY_MAX] <= 0)
		return error_at(err, ERR_INPUT, s->path, d->line, 0,
				"domain \"%.80s\" has no %s; let virsh domstats print --state "
				"--vcpu --balloon",
				d->name, vcpus <= 0 ? "vcpu.current" : "balloon.maximum");
	if (most > ZONE_VCPUS_MAX || v[MEMORY_MAX] > ZONE_MEMORY_MAX_BYTES / KIB)
		return error_at(err, ERR_INPUT, s->path, d->line, 0,
				"domain \"%.80s\" is too large", d->name);
	z->vcpus = scaled(s, vcpus);
	z->vcpus_max = scaled(s, most);
	z->memory_bytes = zone_whole_pages(v[MEMORY_MAX] * KIB);
	z->memory_initial_bytes = v[MEMORY] > 0 && v[MEMORY] < v[MEMORY_MAX]
					  ? zone_whole_pages(v[MEMORY] * KIB)
					  : z->memory_bytes;
	z->memory_min_bytes = zone_default_min(z->memory_initial_bytes);
	if (!zone_sound(z, zone_field_names, &fault))
		return error_at(err, ERR_INPUT, s->path, d->line, 0, "domain \"%.80s\": %s",
				d->name, fault.text);
	if (!name_set_add(&s->known, z->name, 0, NS_NEVER, -1))
		return error_at(
			err, ERR_INPUT, s->path, d->line, 0,
			"domain \"%.80s\" is there already; a name stands for one zone at a "
			"time",
			d->name);
	return 0;
}

/* The domain that has just been read to its end, if any. */
static int end_domain(struct libvirt_stream *s, const struct domain *d, struct error *err)
{
	struct zone_stream_stats *stats = &s->base.stats;
	struct error own = {.code = 0};
	int64_t state = d->value[STATE];
	struct zone z;
	int rc;

	if (!d->name)
		return 0;
	if (state >= DOMAIN_SHUTDOWN && state <= DOMAIN_CRASHED) {
		stream_note(&s->base, "are domains that do not run and are passed over");
		return 0;
	}
	rc = make_zone(s, d, &z, &own);
	if (rc == ERR_INPUT && s->skip_bad) {
		if (!stats->bad_rows++)
			snprintf(stats->first_bad, sizeof(stats->first_bad), "%.*s",
				 (int)sizeof(stats->first_bad) - 1, own.text);
		return 0;
	}
	if (rc && err)
		*err = own;
	if (rc)
		return rc;
	s->zone = grow(s->zone, &s->cap, s->nr, sizeof(*s->zone));
	s->zone[s->nr++] = z;
	return 0;
}

/* "Domain: 'web'" begins one. */
static bool begins_domain(struct libvirt_stream *s, const char *line, size_t n,
			  unsigned long number, struct domain *d)
{
	static const char head[] = "Domain: '";
	size_t from = sizeof(head) - 1;

	if (n <= from || memcmp(line, head, from) != 0 || line[n - 1] != '\'')
		return false;
	*d = (struct domain){.line = number, .value = {-1, -1, -1, -1, -1}};
	d->name = arena_strndup(&s->names, line + from, n - from - 1);
	return true;
}

static int read_value(struct libvirt_stream *s, const char *line, size_t n, unsigned long number,
		      struct domain *d, struct error *err)
{
	char digits[24];

	while (n && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	for (int k = 0; d->name && k < DOMAIN_KEYS; k++) {
		size_t length = strlen(domain_keys[k]);

		if (n <= length || memcmp(line, domain_keys[k], length) != 0 || line[length] != '=')
			continue;
		snprintf(digits, sizeof(digits), "%.*s", (int)(n - length - 1), line + length + 1);
		if (zone_parse_number(digits, 0, INT64_MAX / KIB, &d->value[k]))
			return 0;
		return error_at(err, ERR_INPUT, s->path, number, 0, "%s must be a whole number",
				domain_keys[k]);
	}
	return 0;
}

static int read_text(struct libvirt_stream *s, const char *text, size_t size, struct error *err)
{
	struct domain d = {.name = NULL};
	const char *end = text + size;
	unsigned long number = 1;
	int rc = 0;

	for (const char *line = text; line < end && !rc; number++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		struct domain next;
		size_t n;

		stop = stop ? stop : end;
		n = (size_t)(stop - line);
		n -= n && line[n - 1] == '\r';
		if (begins_domain(s, line, n, number, &next)) {
			rc = end_domain(s, &d, err);
			d = next;
		} else {
			rc = read_value(s, line, n, number, &d, err);
		}
		line = stop + 1;
	}
	return rc ? rc : end_domain(s, &d, err);
}

static int libvirt_next(struct zone_stream *base, const struct zone_event **out, struct error *err)
{
	struct libvirt_stream *s = (struct libvirt_stream *)base;

	(void)err;
	*out = NULL;
	if (base->stats.done == s->nr)
		return 0;
	base->event = (struct zone_event){.lifetime_ns = NS_NEVER,
					  .zone = &s->zone[base->stats.done],
					  .id = base->stats.done};
	base->stats.done++;
	*out = &base->event;
	return 0;
}

static void libvirt_close(struct zone_stream *base)
{
	struct libvirt_stream *s = (struct libvirt_stream *)base;

	arena_release(&s->names);
	name_set_release(&s->known);
	free(s->zone);
	free(s);
}

static int libvirt_open(struct zone_stream **out, const char *path, const struct workload *w,
			bool skip_bad, struct error *err)
{
	static const struct zone_stream_ops ops = {libvirt_next, libvirt_close};
	struct libvirt_stream *s = xcalloc(1, sizeof(*s));
	char *text = NULL;
	size_t size = 0;
	int rc = text_read(path, LIBVIRT_FILE_MAX, &text, &size, err);

	s->base.ops = &ops;
	s->path = path;
	s->skip_bad = skip_bad;
	s->vcpu_scale_milli = w->vcpu_scale_milli;
	if (!rc)
		rc = read_text(s, text, size, err);
	free(text);
	if (rc) {
		libvirt_close(&s->base);
		return rc;
	}
	s->base.stats.total = s->nr;
	*out = &s->base;
	return 0;
}

static bool libvirt_begins(const char *text, size_t size)
{
	static const char head[] = "Domain: '";
	size_t n = sizeof(head) - 1;

	while (size && (*text == '\n' || *text == '\r')) {
		text++;
		size--;
	}
	return size > n && memcmp(text, head, n) == 0;
}

static const struct trace_column columns[] = {
	{"Domain", false, NULL, "names the zone"},
	{"vcpu.current", false, "vCPUs", "its size"},
	{"vcpu.maximum", true, "vCPUs", "its ceiling"},
	{"balloon.maximum", false, "KiB", "its memory"},
	{"balloon.current", true, "KiB", "what it starts with"},
	{"state.state", true, NULL, "4, 5, 6: it does not run and is no zone"},
	{NULL, false, NULL, NULL},
};

const struct trace_format trace_libvirt = {
	.name = "libvirt-domstats",
	.summary = "libvirt: the domains of hosts, virsh domstats",
	.keeps = "all zones: they are there at one moment",
	.source = "https://libvirt.org/manpages/virsh.html#domstats",
	.where = "virsh domstats --state --vcpu --balloon",
	.column = columns,
	.begins = libvirt_begins,
	.open_path = libvirt_open,
};
