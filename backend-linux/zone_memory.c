#include "backend-linux/zone_memory.h"

#include <errno.h>
#include <numa.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/units.h"
#include "probe/machine.h"

#define HUGE_BYTES (2 * MIB)
/* A node is asked for this much at a time, its free memory looked at in between. */
#define CHUNK_BYTES (64 * MIB)

static int64_t round_down(int64_t bytes)
{
	return bytes / HUGE_BYTES * HUGE_BYTES;
}

int zone_memory_open(struct zone_memory *m, const struct layout *l, struct error *err)
{
	memset(m, 0, sizeof(*m));
	m->layout = l;
	for (uint32_t v = 0; v < l->nr_vnodes; v++) {
		struct region *r = &m->region[v];
		size_t size;
		char *at;

		/* shares of less than the maximum may round up to a page more */
		r->capacity_bytes = round_down(l->vnode[v].max_bytes + PAGE_BYTES) + HUGE_BYTES;
		/* what is around stays closed, so that no other mapping joins the region */
		size = (size_t)(r->capacity_bytes + 2 * HUGE_BYTES);
		at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			  0);
		if (at == MAP_FAILED)
			return error_set(err, ERR_MACHINE, "no room for %lld MiB of addresses: %s",
					 (long long)(r->capacity_bytes / MIB), strerror(errno));
		r->base = at + (HUGE_BYTES - (int64_t)((uintptr_t)at % HUGE_BYTES));
		if (mprotect(r->base, (size_t)r->capacity_bytes, PROT_READ | PROT_WRITE) != 0)
			return error_set(err, ERR_NO_ROOM,
					 "the kernel does not commit %lld MiB: %s",
					 (long long)(r->capacity_bytes / MIB), strerror(errno));
		(void)madvise(r->base, (size_t)r->capacity_bytes, MADV_NOHUGEPAGE);
	}
	return 0;
}

/* Bind to one node; a kernel without NUMA has one only. */
static bool bind(char *base, int64_t bytes, unsigned os_node, unsigned flags)
{
	struct bitmask *mask;
	long rc;

	if (numa_available() < 0)
		return os_node == 0;
	mask = numa_allocate_nodemask();
	numa_bitmask_setbit(mask, os_node);
	rc = mbind(base, (unsigned long)bytes, MPOL_BIND, mask->maskp, mask->size + 1, flags);
	numa_bitmask_free(mask);
	return rc == 0;
}

static bool touch(char *base, int64_t bytes)
{
	if (madvise(base, (size_t)bytes, MADV_POPULATE_WRITE) == 0)
		return true;
	if (errno != EINVAL)
		return false;
	/* before Linux 5.14 */
	for (int64_t i = 0; i < bytes; i += PAGE_BYTES)
		*(volatile char *)(base + i) = 0;
	return true;
}

/* The node still has what the kernel needs for itself, and `bytes` on top? */
static bool node_has(unsigned os_node, int64_t bytes)
{
	int64_t have = machine_node_available(NULL, os_node);

	return have < 0 || have >= bytes + CHUNK_BYTES / 4;
}

/* Huge pages where they will be full, small ones behind: no page too many. */
static void advise(struct region *r, int64_t from, int64_t to)
{
	int64_t a = round_down(from), b = round_down(to);

	if (b > a)
		(void)madvise(r->base + a, (size_t)(b - a), MADV_HUGEPAGE);
	(void)madvise(r->base + b, (size_t)(r->capacity_bytes - b), MADV_NOHUGEPAGE);
}

/* As much of `bytes` as the node gives; the rest is returned. */
static int64_t take(struct zone_memory *m, uint32_t v, unsigned node, int64_t bytes)
{
	struct region *r = &m->region[v];
	unsigned os_node = m->layout->os_node[node];

	while (bytes > 0) {
		int64_t chunk = bytes < CHUNK_BYTES ? bytes : CHUNK_BYTES;

		if (!node_has(os_node, chunk) ||
		    !bind(r->base + r->have_bytes, chunk, os_node, 0) ||
		    !touch(r->base + r->have_bytes, chunk))
			break;
		r->have_bytes += chunk;
		bytes -= chunk;
	}
	return bytes;
}

static int64_t take_along(struct zone_memory *m, uint32_t v, int64_t bytes)
{
	const struct layout_vnode *vnode = &m->layout->vnode[v];

	for (uint32_t i = 0; bytes > 0 && i < vnode->nr_order; i++)
		bytes = take(m, v, vnode->order[i], bytes);
	return bytes;
}

