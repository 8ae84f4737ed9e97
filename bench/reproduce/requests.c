/*
 * Huawei's request lists on its hosts as they are (mdl1104/
 * Dataset-for-topology-aware-VM-placement@28c0112, CC0): first fit on the lowest node with
 * room for CPUs and memory, both halves for a request of two nodes. How many hosts it
 * touches is no published figure; one loop over the two tables gives the same.
 * With --groups hosts obey affinity, anti-affinity and fault domains too.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/run.h"
#include "bench/reproduce/reproduce.h"
#include "bench/reproduce/two_node.h"
#include "sim/sim.h"

/* Hosts on which a zone has started. */
struct touched {
	uint8_t *host;
	uint32_t nr;
};

static int note_host(void *self, const struct run_view *view, const struct zone_news *n,
		     struct error *err)
{
	struct touched *t = self;

	(void)view;
	(void)err;
	t->nr += !t->host[n->host];
	t->host[n->host] = 1;
	return 0;
}

static const struct observer_ops touched_observer = {
	.name = "hosts touched",
	.wants = NEWS(NEWS_STARTED),
	.on_zone = note_host,
};

/* Nodes as large as what is free on the freest, on as many hosts as the table has. */
static int servers_of(const struct fleet_initial *i, struct servers *out, struct error *err)
{
	uint32_t hosts = i->nr ? i->node[i->nr - 1].host + 1 : 0, vcpus = 1;
	int64_t bytes = GIB;

	if (!i->free || !hosts || hosts > SERVERS_MAX)
		return error_set(err, ERR_INPUT,
				 "%s: must say what is free on 1 to %d hosts: CPU1,RAM1,CPU2,RAM2",
				 i->path, SERVERS_MAX);
	for (size_t n = 0; n < i->nr; n++) {
		vcpus = i->node[n].vcpus > vcpus ? i->node[n].vcpus : vcpus;
		bytes = i->node[n].bytes > bytes ? i->node[n].bytes : bytes;
	}
	if (vcpus > CPUS_MAX / 2)
		return error_set(err, ERR_INPUT, "%s: a node has at most %d CPUs", i->path,
				 CPUS_MAX / 2);
	servers_init_sized(out, hosts, vcpus, bytes);
	return 0;
}

/* Every request as an event that stays, its group left out where groups are not asked for. */
struct requests {
	struct zone_event *event;
	struct zone *zone;
	struct zone_group *group;
	size_t nr, cap_event, cap_zone, cap_group;
	struct arena names;
};

static void keep_request(struct requests *r, const struct zone_event *e)
{
	r->event = grow(r->event, &r->cap_event, r->nr, sizeof(*r->event));
	r->zone = grow(r->zone, &r->cap_zone, r->nr, sizeof(*r->zone));
	r->group = grow(r->group, &r->cap_group, r->nr, sizeof(*r->group));
	r->event[r->nr] = *e;
	r->zone[r->nr] = *e->zone;
	r->zone[r->nr].name = arena_strdup(&r->names, e->zone->name);
	if (e->group) {
		r->group[r->nr] = *e->group;
		r->group[r->nr].name = arena_strdup(&r->names, e->group->name);
	}
	r->nr++;
}

static void requests_release(struct requests *r)
{
	free(r->event);
	free(r->zone);
	free(r->group);
	arena_release(&r->names);
}

static int requests_load(struct requests *out, const char *path, bool groups, struct error *err)
{
	const struct zone_event *e = NULL;
	struct zone_stream *s = NULL;
	struct workload w;
	int rc = workload_load(&w, path, "huawei-two-node", err);

	*out = (struct requests){0};
	if (rc)
		return rc;
	rc = workload_open(&s, &w, 1, false, err);
	while (!rc && !(rc = zone_stream_next(s, &e, err)) && e)
		keep_request(out, e);
	for (size_t i = 0; i < out->nr; i++) {
		out->event[i].zone = &out->zone[i];
		if (out->event[i].group)
			out->event[i].group = groups ? &out->group[i] : NULL;
	}
	zone_stream_close(s);
	workload_release(&w);
	return rc;
}

static int run_requests(const struct servers *s, const struct workload *w, const char *name,
			struct error *err)
{
	struct touched touched = {.host = xcalloc(s->nr, 1)};
	struct observer observer = {&touched_observer, &touched};
	struct run_input in = {
		.workload = w,
		.policy = &policy_lowest_node,
		.memory = RUN_MEMORY_STATIC,
		.backend = &sim_backend,
		.host = s->list,
		.nr_hosts = s->nr,
		.topology = s->host->name,
		.observer = &observer,
		.nr_observers = 1,
	};
	struct run_result result;
	int rc = run_row(&in, &result, err);

	if (!rc)
		printf("%s,%" PRId64 ",%" PRId64 ",%" PRIu32 "\n", name, result.row.zones_offered,
		       result.row.zones_placed, touched.nr);
	free(touched.host);
	return rc;
}

static int one_list(const struct args *args, const char *path, const struct fleet_initial *initial,
		    const struct fleet_racks *racks, struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct servers servers = {0};
	struct requests requests;
	struct workload w;
	int rc = servers_of(initial, &servers, err);

	if (rc)
		return rc;
	rc = requests_load(&requests, path, args_flag(args, "groups"), err);
	workload_defaults(&w);
	w.source = SOURCE_EVENTS;
	w.event = requests.event;
	w.nr_events = requests.nr;
	w.fleet.initial = initial;
	w.fleet.racks = racks;
	if (!rc)
		rc = run_requests(&servers, &w, slash ? slash + 1 : path, err);
	requests_release(&requests);
	servers_release(&servers);
	return rc;
}

static int requests(const struct args *args, int *status, struct error *err)
{
	char *pm = input_path(args, "initial", "huawei-two-node/PM_res.csv");
	const char *rack_path = args_string(args, "racks", NULL);
	struct fleet_initial initial;
	struct fleet_racks racks;
	struct arena arena = {0};
	int rc = initial_load(&initial, pm, &arena, err);

	(void)status;
	if (!rc && rack_path)
		rc = racks_load(&racks, rack_path, &arena, err);
	for (unsigned i = 0; !rc && i < args_nr_operands(args); i++)
		rc = one_list(args, args_operand(args, i), &initial, rack_path ? &racks : NULL,
			      err);
	arena_release(&arena);
	free(pm);
	return rc;
}

static const struct option options[] = {
	{"initial", 'i', "FILE", "what is free on each host: CPU1,RAM1,CPU2,RAM2", false},
	{"racks", 'r', "FILE", "which hosts share a rack: host_id,rack_id", false},
	{"groups", 'g', NULL, "hosts obey the groups' rules", false},
	OPTION_DATA,
	{0},
};

const struct command case_requests = {
	.name = "requests",
	.operands = "LIST...",
	.min_operands = 1,
	.max_operands = -1,
	.summary = "hosts that first fit touches with Huawei's requests for two-node hosts",
	.about = "Prints list,requests,placed,hosts touched.",
	.example = "bench/reproduce/requests ../shared/data/traces/huawei-two-node/VM_data_C1.csv",
	.option = options,
	.run = requests,
};
