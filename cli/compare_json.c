#include <jansson.h>
#include <stdlib.h>

#include "cli/compare_print.h"
#include "cost/params/grades.h"
#include "schema/schema.h"

static void put(json_t *o, const char *key, int64_t value)
{
	json_object_set_new(o, key, is_known(value) ? json_integer(value) : json_null());
}

static void put_cost(json_t *o, const struct compare_row *r)
{
	const struct cost_result *c = &r->cost;
	json_t *nodes = json_array(), *causes = json_object();

	for (uint32_t v = 0; v < r->plan.nr_vnodes; v++)
		json_array_append_new(
			nodes, json_integer(r->plan.host->node[r->plan.vnode[v].node].os_index));
	json_object_set_new(o, "nodes", nodes);
	put(o, "mean_distance_centi", r->mean_distance_centi);
	put(o, "bandwidth_bytes_per_s", c->bandwidth_bytes_per_s);
	put(o, "latency_ps", c->latency_ps);
	put(o, "alone_bandwidth_bytes_per_s", c->alone_bandwidth_bytes_per_s);
	put(o, "alone_latency_ps", c->alone_latency_ps);
	put(o, "slowdown_ppm", c->slowdown_ppm);
	put(o, "remote_ppm", c->remote_ppm);
	for (int i = 0; i < COST_CAUSES; i++)
		put(causes, cost_cause_name((enum cost_cause)i), c->cause_ppm[i]);
	json_object_set_new(o, "causes_ppm", causes);
	put(o, "spilled_bytes", r->plan.spilled_bytes);
	put(o, "map_cost_ppm", r->map_cost_ppm);
	if (r->day.known) {
		json_t *day = json_object();

		put(day, "local_page_ppm", r->day.local_page_ppm);
		put(day, "slowdown_ppm", r->day.slowdown_ppm);
		put(day, "balloon_steps", r->day.balloon_steps);
		put(day, "balloon_failures", r->day.balloon_failures);
		json_object_set_new(o, "day", day);
	}
	json_object_set_new(o, "latency_grade",
			    json_string(cost_grade_name(cost_latency_grade(&c->basis))));
	json_object_set_new(o, "bandwidth_grade",
			    json_string(cost_grade_name(cost_bandwidth_grade(&c->basis))));
}

static json_t *launch_json(const struct launch_row *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "policy", json_string(r->policy->name));
	json_object_set_new(o, "zone", json_string(r->zone->name));
	put(o, "launches", r->launches);
	put(o, "placed", r->placed);
	put(o, "p5_ppm", r->p5_ppm);
	put(o, "p50_ppm", r->p50_ppm);
	put(o, "p95_ppm", r->p95_ppm);
	put(o, "swing_ppm", r->swing_ppm);
	return o;
}

static json_t *row_json(const struct compare_row *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "case", json_string(r->label));
	json_object_set_new(o, "policy", json_string(r->policy->name));
	json_object_set_new(o, "zone", json_string(r->zone->name));
	json_object_set_new(o, "placed", json_boolean(r->placed));
	if (r->placed)
		put_cost(o, r);
	else
		json_object_set_new(o, "error", json_string(r->refusal));
	return o;
}

void compare_print_json(const struct compare *c, FILE *out)
{
	json_t *root = json_object(), *rows = json_array(), *swing = json_array();
	char *grade = compare_grade(c);

	json_object_set_new(root, "host", json_string(c->host->name));
	for (size_t i = 0; i < c->nr; i++)
		json_array_append_new(rows, row_json(&c->row[i]));
	json_object_set_new(root, "rows", rows);
	for (size_t i = 0; i < c->nr_launches; i++)
		json_array_append_new(swing, launch_json(&c->launch[i]));
	if (c->nr_launches)
		json_object_set(root, "swing", swing);
	json_object_set_new(root, "grade", json_string(grade));
	json_dumpf(root, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(swing);
	json_decref(root);
	free(grade);
}

static void print_line(const struct compare *c, json_t *row, FILE *out)
{
	json_t *line = json_object();

	json_object_set_new(line, "host", json_string(c->host->name));
	json_object_update_new(line, row);
	json_dumpf(line, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(line);
}

void compare_print_jsonl(const struct compare *c, FILE *out)
{
	for (size_t i = 0; i < c->nr; i++)
		print_line(c, row_json(&c->row[i]), out);
	for (size_t i = 0; i < c->nr_launches; i++)
		print_line(c, launch_json(&c->launch[i]), out);
}
