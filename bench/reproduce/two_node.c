#include "bench/reproduce/two_node.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "bench/loop/run.h"
#include "placement/fill.h"
#include "sim/sim.h"

/* --- the trace ------------------------------------------------------------------- */

static int add_vm(struct vms *v, const struct zone_event *e, struct error *err)
{
	size_t cap = v->cap;

	if (e->kind != ZONE_EVENT_START || e->lifetime_ns == NS_NEVER)
		return error_set(err, ERR_INPUT,
				 "the trace has events without lifetimes; the form wanted here is "
				 "vmid,cpu,mem,at,lt");
	v->vm = grow(v->vm, &cap, v->nr, sizeof(*v->vm));
	v->zone = grow(v->zone, &v->cap, v->nr, sizeof(*v->zone));
	v->zone[v->nr] = *e->zone;
	v->zone[v->nr].name = "vm";
	v->vm[v->nr] = (struct zone_event){
		.at_ns = e->at_ns / NS_PER_S * NS_PER_S,
		.kind = ZONE_EVENT_START,
		.id = v->nr,
		.lifetime_ns = e->lifetime_ns / NS_PER_S * NS_PER_S,
	};
	v->nr++;
	return 0;
}

/* What fits on no empty server would wait for ever. */
static int check_size(const struct servers *one, const struct vms *v, size_t i, struct error *err)
{
	const struct zone *z = v->vm[i].zone;
	struct policy_input in = {.host = one->host, .zone = z};
	struct host_state empty;
	struct plan plan;
	int rc;

	host_state_init(&empty, one->host);
	in.state = &empty;
	rc = z->vcpus % z->numa_nodes ? ERR_INFEASIBLE
				      : policy_place(&policy_lowest_node, &in, &plan, NULL);
	host_state_release(&empty);
	return rc ? error_set(err, ERR_INPUT,
			      "VM %zu (%" PRIu32 " vCPUs, %" PRId64
			      " GB) fits on no server of two nodes of %d CPUs and %d GB, whole or "
			      "by halves",
			      i, z->vcpus, z->memory_bytes / GIB, NODE_CPUS, NODE_MEMORY_GB)
		  : 0;
}

static int read_vms(struct vms *out, const char *path, struct error *err)
{
	struct workload w = {0};
	struct zone_stream *s = NULL;
	const struct zone_event *e;
	int rc = workload_load(&w, path, "huawei-east-1", err);

	if (rc)
		return rc;
	rc = workload_open(&s, &w, 0, false, err);
	while (!rc && !(rc = zone_stream_next(s, &e, err)) && e)
		rc = add_vm(out, e, err);
	if (!rc && !out->nr)
		rc = error_set(err, ERR_INPUT, "%s: no VM in the trace", path);
	zone_stream_close(s);
	workload_release(&w);
	return rc;
}

int vms_load(struct vms *out, const char *path, int64_t split_above_gb, struct error *err)
{
	struct servers one;
	int rc;

	*out = (struct vms){0};
	rc = read_vms(out, path, err);
	servers_init(&one, 1);
	for (size_t i = 0; !rc && i < out->nr; i++) {
		struct zone *z = &out->zone[i];

		z->numa_nodes = z->memory_bytes > split_above_gb * GIB ? 2 : 1;
		out->vm[i].zone = z;
		rc = check_size(&one, out, i, err);
	}
	servers_release(&one);
	if (rc)
		vms_release(out);
	return rc;
}

void vms_release(struct vms *v)
{
	free(v->vm);
	free(v->zone);
	*v = (struct vms){0};
}

/* --- a node of a server ---------------------------------------------------------- */

static bool has_room(const struct policy_input *in, unsigned node, uint32_t vcpus, int64_t bytes)
{
	return in->state->vcpus[node] + vcpus <= in->host->node[node].nr_cpus &&
	       in->state->free_bytes[node] >= bytes;
}

