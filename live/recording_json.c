#include <jansson.h>

#include "base/alloc.h"
#include "base/text_json.h"
#include "live/recording.h"

static void set(json_t *object, const char *key, json_t *value)
{
	BUG_ON(json_object_set_new(object, key, value) != 0);
}

static void append(json_t *list, json_t *value)
{
	BUG_ON(json_array_append_new(list, value) != 0);
}

static json_t *figure_of(int64_t figure)
{
	return figure == LIVE_UNKNOWN ? json_null() : json_integer(figure);
}

static json_t *figures_of(const int64_t *figure, unsigned nr)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < nr; i++)
		append(list, figure_of(figure[i]));
	return list;
}

static json_t *nodes_of(const struct host *host, nodeset nodes)
{
	json_t *list = json_array();
	unsigned node;

	nodeset_for_each (node, nodes)
		append(list, json_integer(host->node[node].os_index));
	return list;
}

static json_t *vnode_of(const struct host *host, const struct live_vnode *v)
{
	json_t *object = json_object();

	set(object, "runs_on", nodes_of(host, v->runs_on));
	set(object, "prefers", nodes_of(host, v->prefers));
	set(object, "told_node",
	    v->told_node < 0 ? json_null() : json_integer(host->node[v->told_node].os_index));
	set(object, "vcpus", json_integer(v->vcpus));
	set(object, "memory_bytes", figure_of(v->memory_bytes));
	return object;
}

static json_t *zone_of(const struct host *host, const struct live_zone *z)
{
	json_t *object = json_object(), *vnodes = json_array();

	for (uint32_t i = 0; i < z->nr_vnodes; i++)
		append(vnodes, vnode_of(host, &z->vnode[i]));
	set(object, "name", text_json(z->name));
	set(object, "id", text_json(z->id));
	set(object, "kind", json_string(live_kind_name(z->kind)));
	set(object, "ours", json_boolean(z->ours));
	set(object, "vcpus", json_integer(z->vcpus));
	set(object, "vnodes", vnodes);
	set(object, "node_bytes", figures_of(z->node_bytes, host->nr_nodes));
	set(object, "unknown_bytes", figure_of(z->unknown_bytes));
	set(object, "target_bytes", figure_of(z->target_bytes));
	set(object, "max_bytes", figure_of(z->max_bytes));
	set(object, "io_runs_on", nodes_of(host, z->io_runs_on));
	set(object, "device_nodes", nodes_of(host, z->device_nodes));
	return object;
}

/* Takes the object. */
static char *line_of(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	BUG_ON(!text);
	json_decref(object);
	return text;
}

char *recording_header_text(const struct host *host, const char *xml)
{
	json_t *object = json_object();

	set(object, "format", json_string("homenode-recording"));
	set(object, "version", json_integer(1));
	set(object, "host", text_json(host->name));
	set(object, "nodes", nodes_of(host, nodeset_first_n(host->nr_nodes)));
	set(object, "xml", text_json(xml));
	return line_of(object);
}

char *recording_sample_text(const struct live_sample *s)
{
	json_t *object = json_object(), *zones = json_array(), *notes = json_array();

	for (uint32_t i = 0; i < s->nr_zones; i++)
		append(zones, zone_of(s->host, &s->zone[i]));
	for (uint32_t i = 0; i < s->nr_notes; i++)
		append(notes, text_json(s->note[i]));
	set(object, "at_ns", json_integer(s->at_ns));
	set(object, "took_ns", figure_of(s->took_ns));
	set(object, "cost_ns", figure_of(s->cost_ns));
	set(object, "size_bytes", figures_of(s->size_bytes, s->host->nr_nodes));
	set(object, "free_bytes", figures_of(s->free_bytes, s->host->nr_nodes));
	set(object, "zones", zones);
	set(object, "notes", notes);
	return line_of(object);
}
