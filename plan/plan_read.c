#include <stdlib.h>
#include <string.h>

#include "base/doc.h"
#include "base/units.h"
#include "plan/plan_read.h"

/* Far above any zone's, far below an overflow of sums over 64 pieces. */
#define BYTES_MAX ((int64_t)1 << 50)
#define VCPUS_MAX 65536

struct reader {
	struct plan_list *list;
	const struct host *host;
};

bool plan_list_recognise(const char *path, const char *text, size_t size)
{
	struct doc doc = {0};
	bool yes = false;

	if (doc_parse(&doc, path, text, size, DOC_JSON, NULL) == 0)
		yes = doc_member(doc.root, "policy") && doc_member(doc.root, "zones");
	doc_release(&doc);
	return yes;
}

static int read_node(const struct reader *r, const struct doc_value *obj, uint32_t *out,
		     struct error *err)
{
	const struct doc_value *at = doc_member(obj, "node");
	int64_t os_index = 0;
	int rc = doc_get_int(obj, "node", true, 0, UINT32_MAX, &os_index, err);
	int node;

	if (rc)
		return rc;
	node = host_find_node(r->host, (unsigned)os_index);
	if (node < 0)
		return doc_error(at, err, "host %s has no node %lld; was this made on it?",
				 r->host->name, (long long)os_index);
	*out = (uint32_t)node;
	return 0;
}

static int read_pages(const struct doc_value *obj, const char *key, int64_t *out, struct error *err)
{
	const struct doc_value *at = doc_member(obj, key);
	int rc = doc_get_int(obj, key, true, 0, BYTES_MAX, out, err);

	if (!rc && *out % PAGE_BYTES)
		rc = doc_error(at, err, "\"%s\" must be whole pages of %lld bytes", key,
			       (long long)PAGE_BYTES);
	return rc;
}

static int read_vnode(const struct reader *r, const struct doc_value *at, struct plan *p,
		      struct error *err)
{
	struct plan_vnode *v = &p->vnode[p->nr_vnodes];
	const struct doc_value *vcpus = NULL;
	int rc = read_node(r, at, &v->node, err);

	if (!rc)
		rc = doc_get_list(at, "vcpus", true, &vcpus, err);
	if (!rc)
		rc = read_pages(at, "memory_bytes", &v->memory_bytes, err);
	if (rc)
		return rc;
	if (vcpus->nr > VCPUS_MAX)
		return doc_error(vcpus, err, "more than %d vCPUs", VCPUS_MAX);
	if (p->nodes & nodeset_of(v->node))
		return doc_error(at, err, "two vnodes on node %u", r->host->node[v->node].os_index);
	v->vcpus = (uint32_t)vcpus->nr;
	p->nodes |= nodeset_of(v->node);
	p->nr_vnodes++;
	return 0;
}

static int read_memory(const struct reader *r, const struct doc_value *at, struct plan *p,
		       struct error *err)
{
	struct plan_memory *m = &p->memory[p->nr_memory];
	int64_t vnode = 0;
	int rc = read_node(r, at, &m->node, err);

	if (!rc)
		rc = doc_get_int(at, "vnode", true, 0, (int64_t)p->nr_vnodes - 1, &vnode, err);
	if (!rc)
		rc = read_pages(at, "bytes", &m->bytes, err);
	if (rc)
		return rc;
	m->vnode = (uint32_t)vnode;
	if (m->node != p->vnode[vnode].node)
		p->spilled_bytes += m->bytes;
	p->nr_memory++;
	return 0;
}

typedef int (*read_item)(const struct reader *r, const struct doc_value *at, struct plan *p,
			 struct error *err);

static int read_items(const struct reader *r, const struct doc_value *zone, const char *key,
		      size_t max, read_item read, struct plan *p, struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(zone, key, true, &list, err);

	if (rc)
		return rc;
	if (list->nr == 0 || list->nr > max)
		return doc_error(list, err, "\"%s\" must have 1 to %zu items", key, max);
	for (size_t i = 0; i < list->nr && !rc; i++) {
		const struct doc_value *at = &list->item[i];

		rc = read(r, at, p, err);
	}
	return rc;
}

