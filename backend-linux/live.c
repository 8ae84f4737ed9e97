#include "backend-linux/live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend-linux/cgroups.h"
#include "base/alloc.h"
#include "base/units.h"
#include "live/vcpus.h"
#include "probe/guests.h"
#include "probe/io_threads.h"

#define ID_SHORT 12 /* of a container's 64 hexadecimal digits, as its tools show them */

struct this_source {
	struct live_source source; /* first */
	const char *const *cgroups;
};

/* Containers of Kubernetes, Docker, Podman, LXC and systemd-nspawn, and services. */
static const char *const usual[] = {"/kubepods*", "/docker*",	      "/lxc*",		 "/libpod*",
				    "*libpod-*",  "/machine.slice/*", "/system.slice/*", NULL};

static int64_t in_pages(int64_t bytes)
{
	return bytes / PAGE_BYTES * PAGE_BYTES;
}

/* From figures by the kernel's number; what is on nodes that the host has not is unknown. */
static void set_pages(const struct host *h, struct live_zone *z, const int64_t *bytes, unsigned nr)
{
	for (unsigned n = 0; n < h->nr_nodes; n++)
		z->node_bytes[n] = 0;
	for (unsigned i = 0; i < nr; i++) {
		int n = bytes[i] ? host_find_node(h, i) : -1;

		if (n >= 0)
			z->node_bytes[n] = in_pages(bytes[i]);
		else
			z->unknown_bytes += in_pages(bytes[i]);
	}
}

/* --- nodes ------------------------------------------------------------------------------ */

/* "Node 0 MemFree:  123 kB" */
static void read_node(struct live_sample *out, unsigned n)
{
	char *path =
		xasprintf("/sys/devices/system/node/node%u/meminfo", out->host->node[n].os_index);
	FILE *f = fopen(path, "re");
	char line[256];
	long long kib;

	free(path);
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Node %*u MemTotal: %lld", &kib) == 1)
			out->size_bytes[n] = in_pages(kib * KIB);
		else if (sscanf(line, "Node %*u MemFree: %lld", &kib) == 1)
			out->free_bytes[n] = in_pages(kib * KIB);
	}
	if (f)
		fclose(f);
}

static void read_memory(struct live_sample *out)
{
	for (unsigned n = 0; n < out->host->nr_nodes; n++)
		read_node(out, n);
	if (out->size_bytes[0] == LIVE_UNKNOWN)
		live_sample_note(out, "what nodes have free is not known: this kernel has no "
				      "/sys/devices/system/node");
}

/* --- guests of QEMU --------------------------------------------------------------------- */

/* Field 22 of /proc/PID/stat; 0: it is gone. */
static unsigned long long start_of(long pid)
{
	char *path = xasprintf("/proc/%ld/stat", pid), line[1024] = "", *at;
	FILE *f = fopen(path, "re");
	unsigned long long start = 0;

	if (f && fgets(line, sizeof(line), f) && (at = strrchr(line, ')')) != NULL) {
		/* the name in parentheses may hold anything */
		for (int field = 2; at && field < 22; field++)
			at = strchr(at + 1, ' ');
		start = at ? strtoull(at, NULL, 10) : 0;
	}
	if (f)
		fclose(f);
	free(path);
	return start;
}

/* Nodes on which its devices are served: by QEMU's threads and the kernel's. */
static nodeset io_of(const struct host *h, const struct io_threads *io, long pid)
{
	struct cpuset cpus;

	return io_threads_of_guest(io, pid, &cpus) ? host_nodes_of(h, &cpus) : 0;
}

static void set_vcpus(const struct host *h, struct live_zone *z, const struct guest *g)
{
	struct live_vcpu *vcpu = xcalloc(g->nr_vcpus + 1, sizeof(*vcpu));

	for (uint32_t i = 0; i < g->nr_vcpus; i++)
		vcpu[i].runs_on = host_nodes_of(h, &g->vcpu[i].cpus);
	live_zone_set_vcpus(z, vcpu, g->nr_vcpus);
	free(vcpu);
}

static void add_guest(struct live_sample *out, const struct guest *g, const struct io_threads *io)
{
	char *id = xasprintf("pid %ld %llu", g->pid, start_of(g->pid));
	char *name = *g->name ? xstrdup(g->name) : xasprintf("pid %ld", g->pid);
	struct live_zone *z = live_sample_add(out, name, id);

	z->kind = LIVE_QEMU;
	set_vcpus(out->host, z, g);
	z->io_runs_on = io_of(out->host, io, g->pid);
	if (g->node_bytes)
		set_pages(out->host, z, g->node_bytes, GUEST_NODES_MAX);
	else
		live_sample_note(out,
				 "where the pages of %s are is not this user's to see: run this as "
				 "root",
				 name);
	if (!g->nr_vcpus)
		live_sample_note(out,
				 "the threads of %s have no names: QEMU's -name needs "
				 "debug-threads=on",
				 name);
	free(name);
	free(id);
}