int zone_memory_boot(struct zone_memory *m, struct error *err)
{
	const struct layout *l = m->layout;

	for (uint32_t v = 0; v < l->nr_vnodes; v++)
		advise(&m->region[v], 0, l->vnode[v].boot_bytes);
	for (uint32_t i = 0; i < l->nr_pieces; i++) {
		const struct plan_memory *piece = &l->piece[i];
		int64_t left = take(m, piece->vnode, piece->node, piece->bytes);

		if (left && l->strict)
			return error_set(
				err, ERR_NO_ROOM, "node %u has %lld MiB too little for vnode %u",
				l->os_node[piece->node], (long long)(left / MIB), piece->vnode);
		left = take_along(m, piece->vnode, left);
		if (left)
			return error_set(err, ERR_NO_ROOM,
					 "%lld MiB of vnode %u find no room on any node",
					 (long long)(left / MIB), piece->vnode);
	}
	return 0;
}

int zone_memory_resize(struct zone_memory *m, int64_t bytes, struct error *err)
{
	for (uint32_t v = 0; v < m->layout->nr_vnodes; v++) {
		struct region *r = &m->region[v];
		int64_t want = layout_share(m->layout, v, bytes), had = r->have_bytes;

		advise(r, want < had ? want : had, want);
		if (want < had && madvise(r->base + want, (size_t)(had - want), MADV_DONTNEED) != 0)
			return error_set(err, ERR_MACHINE, "the kernel takes no memory back: %s",
					 strerror(errno));
		if (want < had)
			r->have_bytes = want;
	}
	/* after all have given */
	for (uint32_t v = 0; v < m->layout->nr_vnodes; v++) {
		int64_t want = layout_share(m->layout, v, bytes);

		if (want > m->region[v].have_bytes)
			(void)take_along(m, v, want - m->region[v].have_bytes);
	}
	return 0;
}

/* A line of numa_maps: "START POLICY ... N0=PAGES N1=PAGES kernelpagesize_kB=4". */
static void count_line(const struct zone_memory *m, char *line, int64_t count[][NODES_MAX],
		       int64_t *unknown_bytes)
{
	uintptr_t start = (uintptr_t)strtoull(line, NULL, 16);
	const char *size = strstr(line, "kernelpagesize_kB=");
	int64_t page =
		size ? strtoll(size + strlen("kernelpagesize_kB="), NULL, 10) * KIB : PAGE_BYTES;
	uint32_t v = 0;

	while (v < m->layout->nr_vnodes &&
	       !((uintptr_t)m->region[v].base <= start &&
		 start < (uintptr_t)m->region[v].base + (uintptr_t)m->region[v].capacity_bytes))
		v++;
	if (v == m->layout->nr_vnodes)
		return;
	for (char *at = line; (at = strstr(at, " N")) != NULL; at++) {
		char *end;
		unsigned long node = strtoul(at + 2, &end, 10);
		int64_t bytes;
		uint32_t n = 0;

		if (end == at + 2 || *end != '=')
			continue;
		bytes = strtoll(end + 1, NULL, 10) * page;
		while (n < m->layout->nr_nodes && m->layout->os_node[n] != node)
			n++;
		if (n < m->layout->nr_nodes)
			count[v][n] += bytes;
		else
			*unknown_bytes += bytes;
	}
}

static bool count_pages(const struct zone_memory *m, int64_t count[][NODES_MAX],
			int64_t *unknown_bytes)
{
	FILE *f = fopen("/proc/self/numa_maps", "re");
	size_t size = 0;
	char *line = NULL;

	if (!f)
		return false;
	while (getline(&line, &size, f) > 0)
		count_line(m, line, count, unknown_bytes);
	free(line);
	fclose(f);
	return true;
}

uint32_t zone_memory_count(const struct zone_memory *m, struct plan_memory *part, uint32_t max,
			   int64_t *unknown_bytes)
{
	static int64_t count[NODES_MAX][NODES_MAX];
	uint32_t nr = 0;

	memset(count, 0, sizeof(count));
	*unknown_bytes = 0;
	if (!count_pages(m, count, unknown_bytes)) {
		/* a kernel without NUMA: there is one node to be on */
		for (uint32_t v = 0; v < m->layout->nr_vnodes; v++) {
			if (m->layout->nr_nodes == 1)
				count[v][0] = m->region[v].have_bytes;
			else
				*unknown_bytes += m->region[v].have_bytes;
		}
	}
	for (uint32_t v = 0; v < m->layout->nr_vnodes; v++) {
		for (uint32_t n = 0; n < m->layout->nr_nodes; n++) {
			if (!count[v][n])
				continue;
			if (nr == max)
				*unknown_bytes += count[v][n];
			else
				part[nr++] = (struct plan_memory){
					.vnode = v, .node = n, .bytes = count[v][n]};
		}
	}
	return nr;
}
