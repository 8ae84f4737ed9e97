#include "cost/flows/resources.h"

#include "cost/params/loaded_latency.h"

struct resources resources_of(const struct cost_params *p)
{
	struct resources n = {0};

	n.port_read = n.controller + p->nr_controllers;
	n.port_write = n.port_read + p->nr_ports;
	n.fabric = n.port_write + p->nr_ports;
	n.link = n.fabric + p->nr_sockets;
	n.core = n.link + p->nr_sockets * p->nr_sockets;
	n.path = n.core + p->nr_nodes;
	n.end = n.path + p->nr_nodes * p->nr_nodes;
	return n;
}

void resources_capacity(const struct resources *n, const struct cost_params *p, double *capacity)
{
	for (uint32_t i = 0; i < p->nr_controllers; i++)
		capacity[n->controller + i] = 1;
	for (uint32_t i = 0; i < p->nr_ports; i++) {
		capacity[n->port_read + i] = p->port_read[i];
		capacity[n->port_write + i] = p->port_write[i];
	}
	for (uint32_t i = 0; i < p->nr_sockets; i++)
		capacity[n->fabric + i] = p->fabric[i];
	for (uint32_t i = 0; i < p->nr_sockets * p->nr_sockets; i++)
		capacity[n->link + i] = p->link[i];
	for (uint32_t i = 0; i < p->nr_nodes; i++)
		capacity[n->core + i] = p->lines_per_core * p->host->node[i].nr_cores;
	for (uint32_t i = 0; i < p->nr_nodes * p->nr_nodes; i++)
		capacity[n->path + i] = p->path[i];
}

static void use_memory(const struct resources *n, const struct cost_params *p, const struct flow *f,
		       uint32_t m, double *a, double *through)
{
	uint32_t here = p->socket[f->node], there = p->socket[m], c = p->controller[m];
	double reads = f->share[m] * f->reads, writes = f->share[m] * (1 - f->reads);

	/* memory that the host does not have cannot hold anything up */
	if (p->read[c] > 0)
		a[n->controller + c] += reads / p->read[c] + writes / p->write[c];
	through[n->controller + c] += f->share[m];
	a[n->fabric + here] += f->share[m];
	through[n->fabric + here] += f->share[m];
	if (m != f->node)
		a[n->path + f->node * p->nr_nodes + m] += reads;
	if (here == there)
		return;
	a[n->fabric + there] += f->share[m];
	through[n->fabric + there] += f->share[m];
	a[n->link + there * p->nr_sockets + here] += reads + p->link_overhead * writes;
	a[n->link + here * p->nr_sockets + there] += writes;
	through[n->link + there * p->nr_sockets + here] += f->share[m];
	through[n->link + here * p->nr_sockets + there] += f->share[m];
}

static void use_ports(const struct resources *n, const struct cost_params *p, const struct flow *f,
		      double *a, double *through)
{
	uint32_t nr = p->node_ports[f->node], first = p->first_port[f->node];

	for (uint32_t i = first; i < first + nr; i++) {
		a[n->port_read + i] += f->reads / nr;
		a[n->port_write + i] += (1 - f->reads) / nr;
		through[n->port_read + i] = through[n->port_write + i] = 1.0 / nr;
	}
}

void resources_use(const struct resources *n, const struct cost_params *p, const struct flow *f,
		   nodeset memory, double *amount, double *through)
{
	for (; memory; memory &= memory - 1)
		use_memory(n, p, f, nodeset_lowest(memory), amount, through);
	use_ports(n, p, f, amount, through);
}

size_t resources_used_most(const struct resources *n, const struct cost_params *p)
{
	size_t ports = 0;

	for (uint32_t i = 0; i < p->nr_nodes; i++)
		ports = p->node_ports[i] > ports ? p->node_ports[i] : ports;
	return p->nr_controllers + 2 * ports + (n->core - n->fabric) + 1 + p->nr_nodes;
}

const struct host_curve *resource_curve(const struct resources *n, const struct cost_params *p,
					uint32_t r)
{
	if (r < n->port_read)
		return p->curve[r - n->controller];
	if (r < n->fabric)
		return p->port_curve[r < n->port_write ? r - n->port_read : r - n->port_write];
	return r >= n->link && r < n->core ? p->link_curve[r - n->link] : NULL;
}

enum cost_cause resource_cause(const struct resources *n, uint32_t r)
{
	if (r < n->port_read)
		return COST_CONTROLLER;
	if (r < n->fabric)
		return COST_PORT;
	if (r < n->link)
		return COST_FABRIC;
	if (r < n->core)
		return COST_LINK;
	return r < n->path ? COST_CORES : COST_LINK;
}
