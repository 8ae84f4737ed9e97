/* A line of a recording back as a sample. Files come from elsewhere: nothing in them is trusted. */
#include "live/recording.h"

#include "base/doc.h"
#include "base/units.h"

/* More than machines have, and few enough that sums of all of them fit. */
#define BYTES_MOST (TIB << 10)
#define VCPUS_MOST 65536
#define ZONES_MOST 16384
#define NOTES_MOST 256

/* A number of [0, most], or null where `unknown` is let pass. */
static int read_figure(const struct doc_value *map, const char *key, int64_t most, bool unknown,
		       int64_t *out, struct error *err)
{
	const struct doc_value *v = doc_member(map, key);

	if (v && v->kind == DOC_NULL && unknown) {
		*out = LIVE_UNKNOWN;
		return 0;
	}
	return doc_get_int(map, key, true, 0, most, out, err);
}

static int read_count(const struct doc_value *map, const char *key, int64_t most, uint32_t *out,
		      struct error *err)
{
	int64_t n;
	int rc = doc_get_int(map, key, true, 0, most, &n, err);

	if (!rc)
		*out = (uint32_t)n;
	return rc;
}

/* A zone's memory is whole pages (live/sample.h). */
static int check_pages(const struct live_zone *z, const struct doc_value *map, unsigned nr,
		       struct error *err)
{
	int64_t odd = z->unknown_bytes % PAGE_BYTES;

	for (unsigned n = 0; n < nr; n++)
		odd |= z->node_bytes[n] == LIVE_UNKNOWN ? 0 : z->node_bytes[n] % PAGE_BYTES;
	return odd ? doc_error(doc_place(map, "node_bytes"), err,
			       "a zone's memory is whole pages of %d bytes", (int)PAGE_BYTES)
		   : 0;
}

/* No node has more than it can be said to have: so all sums fit. */
static int check_sums(const struct live_sample *s, const struct doc_value *list, struct error *err)
{
	for (unsigned n = 0; n < s->host->nr_nodes; n++) {
		int64_t sum = 0;

		for (uint32_t i = 0; i < s->nr_zones; i++) {
			sum += s->zone[i].node_bytes[n] > 0 ? s->zone[i].node_bytes[n] : 0;
			if (sum > BYTES_MOST)
				return doc_error(&list->item[i], err,
						 "zones have more than 1 PiB on node %u",
						 s->host->node[n].os_index);
		}
	}
	return 0;
}

/* One figure a node. */
static int read_by_node(const struct doc_value *map, const char *key, unsigned nr, int64_t *out,
			struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(map, key, true, &list, err);

	if (!rc && list->nr != nr)
		return doc_error(list, err, "\"%s\" has %u figures, the host %u nodes", key,
				 list->nr, nr);
	for (unsigned i = 0; !rc && i < nr; i++) {
		if (list->item[i].kind == DOC_NULL)
			out[i] = LIVE_UNKNOWN;
		else if (!doc_int(&list->item[i], 0, BYTES_MOST, &out[i]))
			rc = doc_error(&list->item[i], err,
				       "a number of bytes up to 1 PiB, or null, is expected");
	}
	return rc;
}

static int node_of(const struct host *host, const struct doc_value *v, int *out, struct error *err)
{
	int64_t number = -1;

	*out = doc_int(v, 0, UINT32_MAX, &number) ? host_find_node(host, (unsigned)number) : -1;
	return *out < 0 ? doc_error(v, err, "a number of one of the host's nodes is expected") : 0;
}

static int read_nodes(const struct host *host, const struct doc_value *map, const char *key,
		      nodeset *out, struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(map, key, true, &list, err), node;

	*out = 0;
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		rc = node_of(host, &list->item[i], &node, err);
		if (!rc)
			*out |= nodeset_of((unsigned)node);
	}
	return rc;
}

static int read_vnode(const struct host *host, const struct doc_value *map, struct live_vnode *v,
		      struct error *err)
{
	static const char *const keys[] = {"runs_on", "prefers",      "told_node",
					   "vcpus",   "memory_bytes", NULL};
	const struct doc_value *told = doc_member(map, "told_node");
	int rc = doc_known(map, "vnode", keys, err);

	if (!rc)
		rc = read_nodes(host, map, "runs_on", &v->runs_on, err);
	if (!rc)
		rc = read_nodes(host, map, "prefers", &v->prefers, err);
	if (!rc && told && told->kind != DOC_NULL)
		rc = node_of(host, told, &v->told_node, err);
	if (!rc)
		rc = read_count(map, "vcpus", VCPUS_MOST, &v->vcpus, err);
	if (!rc)
		rc = read_figure(map, "memory_bytes", BYTES_MOST, true, &v->memory_bytes, err);
	return rc;
}

static int read_vnodes(const struct host *host, const struct doc_value *map, struct live_zone *z,
		       struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(map, "vnodes", true, &list, err);

	if (!rc && (!list->nr || list->nr > NODES_MAX))
		rc = doc_error(list, err, "a zone has 1 to %d vnodes", NODES_MAX);
	if (rc)
		return rc;
	live_zone_set_vnodes(z, list->nr);
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		if (list->item[i].kind != DOC_MAP)
			return doc_error(&list->item[i], err, "a vnode is an object");
		rc = read_vnode(host, &list->item[i], &z->vnode[i], err);
	}
	return rc;
}

