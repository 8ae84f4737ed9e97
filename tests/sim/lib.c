#include "tests/sim/lib.h"

#include <criterion/criterion.h>
#include <string.h>

#include "sim/sim.h"

struct host *sim_host(unsigned nodes, unsigned cpus, int64_t bytes)
{
	struct host *h = host_new("rig", nodes);
	uint32_t *d = host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "test");
	struct error err;

	for (unsigned n = 0; n < nodes; n++) {
		for (unsigned c = 0; c < cpus; c++)
			cpuset_add(&h->node[n].cpus, n * cpus + c);
		h->node[n].nr_cpus = h->node[n].nr_cores = cpus;
		h->node[n].memory_bytes = bytes;
		for (unsigned m = 0; m < nodes; m++)
			d[n * nodes + m] = n == m				? 10
					   : (n < nodes / 2) == (m < nodes / 2) ? 12
										: 32;
	}
	cr_assert_eq(host_finish(h, &err), 0, "%s", err.text);
	return h;
}

struct backend *sim_open(const struct host *host, const char *options)
{
	struct backend_config config = {
		.host = &host,
		.nr_hosts = 1,
		.check = true,
		.options = options,
	};
	struct backend *b;
	struct error err;

	cr_assert_eq(backend_open(&b, &sim_backend, &config, &err), 0, "%s", err.text);
	return b;
}

void sim_start(struct backend *b, const struct host *host, uint32_t slot, const unsigned *node,
	       unsigned k, int64_t bytes)
{
	static struct plan p;
	struct step s = {.kind = STEP_START, .slot = slot, .plan = &p};
	struct zone z;
	struct error err;

	zone_init(&z);
	z.vcpus = z.vcpus_max = k;
	z.memory_bytes = z.memory_initial_bytes = bytes;
	z.memory_min_bytes = PAGE_BYTES;
	memset(&p, 0, sizeof(p));
	p.zone = &z;
	p.host = host;
	p.pinned = true;
	p.nr_vnodes = k;
	for (unsigned v = 0; v < k; v++) {
		int64_t pages = bytes / PAGE_BYTES;

		p.vnode[v].node = node[v];
		p.vnode[v].vcpus = 1;
		p.vnode[v].memory_bytes = (pages / k + (v < pages % k)) * PAGE_BYTES;
		p.nodes |= nodeset_of(node[v]);
	}
	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
}

void sim_resize(struct backend *b, uint32_t slot, int64_t bytes)
{
	struct step s = {.kind = STEP_RESIZE, .slot = slot, .bytes = bytes};
	struct error err;

	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
}

void sim_stop(struct backend *b, uint32_t slot)
{
	struct step s = {.kind = STEP_STOP, .slot = slot};
	struct error err;

	cr_assert_eq(backend_apply(b, &s, &err), 0, "%s", err.text);
}

void sim_pages(struct backend *b, uint32_t slot, int64_t pages[NODES_MAX])
{
	struct measure m;
	struct error err;

	memset(pages, 0, NODES_MAX * sizeof(*pages));
	cr_assert_eq(backend_measure(b, 0, slot, &m, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < m.nr_parts; i++)
		pages[m.part[i].node] += m.part[i].bytes / PAGE_BYTES;
}

int64_t sim_wrong_ppm(struct backend *b, uint32_t slot, const unsigned *node, unsigned k,
		      int64_t *resident)
{
	struct measure m;
	struct error err;
	int64_t wrong = 0;

	cr_assert_eq(backend_measure(b, 0, slot, &m, &err), 0, "%s", err.text);
	for (uint32_t i = 0; i < m.nr_parts; i++) {
		cr_assert_lt(m.part[i].vnode, k);
		if (m.part[i].node != node[m.part[i].vnode])
			wrong += m.part[i].bytes;
	}
	*resident = m.resident_bytes;
	return ppm(wrong, m.resident_bytes);
}
