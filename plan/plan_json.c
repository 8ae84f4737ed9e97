#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "plan/plan.h"

/* jansson takes valid UTF-8 only; names from a command line need not be. */
static json_t *text(const char *s)
{
	json_t *j = json_string(s);
	char *ascii;

	if (j)
		return j;
	ascii = xstrdup(s);
	for (char *c = ascii; *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	j = json_string(ascii);
	free(ascii);
	return j;
}

static json_t *texts(const char *const *line, uint32_t nr)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < nr; i++)
		json_array_append_new(j, text(line[i]));
	return j;
}

static json_t *range(uint32_t first, uint32_t nr)
{
	json_t *j = json_array();

	for (uint32_t i = 0; i < nr; i++)
		json_array_append_new(j, json_integer(first + i));
	return j;
}

static json_int_t os_index(const struct plan *p, uint32_t node)
{
	return (json_int_t)p->host->node[node].os_index;
}

static json_t *vnode(const struct plan *p, uint32_t v)
{
	json_t *j = json_object();
	struct cpuset cpus;
	char *list;

	plan_cpus(p, v, &cpus);
	list = cpuset_list(&cpus);
	json_object_set_new(j, "node", json_integer(os_index(p, p->vnode[v].node)));
	json_object_set_new(j, "vcpus", range(plan_first_vcpu(p, v), p->vnode[v].vcpus));
	if (p->zone->vcpus_max > p->zone->vcpus)
		json_object_set_new(j, "offline_vcpus",
				    range(plan_first_offline_vcpu(p, v), plan_offline_vcpus(p, v)));
	json_object_set_new(j, "cpus", text(list));
	json_object_set_new(j, "memory_bytes", json_integer(p->vnode[v].memory_bytes));
	free(list);
	return j;
}

static json_t *memory(const struct plan *p)
{
	json_t *all = json_array();

	for (uint32_t i = 0; i < p->nr_memory; i++) {
		json_t *j = json_object();

		json_object_set_new(j, "node", json_integer(os_index(p, p->memory[i].node)));
		json_object_set_new(j, "vnode", json_integer(p->memory[i].vnode));
		json_object_set_new(j, "bytes", json_integer(p->memory[i].bytes));
		json_array_append_new(all, j);
	}
	return all;
}

static json_t *distances(const struct plan *p)
{
	json_t *rows = json_array();

	for (uint32_t a = 0; a < p->nr_vnodes; a++) {
		json_t *row = json_array();

		for (uint32_t b = 0; b < p->nr_vnodes; b++)
			json_array_append_new(row,
					      json_integer(host_distance(p->host, p->vnode[a].node,
									 p->vnode[b].node)));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *devices(const struct plan *p)
{
	const char *name[ZONE_DEVICES_MAX];

	for (uint32_t i = 0; i < p->nr_devices; i++)
		name[i] = plan_device_name(p, i);
	return texts(name, p->nr_devices);
}

static void add_plan(json_t *j, const struct plan *p)
{
	json_t *nodes = json_array();
	json_t *vnodes = json_array();

	for (uint32_t v = 0; v < p->nr_vnodes; v++) {
		json_array_append_new(nodes, json_integer(os_index(p, p->vnode[v].node)));
		json_array_append_new(vnodes, vnode(p, v));
	}
	json_object_set_new(j, "told", text(plan_told_name(p->told)));
	if (p->soft)
		json_object_set_new(j, "affinity", text("soft"));
	if (p->memory_rule != PLAN_MEMORY_OWN_NODE)
		json_object_set_new(j, "memory_rule", text(plan_memory_rule_name(p->memory_rule)));
	json_object_set_new(j, "nodes", nodes);
	json_object_set_new(j, "vnodes", vnodes);
	json_object_set_new(j, "memory", memory(p));
	json_object_set_new(j, "spilled_bytes", json_integer(p->spilled_bytes));
	json_object_set_new(j, "distances", distances(p));
	if (p->nr_devices)
		json_object_set_new(j, "devices", devices(p));
}

/* A refusal's first reason is its own sentence. */
static json_t *reasons(const struct plan_result *r)
{
	json_t *j = texts(r->reason, r->nr_reasons);

	if (!r->plan && r->error_text)
		json_array_insert_new(j, 0, text(r->error_text));
	return j;
}

static json_t *result_json(const struct plan_result *r)
{
	json_t *j = json_object();

	json_object_set_new(j, "zone", text(r->zone->name));
	json_object_set_new(j, "placed", json_boolean(r->plan != NULL));
	if (r->plan) {
		add_plan(j, r->plan);
	} else {
		json_object_set_new(j, "error", text(error_name(r->error_code)));
	}
	json_object_set_new(j, "reasons", reasons(r));
	json_object_set_new(j, "warnings", texts(r->warning, r->nr_warnings));
	return j;
}

void plan_print_json(const struct host *host, const char *policy, const struct plan_result *result,
		     size_t nr, FILE *out)
{
	json_t *doc = json_object();
	json_t *zones = json_array();

	for (size_t i = 0; i < nr; i++)
		json_array_append_new(zones, result_json(&result[i]));
	json_object_set_new(doc, "host", text(host->name));
	json_object_set_new(doc, "policy", text(policy));
	json_object_set_new(doc, "zones", zones);
	json_dumpf(doc, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(doc);
}
