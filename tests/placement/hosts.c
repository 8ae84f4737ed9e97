#include "tests/placement/hosts.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct host *test_host(unsigned nr_nodes, const unsigned *cpus, const int64_t *bytes,
		       uint32_t distance)
{
	struct host *h = host_new("test", nr_nodes);
	unsigned next = 0;

	host_matrix_new(h, MATRIX_DISTANCE, GRADE_FIRMWARE, "test");
	for (unsigned n = 0; n < nr_nodes; n++) {
		for (unsigned c = 0; c < cpus[n]; c++)
			cpuset_add(&h->node[n].cpus, next++);
		h->node[n].nr_cpus = cpus[n];
		h->node[n].nr_cores = (cpus[n] + 1) / 2;
		h->node[n].memory_bytes = bytes[n];
		for (unsigned m = 0; m < nr_nodes; m++)
			test_set_distance(h, n, m, n == m ? 10 : distance);
	}
	return h;
}

void test_set_distance(struct host *h, unsigned from, unsigned to, uint32_t distance)
{
	h->matrix[MATRIX_DISTANCE].value[from * h->nr_nodes + to] = distance;
}

void test_host_device(struct host *h, const char *name, const char *pci, nodeset nodes)
{
	struct host_device *d;

	h->device = xreallocarray(h->device, h->nr_devices + 1, sizeof(*h->device));
	d = &h->device[h->nr_devices++];
	memset(d, 0, sizeof(*d));
	d->nr_names = 1;
	snprintf(d->name[0], sizeof(d->name[0]), "%s", name);
	snprintf(d->pci, sizeof(d->pci), "%s", pci);
	d->nodes = nodes;
}

struct host *test_host_done(struct host *h)
{
	struct error err = {0};

	if (host_finish(h, &err)) {
		fprintf(stderr, "test host: %s\n", err.text);
		abort();
	}
	return h;
}

struct host *test_host_seed(void)
{
	unsigned cpus[8];
	int64_t bytes[8];
	struct host *h;

	for (unsigned n = 0; n < 8; n++) {
		cpus[n] = 16;
		bytes[n] = 16 * GIB;
	}
	h = test_host(8, cpus, bytes, 32);
	free(h->name);
	h->name = xstrdup("epyc-nps4-8n");
	for (unsigned a = 0; a < 8; a++) {
		for (unsigned b = 0; b < 8; b++) {
			if (a != b && a / 4 == b / 4)
				test_set_distance(h, a, b, 12);
		}
	}
	test_host_device(h, "nic0", "0000:a1:00.0", nodeset_of(5));
	test_host_device(h, "gpu0", "0000:41:00.0", nodeset_of(2));
	test_host_device(h, "gpu1", "0000:c1:00.0", nodeset_of(6));
	return test_host_done(h);
}

static void random_devices(struct host *h, struct rng *r)
{
	static const char *const name[] = {"d0", "d1", "d2", "d3"};

	for (unsigned i = 0; i < 4; i++) {
		nodeset owners = 0;

		for (uint64_t n = rng_below(r, 3); n; n--)
			owners |= nodeset_of((unsigned)rng_below(r, h->nr_nodes));
		test_host_device(h, name[i], "", owners);
		h->device[h->nr_devices - 1].class = i < 2 ? DEVICE_GPU : DEVICE_NIC;
	}
}

struct host *test_host_random(struct rng *r)
{
	static const uint32_t step[] = {11, 12, 16, 20, 21, 28, 32, 255};
	unsigned cpus[NODES_MAX], nr = 1 + (unsigned)rng_below(r, rng_below(r, 8) ? 9 : 64);
	int64_t bytes[NODES_MAX];
	bool ragged = rng_below(r, 2), symmetric = rng_below(r, 2);
	unsigned os_index = 0;
	struct host *h;

	for (unsigned n = 0; n < nr; n++) {
		cpus[n] = ragged ? (unsigned)rng_below(r, 20) : 8;
		bytes[n] = (ragged ? (int64_t)rng_below(r, 5000) : 4096) * 37 * PAGE_BYTES;
		if (ragged && rng_below(r, 6) == 0)
			cpus[n] = 0;
		if (ragged && rng_below(r, 6) == 0)
			bytes[n] = 0;
	}
	cpus[nr / 2] = cpus[nr / 2] ? cpus[nr / 2] : 3;
	bytes[nr / 2] = bytes[nr / 2] ? bytes[nr / 2] : 777 * PAGE_BYTES;
	h = test_host(nr, cpus, bytes, 20);
	for (unsigned a = 0; a < nr; a++) {
		os_index += (unsigned)rng_below(r, 3);
		h->node[a].os_index = os_index++;
		for (unsigned b = 0; b < a; b++) {
			test_set_distance(h, a, b, step[rng_below(r, 8)]);
			test_set_distance(h, b, a,
					  symmetric ? host_distance(h, a, b)
						    : step[rng_below(r, 8)]);
		}
	}
	random_devices(h, r);
	return test_host_done(h);
}

