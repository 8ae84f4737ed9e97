#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/units.h"
#include "homenode/objects.h"

_Static_assert(HN_NODES_MAX == NODES_MAX && HN_ERROR_TEXT_MAX == ERROR_TEXT_MAX, "limits differ");
_Static_assert((int)HN_USAGE == ERR_USAGE && (int)HN_INPUT == ERR_INPUT &&
		       (int)HN_NO_ROOM == ERR_NO_ROOM && (int)HN_INFEASIBLE == ERR_INFEASIBLE &&
		       (int)HN_NO_DEVICE == ERR_NO_DEVICE && (int)HN_CANNOT == ERR_CANNOT &&
		       (int)HN_MACHINE == ERR_MACHINE,
	       "codes differ");

const char *hn_version(void)
{
	return HOMENODE_VERSION;
}

void hn_free(void *what)
{
	free(what);
}

int lib_fail(struct hn_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}

int lib_pass(struct hn_error *err, int code, const struct error *own)
{
	return code ? lib_fail(err, code, "%s", own->text) : 0;
}

/* --- loaded ---------------------------------------------------------------------------- */

static int take_over(struct hn_host **out, struct host *h, int rc, const struct error *own,
		     struct hn_error *err)
{
	*out = NULL;
	if (rc)
		return lib_pass(err, rc, own);
	*out = xcalloc(1, sizeof(**out));
	**out = (struct hn_host){.host = h, .finished = true};
	return 0;
}

int hn_host_load(struct hn_host **out, const char *path, struct hn_error *err)
{
	struct error own = {0};
	struct host *h = NULL;
	int rc = host_load(&h, path, &own);

	return take_over(out, h, rc, &own, err);
}

int hn_host_parse(struct hn_host **out, const char *name, const char *text, struct hn_error *err)
{
	struct error own = {0};
	struct host *h = NULL;
	int rc = host_load_text(&h, name, text, &own);

	return take_over(out, h, rc, &own, err);
}

/* --- by calls -------------------------------------------------------------------------- */

struct hn_host *hn_host_new(const char *name, unsigned nodes)
{
	struct hn_host *h;

	if (!nodes || nodes > NODES_MAX)
		return NULL;
	h = xcalloc(1, sizeof(*h));
	h->host = host_new(name, nodes);
	return h;
}

static int check_setting(const struct hn_host *h, unsigned a, unsigned b, struct hn_error *err)
{
	unsigned highest = a > b ? a : b;

	if (h->finished)
		return lib_fail(err, HN_USAGE,
				"host %s is finished: nothing of it can be set any more",
				h->host->name);
	if (highest >= h->host->nr_nodes)
		return lib_fail(err, HN_USAGE, "host %s has %u nodes and no node %u", h->host->name,
				h->host->nr_nodes, highest);
	return 0;
}

int hn_host_set_node(struct hn_host *h, unsigned node, unsigned number, unsigned package,
		     const char *cpus, int64_t memory_bytes, struct hn_error *err)
{
	int rc = check_setting(h, node, node, err);
	struct host_node *n;

	if (rc)
		return rc;
	n = &h->host->node[node];
	if (package >= NODES_MAX)
		return lib_fail(err, HN_USAGE, "package %u: packages are below %u", package,
				NODES_MAX);
	if (memory_bytes < 0)
		return lib_fail(err, HN_USAGE, "node %u cannot have %lld bytes", node,
				(long long)memory_bytes);
	if (*cpus && !cpuset_parse(&n->cpus, cpus))
		return lib_fail(err, HN_USAGE, "\"%s\" is no list of CPUs such as \"0-7,64-71\"",
				cpus);
	if (!*cpus)
		n->cpus = (struct cpuset){0};
	n->os_index = number;
	n->package = package;
	n->memory_bytes = memory_bytes;
	if (package >= h->host->nr_packages)
		h->host->nr_packages = package + 1;
	return 0;
}

static int set_cell(struct hn_host *h, enum host_matrix_kind kind, unsigned from, unsigned to,
		    int64_t value, const char *what, struct hn_error *err)
{
	int rc = check_setting(h, from, to, err);

	if (rc)
		return rc;
	if (value <= 0 || value >= UINT32_MAX)
		return lib_fail(err, HN_USAGE, "%s from node %u to node %u cannot be %lld", what,
				from, to, (long long)value);
	host_set_cell(h->host, kind, from, to, (uint32_t)value,
		      kind == MATRIX_DISTANCE ? GRADE_FIRMWARE : GRADE_MEASURED, "libhomenode");
	return 0;
}