static int read_memory(const struct host *host, const struct doc_value *map, struct live_zone *z,
		       struct error *err)
{
	int rc = read_by_node(map, "node_bytes", host->nr_nodes, z->node_bytes, err);

	if (!rc)
		rc = read_figure(map, "unknown_bytes", BYTES_MOST, false, &z->unknown_bytes, err);
	if (!rc)
		rc = read_figure(map, "target_bytes", BYTES_MOST, true, &z->target_bytes, err);
	if (!rc)
		rc = read_figure(map, "max_bytes", BYTES_MOST, true, &z->max_bytes, err);
	return rc ? rc : check_pages(z, map, host->nr_nodes, err);
}

static int read_kind(const struct doc_value *map, struct live_zone *z, struct error *err)
{
	const char *kind = NULL;
	int rc = doc_get_text(map, "kind", true, &kind, err);

	if (!rc && !live_kind_find(kind, &z->kind))
		rc = doc_error(doc_place(map, "kind"), err, "there is no kind of zone \"%s\"",
			       kind);
	if (!rc)
		rc = doc_get_bool(map, "ours", true, &z->ours, err);
	if (!rc)
		rc = read_count(map, "vcpus", VCPUS_MOST, &z->vcpus, err);
	return rc;
}

static int read_zone(struct live_sample *out, const struct doc_value *map, struct error *err)
{
	static const char *const keys[] = {"name",
					   "id",
					   "kind",
					   "ours",
					   "vcpus",
					   "vnodes",
					   "node_bytes",
					   "unknown_bytes",
					   "target_bytes",
					   "max_bytes",
					   "io_runs_on",
					   "device_nodes",
					   NULL};
	const char *name = NULL, *id = NULL;
	struct live_zone *z;
	int rc = doc_known(map, "zone", keys, err);

	if (!rc)
		rc = doc_get_text(map, "name", true, &name, err);
	if (!rc)
		rc = doc_get_text(map, "id", true, &id, err);
	if (!rc && live_sample_find(out, id))
		rc = doc_error(doc_place(map, "id"), err, "another zone has this id");
	if (rc)
		return rc;
	z = live_sample_add(out, name, id);
	rc = read_kind(map, z, err);
	if (!rc)
		rc = read_vnodes(out->host, map, z, err);
	if (!rc)
		rc = read_memory(out->host, map, z, err);
	if (!rc)
		rc = read_nodes(out->host, map, "io_runs_on", &z->io_runs_on, err);
	if (!rc)
		rc = read_nodes(out->host, map, "device_nodes", &z->device_nodes, err);
	return rc;
}

static int read_zones(struct live_sample *out, const struct doc_value *map, struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(map, "zones", true, &list, err);

	if (!rc && list->nr > ZONES_MOST)
		rc = doc_error(list, err, "no more than %d zones are taken", ZONES_MOST);
	for (uint32_t i = 0; !rc && i < list->nr; i++)
		rc = list->item[i].kind == DOC_MAP
			     ? read_zone(out, &list->item[i], err)
			     : doc_error(&list->item[i], err, "a zone is an object");
	return rc ? rc : check_sums(out, list, err);
}

static int read_notes(struct live_sample *out, const struct doc_value *map, struct error *err)
{
	const struct doc_value *list = NULL;
	int rc = doc_get_list(map, "notes", true, &list, err);

	if (!rc && list->nr > NOTES_MOST)
		rc = doc_error(list, err, "no more than %d notes are taken", NOTES_MOST);
	for (uint32_t i = 0; !rc && i < list->nr; i++) {
		if (list->item[i].kind != DOC_TEXT)
			return doc_error(&list->item[i], err, "a note is a sentence");
		live_sample_note(out, "%s", list->item[i].text);
	}
	return rc;
}

static int read_sample(struct live_sample *out, const struct doc_value *map, struct error *err)
{
	static const char *const keys[] = {"at_ns",	 "took_ns", "cost_ns", "size_bytes",
					   "free_bytes", "zones",   "notes",   NULL};
	unsigned nr = out->host->nr_nodes;
	int rc = map->kind == DOC_MAP ? doc_known(map, "sample", keys, err)
				      : doc_error(map, err, "a sample is an object");

	if (!rc)
		rc = read_figure(map, "at_ns", TIME_MAX_NS, false, &out->at_ns, err);
	if (!rc)
		rc = read_figure(map, "took_ns", TIME_MAX_NS, false, &out->took_ns, err);
	if (!rc)
		rc = read_figure(map, "cost_ns", TIME_MAX_NS, true, &out->cost_ns, err);
	if (!rc)
		rc = read_by_node(map, "size_bytes", nr, out->size_bytes, err);
	if (!rc)
		rc = read_by_node(map, "free_bytes", nr, out->free_bytes, err);
	if (!rc)
		rc = read_zones(out, map, err);
	if (!rc)
		rc = read_notes(out, map, err);
	return rc;
}

int recording_sample_parse(struct live_sample *out, const char *path, uint32_t line,
			   const char *text, size_t size, struct error *err)
{
	struct doc doc;
	int rc = doc_parse_line(&doc, path, line, text, size, err);

	if (rc)
		return rc;
	rc = read_sample(out, doc.root, err);
	doc_release(&doc);
	return rc;
}
