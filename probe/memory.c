#include "probe/memory.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/nodeset.h"
#include "base/units.h"
#include "probe/machine.h"

#define HUGE_BYTES ((size_t)2 * MIB)
#define SAMPLES 1024
#define ON_NODE_MIN_PPM 999000

/* False with errno set. */
static bool bind_range(void *base, size_t bytes, uint32_t node, bool strict)
{
	unsigned long mask[NODES_MAX * 16 / (8 * sizeof(unsigned long))] = {0};
	unsigned bits = 8 * sizeof(*mask);

	if (node >= NODES_MAX * 16) {
		errno = EINVAL;
		return false;
	}
	mask[node / bits] = 1UL << (node % bits);
	/* the kernel reads one bit less than it is told */
	return syscall(SYS_mbind, base, bytes, strict ? MPOL_BIND : MPOL_PREFERRED, mask,
		       NODES_MAX * 16 + 1UL, 0) == 0;
}

/*
 * Of up to `samples` pages spread evenly over the range, how many are on which
 * node: count[id] for id < nr. Returns how many of them are resident, those beyond nr
 * too, or -1 where the kernel does not say.
 */
static long sample(const void *base, size_t bytes, size_t samples, uint32_t *count, uint32_t nr)
{
	size_t pages = bytes / (size_t)PAGE_BYTES, done = 0, resident = 0;
	void *page[SAMPLES];
	int status[SAMPLES];

	memset(count, 0, nr * sizeof(*count));
	if (samples > pages)
		samples = pages;
	while (done < samples) {
		size_t n = samples - done < SAMPLES ? samples - done : SAMPLES;

		for (size_t i = 0; i < n; i++) {
			uintptr_t at = (uintptr_t)base;

			at += (done + i) * pages / samples * (size_t)PAGE_BYTES;
			page[i] = (void *)at;
		}
		if (syscall(SYS_move_pages, 0, n, page, NULL, status, 0) != 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			resident += status[i] >= 0;
			if (status[i] >= 0 && (uint32_t)status[i] < nr)
				count[status[i]]++;
		}
		done += n;
	}
	return (long)resident;
}

/* AnonHugePages of the mapping, or -1. */
static int64_t huge_bytes(const void *base)
{
	FILE *f = fopen("/proc/self/smaps", "re");
	unsigned long long from, to;
	bool inside = false;
	char line[512];
	long long kib;
	int64_t sum = -1;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			inside = from <= (uintptr_t)base && (uintptr_t)base < to;
		else if (inside && sscanf(line, "AnonHugePages: %lld", &kib) == 1)
			sum = kib * KIB;
	}
	if (f)
		fclose(f);
	return sum;
}

static bool map(struct memory *m, bool hugetlb)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (hugetlb ? MAP_HUGETLB : MAP_NORESERVE);
	size_t slack = hugetlb ? 0 : HUGE_BYTES;
	char *at = mmap(NULL, m->bytes + slack, PROT_READ | PROT_WRITE, flags, -1, 0);
	size_t skip;

	if (at == MAP_FAILED)
		return false;
	skip = -(uintptr_t)at % HUGE_BYTES;
	if (slack) {
		if (skip)
			munmap(at, skip);
		if (skip != slack)
			munmap(at + skip + m->bytes, slack - skip);
	}
	m->base = at + skip;
	return true;
}

/* On one node or on all; -1 when unknown. */
static int64_t available(const char *sysfs, uint32_t node)
{
	struct cpuset nodes;
	struct sysinfo info;
	int64_t sum = 0;

	if (node != MEMORY_ANY_NODE)
		return machine_node_available(sysfs, node);
	machine_nodes(sysfs, &nodes);
	for (unsigned n = cpuset_next(&nodes, 0); n != CPUSET_NONE;
	     n = cpuset_next(&nodes, n + 1)) {
		int64_t here = machine_node_available(sysfs, n);

		if (here < 0)
			return sysinfo(&info) == 0 ? (int64_t)info.freeram * info.mem_unit : -1;
		sum += here;
	}
	return sum;
}

