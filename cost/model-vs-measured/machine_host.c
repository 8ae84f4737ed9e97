#include "cost/model-vs-measured/machine_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cost/at-a-moment/snapshot.h"
#include "cost/params/host_figures.h"
#include "cost/params/slit.h"

#define CORES 64 /* a node; enough lines in flight to saturate any of these */

/* Physical cores of a socket, from the makers' data sheets. */
static const struct {
	const char *id;
	uint32_t cores;
} sockets[] = {
	{"IVB_E5-2680v2", 10}, {"BDW_COD", 14},	     {"SKX_6140", 18},	 {"SKX_6132", 14},
	{"CLX_6240", 18},      {"ICX_8360Y", 36},    {"GENOA_9224", 24}, {"CLX_8269CY", 26},
	{"GNR_6980P", 128},    {"HSW_E5-2630v3", 8}, {"SPR_8468", 48},
};

bool machine_has_ports(const struct machine *m)
{
	return strncmp(m->id, "GENOA_9224", 10) == 0;
}

uint32_t machine_cores(const struct machine *m)
{
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
		if (strncmp(m->id, sockets[i].id, strlen(sockets[i].id)) == 0)
			return sockets[i].cores / (m->nr_nodes / m->nr_sockets);
	return 0;
}

static uint32_t mib_per_s(double mbps)
{
	return (uint32_t)(mbps * 1e6 / (double)MIB + 0.5);
}

/* L3s of the node: two chiplets of six cores on this one, known from its data sheet. */
static void add_l3s(struct host *h, const struct machine *m)
{
	if (!machine_has_ports(m))
		return;
	h->l3 = xcalloc(2 * m->nr_nodes, sizeof(*h->l3));
	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		for (int i = 0; i < 2 && h->node[n].nr_cpus; i++)
			h->l3[h->nr_l3s++].nodes = nodeset_of(n);
	}
}

/* Nodes, packages and the SLIT. */
static struct host *bare_host(const struct machine *m)
{
	struct host *h = host_new(m->id, m->nr_nodes);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "SLIT");

	h->nr_packages = m->nr_sockets;
	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		bool expander = m->nr_nodes % m->nr_sockets && n == m->nr_nodes - 1;

		h->node[n].package = n / (m->nr_nodes / m->nr_sockets);
		if (h->node[n].package >= m->nr_sockets)
			h->node[n].package = 0;
		h->node[n].memory_bytes = 64 * GIB;
		for (unsigned c = 0; c < CORES && !expander; c++)
			cpuset_add(&h->node[n].cpus, n * CORES + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = expander ? 0 : CORES;
		for (uint32_t k = 0; k < m->nr_nodes; k++)
			d[n * m->nr_nodes + k] = m->slit[n][k] > 0 ? (uint32_t)m->slit[n][k]
						 : n == k	   ? 10
								   : 21;
	}
	return h;
}

/* Reads of a node as the model takes them from its cores, MB/s. */
static double assumed_reads(const struct machine *m)
{
	struct host *h = bare_host(m);
	enum host_grade g, unused;
	double reads = 0, writes;

	h->node[0].nr_cores = machine_cores(m);
	figure_controller(h, 0, 0, &reads, &writes, &g, &unused);
	host_free(h);
	return reads * 1e3;
}

double machine_write_share(const struct machine *m)
{
	if (!(m->peak_1r1w > 0) || !(m->peak_r > 0) || machine_has_ports(m))
		return 0;
	return 1 / (2 * m->peak_r / m->peak_1r1w - 1);
}

/* The write matrix: what writes are of reads, as it is known or assumed. */
static void add_writes(struct host *h, const struct machine *m, const struct machine_inputs *in)
{
	double share = in->write_share > 0 ? in->write_share : machine_write_share(m);

	for (uint32_t n = 0; n < m->nr_nodes && share > 0 && !h->nr_l3s; n++) {
		double reads = in->reads_assumed ? assumed_reads(m) : m->read_mbps[n][n];

		if (reads > 0)
			host_set_cell(h, MATRIX_WRITE_BANDWIDTH, n, n, mib_per_s(reads * share),
				      GRADE_MEASURED, "1:1");
	}
}

