#include "plan/host_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "plan/plan.h"

void host_state_init(struct host_state *s, const struct host *host)
{
	*s = (struct host_state){.host = host, .vcpus_limit = UINT32_MAX};
	s->free_bytes = xcalloc(host->nr_nodes, sizeof(*s->free_bytes));
	s->vcpus = xcalloc(host->nr_nodes, sizeof(*s->vcpus));
	s->device_taken = xcalloc(host->nr_devices + 1, sizeof(*s->device_taken));
	for (unsigned n = 0; n < host->nr_nodes; n++)
		host_state_set_free(s, n, host->node[n].memory_bytes);
}

void host_state_release(struct host_state *s)
{
	free(s->free_bytes);
	free(s->vcpus);
	free(s->device_taken);
	*s = (struct host_state){0};
}

void host_state_set_free(struct host_state *s, unsigned node, int64_t free_bytes)
{
	free_bytes -= free_bytes % PAGE_BYTES;
	s->total_free_bytes += free_bytes - s->free_bytes[node];
	s->free_bytes[node] = free_bytes;
}

static void mark_devices(struct host_state *s, const struct plan *p, uint8_t taken)
{
	for (uint32_t i = 0; i < p->nr_devices; i++) {
		BUG_ON(s->device_taken[p->device[i]] == taken);
		s->device_taken[p->device[i]] = taken;
	}
}

void host_state_take(struct host_state *s, const struct plan *p)
{
	for (uint32_t i = 0; i < p->nr_memory; i++) {
		const struct plan_memory *m = &p->memory[i];

		BUG_ON(m->bytes > s->free_bytes[m->node]);
		s->free_bytes[m->node] -= m->bytes;
		s->total_free_bytes -= m->bytes;
	}
	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		s->vcpus[p->vnode[i].node] += p->vnode[i].vcpus;
		s->total_vcpus += p->vnode[i].vcpus;
	}
	mark_devices(s, p, 1);
	s->nr_zones++;
}

void host_state_give(struct host_state *s, const struct plan *p)
{
	BUG_ON(s->nr_zones == 0);
	for (uint32_t i = 0; i < p->nr_memory; i++) {
		s->free_bytes[p->memory[i].node] += p->memory[i].bytes;
		s->total_free_bytes += p->memory[i].bytes;
	}
	for (uint32_t i = 0; i < p->nr_vnodes; i++) {
		BUG_ON(p->vnode[i].vcpus > s->vcpus[p->vnode[i].node]);
		s->vcpus[p->vnode[i].node] -= p->vnode[i].vcpus;
		s->total_vcpus -= p->vnode[i].vcpus;
	}
	mark_devices(s, p, 0);
	s->nr_zones--;
}

/* Of the memory that dom0 asks for, which is none where the host has none. */
static int64_t dom0_share(const struct host *h, unsigned node, int64_t memory_bytes)
{
	int128 of_all = (int128)memory_bytes * h->node[node].memory_bytes;

	return h->memory_bytes ? (int64_t)(of_all / h->memory_bytes) / PAGE_BYTES * PAGE_BYTES : 0;
}

void host_state_take_dom0_vcpus(struct host_state *s, uint32_t vcpus)
{
	const struct host *h = s->host;

	s->total_vcpus += vcpus;
	for (unsigned n = 0; vcpus; n = (n + 1) % h->nr_nodes) {
		uint32_t here = h->node[n].nr_cpus < vcpus ? h->node[n].nr_cpus : vcpus;

		s->vcpus[n] += here;
		vcpus -= here;
	}
}

/* At most `more` bytes on top of what the node gives already; what that is. */
static int64_t give(const struct host_state *s, unsigned node, int64_t more, int64_t *bytes)
{
	int64_t left = s->free_bytes[node] - bytes[node];

	more = more < left ? more : left;
	bytes[node] += more;
	return more;
}

int host_state_split_dom0(const struct host_state *s, int64_t memory_bytes, int64_t *bytes,
			  struct error *err)
{
	const struct host *h = s->host;
	int64_t left = (memory_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	int64_t asked = left;
	char a[32], b[32];

	if (asked > s->total_free_bytes)
		return error_set(err, ERR_NO_ROOM,
				 "dom0 is to have %s, but host %s has only %s free",
				 bytes_text(asked, a, sizeof(a)), h->name,
				 bytes_text(s->total_free_bytes, b, sizeof(b)));
	memset(bytes, 0, h->nr_nodes * sizeof(*bytes));
	for (unsigned n = 0; n < h->nr_nodes; n++)
		left -= give(s, n, dom0_share(h, n, asked), bytes);
	for (unsigned n = 0; n < h->nr_nodes && left; n++)
		left -= give(s, n, PAGE_BYTES, bytes);
	/* only where some node had less free than its share */
	for (unsigned n = 0; n < h->nr_nodes && left; n++)
		left -= give(s, n, left, bytes);
	BUG_ON(left);
	return 0;
}

int host_state_take_dom0(struct host_state *s, int64_t memory_bytes, uint32_t vcpus,
			 struct error *err)
{
	int64_t bytes[NODES_MAX];
	int rc = host_state_split_dom0(s, memory_bytes, bytes, err);

	if (rc)
		return rc;
	for (unsigned n = 0; n < s->host->nr_nodes; n++)
		host_state_set_free(s, n, s->free_bytes[n] - bytes[n]);
	host_state_take_dom0_vcpus(s, vcpus);
	return 0;
}