static int check_node(const char *sysfs, size_t bytes, uint32_t node, struct error *err)
{
	struct cpuset nodes;
	int64_t free_bytes;
	char need[32], have[32], where[32] = "this machine";

	machine_nodes(sysfs, &nodes);
	if (node != MEMORY_ANY_NODE && (node >= CPUS_MAX || !cpuset_has(&nodes, node)))
		return error_set(err, ERR_CANNOT, "this machine has no node %u", node);
	free_bytes = available(sysfs, node);
	if (free_bytes < 0 || (uint64_t)free_bytes >= bytes)
		return 0;
	if (node != MEMORY_ANY_NODE)
		snprintf(where, sizeof(where), "node %u", node);
	return error_set(err, ERR_NO_ROOM, "%s has %s free, the probe needs %s", where,
			 bytes_text(free_bytes, have, sizeof(have)),
			 bytes_text((int64_t)bytes, need, sizeof(need)));
}

/* Hugetlb pages are reserved when they are mapped, but not on a node: with a
 * binding, touching one that the node lacks is fatal. So they are only taken
 * where no node is asked, or where the node's own pool holds them. */
static bool hugetlb_fits(const char *sysfs, size_t bytes, uint32_t node)
{
	char text[64];

	if (node == MEMORY_ANY_NODE)
		return machine_read(sysfs, text, sizeof(text),
				    "kernel/mm/hugepages/hugepages-2048kB/free_hugepages") &&
		       strtoull(text, NULL, 10) >= bytes / HUGE_BYTES;
	return machine_read(sysfs, text, sizeof(text),
			    "devices/system/node/node%u/hugepages/hugepages-2048kB/free_hugepages",
			    node) &&
	       strtoull(text, NULL, 10) >= bytes / HUGE_BYTES;
}

int memory_look_back(struct memory *m, struct error *err)
{
	uint32_t count[NODES_MAX * 16];
	int64_t huge = m->hugetlb ? (int64_t)m->bytes : huge_bytes(m->base);
	long asked;

	m->huge_ppm = huge < 0 ? -1 : ppm(huge, (int64_t)m->bytes);
	m->pages = m->hugetlb ? "hugetlb" : m->huge_ppm >= 500000 ? "thp" : "base";
	m->on_node_ppm = -1;
	if (m->node == MEMORY_ANY_NODE)
		return 0;
	asked = sample(m->base, m->bytes, SAMPLES, count, NODES_MAX * 16);
	if (asked <= 0)
		return 0;
	m->on_node_ppm = ppm(count[m->node], asked);
	if (m->on_node_ppm < ON_NODE_MIN_PPM)
		return error_set(err, ERR_MACHINE, "of %ld pages bound to node %u, %u are there",
				 asked, m->node, count[m->node]);
	return 0;
}

int memory_reserve(struct memory *out, const char *sysfs, size_t bytes, uint32_t node,
		   enum memory_pages pages, struct error *err)
{
	bool hugetlb;
	char size[32];
	int rc;

	*out = (struct memory){.node = node};
	out->bytes = (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	hugetlb = pages == MEMORY_PAGES_HUGE && hugetlb_fits(sysfs, out->bytes, node);
	rc = hugetlb ? 0 : check_node(sysfs, out->bytes, node, err);
	if (rc)
		return rc;
	if (!map(out, hugetlb) && !(hugetlb && (hugetlb = false, map(out, false))))
		return error_set(err, ERR_NO_ROOM, "%s cannot be mapped: %s",
				 bytes_text((int64_t)out->bytes, size, sizeof(size)),
				 strerror(errno));
	out->hugetlb = hugetlb;
	if (!hugetlb)
		(void)madvise(out->base, out->bytes,
			      pages == MEMORY_PAGES_HUGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	/* a kernel without NUMA has one node, which needs no binding */
	if (node != MEMORY_ANY_NODE && !bind_range(out->base, out->bytes, node, true) &&
	    !(errno == ENOSYS && node == 0)) {
		rc = error_set(err, ERR_CANNOT, "memory cannot be bound to node %u: %s", node,
			       strerror(errno));
		memory_put(out);
		return rc;
	}
	return 0;
}

int memory_get(struct memory *out, const char *sysfs, size_t bytes, uint32_t node,
	       enum memory_pages pages, struct error *err)
{
	int rc = memory_reserve(out, sysfs, bytes, node, pages, err);

	if (rc)
		return rc;
	memset(out->base, 1, out->bytes);
	rc = memory_look_back(out, err);
	if (rc)
		memory_put(out);
	return rc;
}

void memory_put(struct memory *m)
{
	if (m->base)
		munmap(m->base, m->bytes);
	m->base = NULL;
}