struct zone test_zone(const char *name, uint32_t vcpus, int64_t bytes)
{
	struct zone z;

	zone_init(&z);
	z.name = name;
	z.vcpus = z.vcpus_max = vcpus;
	z.memory_bytes = z.memory_initial_bytes = z.memory_min_bytes = bytes;
	z.memory_policy = ZONE_STATIC;
	return z;
}

struct zone test_zone_random(struct rng *r, const struct host *h, const char **device_store)
{
	static const char *const name[] = {"d0", "1xgpu", "d2", "1xnic"};
	uint64_t pages = (uint64_t)(h->memory_bytes / PAGE_BYTES);
	struct zone z;

	z = test_zone("z", 1 + (uint32_t)rng_below(r, rng_below(r, 3) ? 12 : h->nr_cpus + 2),
		      (int64_t)(1 + rng_below(r, pages / (1 + rng_below(r, 12)) + 1)) * PAGE_BYTES);
	z.vcpus_max = z.vcpus + (uint32_t)rng_below(r, 5);
	z.virt = (enum zone_virt)rng_below(r, 3);
	z.spread = (enum zone_spread)rng_below(r, 3);
	if (rng_below(r, 3) == 0)
		z.numa_nodes = 1 + (uint32_t)rng_below(r, h->nr_nodes + 1);
	if (rng_below(r, 3) == 0) {
		z.memory_policy = ZONE_DYNAMIC;
		z.memory_bytes += (int64_t)rng_below(r, 1000) * PAGE_BYTES;
	}
	z.device = device_store;
	for (uint64_t i = 0; i < 4 && rng_below(r, 4) == 0; i++)
		device_store[z.nr_devices++] = name[i];
	return z;
}

int test_place(const char *policy, const struct host_state *s, const struct zone *z,
	       struct plan *out, char *text)
{
	struct policy_input in = {.host = s->host, .state = s, .zone = z};
	struct error err = {0};
	int rc = policy_place(policy_find(policy), &in, out, &err);

	if (text)
		snprintf(text, ERROR_TEXT_MAX, "%s", err.text);
	return rc;
}

const char *test_nodes(const struct plan *p)
{
	static char buf[1024];
	size_t n = 0;

	buf[0] = '\0';
	for (uint32_t i = 0; i < p->nr_vnodes && n < sizeof(buf); i++)
		n += (size_t)snprintf(buf + n, sizeof(buf) - n, "%s%u", i ? "," : "",
				      p->host->node[p->vnode[i].node].os_index);
	return buf;
}

struct host *test_host_uniform(unsigned nr, unsigned cpus, int64_t bytes)
{
	unsigned c[NODES_MAX];
	int64_t b[NODES_MAX];

	for (unsigned n = 0; n < nr; n++) {
		c[n] = cpus;
		b[n] = bytes;
	}
	return test_host_done(test_host(nr, c, b, 20));
}

void test_expect(const char *policy, struct host *h, uint32_t vcpus, int64_t bytes, int want_rc,
		 const char *want)
{
	struct zone z = test_zone("z", vcpus, bytes);
	struct host_state s;
	struct plan p;
	char text[ERROR_TEXT_MAX];
	int rc;

	host_state_init(&s, h);
	rc = test_place(policy, &s, &z, &p, text);
	cr_assert_eq(rc, want_rc, "%s: %s", policy, text);
	if (!rc)
		cr_assert_str_eq(test_nodes(&p), want, "%s: %s", policy, test_nodes(&p));
	else if (want)
		cr_assert(strstr(text, want), "%s: %s", policy, text);
	host_state_release(&s);
}

struct plan test_plan(const char *policy, struct host *h, const struct zone *z)
{
	struct host_state s;
	struct plan p;

	host_state_init(&s, h);
	cr_assert_eq(test_place(policy, &s, z, &p, NULL), 0);
	host_state_release(&s);
	return p;
}

int test_start_zone(const char *policy, struct host_state *s, struct policy_memory *m, uint64_t id,
		    uint32_t vcpus, int64_t bytes, char *text)
{
	struct zone z = test_zone("pod", vcpus, bytes);
	struct policy_input in = {.host = s->host, .state = s, .zone = &z, .memory = m};
	struct error err = {0};
	struct plan p;
	int rc = policy_place(policy_find(policy), &in, &p, &err);

	snprintf(text, ERROR_TEXT_MAX, "%s", err.text);
	if (rc)
		return rc;
	host_state_take(s, &p);
	policy_note_start(m, id, &p);
	return 0;
}