/* False, with a warning: the host contradicts itself. */
static bool finish(struct host *h)
{
	struct error err;

	if (!host_finish(h, &err))
		return true;
	fprintf(stderr, "homenode-model-vs-measured: warning: %s: %s: left out\n", h->name,
		err.text);
	return false;
}

/* NULL, with a warning: it cannot be made. */
static struct host *make_host(const struct machine *m, const struct machine_inputs *in)
{
	struct host *h = bare_host(m);

	for (uint32_t i = 0; i < m->nr_nodes * m->nr_nodes; i++) {
		uint32_t n = i / m->nr_nodes, k = i % m->nr_nodes;

		if (m->latency_ns[n][k] > 0)
			host_set_cell(h, MATRIX_LATENCY, n, k,
				      (uint32_t)(m->latency_ns[n][k] + 0.5), GRADE_MEASURED,
				      "published");
		if (m->read_mbps[n][k] > 0 && !in->reads_assumed)
			host_set_cell(h, MATRIX_BANDWIDTH, n, k, mib_per_s(m->read_mbps[n][k]),
				      GRADE_MEASURED, "published");
		if (n == k && in->reads_assumed && h->node[n].nr_cores)
			h->node[n].nr_cores = machine_cores(m);
	}
	add_l3s(h, m);
	add_writes(h, m, in);
	if (finish(h))
		return h;
	host_free(h);
	return NULL;
}

double machine_system_bandwidth(const struct machine *m, double reads,
				const struct machine_inputs *in)
{
	struct host *h = make_host(m, in);
	struct zone_profile profile = *zone_profile_find("stream");
	struct plan *plan = xcalloc(m->nr_nodes, sizeof(*plan));
	struct cost_zone cost[MACHINE_NODES] = {{0}};
	struct cost_result found[MACHINE_NODES];
	struct cost_work work = {0};
	struct cost_params params;
	struct zone z;
	double sum = 0;
	uint32_t nr = 0;

	if (!h) {
		free(plan);
		return 0;
	}
	zone_init(&z);
	profile.read_share_ppm = (uint32_t)(reads * 1e6 + 0.5);
	profile.parallelism = 64; /* the generator prefetches as far as it likes */
	z.profile = &profile;
	z.vcpus = z.vcpus_max = CORES;
	for (uint32_t n = 0; n < m->nr_nodes; n++) {
		struct plan *p = &plan[nr];

		if (!h->node[n].nr_cpus)
			continue;
		*p = (struct plan){.zone = &z, .host = h, .pinned = true, .nodes = nodeset_of(n)};
		p->nr_vnodes = p->nr_memory = 1;
		p->vnode[0] = (struct plan_vnode){
			.node = n, .vcpus = CORES, .memory_bytes = zone_boot_bytes(&z)};
		p->memory[0] = (struct plan_memory){0, n, zone_boot_bytes(&z)};
		cost[nr++].plan = p;
	}
	cost_params_init(&params, h, NULL);
	params.lines_per_core = 64;
	cost_evaluate(&params, cost, nr, &work, found);
	for (uint32_t i = 0; i < nr; i++)
		sum += (double)found[i].bandwidth_bytes_per_s / 1e9;
	cost_work_release(&work);
	cost_params_release(&params);
	free(plan);
	host_free(h);
	return sum;
}

bool machine_class_ratio(const struct machine *m, double entry, double *measured, double *says)
{
	struct host *h = bare_host(m);
	struct slit_scale scale;
	int nr = 0;

	if (!finish(h)) {
		host_free(h);
		return false;
	}
	*measured = *says = 0;
	slit_scale_init(&scale, h);
	scale.zen1 |= strncmp(m->id, "HYGON", 5) == 0;

	for (uint32_t i = 0; i < m->nr_nodes; i++) {
		for (uint32_t j = 0; j < m->nr_nodes; j++) {
			if (i == j || m->slit[i][j] < entry || m->slit[i][j] > entry ||
			    !(m->latency_ns[i][j] > 0) || !(m->latency_ns[i][i] > 0))
				continue;
			*measured += m->latency_ns[i][j] / m->latency_ns[i][i];
			*says += slit_scale_ratio(&scale, h, i, j);
			nr++;
		}
	}
	host_free(h);
	*measured /= nr ? nr : 1;
	*says /= nr ? nr : 1;
	return nr > 0;
}
