#include "live/sample.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"

static const char *const kind_name[] = {
	[LIVE_XEN_PVH] = "xen-pvh",   [LIVE_XEN_HVM] = "xen-hvm", [LIVE_XEN_PV] = "xen-pv",
	[LIVE_XEN_DOM0] = "xen-dom0", [LIVE_QEMU] = "qemu",	  [LIVE_CONTAINER] = "container",
	[LIVE_MODEL] = "model",
};

static int64_t *unknown_bytes(const struct host *host)
{
	int64_t *bytes = xcalloc(host->nr_nodes, sizeof(*bytes));

	for (unsigned n = 0; n < host->nr_nodes; n++)
		bytes[n] = LIVE_UNKNOWN;
	return bytes;
}

void live_sample_init(struct live_sample *s, const struct host *host)
{
	*s = (struct live_sample){
		.host = host,
		.cost_ns = LIVE_UNKNOWN,
		.size_bytes = unknown_bytes(host),
		.free_bytes = unknown_bytes(host),
	};
}

void live_sample_release(struct live_sample *s)
{
	for (uint32_t i = 0; i < s->nr_zones; i++) {
		free(s->zone[i].name);
		free(s->zone[i].id);
		free(s->zone[i].vnode);
		free(s->zone[i].node_bytes);
	}
	for (uint32_t i = 0; i < s->nr_notes; i++)
		free(s->note[i]);
	free(s->zone);
	free(s->note);
	free(s->size_bytes);
	free(s->free_bytes);
	*s = (struct live_sample){.host = NULL};
}

struct live_zone *live_sample_add(struct live_sample *s, const char *name, const char *id)
{
	struct live_zone *z;

	if (s->nr_zones == s->cap_zones) {
		s->cap_zones = s->cap_zones ? 2 * s->cap_zones : 16;
		s->zone = xreallocarray(s->zone, s->cap_zones, sizeof(*s->zone));
	}
	z = &s->zone[s->nr_zones++];
	*z = (struct live_zone){
		.name = xstrdup(name),
		.id = xstrdup(id),
		.node_bytes = unknown_bytes(s->host),
		.target_bytes = LIVE_UNKNOWN,
		.max_bytes = LIVE_UNKNOWN,
	};
	live_zone_set_vnodes(z, 1);
	return z;
}

void live_zone_set_vnodes(struct live_zone *z, uint32_t nr)
{
	z->vnode = xreallocarray(z->vnode, nr, sizeof(*z->vnode));
	for (uint32_t i = 0; i < nr; i++)
		z->vnode[i] = (struct live_vnode){.told_node = -1, .memory_bytes = LIVE_UNKNOWN};
	z->nr_vnodes = nr;
}

void live_sample_note(struct live_sample *s, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	s->note = xreallocarray(s->note, s->nr_notes + 1, sizeof(*s->note));
	s->note[s->nr_notes++] = xstrdup(text);
}

void live_sample_not_before(struct live_sample *s, int64_t last_ns)
{
	char text[40];

	if (s->at_ns >= last_ns)
		return;
	live_sample_note(s, "the clock was set back by %s: this is later than it says",
			 duration_text(last_ns - s->at_ns, text, sizeof(text)));
	s->at_ns = last_ns;
}

const struct live_zone *live_sample_find(const struct live_sample *s, const char *id)
{
	for (uint32_t i = 0; i < s->nr_zones; i++)
		if (!strcmp(s->zone[i].id, id))
			return &s->zone[i];
	return NULL;
}

const char *live_kind_name(enum live_kind kind)
{
	return kind_name[kind];
}

bool live_kind_find(const char *name, enum live_kind *out)
{
	for (unsigned k = 0; k < sizeof(kind_name) / sizeof(kind_name[0]); k++)
		if (!strcmp(kind_name[k], name)) {
			*out = (enum live_kind)k;
			return true;
		}
	return false;
}

int64_t live_zone_bytes(const struct live_sample *s, const struct live_zone *z)
{
	int64_t sum = z->unknown_bytes;

	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		if (z->node_bytes[n] == LIVE_UNKNOWN)
			return LIVE_UNKNOWN;
		sum += z->node_bytes[n];
	}
	return sum;
}

static nodeset told(const struct live_zone *z)
{
	nodeset nodes = 0;

	for (uint32_t i = 0; i < z->nr_vnodes; i++)
		if (z->vnode[i].told_node >= 0)
			nodes |= nodeset_of((unsigned)z->vnode[i].told_node);
	return nodes;
}

nodeset live_zone_home(const struct live_sample *s, const struct live_zone *z)
{
	nodeset all = s->host->cpu_nodes, runs = 0, prefers = 0, home = told(z);

	for (uint32_t i = 0; i < z->nr_vnodes; i++) {
		runs |= z->vnode[i].runs_on;
		prefers |= z->vnode[i].prefers;
	}
	if (home)
		return home;
	return (runs & all) != all ? runs : prefers != all ? prefers : 0;
}
