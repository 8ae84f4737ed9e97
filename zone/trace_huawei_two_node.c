/*
 * Huawei's request lists for hosts of two NUMA nodes: mdl1104/
 * Dataset-for-topology-aware-VM-placement@28c0112 (CC0 1.0), VM_data_C1 to C5, one request
 * a row:
 *	flavor_vcpus,flavor_ram,numa,strategy,group,domain
 * Its hosts, which are in use, are PM_res and topology_provider of the same set: a workload
 * names them as its fleet's "initial" and "racks" (zone/initial.h).
 *
 * - The order of the rows is that of arrival. There are no times and no departures: a
 *   request comes each second, from 0 on, and stays.
 * - flavor_ram is GB of flavours (8 vCPUs, 16 GB) and read as GiB; numa is on how many nodes.
 * - strategy is empty, affinity, anti-affinity or fault_domain. Groups are numbered anew for
 *   each strategy: group 0 of one has nothing to do with group 0 of another. domain is for
 *   fault_domain.
 */
#include <inttypes.h>
#include <string.h>

#include "base/units.h"
#include "zone/trace_rows.h"

enum { VCPUS, MEMORY, NODES, STRATEGY, GROUP, DOMAIN };

struct two_node_stream {
	struct trace_stream rows;
	struct zone_group group;
	char group_name[16];
	int64_t at_ns; /* of the next row */
};

static bool field_is(const struct trace_stream *t, unsigned column, const char *text)
{
	const struct csv_field *f = &t->csv.field[t->column[column]];

	return f->n == strlen(text) && memcmp(f->text, text, f->n) == 0;
}

static int read_rule(struct trace_stream *t, struct zone_group *g, struct error *err)
{
	if (field_is(t, STRATEGY, "affinity"))
		g->rule = ZONE_AFFINITY;
	else if (field_is(t, STRATEGY, "anti-affinity"))
		g->rule = ZONE_ANTI_AFFINITY;
	else if (field_is(t, STRATEGY, "fault_domain"))
		g->rule = ZONE_FAULT_DOMAIN;
	else
		return csv_error(&t->csv, (unsigned)t->column[STRATEGY], err,
				 "\"strategy\" must be empty, affinity, anti-affinity or "
				 "fault_domain");
	return 0;
}

static int read_group(struct two_node_stream *s, struct error *err)
{
	struct trace_stream *t = &s->rows;
	int64_t number = 0, domain = 0;
	int rc;

	t->base.event.group = NULL;
	if (!trace_given(t, STRATEGY)) {
		if (!trace_given(t, GROUP))
			return 0;
		return csv_error(&t->csv, (unsigned)t->column[GROUP], err,
				 "a group without a strategy says nothing");
	}
	rc = read_rule(t, &s->group, err);
	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[GROUP], 0, INT32_MAX, &number, err);
	if (!rc && s->group.rule == ZONE_FAULT_DOMAIN)
		rc = csv_int(&t->csv, (unsigned)t->column[DOMAIN], 0, INT32_MAX, &domain, err);
	snprintf(s->group_name, sizeof(s->group_name), "%" PRId64, number);
	s->group.name = s->group_name;
	s->group.domain = (uint32_t)domain;
	t->base.event.group = &s->group;
	return rc;
}

static int two_node_row(struct trace_stream *t, struct error *err)
{
	struct two_node_stream *s = (struct two_node_stream *)t;
	struct zone_event *e = &t->base.event;
	int64_t vcpus = 0, bytes = 0, nodes = 0;
	int rc = csv_int(&t->csv, (unsigned)t->column[VCPUS], 1, ZONE_VCPUS_MAX, &vcpus, err);

	if (!rc)
		rc = csv_decimal(&t->csv, (unsigned)t->column[MEMORY], GIB, ZONE_MEMORY_MAX_BYTES,
				 &bytes, err);
	if (!rc)
		rc = csv_int(&t->csv, (unsigned)t->column[NODES], 1, ZONE_NODES_MAX, &nodes, err);
	if (!rc)
		rc = trace_set_zone(t, VCPUS, vcpus * 1000, MEMORY, bytes, err);
	if (!rc)
		rc = read_group(s, err);
	if (rc)
		return rc;
	t->zone.numa_nodes = (uint32_t)nodes;
	snprintf(t->name, sizeof(t->name), "vm%" PRIu64, t->nr_zones);
	e->id = t->nr_zones;
	e->lifetime_ns = NS_NEVER;
	e->at_ns = s->at_ns;
	s->at_ns += NS_PER_S;
	return 0;
}

static const struct trace_layout layout = {
	.column =
		{
			[VCPUS] = {"flavor_vcpus", false, "vCPUs", "its size"},
			[MEMORY] = {"flavor_ram", false, "GiB", "its memory"},
			[NODES] = {"numa", false, NULL, "on so many NUMA nodes"},
			[STRATEGY] = {"strategy", false, NULL, "its group's rule, or empty"},
			[GROUP] = {"group", false, NULL, "which group of that strategy"},
			[DOMAIN] = {"domain", false, NULL, "which fault domain of the group"},
		},
	.place = {[ZONE_FIELD_VCPUS] = VCPUS + 1,
		  [ZONE_FIELD_MEMORY] = MEMORY + 1,
		  [ZONE_FIELD_NUMA_NODES] = NODES + 1},
	.sorted = true,
	.row = two_node_row,
};

static int two_node_open(struct zone_stream **out, struct csv *csv, const struct workload *w,
			 bool skip_bad, struct error *err)
{
	return trace_stream_open(out, sizeof(struct two_node_stream), csv, &layout, w, skip_bad,
				 err);
}

const struct trace_format trace_huawei_two_node = {
	.name = "huawei-two-node",
	.summary = "Huawei: 4,998 requests for two-node hosts, with groups",
	.source = "https://github.com/mdl1104/Dataset-for-topology-aware-VM-placement",
	.licence = "CC0 1.0",
	.where = "https://github.com/mdl1104/Dataset-for-topology-aware-VM-placement (tables as "
		 "xlsx; save them as CSV)",
	.layout = {&layout},
	.open = two_node_open,
};