int hn_host_set_distance(struct hn_host *h, unsigned from, unsigned to, unsigned distance,
			 struct hn_error *err)
{
	h->has_distances = true;
	return set_cell(h, MATRIX_DISTANCE, from, to, distance, "the distance", err);
}

int hn_host_set_latency_ns(struct hn_host *h, unsigned from, unsigned to, unsigned ns,
			   struct hn_error *err)
{
	return set_cell(h, MATRIX_LATENCY, from, to, ns, "the latency", err);
}

int hn_host_set_read_bandwidth(struct hn_host *h, unsigned from, unsigned to, int64_t bytes_per_s,
			       struct hn_error *err)
{
	return set_cell(h, MATRIX_BANDWIDTH, from, to, bytes_per_s / MIB, "the bandwidth", err);
}

static bool find_class(const char *name, enum host_device_class *out)
{
	for (int c = DEVICE_OTHER; c <= DEVICE_STORAGE; c++)
		if (!strcmp(name, host_device_class_name((enum host_device_class)c))) {
			*out = (enum host_device_class)c;
			return true;
		}
	return false;
}

int hn_host_add_device(struct hn_host *h, const char *pci, const char *name, const char *class_name,
		       int node, struct hn_error *err)
{
	int rc = check_setting(h, node < 0 ? 0 : (unsigned)node, 0, err);
	struct host_device d = {.class = DEVICE_OTHER};

	if (rc)
		return rc;
	if (!find_class(class_name, &d.class))
		return lib_fail(err, HN_USAGE,
				"\"%s\" is no class of devices: nic, gpu, storage, other",
				class_name);
	if (strlen(pci) >= sizeof(d.pci) || (name && strlen(name) >= sizeof(d.name[0])))
		return lib_fail(err, HN_USAGE, "a device's address or name is too long");
	if (!*pci && !name)
		return lib_fail(err, HN_USAGE, "a device needs an address or a name");
	memcpy(d.pci, pci, strlen(pci) + 1);
	if (name)
		memcpy(d.name[d.nr_names++], name, strlen(name) + 1);
	d.nodes = node < 0 ? 0 : nodeset_of((unsigned)node);
	h->host->device =
		xreallocarray(h->host->device, h->host->nr_devices + 1, sizeof(*h->host->device));
	h->host->device[h->host->nr_devices++] = d;
	return 0;
}

static int check_distances(const struct hn_host *h, struct hn_error *err)
{
	const struct host *host = h->host;

	for (unsigned from = 0; h->has_distances && from < host->nr_nodes; from++)
		for (unsigned to = 0; to < host->nr_nodes; to++)
			if (host_distance(host, from, to) == MATRIX_UNKNOWN)
				return lib_fail(
					err, HN_USAGE,
					"host %s: the distance from node %u to node %u is not "
					"set, and others are",
					host->name, from, to);
	return 0;
}

int hn_host_finish(struct hn_host *h, struct hn_error *err)
{
	struct error own = {0};
	int rc = check_setting(h, 0, 0, err);

	if (!rc)
		rc = check_distances(h, err);
	if (rc)
		return rc;
	rc = host_finish(h->host, &own);
	h->finished = !rc;
	return lib_pass(err, rc, &own);
}

void hn_host_free(struct hn_host *h)
{
	if (h)
		host_free(h->host);
	free(h);
}

/* --- asked ------------------------------------------------------------------------------ */

unsigned hn_host_nodes(const struct hn_host *h)
{
	return h->host->nr_nodes;
}

unsigned hn_host_node_number(const struct hn_host *h, unsigned node)
{
	BUG_ON(node >= h->host->nr_nodes);
	return h->host->node[node].os_index;
}

unsigned hn_host_node_cpus(const struct hn_host *h, unsigned node)
{
	BUG_ON(node >= h->host->nr_nodes);
	return h->host->node[node].nr_cpus;
}

int64_t hn_host_node_memory(const struct hn_host *h, unsigned node)
{
	BUG_ON(node >= h->host->nr_nodes);
	return h->host->node[node].memory_bytes;
}

unsigned hn_host_distance(const struct hn_host *h, unsigned from, unsigned to)
{
	BUG_ON(!h->finished || from >= h->host->nr_nodes || to >= h->host->nr_nodes);
	return host_distance(h->host, from, to);
}

const char *hn_host_warning(const struct hn_host *h, unsigned i)
{
	return i < h->host->nr_warnings ? h->host->warning[i] : NULL;
}