static int read_devices(const struct reader *r, const struct doc_value *zone, struct zone *z,
			struct plan *p, struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(zone, "devices", false, &list, err);
	size_t nr = rc || !list ? 0 : list->nr;
	const char **name;

	if (rc || !nr)
		return rc;
	if (nr > ZONE_DEVICES_MAX)
		return doc_error(list, err, "more than %d devices", ZONE_DEVICES_MAX);
	name = arena_alloc(&r->list->arena, nr * sizeof(*name));
	for (size_t i = 0; i < nr; i++) {
		const struct doc_value *at = &list->item[i];
		const char *text = doc_text(at);

		int d = text ? host_find_device(r->host, text) : -1;

		if (d < 0)
			return doc_error(at, err, "not a device of host %s", r->host->name);
		p->device[i] = (uint16_t)d;
		name[i] = arena_strdup(&r->list->arena, text);
	}
	z->device = name;
	z->nr_devices = p->nr_devices = (uint32_t)nr;
	return 0;
}

static int read_told(const struct doc_value *zone, struct plan *p, struct error *err)
{
	static const char *const names[] = {"vnuma", "flat", NULL};
	int told = PLAN_TOLD_VNUMA;
	int rc = doc_get_choice(zone, "told", false, names, &told, err);

	p->told = (enum plan_told)told;
	p->pinned = told == PLAN_TOLD_VNUMA;
	return rc;
}

static int read_plan(const struct reader *r, const struct doc_value *at, struct error *err)
{
	struct plan *p = &r->list->plan[r->list->nr];
	struct zone *z = &r->list->zone[r->list->nr];
	const char *name = NULL;
	int rc = doc_get_text(at, "zone", true, &name, err);

	*p = (struct plan){.host = r->host, .zone = z};
	zone_init(z);
	if (!rc)
		rc = read_told(at, p, err);
	if (!rc)
		rc = read_items(r, at, "vnodes", NODES_MAX, read_vnode, p, err);
	if (!rc)
		rc = read_items(r, at, "memory", PLAN_MEMORY_MAX, read_memory, p, err);
	if (!rc)
		rc = read_devices(r, at, z, p, err);
	if (rc)
		return rc;
	z->name = arena_strdup(&r->list->arena, name);
	z->memory_policy = ZONE_STATIC;
	z->vcpus = 0;
	for (uint32_t v = 0; v < p->nr_vnodes; v++)
		z->vcpus += p->vnode[v].vcpus;
	z->vcpus_max = z->vcpus;
	z->memory_bytes = 0;
	for (uint32_t i = 0; i < p->nr_memory; i++)
		z->memory_bytes += p->memory[i].bytes;
	z->memory_initial_bytes = z->memory_min_bytes = z->memory_bytes;
	r->list->nr++;
	return 0;
}

static int read_zones(const struct reader *r, const struct doc_value *root, struct error *err)
{
	const struct doc_value *zones = NULL, *host = doc_member(root, "host");
	int rc = doc_get_list(root, "zones", true, &zones, err);
	size_t nr = rc ? 0 : zones->nr;
	const char *name = host ? doc_text(host) : NULL;

	if (rc)
		return rc;
	r->list->host = arena_strdup(&r->list->arena, name ? name : "");
	r->list->plan = xcalloc(nr + 1, sizeof(*r->list->plan));
	r->list->zone = xcalloc(nr + 1, sizeof(*r->list->zone));
	for (size_t i = 0; i < nr && !rc; i++) {
		const struct doc_value *at = &zones->item[i];
		bool placed = false;

		if (at->kind != DOC_MAP)
			return doc_error(at, err, "a zone must be an object");
		rc = doc_get_bool(at, "placed", true, &placed, err);
		if (!rc && placed)
			rc = read_plan(r, at, err);
	}
	return rc;
}

int plan_list_parse(struct plan_list *out, const struct host *host, const char *path,
		    const char *text, size_t size, struct error *err)
{
	struct doc doc = {0};
	struct reader r = {.list = out, .host = host};
	int rc = doc_parse(&doc, path, text, size, DOC_JSON, err);

	if (rc)
		return rc;
	if (doc.root->kind != DOC_MAP)
		rc = doc_error(doc.root, err,
			       "must be what \"homenode plan --format json\" prints");
	else
		rc = read_zones(&r, doc.root, err);
	doc_release(&doc);
	if (rc)
		plan_list_release(out);
	return rc;
}

void plan_list_release(struct plan_list *l)
{
	free(l->plan);
	free(l->zone);
	arena_release(&l->arena);
	*l = (struct plan_list){0};
}