/* --- containers ------------------------------------------------------------------------- */

/* The last part of the path, the digits of an id cut as their tools cut them. */
static char *name_of(const char *path)
{
	const char *last = strrchr(path, '/');
	char *name = xstrdup(last ? last + 1 : path);

	for (char *c = name; *c; c++) {
		size_t n = strspn(c, "0123456789abcdef");

		if (n == 64) {
			memmove(c + ID_SHORT, c + 64, strlen(c + 64) + 1);
			break;
		}
		c += n ? n - 1 : 0;
	}
	return name;
}

static void add_container(struct live_sample *out, const struct cgroup *g)
{
	char *name = name_of(g->path), *id = xasprintf("%s %" PRIu64, g->path, g->inode);
	struct live_zone *z = live_sample_add(out, name, id);
	int64_t known = 0;

	z->kind = LIVE_CONTAINER;
	z->vcpus = g->quota_milli >= 0 ? (uint32_t)((g->quota_milli + 999) / 1000)
				       : cpuset_count(&g->cpus);
	z->vnode[0].vcpus = z->vcpus;
	if (g->knows_cpus)
		z->vnode[0].runs_on = host_nodes_of(out->host, &g->cpus);
	if (g->max_bytes >= 0)
		z->max_bytes = in_pages(g->max_bytes);
	if (g->node_bytes) {
		set_pages(out->host, z, g->node_bytes, CGROUP_NODES_MAX);
		for (unsigned n = 0; n < out->host->nr_nodes; n++)
			known += z->node_bytes[n];
		if (g->bytes > known + z->unknown_bytes)
			z->unknown_bytes = in_pages(g->bytes - known);
	}
	free(id);
	free(name);
}

/* The group a guest is in: "0::/machine.slice/...", maybe a group of threads below it. */
static bool holds_guest(const struct cgroup *g, const struct guest *guest, uint32_t nr)
{
	bool holds = false;

	for (uint32_t i = 0; i < nr && !holds; i++) {
		char *path = xasprintf("/proc/%ld/cgroup", guest[i].pid), line[4096];
		FILE *f = fopen(path, "re");
		size_t n = strlen(g->path);

		while (f && fgets(line, sizeof(line), f))
			holds |= strncmp(line, "0::", 3) == 0 &&
				 strncmp(line + 3, g->path, n) == 0 &&
				 (line[3 + n] == '/' || line[3 + n] == '\n');
		if (f)
			fclose(f);
		free(path);
	}
	return holds;
}

static int add_containers(struct live_sample *out, const char *const *patterns,
			  const struct guest *guest, uint32_t nr, struct error *err)
{
	struct cgroups c;
	int rc = cgroups_find(&c, patterns, NULL, err);

	if (rc)
		return rc;
	if (c.v1)
		live_sample_note(out,
				 "containers cannot be seen: this machine accounts for memory by "
				 "cgroup version 1, which does not say where pages are; boot "
				 "with systemd.unified_cgroup_hierarchy=1");
	for (uint32_t i = 0; i < c.nr; i++)
		if (!holds_guest(&c.group[i], guest, nr))
			add_container(out, &c.group[i]);
	cgroups_release(&c);
	return 0;
}

/* --- the source ------------------------------------------------------------------------- */

static struct this_source *of(struct live_source *s)
{
	return (struct this_source *)(void *)s;
}

static int open_this(struct live_source **out, const struct live_where *where, struct error *err)
{
	struct this_source *s = xcalloc(1, sizeof(*s));
	int rc = host_load_this(&s->source.host, err);

	*out = NULL;
	if (rc) {
		free(s);
		return rc;
	}
	s->cgroups = where->cgroups && *where->cgroups ? where->cgroups : usual;
	*out = &s->source;
	return 0;
}

static int sample_this(struct live_source *s, struct live_sample *out, bool *more,
		       struct error *err)
{
	struct io_threads io = {0};
	struct guest *guest;
	uint32_t nr;
	int rc = guests_find(&guest, &nr, NULL, err);

	(void)more;
	if (rc)
		return rc;
	read_memory(out);
	if (nr)
		rc = io_threads_read(&io, NULL, err);
	for (uint32_t i = 0; !rc && i < nr; i++)
		add_guest(out, &guest[i], &io);
	io_threads_release(&io);
	if (!rc)
		rc = add_containers(out, of(s)->cgroups, guest, nr, err);
	guests_free(guest, nr);
	return rc;
}

static void close_this(struct live_source *s)
{
	host_free(s->host);
	free(of(s));
}

const struct live_source_ops live_this = {
	.name = "this",
	.summary = "this machine: guests of QEMU and KVM, containers",
	.open = open_this,
	.sample = sample_this,
	.close = close_this,
};