static double share_left(const struct host_state *s, unsigned node)
{
	const struct host_node *n = &s->host->node[node];
	double cpus = (double)(n->nr_cpus - s->vcpus[node]) / n->nr_cpus;
	double memory = (double)s->free_bytes[node] / (double)n->memory_bytes;

	return cpus < memory ? cpus : memory;
}

/* `first` is where a zone of one node goes if it fits there. */
static int place(const struct policy_input *in, unsigned first, struct plan *out, struct error *err)
{
	const struct zone *z = in->zone;
	uint32_t parts = z->numa_nodes, nr = 0;
	uint32_t vcpus = z->vcpus / parts;
	uint8_t node[2];

	for (unsigned n = 0; n < 2 && nr < parts; n++) {
		unsigned here = n ? 1 - first : first;

		if (has_room(in, here, vcpus, zone_boot_bytes(z) / parts))
			node[nr++] = (uint8_t)here;
	}
	if (nr < parts)
		return error_set(err, ERR_NO_ROOM, "%u of %u nodes have room", nr, parts);
	fill_order(in, node, nr, out);
	fill_vcpus(out);
	fill_memory_evenly(out);
	out->memory_rule = PLAN_MEMORY_STRICT;
	return plan_fill_memory(out, in->state, err);
}

static int lowest_node(const struct policy_input *in, struct plan *out, struct error *err)
{
	return place(in, 0, out, err);
}

static int emptier_node(const struct policy_input *in, struct plan *out, struct error *err)
{
	return place(in, share_left(in->state, 1) > share_left(in->state, 0), out, err);
}

const struct policy policy_lowest_node = {
	.name = "lowest-node",
	.summary = "the lowest node with room",
	.source = "ChanTinPing/SPANE@f1d7df9: baseline_agent/first_fit.py",
	.place = lowest_node,
};

const struct policy policy_emptier_node = {
	.name = "emptier-node",
	.summary = "the node with the larger share left, if it has room",
	.source = "ChanTinPing/SPANE@f1d7df9: baseline_agent/balance_fit.py",
	.place = emptier_node,
};

/* --- the servers ----------------------------------------------------------------- */

static struct host *two_nodes(uint32_t node_cpus, int64_t node_bytes)
{
	struct host *h = host_new("two-node", 2);
	struct error err;

	for (unsigned n = 0; n < 2; n++) {
		for (unsigned c = 0; c < node_cpus; c++)
			cpuset_add(&h->node[n].cpus, n * node_cpus + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = node_cpus;
		h->node[n].memory_bytes = node_bytes;
	}
	BUG_ON(host_finish(h, &err));
	return h;
}

void servers_init(struct servers *s, uint32_t nr)
{
	servers_init_sized(s, nr, NODE_CPUS, NODE_MEMORY_GB * GIB);
}

void servers_init_sized(struct servers *s, uint32_t nr, uint32_t node_cpus, int64_t node_bytes)
{
	*s = (struct servers){.host = two_nodes(node_cpus, node_bytes), .nr = nr};
	s->list = xcalloc(nr, sizeof(*s->list));
	for (uint32_t i = 0; i < nr; i++)
		s->list[i] = s->host;
}

void servers_release(struct servers *s)
{
	host_free(s->host);
	free(s->list);
	*s = (struct servers){0};
}

int servers_run(const struct servers *s, const struct servers_run *ask, struct row *out,
		struct error *err)
{
	struct workload w;
	struct run_input in = {
		.workload = &w,
		.policy = ask->policy,
		.memory = RUN_MEMORY_STATIC,
		.backend = &sim_backend,
		.host = s->list,
		.nr_hosts = s->nr,
		.topology = s->host->name,
	};
	struct run_result result;
	int rc;

	workload_defaults(&w);
	w.name = "huawei-east-1";
	w.source = SOURCE_EVENTS;
	w.event = ask->event;
	w.nr_events = ask->nr;
	w.fleet.choice = ask->choice;
	w.refused = ask->refused;
	rc = run_row(&in, &result, err);
	*out = result.row;
	return rc;
}
